"""What must hold between entries: ids, corrections, references, order of dates."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.course import Course


def entry(entry_id, kind="last_contact", date="2024-05-17", **fields):
    return {"kind": kind, "id": entry_id, "date": date, "recorded_by": "x", **fields}


def line(entry_id, date="2024-01-10", **fields):
    return entry(entry_id, "therapy_line", date, **{"regimen": "rlt", **fields})


def cycle(entry_id, number=1, date="2024-01-10", **fields):
    return entry(entry_id, "rlt_cycle", date, **{"line": "l1", "number": number, **fields})


def problems(*entries, birth=None):
    """Place and sentence of everything that does not fit."""
    try:
        Course(patient={"id": "p", "birth": birth}, entries=entries)
    except ValidationError as error:
        return {detail["loc"]: detail["msg"] for detail in error.errors()}
    return {}


def test_a_good_course_has_no_problem():
    assert problems(line("l1"), cycle("c1"), cycle("c2", 2), entry("x", "death", "2025")) == {}


def test_ids_are_unique():
    found = problems(entry("a"), entry("b"), entry("a"))
    assert found == {
        ("entries", 2, "id"): 'each id must be used once in a course, but got "a", which entries[0] has already. '
        "Give this entry an id of its own."
    }


def test_corrections_chain():
    assert problems(entry("a"), entry("b", supersedes="a"), entry("c", supersedes="b")) == {}


@pytest.mark.parametrize(
    ("entries", "place", "words"),
    [
        ([entry("a", supersedes="z")], 0, "supersedes must be the id of another entry of this course"),
        ([entry("a"), line("b", supersedes="a")], 1, "an entry of the same kind (therapy_line)"),
        ([entry("a"), entry("b", supersedes="a"), entry("c", supersedes="a")], 2, 'already is by "b"'),
        ([entry("a", supersedes="a")], 0, "corrections must not go in a circle"),
    ],
)
def test_wrong_corrections(entries, place, words):
    found = problems(*entries)
    assert list(found) == [("entries", place, "supersedes")]
    assert words in found[("entries", place, "supersedes")]


def test_a_circle_of_three_is_found_at_each_of_its_entries_and_not_beside_it():
    circle = [entry("a", supersedes="c"), entry("b", supersedes="a"), entry("c", supersedes="b")]
    found = problems(*circle, entry("d"), entry("e", supersedes="d"))
    assert sorted(place[1] for place in found) == [0, 1, 2]
    assert all("circle" in sentence for sentence in found.values())


def test_references():
    found = problems(
        line("ssa", regimen="ssa_standard"),
        entry("lc"),
        cycle("c1", line="nowhere"),
        cycle("c2", line="ssa"),
        entry("da", "disease_assessment", line="lc"),
        entry("ae", "adverse_event", term="Nausea", related_to="nowhere"),
    )
    assert {place: sentence.split(",")[0] for place, sentence in found.items()} == {
        ("entries", 2, "line"): "line must be the id of another entry of this course",
        ("entries", 3, "line"): "line must be a therapy_line with regimen rlt",
        ("entries", 4, "line"): "line must be the id of a therapy_line",
        ("entries", 5, "related_to"): "related_to must be the id of another entry of this course",
    }


def test_a_reference_follows_corrections():
    wrong, corrected = line("l1", regimen="everolimus"), line("l1b", regimen="rlt", supersedes="l1")
    assert problems(wrong, corrected, cycle("c1")) == {}
    found = problems(line("l1"), line("l1b", regimen="everolimus", supersedes="l1"), cycle("c1"))
    assert list(found) == [("entries", 2, "line")]


def test_cycles_lie_within_their_line():
    late = line("l1", stop="2024-06")
    assert list(problems(late, cycle("c1", date="2024-01-09"))) == [("entries", 1, "date")]
    assert list(problems(late, cycle("c1", date="2024-07-01"))) == [("entries", 1, "date")]
    assert problems(late, cycle("c1", date="2024-06-30")) == {}
    assert problems(late, cycle("c1", date="2024")) == {}


def test_cycle_numbers_occur_once_in_a_line():
    found = problems(line("l1"), cycle("c1", 1), cycle("c2", 1))
    assert list(found) == [("entries", 2, "number")]
    assert '1, which "c1" has already' in found[("entries", 2, "number")]
    assert problems(line("l1"), cycle("c1", 1), cycle("c2", 1, supersedes="c1")) == {}
    assert problems(line("l1"), line("l2"), cycle("c1", 1), cycle("c2", 1, line="l2")) == {}
    corrected = [line("l1"), line("l1b", supersedes="l1"), cycle("c1", 1), cycle("c2", 1, line="l1b")]
    assert list(problems(*corrected)) == [("entries", 3, "number")]


def test_nothing_lies_before_birth():
    found = problems(line("l1", "1963-12-31"), line("l2", "1964"), birth="1964-02-11")
    assert found == {
        ("entries", 0, "date"): "no entry must lie before the birth of the patient (1964-02-11), but got 1963-12-31. "
        "Correct this date, or patient.birth."
    }
    assert problems(line("l1", "1963")) == {}
    assert problems(line("l1", "1963"), birth={"unknown": "not_recorded"}) == {}


def test_nothing_lies_after_death():
    found = problems(
        line("l1", stop="2024-03-02", progression="2024-04-01"),
        entry("lc", date="2024-03-02"),
        entry("ae", "adverse_event", "2024-02", term="Nausea", end="2024-05"),
        entry("ok", "specimen", "2024-03", recorded_on="2024-06"),
        entry("x", "death", "2024-03-01"),
    )
    assert sorted(found) == [
        ("entries", 0, "progression"),
        ("entries", 0, "stop"),
        ("entries", 1, "date"),
        ("entries", 2, "end"),
    ]
    assert (
        "progression must not lie after the death of the patient (2024-03-01, x)"
        in found[("entries", 0, "progression")]
    )


def test_one_death():
    assert list(problems(entry("x", "death"), entry("y", "death"))) == [("entries", 1)]
    assert problems(entry("x", "death"), entry("y", "death", supersedes="x")) == {}


def test_what_a_correction_replaced_is_not_judged():
    late = [entry("x", "death", "2024"), entry("a", date="2025"), entry("b", date="2024", supersedes="a")]
    assert problems(*late) == {}
    wrong, right = entry("a", date="1950"), entry("b", date="2024", supersedes="a")
    assert problems(wrong, right, birth="1964") == {}
    assert problems(entry("x", "death", "2020"), entry("y", "death", "2024-06", supersedes="x"), entry("lc")) == {}
