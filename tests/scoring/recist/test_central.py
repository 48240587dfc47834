"""Twin of src/lutetia/scoring/recist/central.py: accepted records and adjudication, both reads kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist

Overalls = Callable[..., list[Any]]
Shared = Callable[[str], list[dict[str, Any]]]
DAYS = ["2024-02-01", "2024-03-01", "2024-04-01"]
READERS = ("READER 1", "READER 2")


def two_reads(overalls: Overalls, first: list[str], second: list[str]) -> list[Any]:
    reads = overalls(first, DAYS[: len(first)])
    return reads + [visit._replace(reader="READER 2") for visit in overalls(second, DAYS[: len(second)])]


def test_accepted_records_of_the_published_courses(shared: Shared) -> None:
    judged = recist.visit_responses(shared("tu_onco_recist"), shared("tr_onco_recist"), reappearance_is_pd=False)
    accepted = {
        (row["USUBJID"], row["VISIT"]): (row["RSEVALID"] or row["RSEVAL"], row["RSSTRESC"])
        for row in shared("rs_onco_recist")
        if row["RSACPTFL"] == "Y"
    }
    central = recist.accepted_records(judged)
    found = {
        (visit.subject, visit.visit): (visit.reader, visit.overall)
        for reading in central.values()
        for visit in reading.value or ()
    }
    assert found == accepted
    assert len(found) == 22
    differing = [(s, d.visit) for s, reading in central.items() for d in reading.disagreements]
    assert len(differing) == 3  # notes, section 4: readers differ in 3 of 22 visits
    assert all(set(reading.reads) == {"INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2"} for reading in central.values())


def test_no_or_two_accepted_records_are_refused(overalls: Overalls) -> None:
    reads = two_reads(overalls, ["SD", "PD"], ["SD", "SD"])
    flagged = [visit._replace(accepted=visit.visit == "VISIT 1") for visit in reads]
    with pytest.raises(InputError) as refused:
        recist.accepted_records(flagged)
    assert [fault.got for fault in refused.value.faults] == ["READER 1, READER 2", "none"]


def test_readers_who_agree_need_no_adjudicator(overalls: Overalls) -> None:
    reads = two_reads(overalls, ["SD", "PR"], ["SD", "PR"])
    reading = recist.adjudicate(reads, readers=READERS, disagree_on="every_visit", choices={})["MU-1"]
    assert (reading.chosen, reading.adjudicated, reading.disagreements) == ("READER 1", False, ())
    assert [visit.overall for visit in reading.value or ()] == ["SD", "PR"]


def test_readers_who_differ_need_one_and_both_reads_stay(overalls: Overalls) -> None:
    reads = two_reads(overalls, ["SD", "PD"], ["SD", "SD", "PD"])
    asked: dict[str, Any] = {"readers": READERS, "disagree_on": "first_progression"}
    missing = recist.adjudicate(reads, **asked, choices={})["MU-1"]
    assert (missing.value, missing.chosen) == (None, None)
    assert "adjudication is missing" in missing.because[0].says
    chosen = recist.adjudicate(reads, **asked, choices={"MU-1": "READER 2"})["MU-1"]
    assert (chosen.chosen, chosen.adjudicated) == ("READER 2", True)
    assert [visit.overall for visit in chosen.value or ()] == ["SD", "SD", "PD"]
    assert {reader: len(visits) for reader, visits in chosen.reads.items()} == {"READER 1": 2, "READER 2": 3}
    assert [(d.visit, d.read) for d in chosen.disagreements] == [
        ("VISIT 2", (("READER 1", "PD"), ("READER 2", "SD"))),
        ("VISIT 3", (("READER 1", None), ("READER 2", "PD"))),
    ]


def test_what_counts_as_differing_is_named(overalls: Overalls) -> None:
    reads = two_reads(overalls, ["SD", "PD"], ["PR", "PD"])
    for disagree_on, chosen in (("every_visit", None), ("first_progression", "READER 1")):
        reading = recist.adjudicate(reads, readers=READERS, disagree_on=disagree_on, choices={})["MU-1"]  # type: ignore[arg-type]
        assert reading.chosen == chosen
        assert any(disagree_on in line for line in reading.conventions)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"choices": {"MU-1": "READER 3"}}, "choices (MU-1)"),
        ({"choices": {"MU-9": "READER 1"}}, "choices (MU-9)"),
        ({"readers": ("READER 1", "READER 9")}, "MU-1"),
        ({"readers": ("READER 1", "READER 1")}, "readers"),
        ({"disagree_on": "best"}, "disagree_on"),
    ],
)
def test_wrong_arguments_are_refused(overalls: Overalls, change: dict[str, Any], place: str) -> None:
    reads = two_reads(overalls, ["SD"], ["SD"])
    arguments: dict[str, Any] = {"readers": READERS, "disagree_on": "every_visit", "choices": {}, **change}
    with pytest.raises(InputError) as refused:
        recist.adjudicate(reads, **arguments)
    assert place in {fault.place for fault in refused.value.faults}
