"""Made-up courses: a cohort that resembles ITANET (S000), and one in which no drug does anything.

Same seed, same courses. Every course says made_up: true; ids and centres are invented. The numbers behind are drawn in
`itanet_draw` and `null_cohort`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from lutetia.course.course import FORMAT, Course
from lutetia.errors import Fault, InputError
from lutetia.exchange.itanet_draw import (
    CHT,
    COMPLETE,
    CUT_OFF,
    NEVER,
    NOT_EVALUABLE,
    PARTIAL,
    RLT,
    TT,
    Drawn,
    draw,
    margins,
)
from lutetia.exchange.null_cohort import NullCohort, null_cohort

__all__ = ["CUT_OFF", "itanet_like", "null_cohort", "null_courses"]

RECORDER = "made-up registry"
_FIRST_REGIMEN = ("ssa_standard", "rlt", "everolimus", "captem")
_SECOND_REGIMEN = ("ssa_high_dose", "rlt", "everolimus", "captem")
_NAMES = {"rlt": "[177Lu]Lu-DOTATATE with a somatostatin analogue"}
_RLT_DAYS, _CHT_DAYS = 196, 240  # four cycles; about eight months of chemotherapy
_PD_WITHIN_DAYS = 100


def itanet_like(patients: int = 201, seed: int = 1, investigational: int = 0) -> tuple[Course, ...]:
    """Made-up courses with the margins of S000's Table 1 in expectation, and its median PFS by line nearly.

    `investigational`: so many further patients, after the others, whose second line was an investigational treatment
    (S000 excluded 36 of 237). The data cut-off they are made for is `CUT_OFF`. Raises InputError for fewer than 1
    patient.
    """
    if patients < 1 or investigational < 0:
        must = "must have at least 1 patient, and no negative number of further ones"
        raise InputError("itanet_like", [Fault(place="patients", must=must, got=f"{patients}, {investigational}")])
    drawn = draw(patients + investigational, seed)
    return tuple(_itanet_course(drawn, n, seed, investigational=n >= patients) for n in range(drawn.n))


def null_courses(patients: int, seed: int, mean_wait_months: float = 6.0, indolence: float = 0.0) -> tuple[Course, ...]:
    """The patients of `null_cohort` as courses; all starters of line 1 are in it, with or without a second line."""
    cohort = null_cohort(patients, seed, mean_wait_months, indolence)
    return tuple(_null_course(cohort, n, seed) for n in range(cohort.n))


# ---- ITANET-like


def _itanet_course(drawn: Drawn, n: int, seed: int, *, investigational: bool) -> Course:
    one, two = int(drawn.line_1_on[n]), int(drawn.line_2_on[n])
    found = one - int(drawn.from_diagnosis_days[n])
    end, dead = _end(drawn, n)
    entries = [*_disease(drawn, n, found, one), *_first_line(drawn, n, one)]
    entries += _second_line(drawn, n, two, end, investigational=investigational)
    entries += _third_line(drawn, n, two, end)
    entries += _last(end, dead)
    birth = one - round(float(drawn.age_years[n]) * 365.25)
    return _course(f"MU-{seed}-{n + 1:04d}", bool(drawn.male[n]), birth, int(drawn.centre[n]), entries)


def _end(drawn: Drawn, n: int) -> tuple[int, bool]:
    """The last day of the story, and whether it is death."""
    dead = bool(drawn.death_days[n] <= drawn.followed_days[n])
    return int(drawn.line_2_on[n]) + int(min(drawn.death_days[n], drawn.followed_days[n])), dead


def _disease(drawn: Drawn, n: int, found: int, one: int) -> list[dict[str, Any]]:
    syndrome = int(drawn.syndrome[n])
    diagnosis = _entry(
        "diagnosis", "diagnosis", found, primary_site="pancreas", functional=syndrome >= 0, hereditary=False
    )
    if syndrome >= 0:
        diagnosis["syndrome"] = margins()["syndromes"][syndrome]["syndrome"]
    ki67: Any = {"unknown": "not_recorded"}
    if drawn.ki67_known[n]:
        ki67 = float(drawn.ki67_pct[n])
    specimen = _entry("specimen", "specimen", found, method="histology", differentiation="well", ki67_pct=ki67)
    metastatic, extrahepatic = bool(drawn.metastatic[n]), bool(drawn.extrahepatic[n])
    staging = _entry(
        "staging", "staging", max(found, one - 14), stage="metastatic" if metastatic else "locally_advanced"
    )
    staging["metastatic_sites"] = ["liver", "bone"][: 1 + extrahepatic] if metastatic else []
    surgery = []
    if drawn.resected[n]:
        when = found + min(30, (one - found) // 2)
        r0 = "R0" if drawn.r0[n] else "R2"
        surgery = [_entry("procedure", "surgery", when, procedure="primary_resection", residual=r0)]
    return [diagnosis, specimen, *surgery, staging]


def _first_line(drawn: Drawn, n: int, one: int) -> list[dict[str, Any]]:
    group, spare = int(drawn.first[n]), drawn.spare[n]
    regimen = "sunitinib" if group == TT and spare[0] < 1 / 17 else _FIRST_REGIMEN[group]
    progression = one + int(drawn.first_progression_days[n])
    response = _response(int(drawn.first_response[n]), progression - one)
    return _line("line-1", one, regimen, progression, progression, response)


def _second_line(drawn: Drawn, n: int, two: int, end: int, *, investigational: bool) -> list[dict[str, Any]]:
    group, spare = int(drawn.second[n]), drawn.spare[n]
    regimen = _SECOND_REGIMEN[group]
    again = group == int(drawn.first[n])
    if group == TT and (again or spare[1] < 0.2):
        regimen = "sunitinib"
    elif group == CHT and (again or spare[1] < 0.3):
        regimen = "folfox"
    days = int(drawn.second_progression_days[n])
    progression = two + days if days < NEVER and two + days <= end else None
    response = _response(int(drawn.second_response[n]), (progression or end) - two, progressed=progression is not None)
    if investigational:
        return _line("line-2", two, "other", progression, end, response, name="investigational treatment in a trial")
    return _line("line-2", two, regimen, progression, end, response)


def _third_line(drawn: Drawn, n: int, two: int, end: int) -> list[dict[str, Any]]:
    """Six in ten of those who progress and live on get a third line: a treatment they have not had."""
    spare, days = drawn.spare[n], int(drawn.second_progression_days[n])
    start = two + days + 20 + int(60 * spare[3]) if days < NEVER else NEVER
    if start + 30 > end or spare[2] > 0.6:
        return []
    left = [group for group in (CHT, TT, RLT) if group not in (int(drawn.first[n]), int(drawn.second[n]))]
    regimen = _SECOND_REGIMEN[left[int(spare[4] * len(left))]]
    lasted = max(30, int(-np.log(1 - spare[5]) * 350))
    progression = start + lasted if start + lasted <= end else None
    return _line("line-3", start, regimen, progression, end, "SD" if progression is None or lasted > 100 else "PD")


def _response(kind: int, lasted: int, *, progressed: bool = True) -> str:
    if kind == NOT_EVALUABLE:
        return "NE"
    if kind in (PARTIAL, COMPLETE):
        return "CR" if kind == COMPLETE else "PR"
    return "PD" if progressed and lasted <= _PD_WITHIN_DAYS else "SD"


def _line(
    line: str, start: int, regimen: str, progression: int | None, end: int, response: str, name: str | None = None
) -> list[dict[str, Any]]:
    """A line of therapy with its assessments: one on the way where the line lasted, and one at progression."""
    until = progression if progression is not None else end
    planned = {"rlt": _RLT_DAYS}.get(regimen, _CHT_DAYS if regimen in ("captem", "folfox") else NEVER)
    entry = _entry("therapy_line", line, start, regimen=regimen, best_response=response)
    if name or regimen in _NAMES:
        entry["name"] = name or _NAMES[regimen]
    if start + planned < until:
        entry |= {"stop": _iso(start + planned), "stop_reason": "completed"}
    elif progression is not None:
        entry |= {"stop": _iso(progression), "stop_reason": "progression"}
    else:
        entry["ongoing"] = True
    if progression is not None:
        entry |= {"progression": _iso(progression), "progression_basis": "radiological"}
    seen = []
    if response in ("CR", "PR", "SD") and until - start >= 2:
        after = max(1, min(int(0.3 * (until - start)), 120))
        seen.append(_assessment(f"{line}-first-scan", start + after, line, response))
    if progression is not None:
        seen.append(_assessment(f"{line}-progression", progression, line, "PD"))
    elif response != "NE" and end - start > 150:
        seen.append(_assessment(f"{line}-last-scan", end - 30, line, "SD" if response == "PD" else response))
    return [entry, *seen]


def _assessment(entry_id: str, day: int, line: str, response: str) -> dict[str, Any]:
    told = {"progression": response == "PD", "basis": "radiological", "method": "recist_1_1", "response": response}
    return _entry("disease_assessment", entry_id, day, line=line, **told)


# ---- the null


def _null_course(cohort: NullCohort, n: int, seed: int) -> Course:
    one = int(cohort.line_1_on[n])
    days = int(cohort.survival_days[n])
    end, dead = one + days, bool(cohort.died[n])
    first = "rlt" if cohort.rlt_first[n] else "ssa_standard"
    progression = int(cohort.progression_days[n])
    seen = one + progression if progression <= days else None
    entries = [_entry("diagnosis", "diagnosis", one - 30, primary_site="pancreas")]
    ki67 = float(np.clip(np.rint(7 - 3 * cohort.indolence[n]), 1, 20))
    entries.append(_entry("specimen", "specimen", one - 30, differentiation="well", ki67_pct=ki67))
    entries += _line("line-1", one, first, seen, end, _response(0, progression, progressed=seen is not None))
    if cohort.line_2_days[n] < NEVER:
        two = one + int(cohort.line_2_days[n])
        after = int(cohort.second_progression_days[n])
        then = one + after if after <= days else None
        regimen = "rlt" if cohort.line_2_rlt[n] else "everolimus"
        lasted = (then or end) - two
        entries += _line("line-2", two, regimen, then, end, _response(0, lasted, progressed=then is not None))
    entries += _last(end, dead)
    male = cohort.spare[n] < 0.5
    birth = one - round(365.25 * (58 + 25 * (2 * float(cohort.spare[n]) - 1)))
    return _course(f"NULL-{seed}-{n + 1:05d}", bool(male), birth, int(cohort.centre[n]), entries)


# ---- both


def _course(patient: str, male: bool, birth: int, centre: int, entries: list[dict[str, Any]]) -> Course:
    return Course.model_validate(
        {
            "lutetia": FORMAT,
            "made_up": True,
            "patient": {"id": patient, "sex": "male" if male else "female", "birth": _iso(birth)},
            "care": {"centre": f"Centre {chr(ord('A') + centre)}", "jurisdiction": "EU"},
            "entries": entries,
        }
    )


def _last(end: int, dead: bool) -> list[dict[str, Any]]:
    history = _entry("treatment_history", "history", end, complete_for=["systemic_therapy", "rlt", "surgery"])
    last = _entry("death", "death", end, cause="tumour") if dead else _entry("last_contact", "last-contact", end)
    return [history, last]


def _entry(kind: str, entry_id: str, day: int, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "id": entry_id, "date": _iso(day), "recorded_by": RECORDER, **fields}


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
