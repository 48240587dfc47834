"""Twin of src/lutetia/scoring/recist/tables.py: bad input is refused with every row at fault, nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist
from lutetia.scoring.recist import tables as recist_tables

Rows = list[dict[str, Any]]
Tables = Callable[..., tuple[Rows, Rows]]
LESIONS = {"T1": ("LIVER", "TARGET"), "T2": ("LUNG", "TARGET"), "N1": ("LYMPH NODE", "TARGET")}
VISITS = [{"T1": 40, "T2": 30, "N1": 20}, {"T1": 35, "T2": 30, "N1": 18}, {"T1": 30, "T2": 25, "N1": 16}]


def faults(tu: Rows, tr: Rows, **choices: Any) -> list[Any]:
    with pytest.raises(InputError) as refused:
        recist.visit_responses(tu, tr, **choices)
    return list(refused.value.faults)


def test_negative_diameters_are_refused_with_every_row(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    for row in (tr[4], tr[7]):
        row["TRSTRESN"] = row["TRORRES"] = -3
    found = faults(tu, tr)
    assert [fault.place.split(" (")[0] for fault in found] == ["TR row 5", "TR row 8"]
    assert all("0 mm or more" in fault.must for fault in found)


@pytest.mark.parametrize(("unit", "says"), [("cm", "Multiply by 10"), ("in", "Multiply by 25.4"), ("furlong", "mm")])
def test_other_units_are_refused_and_never_converted(tables: Tables, unit: str, says: str) -> None:
    tu, tr = tables(LESIONS, VISITS)
    for row in tr[3:6]:
        row["TRSTRESU"] = unit
    found = faults(tu, tr)
    assert [fault.place.split(" (")[0] for fault in found] == ["TR row 4", "TR row 5", "TR row 6"]
    assert all(says in fault.do for fault in found)


def test_a_diameter_without_a_unit_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    tr[0]["TRSTRESU"] = ""
    (fault,) = faults(tu, tr)
    assert fault.got == "40 without a unit"
    for row in tr:
        del row["TRSTRESU"], row["TRORRESU"]
    assert "TRSTRESU or TRORRESU" in faults(tu, tr)[0].must


def test_centimetres_written_as_millimetres_are_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 4.0, "T2": 3.0, "N1": 2.0}, {"T1": 3.5, "T2": 3.0, "N1": 1.8}])
    found = faults(tu, tr)
    assert [fault.got for fault in found] == ["2 mm", "4 mm", "3 mm"]
    assert all("Given in cm?" in fault.do for fault in found)
    accepted = recist.visit_responses(tu, tr, small_targets="accept")
    assert [caution.lesions for caution in accepted.cautions] == [("N1",), ("T1",), ("T2",)]


def test_the_entered_and_the_standardised_result_must_agree(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    tr[0].update(TRORRES="4.0", TRORRESU="cm")  # 40 mm: the same length
    recist.visit_responses(tu, tr)
    tr[0].update(TRORRES="4.0", TRORRESU="mm")
    (fault,) = faults(tu, tr)
    assert fault.got == "4.0 mm and 40 mm"


def test_visits_out_of_order_are_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS, days=["2024-01-01", "2024-05-01", "2024-03-01"])
    (fault,) = faults(tu, tr)
    assert fault.place == "TR row 7, 8, 9 (MU-1, READER 1, VISIT 3)"
    assert fault.got == "VISIT 2 on 2024-05-01, VISIT 3 on 2024-03-01"
    tu, tr = tables(LESIONS, VISITS, days=["2024-01-01", "2024-05", "2024-05-03"])  # may well be in order
    assert len(recist.visit_responses(tu, tr)) == 2


def test_lesions_that_stand_twice_are_refused_with_every_row(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    found = faults([*tu, dict(tu[1])], [*tr, dict(tr[3]), {**tr[8], "TRSTRESN": 17, "TRSTRESC": "17", "TRORRES": 17}])
    assert [fault.place.split(" (")[0] for fault in found] == ["TU row 4", "TR row 4, 10", "TR row 9, 11"]


def test_a_target_without_a_baseline_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "N1": 20}, *VISITS[1:]])
    (fault,) = faults(tu, tr)
    assert fault.place == "TU row 2 (MU-1, READER 1, T2, VISIT 1)"
    assert "longest diameter (LDIAM)" in fault.must
    gone = tables(LESIONS, [{"T1": 40, "T2": 0, "N1": 20}, *VISITS[1:]])
    assert len(faults(*gone)) == 1


def test_a_patient_without_any_result_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    other, _ = tables({"T1": ("LIVER", "TARGET")}, [{}], subject="MU-2")
    (fault,) = faults([*tu, *other], tr)
    assert fault.place == "TU row 4 (MU-2, READER 1, T1, VISIT 1)"


def test_a_lesion_that_tu_does_not_know_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    tr[5]["TRLNKID"] = "T9"
    (fault,) = faults(tu, tr)
    assert "Identified there: N1, T1, T2" in fault.do
    other_reader = [{**row, "TREVALID": "READER 2"} for row in tr[:2]]
    assert len(faults(tu, [*tr, *other_reader])) == 3


def test_a_target_identified_after_the_baseline_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS, new_at={"T2": 2})
    (fault,) = [fault for fault in faults(tu, tr) if "identified at the baseline" in fault.must]
    assert "baseline_visits" in fault.do


def test_a_baseline_on_two_visits_must_be_named(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "T2": 30}, {"N1": 20}, *VISITS[1:]], new_at={"N1": 2})
    assert faults(tu, tr)
    judged = recist.visit_responses(tu, tr, baseline_visits=("VISIT 1", "VISIT 2"))
    assert [(r.visit, r.baseline_sum_mm) for r in judged] == [("VISIT 3", 90), ("VISIT 4", 90)]
    assert any("baseline: the visits VISIT 1, VISIT 2" in line for line in judged.conventions)


def test_a_new_lesion_at_the_baseline_is_refused(tables: Tables) -> None:
    tu, tr = tables({**LESIONS, "X1": ("BONE", "NEW")}, VISITS)
    (fault,) = faults(tu, tr)
    assert "after the baseline" in fault.must


def test_all_faults_of_both_tables_come_at_once(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    tu[0]["TULOC"] = ""
    tu[1]["TUSTRESC"] = "TARGTE"
    tr[2]["TRSTRESN"] = tr[2]["TRORRES"] = "abc"
    tr[3]["VISITNUM"] = ""
    tr[4]["TRDTC"] = "14/02/2024"
    places = [fault.place.split(" (")[0] for fault in faults(tu, tr)]
    assert {"TU row 1", "TU row 2", "TR row 3", "TR row 4", "TR row 5"} <= set(places)


def test_missing_columns_are_named(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    found = faults([{"USUBJID": "MU-1"}], tr)
    assert next(fault.must for fault in found) == "must have a column TULNKID"
    assert {"TU table"} == {fault.place for fault in found}
    assert faults(tu, [])


def test_rows_of_a_visit_before_the_baseline_are_left_out_and_counted(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 39}, *VISITS])
    for row in tu:
        row.update(VISITNUM=2, VISIT="VISIT 2")
    judged = recist.visit_responses(tu, tr)
    assert [str(left) for left in judged.left_out] == ["1 TR rows of visits before the baseline"]
    assert [r.visit for r in judged] == ["VISIT 3", "VISIT 4"]


def test_a_choice_of_targets_that_breaks_a_rule_is_a_caution(tables: Tables) -> None:
    lesions = {f"T{at}": ("LIVER", "TARGET") for at in range(1, 4)}
    tu, tr = tables(lesions, [dict.fromkeys(lesions, 20), dict.fromkeys(lesions, 10)])
    judged = recist.visit_responses(tu, tr)
    assert judged[0].overall == "PR"
    assert [(str(c.because.rule), c.where) for c in judged.cautions] == [("RECIST-SEL-ORGAN", "MU-1, READER 1")]


def test_a_marker_of_an_unknown_visit_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    (fault,) = faults(tu, tr, markers={("MU-1", "VISIT 9"): True})
    assert "VISIT 9" in fault.place
    gone = tables({"T1": LESIONS["T1"]}, [{"T1": 40}, {"T1": 0}])
    for normal, expected in ((True, "CR"), (False, "PR")):
        markers = {("MU-1", "VISIT 1"): False, ("MU-1", "VISIT 2"): normal}
        assert recist.visit_responses(*gone, markers=markers)[0].overall == expected


def test_without_visit_numbers_the_days_order_the_visits(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    for row in [*tu, *tr]:
        del row["VISITNUM"]
    judged = recist.visit_responses(tu, tr[::-1])
    assert [r.visit for r in judged] == ["VISIT 2", "VISIT 3"]
    assert any("first day of each visit" in line for line in judged.conventions)
    for row in tr[3:6]:
        row["TRDTC"] = ""
    assert "must have a date" in faults(tu, tr)[0].must


def test_no_reader_columns_make_one_unnamed_reader(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    for row in [*tu, *tr]:
        for name in ("TUEVAL", "TUEVALID", "TREVAL", "TREVALID"):
            row.pop(name, None)
    assert {r.reader for r in recist.visit_responses(tu, tr)} == {None}


def test_courses_come_patient_by_patient_and_reader_by_reader(tables: Tables) -> None:
    first, second = tables(LESIONS, VISITS, subject="MU-2"), tables(LESIONS, VISITS, reader="A")
    third = tables(LESIONS, VISITS)
    read = recist_tables.Tables([*first[0], *second[0], *third[0]], [*first[1], *second[1], *third[1]])
    courses = [[(course.subject, course.reader) for course in readers] for readers in read.patients()]
    read.refuse_faults()
    assert courses == [[("MU-2", "READER 1")], [("MU-1", "A"), ("MU-1", "READER 1")]]
    assert read.rows == {"TU": 9, "TR": 27}
    assert read.left_out == ()


@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_reading_in_parts_changes_nothing(tables: Tables, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    made = [tables(LESIONS, VISITS, subject=f"MU-{at}") for at in (3, 1, 2)]
    tu, tr = [row for tu, _ in made for row in tu], [row for _, tr in made for row in tr]
    straight = recist.visit_responses(tu, tr)
    assert [r.subject for r in straight] == ["MU-1", "MU-1", "MU-2", "MU-2", "MU-3", "MU-3"]
    monkeypatch.setattr(recist_tables, "_PART_ROWS", rows)
    assert recist.visit_responses(tu, tr).value == straight.value
    assert recist.visit_responses(tu, [*tr[::2], *tr[1::2]]).value == straight.value  # rows do not stand together
    tr[20]["TRSTRESU"] = "cm"
    (fault,) = faults(tu, [*tr])
    assert fault.place.startswith("TR row 21 (MU-2")
    tr[20]["TRSTRESU"] = "mm"
    (fault,) = faults(tu, [*tr, dict(tr[26])])
    assert fault.place.startswith("TR row 27, 28 (MU-2")


def test_a_wrong_choice_is_refused(tables: Tables) -> None:
    (fault,) = faults(*tables(LESIONS, VISITS), small_targets="maybe")
    assert fault.place == "small_targets"
