"""Laboratory toxicity of a course: newest, worst since the line began, and baseline value of each analyte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lutetia.course.entry import Unknown
from lutetia.course.laboratory import Laboratory
from lutetia.course.timeline import Timeline
from lutetia.guideline.toxicity.conventions import Conventions
from lutetia.guideline.toxicity.grading import GradedValue, gradable, graded_value
from lutetia.guideline.toxicity.period import Period
from lutetia.quantities import Interval
from lutetia.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGrade:
    """The worst grade of an analyte since the line began, by one version; `low` < `high` where words are missing.

    `value` is the entry that reached it first.
    """

    version: str
    low: int
    high: int
    value: GradedValue

    @property
    def text(self) -> str:
        """The grade: "2", or "1-2"."""
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteToxicity:
    """What the record says about one analyte.

    `newest`: newest known value; None when none is known, or when values of one day disagree (`remark`). `worst`: by
    version, since the line began; empty without a period or without a graded value. `baseline`: newest value before.
    """

    analyte: str
    newest: GradedValue | None
    worst: tuple[WorstGrade, ...]
    baseline: GradedValue | None
    values: tuple[GradedValue, ...]
    remark: str

    def worst_by(self, version: str) -> WorstGrade | None:
        """The worst grade by one version; None when nothing was graded by it."""
        return next((worst for worst in self.worst if worst.version == version), None)


def laboratory_toxicity(
    timeline: Timeline, period: Period | None, conventions: Conventions
) -> tuple[tuple[AnalyteToxicity, ...], tuple[LeftOut, ...]]:
    """Every gradable analyte on record, in the order of the standard's table, and the entries that are not graded."""
    known: Sequence[Laboratory] = timeline.known("laboratory")
    names = gradable(conventions.ctcae_versions)
    by_analyte: dict[str, list[tuple[int, Laboratory]]] = {}
    for row, entry in enumerate(known):
        by_analyte.setdefault(entry.analyte, []).append((row, entry))
    found = [
        _analyte(timeline, analyte, [entry for _, entry in rows], period, conventions)
        for analyte in names
        if (rows := by_analyte.get(analyte))
    ]
    return tuple(found), tuple(_left_out(by_analyte, found, names, period))


def baseline_entry(entries: Iterable[Laboratory], period: Period | None) -> Laboratory | None:
    """The newest known value certainly taken before the line began; None without one.

    Of two values that cannot be put in order the later recorded one is none: they must agree.
    """
    before = [entry for entry in entries if period is not None and period.sample(entry.date) == "before"]
    values = [entry for entry in before if isinstance(entry.value, Interval)]
    if not values:
        return None
    last = values[-1]
    rivals = [entry for entry in values if entry.date.latest >= last.date.earliest]
    return last if all(entry.canonical == last.canonical for entry in rivals) else None


def _analyte(
    timeline: Timeline,
    analyte: str,
    entries: Sequence[Laboratory],
    period: Period | None,
    conventions: Conventions,
) -> AnalyteToxicity:
    baseline = baseline_entry(entries, period)
    graded: dict[str, GradedValue] = {}
    for entry in entries:
        if isinstance(entry.value, Interval):
            after = period is not None and period.sample(entry.date) != "before"
            graded[entry.id] = graded_value(entry, baseline=baseline, after_baseline=after, conventions=conventions)
    reading = timeline.laboratory(analyte)
    newest = graded.get(reading.entry_id) if reading is not None and reading.value is not None else None
    since = [graded[e.id] for e in entries if e.id in graded and period and period.sample(e.date) == "after"]
    worst = [_worst(since, version) for version in conventions.ctcae_versions]
    return AnalyteToxicity(
        analyte=analyte,
        newest=newest,
        worst=tuple(found for found in worst if found is not None),
        baseline=graded[baseline.id] if baseline is not None else None,
        values=tuple(graded.values()),
        remark=_remark(reading),
    )


def _worst(values: Iterable[GradedValue], version: str) -> WorstGrade | None:
    """The worst grade lies between the greatest lower and the greatest upper end of all grades."""
    found = [(value, grade) for value in values if (grade := value.by(version).grade) and value.by(version).value]
    if not found:
        return None
    low, high = (max(getattr(grade, end) for _, grade in found) for end in ("low", "high"))
    first = max(found, key=lambda pair: (pair[1].high, pair[1].low))[0]
    return WorstGrade(version=version, low=low, high=high, value=first)


def _remark(reading: object) -> str:
    conflict, unknown = getattr(reading, "conflict", ()), getattr(reading, "unknown", None)
    if conflict:
        return f"values that cannot be put in order disagree: {', '.join(map(str, conflict))}"
    if isinstance(unknown, Unknown):
        why = unknown.unknown.replace("_", " ")
        return (
            f"no value known ({why})"
            if getattr(reading, "value", None) is None
            else f"a newer value is unknown ({why})"
        )
    return ""


def _left_out(
    by_analyte: Mapping[str, Sequence[tuple[int, Laboratory]]],
    found: Iterable[AnalyteToxicity],
    names: tuple[str, ...],
    period: Period | None,
) -> Iterable[LeftOut]:
    """The laboratory entries without a grade, or not counted since the line began, by reason."""
    graded = {value.entry_id: value for analyte in found for value in analyte.values}
    reasons: dict[str, list[int]] = {}
    for analyte, rows in by_analyte.items():
        for row, entry in rows:
            if why := _why_left_out(entry, analyte in names, graded.get(entry.id), period):
                reasons.setdefault(why, []).append(row)
    return [LeftOut.at(sorted(rows), why) for why, rows in sorted(reasons.items())]


def _why_left_out(entry: Laboratory, has_criteria: bool, value: GradedValue | None, period: Period | None) -> str:
    if not has_criteria:
        return "laboratory values of an analyte that the CTCAE does not grade by a number"
    if value is None:
        return "laboratory entries without a known value"
    reasons = [grade.why_not for grade in value.grades]
    if all(reasons):
        return f"{entry.analyte} values not graded: {reasons[0]}"
    if period is not None and period.sample(entry.date) == "open":
        return "laboratory values whose partial date leaves open whether they lie after the start of the line"
    return ""
