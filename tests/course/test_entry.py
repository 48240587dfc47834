"""What every entry shares: unknown with a reason, strict yes and no, text, moments."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from lutetia.course.disease import Diagnosis
from lutetia.course.entry import Unknown
from lutetia.course.imaging import CtMri, MeasuredLesion
from lutetia.course.therapy import RltCycle
from lutetia.dates import PartialDate

BASE = {"id": "x1", "date": "2024-05", "recorded_by": "oncology"}


def errors_of(model, **fields):
    with pytest.raises(ValidationError) as caught:
        model(**{**BASE, **fields})
    return [(error["loc"][0], error["msg"]) for error in caught.value.errors()]


def test_what_every_entry_has():
    entry = Diagnosis(**BASE, recorded_on="2024-06-01", supersedes="x0", note="n")
    assert entry.kind == "diagnosis"
    assert entry.date == PartialDate(2024, 5)
    assert entry.recorded_on == PartialDate(2024, 6, 1)
    assert list(Diagnosis.model_fields)[:4] == ["kind", "id", "date", "recorded_by"]


def test_absent_is_unknown_and_unknown_has_a_reason():
    assert Diagnosis(**BASE).functional is None
    assert Diagnosis(**BASE, functional=None) == Diagnosis(**BASE)
    stated = Diagnosis(**BASE, functional={"unknown": "not_done", "note": "n"})
    assert stated.functional == Unknown(unknown="not_done", note="n")
    assert Diagnosis(**BASE, functional=Unknown(unknown="pending")).functional.unknown == "pending"
    assert stated != Diagnosis(**BASE)


@pytest.mark.parametrize("given", ["yes", "true", "True", 1, 0, "no", "", 0.0])
def test_nothing_is_coerced_to_yes_or_no(given):
    assert errors_of(Diagnosis, functional=given)[0][0] == "functional"


def test_an_unknown_reason_must_be_listed():
    assert "not_done" in errors_of(Diagnosis, functional={"unknown": "forgot"})[0][1]
    assert errors_of(Diagnosis, functional={"unknown": "pending", "extra": 1})[0][0] == "functional"


def test_entries_do_not_change():
    entry = Diagnosis(**BASE)
    with pytest.raises(ValidationError, match="frozen"):
        entry.note = "later"


def test_unknown_fields_are_refused():
    assert errors_of(Diagnosis, primary="pancreas") == [("primary", "Extra inputs are not permitted")]


@pytest.mark.parametrize("wrong", ["", "a b", "ä", "x" * 101, "a\n"])
def test_ids_are_simple_words(wrong):
    assert errors_of(Diagnosis, id=wrong)[0][0] == "id"


def test_a_number_stands_for_text():
    assert Diagnosis(**{**BASE, "id": 7}).id == "7"
    assert MeasuredLesion(lesion=1, role="target").lesion == "1"


def test_a_list_may_be_empty_or_null():
    assert CtMri(**BASE, lesions=None).lesions == ()
    assert CtMri(**BASE, lesions=[]) == CtMri(**BASE)


def test_moments_need_an_offset():
    cycle = RltCycle(**{**BASE, "date": "2024-05-17"}, line="l", number=1, administered_at="2024-05-17T10:30+02:00")
    assert cycle.administered_at.utcoffset() == timedelta(hours=2)
    assert cycle.model_dump(exclude_none=True)["administered_at"] == "2024-05-17T10:30:00+02:00"
    for wrong in ("2024-05-17T10:30", "2024-05-17", 1715934600, "noon"):
        name, message = errors_of(RltCycle, line="l", number=1, administered_at=wrong)[0]
        assert name == "administered_at"
        assert "with its offset from UTC" in message


@pytest.mark.parametrize("status", ["not_done", "planned"])
def test_an_examination_that_was_not_performed_has_no_findings(status):
    assert CtMri(**BASE, status=status, modality="ct").status == status
    assert CtMri(**BASE, status=status, liver_diffuse={"unknown": "not_done"})
    found = errors_of(CtMri, status=status, liver_diffuse=False, lesions=[{"lesion": "a", "role": "new"}])
    assert [name for name, _ in found] == ["liver_diffuse", "lesions"]
    assert "must be absent when the examination is" in found[0][1]
