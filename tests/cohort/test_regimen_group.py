"""Classes of treatment: every regimen of a course has one, and words match as a reader expects."""

from __future__ import annotations

from typing import get_args

import pytest

from lutetia.cohort.regimen_group import group_names, group_of_regimen, known_words, matches, unknown_words
from lutetia.course.therapy import Regimen


def test_every_regimen_of_a_course_is_in_one_class():
    assert set(group_of_regimen()) == set(get_args(Regimen))
    assert set(group_of_regimen().values()) == set(group_names())


def test_the_classes_of_s000():
    """S000, section 3.2: targeted therapy: everolimus, sunitinib; chemotherapy with temozolomide or oxaliplatin."""
    found = {
        regimen: group_of_regimen()[regimen] for regimen in ("ssa_high_dose", "rlt", "sunitinib", "captem", "folfox")
    }
    assert found == {"ssa_high_dose": "SSA", "rlt": "RLT", "sunitinib": "TT", "captem": "CHT", "folfox": "CHT"}


@pytest.mark.parametrize(
    ("regimen", "words", "expected"),
    [
        ("rlt", ["RLT"], True),
        ("everolimus", ["RLT"], False),
        ("everolimus", ["RLT", "everolimus"], True),
        ("sunitinib", ["not RLT"], True),
        ("rlt", ["not RLT"], False),
        ("captem", ["not RLT", "not CHT"], False),
        ("everolimus", ["not RLT", "not CHT"], True),
        ("sunitinib", ["TT", "not everolimus"], True),
        ("everolimus", ["TT", "not everolimus"], False),
        ("interferon", ["any"], True),
    ],
)
def test_words_match_classes_and_regimens(regimen, words, expected):
    assert matches(regimen, words) is expected


def test_words_that_are_none_are_named():
    assert unknown_words(["RLT", "not TT", "PRRT", "not lutathera"]) == ["PRRT", "not lutathera"]
    assert "any" in known_words()
