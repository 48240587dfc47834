"""Twin of src/lutetia/scoring/recist/measurability.py: by hand from RECIST 1.1, measurable lesions."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.recist.measurability import measurability

UNTREATED: dict[str, Any] = {"treated_locally": False}


@pytest.mark.parametrize(
    ("method", "longest", "slice_mm", "expected"),
    [
        ("ct", 10, 5, "measurable"),
        ("ct", 9.9, 1, "non_measurable"),
        ("ct", 10, 5.1, "non_measurable"),  # less than twice the slice
        ("ct", 16, 8, "measurable"),
        ("ct", 15.9, 8, "non_measurable"),
        ("mri", 10, 5, "measurable"),
        ("caliper", 10, None, "measurable"),
        ("caliper", 9, None, "non_measurable"),
        ("chest_xray", 20, None, "measurable"),
        ("chest_xray", 19.9, None, "non_measurable"),
        ("ultrasound", 60, None, "non_measurable"),
    ],
)
def test_sizes_by_method(method: Any, longest: float, slice_mm: Any, expected: str) -> None:
    found = measurability("soft_tissue", method=method, longest_mm=longest, slice_thickness_mm=slice_mm, **UNTREATED)
    assert found.value == expected


@pytest.mark.parametrize(
    ("short_axis", "expected"),
    [(15, "measurable"), (14.9, "non_measurable"), (10, "non_measurable"), (9.9, "normal"), (None, None)],
)
def test_nodes_by_their_short_axis(short_axis: Any, expected: Any) -> None:
    found = measurability("node", method="ct", longest_mm=40, short_axis_mm=short_axis, **UNTREATED)
    assert found.value == expected
    assert found.missing == (() if expected else ("short_axis_mm",))


@pytest.mark.parametrize(
    "kind",
    [
        "bone_blastic",
        "effusion",
        "ascites",
        "leptomeningeal",
        "lymphangitic",
        "inflammatory_breast",
        "physical_exam_mass",
    ],
)
def test_what_is_never_measurable(kind: Any) -> None:
    assert measurability(kind, method="ct", longest_mm=80, slice_thickness_mm=1, **UNTREATED).value == "non_measurable"


@pytest.mark.parametrize(("part", "expected"), [(True, "measurable"), (False, "non_measurable"), (None, None)])
def test_bone_by_its_soft_tissue_part(part: Any, expected: Any) -> None:
    found = measurability(
        "bone_lytic_or_mixed", method="ct", longest_mm=20, slice_thickness_mm=5, soft_tissue_part=part, **UNTREATED
    )
    assert found.value == expected


@pytest.mark.parametrize(
    ("treated", "progressed", "expected"),
    [
        (False, None, "measurable"),
        (True, True, "measurable"),
        (True, False, "non_measurable"),
        (True, None, None),
        (None, None, None),
    ],
)
def test_a_lesion_treated_before(treated: Any, progressed: Any, expected: Any) -> None:
    found = measurability(
        "cystic",
        method="ct",
        longest_mm=20,
        slice_thickness_mm=5,
        treated_locally=treated,
        progressed_since_treatment=progressed,
    )
    assert found.value == expected
    assert bool(found.missing) is (expected is None)


def test_an_unknown_slice_is_asked_for_unless_the_size_settles_it() -> None:
    assert measurability("soft_tissue", method="ct", longest_mm=12, **UNTREATED).missing == ("slice_thickness_mm",)
    assert measurability("soft_tissue", method="ct", longest_mm=8, **UNTREATED).value == "non_measurable"
    assert measurability("soft_tissue", method="ct", **UNTREATED).missing == ("longest_mm",)


def test_wrong_inputs_come_at_once() -> None:
    wrong: dict[str, Any] = {"method": "pet", "longest_mm": -1, "slice_thickness_mm": "thin"}
    with pytest.raises(InputError) as refused:
        measurability("cyst", **wrong)  # type: ignore[arg-type]
    assert {fault.place for fault in refused.value.faults} == {"kind", *wrong}
