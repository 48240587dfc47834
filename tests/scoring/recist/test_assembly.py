"""Twin of src/lutetia/scoring/recist/assembly.py: from rows to a course (faults: test_tables.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lutetia.scoring import recist
from lutetia.scoring.recist.tables import Tables as Read

LESIONS = {"T1": ("LIVER", "TARGET"), "A": ("BONE", "NON-TARGET"), "X1": ("LUNG", "NEW")}
Tables = Callable[..., Any]


def test_baseline_and_later_visits_in_order(tables: Tables) -> None:
    visits = [{"T1": 40, "A": "PRESENT"}, {"T1": 30}, {"T1": 20, "X1": "PRESENT"}]
    tu, tr = tables(LESIONS, visits, new_at={"X1": 3})
    ((course,),) = Read(tu, tr[::-1]).patients()
    assert (course.baseline.name, [visit.name for visit in course.visits]) == ("VISIT 1", ["VISIT 2", "VISIT 3"])
    assert [str(day) for visit in course.visits for day in visit.dates] == ["2024-01-16", "2024-02-01"]
    assert [lesion.name for lesion in course.lesions] == ["A", "T1", "X1"]


def test_a_new_lesion_that_stands_in_tu_alone_is_there_and_makes_its_visit(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "A": "PRESENT"}, {"T1": 30, "A": "PRESENT"}], new_at={"X1": 3})
    judged = recist.visit_responses(tu, tr)
    assert [(r.visit, r.target, r.overall) for r in judged] == [("VISIT 2", "SD", "SD"), ("VISIT 3", "NE", "PD")]


def test_a_new_lesion_called_equivocal_in_tr_is_not_counted(tables: Tables) -> None:
    visits = [{"T1": 40, "A": "PRESENT"}, {"T1": 40, "A": "PRESENT", "X1": "EQUIVOCAL"}]
    judged = recist.visit_responses(*tables(LESIONS, visits, new_at={"X1": 2}))
    assert [(r.overall, r.equivocal_new_lesion) for r in judged] == [("SD", True)]


def test_a_reader_without_disease_at_baseline_is_ne_until_something_is_new(tables: Tables) -> None:
    tu, tr = tables({"X1": ("LUNG", "NEW")}, [{}, {}, {"X1": "PRESENT"}], new_at={"X1": 3})
    tu_other, tr_other = tables({"T1": ("LIVER", "TARGET")}, [{"T1": 40}, {"T1": 40}], reader="READER 2")
    judged = recist.visit_responses([*tu, *tu_other], [*tr, *tr_other])
    assert [(r.reader, r.target, r.overall) for r in judged] == [("READER 1", None, "PD"), ("READER 2", "SD", "SD")]


def test_several_days_of_a_visit_come_in_order(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "A": "PRESENT"}, {"T1": 30, "A": "PRESENT"}], new_at={"X1": 3})
    tr[2]["TRDTC"], tr[3]["TRDTC"] = "2024-01-20", "2024-01-18"
    assert [str(day) for day in recist.visit_responses(tu, tr)[0].dates] == ["2024-01-18", "2024-01-20"]


def test_acceptance_is_told_only_where_all_rows_agree(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "A": "PRESENT"}, {"T1": 30, "A": "PRESENT"}], new_at={"X1": 3})
    accepted = []
    for flags in (("Y", "Y"), ("", ""), ("Y", "")):
        tr[2]["TRACPTFL"], tr[3]["TRACPTFL"] = flags
        accepted.append(recist.visit_responses(tu, tr)[0].accepted)
    assert accepted == [True, False, None]
