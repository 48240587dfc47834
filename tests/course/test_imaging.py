"""Imaging entries: sizes with units, scores, lesions named once."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.imaging import CtMri, Echocardiography, FdgImaging, SstrImaging
from lutetia.quantities import Interval

BASE = {"id": "x", "date": "2024", "recorded_by": "radiology"}


def test_sizes_are_converted_and_shown_as_entered():
    ct = CtMri(**BASE, liver_largest_mm="4.2 cm", liver_lesion_count=">10", largest_lesion_mm=55)
    assert (ct.liver_largest_mm, ct.liver_largest_mm.entered) == (42.0, "4.2 cm")
    assert ct.liver_lesion_count == Interval(10, low_open=True)
    assert ct.largest_lesion_mm == 55.0
    assert ct.status == "performed"


def test_a_lesion_is_listed_once():
    lesion = {"lesion": "L1", "role": "target"}
    with pytest.raises(ValidationError, match='each lesion must be listed once in an examination, but got "L1" again'):
        CtMri(**BASE, lesions=[lesion, {"lesion": "L2", "role": "new"}, lesion])
    for model in (SstrImaging, FdgImaging):
        with pytest.raises(ValidationError, match="each lesion must be listed once"):
            model(**BASE, lesions=[{"lesion": "L1"}, {"lesion": "L1"}])


@pytest.mark.parametrize("score", [-1, 5, 2.5, "3", True])
def test_scores_are_whole_numbers_from_0_to_4(score):
    with pytest.raises(ValidationError):
        SstrImaging(**BASE, lowest_score=score)


def test_lowest_and_highest_score_in_order():
    assert SstrImaging(**BASE, lowest_score=0, highest_score=4).lowest_score == 0
    with pytest.raises(ValidationError, match=r"lowest_score must not exceed highest_score \(2\), but got 3"):
        SstrImaging(**BASE, lowest_score=3, highest_score=2)


def test_sizes_and_uptake_in_lesions_are_checked():
    with pytest.raises(ValidationError, match="diameter_mm must lie between 0 and 600"):
        CtMri(**BASE, lesions=[{"lesion": "L1", "role": "target", "diameter_mm": "70 cm"}])
    with pytest.raises(ValidationError, match="suv_max must lie between"):
        FdgImaging(**BASE, suv_max=-1)
    with pytest.raises(ValidationError, match=r"Given as a fraction\? Write 55"):
        Echocardiography(**BASE, ejection_fraction_pct=0.55)
