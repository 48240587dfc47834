"""The lines of the sheet on the dose rules: what they asked for on the way, the next dose, what is missing for it."""

from __future__ import annotations

from collections.abc import Iterable

from lutetia.guideline.modification import rule
from lutetia.guideline.modification.rules import once
from lutetia.guideline.toxicity import DoseOnCourse, DoseReading, OrganQuestion, by_reading
from lutetia.quantities import number_text
from lutetia.reports.statement import Statement

MOST = 4
"""Names of one list; more are counted."""
VERDICTS = {"give": "give", "hold": "hold", "stop": "stop", "complete": "all planned doses given", "undecided": "open"}


def dose_lines(dose: DoseOnCourse) -> tuple[Statement, ...]:
    """The history of the line under the dose rules, and the next dose unless the line has ended."""
    if dose.why_not:
        return (Statement(lead="Dose rules", text=f"not applied: {dose.why_not}", facts=("DM-CAL-18",), truth="u"),)
    history = _history(dose)
    return (history,) if dose.goes_on is False else (history, _next(dose))


def _history(dose: DoseOnCourse) -> Statement:
    """What the rules asked for on the way, and where the doses given departed from it."""
    said = _joined(by_reading(dose.readings, _course_text))
    exempt = any(_lymphopenia_alone(reading) for reading in dose.readings)
    rules = once(rule for one in dose.readings for rule in _rules(one))
    count = f"{len(dose.cycles)} {'dose' if len(dose.cycles) == 1 else 'doses'}"
    return Statement(
        lead="Dose rules",
        text=f"{count}: {said}" + ("; lymphopenia alone changes nothing" if exempt else "") + _marked(rules),
        facts=once((*rules, "DM-SEQ-7")),
    )


def _course_text(reading: DoseReading) -> str:
    steps: dict[str, list[str]] = {}
    for one in reading.course.classes:
        steps.setdefault(one.name, []).extend(f"{step.after} {step.on}" for step in one.steps)
    said = [f"{toxicity} {', '.join(parts)}" for toxicity, parts in steps.items() if parts]
    nothing = "no change asked for by what is on record" if reading.findings else "no finding after a dose on record"
    return "; ".join([*said, *reading.course.departures]) or nothing


def _lymphopenia_alone(reading: DoseReading) -> bool:
    """Whether lymphopenia of grade 3 or more was set aside (DM-LYM-1)."""
    grades = [dict(one.used).get("grade", "0") for one in reading.course.because if one.rule == "DM-LYM-1"]
    return any(grade[-1] in "345" for grade in grades)


def _next(dose: DoseOnCourse) -> Statement:
    """The verdict on the day of the sheet, and what is missing for it."""
    first = dose.readings[0]
    rules = once(reason.rule for one in dose.readings if one.next_dose for reason in one.next_dose.because)
    verdict = _joined(by_reading(dose.readings, _next_text))
    last = _joined(by_reading(dose.readings, _last_day))
    days = f"due {first.next_dose.due}, not before {first.next_dose.earliest}, by {last}" if first.next_dose else ""
    closed = dose.value in ("stop", "complete")
    parts = (verdict,) if closed else (verdict, days, _still_open(first), _tests(first))
    return Statement(
        lead="Next dose",
        text="; ".join(filter(None, parts)) + _marked(rules),
        facts=once((*rules, "DM-SEQ-7", "DM-REN-5", "DM-HEP-5")),
        truth="u" if dose.value in (None, "undecided") else None,
        more=() if closed else tuple(map(_question, dose.questions)),
    )


def _next_text(reading: DoseReading) -> str:
    following, found = reading.next_dose, reading.by_findings
    if following is None:
        return ""
    early = following.earliest is not None and following.on < following.earliest
    if early and following.value == "hold" and (found is None or found.word == "give"):
        said = "not due yet"
    else:
        said = VERDICTS[following.value]
    said += f" {number_text(following.activity_mbq)} MBq" if following.activity_mbq is not None else ""
    if found is not None and following.value in ("undecided", "hold") and str(found) != said:
        said += f", by the findings so far: {found}"
    return said


def _last_day(reading: DoseReading) -> str:
    return str(reading.next_dose.latest) if reading.next_dose is not None else ""


def _question(question: OrganQuestion) -> str:
    """What a judge must decide, on which values, and what the criteria that could not be verified would say."""
    words = {True: "met", False: "not met", None: "cannot be told"}
    seen = "; ".join((*question.values, *question.events)) or "no value since the last dose"
    said = ", ".join(f"{one.variant.replace('_', ' ')} {words[one.met]}" for one in question.variants)
    return f"{question.organ} toxicity needs a judge: {seen} (criteria not verified: {said})"


def _still_open(reading: DoseReading) -> str:
    """The classes nobody has judged since the last dose."""
    return f"to be judged: {', '.join(reading.open_classes)}" if reading.open_classes else ""


def _tests(reading: DoseReading) -> str:
    """The tests that the check before a dose still asks for."""
    checks = reading.precycle.checks if reading.precycle is not None else ()
    needed = [dict(check.because.used)["analyte"] for check in checks if check.effect == "needed" and check.holds]
    if not needed:
        return ""
    names = ", ".join(map(analyte_text, needed)) if len(needed) <= MOST else f"{len(needed)} of the tests"
    return f"missing before a dose: {names}"


def _rules(reading: DoseReading) -> Iterable[str]:
    yield from (reason.rule for step in reading.course.steps for reason in step.because)
    yield from (reason.rule for reason in reading.course.because)


def _marked(rules: Iterable[str]) -> str:
    """The rules whose text could not be read, as a remark."""
    open_ones = [one for one in rules if rule(one).is_unverified]
    return f"; not verified: {', '.join(open_ones)}" if open_ones else ""


def _joined(said: Iterable[tuple[str, str]]) -> str:
    """Answers with the readings that give them; one answer alone needs no name."""
    return " | ".join(f"{text} [{name}]" if name else text for text, name in said)


def analyte_text(name: str) -> str:
    """An analyte as a clinician writes it."""
    upper = {"alt", "ast", "alp", "ggt", "inr"}
    return name.upper() if name in upper else {"egfr": "eGFR"}.get(name, name.replace("_", " "))
