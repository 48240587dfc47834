"""The camera's declaration: what belongs to counts, what to activity, and to a recovery curve."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.exchange.dose_study.camera import Camera, Recovery

COUNTS = {
    "values": "counts",
    "counts": "whole_acquisition",
    "calibration": {"cps_per_mbq": 10.0, "u_cps_per_mbq": 0.5, "geometry": "cylinder", "measured_on": "2026-01-01"},
    "dead_time": "none",
    "image_fwhm_mm": 10,
    "recovery": "none",
}
ACTIVITY = {"values": "activity", "dead_time": "corrected", "image_fwhm_mm": 10, "recovery": "none"}


def test_relative_uncertainty_of_the_calibration():
    assert Camera.model_validate(COUNTS).u_fraction == 0.05
    assert Camera.model_validate(ACTIVITY).u_fraction is None  # unknown is not 0
    assert Camera.model_validate({**ACTIVITY, "u_calibration_fraction": 0.04}).u_fraction == 0.04


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**COUNTS, "calibration": None}, "calibration must be given"),
        ({**COUNTS, "counts": None}, "counts must be given"),
        ({**ACTIVITY, "counts": "per_second"}, "belongs to values: counts"),
        ({**COUNTS, "u_calibration_fraction": 0.1}, "belongs to activity"),
        ({**ACTIVITY, "dead_time": "maybe"}, "corrected"),
        ({**ACTIVITY, "dead_time": {"model": "paralysable"}}, "dead_time_s"),
    ],
)
def test_what_does_not_fit_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Camera.model_validate(given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"form": "gear_2018"}, "must have phantom, or parameters"),
        ({"form": "gear_2018", "phantom": "a.csv", "parameters": [1, 2]}, "either phantom, or parameters"),
        (
            {
                "form": "gear_2018",
                "parameters": [1],
                "covariance": [[1]],
                "volumes_from_ml": 1,
                "volumes_to_ml": 2,
            },
            "must hold 2",
        ),
    ],
)
def test_a_recovery_curve_is_complete(given, said):
    with pytest.raises(ValidationError, match=said):
        Recovery.model_validate(given)
