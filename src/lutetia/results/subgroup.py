"""Subgroups of a comparison: the hazard ratio in each level of a factor, and whether it differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.results.printed import in_one_line
from lutetia.rows import LeftOut
from lutetia.survival import CoxFit, FollowUp, cox
from lutetia.survival.cox_model.chi_square import ChiSquare
from lutetia.survival.levels import is_missing

Ties = Literal["efron", "breslow", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgroupRow:
    """One level: patients and events (exposed, reference), and the hazard ratio in it alone; `why` if there is none."""

    level: str
    n: tuple[int, int]
    events: tuple[int, int]
    ratio: Estimate | None
    p: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subgroups:
    """The levels of one factor. `interaction` compares the model with products to that without; None with `why`."""

    rows: tuple[SubgroupRow, ...]
    interaction: ChiSquare | None
    why: str
    n: int
    events: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def subgroup_rows(
    follow_up: FollowUp,
    exposed: ArrayLike,
    factor: Sequence[Any],
    *,
    levels: Sequence[str] | None = None,
    ties: Ties = "efron",
) -> Subgroups:
    """Hazard ratio of exposed against reference in each level of a factor, and the test of interaction.

    `exposed` (n,) is true or 1 for the exposed; `factor` holds a level per row, None where it is not known (left out
    and counted); `levels` gives their order (default: sorted). Each ratio comes from a Cox model of the exposure in
    that level alone, as forest plots of trials print them; the interaction is the likelihood-ratio test of the products
    of exposure and levels in one model with exposure and levels. A likelihood that has no maximum gives no ratio and
    says why. Raises InputError for unequal lengths, or fewer than two rows of either side in all.
    """
    arm = np.asarray(exposed, dtype=bool)
    labels = [None if is_missing(value) else str(value) for value in factor]
    _refuse(follow_up, arm, labels)
    known = np.array([label is not None for label in labels])
    found = {label for label in labels if label is not None}
    order = sorted(found) if levels is None else [level for level in levels if level in found]
    codes = np.array([order.index(label) if label in order else -1 for label in labels])
    known &= codes >= 0
    rows = tuple(_row(level, follow_up, arm, codes == code, ties) for code, level in enumerate(order))
    kept = np.flatnonzero(known)
    test, why = _interaction(follow_up.at(kept), arm[kept], codes[kept], order, ties)
    gone = np.flatnonzero(~known)
    return Subgroups(
        rows=rows,
        interaction=test,
        why=why,
        n=kept.size,
        events=int(follow_up.event[kept].sum()),
        conventions=(
            "Each hazard ratio: a Cox model of the exposure in that level alone, Wald's interval.",
            "Interaction: likelihood-ratio test of the products of exposure and levels in one model.",
            f"ties: {ties}",
        ),
        left_out=(LeftOut.at(gone.tolist(), "level not known"),) if gone.size else (),
    )


def _row(level: str, follow_up: FollowUp, arm: NDArray[np.bool_], here: NDArray[np.bool_], ties: Ties) -> SubgroupRow:
    sides = (here & arm, here & ~arm)
    n, events = (int(sides[0].sum()), int(sides[1].sum())), tuple(int(follow_up.event[side].sum()) for side in sides)
    rows = np.flatnonzero(here)
    fit, why = _fit(follow_up.at(rows), arm[rows].astype(np.float64)[:, None], ("exposed",), ties)
    ratio = fit.hazard_ratio()[0] if fit is not None else None
    return SubgroupRow(
        level=level,
        n=n,
        events=(events[0], events[1]),
        ratio=ratio,
        p=float(fit.p[0]) if fit is not None else None,
        why=why,
    )


def _interaction(
    follow_up: FollowUp, arm: NDArray[np.bool_], codes: NDArray[np.int64], levels: Sequence[str], ties: Ties
) -> tuple[ChiSquare | None, str]:
    if len(levels) < 2:
        return None, "one level only"
    dummies = np.column_stack([codes == code for code in range(1, len(levels))]).astype(np.float64)
    main = np.column_stack([arm.astype(np.float64), dummies])
    products = dummies * arm[:, None]
    names = ("exposed", *levels[1:], *(f"exposed × {level}" for level in levels[1:]))
    plain, why = _fit(follow_up, main, names[: main.shape[1]], ties)
    full, why_full = _fit(follow_up, np.column_stack([main, products]), names, ties)
    if plain is None or full is None:
        return None, why or why_full
    change = 2 * (full.log_likelihood - plain.log_likelihood)
    return ChiSquare(name="interaction", chi2=max(change, 0.0), df=len(levels) - 1), ""


def _fit(
    follow_up: FollowUp, table: NDArray[np.float64], names: tuple[str, ...], ties: Ties
) -> tuple[CoxFit | None, str]:
    """A fit that converged, or why there is none."""
    if not follow_up.n or not follow_up.event.any():
        return None, "no event"
    if any(not 0 < column.sum() < column.size for column in table.T):
        return None, "no patient on one side"
    try:
        fit = cox(follow_up, table, names=names, ties=ties)
    except InputError as error:
        return None, in_one_line(error)
    return (fit, "") if fit.converged else (None, fit.why or "the fit did not converge")


def _refuse(follow_up: FollowUp, arm: NDArray[np.bool_], labels: Sequence[str | None]) -> None:
    faults = []
    for place, length in (("exposed", arm.size), ("factor", len(labels))):
        if length != follow_up.n:
            faults.append(Fault(place=place, must=f"must have one value per row ({follow_up.n})", got=str(length)))
    if not faults and (arm.all() or not arm.any()):
        faults.append(Fault(place="exposed", must="must hold exposed and reference rows", got="one side only"))
    if faults:
        raise InputError("subgroups", faults)
