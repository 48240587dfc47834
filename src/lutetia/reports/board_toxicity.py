"""The toxicity lines of the sheet: CTCAE grades, the worst since the line began, the next dose, absorbed dose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lutetia.course.timeline import Timeline
from lutetia.guideline.assessment import Assessment
from lutetia.guideline.modification import CumulativeDose
from lutetia.guideline.modification.rules import once
from lutetia.guideline.toxicity import (
    AnalyteToxicity,
    EventToxicity,
    GradedValue,
    Toxicity,
    toxicity_of,
)
from lutetia.quantities import number_text
from lutetia.reports import wording
from lutetia.reports.board_toxicity_dose import analyte_text, dose_lines
from lutetia.reports.board_toxicity_json import as_object
from lutetia.reports.statement import Statement

MOST = 4
"""Items of one line; the rest is counted there and listed in the details."""


def toxicity(assessment: Assessment, timeline: Timeline | None) -> tuple[Statement, ...]:
    """At most six short lines; one that says "not known" for a flat record or a course without any of it."""
    found = toxicity_on(assessment, timeline)
    if found is None:
        return (_unknown("not known: a flat record holds no dated values"),)
    dose = dose_lines(found.dose) if found.dose else ()
    lines = (_newest(found), _since(found), *dose, _absorbed(found.absorbed))
    return tuple(line for line in lines if line is not None) or (_unknown("not known: nothing on record"),)


def toxicity_on(assessment: Assessment, timeline: Timeline | None) -> Toxicity | None:
    """The toxicity behind the lines; None for a flat record."""
    return None if timeline is None else toxicity_of(timeline, jurisdiction=assessment.jurisdiction)


def _unknown(text: str) -> Statement:
    return Statement(lead="Toxicity", text=text, facts=("POL-UNKNOWN",), truth="u")


def toxicity_json(assessment: Assessment, timeline: Timeline | None) -> dict[str, Any]:
    """The whole of it as plain data: {"known": False} for a flat record."""
    found = toxicity_on(assessment, timeline)
    return {"known": False} if found is None else as_object(found)


def _newest(found: Toxicity) -> Statement | None:
    """Newest values that certainly have a grade, worst first, how many have grade 0, and which were not graded."""
    main = found.versions[0]
    if not found.laboratory:
        return None
    known = [one for one in found.laboratory if one.newest is not None]
    shown = sorted((one for one in known if _least(one.newest) > 0), key=lambda one: -_least(one.newest))
    values = [one.newest for one in known if one.newest is not None and one not in shown]
    normal = [value for value in values if value.by(main).value == "0"]
    rest = [value for value in values if value not in normal]
    last = max((str(one.newest.on) for one in known if one.newest is not None), default="")
    parts = _first(_value_text(one, main, last) for one in shown)
    parts += [f"grade 0: {len(normal)} of {len(known)}"] if normal else []
    parts += [f"not graded: {_not_graded(rest, main)}"] if rest else []
    return Statement(
        lead=f"Newest (CTCAE {main})",
        text="; ".join(parts) or wording.NOT_KNOWN,
        facts=_tables(found.versions),
        origin=last,
        more=tuple(f"{analyte_text(one.analyte)}: {one.remark}" for one in found.laboratory if one.remark),
    )


def _least(value: GradedValue | None) -> int:
    """The grade that a value certainly has by some version."""
    grades = value.grades if value is not None else ()
    return max((one.grade.low for one in grades if one.grade is not None and one.value is not None), default=0)


def _value_text(one: AnalyteToxicity, main: str, last: str) -> str:
    """An analyte with its newest value, grade and baseline; its day where it is not the newest of the sheet."""
    if one.newest is None:
        raise AssertionError("only an analyte with a value is shown")
    baseline = one.baseline if one.baseline is not None and one.baseline != one.newest else None
    around = [str(one.newest.on)] if str(one.newest.on) != last else []
    around += [f"baseline {wording.named(baseline.entered)}"] if baseline is not None else []
    before = f" ({', '.join(around)})" if around else ""
    return f"{analyte_text(one.analyte)} {wording.named(one.newest.entered)} {_grade_text(one.newest, main)}{before}"


def _grade_text(value: GradedValue, main: str) -> str:
    first = value.by(main)
    others = [
        f"{one.version}{' provisional' if one.provisional else ''}: {one.value or 'not graded'}"
        for one in value.grades
        if one.version != main and one.value != first.value
    ]
    said = f"grade {first.value}" if first.value is not None else f"not graded by {main}"
    return f"{said} ({'; '.join(others)})" if others else said


def _not_graded(values: Sequence[GradedValue], main: str) -> str:
    """The analytes that were not graded, under what was missing."""
    by_reason: dict[str, list[str]] = {}
    for value in values:
        why = value.by(main).why_not.split(":")[0] or f"grade {value.by(main).value}"
        by_reason.setdefault(why, []).append(analyte_text(value.analyte))
    return "; ".join(f"{', '.join(names)} ({why})" for why, names in by_reason.items())


def _since(found: Toxicity) -> Statement | None:
    """Laboratory grades that were worse than the newest, and the worst recorded events, since the line began."""
    if found.period is None:
        events = "; ".join(_first(map(_event_text, found.events)))
        return Statement(lead="Adverse events", text=events, facts=("PRAC-MON-2",)) if events else None
    since = [one for one in found.laboratory if one.worst]
    worse = sorted(filter(_was_worse, since), key=lambda one: -max(worst.low for worst in one.worst))
    parts = _first(_worst_text(one, found.versions) for one in worse)
    others = "the other values were never worse than now" if worse else "no value was worse than the newest"
    parts += [others] if len(since) > len(worse) else [] if worse else ["no graded value on record"]
    parts += _first(map(_event_text, found.events)) or ["no adverse event on record"]
    line = "RLT" if found.period.is_rlt else found.period.line.id.replace("-", " ").replace("_", " ")
    return Statement(
        lead=f"Since {line} ({found.period.start})",
        text="; ".join(parts),
        facts=(*_tables(found.versions), "PRAC-MON-2"),
    )


def _was_worse(one: AnalyteToxicity) -> bool:
    """Whether some version graded an earlier value since the line began above the newest."""
    return any(
        worst.low > 0 and worst.value != one.newest and worst.low > _low(one.newest, worst.version)
        for worst in one.worst
    )


def _low(value: GradedValue | None, version: str) -> int:
    grade = value.by(version) if value is not None else None
    return grade.grade.low if grade is not None and grade.grade is not None and grade.value is not None else 0


def _worst_text(one: AnalyteToxicity, versions: Sequence[str]) -> str:
    """The worst grade with its value and day, and the baseline; other versions where they differ."""
    found = {version: worst for version in versions if (worst := one.worst_by(version)) is not None}
    main, first = next(iter(found.items()))
    others = [
        f"{version}{' provisional' if worst.value.by(version).provisional else ''}: {worst.text}"
        for version, worst in found.items()
        if worst.text != first.text
    ]
    named = "" if main == versions[0] else f" by {main}"
    said = f"{analyte_text(one.analyte)} grade {first.text}{named}" + (f" ({'; '.join(others)})" if others else "")
    before = f"baseline {wording.named(one.baseline.entered)}" if one.baseline is not None else "no baseline"
    return f"{said}: {wording.named(first.value.entered)} on {first.value.on}, {before}"


def _event_text(event: EventToxicity) -> str:
    version = event.ctcae_version
    return f"{event.term} grade {event.text} ({event.on}, {version if ' ' in version else f'CTCAE {version}'})"


def _absorbed(limits: Sequence[CumulativeDose]) -> Statement | None:
    if not limits:
        return None
    facts = {"kidneys": "PRAC-TOX-5", "red_marrow": "PRAC-TOX-6"}
    return Statement(
        lead="Absorbed dose",
        text="; ".join(_limit_text(limit) for limit in limits),
        facts=once((*(r.rule for limit in limits for r in limit.because), *(facts[limit.organ] for limit in limits))),
        whose="review, no label limit",
    )


def _limit_text(limit: CumulativeDose) -> str:
    organ, of = limit.organ.replace("_", " "), f"of {number_text(limit.limit_gy)} Gy"
    if limit.total_gy.low == 0:
        return f"{organ} not measured"
    least = "" if limit.total_gy.is_exact else "at least " if limit.room_at_least_gy is None else ""
    amount = number_text(limit.total_gy.low) if least else str(limit.total_gy)
    return f"{organ} {least}{amount} {of}{' (reached)' if limit.value == 'reached' else ''}"


def _first(texts: Iterable[str]) -> list[str]:
    """The first few items; the others are counted."""
    every = list(texts)
    return every if len(every) <= MOST else [*every[:MOST], f"and {len(every) - MOST} more"]


def _tables(versions: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"CTCAE-{version}" for version in versions)
