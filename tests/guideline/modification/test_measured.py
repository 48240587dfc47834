"""Twin of src/lutetia/guideline/modification/measured.py."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification.measured import measured
from lutetia.quantities import Interval


def test_numbers_become_ranges_and_unknown_stays_unknown() -> None:
    values = measured("test", albumin_g_l=31, inr=None, clearance_ml_min=Interval.parse(">90", minimum=0))
    assert values["albumin_g_l"] == Interval.exactly(31)
    assert values["inr"] is None
    assert str(values["clearance_ml_min"]) == ">90"
    assert list(values) == ["albumin_g_l", "inr", "clearance_ml_min"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("albumin_g_l", 3.9),
        ("creatinine_umol_l", 1.1),
        ("baseline_creatinine_umol_l", 1.1),
        ("bilirubin_xuln", 200),
        ("absorbed_dose_gy", 5000),
        ("inr", "high"),
        ("inr", float("nan")),
        ("inr", True),
    ],
)
def test_slips_are_refused_with_their_place(name: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        measured("test", **{name: value})
    assert [fault.place for fault in caught.value.faults] == [name]
