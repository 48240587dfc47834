"""Combinations and requests of regions."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.exchange.dose_study.regions import Combination, MarrowRequest, RegionRequest, tissue_of
from lutetia.exchange.dose_study.study import MethodChoice


def test_a_request_takes_what_it_does_not_say_from_the_study():
    method = MethodChoice.model_validate({"partial_volume": "none", "curve": {"model": "mono"}})
    asked = RegionRequest.model_validate({"region": "liver", "role": "organ", "mass_g": 1800, "u_mass_g": 90})
    plan = asked.plan(method, 160.0)
    assert (plan.partial_volume, plan.curve.model, plan.mass_g, plan.u_mass_g) == ("none", "mono", 1800, 90)
    own = RegionRequest.model_validate({"region": "liver", "role": "organ", "partial_volume": "recovery curve"})
    assert own.plan(method, 160.0).partial_volume == "recovery curve"


def test_what_a_region_counts_as():
    def counts(**parts):
        return RegionRequest.model_validate({"region": "a", **parts}).counts_as

    assert counts(role="organ", organ="kidneys") == "kidneys"
    assert counts(role="organ") == "other"
    assert counts(role="lesion") == "tumour"
    assert counts(role="marrow", marrow={"method": "image"}) == "red_marrow"
    assert counts(role="remainder") is None


def test_tissue_by_name_or_by_parameters():
    assert tissue_of("kidneys", "left").alpha_beta_gy == 2.6
    own = RegionRequest.model_validate(
        {
            "region": "a",
            "role": "organ",
            "tissue": {"alpha_beta_gy": 10, "repair_half_time_h": 1.5, "source": "made up"},
        }
    )
    assert (tissue_of(own.tissue, "a").alpha_beta_gy, tissue_of(own.tissue, "a").status) == (10, "as declared")


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (Combination, {"name": "a"}, "exactly one of union"),
        (Combination, {"name": "a", "whole": "b"}, "given together"),
        (Combination, {"name": "a", "union": ["b"], "minus": ["c"]}, "given together"),
        (RegionRequest, {"region": "a", "role": "marrow"}, "marrow must be given"),
        (RegionRequest, {"region": "a", "role": "organ", "marrow": {"method": "image"}}, "for no other"),
        (RegionRequest, {"region": "a", "role": "organ", "organ": "tumour"}, "for the role organ"),
        (RegionRequest, {"region": "a", "role": "remainder", "organ": "liver"}, "none for the role remainder"),
        (RegionRequest, {"region": "a", "role": "organ", "lesion": "l1"}, "belongs to the role lesion"),
        (RegionRequest, {"region": "a", "role": "organ", "u_mass_g": 1}, "belongs to mass_g"),
        (RegionRequest, {"region": "a", "role": "organ", "tissue": "brain"}, "or have parameters"),
        (MarrowRequest, {"method": "blood"}, "ratio must be given"),
        (MarrowRequest, {"method": "image", "ratio": {"value": 1, "source": "a"}}, "belongs to methods blood"),
    ],
)
def test_what_does_not_fit_is_refused(model, given, said):
    with pytest.raises(ValidationError, match=said):
        model.model_validate(given)


def test_marrow_by_blood_reaches_the_engine():
    asked = RegionRequest.model_validate(
        {
            "region": "spine",
            "role": "marrow",
            "marrow": {
                "method": "blood",
                "ratio": {"value": 1, "u": 0.1, "source": "made up"},
                "blood_curve": {"model": "mono"},
            },
        }
    )
    plan = asked.plan(MethodChoice(), 160.0).marrow
    assert (plan.method, plan.ratio.value, plan.ratio.u, plan.blood_curve.model) == ("blood", 1, 0.1, "mono")
