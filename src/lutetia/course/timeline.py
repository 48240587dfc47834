"""What was known about a patient on a day: the only place that walks the entries of a course."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lutetia.course.assessment import AdverseEvent, DiseaseAssessment
from lutetia.course.consistency import Ledger
from lutetia.course.course import Course
from lutetia.course.entry import Entry, Unknown
from lutetia.course.laboratory import Laboratory
from lutetia.course.therapy import TherapyLine, TreatmentHistory
from lutetia.dates import PartialDate, months_between_partial
from lutetia.quantities import Interval, Quantity

Kinds = str | tuple[str, ...]
Where = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value out of a course, with its origin.

    `value` is None when sources that cannot be put in order disagree (`conflict` lists their values), and when
    nothing but an explicit unknown is on record. `unknown` is the newest explicit unknown that is certainly
    newer than the value.
    """

    value: Any
    date: PartialDate
    entry_id: str
    recorded_by: str
    entered: str | None = None
    conflict: tuple[Any, ...] = ()
    unknown: Unknown | None = None


class Timeline:
    """The course as it was known on `as_of`.

    Known is what may have happened by that day (earliest day of its date), was recorded by then, and had not been
    replaced by a correction known by then. Of a line of therapy, what came later (its stop, its progression) is
    not known yet.
    """

    def __init__(self, course: Course, as_of: date) -> None:
        self.course = course
        self.as_of = as_of
        reached = [entry for entry in course.entries if self._is_reached(entry)]
        self._ledger = Ledger(dict(enumerate(reached)))
        in_force = sorted((entry for _, entry in self._ledger.in_force()), key=_order)
        self._known = tuple(self._as_known_then(entry) for entry in in_force)

    def known(self, *kinds: str) -> tuple[Any, ...]:
        """The entries of these kinds (none named: all) known on the day, oldest first."""
        return tuple(entry for entry in self._known if not kinds or entry.kind in kinds)

    def left_out(self) -> tuple[Entry, ...]:
        """The entries dated certainly after the day."""
        return tuple(e for e in self.course.entries if e.date.certainly_after(self.as_of))

    def not_yet_recorded(self) -> tuple[Entry, ...]:
        """The entries that may have happened by the day but were recorded after it."""
        return tuple(
            entry
            for entry in self.course.entries
            if entry.date.may_be_on_or_before(self.as_of) and not self._is_reached(entry)
        )

    def newest(self, kind: Kinds, field: str, where: Where | None = None) -> Reading | None:
        """The newest known value of `field` among the entries of a kind for which `where` holds.

        None when nothing is on record. Values of entries that cannot be put in order (same day, overlapping
        partial dates) and that differ give a Reading without a value.
        """
        values, unknowns = self._values(kind, field, where)
        latest_start = max((entry.date.earliest for entry, _ in values), default=None)
        newest = [(e, v) for e, v in values if latest_start is not None and e.date.latest >= latest_start]
        return _reading(newest, unknowns)

    def nearest(
        self, kind: Kinds, field: str, day: date, within_days: int, where: Where | None = None
    ) -> Reading | None:
        """The value of `field` dated nearest to `day` and certainly within so many days of it, before or after.

        A partial date counts with the worst it may mean. Equally near values that differ give a Reading without
        a value.
        """
        values, _ = self._values(kind, field, where)
        near = [(e, v) for e, v in values if _most_days(e.date, day) <= within_days]
        least = min((_most_days(e.date, day) for e, _ in near), default=0)
        return _reading([(e, v) for e, v in near if _least_days(e.date, day) <= least], [])

    def laboratory(self, analyte: str, method: str | None = None) -> Reading | None:
        """The newest result of an analyte in its canonical unit; `entered` is the result as reported."""

        def wanted(entry: Laboratory) -> bool:
            return entry.analyte == analyte and (method is None or entry.method == method)

        return self.newest("laboratory", "canonical", wanted)

    def lines(self) -> tuple[TherapyLine, ...]:
        """The lines of therapy begun by the day, by start."""
        return self.known("therapy_line")

    def current_lines(self) -> tuple[TherapyLine, ...]:
        """The lines recorded as ongoing, or stopped only after the day, by start.

        A line with neither stop nor `ongoing` is not among them: whether it goes on is unknown.
        """
        return tuple(line for line in self.lines() if line.ongoing is True)

    def current_line(self) -> TherapyLine | None:
        """The ongoing line that began last; None when none is recorded as ongoing."""
        lines = self.current_lines()
        return lines[-1] if lines else None

    def months_of_control(self, line: TherapyLine) -> Interval | None:
        """Calendar months from the stop of a line (from its start while it is ongoing) to its progression.

        Progression is the date in the line, else the first assessment that states progression for this line, or
        for no line in particular before another line began; progression by markers alone does not count. It is 0
        when progression came before the stop. Without progression the months to the last assessment that states
        its absence are a lower bound. None when nothing is on record: that no progression is recorded does not
        mean that there was none.
        """
        begin = line.stop if isinstance(line.stop, PartialDate) else line.date if line.ongoing is True else None
        if begin is None:
            return None
        progression = self._progression_after(line)
        if progression is not None:
            low, high = _months(begin, progression)
            return Interval(low, high)
        free = [entry.date for entry in self._assessments(line, begin) if entry.progression is False]
        return Interval(low=max(_months(begin, day)[0] for day in free)) if free else None

    def states_complete(self, treatment: str) -> bool:
        """True when a recorder states that every treatment of this kind is in the record (until some date)."""
        return self.complete_until(treatment) is not None

    def complete_until(self, treatment: str) -> PartialDate | None:
        """The latest date before which every treatment of this kind is stated to be in the record."""
        stated: Sequence[TreatmentHistory] = self.known("treatment_history")
        dates = [entry.date for entry in stated if treatment in entry.complete_for]
        return dates[-1] if dates else None

    def resolve(self, entry_id: str) -> Entry | None:
        """The entry of an id as corrected by the day; None when it is not known."""
        return self._ledger.newest_version(entry_id)

    def _is_reached(self, entry: Entry) -> bool:
        recorded = entry.recorded_on or entry.date
        return entry.date.may_be_on_or_before(self.as_of) and recorded.may_be_on_or_before(self.as_of)

    def _as_known_then(self, entry: Entry) -> Entry:
        """The entry without what happened to it after the day."""
        if isinstance(entry, AdverseEvent) and self._is_later(entry.end):
            return entry.model_copy(update={"end": None})
        if not isinstance(entry, TherapyLine):
            return entry
        unknown_yet: dict[str, Any] = {}
        if self._is_later(entry.progression):
            unknown_yet |= {"progression": None, "progression_basis": None, "best_response": None}
        if self._is_later(entry.stop):
            unknown_yet |= {"stop": None, "stop_reason": None, "best_response": None, "ongoing": True}
        return entry.model_copy(update=unknown_yet) if unknown_yet else entry

    def _is_later(self, when: PartialDate | Unknown | None) -> bool:
        return isinstance(when, PartialDate) and when.certainly_after(self.as_of)

    def _values(
        self, kind: Kinds, field: str, where: Where | None
    ) -> tuple[list[tuple[Entry, Any]], list[tuple[Entry, Unknown]]]:
        """Known values of a field, and explicit unknowns, each with its entry, oldest first."""
        kinds = (kind,) if isinstance(kind, str) else kind
        found = [(e, _value_of(e, field)) for e in self.known(*kinds) if where is None or where(e)]
        known = [(e, v) for e, v in found if v is not None and not isinstance(v, Unknown)]
        return known, [(e, v) for e, v in found if isinstance(v, Unknown)]

    def _progression_after(self, line: TherapyLine) -> PartialDate | None:
        if isinstance(line.progression, PartialDate) and line.progression_basis != "biochemical_only":
            return line.progression
        return next((e.date for e in self._assessments(line, line.date) if e.progression is True), None)

    def _assessments(self, line: TherapyLine, begin: PartialDate) -> Iterable[DiseaseAssessment]:
        """Assessments since `begin` that tell how a line did, markers alone apart, oldest first."""
        for entry in self.known("disease_assessment"):
            told = self.resolve(entry.line) if entry.line is not None else None
            mine = told.id == line.id if told is not None else not self._another_line_between(begin, entry.date, line)
            if mine and entry.basis != "biochemical_only" and not entry.date.certainly_before(begin):
                yield entry

    def _another_line_between(self, begin: PartialDate, end: PartialDate, line: TherapyLine) -> bool:
        return any(
            not other.date.certainly_before(begin) and not other.date.certainly_after(end)
            for other in self.lines()
            if other.id != line.id
        )


