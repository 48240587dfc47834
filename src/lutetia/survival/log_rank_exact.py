"""Exact log-rank test for small samples: all ways to deal the patients into the two groups, counted without listing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from math import comb

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.log_rank import RankRows, rank_rows
from lutetia.survival.rank_counts import rank_counts
from lutetia.survival.rank_weight import RankWeight, WeightName, rank_weight
from lutetia.survival.ties import TOLERANCE, Floats

NAME = "exact log-rank test"
LARGEST_N = 40  # two halves of 2^20 subset sums: 16 MB each, under a second


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactLogRank:
    """`statistic` is observed − expected of the second label; p-values are shares of all `allocations`.

    `p` is two-sided (|statistic| at least as large), `p_fewer` and `p_more` one-sided: as few, or as many, events in
    the second label. Each counts the allocation that was seen.
    """

    statistic: float
    p: float
    p_fewer: float
    p_more: float
    allocations: int
    labels: tuple[Hashable, ...]
    n: tuple[int, ...]
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    why: str | None = None


def exact_log_rank(
    f: FollowUp,
    group: Grouping,
    rho: float = 0.0,
    gamma: float = 0.0,
    weights: WeightName | None = None,
    modest_until: float | None = None,
) -> ExactLogRank:
    """Permutation distribution of the (weighted) log-rank numerator over all allocations of two groups of fixed size.

    Exact where the allocation did not depend on the course and censoring has nothing to do with the group. Up to 40
    rows. Raises InputError as log_rank does, and for other than two groups, strata, case weights, more rows.

    Dealing patients anew changes neither pooled curve nor pooled hazard, so observed − expected is a sum of fixed
    scores δ − Λ(stop) + Λ(start); subset sums of two halves are matched (Horowitz & Sahni, J ACM 1974; 21: 277):
    O(2^(n/2)) time and memory.
    """
    weight = rank_weight(weights, rho, gamma, modest_until)
    rows = rank_rows(f, group, None, NAME)
    _refuse(rows)
    scores = _scores(rows, weight)
    statistic = float(scores[rows.group == 1].sum())
    slack = 1e-9 * float(np.abs(scores).max(initial=0)) + 1e-300
    n, chosen = scores.size, int((rows.group == 1).sum())
    more = _at_least(scores, chosen, statistic - slack)
    fewer = _at_least(-scores, chosen, -statistic - slack)
    reach = abs(statistic) - slack
    both = min(_at_least(scores, chosen, reach) + _at_least(-scores, chosen, reach), comb(n, chosen))
    allocations = comb(n, chosen)
    return ExactLogRank(
        statistic=statistic,
        p=both / allocations,
        p_fewer=fewer / allocations,
        p_more=more / allocations,
        allocations=allocations,
        labels=rows.labels,
        n=rows.per_group(),
        conventions=(
            f"Weight: {weight}.",
            f"All {allocations} allocations of the groups' sizes count equally; two-sided p: at least as far from 0.",
            f"The sign speaks of {rows.labels[1]!r}: above 0 more events than expected.",
            *(["Delayed entry: each row keeps its start when it is dealt anew."] if rows.f.start is not None else []),
        ),
        left_out=rows.left_out,
        why=None if rows.f.event.any() else "no event: every allocation gives the same statistic",
    )


def _refuse(rows: RankRows) -> None:
    faults = []
    if len(rows.labels) != 2:
        faults.append(Fault(place="group", must="must have two groups", got=f"{len(rows.labels)}"))
    if rows.n_strata > 1:
        faults.append(Fault(place="strata", must="must be absent", do="log_rank takes strata; test each stratum here."))
    if rows.f.weights is not None:
        faults.append(Fault(place="weights", must="must be absent", do="Give each row as often as its weight says."))
    if rows.f.n > LARGEST_N:
        do = "Use log_rank: its chi-square holds at this size unless events are very few."
        faults.append(Fault(place="stop", must=f"must have at most {LARGEST_N} rows", got=f"{rows.f.n}", do=do))
    if faults:
        raise InputError(NAME, faults)


def _scores(rows: RankRows, weight: RankWeight) -> Floats:
    """What each row adds to observed − expected of the group it is dealt into; sums to 0."""
    f = rows.f
    counts = next(iter(rank_counts(f, np.zeros(f.n, dtype=np.int64), 1, None)))
    if not counts.times.size:
        return np.zeros(f.n)
    w = weight.at(counts)
    hazard = np.append(0.0, np.cumsum(w * counts.events[0] / counts.at_risk[0]))
    reached = np.searchsorted(counts.times, f.stop + TOLERANCE, side="right")
    entered = 0 if f.start is None else np.searchsorted(counts.times, f.start + TOLERANCE, side="right")
    own = np.where(f.event > 0, np.append(0.0, w)[reached], 0.0)
    return np.asarray(own - hazard[reached] + hazard[entered], dtype=np.float64)


def _at_least(scores: Floats, chosen: int, bound: float) -> int:
    """How many subsets of `chosen` scores sum to `bound` or more."""
    half = scores.size // 2
    left, right = _by_size(scores[:half]), _by_size(scores[half:])
    count = 0
    for size, sums in enumerate(left):
        rest = chosen - size
        if 0 <= rest < len(right):
            partners = right[rest]
            count += int((partners.size - np.searchsorted(partners, bound - sums)).sum())
    return count


def _by_size(scores: Floats) -> list[Floats]:
    """Sorted sums of all subsets, by the size of the subset."""
    sums, sizes = np.zeros(1), np.zeros(1, dtype=np.int8)
    for score in scores:
        sums, sizes = np.append(sums, sums + score), np.append(sizes, sizes + 1)
    return [np.sort(sums[sizes == size]) for size in range(scores.size + 1)]
