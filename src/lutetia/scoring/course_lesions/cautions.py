"""What must be kept in mind about the examinations of one reader: age of the baseline, method, order, procedures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.scoring.course_lesions.examination import Examination
from lutetia.scoring.course_lesions.rules import caution
from lutetia.scoring.course_lesions.series import ReadingSeries
from lutetia.scoring.recist.targets import Finding


def cautions_of(
    timeline: Timeline,
    series: ReadingSeries,
    since: PartialDate,
    *,
    baseline_at_most_days: int,
    earlier: Examination | None = None,
) -> Iterator[Finding]:
    """The cautions of one reader's examinations around a start; `earlier`: the examination before the baseline."""
    yield from _age(series.baseline, since, baseline_at_most_days)
    yield from _methods(series)
    yield from _order([seen for seen in (earlier, series.baseline, *series.visits) if seen is not None])
    yield from _incomplete(series)
    yield from _procedures(timeline, series)
    yield from _targets_called_progressive(series)


def _age(baseline: Examination, since: PartialDate, at_most_days: int) -> Iterator[Finding]:
    least = (since.earliest - baseline.date.latest).days
    most = (since.latest - baseline.date.earliest).days
    if most <= at_most_days:
        return
    days = str(most) if least == most else f"{max(least, 0)} to {most}"
    used = (("baseline", str(baseline.date)), ("start", str(since)), ("days", days), ("at most", str(at_most_days)))
    yield caution("LES-BASELINE-AGE", *used)


def _methods(series: ReadingSeries) -> Iterator[Finding]:
    """Visits made with another modality than the baseline, where both are recorded."""
    first = series.baseline.modalities
    other = [seen for seen in series.visits if first and seen.modalities and seen.modalities != first]
    if other:
        shown = ", ".join(f"{' + '.join(seen.modalities)} on {seen.date}" for seen in other)
        yield caution("LES-METHOD", ("baseline", " + ".join(first)), ("later", shown))


def _order(seen: Sequence[Examination]) -> Iterator[Finding]:
    for earlier, later in pairwise(seen):
        if not earlier.date.certainly_before(later.date):
            yield caution("LES-ORDER", ("taken as", f"{earlier.date}, then {later.date}"))


def _incomplete(series: ReadingSeries) -> Iterator[Finding]:
    """Sums before the last one that lack a target: what is missing there may have been the nadir."""
    sums = zip(series.visits, series.sums(), strict=True)
    days = [str(visit.date) for visit, found in list(sums)[:-1] if not found.complete]
    if days and series.course.role("target"):
        yield caution("LES-INCOMPLETE", ("without all targets", ", ".join(days)))


def _procedures(timeline: Timeline, series: ReadingSeries) -> Iterator[Finding]:
    """Local procedures that may have fallen between the baseline and the last visit."""
    if not series.visits:
        return
    first, last = series.baseline.date, series.visits[-1].date
    for entry in timeline.known("procedure"):
        if not entry.date.certainly_before(first) and not entry.date.certainly_after(last) and entry.date != first:
            yield caution("LES-PROCEDURE", ("procedure", entry.procedure.replace("_", " ")), ("on", str(entry.date)))


def _targets_called_progressive(series: ReadingSeries) -> Iterator[Finding]:
    targets = {lesion.name for lesion in series.course.role("target")}
    for visit in series.course.visits:
        named = tuple(name for name, seen in visit.seen.items() if name in targets and seen.state == "progression")
        if named:
            yield caution("LES-TARGET-PROGRESSION", ("at", visit.name), lesions=named)
