"""Requests that cannot be followed are refused when they are made."""

from __future__ import annotations

import pytest

from lutetia.dosimetry.marrow import Measured
from lutetia.dosimetry.region_plan import ChooseCurve, MarrowPlan, OnePoint, RegionPlan
from lutetia.dosimetry.single_time_point import HalfLives
from lutetia.errors import InputError

LIVES = HalfLives(geometric_mean_h=50.0, sd_of_log=0.2, physical_half_life_h=159.5, source="test")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"role": "heart"}, "role: must be one of organ, lesion, marrow, remainder"),
        ({"partial_volume": "guess"}, "partial_volume: must be one of geometric transfer"),
        ({"engine": "magic"}, "engine: must be one of region kernels"),
        ({"mass_g": 0.0}, "mass_g: must be above 0"),
        ({"u_mass_g": -1.0}, "u_mass_g: must be 0 or above"),
        ({"u_volume_fraction": float("nan")}, "u_volume_fraction"),
        ({"curve": ChooseCurve(models=("mono", "quad"))}, "quad"),
        ({"marrow": MarrowPlan()}, "marrow: belongs to a region of role marrow"),
    ],
)
def test_words_and_numbers(change, words):
    with pytest.raises(InputError, match=words):
        RegionPlan(**change)


def test_one_scan_needs_a_prior():
    assert OnePoint(rule="double_time", half_lives=LIVES).at is None
    for rule, place in (
        ("double_time", "half_lives"),
        ("population_mean", "half_lives"),
        ("prior_cycle", "earlier"),
        ("mixed_effects", "population"),
    ):
        with pytest.raises(InputError, match=f"{place}: must be given for the rule {rule}"):
            OnePoint(rule=rule)


def test_blood_needs_the_ratio():
    with pytest.raises(InputError, match="marrow over blood"):
        MarrowPlan(method="hybrid")
    assert MarrowPlan(method="blood", ratio=Measured(value=1.0, u=None, source="test")).method == "blood"
