"""The toxicity section as plain data: every grade with its entry, every reading of the dose rules, every convention."""

from __future__ import annotations

from typing import Any

from lutetia.guideline.modification import CumulativeDose, NextDose, Verdict
from lutetia.guideline.toxicity import (
    AnalyteToxicity,
    DoseOnCourse,
    DoseReading,
    EventToxicity,
    GradedValue,
    OrganQuestion,
    Toxicity,
    WorstGrade,
)


def as_object(found: Toxicity) -> dict[str, Any]:
    """One JSON-ready object; `values` holds the worst grade since the line began by version, null where none is."""
    period = found.period
    return {
        "known": True,
        "as_of": found.as_of.isoformat(),
        "since": None
        if period is None
        else {"line": period.line.id, "start": str(period.start), "is_rlt": period.is_rlt},
        "values": found.value,
        "laboratory": [_analyte(one) for one in found.laboratory],
        "events": [_event(one) for one in found.events],
        "dose": _dose(found.dose) if found.dose is not None else None,
        "absorbed_dose": [_absorbed(limit) for limit in found.absorbed],
        "left_out": [{"count": one.count, "why": one.why} for one in found.left_out],
        "because": list(found.because),
        "conventions": list(found.conventions),
    }


def _analyte(one: AnalyteToxicity) -> dict[str, Any]:
    return {
        "analyte": one.analyte,
        "newest": _value(one.newest) if one.newest is not None else None,
        "worst": [_worst(worst) for worst in one.worst],
        "baseline": _value(one.baseline) if one.baseline is not None else None,
        "remark": one.remark,
    }


def _value(value: GradedValue) -> dict[str, Any]:
    return {
        "entry": value.entry_id,
        "date": str(value.on),
        "entered": value.entered,
        "grades": [
            {
                "version": one.version,
                "provisional": one.provisional,
                "grade": one.value,
                "why_not": one.why_not,
                "because": [reason.rule for reason in one.grade.because] if one.grade is not None else [],
            }
            for one in value.grades
        ],
    }


def _worst(worst: WorstGrade) -> dict[str, Any]:
    entry = {"entry": worst.value.entry_id, "date": str(worst.value.on), "entered": worst.value.entered}
    return {"version": worst.version, "grade": worst.text, **entry}


def _event(event: EventToxicity) -> dict[str, Any]:
    return {
        "term": event.term,
        "grade": event.grade,
        "ctcae_version": event.ctcae_version,
        "date": str(event.on),
        "entry": event.entry_id,
        "count": event.count,
        "ungraded": event.ungraded,
    }


def _dose(dose: DoseOnCourse) -> dict[str, Any]:
    return {
        "line": dose.line.id,
        "goes_on": dose.goes_on,
        "until": dose.until.isoformat(),
        "cycles": len(dose.cycles),
        "why_not": dose.why_not,
        "next_dose": dose.value,
        "readings": [_reading(one) for one in dose.readings],
        "questions": [_question(one) for one in dose.questions],
    }


def _reading(reading: DoseReading) -> dict[str, Any]:
    course = reading.course
    return {
        "ctcae_version": reading.ctcae_version,
        "delay_reading": reading.delay_reading,
        "partial_days": reading.partial_days,
        "findings": reading.findings,
        "state": course.value,
        "possible": list(course.possible),
        "steps": [
            {
                "date": step.on.isoformat(),
                "toxicity": one.name,
                "before": step.before,
                "after": step.after,
                "because": [str(reason) for reason in step.because],
            }
            for one in course.classes
            for step in one.steps
        ],
        "departures": list(course.departures),
        "next_dose": _next(reading.next_dose) if reading.next_dose is not None else None,
        "by_findings": _verdict(reading.by_findings) if reading.by_findings is not None else None,
        "open_classes": list(reading.open_classes),
        "because": [str(reason) for reason in course.because],
    }


def _next(following: NextDose) -> dict[str, Any]:
    days = {name: getattr(following, name) for name in ("earliest", "due", "latest")}
    return {
        "value": following.value,
        "activity_mbq": following.activity_mbq,
        "possible": [_verdict(verdict) for verdict in following.possible],
        "on": following.on.isoformat(),
        **{name: day.isoformat() if day is not None else None for name, day in days.items()},
        "missing": list(following.missing),
        "cautions": list(following.cautions),
        "measures": [str(measure) for measure in following.measures],
        "because": [str(reason) for reason in following.because],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"verdict": verdict.word, "activity_mbq": verdict.activity_mbq}


def _question(question: OrganQuestion) -> dict[str, Any]:
    return {
        "organ": question.organ,
        "values": list(question.values),
        "events": list(question.events),
        "variants": [
            {"variant": one.variant, "met": one.met, "because": [str(reason) for reason in one.because]}
            for one in question.variants
        ],
        "missing": question.missing,
    }


def _absorbed(limit: CumulativeDose) -> dict[str, Any]:
    return {
        "organ": limit.organ,
        "value": limit.value,
        "limit_gy": limit.limit_gy,
        "total_at_least_gy": limit.total_gy.low,
        "room_at_least_gy": limit.room_at_least_gy,
        "room_at_most_gy": limit.room_at_most_gy,
        "because": [reason.rule for reason in limit.because],
        "missing": list(limit.missing),
        "conventions": list(limit.conventions),
    }
