"""Searches for events of special interest: groups, grades, included groups, templates; terms are made up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.scoring.adverse_events import Event, Window
from lutetia.scoring.special_interest import SearchDefinition, netter_2_template, read_definition, search

CHOICES: dict[str, Any] = {"worsening": "ignored", "undecided": "leave_out", "partial_day": "earliest"}
YEAR = Window(first=date(2023, 1, 1), last=date(2023, 12, 31))
DEFINITION: dict[str, Any] = {
    "lutetia": "search/1",
    "name": "made up",
    "dictionary": "none, made-up terms",
    "source": "this test",
    "groups": [
        {"id": "red", "says": "red things", "at_least_grade": 3, "terms": ["Redness", "Very  red"]},
        {"id": "blue", "says": "blue things", "at_least_grade": 2, "terms": ["Blueness"]},
        {"id": "coloured", "says": "red or blue", "includes": ["red", "blue"]},
    ],
}


def event(subject: str, term: str, grade: int | None, start: str = "2023-03-01") -> Event:
    return Event(subject=subject, term=term, start=PartialDate.parse(start), grade=grade)


EVENTS = [
    event("A", "redness", 3),
    event("A", "Redness", 2),
    event("B", "very red", 4),
    event("B", "BLUENESS", 2),
    event("C", "Blueness", 1),
    event("C", "Blueness", None),
    event("C", "Greenness", 4),
    event("D", "Redness", 5, "2024-01-01"),
]


def test_groups_count_their_terms_from_their_grade_on() -> None:
    got = search(EVENTS, dict.fromkeys("ABCD", YEAR), read_definition(DEFINITION), **CHOICES)
    counts = {name: (rate.subjects, rate.events, rate.at_risk) for name, rate in got.value.items()}
    assert counts == {"red": (2, 2, 4), "blue": (1, 1, 4), "coloured": (2, 3, 4)}
    assert got.value["red"].name == "red things"
    assert got.terms_outside == ("Greenness",)
    assert [(part.why, part.rows) for part in got.left_out] == [
        ("not treatment-emergent", (7,)),
        ("grade missing", (5,)),
    ]
    assert got.conventions[0] == "made up (none, made-up terms; this test)"


def test_groups_may_include_each_other_at_any_depth() -> None:
    groups = [*DEFINITION["groups"], {"id": "all", "says": "all", "includes": ["coloured", "all"]}]
    got = search(EVENTS, dict.fromkeys("ABCD", YEAR), read_definition({**DEFINITION, "groups": groups}), **CHOICES)
    assert got.value["all"].events == 3


def test_the_template_holds_no_terms_and_must_be_filled() -> None:
    template = netter_2_template()
    assert all(group.terms == () for group in template.groups)
    grades = {group.id: group.at_least_grade for group in template.groups}
    assert (grades["cytopenia"], grades["thrombocytopenia"], grades["nephrotoxicity"]) == (3, 2, 1)
    with pytest.raises(InputError) as caught:
        search(EVENTS, {"A": YEAR}, template, **CHOICES)
    places = [fault.place for fault in caught.value.faults]
    assert len(places) == 5
    assert "groups.immediate_haematotoxicity.terms" not in places
    assert str(caught.value.faults[0].do).startswith("Fill in: the SMQ")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"lutetia": "search/2"}, "lutetia"),
        ({"groups": []}, "groups"),
        ({"colour": "red"}, "colour"),
        ({"dictionary": ""}, "dictionary"),
        ({"groups": [{"id": "a b", "says": "x"}]}, "groups.0.id"),
        ({"groups": [{"id": "a", "says": "x", "at_least_grade": 6}]}, "groups.0.at_least_grade"),
        ({"groups": [{"id": "a", "says": "x", "at_least_grade": 1, "terms": ["t"]}] * 2}, "groups.a"),
        ({"groups": [{"id": "a", "says": "x", "terms": ["t"]}]}, "groups.a.at_least_grade"),
        ({"groups": [{"id": "a", "says": "x", "includes": ["b"]}]}, "groups.a.includes"),
    ],
)
def test_a_definition_that_does_not_fit_is_named(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as caught:
        read_definition(DEFINITION | change)
    assert [fault.place for fault in caught.value.faults] == [place]


def test_the_form_of_the_file_is_published_as_json_schema() -> None:
    schema = SearchDefinition.model_json_schema()
    assert schema["additionalProperties"] is False
    assert {"lutetia", "name", "dictionary", "source", "groups"} == set(schema["required"])
