"""Examinations as rows of TU and TR: one row for each listing, and faults told by examination and lesion."""

from __future__ import annotations

from lutetia.errors import Fault
from lutetia.scoring.course_lesions.examination import examinations
from lutetia.scoring.course_lesions.rows import rows_of

from .conftest import ct


def rows(told, *entries, new_at_baseline="non_target"):
    return rows_of("MU-1", "radiology", examinations(told(*entries).known("ct_mri")), new_at_baseline)


def test_a_lesion_is_identified_once_and_measured_at_every_examination(told):
    found = rows(told, ct("2024-01-20", "T1 target 60"), ct("2024-05-20", "T1 target 42", "X1 new 12"))
    assert [(row["TULNKID"], row["TUSTRESC"], row["VISITNUM"]) for row in found.tu] == [
        ("T1", "TARGET", 0),
        ("X1", "NEW", 1),
    ]
    assert [(row["TRLNKID"], row["VISIT"], row["TRSTRESN"], row["TRSTRESU"]) for row in found.tr] == [
        ("T1", "ct-2024-01-20", "60", "mm"),
        ("T1", "ct-2024-05-20", "42", "mm"),
        ("X1", "ct-2024-05-20", "12", "mm"),
    ]
    assert {row["TREVALID"] for row in found.tr} == {"radiology"}


def test_a_node_is_one_by_its_flag_or_its_organ(told):
    listed = ("A target 20 node: true", "B target 20 organ: lymph_node", "C target 20 node: false, organ: lymph node")
    found = rows(told, ct("2024-01-20", *listed, "D target 20 organ: null"))
    assert [row["TULOC"] for row in found.tu] == ["LYMPH NODE, LIVER", "LYMPH NODE", "NODE", "NOT RECORDED (D)"]
    assert [row["TRTESTCD"] for row in found.tr] == ["LPERP", "LPERP", "LDIAM", "LDIAM"]


def test_a_length_of_which_the_axis_is_not_known_is_not_evaluable(told):
    found = rows(told, ct("2024-01-20", "A target 20 node: {unknown: not_recorded}"))
    assert [row.get("TRSTRESC") for row in found.tr] == ["NOT EVALUABLE"]


def test_a_length_and_a_state_are_two_rows(told):
    found = rows(told, ct("2024-01-20", "N1 non_target 14 status: present"))
    assert [row["TRTESTCD"] for row in found.tr] == ["LDIAM", "TUMSTATE"]


def test_a_part_belongs_to_its_lesion_and_a_lesion_with_a_point_in_its_name_does_not(told):
    found = rows(told, ct("2024-01-20", "T1 target 60", "s4.a target 20"), ct("2024-05-20", "T1.1 target 20"))
    assert [row["TULNKID"] for row in found.tu] == ["T1", "s4.a"]


def test_a_fault_of_a_row_is_told_by_its_place_in_the_course(told):
    found = rows(told, ct("2024-01-20", "T1 target 60", "T2 target 40"), ct("2024-05-20", "T1 target 42"))
    assert found.located(Fault(place="TR row 1, 3 (MU-1, T1)", must="x")).place == (
        "ct-2024-01-20, lesion T1 and ct-2024-05-20, lesion T1"
    )
    assert found.located(Fault(place="TU row 2 (MU-1, T2)", must="x")).place == "ct-2024-01-20, lesion T2"
    assert found.located(Fault(place="MU-1, radiology", must="x")).place == "MU-1, radiology"
