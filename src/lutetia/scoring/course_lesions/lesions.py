"""From the timeline of a course to the courses of its readers around one line of therapy, or around a named day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from lutetia.course.imaging import CtMri
from lutetia.course.therapy import TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.course_lesions.cautions import cautions_of
from lutetia.scoring.course_lesions.examination import Examination, Window, examinations, left_out_of, window
from lutetia.scoring.course_lesions.rows import NewAtBaseline, rows_of
from lutetia.scoring.course_lesions.rules import reason, table
from lutetia.scoring.course_lesions.series import ReadingSeries
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.days import refuse_choices
from lutetia.scoring.recist.responses import VisitResponses, course_responses
from lutetia.scoring.recist.rules import Precision, VisitRules
from lutetia.scoring.recist.tables import SmallTargets, Tables
from lutetia.scoring.recist.targets import Finding

Reader = Literal["any", "recorded_by"]
Day = PartialDate | date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLesions:
    """The measured lesions of one line of therapy (`line` None: around a named day), a series for each reader.

    `until`: the last day of the window, None when it is open. `why`: why the response is not assessable; empty when
    there is a baseline and at least one visit.
    """

    subject: str
    line: str | None
    since: PartialDate
    until: PartialDate | None
    series: tuple[ReadingSeries, ...]
    why: str
    because: tuple[Reason, ...]
    cautions: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[ReaderCourse, ...]:
        """The courses that the RECIST engine takes; none without a baseline."""
        return tuple(series.course for series in self.series)

    @property
    def assessable(self) -> bool:
        """Whether there is a measured baseline and at least one measured examination after it."""
        return not self.why


def lesions_of_line(
    timeline: Timeline,
    line: TherapyLine | str,
    *,
    until: Literal["next_line"] | Day | None,
    reader: Reader,
    new_at_baseline: NewAtBaseline,
    small_targets: SmallTargets,
    precision: Precision,
    baseline_at_most_days: int | None,
) -> CourseLesions:
    """The measured lesions around a line of therapy, as known on the timeline's day.

    Baseline: the newest CT or MRI with lesions certainly on or before the start of the line. Visits: those after the
    start until `until` (the start of the next line, a day, or None for no end); one on that very day is both the last
    visit of this line and the baseline of the next. `reader="any"` takes all examinations as one series, whoever
    recorded them; "recorded_by" makes a series for each author. A lesion called new at the baseline was new to the
    line before: `new_at_baseline` follows it as non-target (or in the role of later visits), or refuses it.
    An older baseline than `baseline_at_most_days` (None: 28, RECIST 1.1) is taken with a caution.
    Raises InputError with all faults of the lesions, each with examination and lesion, or when there is no such line.
    """
    found = _line(timeline, line)
    end = _next_start(timeline, found.date) if until == "next_line" else until
    lesions = lesions_since(
        timeline,
        found.date,
        until=end,
        reader=reader,
        new_at_baseline=new_at_baseline,
        small_targets=small_targets,
        precision=precision,
        baseline_at_most_days=baseline_at_most_days,
    )
    ends = "the start of the next line" if until == "next_line" else str(until or "none")
    return replace(lesions, line=found.id, conventions=(f"until={ends}", *lesions.conventions))


def lesions_since(
    timeline: Timeline,
    since: Day,
    *,
    until: Day | None,
    reader: Reader,
    new_at_baseline: NewAtBaseline,
    small_targets: SmallTargets,
    precision: Precision,
    baseline_at_most_days: int | None,
) -> CourseLesions:
    """The same around a named day, such as the start of an observation; arguments as in `lesions_of_line`."""
    refuse_choices("measured lesions", ("reader", ("any", "recorded_by"), reader))
    refuse_choices("measured lesions", ("new_at_baseline", ("non_target", "refuse"), new_at_baseline))
    start, end = _day(since, "since"), None if until is None else _day(until, "until")
    limit = table()["baseline_at_most_days"] if baseline_at_most_days is None else baseline_at_most_days
    found = window(timeline, start, end)
    left_out = list(found.left_out)
    read = _Read(timeline.course.patient.id, new_at_baseline, small_targets, precision)
    chosen = list(_by_reader(found, reader, left_out))
    series = [read.series(seen) for _, seen in chosen]
    read.refuse_faults()
    cautions = [
        caution
        for (earlier, _), one in zip(chosen, series, strict=True)
        for caution in cautions_of(timeline, one, start, baseline_at_most_days=limit, earlier=earlier)
    ]
    why, because = _why(found, series, start)
    return CourseLesions(
        subject=timeline.course.patient.id,
        line=None,
        since=start,
        until=end,
        series=tuple(series),
        why=why,
        because=because,
        cautions=(*cautions, *read.cautions),
        left_out=(*left_out, *read.left_out),
        conventions=_conventions(reader, new_at_baseline, small_targets, limit),
    )


def responses_of(lesions: CourseLesions, rules: VisitRules) -> VisitResponses:
    """The RECIST 1.1 responses at every visit of every reader, with what was left out and the cautions."""
    found = course_responses(lesions.value, rules)
    conventions = (*found.conventions, *lesions.conventions)
    return replace(found, cautions=lesions.cautions, because=lesions.because, conventions=conventions)


class _Read:
    """Reads one series after the other; faults, cautions and what was left out of all of them come together."""

    def __init__(
        self, subject: str, new_at_baseline: NewAtBaseline, small_targets: SmallTargets, precision: Precision
    ) -> None:
        self._subject, self._new = subject, new_at_baseline
        self._small, self._precision = small_targets, precision
        self._faults: list[Fault] = []
        self.cautions: list[Finding] = []
        self.left_out: list[LeftOut] = []

    def series(self, seen: Sequence[Examination]) -> ReadingSeries:
        """The series of one reader's examinations, baseline first; not to be used when there are faults."""
        baseline = seen[0]
        rows = rows_of(self._subject, baseline.recorded_by, seen, self._new)
        tables = Tables(
            rows.tu,
            rows.tr,
            precision=self._precision,
            small_targets=self._small,
            baseline_visits=[baseline.name],
        )
        (course,) = (course for courses in tables.patients() for course in courses)
        self._faults += rows.faults
        try:
            tables.refuse_faults()
        except InputError as error:
            self._faults += [rows.located(fault) for fault in error.faults]
        self.cautions += tables.cautions
        self.left_out += tables.left_out
        return ReadingSeries(course=course, baseline=baseline, visits=tuple(seen[1:]))

    def refuse_faults(self) -> None:
        """Raises InputError with every fault, each told once."""
        if self._faults:
            raise InputError(f"measured lesions of {self._subject}", list(dict.fromkeys(self._faults)))


