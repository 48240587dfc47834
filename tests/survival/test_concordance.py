"""Concordance: by hand, R's concordance, and what must hold for any data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.survival import FollowUp, concordance

approx = pytest.approx

# Events at 1, 2 and 3, censored at 2 and 4.
FIVE = FollowUp(stop=[1, 2, 2, 3, 4], event=[1, 1, 0, 1, 0])
SCORE = [5, 3, 4, 3, 1]


def test_five_patients_by_hand():
    # From 1: 5 beats 3 4 3 1. From 2: 3 against 4 (censored at 2: later, discordant), 3 (tied), 1. From 3: 3 beats 1.
    found = concordance(FIVE, SCORE)
    assert (found.concordant, found.discordant, found.tied) == (6, 1, 1)
    assert found.value == approx(6.5 / 8)
    assert (found.n, found.n_events) == (5, 3)


def test_its_error_by_hand():
    # Pairs seen by each row (concordant + tied/2, all): 4 of 4, 2.5 of 4, 1 of 2, 2.5 of 3, 3 of 3.
    seen, pairs = np.array([4, 2.5, 1, 2.5, 3]), np.array([4, 4, 2, 3, 3])
    influence = (seen - 6.5 / 8 * pairs) / 8
    found = concordance(FIVE, SCORE)
    assert found.influence == approx(influence)
    assert found.index.std_error == approx(np.sqrt((influence**2).sum()))


def test_the_other_direction_mirrors():
    assert concordance(FIVE, SCORE, higher="longer").value == approx(1 - 6.5 / 8)
    assert concordance(FIVE, [-s for s in SCORE], higher="longer").value == approx(6.5 / 8)


def test_a_horizon_drops_later_events():
    found = concordance(FIVE, SCORE, horizon=2)
    assert (found.concordant, found.discordant, found.tied) == (5, 1, 1)


def test_without_a_pair_nothing_is_said():
    found = concordance(FollowUp(stop=[1, 2], event=[0, 1]), [1, 2])
    assert (found.value, found.index.std_error) == (None, None)
    assert "no two rows can be compared" in found.why


def test_missing_scores_are_counted():
    found = concordance(FollowUp(stop=[1, 2, 2, 3, 4, 9], event=[1, 1, 0, 1, 0, 1]), [*SCORE, np.nan])
    assert found.value == approx(6.5 / 8)
    assert found.left_out[0].rows == (5,)
    assert found.influence[5] == 0.0


def says(values, quantity):
    return values["value"][values["quantity"] == quantity]


@pytest.mark.parametrize(
    ("how", "given", "options"),
    [
        ("c", {}, {}),
        ("c.weighted", {"weights": "weight"}, {}),
        ("c.clustered", {"cluster": "centre"}, {}),
        ("c.strata", {"strata": "stratum"}, {}),
        ("c.delayed", {"start": "entry"}, {}),
        ("c.uno", {}, {"weighting": "uno"}),
        ("c.uno.horizon", {}, {"weighting": "uno", "horizon": 12}),
    ],
)
def test_agrees_with_r(reference, how, given, options):
    rows, values = reference("competing_rows"), reference("competing_values")
    score = rows["x1"] + rows["x2"]
    score = np.round(score) if how == "c" else np.round(score, 10)
    f = FollowUp(stop=rows["stop"], event=rows["event"] > 0, **{name: rows[column] for name, column in given.items()})
    found = concordance(f, score, **options)
    assert found.value == approx(says(values, f"{how}.c")[0], abs=1e-12)
    assert found.index.std_error == approx(says(values, f"{how}.se")[0], abs=1e-12)
    assert [found.concordant, found.discordant, found.tied] == approx(says(values, f"{how}.pairs"), rel=1e-12)


def test_lung_cancer_and_age(table):
    """R 4.2.2, survival 3.5-3: concordance(Surv(time, status) ~ age, lung, reverse = TRUE), and timewt = "n/G2"."""
    d = table("lung")
    f = FollowUp(stop=d["time"], event=d["status"] - 1)
    harrell, uno = concordance(f, d["age"]), concordance(f, d["age"], weighting="uno")
    assert (harrell.value, harrell.index.std_error) == (approx(0.5502398321175), approx(0.02514211159433))
    assert (uno.value, uno.index.std_error) == (approx(0.5492307257467), approx(0.02303057910007))
    assert (harrell.concordant, harrell.discordant, harrell.tied) == (10717, 8706, 591)


ROWS = st.lists(
    st.tuples(st.integers(1, 8), st.booleans(), st.integers(0, 4), st.integers(1, 3)), min_size=2, max_size=20
)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_pair_is_counted_once(rows):
    stop, event, score, _ = zip(*rows, strict=True)
    found = concordance(FollowUp(stop=stop, event=event), score)
    counts = [0, 0, 0]
    for i, (t, e, s, _) in enumerate(rows):
        for j, (u, d, r, _) in enumerate(rows):
            if e and i != j and (u > t or (u == t and not d)):
                counts[0 if s > r else 1 if s < r else 2] += 1
    assert [found.concordant, found.discordant, found.tied] == counts


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_weights_are_copies_of_one_cluster(rows):
    stop, event, score, weight = (np.array(column) for column in zip(*rows, strict=True))
    copies = np.repeat(np.arange(stop.size), weight)
    weighted = concordance(FollowUp(stop=stop, event=event, weights=weight), score)
    doubled = concordance(FollowUp(stop=stop[copies], event=event[copies], cluster=copies), score[copies])
    # Copies of one row are equal in time and score: an event's copies make no pair, a censored row's neither.
    assert weighted.concordant == approx(doubled.concordant)
    assert weighted.value == (None if doubled.value is None else approx(doubled.value))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"score": [1, 2]}, r"must have one value per row \(5\)"),
        ({"score": [np.nan] * 5}, "must be known in at least one row"),
        ({"score": [1, 2, np.inf, 3, 4]}, "must be finite"),
        ({"score": SCORE, "higher": "better"}, "must be shorter or longer"),
        ({"score": SCORE, "weighting": "gonen"}, "must be harrell or uno"),
        ({"score": SCORE, "horizon": -1}, "must be a time above 0"),
    ],
)
def test_what_does_not_fit_is_refused(options, told):
    with pytest.raises(InputError, match=told):
        concordance(FIVE, **options)


def test_causes_and_uno_with_delayed_entry_are_refused():
    with pytest.raises(InputError, match=r"must be 0 \(censored\) or 1"):
        concordance(FollowUp(stop=[1, 2], event=[1, 2]), [1, 2])
    with pytest.raises(InputError, match="must be harrell with delayed entry"):
        concordance(FollowUp(start=[0, 1], stop=[1, 2], event=[1, 1]), [1, 2], weighting="uno")
