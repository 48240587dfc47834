"""Diagnosis, specimen, staging."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.disease import Diagnosis, Specimen, Staging
from lutetia.quantities import Interval

BASE = {"id": "x", "date": "2024", "recorded_by": "pathology"}


@pytest.mark.parametrize(
    ("typed", "interval"),
    [
        ("<3", Interval(0, 3, False, True)),
        ("10-15 %", Interval(10, 15)),
        (3, Interval(3, 3)),
        (">55", Interval(55, 100, True, False)),
    ],
)
def test_ki67_as_reported(typed, interval):
    specimen = Specimen(**BASE, ki67_pct=typed)
    assert specimen.ki67_pct == interval
    assert specimen.model_dump(exclude_none=True)["ki67_pct"] == typed


@pytest.mark.parametrize("wrong", [101, "-1", "about 3", "3,5"])
def test_no_ki67(wrong):
    with pytest.raises(ValidationError):
        Specimen(**BASE, ki67_pct=wrong)


def test_mitoses_are_no_percentage():
    assert Specimen(**BASE, mitoses_per_2mm2="<2").mitoses_per_2mm2 == Interval(0, 2, False, True)
    with pytest.raises(ValidationError):
        Specimen(**BASE, mitoses_per_2mm2="2 %")
    with pytest.raises(ValidationError, match="must lie between 0 and 1000"):
        Specimen(**BASE, mitoses_per_2mm2=1001)


def test_vocabularies_of_the_diagnosis():
    diagnosis = Diagnosis(**BASE, primary_site="jejunum_ileum", syndrome="carcinoid", hereditary_syndrome="MEN1")
    assert diagnosis.primary_site == "jejunum_ileum"
    with pytest.raises(ValidationError) as caught:
        Diagnosis(**BASE, primary_site="ileum", syndrome="flush", hereditary_syndrome="men1")
    assert [error["loc"][0] for error in caught.value.errors()] == ["primary_site", "syndrome", "hereditary_syndrome"]


def test_an_empty_list_of_metastatic_sites_is_not_the_same_as_none_stated():
    assert Staging(**BASE, metastatic_sites=[]).metastatic_sites == ()
    assert Staging(**BASE).metastatic_sites is None
    assert Staging(**BASE, t=3, n="1", m="1a").t == "3"
