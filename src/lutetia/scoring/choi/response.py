"""The Choi response: the class, or every class that unknown inputs leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any, Literal, get_args

from lutetia.scoring.choi.change import Change, change_between
from lutetia.scoring.choi.inputs import Against, Average, Lesion, Phase, read_inputs
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

Criteria = Literal["choi", "modified"]
Response = Literal["CR", "PD", "PR", "SD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiResponse:
    """The response; `value` is None when it is not assessable or an unknown input leaves several classes open.

    `possible`: the classes left open (none when not assessable). `size_change_pct` against the baseline and
    `growth_pct` against what progression is measured from; `attenuation_change_pct` is None when not measured.
    """

    value: Response | None
    possible: tuple[Response, ...]
    assessable: bool
    size_change_pct: float
    growth_pct: float
    attenuation_change_pct: float | None
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def response(
    baseline: Sequence[Lesion],
    now: Sequence[Lesion],
    *,
    criteria: Criteria,
    baseline_phase: Phase,
    phase: Phase,
    attenuation_average: Average,
    progression_against: Against,
    nadir_mm: float | str | None = None,
    new_lesion: bool | None,
    nontarget_progression: bool | None,
    new_or_growing_nodule: bool | None,
    symptomatic_worsening: bool | None,
) -> ChoiResponse:
    """Choi response (`criteria="choi"`) or modified Choi ("modified") of the targets between two CT examinations.

    `attenuation_average`: plain mean over the lesions measured at both times, or weighted by their diameters.
    `progression_against`: growth is measured from the baseline sum or from the smallest sum so far (`nadir_mm`,
    required then). The four findings are True, False, or None where nobody looked. All limits are included: 10 %
    of the sum of longest diameters, 15 % of the attenuation.
    Raises InputError with all faults. Source: Choi 2007 (sidecar of `data/choi.yaml`).
    """
    findings = {
        "new_lesion": new_lesion,
        "nontarget_progression": nontarget_progression,
        "new_or_growing_nodule": new_or_growing_nodule,
        "symptomatic_worsening": symptomatic_worsening,
    }
    choices: dict[str, tuple[Any, object]] = {
        "criteria": (Criteria, criteria),
        "baseline_phase": (Phase, baseline_phase),
        "phase": (Phase, phase),
        "attenuation_average": (Average, attenuation_average),
        "progression_against": (Against, progression_against),
    }
    read = read_inputs(baseline, now, choices, nadir_mm, findings)
    change = change_between(read, attenuation_average)
    conventions = (
        f"criteria={criteria}: {_CRITERIA[criteria]}",
        f"attenuation_average={attenuation_average}, over the targets seen at both times, all of them measured",
        f"progression_against={progression_against}",
        "longest diameters of all targets are added; limits of 10 % and 15 % are included; exact fractions",
    )
    if not baseline_phase == phase == _table()["phase"]:
        why = (_reason("CHOI-PHASE", ("baseline", baseline_phase), ("now", phase)),)
        return _result(change, (), False, why, conventions)
    possible = _possible(change, findings, criteria)
    return _result(change, possible, True, _because(possible, change, findings, criteria), conventions)


_CRITERIA = {
    "choi": "PR by size or by attenuation",
    "modified": "PR by size and by attenuation, the rest as Choi",
}


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/choi.yaml").table)


def _share(name: str) -> Fraction:
    return Fraction(*_table()[name])


def _reason(rule: str, *used: tuple[str, str]) -> Reason:
    return Reason(rule=rule, says=_table()["says"][rule], used=used)


def _possible(change: Change, findings: Mapping[str, bool | None], criteria: Criteria) -> tuple[Response, ...]:
    """The classes left open: the class is worked out for every answer the unknown inputs may have."""
    fainter = (
        None if change.attenuation_fraction is None else change.attenuation_fraction <= -_share("attenuation_less")
    )
    answers = [(True, False) if known is None else (known,) for known in (*findings.values(), fainter)]
    found: set[str] = set()
    for new, nontarget, nodule, symptoms, fainter_or_not in product(*answers):
        found.update(_classes(change, criteria, new, nontarget, nodule, symptoms, fainter_or_not))
    return tuple(name for name in get_args(Response) if name in found)


def _classes(
    change: Change, criteria: Criteria, new: bool, nontarget: bool, nodule: bool, symptoms: bool, fainter: bool
) -> tuple[Response, ...]:
    """The class when everything is known; SD and PD together where the criteria name none."""
    smaller = change.size_fraction <= -_share("size_less")
    grown = change.growth_fraction >= _share("size_more")
    if new or nodule or (grown and not fainter):
        return ("PD",)
    if change.gone and not nontarget:
        return ("CR",)
    enough = smaller and fainter if _table()["partial_response"][criteria] == "both" else smaller or fainter
    if enough and not nontarget:
        return ("PR",)
    return ("PD", "SD") if nontarget or symptoms else ("SD",)


def _because(
    possible: Sequence[str], change: Change, findings: Mapping[str, bool | None], criteria: Criteria
) -> tuple[Reason, ...]:
    used = [("size", _pct_text(change.size_fraction)), ("growth", _pct_text(change.growth_fraction))]
    attenuation = (
        change.why_no_attenuation if change.attenuation_fraction is None else _pct_text(change.attenuation_fraction)
    )
    used += [("attenuation", attenuation)]
    used += [(name.replace("_", " "), _said(known)) for name, known in findings.items() if known is not False]
    if len(possible) > 1:
        certain = all(known is not None for known in findings.values()) and change.attenuation_fraction is not None
        return (_reason("CHOI-NO-CLASS" if certain else "CHOI-OPEN", *used),)
    if possible[0] == "PR":
        return (_reason("MCHOI-PR" if criteria == "modified" else "CHOI-PR", *used),)
    if possible[0] == "PD":
        new, nodule = findings["new_lesion"], findings["new_or_growing_nodule"]
        return (_reason("CHOI-PD-NEW" if new else "CHOI-PD-NODULE" if nodule else "CHOI-PD-SIZE", *used),)
    return (_reason(f"CHOI-{possible[0]}", *used),)


def _said(known: bool | None) -> str:
    return "unknown" if known is None else "yes" if known else "no"


def _pct_text(change: Fraction) -> str:
    return f"{float(100 * change):+.2f} %"


def _result(
    change: Change,
    possible: tuple[Response, ...],
    assessable: bool,
    because: tuple[Reason, ...],
    conventions: tuple[str, ...],
) -> ChoiResponse:
    return ChoiResponse(
        value=possible[0] if len(possible) == 1 else None,
        possible=possible,
        assessable=assessable,
        size_change_pct=float(100 * change.size_fraction),
        growth_pct=float(100 * change.growth_fraction),
        attenuation_change_pct=None
        if change.attenuation_fraction is None
        else float(100 * change.attenuation_fraction),
        because=because,
        conventions=conventions,
    )
