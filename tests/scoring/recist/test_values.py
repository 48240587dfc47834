"""Twin of src/lutetia/scoring/recist/values.py."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.scoring.recist.lesion import (
    ABSENT,
    EQUIVOCAL,
    NOT_EVALUABLE,
    PRESENT,
    PROGRESSION,
    measured,
    too_small,
)
from lutetia.scoring.recist.values import VALUE, Diameters, Refused, States


def cells(**given: Any) -> tuple[Any, ...]:
    return tuple(given.get(name) for name in VALUE)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"TRSTRESN": 12.5, "TRSTRESU": "mm"}, measured(12.5, "as_entered")),
        ({"TRSTRESN": "", "TRSTRESC": "12.5", "TRSTRESU": "mm"}, measured(12.5, "as_entered")),
        ({"TRORRES": "12.5", "TRORRESU": "mm"}, measured(12.5, "as_entered")),
        ({"TRSTRESN": 0, "TRSTRESU": "mm"}, measured(0, "as_entered")),
        ({"TRSTRESN": 0, "TRSTRESC": "ABSENT", "TRSTRESU": "mm"}, measured(0, "as_entered")),
        ({"TRSTRESN": 12.5, "TRSTRESC": "12.50", "TRSTRESU": "mm"}, measured(12.5, "as_entered")),
        ({"TRSTRESN": 4, "TRSTRESC": "TOO SMALL TO MEASURE", "TRSTRESU": "mm"}, measured(4, "as_entered")),
        ({"TRORRES": "TOO SMALL TO MEASURE"}, too_small()),
        ({"TRSTRESC": "not evaluable"}, NOT_EVALUABLE),
        ({"TRSTAT": "NOT DONE"}, NOT_EVALUABLE),
        ({}, NOT_EVALUABLE),
    ],
)
def test_the_cells_of_a_diameter(given: dict[str, Any], seen: Any) -> None:
    assert Diameters(VALUE, "as_entered")[cells(**given)] == seen


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"TRSTRESN": 12.5, "TRSTRESU": "cm"}, "in mm"),
        ({"TRSTRESN": 12.5, "TRSTRESU": "MM2"}, "in mm"),
        ({"TRSTRESN": 12.5}, "in mm"),
        ({"TRSTRESN": -1, "TRSTRESU": "mm"}, "0 mm or more"),
        ({"TRSTRESC": "12,5", "TRSTRESU": "mm"}, "length in mm"),
        ({"TRSTRESC": "SEEN", "TRSTRESU": "mm"}, "length in mm"),
        ({"TRSTRESN": 40, "TRSTRESU": "mm", "TRORRES": "4", "TRORRESU": "mm"}, "same length"),
        ({"TRSTRESN": 40, "TRSTRESC": "4", "TRSTRESU": "mm"}, "TRSTRESC and TRSTRESN"),
        ({"TRSTRESN": 40, "TRSTRESC": "ABSENT", "TRSTRESU": "mm"}, "TRSTRESC and TRSTRESN"),
        ({"TRSTRESN": 40, "TRSTRESC": "NOT EVALUABLE", "TRSTRESU": "mm"}, "TRSTRESC and TRSTRESN"),
        ({"TRSTRESN": 40, "TRSTRESU": "mm", "TRSTAT": "NOT DONE"}, "TRSTAT"),
        ({"TRSTRESN": 10_001, "TRSTRESU": "mm"}, "at most 10000 mm"),
        ({"TRSTRESN": "1e400", "TRSTRESU": "mm"}, "at most 10000 mm"),
    ],
)
def test_a_diameter_that_cannot_be_read_is_refused(given: dict[str, Any], says: str) -> None:
    refused = Diameters(VALUE, "as_entered")[cells(**given)]
    assert isinstance(refused, Refused)
    assert says in refused.must
    assert str(refused.fault("TR row 1")).startswith("TR row 1: ")


def test_the_entered_length_may_stand_in_another_unit() -> None:
    entered = cells(TRSTRESN=40, TRSTRESU="mm", TRORRES="4.0", TRORRESU="cm")
    assert Diameters(VALUE, "as_entered")[entered] == measured(40, "as_entered")


def test_the_precision_is_that_asked_for() -> None:
    given = cells(TRSTRESN=4.95, TRSTRESU="mm")
    assert Diameters(VALUE, "tenth_mm")[given] == measured(5, "as_entered")
    assert Diameters(VALUE, "as_entered")[given] == measured(4.95, "as_entered")


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("ABSENT", ABSENT),
        ("present", PRESENT),
        ("UNEQUIVOCAL", PRESENT),
        ("EQUIVOCAL", EQUIVOCAL),
        ("UNEQUIVOCAL PROGRESSION", PROGRESSION),
        ("Not Evaluable", NOT_EVALUABLE),
        ("TOO SMALL TO MEASURE", too_small()),
        ("", NOT_EVALUABLE),
    ],
)
def test_a_state_in_words(said: str, seen: Any) -> None:
    assert States(VALUE)[cells(TRSTRESC=said)] == seen


def test_an_unknown_word_is_refused_with_those_known() -> None:
    refused = States(VALUE)[cells(TRORRES="GONE AWAY")]
    assert isinstance(refused, Refused)
    assert "ABSENT" in refused.must
    assert refused.got == "'GONE AWAY'"
