"""From a course to the flat facts of a day: each fact with its date and the entry it comes from.

Every question to the course goes through its `Timeline`. Absence is unknown; only a `treatment_history` entry, in
which the recorder states that the list of treatments is complete, turns it into "no".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from math import inf
from typing import Any

from lutetia.course.course import Course
from lutetia.course.entry import Unknown
from lutetia.course.timeline import Reading, Timeline
from lutetia.dates import PartialDate, months_between_partial
from lutetia.guideline.derive_therapy import origin_of, therapy_facts
from lutetia.guideline.facts import Facts, FactValue, Value
from lutetia.quantities import Interval
from lutetia.scoring.renal import ckd_epi_2021_ml_min_1_73m2, cockcroft_gault_ml_min

# Flat field ← newest value of (entry kind, entry field).
NEWEST: dict[str, tuple[str, str]] = {
    "primary": ("diagnosis", "primary_site"),
    "functional": ("diagnosis", "functional"),
    "hereditary_syndrome": ("diagnosis", "hereditary"),
    "differentiation": ("specimen", "differentiation"),
    "biopsy_site": ("specimen", "site"),
    "stage": ("staging", "stage"),
    "resectable": ("staging", "resectability"),
    "ecog": ("clinic_visit", "ecog"),
    "kps": ("clinic_visit", "karnofsky_pct"),
    "weight_kg": ("clinic_visit", "weight_kg"),
    "life_expectancy_months": ("clinic_visit", "life_expectancy_months"),
    "tumour_symptoms": ("clinic_visit", "mass_symptoms"),
    "need_rapid_shrinkage": ("clinic_visit", "needs_rapid_shrinkage"),
    "syndrome_refractory_to_ssa": ("clinic_visit", "syndrome_refractory_to_ssa"),
    "pregnant": ("pregnancy_status", "pregnant"),
    "frail": ("frailty_assessment", "frail"),
    "peritoneal": ("ct_mri", "peritoneal_disease"),
    "peritoneal_large_nodules": ("ct_mri", "peritoneal_large_nodules"),
    "liver_diffuse": ("ct_mri", "liver_diffuse"),
    "bone_diffuse": ("ct_mri", "bone_diffuse"),
    "regional_nodes": ("ct_mri", "regional_nodes"),
    "liver_lesion_count": ("ct_mri", "liver_lesion_count"),
    "tumour_burden": ("ct_mri", "tumour_burden"),
    "sstr_modality": ("sstr_imaging", "modality"),
    "sstr_positive": ("sstr_imaging", "positive"),
    "sstr_all_lesions_positive": ("sstr_imaging", "all_lesions_positive"),
    "sstr_heterogeneous": ("sstr_imaging", "heterogeneous"),
    "sstr_negative_visceral_lesion": ("sstr_imaging", "negative_visceral_lesion"),
    "fdg_positive": ("fdg_imaging", "positive"),
    "fdg_suvmax": ("fdg_imaging", "suv_max"),
    "pace": ("disease_assessment", "pace"),
    "behaviour_change": ("disease_assessment", "behaviour_change"),
}
# Flat field in cm ← (entry kind, entry field in mm).
CENTIMETRES = {
    "primary_size_cm": ("ct_mri", "primary_largest_mm"),
    "liver_lesion_max_cm": ("ct_mri", "liver_largest_mm"),
    "largest_lesion_cm": ("ct_mri", "largest_lesion_mm"),
}
# Flat field ← whether an examination of that kind was performed.
PERFORMED = {"ct_or_mri_done": "ct_mri", "sstr_imaging_done": "sstr_imaging", "fdg_done": "fdg_imaging"}
LABORATORY = {"hb_g_l": "haemoglobin", "platelets_e9_l": "platelets", "leukocytes_e9_l": "leukocytes"}


def facts_of(course: Course, as_of: date) -> Facts:
    """The flat facts of a course as known on a day, each with date and origin."""
    return facts_on(Timeline(course, as_of))


def facts_on(timeline: Timeline) -> Facts:
    """The flat facts of a timeline's day, each with date and origin."""
    found: dict[str, FactValue] = {}
    for value in _all(timeline):
        if value.value is not None or value.unknown_because:
            found[value.field] = value
    late = timeline.left_out()
    count = "1 entry" if len(late) == 1 else f"{len(late)} entries"
    remarks = [f"{count} dated after {timeline.as_of} left out"] if late else []
    return Facts(name=timeline.course.patient.id, values=found, remarks=tuple(remarks))


