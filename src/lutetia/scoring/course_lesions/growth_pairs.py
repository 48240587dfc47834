"""Pairs of examinations of one series with complete sums: what the tumour growth rate is worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lutetia.dates import PartialDate
from lutetia.rows import LeftOut
from lutetia.scoring.course_lesions.examination import Examination
from lutetia.scoring.course_lesions.series import ReadingSeries
from lutetia.scoring.recist.rules import UM_PER_MM
from lutetia.scoring.recist.visit import VisitResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPair:
    """Two examinations that follow each other, their sums of targets, and what must be declared beside the rate.

    `from_baseline`: the earlier one is the baseline. `new_lesions`: a new lesion counts at the later one;
    `nodes_in_sum`: at least one target is a lymph node, by its short axis.
    """

    before: str
    after: str
    before_date: PartialDate
    after_date: PartialDate
    before_mm: float
    after_mm: float
    days: int
    from_baseline: bool
    new_lesions: bool
    nodes_in_sum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPairs:
    """The pairs of one series in the order of time; `value` is empty when no two sums can be compared."""

    value: tuple[GrowthPair, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def growth_pairs(series: ReadingSeries, responses: Sequence[VisitResponse]) -> GrowthPairs:
    """Every complete sum of a series with the complete sum before it, the baseline first.

    `responses`: those of this series, visit by visit; they say whether a new lesion counts. Sums without all targets
    and examinations without a full date are left out and counted..
    """
    new = {response.visit: response.new_lesion for response in responses}
    nodes = any(lesion.node for lesion in series.course.role("target"))
    seen = zip((series.baseline, *series.visits), (series.baseline_sum, *series.sums()), strict=True)
    complete = [(one, found.sum_um) for one, found in seen if found.some and found.complete]
    dated = [(one, um) for one, um in complete if one.date.precision == "day"]
    pairs = [
        _pair(before, after, new.get(after[0].name, False), nodes, before[0] is series.baseline)
        for before, after in pairwise(dated)
        if after[0].date.certainly_after(before[0].date)
    ]
    left_out = (
        LeftOut(count=1 + len(series.visits) - len(complete), why="examination(s) without a sum of all targets"),
        LeftOut(count=len(complete) - len(dated), why="examination(s) with a sum, but without a day"),
    )
    return GrowthPairs(
        value=tuple(pairs),
        left_out=tuple(left for left in left_out if left.count),
        conventions=("growth from one complete sum of all targets to the next, the first from the baseline",),
    )


def _pair(
    before: tuple[Examination, int], after: tuple[Examination, int], new: bool, nodes: bool, from_baseline: bool
) -> GrowthPair:
    return GrowthPair(
        before=before[0].name,
        after=after[0].name,
        before_date=before[0].date,
        after_date=after[0].date,
        before_mm=before[1] / UM_PER_MM,
        after_mm=after[1] / UM_PER_MM,
        days=(after[0].date.earliest - before[0].date.earliest).days,
        from_baseline=from_baseline,
        new_lesions=new,
        nodes_in_sum=nodes,
    )