_Chosen = tuple[Examination | None, tuple[Examination, ...]]
"""The examination before the baseline, and the baseline with the visits."""


def _by_reader(found: Window, reader: Reader, left_out: list[LeftOut]) -> Iterator[_Chosen]:
    """The examinations of each series, its baseline first; readers without a baseline are counted."""
    entries = (*found.before, *found.after)
    authors = list(dict.fromkeys(entry.recorded_by for entry in entries)) if reader == "recorded_by" else [None]
    earlier: list[CtMri] = []
    for author in authors:
        before, after = (_of(author, part) for part in (found.before, found.after))
        if not before:
            if author is not None:
                theirs = [entry for examination in after for entry in examination.entries]
                left_out.append(left_out_of(theirs, f"of {author}, who has no baseline"))
            continue
        earlier += [entry for examination in before[:-1] for entry in examination.entries]
        yield before[-2] if len(before) > 1 else None, (before[-1], *after)
    if earlier:
        left_out.append(left_out_of(earlier, "before the baseline"))


def _of(author: str | None, entries: Sequence[CtMri]) -> tuple[Examination, ...]:
    return examinations(entry for entry in entries if author is None or entry.recorded_by == author)


def _why(found: Window, series: Sequence[ReadingSeries], since: PartialDate) -> tuple[str, tuple[Reason, ...]]:
    """Why nothing can be assessed, and the rule; empty when at least one reader has a baseline and a visit."""
    if any(one.visits for one in series):
        return "", ()
    if series:
        return f"no measured examination after the start ({since})", (reason("LES-VISIT-NONE", ("start", str(since))),)
    why = f"no measured baseline before the line ({since})"
    if found.undecided:
        why += f"; undecided by its date: {', '.join(f'{e.id} ({e.date})' for e in found.undecided)}"
    return why, (reason("LES-BASELINE-NONE", ("start", str(since))),)


def _line(timeline: Timeline, line: TherapyLine | str) -> TherapyLine:
    wanted = line if isinstance(line, str) else line.id
    for found in timeline.lines():
        if found.id == wanted:
            return found
    known = ", ".join(found.id for found in timeline.lines()) or "none"
    must = f"must be a line of therapy begun by {timeline.as_of}: {known}"
    raise InputError("measured lesions", [Fault(place="line", must=must, got=repr(wanted))])


def _next_start(timeline: Timeline, since: PartialDate) -> PartialDate | None:
    """The start of the line that certainly began after this one, the first of them."""
    later = [line.date for line in timeline.lines() if line.date.certainly_after(since)]
    return min(later, key=lambda day: (day.latest, day.earliest), default=None)


def _day(day: Day, place: str) -> PartialDate:
    try:
        return PartialDate.parse(day)
    except ValueError as fault:
        raise InputError("measured lesions", [Fault(place=place, must=str(fault))]) from None


def _conventions(reader: str, new_at_baseline: str, small_targets: str, at_most_days: int) -> tuple[str, ...]:
    readers = {"any": "all examinations are one series, whoever recorded them", "recorded_by": "a series each author"}
    return (
        "baseline: the newest examination with measured lesions certainly on or before the start",
        f"baseline_at_most_days={at_most_days}: an older baseline is taken with a caution",
        f"reader={reader}: {readers[reader]}",
        f"new_at_baseline={new_at_baseline}: a lesion called new at the baseline was new to the line before",
        f"small_targets={small_targets}: whether a target may lie below 10 mm at the baseline",
        "examinations of one day are one visit; a value that is not known is not evaluable, never gone",
        "a lesion listed as new was seen; where no new lesion is listed there was none",
        "tumour markers are not part of the non-target response",
    )