def _all(timeline: Timeline) -> Iterable[FactValue]:
    yield from _patient(timeline)
    for field, (kind, name) in NEWEST.items():
        yield read(field, timeline.newest(kind, name))
    for field, (kind, name) in CENTIMETRES.items():
        yield read(field, timeline.newest(kind, name), lambda length_mm: length_mm / 10)
    for field, kind in PERFORMED.items():
        yield _performed(timeline, field, kind)
    yield from _pathology(timeline)
    yield from _ages_of_findings(timeline)
    yield from _scores(timeline)
    yield from _fitness(timeline)
    yield from _laboratory(timeline)
    yield from therapy_facts(timeline)


def read(field: str, reading: Reading | None, change: Callable[[Any], Any] | None = None) -> FactValue:
    """A reading of the timeline as a fact; contradictory readings are unknown, with the reason."""
    if reading is None:
        return FactValue(field=field, value=None)
    if reading.value is None:
        return FactValue(field=field, value=None, date=reading.date, unknown_because=_why_unknown(reading))
    value = change(reading.value) if change else reading.value
    return FactValue(
        field=field,
        value=plain(value),
        date=reading.date,
        origin=f"{reading.entry_id}, {reading.recorded_by}",
        entered=reading.entered,
    )


def plain(value: Any) -> Value:
    """An exact interval as its number, a quantity as a plain number; a true range stays a range."""
    if isinstance(value, Interval):
        value = value.value if value.is_exact else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else float(value)
    checked: Value = value
    return checked


def _why_unknown(reading: Reading) -> str | None:
    if reading.conflict:
        return "contradictory: " + " and ".join(sorted({str(value) for value in reading.conflict}))
    return reading.unknown.unknown.replace("_", " ") if reading.unknown else None


def _patient(timeline: Timeline) -> Iterable[FactValue]:
    patient, care = timeline.course.patient, timeline.course.care
    if isinstance(patient.birth, PartialDate):
        yield FactValue(field="age_years", value=_age_years(patient.birth, timeline.as_of), origin="date of birth")
    if patient.sex is not None and not isinstance(patient.sex, Unknown):
        yield FactValue(field="sex", value=patient.sex, origin="patient")
    if care is not None and care.jurisdiction is not None:
        yield FactValue(field="jurisdiction", value=care.jurisdiction, origin="centre")


def _age_years(birth: PartialDate, day: date) -> Value:
    youngest, oldest = (_whole_years(born, day) for born in (birth.latest, birth.earliest))
    return youngest if youngest == oldest else Interval(low=youngest, high=oldest)


def _whole_years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def months_since(start: PartialDate, end: date | PartialDate) -> Value:
    """Calendar months as a number, or as a range when a date is partial."""
    months = months_between_partial(start, end)
    if isinstance(months, tuple):
        return Interval(low=max(0.0, months[0]), high=max(0.0, months[1]))
    return plain(months)


def _performed(timeline: Timeline, field: str, kind: str) -> FactValue:
    """Yes when one was performed; no only when the record says that it was not."""
    entries = timeline.known(kind)
    done = [entry for entry in entries if entry.status == "performed"]
    told = done or [entry for entry in entries if entry.status == "not_done"]
    if not told:
        return FactValue(field=field, value=None)
    return FactValue(field=field, value=bool(done), date=told[-1].date, origin=origin_of(told[-1]))


