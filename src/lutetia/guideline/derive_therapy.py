"""From a course to the flat facts about treatment and progression."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import inf
from typing import Any

from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate, months_between_partial
from lutetia.guideline.facts import FactValue, Value
from lutetia.quantities import Interval

SSA = frozenset({"ssa_standard", "ssa_high_dose"})
CHEMOTHERAPY = frozenset({"captem", "stz5fu", "folfox", "platinum_etoposide", "temozolomide"})
EMBOLISATION_OR_RFA = frozenset({"embolisation", "chemoembolisation", "radioembolisation", "radiofrequency_ablation"})
RESPONSES = ("CR", "PR", "SD", "PD")
# A board's judgement counts as radiological (field dictionary, pd_confirmed).
BASIS = {
    "radiological": "radiological",
    "board": "radiological",
    "clinical": "clinical",
    "biochemical_only": "biochemical_only",
    "none": "none",
}
ESTABLISHING = frozenset({"radiological", "board"})


def therapy_facts(timeline: Timeline) -> Iterable[FactValue]:
    """Lines given and failed, RLT and its doses, progression and its basis."""
    lines = timeline.lines()
    yield from _ssa(timeline, lines)
    yield from _other_systemic(timeline, lines)
    yield from _counts(timeline, lines)
    yield from _rlt(timeline, lines)
    yield from _locoregional(timeline)
    yield from _progression(timeline, lines)


def _given(timeline: Timeline, field: str, entries: list[Any], complete: str) -> FactValue:
    """Yes when there is such a treatment; no only when the list of treatments is stated to be complete."""
    if entries:
        return FactValue(field=field, value=True, date=entries[-1].date, origin=origin_of(entries[-1]))
    if (until := timeline.complete_until(complete)) is not None:
        return FactValue(field=field, value=False, date=until, origin="treatment history stated complete")
    return FactValue(field=field, value=None)


def origin_of(entry: Any) -> str:
    """The entry a fact comes from and who recorded it."""
    return f"{entry.id}, {entry.recorded_by}"


def _months(entries: list[Any], as_of: date) -> Value:
    """Total months of the lines, up to the day for a line without a stop; a range when a date is partial."""
    low = high = 0.0
    for entry in entries:
        end = entry.stop if isinstance(entry.stop, PartialDate) else as_of
        months = months_between_partial(entry.date, end)
        least, most = months if isinstance(months, tuple) else (months, months)
        low, high = low + max(0.0, least), high + max(0.0, most)
    return _number(low, high)


def _number(low: float, high: float) -> Value:
    low, high = round(low, 6), round(high, 6)
    if low == high:
        return int(low) if low.is_integer() else low
    return Interval(low=low, high=high)


def _ssa(timeline: Timeline, lines: tuple[Any, ...]) -> Iterable[FactValue]:
    given = [line for line in lines if line.regimen in SSA]
    yield _given(timeline, "prior_ssa", given, "systemic_therapy")
    if given:
        months = _months(given, timeline.as_of)
        yield FactValue(field="ssa_months", value=months, date=given[0].date, origin=origin_of(given[0]))
    yield _progression_on_ssa(timeline, given)


def _progression_on_ssa(timeline: Timeline, given: list[Any]) -> FactValue:
    """Whether the disease ever progressed on an analogue; no only when each line is known to have held or stopped
    for another reason."""
    field = "pd_on_ssa"
    if failed := [line for line in given if _progressed(line)]:
        return FactValue(field=field, value=True, date=failed[-1].date, origin=origin_of(failed[-1]))
    ids = {line.id for line in given}
    assessments = timeline.known("disease_assessment")
    for entry in assessments:
        if entry.progression is True and entry.line in ids and entry.basis in ESTABLISHING:
            return FactValue(field=field, value=True, date=entry.date, origin=origin_of(entry))
    if not given:
        return _given(timeline, field, [], "systemic_therapy")
    last = assessments[-1] if assessments else None
    held = last is not None and last.progression is False
    if all(_stopped_otherwise(line) or (held and line.stop is None) for line in given):
        origin = origin_of(last) if last is not None else origin_of(given[-1])
        return FactValue(field=field, value=False, date=last.date if last else None, origin=origin)
    return FactValue(field=field, value=None)


def _progressed(line: Any) -> bool:
    return isinstance(line.progression, PartialDate) or line.stop_reason == "progression"


def _stopped_otherwise(line: Any) -> bool:
    return line.stop_reason in {"toxicity", "completed", "patient_choice", "switch", "other"}


def _other_systemic(timeline: Timeline, lines: tuple[Any, ...]) -> Iterable[FactValue]:
    given = [line for line in lines if line.regimen not in SSA]
    yield _given(timeline, "prior_systemic_other_than_ssa", given, "systemic_therapy")
    if given:
        origin = origin_of(given[-1])
        months = _months(given, timeline.as_of)
        yield FactValue(field="prior_systemic_months", value=months, date=given[0].date, origin=origin)
        stops = [line.stop for line in given if isinstance(line.stop, PartialDate)]
        if len(stops) == len(given):
            last = max(stops, key=lambda stop: (stop.latest, stop.earliest))
            low, high = ((timeline.as_of - day).days / 7 for day in (last.latest, last.earliest))
            weeks = _number(max(0.0, low), max(0.0, high))
            yield FactValue(field="weeks_since_systemic", value=weeks, date=last, origin=origin)


def _counts(timeline: Timeline, lines: tuple[Any, ...]) -> Iterable[FactValue]:
    chemotherapy = [line for line in lines if line.regimen in CHEMOTHERAPY]
    failed = [line for line in lines if _progressed(line)]
    yield _count(timeline, "prior_chemo_lines", chemotherapy)
    yield _count(timeline, "lines_failed", failed)
    for field, regimen in (("prior_everolimus", "everolimus"), ("prior_sunitinib", "sunitinib")):
        given = [line for line in lines if line.regimen == regimen]
        yield _given(timeline, field, given, "systemic_therapy")


def _count(timeline: Timeline, field: str, entries: list[Any]) -> FactValue:
    """The count when the history is stated complete, else at least that many; none at all says nothing."""
    number = len(entries)
    when = entries[-1].date if entries else None
    if (until := timeline.complete_until("systemic_therapy")) is not None:
        return FactValue(field=field, value=number, date=until, origin="treatment history stated complete")
    if number == 0:
        return FactValue(field=field, value=None)
    return FactValue(
        field=field,
        value=Interval(low=number, high=inf),
        date=when,
        origin="lines in the record, may be more",
    )


def _rlt(timeline: Timeline, lines: tuple[Any, ...]) -> Iterable[FactValue]:
    courses = [line for line in lines if line.regimen == "rlt"]
    cycles = list(timeline.known("rlt_cycle"))
    complete = "rlt" if timeline.states_complete("rlt") else "systemic_therapy"
    yield _given(timeline, "prior_rlt", courses or cycles, complete)
    if cycles:
        yield FactValue(field="rlt_cycles", value=len(cycles), date=cycles[-1].date, origin=origin_of(cycles[-1]))
    if courses:
        yield from _rlt_result(timeline, courses[-1])
    yield from _absorbed_doses(timeline, cycles)


def _rlt_result(timeline: Timeline, line: Any) -> Iterable[FactValue]:
    """Best response and months of control of the latest RLT course."""
    origin = origin_of(line)
    response = line.best_response if line.best_response in RESPONSES else None
    control = Interval.exactly(0) if response == "PD" else timeline.months_of_control(line)
    yield FactValue(field="rlt_best_response", value=response, date=line.date, origin=origin)
    if control is None:
        return
    months = _number(control.low, control.high) if control.high != inf else control
    yield FactValue(field="rlt_control_months", value=months, date=line.date, origin=origin)
    year_of_control = control.certainly(">=", 12)
    if year_of_control is not None and (year_of_control or control.high != inf):
        yield FactValue(field="rlt_failed", value=not year_of_control, date=line.date, origin=origin)


def _absorbed_doses(timeline: Timeline, cycles: list[Any]) -> Iterable[FactValue]:
    """Cumulative absorbed dose of an organ; at least the sum where a cycle has no dosimetry."""
    dosed = [cycle for cycle in cycles if cycle.absorbed_doses]
    if dosed:
        yield FactValue(field="dosimetry_available", value=True, date=dosed[-1].date, origin=origin_of(dosed[-1]))
    for field, organ in (("kidney_dose_gy", "kidneys"), ("marrow_dose_gy", "red_marrow")):
        doses = [
            dose.absorbed_dose_gy
            for cycle in dosed
            for dose in cycle.absorbed_doses
            if dose.organ == organ and isinstance(dose.absorbed_dose_gy, float)
        ]
        if not doses:
            continue
        total = round(sum(doses), 6)
        complete = len(doses) == len(cycles) and timeline.states_complete("rlt")
        yield FactValue(
            field=field,
            value=_number(total, total if complete else inf),
            date=dosed[-1].date,
            origin=f"sum of {len(doses)} of {len(cycles)} cycles",
        )


def _locoregional(timeline: Timeline) -> Iterable[FactValue]:
    done = [entry for entry in timeline.known("procedure") if entry.procedure in EMBOLISATION_OR_RFA]
    yield _given(timeline, "prior_embolisation_or_rfa", done, "locoregional")


def _progression(timeline: Timeline, lines: tuple[Any, ...]) -> Iterable[FactValue]:
    """Progression as last assessed; an assessment from before a later antitumour line no longer counts."""
    told = [entry for entry in timeline.known("disease_assessment") if isinstance(entry.progression, bool)]
    fresh = [entry for entry in told if not _overtaken(entry.date, lines)]
    if fresh:
        last = fresh[-1]
        basis = BASIS.get(last.basis) if isinstance(last.basis, str) else None
        confirmed = _confirmed(last.progression, last.basis)
        yield FactValue(field="pd_confirmed", value=confirmed, date=last.date, origin=origin_of(last))
        yield FactValue(field="pd_basis", value=basis, date=last.date, origin=origin_of(last))
        return
    for line in reversed(lines):
        if isinstance(line.progression, PartialDate) and not _overtaken(line.progression, lines):
            confirmed = _confirmed(True, line.progression_basis)
            basis = BASIS.get(line.progression_basis) if isinstance(line.progression_basis, str) else None
            yield FactValue(field="pd_confirmed", value=confirmed, date=line.progression, origin=origin_of(line))
            yield FactValue(field="pd_basis", value=basis, date=line.progression, origin=origin_of(line))
            return


def _confirmed(progression: bool, basis: Any) -> bool | None:
    """Established on images or by the board; clinical progression alone stays open, a marker alone is none."""
    if not progression or basis in {"biochemical_only", "none"}:
        return False
    return True if basis in ESTABLISHING else None


def _overtaken(day: PartialDate, lines: tuple[Any, ...]) -> bool:
    """Whether an antitumour line other than an analogue began certainly later."""
    return any(line.regimen not in SSA and line.date.certainly_after(day) for line in lines)
