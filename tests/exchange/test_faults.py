"""Sentences for the faults of single fields."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.assessment import ClinicVisit
from lutetia.course.disease import Diagnosis, Specimen
from lutetia.course.therapy import RltCycle
from lutetia.exchange.faults import did_you_mean, name_of, problem_of, shown

BASE = {"id": "x", "date": "2024", "recorded_by": "x"}


def sentence(model, **fields):
    """The first fault in words: what must hold, what came, what to do."""
    with pytest.raises(ValidationError) as caught:
        model(**{**BASE, **fields})
    detail = caught.value.errors()[0]
    place = tuple(step for step in detail["loc"] if not str(step).startswith("·"))
    problem = problem_of(detail, place, model)
    return problem.must, problem.got, problem.do


@pytest.mark.parametrize(
    ("model", "fields", "expected"),
    [
        (Diagnosis, {"functional": "yes"}, ("functional must be true or false", '"yes"', "Write true.")),
        (Diagnosis, {"functional": "No"}, ("functional must be true or false", '"No"', "Write false.")),
        (Diagnosis, {"functional": 0}, ("functional must be true or false", "0", "Write false.")),
        (
            Diagnosis,
            {"functional": "unknown"},
            (
                "functional must be true or false",
                '"unknown"',
                "Not known? Leave functional out, or write functional: {unknown: not_recorded}.",
            ),
        ),
        (
            Diagnosis,
            {"syndrome": "Carcinoid"},
            (
                "syndrome must be one of carcinoid, insulinoma, gastrinoma, glucagonoma, vipoma, somatostatinoma, "
                "acth, other",
                '"Carcinoid"',
                "Did you mean carcinoid?",
            ),
        ),
        (
            Diagnosis,
            {"primary": "pancreas"},
            ("each field must be one that the schema knows", '"primary"', "Did you mean primary_site?"),
        ),
        (
            Diagnosis,
            {"primry_site": "pancreas"},
            ("each field must be one that the schema knows", '"primry_site"', "Did you mean primary_site?"),
        ),
        (
            Specimen,
            {"ki67_pct": "about 3"},
            (
                'ki67_pct must be a number, a bound such as "<3" or ">=20", or a range such as "10-15"',
                '"about 3"',
                None,
            ),
        ),
        (
            Specimen,
            {"ki67_pct": "2,5"},
            (
                'ki67_pct must be a number, a bound such as "<3" or ">=20", or a range such as "10-15"',
                '"2,5"',
                "Write 2.5 with a decimal point.",
            ),
        ),
        (Specimen, {"ki67_pct": 101}, ("ki67_pct must be between 0 and 100", "101", None)),
        (Specimen, {"date": "2024-02-30"}, ("February 2024 has 29 days", "day 30", None)),
        (
            Specimen,
            {"date": "17.5.2024"},
            ("a date must be written as 2024-05-17, 2024-05 or 2024 (year-month-day)", '"17.5.2024"', None),
        ),
        (ClinicVisit, {"ecog": 5}, ("ecog must be at most 4", "5", None)),
        (ClinicVisit, {"ecog": -1}, ("ecog must be at least 0", "-1", None)),
        (ClinicVisit, {"ecog": "1"}, ("ecog must be a whole number", '"1"', None)),
        (ClinicVisit, {"karnofsky_pct": 85}, ("karnofsky_pct must be a multiple of 10", "85", None)),
        (ClinicVisit, {"symptoms": "pain"}, ("symptoms must be a list", '"pain"', None)),
        (ClinicVisit, {"symptoms": ["pain", {}]}, ("symptoms[1] must be text", "a mapping", None)),
        (
            RltCycle,
            {"number": 1},
            ("line must be given", None, "Add line: id of the therapy_line (regimen rlt) it belongs to."),
        ),
        (
            RltCycle,
            {"line": "a b", "number": 1},
            ("line must consist of letters, digits and the signs . _ - only, without spaces", '"a b"', None),
        ),
        (
            RltCycle,
            {"line": "l", "number": 1, "administered_at": "2024-05-17"},
            (
                "administered_at must be a moment with its offset from UTC, such as 2026-01-05T10:30+01:00",
                '"2024-05-17"',
                None,
            ),
        ),
        (
            RltCycle,
            {"line": "l", "number": 1, "activity_mbq": "7400 foo"},
            ("activity_mbq must have one of the units MBq, GBq, mCi, kBq, Bq, TBq, Ci, uCi", '"7400 foo"', None),
        ),
    ],
)
def test_sentences(model, fields, expected):
    assert sentence(model, **fields) == expected


@pytest.mark.parametrize(
    ("wrong", "known", "question"),
    [
        ("activity", ["number", "activity_mbq"], "Did you mean activity_mbq?"),
        ("Activity MBq", ["number", "activity_mbq"], "Did you mean activity_mbq?"),
        ("mitoses", ["ki67_pct", "mitoses_per_2mm2"], "Did you mean mitoses_per_2mm2?"),
        ("men1", ["MEN1", "MEN4"], "Did you mean MEN1?"),
        ("not done", ["not_done", "pending"], "Did you mean not_done?"),
        ("zzz", ["number", "activity_mbq"], None),
        ("", ["number"], None),
    ],
)
def test_the_nearest_known_word(wrong, known, question):
    assert did_you_mean(wrong, known) == question


def test_a_word_near_to_none_gets_the_list():
    assert sentence(Diagnosis, zzz=1)[2].startswith("Known here: kind, id, date, recorded_by")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (7.0, "7"),
        (10**400, "1" + "0" * 29),
        (float("inf"), "inf"),
        ("x" * 100, '"' + "x" * 57 + '…"'),
        ({}, "a mapping"),
        ([1], "a list"),
    ],
)
def test_values_as_they_stand_in_the_file(value, text):
    assert shown(value) == text


def test_the_last_word_of_a_place():
    assert name_of(("entries", 3, "activity_mbq")) == "activity_mbq"
    assert name_of(("entries", 3, "lesions", 0)) == "lesions[0]"
    assert name_of(("entries", 3)) == "entries[3]"
    assert name_of(()) == "document"
