"""Choi responses of one series: size and attenuation of its targets at every visit against the baseline.

The record holds no field for a nodule inside a tumour or for symptoms of the tumour at a scan: `unstated` says whether
these findings are taken as unknown (they then leave classes open) or as absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lutetia.scoring import choi
from lutetia.scoring.course_lesions.examination import Examination
from lutetia.scoring.course_lesions.series import ReadingSeries
from lutetia.scoring.recist.days import refuse_choices
from lutetia.scoring.recist.lesion import Measurement
from lutetia.scoring.recist.visit import Visit, VisitResponse

Unstated = Literal["unknown", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiVisit:
    """One visit: the response, or None; `why` it is not assessable, empty when it is."""

    visit: str
    examination: Examination
    response: choi.ChoiResponse | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiVisits:
    """The visits of one series in order."""

    value: tuple[ChoiVisit, ...]
    conventions: tuple[str, ...]


def choi_visits(
    series: ReadingSeries,
    responses: Sequence[VisitResponse],
    *,
    criteria: choi.Criteria,
    attenuation_average: choi.Average,
    progression_against: choi.Against,
    unstated: Unstated,
) -> ChoiVisits:
    """The Choi response at every visit of a series; `responses` are its RECIST responses, visit by visit.

    New lesions and progression of non-targets come from `responses`. Not assessable: MRI, a phase that is not recorded,
    a target that was not measured, a series without targets; several phases at once ("multiphase") are left to the
    criteria, which judge the portal venous phase alone. Raises InputError for choices that do not exist.
    """
    refuse_choices("Choi responses", ("unstated", ("unknown", "absent"), unstated))
    absent = False if unstated == "absent" else None
    found: list[ChoiVisit] = []
    smallest_mm = _sum_mm(series, series.course.baseline)
    for examination, visit, response in zip(series.visits, series.course.visits, responses, strict=True):
        why = _why_not(series, examination, visit)
        if not why and progression_against == "nadir" and not smallest_mm:
            why = "every target had gone before: no growth can be told from a nadir of 0 mm"
        if why or smallest_mm is None:
            found.append(ChoiVisit(visit=visit.name, examination=examination, response=None, why=why))
            continue
        judged = choi.response(
            _lesions(series, series.course.baseline, series.baseline),
            _lesions(series, visit, examination),
            criteria=criteria,
            baseline_phase=series.baseline.phase or "mixed",
            phase=examination.phase or "mixed",
            attenuation_average=attenuation_average,
            progression_against=progression_against,
            nadir_mm=smallest_mm if progression_against == "nadir" else None,
            new_lesion=response.new_lesion,
            nontarget_progression=None if response.nontarget == "NE" else response.nontarget == "PD",
            new_or_growing_nodule=absent,
            symptomatic_worsening=absent,
        )
        smallest_mm = min(smallest_mm, _sum_mm(series, visit) or 0.0)
        why = "" if judged.assessable else _phases(series.baseline, examination)
        found.append(ChoiVisit(visit=visit.name, examination=examination, response=judged, why=why))
    said = dict.fromkeys(line for one in found if one.response for line in one.response.conventions)
    return ChoiVisits(
        value=tuple(found),
        conventions=(
            *said,
            f"unstated={unstated}: a nodule inside a tumour and symptomatic worsening have no field in the record",
            "nodes enter the sum with their short axis; where no new lesion is listed there was none",
        ),
    )


def _why_not(series: ReadingSeries, examination: Examination, visit: Visit) -> str:
    targets = [lesion.name for lesion in series.course.role("target")]
    unmeasured = [name for name in targets if _diameter_mm(visit.seen, name) is None]
    if not targets:
        return "no target lesions"
    for seen in (series.baseline, examination):
        if seen.modalities and "ct" not in seen.modalities and "ct_and_mri" not in seen.modalities:
            return f"attenuation is measured on CT, {seen.name} is {' + '.join(seen.modalities).upper()}"
        if seen.phase is None:
            return f"the contrast phase of {seen.name} is not recorded"
    return f"not measured: {', '.join(unmeasured)}" if unmeasured else ""


def _phases(baseline: Examination, now: Examination) -> str:
    shown = {"mixed": "several phases, from which the attenuation comes is not recorded", "none": "no contrast"}
    said = dict.fromkeys(shown.get(seen.phase or "", f"{seen.phase} phase") for seen in (baseline, now))
    return f"only the portal venous phase counts: {' / '.join(one for one in said if 'portal' not in one)}"


def _lesions(series: ReadingSeries, visit: Visit, examination: Examination) -> list[choi.Lesion]:
    attenuation = examination.attenuation_hu
    return [
        choi.Lesion(
            name=lesion.name,
            diameter_mm=_diameter_mm(visit.seen, lesion.name) or 0.0,
            attenuation_hu=attenuation.get(lesion.name),
        )
        for lesion in series.course.role("target")
    ]


def _sum_mm(series: ReadingSeries, visit: Visit) -> float | None:
    found = [_diameter_mm(visit.seen, lesion.name) for lesion in series.course.role("target")]
    known = [diameter for diameter in found if diameter is not None]
    return sum(known) if found and len(known) == len(found) else None


def _diameter_mm(seen: Mapping[str, Measurement], name: str) -> float | None:
    return seen[name].diameter_mm if name in seen else None
