"""Twin of src/lutetia/scoring/recist/results.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from lutetia.errors import Fault
from lutetia.scoring.recist.columns import Columns
from lutetia.scoring.recist.identification import identify
from lutetia.scoring.recist.lesion import ABSENT, measured
from lutetia.scoring.recist.results import Results

Rows = list[dict[str, Any]]
LESIONS = {"T1": ("LIVER", "TARGET"), "N1": ("LYMPH NODE", "TARGET"), "A": ("BONE", "NON-TARGET")}


def read(tu: Rows, tr: Rows) -> tuple[Any, list[Fault], Counter[str]]:
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    found = identify(Columns(tu, "TU"), True, faults, left_out)
    table = Columns(tr, "TR")
    results = Results(table, found, by_number=True, precision="as_entered", faults=faults, left_out=left_out)
    visits = results.read(table)
    return visits.get(("MU-1", "READER 1"), {}), faults, left_out


def test_the_axis_by_which_a_lesion_is_followed(tables: Callable[..., Any]) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "N1": 20, "A": "ABSENT"}])
    other_axis = [
        {**row, "TRTESTCD": code, "TRSTRESN": 99, "TRORRES": 99}
        for row, code in zip(tr, ("LPERP", "LDIAM"), strict=False)
    ]
    visits, faults, left_out = read(tu, [*other_axis, *tr])
    assert not faults
    assert visits[1.0].measures == {"T1": measured(40, "as_entered"), "N1": measured(20, "as_entered")}
    assert visits[1.0].states == {"A": ABSENT}
    assert visits[1.0].long_axis_of_node == {"N1": 2}
    assert sorted(left_out.values()) == [1, 1]


def test_rows_that_say_nothing_are_left_out_and_counted(tables: Callable[..., Any]) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40}])
    extra = [{**tr[0], "TRLNKID": "", "TRTESTCD": "SUMDIAM"}, {**tr[0], "TRTESTCD": "VOLUME"}]
    _, faults, left_out = read(tu, [*tr, *extra])
    assert not faults
    assert left_out["TR rows without a lesion (TRLNKID), such as sums made elsewhere"] == 1
    assert left_out["TR rows with test VOLUME, which RECIST 1.1 does not use"] == 1


def test_a_state_that_stands_twice_is_counted_a_contradicting_one_refused(tables: Callable[..., Any]) -> None:
    tu, tr = tables(LESIONS, [{"A": "ABSENT"}])
    _, faults, left_out = read(tu, [*tr, *tr])
    assert (not faults, left_out["TR rows that repeat the state of a lesion at the same visit"]) == (True, 1)
    _, faults, _ = read(tu, [*tr, {**tr[0], "TRSTRESC": "PRESENT"}])
    assert [fault.place for fault in faults] == ["TR row 1, 2 (MU-1, READER 1, A, VISIT 1)"]


def test_days_and_acceptance_of_a_visit_are_gathered(tables: Callable[..., Any]) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "N1": 20, "A": "ABSENT"}])
    tr[1].update(TRDTC="2024-01-03", TRACPTFL="Y")
    tr[2].update(TRDTC="")
    visits, _, _ = read(tu, tr)
    assert [str(day) for day in visits[1.0].days] == ["2024-01-01", "2024-01-03"]
    assert set(visits[1.0].accepted) == {True, False}


def test_a_visit_with_two_names_is_refused(tables: Callable[..., Any]) -> None:
    tu, tr = tables(LESIONS, [{"T1": 40, "N1": 20}])
    tr[1]["VISIT"] = "WEEK 3"
    _, faults, _ = read(tu, tr)
    assert "is VISIT 1 too" in faults[0].must


def test_parts_and_joined_lesions_belong_to_known_lesions_only(tables: Callable[..., Any]) -> None:
    tu, tr = tables({**LESIONS, "T2": ("LIVER", "TARGET")}, [{"T1.1": 12, "T1/T2": 30, "T9.1": 3, "T1/T9": 4}])
    visits, faults, _ = read(tu, tr)
    assert set(visits[1.0].measures) == {"T1.1", "T1/T2"}
    assert len(faults) == 2
