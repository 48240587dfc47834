"""Bootstrap of a Cox model: thousands of small fits in compiled code, on all cores."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.cox_model.compiled_fit import CONVERGED, WHY, search
from lutetia.survival.cox_model.fit import cox
from lutetia.survival.cox_model.gather import order_leaving
from lutetia.survival.cox_model.model import Model, Ties
from lutetia.survival.cox_model.result import CoxFit
from lutetia.survival.cox_model.workers import for_each, thread_count
from lutetia.survival.followup import FollowUp

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

BATCH_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxBootstrap:
    """Coefficients of each resample (replicates, p), NaN where the fit failed; `left_out` counts those."""

    names: tuple[str, ...]
    coef: Floats
    converged: NDArray[np.bool_]
    fit: CoxFit
    seed: int
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> Floats:
        """The coefficients."""
        return self.coef

    @property
    def std_error(self) -> Floats:
        """Standard deviation of each coefficient over the resamples that converged (p,)."""
        return np.asarray(np.std(self.coef[self.converged], axis=0, ddof=1))

    def interval(self, level: float = 0.95) -> list[Estimate]:
        """Percentile interval of each coefficient over the resamples that converged; None if fewer than two did."""
        method = f"percentile bootstrap, {int(self.converged.sum())} of {self.converged.size} resamples"
        if self.converged.sum() < 2:
            return [Estimate(estimate=None, lower=None, upper=None, level=level, method=method) for _ in self.names]
        ends = np.quantile(self.coef[self.converged], [0.5 - level / 2, 0.5 + level / 2], axis=0)
        return [
            Estimate(
                estimate=float(coef), lower=float(low), upper=float(high), std_error=float(error), level=level,
                method=method,
            )
            for coef, low, high, error in zip(self.fit.coef, *ends, self.std_error, strict=True)
        ]  # fmt: skip


def bootstrap_cox(
    f: FollowUp,
    X: ArrayLike | Mapping[str, ArrayLike] | Any,  # noqa: N803
    *,
    seed: int,
    replicates: int = 1000,
    ties: Ties = "efron",
    strata: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    missing: str = "leave_out",
    names: Sequence[str] | None = None,
    terms: Mapping[str, Sequence[str]] | None = None,
    reference: Mapping[str, Hashable] | None = None,
    threads: int | None = None,
) -> CoxBootstrap:
    """Fit the model to `replicates` samples of n rows drawn with replacement (of clusters where `f` has them).

    A row drawn twice is two patients with tied times. The same seed gives the same answer on any number of cores.
    Raises InputError as `cox` does, for exact ties, and for fewer than one replicate.
    """
    faults = [Fault(place="replicates", must="must be 1 or more", got=str(replicates))] if replicates < 1 else []
    if ties == "exact":
        faults.append(Fault(place="ties", must="must be efron or breslow in a bootstrap", got="exact"))
    if faults:
        raise InputError("bootstrap", faults)
    fit = cox(
        f, X, ties=ties, strata=strata, offset=offset, missing=missing, names=names, terms=terms, reference=reference,
        robust=False, threads=threads,
    )  # fmt: skip
    model = fit._model
    coef, status = np.full((replicates, len(fit.names)), np.nan), np.empty(replicates, dtype=np.int64)
    start = fit._beta if fit.converged else np.zeros(fit._beta.size)
    count = thread_count(threads, replicates * model.arranged.z.size)
    done = 0
    for counts in draws(model, replicates, seed):
        _fit_batch(model, counts, start, coef[done : done + len(counts)], status[done : done + len(counts)], count)
        done += len(counts)
    return CoxBootstrap(
        names=fit.names,
        coef=coef / model.arranged.scale,
        converged=status == CONVERGED,
        fit=fit,
        seed=seed,
        left_out=(*fit.left_out, *_failures(status)),
        conventions=(*fit.conventions, _how(model, replicates, seed)),
    )


def _how(model: Model, replicates: int, seed: int) -> str:
    unit = "rows" if model.cluster is None else "clusters"
    return f"bootstrap: {replicates} samples of {unit} with replacement, seed {seed}; failed fits left out"


def _failures(status: Codes) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut.at(np.flatnonzero(status == code).tolist(), f"resamples: {why}")
        for code, why in WHY.items()
        if (status == code).any()
    )


def draws(model: Model, replicates: int, seed: int) -> Iterator[Codes]:
    """How often each row of the arrangement is drawn, in batches (some replicates, m), always in the same order."""
    generator, n, order = np.random.default_rng(seed), model.sample.n, model.arranged.order
    member, units = np.arange(n), n
    if model.cluster is not None:
        _, member = np.unique(model.cluster, return_inverse=True)
        units = int(member.max()) + 1
    batch = max(1, BATCH_CELLS // n)
    for first in range(0, replicates, batch):
        some = min(batch, replicates - first)
        drawn = generator.integers(0, units, size=(some, units)) + np.arange(some)[:, None] * units
        counts = np.bincount(drawn.ravel(), minlength=some * units).reshape(some, units)
        yield np.ascontiguousarray(counts[:, member[order]])


def _fit_batch(model: Model, counts: Codes, start: Floats, coef: Floats, status: Codes, threads: int) -> None:
    arranged, efron = model.arranged, model.ties == "efron"

    def fit_some(part: tuple[int, int]) -> None:
        fit_resamples(
            part, counts, efron, start, arranged.z, arranged.weights, arranged.offset, arranged.leave,
            arranged.group_first, arranged.dead_rows, arranged.stratum_first, arranged.piece_first, coef, status,
        )  # fmt: skip

    edges = np.linspace(0, len(counts), 4 * threads + 1).astype(int).tolist()
    for_each(fit_some, [(low, high) for low, high in pairwise(edges) if high > low], threads)


@njit(nogil=True, cache=True)
def fit_resamples(  # type: ignore[no-untyped-def]
    part,
    counts,
    efron,
    start,
    z,
    weights,
    offset,
    leave,
    group_first,
    dead_rows,
    stratum_first,
    piece_first,
    coef,
    status,
) -> None:
    """Fill `coef` and `status` for the resamples part = (first, end): a row counts as often as it was drawn."""
    for nth in range(part[0], part[1]):
        drawn = draw_rows(counts[nth], z, weights, offset, leave, group_first, dead_rows)
        found = search(efron, start, drawn, stratum_first, piece_first)
        status[nth] = found[0]
        if found[0] == CONVERGED:
            coef[nth] = found[1]


@njit(nogil=True, cache=True)
def draw_rows(counts, z, weights, offset, leave, group_first, dead_rows):  # type: ignore[no-untyped-def]
    """The data of `search` with the rows of positive count only, weights times count."""
    groups, p = dead_rows.size, z.shape[0]
    rows = np.flatnonzero(counts)
    some_z, some_weights = np.empty((p, rows.size)), np.empty(rows.size)
    for j in range(p):
        for place in range(rows.size):
            some_z[j, place] = z[j, rows[place]]
    for place in range(rows.size):
        some_weights[place] = weights[rows[place]] * counts[rows[place]]
    some_offset = offset[rows] if offset.size else offset
    some_leave = leave[rows] if leave.size else leave
    first, dead = np.zeros(groups + 1, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    deaths, dead_weight = np.zeros(groups, dtype=np.int64), np.zeros(groups)
    place = 0
    for k in range(groups):
        while place < rows.size and rows[place] < group_first[k + 1]:
            if rows[place] < group_first[k] + dead_rows[k]:
                dead[k] += 1
                deaths[k] += counts[rows[place]]
                dead_weight[k] += some_weights[place]
            place += 1
        first[k + 1] = place
    leaving, leaving_first = order_leaving(some_leave, groups)
    return some_z, some_weights, some_offset, some_leave, leaving, leaving_first, first, dead, deaths, dead_weight
