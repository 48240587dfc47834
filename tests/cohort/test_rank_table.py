"""Log-rank tests of an endpoint: each equal to the engine asked separately, corrections by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import Factor, endpoint_factors
from lutetia.cohort.rank_table import rank_table, treatment_test
from lutetia.survival import log_rank, trend


def test_overall_tests_with_holm_and_benjamini_hochberg_by_hand(eight):
    rows = endpoint_rows(eight, "OS")
    table = rank_table(rows, endpoint_factors(eight, rows.endpoint), key="log-rank")
    raw = {r["term"]: r["p"] for r in table.records if "adjusted" not in r["method"]}
    holm = {r["term"]: r["p"] for r in table.records if "holm" in r["method"]}
    rate = {r["term"]: r["p"] for r in table.records if "benjamini" in r["method"]}
    small, middle, large = sorted(raw, key=raw.get)
    assert holm[small] == pytest.approx(3 * raw[small])
    assert holm[middle] == pytest.approx(max(3 * raw[small], 2 * raw[middle]))
    assert holm[large] == pytest.approx(max(holm[middle], raw[large]))
    assert rate[large] == pytest.approx(raw[large])
    assert rate[middle] == pytest.approx(min(1.5 * raw[middle], raw[large]))
    sex = np.array(eight.column("sex"))
    assert raw["sex"] == pytest.approx(log_rank(rows.follow_up, sex).p)


def test_every_pair_of_more_than_two_groups(itanet):
    data, _ = itanet
    rows = endpoint_rows(data, "OS")
    factors = endpoint_factors(data, rows.endpoint)
    table = rank_table(rows, factors, key="log-rank")
    mine = [r for r in table.records if r["term"] == "group" and r["level"] and "adjusted" not in r["method"]]
    assert len(mine) == 6  # of four groups
    assert [r["level"] for r in mine][:2] == ["SSA-RLT / RLT-other", "SSA-RLT / SSA-other"]
    groups = np.array(data.column("group"))[rows.members]
    two = np.flatnonzero(np.isin(groups, ["SSA-RLT", "SSA-other"]))
    assert mine[1]["p"] == pytest.approx(log_rank(rows.follow_up.at(two), groups[two]).p)
    holm = [r["p"] for r in table.records if r["term"] == "group" and r["level"] and "holm" in r["method"]]
    assert min(holm) == pytest.approx(6 * min(r["p"] for r in mine))


def test_levels_that_rise_have_a_trend(eight):
    rows = endpoint_rows(eight, "OS")
    values = ("G1", "G3", "G1", "G2", "G1", "G2", "G1", "G3")
    grade = Factor(
        key="grade",
        title="grade",
        kind="levels",
        values=values,
        levels=("G1", "G2", "G3"),
        reference="G1",
        ordered=True,
    )
    factors = endpoint_factors(eight, rows.endpoint)
    with_grade = type(factors)(factors=(grade, factors.treatment), in_model=(), why_not=())
    table = rank_table(rows, with_grade, key="log-rank")
    found = next(record for record in table.records if record["level"] == "trend")
    by_hand = trend(rows.follow_up, values, scores={"G1": 1.0, "G2": 2.0, "G3": 3.0})
    assert (found["estimate"], found["p"]) == (pytest.approx(by_hand.chi2), pytest.approx(by_hand.p))
    assert "trend: G1 < G2 < G3" in [row.cells[0].strip() for row in table.rows]


def test_the_test_of_some_levels_alone(itanet):
    data, _ = itanet
    rows = endpoint_rows(data, "OS")
    factor = endpoint_factors(data, rows.endpoint).treatment
    two = treatment_test(rows, factor, ("SSA-RLT", "SSA-other"))
    four = treatment_test(rows, factor)
    assert (two.df, four.df) == (1, 3)
    assert two.n < four.n == rows.n
    assert treatment_test(rows, factor, ("SSA-RLT",)) is None
