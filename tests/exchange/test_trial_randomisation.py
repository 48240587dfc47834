"""The randomisation section: the list it makes, the seed it draws or reads, and what it refuses."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.exchange.trial_randomisation import RandomisationRequest, strata_faults
from lutetia.exchange.trials import parse_trial
from lutetia.trial.adam import Dataset

TEXT = """lutetia: trial/1
title: t
randomisation:
  arms: [Lu, control]
  ratio: [2, 1]
  factors: {grade: [grade 2, grade 3], origin: [pancreas, other]}
  records_per_stratum: 240
  block_lengths: [6]
"""


def asked(text: str = TEXT) -> RandomisationRequest:
    found = parse_trial(text).randomisation
    assert found is not None
    return found


def refusal(old: str, new: str) -> str:
    with pytest.raises(InputError) as error:
        parse_trial(TEXT.replace(old, new))
    return str(error.value)


def test_the_list_of_netter2():
    made = asked().made(7)
    assert made.n == 960
    assert made.value == {"Lu": 640, "control": 320}
    assert asked().strata == 4


def test_a_seed_is_drawn_anew_or_read_from_its_file(tmp_path):
    first, second = asked().seed(tmp_path), asked().seed(tmp_path)
    assert first[1]
    assert first[0] != second[0]
    assert first[0].bit_length() > 64  # 2^-64 would be an odd day
    (tmp_path / "seed.txt").write_text(" 12345678901234567890123 \n", encoding="utf-8")
    given = asked(TEXT + "  seed_file: seed.txt\n").seed(tmp_path)
    assert given == (12345678901234567890123, False)


@pytest.mark.parametrize("content", [None, "seven", "-3", ""])
def test_a_seed_file_without_a_number_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "seed.txt").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="must be a file with one whole number") as error:
        asked(TEXT + "  seed_file: seed.txt\n").seed(tmp_path)
    assert (
        content is None or not content.strip() or content not in str(error.value)
    )  # what may be a secret is not shown


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ratio: [2, 1]", "ratio: [0, 1]", "ratio[0] must be at least 1"),
        ("ratio: [2, 1]", "ratio: [2, 1, 1]", "ratio must have a number for each of the 2 arms"),
        ("[6]", "[7]", "block_lengths must be multiples of 3"),
        ("240", "241", "records_per_stratum must be a multiple of the block length, 6"),
        ("[Lu, control]", "[Lu, Lu]", "arms must name each once"),
        ("  block", "  expected_patients: {sex: {M: 3}}\n  block", "sex must be one of the factors: grade, origin"),
        ("  block", "  expected_patients: {grade: {grade 4: 3}}\n  block", "grade 4 must be a level of grade"),
    ],
)
def test_what_does_not_hold_is_said(old, new, said):
    assert said in refusal(old, new)


def test_strata_that_the_list_does_not_have_are_named():
    class Patients:
        adsl = {"STRAT1": ("grade 2", "grade 4"), "STRAT2": ("other", "other")}  # noqa: RUF012

    faults = strata_faults(Patients(), asked().factors)  # type: ignore[arg-type]
    assert [(fault.place, fault.got) for fault in faults] == [("ADSL.STRAT1", "grade 4")]
    assert Dataset is not None
