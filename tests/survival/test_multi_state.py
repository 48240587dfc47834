"""Multi-state probabilities: by hand, R's survfit, and what must hold for any data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.survival import FollowUp, aalen_johansen, cumulative_incidence

approx = pytest.approx

# Ill at 2 and dead at 5; dead at 3; ill at 4, censored at 6; well, censored at 7.
FOUR = FollowUp(
    start=[0, 2, 0, 0, 4, 0], stop=[2, 5, 3, 4, 6, 7], event=[1, 2, 2, 1, 0, 0], cluster=["a", "a", "b", "c", "c", "d"]
)
STATES = ("well", "ill", "dead")


def test_four_patients_by_hand():
    found = aalen_johansen(FOUR, states=STATES)
    assert found.times.tolist() == [2, 3, 4, 5]
    shares = np.array([[0.75, 0.25, 0], [0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]])
    assert found.probability == approx(shares)
    assert found.std_error == approx(np.sqrt(shares * (1 - shares) / 4), abs=1e-15)
    assert found.transitions.tolist() == [[0, 2, 1], [0, 0, 1], [0, 0, 0]]
    assert found.censored.tolist() == [1, 1, 0]
    assert (found.n, found.n_patients) == (6, 4)


def test_mean_times_by_hand():
    found = aalen_johansen(FOUR, states=STATES).mean_times(6)
    assert [e.estimate for e in found.values()] == approx([(2 + 3 + 4 + 6) / 4, (3 + 2) / 4, (1 + 3) / 4])
    spent = np.array([2, 3, 4, 6])
    assert found["well"].std_error == approx(np.sqrt(((spent - 3.75) ** 2).sum()) / 4)
    assert aalen_johansen(FOUR, states=STATES).mean_time_in("ill", 6) == found["ill"]


def test_asked_at_a_time():
    found = aalen_johansen(FOUR, states=STATES)
    assert {state: e.estimate for state, e in found.at(4.5).items()} == approx({"well": 0.25, "ill": 0.5, "dead": 0.25})
    assert found.probability_at(0, "well").estimate == 1.0
    assert found.probability_at(7.5, "dead").estimate is None
    with pytest.raises(InputError, match="must be one of well, ill, dead, but got 'cured'"):
        found.probability_at(1, "cured")
    with pytest.raises(InputError, match="which ends at 7"):
        found.mean_times(8)


def test_another_patient_column_changes_the_way_not_the_clusters():
    f = FollowUp(start=FOUR.start, stop=FOUR.stop, event=FOUR.event, cluster=["x"] * 3 + ["y"] * 3)
    found = aalen_johansen(f, states=STATES, patient=["a", "a", "b", "c", "c", "d"])
    assert found.probability == approx(aalen_johansen(FOUR).probability)
    # At 2 one of four is ill: influences 3/16, −1/16, −1/16, −1/16, summed over (a, b) and (c, d).
    assert found.std_error[0, 1] == approx(np.sqrt(2) * 2 / 16)


# ------------------------------------------------------------------------------------------------ R


def says(values, quantity):
    here = values["quantity"] == quantity
    return values["at"][here], values["value"][here]


@pytest.mark.parametrize(("how", "weight"), [("states", None), ("states.weighted", "weight")])
def test_recovery_late_entry_and_two_beginnings_agree_with_r(reference, how, weight):
    rows, values = reference("state_rows"), reference("competing_values")
    f = FollowUp(
        start=rows["start"],
        stop=rows["stop"],
        event=rows["event"],
        cluster=rows["id"],
        weights=None if weight is None else rows[weight],
    )
    found = aalen_johansen(f, from_state=rows["origin"].astype(int), states={1: "well", 2: "ill", 3: "dead"})
    for state in found.states:
        at, expected = says(values, f"{how}.p.{state}")
        assert [found.probability_at(t, state).estimate for t in at] == approx(expected, abs=1e-12)
        at, expected = says(values, f"{how}.se.{state}")
        assert [found.probability_at(t, state).std_error for t in at] == approx(expected, abs=1e-12)
    assert any("initial distribution" in said for said in found.conventions)


def test_mean_times_agree_with_r(reference):
    rows, values = reference("state_rows"), reference("competing_values")
    f = FollowUp(start=rows["start"], stop=rows["stop"], event=rows["event"], cluster=rows["id"])
    found = aalen_johansen(f, from_state=rows["origin"].astype(int), states={1: "well", 2: "ill", 3: "dead"})
    for state, estimate in found.mean_times(30).items():
        assert estimate.estimate == approx(says(values, f"states.mean.{state}")[1][0], abs=1e-10)
        assert estimate.std_error == approx(says(values, f"states.mean.se.{state}")[1][0], abs=1e-10)


def transplant_pieces(d):
    """none → transplant → death of the myeloid data, two rows for those transplanted before the end."""
    rows = []
    for patient, arm, end, died, moved in zip(d["id"], d["trt"], d["futime"], d["death"], d["txtime"], strict=True):
        if moved < end:
            rows += [(patient, arm, 0, moved, 1), (patient, arm, moved, end, 2 * died)]
        else:
            rows.append((patient, arm, 0, end, 1 if moved == end else 2 * died))
    return zip(*rows, strict=True)


def test_transplant_and_death_in_myeloid_leukaemia(table):
    """Acceptance A10: myeloid, R 4.2.2 with survival 3.5-3."""
    patient, arm, start, stop, event = transplant_pieces(table("myeloid"))
    f = FollowUp(start=start, stop=stop, event=event, cluster=patient)
    states = ("none", "transplant", "death")
    both = aalen_johansen(f, states=states)
    assert (both.transitions[0, 1], both.transitions[0, 2], both.transitions[1, 2]) == (364, 140, 180)
    arms = aalen_johansen(f, arm, states=states)
    deaths = {label: [curve.probability_at(t, "death") for t in (365, 730, 1460)] for label, curve in arms.items()}
    assert [e.estimate for e in deaths["A"]] == approx([0.3239354272, 0.5037238010, 0.5712991388], abs=1e-8)
    assert [e.estimate for e in deaths["B"]] == approx([0.2185242083, 0.3740761585, 0.4657316660], abs=1e-8)
    assert [e.std_error for e in deaths["A"]] == approx([0.0272150053, 0.0292648151, 0.0291167667], abs=1e-8)
    means = [e.estimate for e in arms["B"].mean_times(1460).values()]
    assert means == approx([515.88650068951, 470.88278722980, 473.23071208070], abs=1e-8)


# ------------------------------------------------------------------------------------------------ laws

PATIENTS = st.lists(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), min_size=1, max_size=4), min_size=2, max_size=12
)


def walked(patients, cut=None):
    """(start, stop] rows of made-up walks through 0 → 1 → 2; every row is cut in two at `cut` where it spans it."""
    rows = []
    for number, walk in enumerate(patients):
        now, state = 0.0, 0
        for wait, target in walk:
            move = target if target > state else 0
            ends = [cut, now + wait] if cut is not None and now < cut < now + wait else [now + wait]
            for end in ends:
                rows.append((number, now, end, move if end == ends[-1] else 0))
                now = end
            state = move or state
    patient, start, stop, event = zip(*rows, strict=True)
    return FollowUp(start=start, stop=stop, event=event, cluster=patient)


@settings(max_examples=30, deadline=None)
@given(PATIENTS)
def test_probabilities_are_shares_of_the_whole(patients):
    found = aalen_johansen(walked(patients), states=STATES)
    assert found.probability.sum(axis=1) == approx(1.0)
    assert (found.probability >= 0).all()


@settings(max_examples=30, deadline=None)
@given(PATIENTS, st.sampled_from([0.5, 1.5, 2.5, 3.5]))
def test_splitting_rows_changes_nothing(patients, cut):
    whole, pieces = (aalen_johansen(walked(patients, at), states=STATES) for at in (None, cut))
    assert whole.probability == approx(pieces.probability)
    assert whole.std_error == approx(pieces.std_error, abs=1e-12)
    assert (whole.transitions == pieces.transitions).all()
    assert (whole.censored == pieces.censored).all()


def test_two_ends_are_competing_risks():
    f = FollowUp(stop=[1, 2, 2, 3, 5, 6], event=[1, 2, 0, 1, 0, 2])
    moves, incidence = aalen_johansen(f), cumulative_incidence(f)
    assert moves.probability[:, 1:] == approx(incidence.incidence)
    assert moves.std_error[:, 1:] == approx(incidence.std_error)
