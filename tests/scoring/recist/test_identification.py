"""Twin of src/lutetia/scoring/recist/identification.py."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import Fault
from lutetia.scoring.recist.columns import Columns
from lutetia.scoring.recist.identification import days_of, identify, place_of, visit_key

ROW = {"USUBJID": "MU-1", "TULNKID": "T1", "TULOC": "Liver", "TUSTRESC": "TARGET", "VISITNUM": 1, "VISIT": "BASELINE"}


def read(*rows: dict[str, Any]) -> tuple[Any, list[Fault], Counter[str]]:
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    return identify(Columns(list(rows), "TU"), True, faults, left_out), faults, left_out


def test_a_lesion_with_its_organ_role_visit_and_row() -> None:
    found, faults, _ = read(ROW | {"TUDTC": "2024-01-05T10:00"})
    identified = found["MU-1", None]
    lesion = identified.lesions["T1"]
    assert (lesion.organ, lesion.role, lesion.node) == ("LIVER", "target", False)
    assert (identified.at["T1"], identified.row_of["T1"]) == (1.0, 1)
    assert identified.dates == {1.0: (PartialDate(2024, 1, 5),)}
    assert not faults


@pytest.mark.parametrize(("place", "node"), [("LYMPH NODE", True), ("Lymph node, axillary", True), ("NODULE", False)])
def test_a_place_that_is_a_lymph_node(place: str, node: bool) -> None:
    found, _, _ = read(ROW | {"TULOC": place})
    assert found["MU-1", None].lesions["T1"].node is node


def test_the_reader_is_evalid_else_eval() -> None:
    found, _, _ = read(ROW | {"TUEVAL": "INVESTIGATOR"}, ROW | {"TUEVAL": "ASSESSOR", "TUEVALID": "R1"})
    assert set(found) == {("MU-1", "INVESTIGATOR"), ("MU-1", "R1")}


def test_tests_that_identify_nothing_are_left_out_and_counted() -> None:
    found, faults, left_out = read(
        ROW | {"TUTESTCD": "TUMIDENT"},
        ROW | {"TULNKID": "T1.1", "TUTESTCD": "TUSPLIT"},
        ROW | {"TULNKID": "G1", "TUTESTCD": "GRLIDENT"},
    )
    assert list(found["MU-1", None].lesions) == ["T1"]
    assert sorted(left_out.values()) == [1, 1]
    assert not faults


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"USUBJID": ""}, "USUBJID"),
        ({"TULNKID": None}, "TULNKID"),
        ({"TULOC": float("nan")}, "TULOC"),
        ({"TUSTRESC": "BENIGN"}, "TARGET, NON-TARGET or NEW"),
        ({"VISITNUM": "one"}, "VISITNUM"),
        ({"TUDTC": "5 May"}, "2024-05-17"),
    ],
)
def test_a_row_at_fault_is_named(change: dict[str, Any], says: str) -> None:
    _, faults, _ = read(ROW | {"TULNKID": "T0"}, ROW | change)
    assert len(faults) == 1
    assert faults[0].place.startswith("TU row 2")
    assert says in faults[0].must


def test_a_lesion_identified_twice_names_the_first_row() -> None:
    _, faults, _ = read(ROW, ROW | {"TULOC": "LUNG"})
    assert "TU row 1 has it already" in faults[0].must


def test_visits_and_days() -> None:
    assert (visit_key("2.0", "WEEK 3", True), visit_key("", "WEEK 3", False)) == (2.0, "WEEK 3")
    assert (visit_key("two", "", True), visit_key("2", "", False)) == (None, None)
    assert [visit_key(number, "", True) for number in ("nan", "inf", "-inf", "1e400")] == [None] * 4
    assert (days_of(""), days_of("2014-02"), days_of("14 Feb")) == ((), (PartialDate(2014, 2),), None)
    assert place_of("TR", 3, "MU-1", None, "T1") == "TR row 3 (MU-1, T1)"
