"""What the data cannot tell: covariates that do not vary, that repeat others, or that separate the deaths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.errors import Fault
from lutetia.survival.cox_model.arrangement import Arrangement

Floats = NDArray[np.float64]

NO_VARIATION = 1e-12
NO_OWN_PART = 1e-10
SMALL_SHARE = 1e-6


def dependence_faults(information: Floats, arranged: Arrangement, names: Sequence[str]) -> list[Fault]:
    """A fault for each column without a coefficient of its own, from the information at the start.

    A column has none if it does not vary among those at risk at any event, or if it is a sum of multiples of columns
    before it there (own part below 1e-10 of its variation).
    """
    spread = np.diagonal(information) / max(float(arranged.dead_weight.sum()), 1.0)
    faults: list[Fault] = []
    kept: list[int] = []
    for j, name in enumerate(names):
        if not spread[j] > NO_VARIATION:
            faults.append(_constant(name))
            continue
        own, shares = _own_part(information, kept, j)
        if own > NO_OWN_PART:
            kept.append(j)
            continue
        multiples = shares * arranged.scale[j] / arranged.scale[kept]
        told = [
            f"{multiple:.6g} · {names[i]}"
            for multiple, share, i in zip(multiples, shares, kept, strict=True)
            if abs(share) > SMALL_SHARE
        ]
        faults.append(
            Fault(
                place=f"covariate {name}",
                must="must not be a sum of multiples of other covariates (and a constant)",
                got=" + ".join(told),
                do=f"Leave {name} out, or one of the others: their effects cannot be told apart.",
            )
        )
    return faults


def _constant(name: str) -> Fault:
    return Fault(
        place=f"covariate {name}",
        must="must differ between patients who are at risk at the same event",
        got="no variation there",
        do=f"Leave {name} out: the data hold nothing about it.",
    )


def _own_part(information: Floats, kept: list[int], j: int) -> tuple[float, Floats]:
    """Share of column j's information that the kept columns do not hold, and its multiples of them."""
    if not kept:
        return 1.0, np.empty(0)
    shares: Floats = np.linalg.solve(information[np.ix_(kept, kept)], information[kept, j]).astype(np.float64)
    return float(1.0 - information[kept, j] @ shares / information[j, j]), shares


def separation(step: Floats, arranged: Arrangement, names: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Proof that the likelihood rises without limit along the step: the reason and the columns, None if there is none.

    It does so exactly if at every event time each death has the largest value of x'step among those at risk, and a
    larger one than somebody at one time at least. Single columns are tried before the whole step.
    """
    by_length = np.argsort(-np.abs(step))
    for j in by_length[np.abs(step[by_length]) > 0.05 * np.abs(step).max()].tolist():
        if _rises(np.where(np.arange(step.size) == j, np.sign(step), 0.0), arranged):
            return _sentence((names[j],)), (names[j],)
    for least in (0.05, 1e-3, 0.0):
        direction = np.where(np.abs(step) > least * np.abs(step).max(), step, 0.0)
        if _rises(direction, arranged):
            columns = tuple(names[j] for j in np.flatnonzero(np.abs(direction) > 0.05 * np.abs(step).max()).tolist())
            return _sentence(columns), columns
    return None


def _sentence(columns: tuple[str, ...]) -> str:
    which = columns[0] if len(columns) == 1 else f"a combination of {', '.join(columns)}"
    return (
        f"monotone likelihood: at every event time the deaths have the extreme value of {which} among those at risk, "
        "so the estimate is infinite; a penalty (firth) gives a finite one"
    )


def _rises(direction: Floats, arranged: Arrangement) -> bool:
    score = direction @ arranged.z
    tolerance = 1e-9 * float(np.abs(score).max(initial=0.0))
    return bool(
        _deaths_lead(
            score, tolerance, arranged.order.size, arranged.leave, arranged.group_first, arranged.dead_rows,
            arranged.stratum_first,
        )
    )  # fmt: skip


@njit(cache=True)
def _deaths_lead(  # type: ignore[no-untyped-def]
    score, tolerance, rows, leave, group_first, dead_rows, stratum_first
) -> bool:
    """True if in every group the lowest death reaches the highest at risk, and exceeds the lowest at risk in one."""
    strictly = False
    for s in range(stratum_first.size - 1):
        highest, lowest = -np.inf, np.inf
        begin = group_first[stratum_first[s]]
        for k in range(stratum_first[s], stratum_first[s + 1]):
            if leave.size:  # those who left do not count: look at everyone again
                highest, lowest, low = -np.inf, np.inf, begin
            else:
                low = group_first[k]
            for i in range(low, group_first[k + 1]):
                if leave.size == 0 or leave[i] > k:
                    highest, lowest = max(highest, score[i]), min(lowest, score[i])
            for i in range(group_first[k], group_first[k] + dead_rows[k]):
                if score[i] < highest - tolerance:
                    return False
                if score[i] > lowest + tolerance:
                    strictly = True
    return strictly