def _pathology(timeline: Timeline) -> Iterable[FactValue]:
    """Ki-67, and the mitoses of the same specimen: counts of different specimens are not mixed."""
    ki67 = timeline.newest("specimen", "ki67_pct")
    yield read("ki67_pct", ki67)
    same = (lambda entry: entry.id == ki67.entry_id) if ki67 and ki67.value is not None else None
    yield read("mitoses_2mm2", timeline.newest("specimen", "mitoses_per_2mm2", where=same))
    methods = [(entry.method, entry) for entry in timeline.known("specimen")]
    for method, value in (("histology", True), ("cytology", False)):
        if told := [entry for name, entry in methods if name == method]:
            yield FactValue(field="histology_confirmed", value=value, date=told[-1].date, origin=origin_of(told[-1]))
            return


def _ages_of_findings(timeline: Timeline) -> Iterable[FactValue]:
    diagnoses = timeline.known("diagnosis")
    specimens = timeline.known("specimen")
    studies = [entry for entry in timeline.known("sstr_imaging") if entry.status == "performed"]
    for field, entries, index in (
        ("months_since_diagnosis", diagnoses, 0),
        ("months_since_biopsy", specimens, -1),
        ("months_since_sstr", studies, -1),
    ):
        if entries:
            entry = entries[index]
            months = months_since(entry.date, timeline.as_of)
            yield FactValue(field=field, value=months, date=entry.date, origin=origin_of(entry))


def _scores(timeline: Timeline) -> Iterable[FactValue]:
    """Lowest and highest SSTR score, and FDG against SSTR, as stated or from the lesions one by one."""
    for field, name, pick in (
        ("sstr_min_score", "lowest_score", min),
        ("sstr_max_score", "highest_score", max),
    ):
        stated = timeline.newest("sstr_imaging", name)
        yield read(field, stated) if stated else _from_lesions(timeline, field, "sstr_imaging", _picked(pick))
    stated = timeline.newest("fdg_imaging", "discordant")
    field = "fdg_sstr_discordant"
    yield read(field, stated) if stated else _from_lesions(timeline, field, "fdg_imaging", _discordant)
    yield _inconclusive(timeline)


def _picked(pick: Callable[[list[int]], int]) -> Callable[[Any], int | None]:
    def of(lesions: Any) -> int | None:
        scores = [lesion.score for lesion in lesions]
        return pick(scores) if scores and all(isinstance(score, int) for score in scores) else None

    return of


def _discordant(lesions: Any) -> bool | None:
    """True when one lesion takes up FDG and not the analogue; False only when every lesion is read in both."""
    pairs = [(lesion.fdg_positive, lesion.sstr_positive) for lesion in lesions]
    if any(fdg is True and sstr is False for fdg, sstr in pairs):
        return True
    settled = all(fdg is False or sstr is True for fdg, sstr in pairs)
    return False if pairs and settled else None


def _from_lesions(timeline: Timeline, field: str, kind: str, read_lesions: Callable[[Any], Any]) -> FactValue:
    for entry in reversed(timeline.known(kind)):
        if entry.lesions and (value := read_lesions(entry.lesions)) is not None:
            return FactValue(field=field, value=value, date=entry.date, origin=origin_of(entry))
    return FactValue(field=field, value=None)


def _inconclusive(timeline: Timeline) -> FactValue:
    """Yes when the newest CT/MRI or SSTR reading is inconclusive; no only when both are conclusive."""
    readings = [timeline.newest(kind, "conclusive") for kind in ("ct_mri", "sstr_imaging")]
    for reading in readings:
        if reading is not None and reading.value is False:
            return read("imaging_inconclusive", reading, lambda _: True)
    if all(reading is not None and reading.value is True for reading in readings):
        return read("imaging_inconclusive", readings[0], lambda _: False)
    return FactValue(field="imaging_inconclusive", value=None)


