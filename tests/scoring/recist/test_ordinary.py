"""Twin of src/lutetia/scoring/recist/ordinary.py: what is ordinary; two routes through TR that must agree."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from lutetia.errors import Fault, InputError
from lutetia.scoring import recist
from lutetia.scoring.recist.columns import Columns
from lutetia.scoring.recist.course import respond
from lutetia.scoring.recist.identification import identify
from lutetia.scoring.recist.ordinary import Ordinary, ordinary_courses
from lutetia.scoring.recist.tables import Tables as Read

Rows = list[dict[str, Any]]
Tables = Callable[..., tuple[Rows, Rows]]
LESIONS = {"T1": ("LIVER", "TARGET"), "N1": ("LYMPH NODE", "TARGET"), "A": ("BONE", "NON-TARGET")}
VISITS = [{"T1": 40, "N1": 20, "A": "PRESENT"}, {"T1": 35, "N1": 18, "A": "PRESENT"}, {"T1": 30, "A": "ABSENT"}]


def read(tu: Rows, tr: Rows) -> Ordinary:
    found: list[Fault] = []
    table = Columns(tr, "TR")
    from collections import Counter

    made = ordinary_courses(table, identify(Columns(tu, "TU"), True, found, Counter()), "as_entered")
    assert made is not None
    assert not found
    return made


def test_what_is_seen_at_a_visit_by_hand(tables: Tables) -> None:
    seen = read(*tables(LESIONS, VISITS)).seen
    assert seen.keys == [("MU-1", "READER 1")]
    assert (seen.targets.tolist(), seen.non_targets.tolist()) == ([2], [1])
    assert seen.sum_um.tolist() == [60_000, 53_000, 30_000]
    assert (seen.measured.tolist(), seen.standing.tolist()) == ([2, 2, 1], [2, 2, 1])
    assert (seen.evaluated.tolist(), seen.visible.tolist()) == ([1, 1, 1], [True, True, False])
    assert [(when.number, when.label, str(when.days[0])) for when in seen.when][1] == (2.0, "VISIT 2", "2024-01-16")


def without(tr: Rows, row: int, **cells: Any) -> Rows:
    return [*tr[:row], {**tr[row], **cells}, *tr[row + 1 :]]


@pytest.mark.parametrize(
    "change",
    [
        lambda tu, tr: (tu, without(tr, 3, TRSTRESN="x", TRORRES="x")),  # no number
        lambda tu, tr: (tu, without(tr, 3, TRSTRESU="cm")),
        lambda tu, tr: (tu, without(tr, 0, TRSTRESN=9, TRORRES=9)),  # too small at the baseline
        lambda tu, tr: (tu, without(tr, 3, TRLNKID="T9")),  # not identified
        lambda tu, tr: (tu, without(tr, 3, TRLNKID="T1.1")),  # a part
        lambda tu, tr: (tu, without(tr, 4, TRTESTCD="LDIAM")),  # the long axis of a node alone
        lambda tu, tr: (tu, [*tr, tr[3]]),  # twice
        lambda tu, tr: (tu, without(tr, 3, TRDTC="2024-01")),  # a partial date
        lambda tu, tr: (tu, without(tr, 3, TRDTC="2024-01-17")),  # a second day
        lambda tu, tr: (tu, without(tr, 3, TRDTC="")),  # a row without the day of the others
        lambda tu, tr: (tu, without(tr, 3, VISIT="WEEK 3")),  # a second name
        lambda tu, tr: (tu, without(tr, 3, VISITNUM="x")),
        lambda tu, tr: (tu, without(tr, 3, TRACPTFL="Y")),  # accepted in part
        lambda tu, tr: (tu, [{**row, "TRDTC": "2023-01-01"} if row["VISITNUM"] == 3 else row for row in tr]),
        lambda tu, tr: (tu, tr[1:]),  # a target without a baseline
        lambda tu, tr: ([{**row, "VISITNUM": 2} for row in tu], tr),  # identified after the first visit
        lambda tu, tr: (tu, without(tr, 3, TRSTRESN=2e6, TRORRES=2e6)),  # longer than any lesion
    ],
)
def test_a_course_that_needs_a_closer_look_is_left_to_the_rows(tables: Tables, change: Callable[..., Any]) -> None:
    assert read(*tables(LESIONS, VISITS)).rest == []
    tu, tr = tables(LESIONS, VISITS, subject="MU-2")
    first_tu, first_tr = change(*tables(LESIONS, VISITS))
    made = read([*first_tu, *tu], [*first_tr, *tr])
    assert made.seen.keys == [("MU-2", "READER 1")]
    assert made.rest == list(range(len(first_tr)))


def test_rows_that_no_result_rests_on_are_counted(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    more = [{**tr[0], "TRTESTCD": "LPERP"}, {**tr[0], "TRLNKID": ""}, {**tr[0], "TRTESTCD": "VOLUME"}]
    made = read(tu, [*tr, *more])
    assert sorted(made.left_out.values()) == [1, 1, 1]
    assert made.rest == []


def by_row(tu: Rows, tr: Rows, rules: recist.VisitRules) -> tuple[Any, ...]:
    """The responses, rows left out and cautions when every course is read row by row."""
    tables = Read(tu, tr, precision=rules.precision, small_targets="refuse")
    made = [one for readers in tables.patients() for one in respond(readers, rules)]
    tables.refuse_faults()
    made.sort(key=lambda one: (one.subject, one.reader or ""))
    return made, tables.left_out, tables.cautions


STATES = ["ABSENT", "PRESENT", "NOT EVALUABLE", "TOO SMALL TO MEASURE", "UNEQUIVOCAL PROGRESSION", "EQUIVOCAL"]


def made_up_trial(tables: Tables, lot: random.Random, faults: bool) -> tuple[Rows, Rows]:
    """Some patients and readers with everything that TR may hold; with `faults` also what must be refused."""
    tu: Rows = []
    tr: Rows = []
    for patient in range(lot.randint(1, 4)):
        for reader in lot.sample(["READER 1", "READER 2", ""], lot.randint(1, 2)):
            lesions = dict(lot.sample(sorted(ALL.items()), lot.randint(1, 5)))
            new_at = {name: 2 for name, (_, role) in lesions.items() if role == "NEW"}
            visits = [_visit(lesions, lot, number) for number in range(1, lot.randint(3, 6))]
            some_tu, some_tr = tables(lesions, visits, subject=f"MU-{patient}", reader=reader, new_at=new_at)
            for row in some_tr:
                _disturb(row, lot, faults)
            tu += some_tu
            tr += [row for row in some_tr if row["VISITNUM"] == 1 or lot.random() < 0.97]
            tr += [{**row, **lot.choice(IDLE)} for row in some_tr if lot.random() < 0.03]
    if lot.random() < 0.3:
        lot.shuffle(tr)
    return tu, tr


ALL = {
    "T1": ("LIVER", "TARGET"),
    "T2": ("LUNG", "TARGET"),
    "N1": ("LYMPH NODE", "TARGET"),
    "A": ("BONE", "NON-TARGET"),
    "B": ("LYMPH NODE", "NON-TARGET"),
    "X1": ("LUNG", "NEW"),
}
IDLE: list[dict[str, Any]] = [{"TRLNKID": ""}, {"TRTESTCD": "VOLUME"}, {"TRTESTCD": "SUMDIAM", "TRLNKID": ""}]


def _visit(lesions: dict[str, tuple[str, str]], lot: random.Random, number: int) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, (_, role) in lesions.items():
        if role == "NEW" and number == 1:
            continue
        if role == "TARGET":
            size = lot.choice([15, 20, 25, 30, 36]) if number == 1 else lot.choice([0, 4, 9.9, 10, 15, 18, 24, 25, 31])
            seen[name] = lot.choice(STATES) if number > 1 and lot.random() < 0.05 else size
        else:
            seen[name] = lot.choice([*STATES[:4], "PRESENT", "ABSENT", "UNEQUIVOCAL PROGRESSION", 8, 12])
    return seen


def _disturb(row: dict[str, Any], lot: random.Random, faults: bool) -> None:
    if lot.random() < 0.01:
        row["TRACPTFL"] = "Y"
    if lot.random() < 0.01:
        row["TRDTC"] = lot.choice(["", row["TRDTC"][:7]])
    if faults and lot.random() < 0.01:
        row.update(lot.choice([{"TRSTRESU": "cm"}, {"TRSTRESN": "-3"}, {"TRLNKID": "T9"}, {"VISITNUM": "x"}]))


def outcome(judge: Callable[[], Any]) -> Any:
    """What a route gives, or the faults it tells."""
    try:
        return judge()
    except InputError as refused:
        return sorted(str(fault) for fault in refused.faults)


@pytest.mark.parametrize("seed", range(40))
def test_both_routes_agree(tables: Tables, seed: int) -> None:
    lot = random.Random(seed)
    tu, tr = made_up_trial(tables, lot, faults=seed % 4 == 3)
    choices: dict[str, Any] = {
        "reappearance_is_pd": lot.random() < 0.5,
        "sticky_pr": lot.random() < 0.5,
        "incomplete_sum_updates_nadir": lot.random() < 0.5,
        "equivocal_new_lesion": lot.choice(["back_date", "at_confirmation"]),
        "precision": lot.choice(["as_entered", "tenth_mm"]),
    }
    rules = recist.VisitRules(nadir="reader", **choices)

    def published() -> Any:
        judged = recist.visit_responses(tu, tr, **choices)
        return list(judged), judged.left_out, judged.cautions

    assert outcome(published) == outcome(lambda: by_row(tu, tr, rules))


def test_most_made_up_courses_are_ordinary(tables: Tables) -> None:
    lot = random.Random(7)
    ordinary = other = 0
    for _ in range(20):
        tu, tr = made_up_trial(tables, lot, faults=False)
        made = read(tu, tr)
        ordinary += len(made.seen.keys)
        other += len({(row["USUBJID"], row["TUEVALID"]) for row in tu}) - len(made.seen.keys)
    assert ordinary > 10  # the two routes were truly compared
    assert other > 10


def test_without_visit_numbers_courses_are_read_row_by_row(tables: Tables) -> None:
    tu, tr = tables(LESIONS, VISITS)
    named = [{key: value for key, value in row.items() if key != "VISITNUM"} for row in (*tu, *tr)]
    assert Read(named[: len(tu)], named[len(tu) :]).ordinary() is None
    judged = recist.visit_responses(named[: len(tu)], named[len(tu) :])
    assert judged.rows() == recist.visit_responses(tu, tr).rows()
