"""The log-rank test and its weighted kin: do groups have their events at the same rate?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp, Grouping, group_levels, refuse_causes
from lutetia.survival.rank_counts import rank_counts
from lutetia.survival.rank_weight import RankWeight, WeightName, rank_weight
from lutetia.survival.ties import Codes, Floats

NAME = "log-rank test"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank:
    """Observed against expected events of each group, in the order of `labels`.

    `observed`, `expected` (g,) and `variance` (g, g) of observed − expected are summed over strata and carry the test's
    weights; `n` and `events` count rows. `chi2` has `df` degrees of freedom, one less than the groups that could have
    had an event. `z` (two groups only) is above 0 when the second label has more events than expected. Where nothing
    can be tested chi2 and p are NaN and `why` says why.
    """

    chi2: float
    df: int
    p: float
    z: float | None
    labels: tuple[Hashable, ...]
    n: tuple[int, ...]
    events: tuple[int, ...]
    observed: Floats
    expected: Floats
    variance: Floats
    n_strata: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    why: str | None = None

    def one_sided(self, fewer_events_in: Hashable) -> float:
        """p against "no fewer events in this group", two groups only; InputError for another label or more groups."""
        if self.z is None or fewer_events_in not in self.labels:
            known = ", ".join(map(str, self.labels))
            must = "must be one of two groups in a test that could be made"
            raise InputError(NAME, [Fault(place="fewer_events_in", must=must, got=f"{fewer_events_in!r} of {known}")])
        return float(ndtr(self.z if fewer_events_in == self.labels[1] else -self.z))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankRows:
    """The rows a rank test rests on, with the codes of their groups and strata."""

    f: FollowUp
    group: Codes
    labels: tuple[Hashable, ...]
    strata: Codes | None
    left_out: tuple[LeftOut, ...]

    @property
    def n_strata(self) -> int:
        """Strata with at least one row."""
        return 1 if self.strata is None else int(np.unique(self.strata).size)

    def per_group(self, rows: NDArray[np.bool_] | None = None) -> tuple[int, ...]:
        """How many rows (of those picked) each group has."""
        codes = self.group if rows is None else self.group[rows]
        return tuple(int(count) for count in np.bincount(codes, minlength=len(self.labels)))


def log_rank(
    f: FollowUp,
    group: Grouping,
    strata: Grouping | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    weights: WeightName | None = None,
    modest_until: float | None = None,
) -> LogRank:
    """Log-rank test between the groups (labels of length n), stratified by `strata` or, without it, by those of `f`.

    `rho` is R survdiff's G-rho family, w = S(t−)^rho; with `gamma` the Fleming-Harrington family; `weights` names
    another ("gehan", "tarone-ware", "peto-peto", "modest" with `modest_until`). Delayed entry counts a row from after
    its start. Case weights must be whole numbers: so many equal rows. Rows without group or stratum are left out and
    counted.

    Raises InputError for fewer than two groups, several kinds of event, fractional case weights, unequal lengths,
    contradicting weights. Mantel, Cancer Chemother Rep 1966; 50: 163; Harrington & Fleming, Biometrika 1982; 69: 553.
    """
    return tested(rank_rows(f, group, strata), rank_weight(weights, rho, gamma, modest_until))


def tested(rows: RankRows, weight: RankWeight) -> LogRank:
    """The test on rows whose groups and strata are known."""
    observed, expected, variance = sums(rows, weight)
    chi2, df, why = _chi2(observed - expected, expected, variance)
    two = len(rows.labels) == 2 and why is None
    return LogRank(
        chi2=chi2,
        df=df,
        p=float(chdtrc(df, chi2)) if why is None else float("nan"),
        z=float((observed - expected)[1] / np.sqrt(variance[1, 1])) if two else None,
        labels=rows.labels,
        n=rows.per_group(),
        events=rows.per_group(rows.f.event > 0),
        observed=observed,
        expected=expected,
        variance=variance,
        n_strata=rows.n_strata,
        conventions=conventions(rows, weight),
        left_out=rows.left_out,
        why=why,
    )


def rank_rows(f: FollowUp, group: Grouping, strata: Grouping | None, name: str = NAME) -> RankRows:
    """Rows with group and stratum, those without left out and counted; InputError as log_rank."""
    refuse_causes(f, name)
    if f.weights is not None and (f.weights != np.floor(f.weights)).any():
        do = "Use cox with these weights: its robust variance gives the weighted test."
        raise InputError(name, [Fault(place="weights", must="must be whole numbers of equal rows", do=do)])
    groups = group_levels(f, group, "group")
    codes, labels = groups.codes, groups.labels
    blocks = f.strata if strata is None else group_levels(f, strata, "strata").codes
    keep = codes >= 0
    left_out = [*f.left_out, *_missing(~keep, "group missing")]
    if blocks is not None:
        left_out += _missing(keep & (blocks < 0), "stratum missing")
        keep = keep & (blocks >= 0)
    if not keep.all():
        f, codes, blocks = f.at(keep), codes[keep], None if blocks is None else blocks[keep]
    present = np.bincount(codes, minlength=len(labels)) > 0
    labels = tuple(label for label, there in zip(labels, present, strict=True) if there)
    if len(labels) < 2:
        got = ", ".join(map(str, labels)) or "none"
        raise InputError(name, [Fault(place="group", must="must have at least two groups with rows", got=got)])
    return RankRows(f=f, group=(np.cumsum(present) - 1)[codes], labels=labels, strata=blocks, left_out=tuple(left_out))


def _missing(rows: NDArray[np.bool_], why: str) -> list[LeftOut]:
    return [LeftOut.at(np.flatnonzero(rows).tolist(), why)] if rows.any() else []


def sums(rows: RankRows, weight: RankWeight) -> tuple[Floats, Floats, Floats]:
    """Weighted observed (g,), expected (g,) and the hypergeometric variance (g, g), summed over strata."""
    g = len(rows.labels)
    observed, expected, variance = np.zeros(g), np.zeros(g), np.zeros((g, g))
    for counts in rank_counts(rows.f, rows.group, g, rows.strata):
        if not counts.times.size:
            continue
        w = weight.at(counts)
        n, d = counts.at_risk.sum(axis=0), counts.events.sum(axis=0)
        observed += counts.events @ w
        expected += counts.at_risk @ (w * d / n)
        # d (n − d) / (n − 1) is the hypergeometric share; a time with one at risk tells nothing
        spread = w * w * d * (n - d) / np.maximum(n - 1, 1) / n
        variance += np.diag(counts.at_risk @ spread) - (counts.at_risk * (spread / n)) @ counts.at_risk.T
    return observed, expected, variance


def _chi2(difference: Floats, expected: Floats, variance: Floats) -> tuple[float, int, str | None]:
    """Chi-square, degrees of freedom, and why it cannot be had."""
    exposed = np.flatnonzero(expected > 0)
    df = int(exposed.size) - 1
    if not exposed.size:
        return float("nan"), 0, "no event: nothing to compare"
    used = exposed[1:]
    block = variance[np.ix_(used, used)]
    if df < 1 or np.linalg.eigvalsh(block)[0] <= 1e-12 * max(float(np.trace(block)), 1e-300):
        return float("nan"), df, "at no event time were two groups at risk together, so that nothing is compared"
    u = difference[used]
    return float(u @ np.linalg.solve(block, u)), df, None


def conventions(rows: RankRows, weight: RankWeight) -> tuple[str, ...]:
    """What was decided on the way, as sentences."""
    said = [
        f"Weight: {weight}.",
        "Variance: hypergeometric, d (n − d) / (n − 1) at each event time.",
        "At risk at t are the rows with start < t ≤ stop; times are tied at 1.49e-8 (R timefix).",
    ]
    if len(rows.labels) == 2:
        said.append(f"z above 0: more events than expected in {rows.labels[1]!r}.")
    if rows.strata is not None:
        curve = "" if weight.name == "log-rank" else "; the weight is computed within each"
        one = " (there is one only: as without strata)" if rows.n_strata == 1 else ""
        said.append(f"Stratified: observed, expected and variance summed over {rows.n_strata} strata{one}{curve}.")
    if rows.f.weights is not None:
        said.append("A case weight of 2 is two equal rows.")
    if rows.f.cluster is not None:
        said.append("Clusters are not used: rows count as independent; cox has a cluster-robust variance.")
    return tuple(said)
