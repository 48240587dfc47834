"""Twin of src/lutetia/scoring/recist/targets.py: by hand from the selection rules."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist
from lutetia.scoring.recist.targets import Target, check_targets


def target(name: str, organ: str = "LIVER", diameter_mm: Any = 20, **more: Any) -> Target:
    return Target(**{"name": name, "organ": organ, "node": False, "diameter_mm": diameter_mm, **more})


def rules(*targets: Target, **more: Any) -> list[str]:
    return [why.rule for why in check_targets(targets, **more).because]


def test_five_targets_two_per_organ_may_be_chosen() -> None:
    chosen = [target("1"), target("2"), target("3", "LUNG"), target("4", "LUNG"), target("5", "BONE")]
    found = check_targets(chosen)
    assert (found.value, found.findings) == (True, ())


def test_six_targets_and_three_in_an_organ_break_a_rule_each() -> None:
    chosen = [target("1"), target("2"), target("3", " liver "), *(target(str(at), f"ORGAN {at}") for at in range(4, 7))]
    found = check_targets(chosen)
    assert [why.rule for why in found.because] == ["RECIST-SEL-COUNT", "RECIST-SEL-ORGAN"]
    assert [finding.lesions for finding in found.findings] == [("1", "2", "3", "4", "5", "6"), ("1", "2", "3")]
    assert found.value is False


def test_all_nodes_together_are_one_organ() -> None:
    nodes = [target(place, f"LYMPH NODE {place}", node=True) for place in ("NECK", "AXILLA", "GROIN")]
    assert rules(*nodes) == ["RECIST-SEL-ORGAN"]
    assert rules(*nodes[:2], target("1", "LYMPH NODE NECK")) == []


@pytest.mark.parametrize(
    ("node", "diameter", "fits"), [(False, 10, True), (False, 9.9, False), (True, 15, True), (True, 14.9, False)]
)
def test_the_smallest_target(node: bool, diameter: float, fits: bool) -> None:
    assert (rules(target("1", diameter_mm=diameter, node=node)) == []) is fits


def test_a_lesion_that_is_not_measurable_is_no_target() -> None:
    blastic = recist.measurability("bone_blastic", method="ct", longest_mm=30)
    assert rules(target("1", measurable=blastic)) == ["RECIST-SEL-MEASURABLE"]
    open_ = recist.measurability("soft_tissue", method="ct", longest_mm=30, treated_locally=False)
    found = check_targets([target("1", measurable=open_)])
    assert (found.value, found.undecided) == (None, ("1",))


def test_an_unknown_size_leaves_it_open() -> None:
    assert check_targets([target("1", diameter_mm=None)]).value is None


def test_solid_lesions_come_before_cystic_ones() -> None:
    assert rules(target("1", cystic=True), solid_lesions_left=True) == ["RECIST-SEL-CYSTIC"]
    assert rules(target("1", cystic=True), solid_lesions_left=False) == []


def test_names_and_diameters_are_checked_at_the_door() -> None:
    with pytest.raises(InputError) as refused:
        check_targets([target("1"), target("1"), target("2", diameter_mm=-1)])
    assert [fault.place for fault in refused.value.faults] == ["target 1", "target 2"]


@pytest.mark.parametrize("organ", ["", " ", None, 5])
def test_a_target_without_an_organ_is_refused(organ: Any) -> None:
    with pytest.raises(InputError, match="target A: must name its organ"):
        check_targets([target("A", organ, 30)])
