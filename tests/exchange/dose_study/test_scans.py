"""Scans, outlines, registration and density as declared."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.exchange.dose_study.scans import Density, Outlines, Registration, Scan


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (Outlines, {}, "exactly one of rtstruct, seg, nifti"),
        (Outlines, {"rtstruct": "a", "seg": "b"}, "exactly one of"),
        (Outlines, {"nifti": {"a": "b"}, "names": ["a"]}, "names belongs to"),
        (Registration, {"method": "rigid"}, "images must be given"),
        (Registration, {"method": "none", "images": "ct"}, "belongs to method: rigid"),
        (Density, {"hu": [0, 1]}, "together"),
        (Density, {"hu": [1, 0], "density_g_per_ml": [1, 1], "source": "a"}, "rising"),
        (Density, {"hu": [0, 1], "density_g_per_ml": [1], "source": "a"}, "as many values"),
        (Scan, {"name": "a", "image": "b", "at": "2026-01-01T10:00"}, "offset from UTC"),
        (Scan, {"name": "a", "image": "b", "transform": {"rotation": [[1]]}}, "translation_mm"),
    ],
)
def test_what_does_not_fit_is_refused(model, given, said):
    with pytest.raises(ValidationError, match=said):
        model.model_validate(given)


def test_a_transform_is_a_motion_or_the_name_of_a_file():
    motion = {"rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "translation_mm": [1, 2, 3]}
    assert Scan.model_validate({"name": "a", "image": "b", "transform": motion}).transform.translation_mm == (1, 2, 3)
    assert Scan.model_validate({"name": "a", "image": "b", "transform": "t.json"}).transform == "t.json"
