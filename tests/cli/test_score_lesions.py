"""Lesions over visits: one plain table says the same as TU and TR, and nothing depends on the order of its rows."""

from __future__ import annotations

import pytest

from lutetia.cli.score_lesions import as_sdtm, choi, recist_of_lesions
from lutetia.errors import InputError
from lutetia.exchange.tabular import parse_table

RULES = {"nadir": "reader", "reappearance_is_pd": True}
LESIONS = """\
subject,reader,visit,visit_number,lesion,role,organ,diameter_mm,state
A,R1,BASE,1,T1,target,liver,100,
A,R1,BASE,1,T2,target,lymph_node,20,
A,R1,BASE,1,B1,non_target,bone,,present
A,R1,W9,2,T1,target,liver,70,
A,R1,W9,2,T2,target,lymph_node,14,
A,R1,W9,2,B1,non_target,bone,,present
A,R1,W18,3,T1,target,liver,0,
A,R1,W18,3,T2,target,lymph_node,9.9,
A,R1,W18,3,B1,non_target,bone,,absent
A,R1,W27,4,T1,target,liver,0,
A,R1,W27,4,T2,target,lymph_node,9,
A,R1,W27,4,B1,non_target,bone,,absent
A,R1,W27,4,X1,new,liver,12,
"""
CHOI = {"criteria": "choi", "attenuation_average": "mean_of_lesions", "progression_against": "baseline"}
CT = """\
subject,date,lesion,diameter_mm,attenuation_hu,phase,new_lesion,nontarget_progression,new_or_growing_nodule
A,2024-01-01,T1,50,90,portal_venous,,,
A,2024-03-01,T1,50,76.5,portal_venous,no,no,no
A,2024-05-01,T1,45,90,arterial,no,no,no
A,2024-07-01,T1,0,,portal_venous,no,no,no
A,2024-09-01,T1,20,90,portal_venous,no,no,no
"""


def shuffled(text: str) -> str:
    header, *rows = text.splitlines()
    return "\n".join([header, *reversed(rows)])


def refused(text: str) -> list[str]:
    with pytest.raises(InputError) as error:
        as_sdtm(parse_table(text))
    return [str(fault) for fault in error.value.faults]


def test_responses_by_hand():
    # Sums 120, 84 (-30 %: PR); then 0 with a node of 9.9 mm (CR though the sum is above 0); then a new lesion (PD).
    scored = recist_of_lesions(parse_table(LESIONS), RULES)
    assert [tuple(row.values())[2:] for row in scored.rows] == [
        ("W9", "PR", "NON-CR/NON-PD", False, "PR"),
        ("W18", "CR", "CR", False, "CR"),
        ("W27", "CR", "CR", True, "PD"),
    ]
    assert scored.read.startswith("13 rows of")


def test_the_order_of_rows_changes_nothing():
    assert (
        recist_of_lesions(parse_table(shuffled(LESIONS)), RULES).rows
        == recist_of_lesions(parse_table(LESIONS), RULES).rows
    )
    assert choi(parse_table(shuffled(CT)), CHOI).rows == choi(parse_table(CT), CHOI).rows


def test_a_lesion_is_identified_at_its_first_visit_and_a_node_by_its_organ():
    tu, tr = as_sdtm(parse_table(shuffled(LESIONS)))
    assert {(row["TULNKID"], row["VISIT"]) for row in tu} == {
        ("T1", "BASE"),
        ("T2", "BASE"),
        ("B1", "BASE"),
        ("X1", "W27"),
    }
    assert {row["TRTESTCD"] for row in tr if row["TRLNKID"] == "T2"} == {"LPERP"}


def test_dates_order_the_visits_where_there_are_no_numbers():
    text = (
        "subject,visit,date,lesion,role,organ,diameter_mm\n"
        "A,W9,2024-03-01,T1,target,liver,125\nA,BASE,2024-01-01,T1,target,liver,100\n"
    )
    (row,) = recist_of_lesions(parse_table(text), RULES).rows
    assert (row["visit"], row["reader"], row["overall"]) == ("W9", None, "PD")


def test_contradictions_are_refused_with_their_rows():
    text = LESIONS.replace("A,R1,W9,2,T1,target,liver,70,", "A,R1,W9,2,T1,non_target,lung,70,present")
    faults = refused(text)
    assert [fault.split(":")[0] for fault in faults] == [
        "line 5, row 4, state",
        "line 5, row 4, role",
        "line 5, row 4, organ",
    ]
    assert "must be a number" in refused(LESIONS.replace("A,R1,W9,2,T1", "A,R1,W9,two,T1"))[0]
    assert "target, non_target or new" in refused(LESIONS.replace("T1,target", "T1,main"))[0]


def test_faults_of_the_engine_name_the_table():
    with pytest.raises(InputError, match=r"row n of TR is row n of the table.*\n.*TR row 4 .*diameter"):
        recist_of_lesions(parse_table(LESIONS.replace("liver,70", "liver,-70")), RULES)


def test_choi_by_hand():
    # 76.5 is 15 % below 90: PR by attenuation. Arterial: not assessable. Gone: CR. 20 against 50 is 60 % less: PR.
    scored = choi(parse_table(CT), CHOI)
    assert [(row["visit"], row["response"], row["possible"]) for row in scored.rows] == [
        ("2024-03-01", "PR", "PR"),
        ("2024-05-01", None, "not assessable"),
        ("2024-07-01", "CR", "CR"),
        ("2024-09-01", "PR", "PR"),
    ]
    assert scored.rows[0]["attenuation_change_pct"] == pytest.approx(-15)


def test_choi_against_the_nadir_leaves_out_what_has_none():
    scored = choi(parse_table(CT), {**CHOI, "progression_against": "nadir"})
    assert [row["visit"] for row in scored.rows] == ["2024-03-01", "2024-05-01", "2024-07-01"]
    assert scored.left_out == ("visits: every target had gone before, no growth can be told from a nadir of 0 mm (1)",)


def test_choi_faults_of_all_visits_come_together():
    text = CT.replace("T1,50,76.5", "T1,-50,76.5").replace("T1,45,90,arterial", "T9,45,90,Arterial")
    with pytest.raises(InputError) as error:
        choi(parse_table(text), CHOI)
    places = [fault.place for fault in error.value.faults]
    assert places == ["row 2, now T1", "row 3, phase", "row 3, target T1", "row 3, target T9"]


def test_rows_of_one_choi_visit_must_agree():
    text = CT + "A,2024-03-01,T2,10,50,late,no,no,no\n"
    with pytest.raises(InputError, match="every row of a visit must have the same phase"):
        choi(parse_table(text), CHOI)


def test_choi_without_a_second_visit_or_a_day_is_refused():
    with pytest.raises(InputError, match="a visit after the first one"):
        choi(parse_table("\n".join(CT.splitlines()[:2])), CHOI)
    with pytest.raises(InputError, match="row 2, date"):
        choi(parse_table(CT.replace("2024-03-01", "March")), CHOI)
