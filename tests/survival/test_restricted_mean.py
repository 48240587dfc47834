"""Restricted means and milestones: by hand, R's survfit, and what must hold for any data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.survival import (
    FollowUp,
    aalen_johansen,
    milestone_difference,
    restricted_mean,
    restricted_mean_difference,
)

approx = pytest.approx

# Events at 1, 3 and 4, censored at 2: S = 3/4 from 1, 3/8 from 3, 0 from 4.
FOUR = FollowUp(stop=[1, 2, 3, 4], event=[1, 0, 1, 1])


def test_four_patients_by_hand():
    found = restricted_mean(FOUR, 3.5)
    assert found.value == approx(1 + 2 * 3 / 4 + 0.5 * 3 / 8)
    # Areas still to come: 1.6875 at 1 and 0.1875 at 3.
    assert found.mean.std_error == approx(np.sqrt(1.6875**2 / (4 * 3) + 0.1875**2 / (2 * 1)))
    assert found.lost.estimate == approx(3.5 - found.value)
    assert found.lost.std_error == found.mean.std_error
    assert (found.n, found.n_events, found.at_risk_at_horizon) == (4, 2, 1)


def test_a_curve_that_reached_0_has_its_whole_mean():
    assert restricted_mean(FOUR, 100).value == approx(1 + 2 * 3 / 4 + 3 / 8)


def test_nothing_is_extrapolated():
    f = FollowUp(stop=[1, 2, 3, 5], event=[1, 0, 1, 0])
    with pytest.raises(InputError, match="horizon: must lie within follow-up, which ends at 5, but got 6"):
        restricted_mean(f, 6)
    with pytest.raises(InputError, match=r"group b: must lie within follow-up, which ends at 5"):
        restricted_mean(f, 6, ["a", "a", "a", "b"])
    for horizon in (0, -1, float("nan")):
        with pytest.raises(InputError, match="must be a time above 0"):
            restricted_mean(f, horizon)


def test_without_an_event_no_interval_is_made_up():
    found = restricted_mean(FollowUp(stop=[2, 3, 4], event=[0, 0, 1]), 3)
    assert (found.value, found.mean.lower, found.mean.upper) == (3.0, None, None)
    assert "no event yet" in found.why
    two = milestone_difference(FollowUp(stop=[1, 3, 3, 3], event=[1, 0, 0, 0]), 2, list("aabb"))
    assert two.why.startswith("b: the curve has no error there")
    assert restricted_mean(FOUR, 3.5).why is None
    with pytest.raises(InputError, match="must lie between 0 and 1"):
        restricted_mean(FollowUp(stop=[2, 3, 4], event=[0, 0, 1]), 3, level=95)


def test_difference_of_two_groups_by_hand():
    f = FollowUp(stop=[1, 2, 3, 4, 2, 4, 4, 4], event=[1, 0, 1, 1, 1, 0, 0, 0])
    found = restricted_mean_difference(f, 3.5, list("aaaabbbb"))
    assert found.groups == ("a", "b")
    assert found.value == approx((2 + 1.5 * 3 / 4) - 2.6875)
    spread = 1.6875**2 / 12 + 0.1875**2 / 2 + (1.5 * 3 / 4) ** 2 / 12
    assert found.difference.std_error == approx(np.sqrt(spread))
    assert found.ratio.estimate == approx(3.125 / 2.6875)
    mirrored = restricted_mean_difference(f, 3.5, list("aaaabbbb"), reference="b")
    assert mirrored.value == approx(-found.value)
    assert mirrored.difference_p == approx(found.difference_p)
    assert mirrored.ratio.estimate == approx(1 / found.ratio.estimate)


def test_milestone_by_hand():
    f = FollowUp(stop=[1, 2, 3, 4, 2, 4, 4, 4], event=[1, 0, 1, 1, 1, 0, 0, 0])
    found = milestone_difference(f, 3, list("aaaabbbb"))
    assert found.value == approx(3 / 4 - 3 / 8)
    assert found.difference.std_error == approx(np.sqrt((3 / 8) ** 2 * (1 / 12 + 1 / 2) + (3 / 4) ** 2 / 12))
    assert found.ratio.estimate == approx(2)
    assert [e.method for e in found.values] == ["log-log", "log-log"]
    assert 0 < found.log_log_p < 1


def test_colon_cancer_trial(table):
    """Acceptance A11: colon, deaths, R 4.2.2 with survival 3.5-3: print(survfit(…), rmean = 1826.25)."""
    d = table("colon")
    deaths = d["etype"] == 2
    f = FollowUp(stop=d["time"][deaths], event=d["status"][deaths])
    found = restricted_mean(f, 1826.25, d["rx"][deaths])
    assert [found[arm].value for arm in ("Obs", "Lev", "Lev+5FU")] == approx(
        [1339.206009, 1323.079494, 1450.672998], abs=1e-5
    )
    assert [found[arm].mean.std_error for arm in ("Obs", "Lev", "Lev+5FU")] == approx(
        [33.4717049109, 34.2115360032, 33.0281337253], abs=1e-8
    )
    two = d["rx"][deaths] != "Lev"
    milestone = milestone_difference(f.at(two), 1826.25, d["rx"][deaths][two], reference="Obs")
    assert [e.estimate for e in milestone.values] == approx([0.525668529460, 0.634014686620], abs=1e-10)
    assert [e.std_error for e in milestone.values] == approx([0.0281800571285, 0.0276747671028], abs=1e-10)


ROWS = st.lists(st.tuples(st.integers(1, 8), st.booleans(), st.integers(1, 3)), min_size=3, max_size=25)


def _fits(rows, horizon=4.0):
    """Whether follow-up reaches the horizon."""
    return max(stop for stop, _, _ in rows) >= horizon


@settings(max_examples=30, deadline=None)
@given(ROWS.filter(_fits))
def test_it_is_the_mean_time_in_the_first_state_with_its_error(rows):
    stop, event, _ = zip(*rows, strict=True)
    f = FollowUp(stop=stop, event=event)
    found, state = restricted_mean(f, 4.0), aalen_johansen(f, states=("alive", "dead")).mean_time_in("alive", 4.0)
    assert found.value == approx(state.estimate)
    assert found.mean.std_error == approx(state.std_error, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(ROWS.filter(_fits))
def test_another_unit_of_time_scales_the_mean(rows):
    stop, event, _ = (np.array(column) for column in zip(*rows, strict=True))
    days, months = (restricted_mean(FollowUp(stop=stop / k, event=event), 4.0 / k) for k in (1, 30.4375))
    assert months.value * 30.4375 == approx(days.value)
    assert months.mean.std_error * 30.4375 == approx(days.mean.std_error)


@settings(max_examples=30, deadline=None)
@given(ROWS.filter(_fits))
def test_weights_are_copies(rows):
    stop, event, weight = (np.array(column) for column in zip(*rows, strict=True))
    copies = np.repeat(np.arange(stop.size), weight)
    weighted = restricted_mean(FollowUp(stop=stop, event=event, weights=weight), 4.0)
    doubled = restricted_mean(FollowUp(stop=stop[copies], event=event[copies]), 4.0)
    assert weighted.value == approx(doubled.value)
    assert weighted.mean.std_error == approx(doubled.mean.std_error)
    as_clusters = FollowUp(stop=stop[copies], event=event[copies], cluster=copies)
    robust = restricted_mean(FollowUp(stop=stop, event=event, weights=weight), 4.0, robust=True)
    assert robust.mean.std_error == approx(restricted_mean(as_clusters, 4.0).mean.std_error, abs=1e-12)


def test_delayed_entry_pieces_of_a_patient_change_nothing():
    whole = FollowUp(stop=[2, 5, 6, 8], event=[1, 1, 0, 0], cluster=[1, 2, 3, 4])
    cut = FollowUp(
        start=[0, 0, 3, 0, 4, 0], stop=[2, 3, 5, 4, 6, 8], event=[1, 0, 1, 0, 0, 0], cluster=[1, 2, 2, 3, 3, 4]
    )
    assert restricted_mean(cut, 7).value == approx(restricted_mean(whole, 7).value)
    assert restricted_mean(cut, 7).mean.std_error == approx(restricted_mean(whole, 7).mean.std_error)
