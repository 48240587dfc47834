"""Log-rank tests of every pair of groups; the correction for their number is the caller's to name."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.log_rank import LogRank, RankRows, rank_rows, tested
from lutetia.survival.rank_weight import WeightName, rank_weight
from lutetia.survival.ties import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairwise:
    """One test per pair, in the order of the labels; `p` (pairs,) raw, `p_adjusted` None without a correction."""

    pairs: tuple[tuple[Hashable, Hashable], ...]
    tests: tuple[LogRank, ...]
    p: Floats
    p_adjusted: Floats | None
    conventions: tuple[str, ...]


def pairwise(
    f: FollowUp,
    group: Grouping,
    strata: Grouping | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    weights: WeightName | None = None,
    modest_until: float | None = None,
    adjust: Callable[[Floats], ArrayLike] | None = None,
) -> Pairwise:
    """Log-rank test of each pair of groups on the rows of the two groups alone; other arguments as in log_rank.

    `adjust` takes the p-values (pairs,) and returns as many corrected ones. Raises InputError as log_rank does.
    """
    weight = rank_weight(weights, rho, gamma, modest_until)
    rows = rank_rows(f, group, strata, "pairwise log-rank tests")
    tests = []
    for first, second in combinations(range(len(rows.labels)), 2):
        here = np.flatnonzero((rows.group == first) | (rows.group == second))
        pair = RankRows(
            f=rows.f.at(here),
            group=(rows.group[here] == second).astype(np.int64),
            labels=(rows.labels[first], rows.labels[second]),
            strata=None if rows.strata is None else rows.strata[here],
            left_out=rows.left_out,
        )
        tests.append(tested(pair, weight))
    p = np.array([test.p for test in tests])
    adjusted = None if adjust is None else np.asarray(adjust(p), dtype=np.float64)
    said = "Each pair is tested on the rows of its two groups alone."
    told = "The p-values are not corrected for their number." if adjusted is None else "Both raw and corrected p stand."
    pairs = tuple(combinations(rows.labels, 2))
    return Pairwise(pairs=pairs, tests=tuple(tests), p=p, p_adjusted=adjusted, conventions=(said, told))
