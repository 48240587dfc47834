"""The conventions of the board sheet are data; each is named and printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.errors import InputError
from lutetia.guideline.toxicity import board_conventions


def test_both_versions_and_both_readings_are_asked_for():
    chosen = board_conventions()
    assert chosen.ctcae_versions == ("5.0", "6.0")
    assert chosen.delay_readings == ("delay_of_16_weeks", "interval_of_16_weeks")
    assert chosen.reduction == "half_then_full"


def test_every_choice_is_said():
    said = board_conventions().said()
    assert "ctcae_versions: 5.0, 6.0" in said
    assert "baseline_rule: post_baseline_only" in said
    assert len(said) == 8


def test_a_version_is_brought_to_its_full_name():
    assert replace(board_conventions(), ctcae_versions=("v5", "6")).checked().ctcae_versions == ("5.0", "6.0")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ctcae_versions", ("4.0",)),
        ("delay_readings", ("16 weeks",)),
        ("reduction", "quarter"),
        ("laboratory_window", "whenever"),
    ],
)
def test_an_unknown_name_is_refused(name, wrong):
    with pytest.raises(InputError, match="must be one of"):
        replace(board_conventions(), **{name: wrong}).checked()
