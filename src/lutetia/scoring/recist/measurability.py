"""Whether a lesion can be measured by RECIST 1.1 at baseline: the first condition of a target lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.lesion import length_um
from lutetia.scoring.recist.rules import UM_PER_MM, limits, mm_text, reason, table

Kind = Literal[
    "soft_tissue",
    "node",
    "cystic",
    "bone_lytic_or_mixed",
    "bone_blastic",
    "effusion",
    "ascites",
    "leptomeningeal",
    "lymphangitic",
    "inflammatory_breast",
    "physical_exam_mass",
]
Method = Literal["ct", "mri", "caliper", "chest_xray", "ultrasound"]
Verdict = Literal["measurable", "non_measurable", "normal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurability:
    """`value`: measurable, non_measurable (disease, but no target) or normal (a node that is no disease).

    None when an input that decides it is unknown; `missing` then names it.
    """

    value: Verdict | None
    missing: tuple[str, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def measurability(
    kind: Kind,
    *,
    method: Method,
    longest_mm: float | str | None = None,
    short_axis_mm: float | str | None = None,
    slice_thickness_mm: float | str | None = None,
    soft_tissue_part: bool | None = None,
    treated_locally: bool | None = None,
    progressed_since_treatment: bool | None = None,
) -> Measurability:
    """Measurability of one lesion at baseline; None stands for unknown.

    A node is judged by `short_axis_mm`, everything else by `longest_mm` (of a bone lesion: of its soft-tissue
    part). On CT and MRI the diameter must reach 10 mm and twice `slice_thickness_mm`. `treated_locally`: irradiated
    or treated locally before; then only a lesion that `progressed_since_treatment` is measurable.
    Raises InputError with all faults. Source: RECIST 1.1, "measurable lesions" (sidecar of `data/recist.yaml`).
    """
    lengths = {"longest_mm": longest_mm, "short_axis_mm": short_axis_mm, "slice_thickness_mm": slice_thickness_mm}
    um = _read(kind, method, lengths)
    conventions = ("diameters and slice thickness in mm as entered, compared as integers",)
    if kind in table()["never_measurable"]:
        says = table()["never_measurable"][kind]
        return _verdict("non_measurable", [reason("RECIST-MEAS-NEVER", ("lesion", says))], conventions)
    if method == "ultrasound":
        return _verdict("non_measurable", [reason("RECIST-MEAS-ULTRASOUND")], conventions)
    tests = (
        _node(um["short_axis_mm"]) if kind == "node" else _size(method, um["longest_mm"], um["slice_thickness_mm"]),
        _bone(kind, soft_tissue_part),
        _treated(treated_locally, progressed_since_treatment),
    )
    return _all_of([test for test in tests if test is not None], conventions)


@dataclass(frozen=True, slots=True)
class _Test:
    """One condition: met, failed with a verdict, or open for want of an input."""

    verdict: Verdict | None
    because: tuple[Reason, ...]
    missing: tuple[str, ...] = ()


def _all_of(tests: list[_Test], conventions: tuple[str, ...]) -> Measurability:
    because = [why for test in tests for why in test.because]
    for failed in ("normal", "non_measurable"):
        if any(test.verdict == failed for test in tests):
            return _verdict(failed, because, conventions)
    missing = tuple(name for test in tests for name in test.missing)
    return _verdict(None if missing else "measurable", because, conventions, missing)


def _verdict(
    value: Any, because: list[Reason], conventions: tuple[str, ...], missing: tuple[str, ...] = ()
) -> Measurability:
    return Measurability(value=value, missing=missing, because=tuple(because), conventions=conventions)


def _node(short_axis_um: int | None) -> _Test:
    if short_axis_um is None:
        return _Test(None, (), ("short_axis_mm",))
    why = (reason("RECIST-MEAS-NODE", ("short axis", mm_text(short_axis_um))),)
    if short_axis_um >= limits().node_target_um:
        return _Test("measurable", why)
    return _Test("non_measurable" if short_axis_um >= limits().node_pathological_um else "normal", why)


def _size(method: Method, longest_um: int | None, slice_um: int | None) -> _Test:
    least_um = table()["limits"]["measurable_longest_mm"][method] * UM_PER_MM
    if longest_um is None:
        return _Test(None, (), ("longest_mm",))
    because = [reason("RECIST-MEAS-SIZE", ("longest", mm_text(longest_um)), ("least", mm_text(least_um)))]
    if longest_um < least_um:
        return _Test("non_measurable", tuple(because))
    if method not in ("ct", "mri"):
        return _Test("measurable", tuple(because))
    if slice_um is None:
        return _Test(None, tuple(because), ("slice_thickness_mm",))
    because.append(reason("RECIST-MEAS-SLICE", ("longest", mm_text(longest_um)), ("slice", mm_text(slice_um))))
    enough = longest_um >= table()["limits"]["measurable_slices"] * slice_um
    return _Test("measurable" if enough else "non_measurable", tuple(because))


def _bone(kind: Kind, soft_tissue_part: bool | None) -> _Test | None:
    if kind != "bone_lytic_or_mixed":
        return None
    if soft_tissue_part is None:
        return _Test(None, (), ("soft_tissue_part",))
    verdict: Verdict = "measurable" if soft_tissue_part else "non_measurable"
    return _Test(verdict, (reason("RECIST-MEAS-BONE", ("soft-tissue part", "yes" if soft_tissue_part else "no")),))


def _treated(treated: bool | None, progressed: bool | None) -> _Test | None:
    if treated is False:
        return None
    if treated is None:
        return _Test(None, (), ("treated_locally",))
    if progressed is None:
        return _Test(None, (), ("progressed_since_treatment",))
    verdict: Verdict = "measurable" if progressed else "non_measurable"
    return _Test(verdict, (reason("RECIST-MEAS-TREATED", ("progressed since", "yes" if progressed else "no")),))


def _read(kind: object, method: object, lengths: dict[str, float | str | None]) -> dict[str, int | None]:
    faults = [
        Fault(place=place, must=f"must be one of {', '.join(allowed)}", got=repr(got))
        for place, allowed, got in (("kind", get_args(Kind), kind), ("method", get_args(Method), method))
        if got not in allowed
    ]
    um: dict[str, int | None] = {}
    for name, value in lengths.items():
        try:
            um[name] = None if value is None else length_um(value, "as_entered")
        except ValueError as fault:
            faults.append(Fault(place=name, must=str(fault), got=repr(value)))
    if faults:
        raise InputError("measurability by RECIST 1.1", faults)
    return um