def _order(entry: Entry) -> tuple[date, date, str]:
    return entry.date.latest, entry.date.earliest, entry.id


def _value_of(entry: Entry, field: str) -> Any:
    value = getattr(entry, field, None)
    if value is None and isinstance(entry, Laboratory) and isinstance(entry.value, Unknown):
        return entry.value
    return value


def _reading(candidates: Sequence[tuple[Entry, Any]], unknowns: Sequence[tuple[Entry, Unknown]]) -> Reading | None:
    """The value that all candidates share, else their conflict; the newest explicit unknown when none is left."""
    if not candidates:
        if not unknowns:
            return None
        entry, unknown = unknowns[-1]
        return Reading(value=None, date=entry.date, entry_id=entry.id, recorded_by=entry.recorded_by, unknown=unknown)
    entry, value = candidates[-1]
    later = [unknown for e, unknown in unknowns if e.date.certainly_after(entry.date)]
    differ = any(other != value for _, other in candidates)
    return Reading(
        value=None if differ else value,
        date=entry.date,
        entry_id=entry.id,
        recorded_by=entry.recorded_by,
        entered=None if differ else _as_entered(entry, value),
        conflict=tuple(other for _, other in candidates) if differ else (),
        unknown=later[-1] if later else None,
    )


def _as_entered(entry: Entry, value: Any) -> str | None:
    if isinstance(entry, Laboratory):
        return entry.entered
    return value.entered if isinstance(value, Interval | Quantity) else None


def _months(begin: PartialDate, end: PartialDate) -> tuple[float, float]:
    months = months_between_partial(begin, end)
    low, high = months if isinstance(months, tuple) else (months, months)
    return max(0.0, low), max(0.0, high)


def _least_days(when: PartialDate, day: date) -> int:
    if when.earliest <= day <= when.latest:
        return 0
    return min(abs((when.earliest - day).days), abs((when.latest - day).days))


def _most_days(when: PartialDate, day: date) -> int:
    return max(abs((when.earliest - day).days), abs((when.latest - day).days))
