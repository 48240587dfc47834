"""The rules of RECIST 1.1 as data, and the conventions a caller must be able to name.

Limits, response tables and sentences: `scoring/data/recist.yaml`. Lengths inside are whole micrometres, so every
tenth of a millimetre is an integer and no comparison touches a floating-point number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

Response = Literal["CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"]
Nadir = Literal["reader", "all_readers"]
EquivocalNew = Literal["back_date", "at_confirmation"]
Precision = Literal["as_entered", "tenth_mm"]

UM_PER_MM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of RECIST 1.1; lengths in whole micrometres, shares as (numerator, denominator)."""

    node_target_um: int
    node_pathological_um: int
    target_um: int
    too_small_um: int
    targets: int
    targets_per_organ: int
    partial_response_share: tuple[int, int]
    progression_share: tuple[int, int]
    progression_growth_um: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRules:
    """The choices RECIST 1.1 leaves to a protocol when visits are judged; each one is named in the result.

    `nadir`: the smallest earlier sum of the same reader, or of all readers of the patient. `reappearance_is_pd`:
    disease seen after an overall CR is progression. `sticky_pr`: a partial response continues until progression.
    `incomplete_sum_updates_nadir`: a sum without all targets may become the nadir. `equivocal_new_lesion`: a new
    lesion that is equivocal first and unequivocal later counts from first sight or from its confirmation.
    `precision`: diameters as entered, or rounded half up to a tenth of a millimetre. None of them has a default.
    """

    nadir: Nadir
    reappearance_is_pd: bool
    sticky_pr: bool
    incomplete_sum_updates_nadir: bool
    equivocal_new_lesion: EquivocalNew
    precision: Precision

    def __post_init__(self) -> None:
        faults = [
            *_choice("nadir", get_args(Nadir), self.nadir),
            *_choice("equivocal_new_lesion", get_args(EquivocalNew), self.equivocal_new_lesion),
            *_choice("precision", get_args(Precision), self.precision),
            *(
                fault
                for name in ("reappearance_is_pd", "sticky_pr", "incomplete_sum_updates_nadir")
                for fault in _choice(name, (True, False), getattr(self, name))
            ),
        ]
        if faults:
            raise InputError("RECIST 1.1 conventions", faults)

    @property
    def conventions(self) -> tuple[str, ...]:
        """Every choice made, as it is printed with the result."""
        return _conventions(self)


@cache
def _conventions(rules: VisitRules) -> tuple[str, ...]:
    incomplete = rules.incomplete_sum_updates_nadir
    return (
        f"nadir={rules.nadir}: {_NADIR[rules.nadir]}",
        f"reappearance_is_pd={rules.reappearance_is_pd}: {_REAPPEARANCE[rules.reappearance_is_pd]}",
        f"sticky_pr={rules.sticky_pr}: {_STICKY[rules.sticky_pr]}",
        f"incomplete_sum_updates_nadir={incomplete}: {_INCOMPLETE[incomplete]}",
        f"equivocal_new_lesion={rules.equivocal_new_lesion}: {_EQUIVOCAL[rules.equivocal_new_lesion]}",
        f"precision={rules.precision}: {_PRECISION[rules.precision]}",
        "a lesion too small to measure counts 5 mm, a measured one its measure, one that has gone 0",
        "a non-target response needs every non-target lesion evaluated, else it is NE",
    )


_NADIR = {
    "reader": "the smallest earlier complete sum of the same reader, baseline included",
    "all_readers": "the smallest earlier complete sum of any reader of the patient, baseline included",
}
_REAPPEARANCE = {
    True: "disease seen after any earlier overall CR is progression",
    False: "disease seen after an overall CR is judged by the sum alone",
}
_STICKY = {
    True: "after a target PR (or CR) a later SD stays PR until progression",
    False: "PR is judged against the baseline at every visit",
}
_INCOMPLETE = {
    True: "a sum without all targets may become the nadir",
    False: "only a sum of all targets may become the nadir",
}
_EQUIVOCAL = {
    "back_date": "an equivocal new lesion that a later visit confirms counts from its first sight",
    "at_confirmation": "an equivocal new lesion that a later visit confirms counts from that visit",
}
_PRECISION = {
    "as_entered": "diameters as entered, to the micrometre; compared as integers",
    "tenth_mm": "diameters rounded half up to a tenth of a millimetre; compared as integers",
}


def _choice(name: str, allowed: tuple[object, ...], got: object) -> list[Fault]:
    # `1 in (True, False)` holds, so the type is asked too.
    if any(got is value or (isinstance(value, str) and got == value) for value in allowed):
        return []
    said = " or ".join(repr(value) for value in allowed)
    return [Fault(place=name, must=f"must be {said}", got=repr(got))]


@cache
def table() -> Mapping[str, Any]:
    """The content of `data/recist.yaml`."""
    return MappingProxyType(dict(load_yaml_table("lutetia.scoring", "data/recist.yaml").table))


@cache
def limits() -> Limits:
    """The limits of RECIST 1.1 in micrometres."""
    rows = table()["limits"]
    return Limits(
        node_target_um=rows["node_target_mm"] * UM_PER_MM,
        node_pathological_um=rows["node_pathological_mm"] * UM_PER_MM,
        target_um=rows["measurable_longest_mm"]["ct"] * UM_PER_MM,
        too_small_um=rows["too_small_mm"] * UM_PER_MM,
        targets=rows["targets"],
        targets_per_organ=rows["targets_per_organ"],
        partial_response_share=tuple(rows["partial_response_share"]),
        progression_share=tuple(rows["progression_share"]),
        progression_growth_um=rows["progression_growth_mm"] * UM_PER_MM,
    )


@cache
def overall_table() -> Mapping[tuple[str | None, str | None, bool], tuple[Response, str]]:
    """(target, non-target, new lesion) → (overall response, rule): every case of the visit tables written out.

    None is no such lesion at baseline.
    """
    found: dict[tuple[str | None, str | None, bool], tuple[Response, str]] = {}
    for target in ("CR", "PR", "SD", "PD", "NE", None):
        for nontarget in ("CR", "NON-CR/NON-PD", "PD", "NE", None):
            for new_lesion in (True, False):
                row = _first_row(target, nontarget, new_lesion)
                found[target, nontarget, new_lesion] = (row["overall"], row["rule"])
    return MappingProxyType(found)


def _first_row(target: str | None, nontarget: str | None, new_lesion: bool) -> Mapping[str, Any]:
    case = {"target": target or "none", "nontarget": nontarget or "none", "new_lesion": new_lesion}
    rows: list[Mapping[str, Any]] = table()["overall"]
    return next(row for row in rows if all(row[k] == "any" or v in row[k] for k, v in case.items()))


def reason(rule: str, *used: tuple[str, str]) -> Reason:
    """The rule with its sentence from the data file and the inputs it was applied to."""
    return Reason(rule=rule, says=table()["says"][rule], used=used)


def mm_text(um: int | None) -> str:
    """A length as a person writes it: "12.5 mm"; "not known" where it is None."""
    if um is None:
        return "not known"
    whole, rest = divmod(um, UM_PER_MM)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") + " mm"
