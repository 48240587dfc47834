"""The absorbed doses of a cycle into the patient's course: an entry that supersedes the cycle on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml

from lutetia.course.consistency import Ledger
from lutetia.course.course import Course
from lutetia.course.therapy import AbsorbedDose, RltCycle
from lutetia.dates import PartialDate
from lutetia.errors import Fault, InputError
from lutetia.exchange.dose_study.outcome import DoseOutcome
from lutetia.exchange.dose_study.planning import CourseEntry

SAME_ACTIVITY_FRACTION = 0.01


def absorbed_doses(outcome: DoseOutcome) -> tuple[AbsorbedDose, ...]:
    """The doses as the course keeps them: organs of the ledger as one each, lesions and other organs one by one.

    A region without a dose is left out: unknown is not 0.
    """
    found = []
    for organ, one in outcome.organs.items():
        regions = f" ({' and '.join(one.regions)}, mean over their mass)" if len(one.regions) > 1 else ""
        method = f"{_method(outcome)}, {outcome.cycle.region(one.regions[0]).engine}{regions}"
        found.append(_dose(organ, None, one.dose.gy, one.dose.u_gy, method))
    for request in outcome.study.regions:
        region = outcome.cycle.region(request.region)
        if request.counts_as in ("tumour", "other") and region.dose is not None:
            lesion = request.lesion if request.counts_as == "tumour" else None
            method = f"{_method(outcome)}, {region.engine}, {region.name}"
            found.append(_dose(request.counts_as, lesion, region.dose.gy, region.dose.u_gy, method))
    return tuple(found)


def entry_for(outcome: DoseOutcome, *, at: datetime) -> RltCycle | None:
    """A new rlt_cycle entry by the study's `course` section; None where it does not name line and number."""
    asked = outcome.study.course
    if asked is None or asked.line is None:
        return None
    injected_at = outcome.study.administration.injected_at
    name = outcome.study.radiopharmaceutical
    return RltCycle.model_validate(
        {
            "id": asked.entry or f"cycle-{outcome.study.cycle}",
            "date": injected_at.date(),
            "recorded_by": asked.recorded_by,
            "recorded_on": at.date(),
            "line": asked.line,
            "number": asked.number or outcome.study.cycle,
            "administered_at": injected_at,
            "activity_mbq": float(f"{outcome.assembled.series.administered_mbq:.6g}"),
            "absorbed_doses": absorbed_doses(outcome),
            **({"radiopharmaceutical": name} if name else {}),
        }
    )


def entry_text(entry: RltCycle) -> str:
    """The entry as YAML, to be put under `entries` of a course."""
    data = {name: value for name, value in entry.model_dump(mode="json", exclude_none=True).items() if value != []}
    return yaml.safe_dump([data], sort_keys=False, allow_unicode=True, width=110)


def with_doses(course: Course, outcome: DoseOutcome, *, at: datetime) -> Course:
    """The course with an entry more: the cycle on record once again, with its absorbed doses, superseding it.

    The cycle is the one that the study names, else the one administered on that day. Raises InputError where there is
    none or more than one, where nuclide day or activity disagree, and where no author is named.
    """
    old = _on_record(course, outcome.study.course, outcome)
    asked = outcome.study.course
    if asked is None:
        do = "Add course: {recorded_by: …} to the study."
        must = "must name who states the doses"
        raise InputError("course", [Fault(place="course.recorded_by", must=must, got="none", do=do)])
    taken = {entry.id for entry in course.entries}
    data: dict[str, Any] = old.model_dump(exclude={"absorbed_doses", "recorded_on", "supersedes", "id", "recorded_by"})
    new = RltCycle.model_validate(
        data
        | {
            "id": _free_id(f"{old.id}-doses", taken),
            "recorded_by": asked.recorded_by,
            "recorded_on": max(PartialDate.parse(at.date()).earliest, old.date.latest),
            "supersedes": old.id,
            "absorbed_doses": absorbed_doses(outcome),
        }
    )
    return Course.model_validate(course.model_copy(update={"entries": (*course.entries, new)}).model_dump())


def _on_record(course: Course, asked: CourseEntry | None, outcome: DoseOutcome) -> RltCycle:
    known = Ledger(dict(enumerate(course.entries)))
    cycles = [entry for _, entry in known.in_force() if isinstance(entry, RltCycle)]
    injected_on = outcome.study.administration.injected_at.date()
    if asked is not None and asked.entry is not None:
        newest = known.newest_version(asked.entry)
        found = [newest] if isinstance(newest, RltCycle) else []
        what = f"the rlt_cycle {asked.entry}"
    else:
        found = [cycle for cycle in cycles if cycle.date.precision == "day" and cycle.date.earliest == injected_on]
        what = f"one rlt_cycle of {injected_on}"
    if len(found) != 1:
        got = f"{len(found)} (cycles of {', '.join(str(cycle.date) for cycle in cycles) or 'no day'})"
        do = "Record the cycle first, or name it: course: {entry: …}."
        raise InputError("course", [Fault(place="entries", must=f"must hold {what}", got=got, do=do)])
    _refuse_disagreement(found[0], outcome)
    return found[0]


def _refuse_disagreement(cycle: RltCycle, outcome: DoseOutcome) -> None:
    faults = []
    injected_on = PartialDate.parse(outcome.study.administration.injected_at.date())
    if injected_on.certainly_before(cycle.date) or injected_on.certainly_after(cycle.date):
        must = f"must be administered on the day of the study, {injected_on}"
        faults.append(Fault(place=f"{cycle.id}.date", must=must, got=str(cycle.date)))
    mbq = outcome.assembled.series.administered_mbq
    if isinstance(cycle.activity_mbq, float) and abs(cycle.activity_mbq / mbq - 1) > SAME_ACTIVITY_FRACTION:
        must = f"must agree with the administered activity of the study, {mbq:.5g} MBq, within 1 %"
        got = f"{float(cycle.activity_mbq):.5g} MBq"
        faults.append(Fault(place=f"{cycle.id}.activity_mbq", must=must, got=got, do="Correct one of the two."))
    if outcome.study.cycle != cycle.number and not (outcome.study.course and outcome.study.course.entry):
        must = f"must have the number of the study's cycle, {outcome.study.cycle}"
        do = "Is the course counting by line? Name the entry: course: {entry: …}."
        faults.append(Fault(place=f"{cycle.id}.number", must=must, got=str(cycle.number), do=do))
    if faults:
        raise InputError("course", faults)


def _free_id(wanted: str, taken: set[str]) -> str:
    number = 2
    chosen = wanted
    while chosen in taken:
        chosen, number = f"{wanted}-{number}", number + 1
    return chosen


def _method(outcome: DoseOutcome) -> str:
    count = len(outcome.assembled.scans)
    return f"Lutetia, {count} {'scan' if count == 1 else 'scans'}"


def _dose(organ: str, lesion: str | None, gy: float, u_gy: float | None, method: str) -> AbsorbedDose:
    given = {"organ": organ, "lesion": lesion, "absorbed_dose_gy": float(f"{gy:.6g}"), "method": method}
    u = {"unknown": "not_measurable"} if u_gy is None else float(f"{u_gy:.4g}")
    return AbsorbedDose.model_validate(given | {"standard_uncertainty_gy": u})
