"""The worst recorded grade of each term since the line began, with the version as recorded."""

from __future__ import annotations

from .conftest import cycle, event, found, rlt

COURSE = (rlt(), cycle(1, 0))


def events(*entries):
    return found(*COURSE, *entries).events


def test_the_worst_grade_of_a_term_and_its_version():
    (nausea,) = events(event("Nausea", 1, 1), event("nausea", 3, 9, ctcae_version="4.03"), event("Nausea", 2, 17))
    assert (nausea.term, nausea.grade, nausea.ctcae_version, nausea.count) == ("nausea", 3, "4.03", 3)
    assert nausea.entry_id == "nausea-9"


def test_no_version_is_said():
    (nausea,) = events(event("Nausea", 1, 1, ctcae_version=None))
    assert nausea.ctcae_version == "version not recorded"


def test_an_unknown_grade_is_no_grade_0():
    (nausea,) = events(event("Nausea", {"unknown": "not_recorded"}, 1))
    assert (nausea.grade, nausea.text) == (None, "not recorded")
    (both,) = events(event("Nausea", None, 1), event("Nausea", 2, 2))
    assert (both.grade, both.ungraded, both.text) == (2, 1, "at least 2")


def test_worst_terms_come_first():
    assert [one.term for one in events(event("Fatigue", 1, 1), event("Vomiting", 3, 1), event("Pain", 2, 1))] == [
        "Vomiting",
        "Pain",
        "Fatigue",
    ]


def test_what_began_before_is_left_out_and_counted():
    result = found(*COURSE, event("Nausea", 3, -5), event("Fatigue", 2, 0), event("Pain", 2, 0, date="2023"))
    assert [one.term for one in result.events] == ["Fatigue"]
    assert [str(line) for line in result.left_out if "began before the line" in line.why] == [
        "2 adverse events that began before the line"
    ]


def test_a_date_that_leaves_it_open_is_counted_apart():
    result = found(rlt(date="2024-01-10"), cycle(1, 2), event("Nausea", 2, 0, date="2024-01"))
    assert result.events == ()
    assert any("leaves open whether they began after" in str(line) for line in result.left_out)


def test_without_a_line_every_event_counts():
    result = found(event("Nausea", 2, 0))
    assert [one.term for one in result.events] == ["Nausea"]
    assert result.period is None
