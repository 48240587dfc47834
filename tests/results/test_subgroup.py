"""Subgroups against R, and the laws a forest obeys."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.results.subgroup import subgroup_rows
from lutetia.survival import FollowUp, cox

COLON = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival" / "colon.csv"


@pytest.fixture(scope="module")
def colon():
    """Deaths of the colon trial, Lev+5FU against observation: follow-up, exposed, node4."""
    if not COLON.is_file():
        pytest.skip("the shared survival data sets are not here (../shared/data/survival/colon.csv)")
    with COLON.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["etype"] == "2" and row["rx"] != "Lev"]
    follow_up = FollowUp(stop=[float(row["time"]) for row in rows], event=[int(row["status"]) for row in rows])
    return follow_up, [row["rx"] == "Lev+5FU" for row in rows], [row["node4"] for row in rows]


def test_colon_by_node4_as_r_survival_has_it(colon):
    # R survival 3.5-3: coxph in each level of node4, and anova of coxph(… rx * node4) against coxph(… rx + node4).
    found = subgroup_rows(*colon)
    assert [row.ratio.estimate for row in found.rows] == pytest.approx([0.6591015067, 0.7316850154], abs=1e-9)
    assert found.interaction.chi2 == pytest.approx(0.0943, abs=5e-5)
    assert (found.interaction.df, found.n, found.events) == (1, 619, 291)


def test_levels_sum_to_all(colon):
    follow_up, exposed, node4 = colon
    found = subgroup_rows(follow_up, exposed, node4)
    assert sum(sum(row.n) for row in found.rows) == follow_up.n
    assert sum(sum(row.events) for row in found.rows) == follow_up.event.sum()


def test_exchanging_the_sides_inverts_every_ratio(colon):
    follow_up, exposed, node4 = colon
    one = subgroup_rows(follow_up, exposed, node4)
    other = subgroup_rows(follow_up, ~np.array(exposed), node4)
    for row, mirrored in zip(one.rows, other.rows, strict=True):
        assert row.ratio.estimate * mirrored.ratio.estimate == pytest.approx(1, rel=1e-9)
    assert one.interaction.chi2 == pytest.approx(other.interaction.chi2, abs=1e-7)


def test_the_interaction_of_three_levels_has_two_degrees_of_freedom(colon):
    follow_up, exposed, _ = colon
    third = np.arange(follow_up.n) % 3
    found = subgroup_rows(follow_up, exposed, [f"part {part}" for part in third])
    arm, dummies = np.array(exposed, dtype=float), np.column_stack([third == 1, third == 2]).astype(float)
    main = np.column_stack([arm, dummies])
    full = cox(follow_up, np.column_stack([main, dummies * arm[:, None]]))
    gain = 2 * (full.log_likelihood - cox(follow_up, main).log_likelihood)
    assert (found.interaction.chi2, found.interaction.df) == (pytest.approx(gain, abs=1e-7), 2)


def test_a_level_without_events_is_not_estimable_and_says_why():
    follow_up = FollowUp(stop=[1, 2, 3, 4, 5, 6, 7, 8], event=[1, 1, 1, 1, 0, 0, 0, 0])
    found = subgroup_rows(follow_up, [1, 0, 0, 1, 1, 0, 1, 0], ["a"] * 4 + ["b"] * 4)
    assert found.rows[0].ratio is not None
    assert (found.rows[1].ratio, found.rows[1].why) == (None, "no event")
    assert found.rows[1].n == (2, 2)


def test_a_side_without_patients_is_not_estimable():
    follow_up = FollowUp(stop=[1, 2, 3, 4, 5], event=[1, 1, 1, 1, 1])
    found = subgroup_rows(follow_up, [1, 0, 1, 0, 1], ["a", "a", "a", "a", "b"])
    assert (found.rows[1].ratio, found.rows[1].why) == (None, "no patient on one side")
    assert found.interaction is None
    assert found.why


def test_rows_of_unknown_level_are_left_out_and_the_order_is_that_given():
    follow_up = FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[1] * 6)
    factor = ["low", None, "high", "low", float("nan"), "high"]
    found = subgroup_rows(follow_up, [1, 0, 1, 0, 1, 0], factor, levels=("low", "high"))
    assert [row.level for row in found.rows] == ["low", "high"]
    assert [(left.count, left.rows) for left in found.left_out] == [(2, (1, 4))]
    assert found.n == 4


@pytest.mark.parametrize(
    ("exposed", "factor", "fault"),
    [
        ([1, 0], ["a", "b", "a"], "exposed"),
        ([1, 0, 1], ["a", "b"], "factor"),
        ([1, 1, 1], ["a", "b", "a"], "exposed and reference"),
    ],
)
def test_what_does_not_fit_is_refused(exposed, factor, fault):
    with pytest.raises(InputError, match=fault):
        subgroup_rows(FollowUp(stop=[1, 2, 3], event=[1, 1, 1]), exposed, factor)
