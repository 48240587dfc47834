"""The comparison of two groups: every number equal to the engine asked separately."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.comparison_table import comparison_table
from lutetia.survival import FollowUp, cox, log_rank, milestone_difference, restricted_mean_difference

DAYS = [400, 200, 600, 300, 500, 350, 450, 250]
DEAD = [1, 1, 0, 1, 1, 1, 0, 1]
OTHER = np.array([0, 1, 0, 1, 0, 1, 1, 1], dtype=float)


def of(table, endpoint, statistic):
    return [r for r in table.records if r["endpoint"] == endpoint and r["statistic"] == statistic]


def arrays(data, endpoint="OS"):
    """Days, events and the other group of the two compared groups, read from the rows as they are written out."""
    columns = [data.column(name) for name in ("group", f"{endpoint}_days", f"{endpoint}_event", "sex")]
    rows = [row for row in zip(*columns, strict=True) if row[0] in ("SSA-RLT", "SSA-other")]
    group, days, event, sex = zip(*rows, strict=True)
    follow_up = FollowUp(stop=days, event=[code == 1 for code in event])
    return follow_up, np.array([name == "SSA-other" for name in group]), list(sex)


def test_the_eight(eight):
    table = comparison_table(eight, key="comparison")
    plain = of(table, "OS", "hazard_ratio")[0]
    fit = cox(FollowUp(stop=DAYS, event=DEAD), OTHER[:, None])
    assert plain["estimate"] == pytest.approx(np.exp(fit.coef[0]), rel=1e-12)
    assert plain["p"] == pytest.approx(log_rank(FollowUp(stop=DAYS, event=DEAD), OTHER).p)
    assert [(r["level"], r["n"], r["events"]) for r in of(table, "OS", "patients")] == [("RLT", 3, 2), ("other", 5, 4)]
    assert "OS: a group has fewer than 10 patients: no restricted mean, no survival at fixed months." in table.notes


def test_plain_and_stratified_ratios(itanet):
    data, _ = itanet
    table = comparison_table(data, key="comparison")
    follow_up, other, sex = arrays(data)
    ratios = {r["analysis"]: r for r in of(table, "OS", "hazard_ratio")}
    plain = cox(follow_up, other.astype(float)[:, None])
    stratified = cox(follow_up, other.astype(float)[:, None], strata=sex)
    assert ratios["hazard ratio"]["estimate"] == pytest.approx(np.exp(plain.coef[0]), rel=1e-9)
    assert ratios["hazard ratio"]["p"] == pytest.approx(log_rank(follow_up, other).p)
    by_sex = ratios["hazard ratio, stratified by sex"]
    assert by_sex["estimate"] == pytest.approx(np.exp(stratified.coef[0]), rel=1e-9)
    assert by_sex["p"] == pytest.approx(log_rank(follow_up, other, strata=sex).p)
    assert ratios["hazard ratio, adjusted"]["n"] < plain.n  # complete cases


def test_restricted_mean_and_milestones(itanet):
    data, _ = itanet
    table = comparison_table(data, key="comparison")
    follow_up, other, _ = arrays(data, "PFS2")
    mean = of(table, "PFS2", "restricted_mean_difference_to_60_months") or of(
        table, "PFS2", "restricted_mean_difference_to_120_months"
    )
    months = int(mean[0]["statistic"].split("_")[-2])
    by_hand = restricted_mean_difference(follow_up, months * 30.4375, other)
    assert mean[0]["estimate"] == pytest.approx(by_hand.difference.estimate)
    assert mean[0]["p"] == pytest.approx(by_hand.difference_p)
    at_two_years = of(table, "PFS2", "survival_difference_at_24_months")[0]
    milestone = milestone_difference(follow_up, 24 * 30.4375, other)
    assert at_two_years["estimate"] == pytest.approx(milestone.difference.estimate)
    assert at_two_years["p"] == pytest.approx(milestone.log_log_p)


def test_a_curve_at_one_has_no_variance_and_no_contrast(itanet):
    data, _ = itanet
    table = comparison_table(data, key="comparison")
    follow_up, other, _ = arrays(data)
    early = (follow_up.event > 0) & (follow_up.stop < 365.25)
    record = of(table, "OS", "survival_difference_at_12_months")[0]
    assert not (early & ~other).any(), "the example has no death in the first year after SSA-RLT"
    assert (record["estimate"], record["p"], record["note"]) == (None, None, "a curve is at 0 or 1 and has no variance")


def test_competing_events_give_a_subdistribution_ratio_and_no_median(itanet):
    data, _ = itanet
    table = comparison_table(data, key="comparison")
    assert len(of(table, "TTNT_LINE_2", "subdistribution_hazard_ratio")) == 1
    assert not of(table, "TTNT_LINE_2", "median")


def test_a_failed_fit_is_not_estimable_but_its_log_rank_stands(eight):
    table = comparison_table(eight, key="comparison")
    record = of(table, "PFS1", "hazard_ratio")[0]  # all without RLT progress before all with it
    assert record["estimate"] is None
    assert "monotone likelihood" in record["note"]
    text = next(row.cells for row in table.rows[6:] if row.cells[0].strip() == "hazard ratio")
    assert text[3:] == ("not estimable", "0.014")