def _fitness(timeline: Timeline) -> Iterable[FactValue]:
    fit = timeline.newest("clinic_visit", "fit_for_antitumour_treatment")
    yield read("unfit_for_antitumour", fit, lambda value: not value)
    full = [entry for entry in timeline.known("frailty_assessment") if entry.comprehensive is True]
    done = [entry for entry in full if entry.status == "performed"]
    told = done or [entry for entry in full if entry.status == "not_done"]
    if told:
        yield FactValue(
            field="geriatric_assessment_done",
            value=bool(done),
            date=told[-1].date,
            origin=origin_of(told[-1]),
        )


def _laboratory(timeline: Timeline) -> Iterable[FactValue]:
    for field, analyte in LABORATORY.items():
        yield read(field, timeline.laboratory(analyte))
    yield _liver_tests(timeline)
    yield _renal(timeline, "egfr", "egfr", _egfr)
    yield _renal(timeline, "crcl", "creatinine_clearance", _clearance)


def _liver_tests(timeline: Timeline) -> FactValue:
    """The worse of AST and ALT in multiples of the upper limit; with only one of them, at least that."""
    readings = [_times_upper_limit(timeline, analyte) for analyte in ("ast", "alt")]
    known = [reading for reading in readings if reading is not None and reading.value is not None]
    if not known:
        return FactValue(field="ast_alt_xuln", value=None)
    worst = max(known, key=lambda reading: reading.value.low)
    if len(known) == 2:
        high = max(reading.value.high for reading in known)
        return read("ast_alt_xuln", worst, lambda value: Interval(low=value.low, high=high))
    return read("ast_alt_xuln", worst, lambda value: Interval(low=value.low, high=inf))


def _times_upper_limit(timeline: Timeline, analyte: str) -> Reading | None:
    return timeline.newest("laboratory", "times_upper_limit", where=lambda entry: bool(entry.analyte == analyte))


def _renal(
    timeline: Timeline,
    field: str,
    analyte: str,
    compute: Callable[[Timeline, Reading], FactValue | None],
) -> FactValue:
    """The reported value, or the one computed from a newer creatinine; each formula keeps its own name."""
    reported = timeline.laboratory(analyte)
    creatinine = timeline.laboratory("creatinine")
    if creatinine is None or creatinine.value is None or not creatinine.value.is_exact:
        return read(field, reported)
    if reported is not None and not creatinine.date.certainly_after(reported.date):
        return read(field, reported)
    return compute(timeline, creatinine) or read(field, reported)


def _egfr(timeline: Timeline, creatinine: Reading) -> FactValue | None:
    body = _body(timeline, creatinine)
    if body is None or body[0] < 18:
        return None
    age, sex = body
    result = ckd_epi_2021_ml_min_1_73m2(age_years=age, creatinine_umol_l=creatinine.value.value, sex=sex)
    return _computed("egfr", float(result.value), creatinine, "CKD-EPI 2021")


def _clearance(timeline: Timeline, creatinine: Reading) -> FactValue | None:
    body, weight = _body(timeline, creatinine), timeline.newest("clinic_visit", "weight_kg")
    if body is None or weight is None or weight.value is None:
        return None
    result = cockcroft_gault_ml_min(
        age_years=body[0],
        weight_kg=float(weight.value),
        creatinine_umol_l=creatinine.value.value,
        sex=body[1],
        weight_used="actual",
    )
    return _computed("crcl", float(result.value), creatinine, "Cockcroft-Gault, actual weight")


def _body(timeline: Timeline, creatinine: Reading) -> tuple[int, Any] | None:
    """Age on the day of the sample and sex, when both are known exactly."""
    patient = timeline.course.patient
    if not isinstance(patient.birth, PartialDate) or patient.sex not in ("female", "male"):
        return None
    age = _age_years(patient.birth, creatinine.date.latest)
    return (age, patient.sex) if isinstance(age, int) else None


def _computed(field: str, value: float, creatinine: Reading, formula: str) -> FactValue:
    origin = f"{formula} from creatinine {creatinine.entry_id}"
    return FactValue(field=field, value=value, date=creatinine.date, origin=origin)
