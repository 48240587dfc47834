"""Limits and rules of the plan as declared."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.exchange.dose_study.planning import DeclaredLimit, EarlierCycle, PlanRules, guideline_limits

RULES = {
    "standard_activity_mbq": 7400,
    "rule": "expected",
    "forecast": "last_cycle",
    "between_cycles_sd_fraction": 0.1,
}


def test_the_guideline_supplies_23_and_2_gy_with_their_source():
    kidneys, marrow = guideline_limits()
    assert (kidneys.organ, kidneys.limit_gy) == ("kidneys", 23)  # S004, 7.7
    assert (marrow.organ, marrow.limit_gy) == ("red_marrow", 2)
    assert "DM-CUM-1" in kidneys.source
    assert "S004/7.7" in marrow.source
    assert PlanRules.model_validate(RULES).asked_limits() == (kidneys, marrow)


def test_a_limit_of_ones_own_on_bed():
    own = {"organ": "kidneys", "limit_gy": 40, "quantity": "BED", "tissue": "kidneys", "source": "made up"}
    (limit,) = PlanRules.model_validate({**RULES, "limits": [own]}).asked_limits()
    assert (limit.quantity, limit.limit_gy, limit.tissue.alpha_beta_gy) == ("BED", 40, 2.6)


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (PlanRules, {**RULES, "rule": "probability"}, "p_exceed must be given"),
        (PlanRules, {**RULES, "p_exceed": 0.05}, "p_exceed must be given for rule probability"),
        (PlanRules, {**RULES, "limits": []}, "one or more"),
        (DeclaredLimit, {"organ": "liver", "limit_gy": 30, "quantity": "BED", "source": "a"}, "tissue must be given"),
        (
            EarlierCycle,
            {
                "administered_on": "2026-01-01",
                "activity_mbq": 7400,
                "doses": [{"organ": "liver", "absorbed_dose_gy": 1}, {"organ": "liver", "absorbed_dose_gy": 2}],
            },
            "each organ once",
        ),
    ],
)
def test_what_does_not_fit_is_refused(model, given, said):
    with pytest.raises(ValidationError, match=said):
        model.model_validate(given)
