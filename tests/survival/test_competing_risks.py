"""Cumulative incidence: five patients by hand, R's multi-state survfit, and what must hold for any data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cumulative_incidence, kaplan_meier

approx = pytest.approx

# Cause 1 at 1 and 4, cause 2 at 2, censored at 3 and 5.
FIVE = FollowUp(stop=[1, 2, 3, 4, 5], event=[1, 2, 0, 1, 0])


def test_five_patients_by_hand():
    found = cumulative_incidence(FIVE, causes=("relapse", "death"))
    assert found.times.tolist() == [1, 2, 4]
    assert found.at_risk.tolist() == [5, 4, 2]
    assert found.incidence == approx(np.array([[0.2, 0], [0.2, 0.2], [0.5, 0.2]]))
    assert found.event_free == approx([0.8, 0.6, 0.3])
    assert found.n_events == (2, 1)
    # F1(4) = w1/W + (w3 + w4 + w5)/W · w4/(w4 + w5): its derivatives in the weights are .10, −.10, 0, .15, −.15.
    assert found.std_error[:, 0] == approx([np.sqrt(0.16 / 5), np.sqrt(0.16 / 5), np.sqrt(0.065)])


def test_asked_at_a_time_by_name_and_by_number():
    found = cumulative_incidence(FIVE, causes=("relapse", "death"))
    by_name, by_number = found.incidence_at(4.5, "relapse", "plain"), found.incidence_at(4.5, 1, "plain")
    assert by_name == by_number
    assert by_name.estimate == approx(0.5)
    assert by_name.lower == approx(0.5 - 1.959964 * np.sqrt(0.065), abs=1e-6)
    assert found.incidence_at(0.5).estimate == 0.0
    assert found.incidence_at(0.5).lower is None
    assert found.event_free_at(2).estimate == approx(0.6)
    assert {cause: e.estimate for cause, e in found.at(2).items()} == approx({"relapse": 0.2, "death": 0.2})


def test_mean_time_lost_is_the_area_under_the_incidence():
    found = cumulative_incidence(FIVE)
    assert found.mean_time_lost(5, 1).estimate == approx(0.2 * 3 + 0.5 * 1)
    assert found.mean_time_lost(5, 2).estimate == approx(0.2 * 3)


def test_beyond_follow_up_nothing_is_known_unless_nobody_is_left():
    found = cumulative_incidence(FIVE)
    assert found.incidence_at(5.1).estimate is None
    with pytest.raises(InputError, match="must lie within follow-up, which ends at 5"):
        found.mean_time_lost(6)
    ended = cumulative_incidence(FollowUp(stop=[1, 2, 3], event=[1, 2, 1]))
    assert ended.incidence_at(10, 1).estimate == approx(2 / 3)
    assert ended.mean_time_lost(10, 2).estimate == approx(8 / 3)


def test_where_no_weight_can_move_the_curve_its_error_is_0():
    # All who are left die at 3, whatever they weigh; rounding must not leave an error of 1e-8 there.
    stop, event = np.array([1, 1, 2, 2, 2, 2, 3]), np.array([0, 1, 0, 0, 0, 1, 1])
    copies = np.repeat(np.arange(7), [1, 1, 1, 1, 3, 1, 2])
    found = cumulative_incidence(FollowUp(stop=stop[copies], event=event[copies], cluster=copies))
    assert found.std_error[-1, 0] == 0.0


def test_events_at_time_0_count():
    found = cumulative_incidence(FollowUp(stop=[0, 1, 2, 3], event=[1, 0, 2, 0]))
    assert found.incidence_at(0, 1).estimate == approx(0.25)


# ------------------------------------------------------------------------------------------------ R


def says(values, quantity):
    here = values["quantity"] == quantity
    return values["at"][here], values["value"][here]


@pytest.mark.parametrize("how", ["cif", "cif.weighted", "cif.delayed"])
def test_agrees_with_r(reference, how):
    rows, values = reference("competing_rows"), reference("competing_values")
    extra = {
        "cif": {},
        "cif.weighted": {"weights": rows["weight"]},
        "cif.delayed": {"start": rows["entry"]},
    }[how]
    found = cumulative_incidence(FollowUp(stop=rows["stop"], event=rows["event"], **extra))
    for cause in (1, 2):
        at, expected = says(values, f"{how}.p{cause}")
        assert [found.incidence_at(t, cause).estimate for t in at] == approx(expected, abs=1e-12)
        at, expected = says(values, f"{how}.se{cause}")
        assert [found.incidence_at(t, cause).std_error for t in at] == approx(expected, abs=1e-12)
    at, expected = says(values, f"{how}.se0")
    assert [found.event_free_at(t).std_error for t in at] == approx(expected, abs=1e-12)


@pytest.mark.parametrize("interval", ["plain", "log", "log-log"])
def test_intervals_agree_with_r(reference, interval):
    rows, values = reference("competing_rows"), reference("competing_values")
    found = cumulative_incidence(FollowUp(stop=rows["stop"], event=rows["event"])).incidence_at(10, 1, interval)
    assert found.lower == approx(says(values, f"cif.{interval}.lower")[1][0], abs=1e-12)
    assert found.upper == approx(says(values, f"cif.{interval}.upper")[1][0], abs=1e-12)


def test_plasma_cell_malignancy_in_mgus(table):
    """Acceptance A9: mgus2, R 4.2.2 with survival 3.5-3."""
    d = table("mgus2")
    progressed = d["pstat"] == 1
    stop = np.where(progressed, d["ptime"], d["futime"])
    f = FollowUp(stop=stop, event=np.where(progressed, 1, 2 * d["death"]))
    found = cumulative_incidence(f, causes=("progression", "death"))
    estimates = [found.incidence_at(t, "progression") for t in (60, 120, 240)]
    assert [e.estimate for e in estimates] == approx([0.03410371297, 0.06372216801, 0.09981371594], abs=1e-8)
    assert [e.std_error for e in estimates] == approx([0.004889257908, 0.006796848424, 0.009784846793], abs=1e-8)
    by_sex = cumulative_incidence(f, d["sex"])
    assert by_sex["M"].incidence_at(120, 1).estimate == approx(0.0553102406482, abs=1e-8)
    assert by_sex["F"].label == "F"


# ------------------------------------------------------------------------------------------------ laws

ROWS = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 2), st.integers(1, 3)), min_size=2, max_size=25)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_incidences_and_event_free_are_one(rows):
    stop, event, _ = zip(*rows, strict=True)
    found = cumulative_incidence(FollowUp(stop=stop, event=event))
    assert found.incidence.sum(axis=1) + found.event_free == approx(1.0)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_one_cause_is_one_minus_kaplan_meier_with_greenwood(rows):
    stop, event, _ = zip(*rows, strict=True)
    f = FollowUp(stop=stop, event=np.array(event) > 0)
    found, curve = cumulative_incidence(f), kaplan_meier(f)
    alive = np.isin(curve.times, found.times) & (curve.survival > 0)
    shared = np.isin(found.times, curve.times[alive])
    assert found.incidence[shared, 0] == approx(1 - curve.survival[alive])
    assert found.std_error[shared, 0] == approx(curve.std_error[alive], abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(ROWS, st.sampled_from([2.0, 30.4375, 1000.0]))
def test_another_unit_of_time_changes_nothing(rows, factor):
    stop, event, _ = (np.array(column) for column in zip(*rows, strict=True))
    days, other = (cumulative_incidence(FollowUp(stop=stop * k, event=event)) for k in (1.0, factor))
    assert other.times == approx(days.times * factor)
    assert other.std_error == approx(days.std_error, abs=1e-14)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_a_weight_of_two_is_two_rows_of_one_cluster(rows):
    stop, event, weight = (np.array(column) for column in zip(*rows, strict=True))
    weighted = cumulative_incidence(FollowUp(stop=stop, event=event, weights=weight))
    copies = np.repeat(np.arange(stop.size), weight)
    doubled = cumulative_incidence(FollowUp(stop=stop[copies], event=event[copies], cluster=copies))
    assert weighted.incidence == approx(doubled.incidence)
    assert weighted.std_error == approx(doubled.std_error, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(ROWS, st.integers(1, 7))
def test_splitting_rows_changes_nothing(rows, cut):
    stop, event, _ = (np.array(column) for column in zip(*rows, strict=True))
    ids = np.arange(stop.size)
    later = stop > cut
    split = FollowUp(
        start=np.concatenate([np.zeros(stop.size), np.full(later.sum(), float(cut))]),
        stop=np.concatenate([np.minimum(stop, cut), stop[later]]),
        event=np.concatenate([np.where(later, 0, event), event[later]]),
        cluster=np.concatenate([ids, ids[later]]),
    )
    whole, pieces = cumulative_incidence(FollowUp(stop=stop, event=event)), cumulative_incidence(split)
    assert whole.incidence == approx(pieces.incidence)
    assert whole.std_error == approx(pieces.std_error, abs=1e-12)


# ------------------------------------------------------------------------------------------------ what is refused


def test_names_must_fit():
    with pytest.raises(InputError, match="must name the events 1 to 2, but got 1 names"):
        cumulative_incidence(FIVE, causes=("relapse",))
    with pytest.raises(InputError, match="must differ"):
        cumulative_incidence(FIVE, causes=("death", "death"))
    with pytest.raises(InputError, match="must be one of cause 1, cause 2 or a number from 1 to 2, but got 'relapse'"):
        cumulative_incidence(FIVE).incidence_at(2, "relapse")


def test_rows_without_a_group_are_counted():
    found = cumulative_incidence(FIVE, ["a", "a", None, "b", "b"])
    assert {label: curve.n for label, curve in found.items()} == {"a": 2, "b": 2}
    assert found["a"].left_out[0].rows == (2,)


def test_a_start_that_is_the_stop_but_for_rounding_is_refused():
    with pytest.raises(InputError, match="must lie after start by more than rounding"):
        cumulative_incidence(FollowUp(start=[0.1 + 0.2 - 1e-12, 0.0], stop=[0.1 + 0.2, 1.0], event=[1, 1]))


def test_what_a_reader_must_know_is_said():
    nothing = cumulative_incidence(FollowUp(stop=[1, 2, 3], event=[0, 0, 0]))
    assert nothing.incidence_at(2).estimate == 0.0
    assert nothing.mean_time_lost(3).upper is None
    assert nothing.why.startswith("no event")
    emptied = cumulative_incidence(FollowUp(start=[0, 5, 5], stop=[1, 6, 7], event=[1, 1, 0]))
    assert "a state empties before others enter it" in emptied.why
    assert cumulative_incidence(FIVE).why is None


def test_the_conventions_say_what_is_not_used():
    said = " ".join(cumulative_incidence(FollowUp(stop=[1, 2], event=[1, 0], strata=[1, 2])).conventions)
    assert "strata of the follow-up are not used" in said
    assert "jackknife" in said
