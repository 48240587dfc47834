"""Requests for curves, and what the engine gets of them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.dosimetry.region_plan import ByTrapezoid, ChooseCurve, OneModel
from lutetia.exchange.dose_study.curves import CurveRequest, OneScan

LIVES = {"geometric_mean_h": 50.0, "sd_of_log": 0.2, "source": "made up"}
EARLIER = {
    "amplitudes_mbq": [10.0],
    "effective_half_lives_h": [50.0],
    "first_measured_h": 4,
    "last_measured_h": 168,
    "u_fraction": 0.05,
    "between_cycles_sd_fraction": 0.1,
}
POPULATION = {
    "model": "mono",
    "mean": [-5.0, -4.0],
    "covariance": [[0.1, 0], [0, 0.1]],
    "residual_sd_of_log": 0.1,
    "times_from_h": 4,
    "times_to_h": 168,
    "n_patients": 30,
    "source": "made up",
}


def request(**parts):
    return CurveRequest.model_validate(parts)


def test_each_request_reaches_the_engine():
    assert request(choose=["mono", "bi"]).plan(160) == ChooseCurve(models=("mono", "bi"))
    assert request(model="bi").plan(160) == OneModel(model="bi")
    straight = request(trapezoid={"beginning": "zero", "tail": "physical"})
    assert straight.plan(160) == ByTrapezoid(beginning="zero", tail="physical")
    one = request(one_scan={"rule": "double_time", "half_lives": LIVES, "scan": "96 h"}).plan(160)
    assert (one.rule, one.at, one.half_lives.physical_half_life_h) == ("double_time", "96 h", 160)
    prior = request(one_scan={"rule": "prior_cycle", "earlier": EARLIER}).plan(160)
    assert prior.earlier.curve.effective_half_lives_h == (50.0,)
    many = request(one_scan={"rule": "mixed_effects", "population": POPULATION}).plan(160)
    assert (many.population.n_patients, many.population.times_h) == (30, (4, 168))


@pytest.mark.parametrize(
    ("parts", "scans", "said"),
    [
        ({"model": "bi"}, 2, "bi has 4 parameters"),
        ({"model": "bi"}, 4, None),
        ({"trapezoid": {"beginning": "zero", "tail": "physical"}}, 1, "two scans"),
        ({"choose": ["mono"]}, 1, "one_scan with a prior"),
        ({"one_scan": {"rule": "double_time", "half_lives": LIVES}}, 1, None),
    ],
)
def test_too_few_scans_are_named(parts, scans, said):
    found = request(**parts).too_few(scans)
    assert (found is None) if said is None else said in found


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "exactly one of"),
        ({"model": "mono", "choose": ["mono"]}, "exactly one of"),
        ({"choose": ["mono", "mono"]}, "once"),
        ({"model": "quad"}, "mono"),
    ],
)
def test_a_request_is_one_thing(parts, said):
    with pytest.raises(ValidationError, match=said):
        request(**parts)


def test_one_scan_needs_the_prior_of_its_rule():
    with pytest.raises(ValidationError, match="half_lives must be given"):
        OneScan.model_validate({"rule": "double_time"})
    with pytest.raises(ValidationError, match="belongs to another rule"):
        OneScan.model_validate({"rule": "prior_cycle", "earlier": EARLIER, "half_lives": LIVES})
