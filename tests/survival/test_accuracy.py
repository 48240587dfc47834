"""Brier score and dynamic AUC: by hand, scikit-survival, and without censoring the plain formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.survival import FollowUp, brier_score, dynamic_auc

approx = pytest.approx

# Event at 1, censored at 2, event at 3, censored at 5; at 2.5 the second is unknown and G = 2/3.
FOUR = FollowUp(stop=[1, 2, 3, 5], event=[1, 0, 1, 0])


def test_brier_score_by_hand():
    found = brier_score(FOUR, [0.2, 0.5, 0.6, 0.9], 2.5)
    loss = np.array([0.2**2, 0, 0.4**2 * 3 / 2, 0.1**2 * 3 / 2])
    assert found.score == approx([loss.mean()])
    assert found.std_error == approx([np.sqrt(((loss - loss.mean()) ** 2).sum()) / 4])
    # Kaplan-Meier says 3/4 for everyone.
    assert found.null == approx([(0.75**2 + 2 * 0.25**2 * 3 / 2) / 4])
    assert found.scaled == approx(1 - found.score / found.null)
    assert found.integrated is None


def test_integrated_brier_score_by_hand():
    found = brier_score(FOUR, np.tile([[0.2], [0.5], [0.6], [0.9]], 3), [1.5, 2.5, 4.5])
    expected = (found.score[0] + found.score[1]) / 2 + (found.score[1] + found.score[2])
    assert found.integrated == approx(expected / 3)


def test_auc_by_hand():
    # At 2.5: the event at 1 (score 2) against those at 3 (score 1) and 5 (score 2, tied): 1.5 of 2.
    assert dynamic_auc(FOUR, [2, 9, 1, 2], 2.5).auc == approx([0.75])
    # At 4: events with weights 1 and 3/2, one left: scores 2, 1 against 2.
    assert dynamic_auc(FOUR, [2, 9, 1, 2], 4).auc == approx([0.5 / 2.5])
    assert np.isnan(dynamic_auc(FOUR, [2, 9, 1, 2], 0.5).auc).all()


def test_agrees_with_scikit_survival():
    """Made-up patients without ties; scikit-survival 0.28.0: brier_score, integrated too, cumulative_dynamic_auc."""
    number = np.arange(1, 13)
    stop, event = (number * 5 % 13 + number / 100), number % 3 > 0
    score = (number * 7 % 11) / 10
    f = FollowUp(stop=stop, event=event)
    survival = np.exp(-0.1 * np.outer(np.exp(score), [3.0, 6.0, 9.0]))
    found = brier_score(f, survival, [3, 6, 9])
    assert found.score == approx([0.1944429736321046, 0.3476078850887638, 0.34710483541278164], abs=1e-12)
    assert dynamic_auc(f, score, [3, 6, 9]).auc == approx([0.1, 0.2913322632423756, 0.5607843137254903], abs=1e-12)
    assert found.integrated == approx(0.3091908948056034, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4)), min_size=3, max_size=20).filter(
        lambda rows: max(t for t, _ in rows) > 4
    )
)
def test_without_censoring_nothing_is_weighted(rows):
    stop, score = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    f = FollowUp(stop=stop, event=np.ones(stop.size))
    survival = 1 - score / 5
    assert brier_score(f, survival, 4).score == approx([((survival - (stop > 4)) ** 2).mean()])
    early, late = score[stop <= 4], score[stop > 4]
    wins = ((early[:, None] > late) + (early[:, None] == late) / 2).mean() if early.size else np.nan
    assert dynamic_auc(f, score, 4).auc == approx([wins], nan_ok=True)


def test_weights_are_copies():
    weighted = FollowUp(stop=[1, 2, 3, 5], event=[1, 0, 1, 0], weights=[2, 1, 3, 1])
    copies = [0, 0, 1, 2, 2, 2, 3]
    survival, score = np.array([0.2, 0.5, 0.6, 0.9]), np.array([2.0, 9, 1, 2])
    assert brier_score(weighted, survival, 2.5).score == approx(
        brier_score(FOUR.at(copies), survival[copies], 2.5).score
    )
    assert dynamic_auc(weighted, score, 4).auc == approx(dynamic_auc(FOUR.at(copies), score[copies], 4).auc)


def test_missing_predictions_are_counted():
    f = FollowUp(stop=[1, 2, 3, 5, 4], event=[1, 0, 1, 0, 1])
    found = brier_score(f, [0.2, 0.5, 0.6, 0.9, np.nan], 2.5)
    assert found.score == approx(brier_score(FOUR, [0.2, 0.5, 0.6, 0.9], 2.5).score)
    assert found.left_out[0].rows == (4,)


@pytest.mark.parametrize(
    ("survival", "times", "told"),
    [
        ([0.1, 0.2], 2.5, "must have 4 rows and 1 columns"),
        ([0.1, 0.2, 0.3, 1.2], 2.5, "must lie between 0 and 1, but got 0.1 to 1.2"),
        ([np.nan] * 4, 2.5, "must be known in at least one row"),
        ([0.1, 0.2, 0.3, 0.4], 5, "must rise and lie above 0 and below 5"),
        (np.full((4, 2), 0.5), [3, 2], "must rise"),
    ],
)
def test_what_does_not_fit_is_refused(survival, times, told):
    with pytest.raises(InputError, match=told):
        brier_score(FOUR, survival, times)


def test_delayed_entry_is_refused():
    with pytest.raises(InputError, match="common time zero"):
        dynamic_auc(FollowUp(start=[0, 1], stop=[2, 3], event=[1, 1]), [1, 2], 1)
