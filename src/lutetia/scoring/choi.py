"""Choi and modified Choi response: change of size and of attenuation on contrast-enhanced CT.

Both examinations must be in the portal venous phase; any other phase is not assessable, never guessed. An input that
is unknown leaves the classes open that it could still make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

Criteria = Literal["choi", "modified"]
Phase = Literal["portal_venous", "arterial", "late", "none", "mixed"]
Average = Literal["mean_of_lesions", "weighted_by_diameter"]
Against = Literal["baseline", "nadir"]
Response = Literal["CR", "PD", "PR", "SD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """A target lesion on one examination: longest diameter (0: gone) and mean attenuation (None: not measured)."""

    name: str
    diameter_mm: float | str
    attenuation_hu: float | str | None = None


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
    read = _read(baseline, now, choices, nadir_mm, findings)
    change = _change(read, attenuation_average)
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


@dataclass(frozen=True, slots=True)
class _Read:
    """The inputs as exact numbers: (diameter, attenuation) of each target at baseline and now, and the nadir."""

    before: Mapping[str, tuple[Fraction, Fraction | None]]
    after: Mapping[str, tuple[Fraction, Fraction | None]]
    reference_mm: Fraction


@dataclass(frozen=True, slots=True)
class _Change:
    """Relative changes as exact fractions: 1/10 is 10 % more; attenuation None when it cannot be told."""

    size_fraction: Fraction
    growth_fraction: Fraction
    attenuation_fraction: Fraction | None
    gone: bool
    why_no_attenuation: str


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/choi.yaml").table)


def _share(name: str) -> Fraction:
    return Fraction(*_table()[name])


def _reason(rule: str, *used: tuple[str, str]) -> Reason:
    return Reason(rule=rule, says=_table()["says"][rule], used=used)


def _possible(change: _Change, findings: Mapping[str, bool | None], criteria: Criteria) -> tuple[Response, ...]:
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
    change: _Change, criteria: Criteria, new: bool, nontarget: bool, nodule: bool, symptoms: bool, fainter: bool
) -> tuple[Response, ...]:
    """The class when everything is known; SD and PD together where the criteria name none."""
    smaller = change.size_fraction <= -_share("size_less")
    grown = change.growth_fraction >= _share("size_more")
    if new or nodule or (grown and not fainter):
        return ("PD",)
    if change.gone:
        return ("CR",)
    enough = smaller and fainter if _table()["partial_response"][criteria] == "both" else smaller or fainter
    if enough and not nontarget:
        return ("PR",)
    return ("PD", "SD") if nontarget or symptoms else ("SD",)


def _because(
    possible: Sequence[str], change: _Change, findings: Mapping[str, bool | None], criteria: Criteria
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
    change: _Change,
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


def _change(read: _Read, average: Average) -> _Change:
    before_mm = sum(diameter for diameter, _ in read.before.values())
    after_mm = sum(diameter for diameter, _ in read.after.values())
    attenuation, why = _attenuation_change_fraction(read, average)
    return _Change(
        size_fraction=Fraction(after_mm - before_mm) / before_mm,
        growth_fraction=Fraction(after_mm - read.reference_mm) / read.reference_mm,
        attenuation_fraction=attenuation,
        gone=not after_mm,
        why_no_attenuation=why,
    )


def _attenuation_change_fraction(read: _Read, average: Average) -> tuple[Fraction | None, str]:
    """Relative change of the mean attenuation over the targets seen at both times, or why there is none."""
    seen = [name for name, (diameter_mm, _) in read.after.items() if diameter_mm]
    means: list[Fraction] = []
    for time in (read.before, read.after):
        weighted = []
        for name in seen:
            diameter_mm, attenuation_hu = time[name]
            if attenuation_hu is None:
                return None, f"not measured in {name}"
            weighted.append((attenuation_hu, diameter_mm if average == "weighted_by_diameter" else Fraction(1)))
        if not weighted:
            return None, "no target seen at both times"
        total = sum((weight for _, weight in weighted), Fraction(0))
        means.append(sum((hu * weight for hu, weight in weighted), Fraction(0)) / total)
    if means[0] <= 0:
        return None, "not above 0 HU at baseline"
    return (means[1] - means[0]) / means[0], ""


def _read(
    baseline: Sequence[Lesion],
    now: Sequence[Lesion],
    choices: Mapping[str, tuple[Any, object]],
    nadir_mm: float | str | None,
    findings: Mapping[str, bool | None],
) -> _Read:
    """The inputs as exact numbers; raises InputError with all faults."""
    faults = [
        Fault(place=place, must=f"must be {' or '.join(map(repr, get_args(allowed)))}", got=repr(got))
        for place, (allowed, got) in choices.items()
        if got not in get_args(allowed)
    ]
    faults += [
        Fault(place=place, must="must be True, False or None", got=repr(got))
        for place, got in findings.items()
        if not (got is None or isinstance(got, bool))
    ]
    before, after = (_times(lesions, time, faults) for lesions, time in ((baseline, "baseline"), (now, "now")))
    for name in sorted(before.keys() ^ after.keys()):
        must = "each target must be listed at baseline and now; one that has gone measures 0"
        faults.append(Fault(place=f"target {name}", must=must))
    if not before:
        faults.append(Fault(place="baseline", must="must list at least one target"))
    for name, (diameter_mm, _) in before.items():
        if diameter_mm == 0:
            faults.append(Fault(place=f"baseline {name}", must="a target must measure more than 0 mm", got="0"))
    reference_mm = Fraction(sum(diameter_mm for diameter_mm, _ in before.values()))
    if choices["progression_against"][1] == "nadir":
        reference_mm = _nadir(nadir_mm, reference_mm, faults)
    if faults:
        raise InputError("Choi response", faults)
    return _Read(before, after, reference_mm)


def _nadir(nadir_mm: float | str | None, baseline_mm: Fraction, faults: list[Fault]) -> Fraction:
    nadir = None if nadir_mm is None else _number(nadir_mm)
    if nadir is None or not 0 < nadir <= baseline_mm:
        must = "the smallest sum so far must be given, above 0 and no larger than the baseline sum"
        faults.append(Fault(place="nadir_mm", must=must, got=repr(nadir_mm)))
        return Fraction(1)
    return nadir


def _times(lesions: Sequence[Lesion], time: str, faults: list[Fault]) -> dict[str, tuple[Fraction, Fraction | None]]:
    found: dict[str, tuple[Fraction, Fraction | None]] = {}
    for lesion in lesions:
        place = f"{time} {lesion.name}"
        diameter_mm = _number(lesion.diameter_mm)
        attenuation_hu = None if lesion.attenuation_hu is None else _number(lesion.attenuation_hu)
        if diameter_mm is None or diameter_mm < 0:
            must = "the diameter must be a length of 0 mm or more"
            faults.append(Fault(place=place, must=must, got=repr(lesion.diameter_mm)))
        if lesion.attenuation_hu is not None and attenuation_hu is None:
            must = "the attenuation must be a number of Hounsfield units"
            faults.append(Fault(place=place, must=must, got=repr(lesion.attenuation_hu)))
        if lesion.name in found:
            faults.append(Fault(place=place, must="each target must be listed once"))
        found[lesion.name] = (diameter_mm or Fraction(0), attenuation_hu)
    return found


def _number(value: object) -> Fraction | None:
    """A number exactly as written, decimals not binary; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    # Beyond the sixth decimal stands the rounding of a float, not a measurement.
    return Fraction(number.quantize(Decimal("0.000001"))) if number.is_finite() and abs(number) < 10**6 else None
