"""What is refused, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.choi import Lesion, response

NOTHING: dict[str, Any] = {
    "new_lesion": False,
    "nontarget_progression": False,
    "new_or_growing_nodule": False,
    "symptomatic_worsening": False,
}
PORTAL: dict[str, Any] = {"baseline_phase": "portal_venous", "phase": "portal_venous"}
WAY: dict[str, Any] = {"attenuation_average": "mean_of_lesions", "progression_against": "baseline"}


def rated(after: Any, hu: Any = 100, *, before: Any = 100, criteria: Any = "choi", **change: Any) -> Any:
    arguments = {"criteria": criteria, **PORTAL, **WAY, **NOTHING, **change}
    baseline = [Lesion(name="T1", diameter_mm=before, attenuation_hu=100)]
    return response(baseline, [Lesion(name="T1", diameter_mm=after, attenuation_hu=hu)], **arguments)


BEFORE = [Lesion(name="A", diameter_mm=60, attenuation_hu=100), Lesion(name="B", diameter_mm=20, attenuation_hu=40)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"criteria": "mchoi"}, "criteria"),
        ({"phase": "venous"}, "phase"),
        ({"new_lesion": "no"}, "new_lesion"),
        ({"after": -3}, "now T1"),
        ({"after": "big"}, "now T1"),
        ({"hu": "bright"}, "now T1"),
        ({"before": 0}, "baseline T1"),
        ({"progression_against": "nadir"}, "nadir_mm"),
        ({"progression_against": "nadir", "nadir_mm": 0}, "nadir_mm"),
        ({"progression_against": "nadir", "nadir_mm": 101}, "nadir_mm"),
    ],
)
def test_wrong_inputs_are_refused(change: dict[str, Any], place: str) -> None:
    change = dict(change)
    with pytest.raises(InputError) as refused:
        rated(change.pop("after", 90), change.pop("hu", 100), **change)
    assert [fault.place for fault in refused.value.faults] == [place]


def test_targets_must_be_the_same_at_both_times_and_listed_once() -> None:
    arguments: dict[str, Any] = {"criteria": "choi", **PORTAL, **WAY, **NOTHING}
    with pytest.raises(InputError) as refused:
        response(BEFORE, [BEFORE[0], BEFORE[0]], **arguments)
    assert [fault.place for fault in refused.value.faults] == ["now A", "target B"]
    with pytest.raises(InputError, match="at least one target"):
        response([], [], **arguments)


def test_names_and_times_of_targets_must_be_given() -> None:
    arguments: dict[str, Any] = {"criteria": "choi", **PORTAL, **WAY, **NOTHING}
    for name in (None, "", " ", 5):
        odd = [Lesion(name=name, diameter_mm=50, attenuation_hu=80)]  # type: ignore[arg-type]
        with pytest.raises(InputError, match="must have a name"):
            response([*BEFORE, *odd], [*BEFORE, *odd], **arguments)
    with pytest.raises(InputError, match="must be a Lesion"):
        response(["A"], BEFORE, **arguments)  # type: ignore[list-item]
