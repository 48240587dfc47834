"""Clone, censor, weight: six made-up patients worked by hand, then data in which nothing has an effect."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.optimize import brentq

from lutetia.cohort.clone_censor_weight import clone, clone_censor_weight
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.errors import InputError

NEVER = np.inf
# A dies at 4; B is exposed at 3, dies at 20; C is exposed at 8, is censored at 30; D dies at 15; E is exposed at 12,
# after the grace period of 10 days, and dies at 25; F is censored at 40.
SIX = {
    "follow_up_days": [4, 20, 30, 15, 25, 40],
    "event": [1, 1, 0, 1, 1, 0],
    "exposed_after_days": [NEVER, 3, 8, NEVER, 12, NEVER],
}


def six():
    return DecisionPoint.of(**SIX)


def test_the_clones_by_hand():
    made = clone(six(), grace_days=10)
    treat, against = made.treat, ~made.treat
    assert made.stop[treat].tolist() == [4, 20, 30, 10, 10, 10]
    assert made.event[treat].tolist() == [True, True, False, False, False, False]
    assert made.left[treat].tolist() == [False, False, False, True, True, True]
    assert made.stop[against].tolist() == [4, 3, 8, 15, 25, 40]
    assert made.event[against].tolist() == [True, False, False, True, True, False]
    assert made.left[against].tolist() == [False, True, True, False, False, False]


def test_an_exposure_on_the_last_day_of_the_grace_period_is_within_it():
    made = clone(DecisionPoint.of(follow_up_days=[50], event=[1], exposed_after_days=[10]), grace_days=10)
    assert made.stop.tolist() == [50, 10]


def test_the_other_treatment_ends_a_clone_of_the_arm_treat():
    decision = DecisionPoint.of(
        follow_up_days=[50, 50, 50], event=[1, 1, 1], exposed_after_days=[4, NEVER, 6], other_after_days=[7, 3, NEVER]
    )
    made = clone(decision, grace_days=10)
    assert made.stop[made.treat].tolist() == [50, 3, 50]
    assert made.stop[~made.treat].tolist() == [4, 50, 6]


def weights_of(emulation, treat, patient):
    mine = (emulation.treat == treat) & (emulation.patient == patient)
    rows = zip(emulation.pieces.start[mine], emulation.pieces.stop[mine], emulation.weights[mine], strict=True)
    return [(start, stop, pytest.approx(weight)) for start, stop, weight in rows]


def test_the_weights_of_the_start_by_hand():
    # Not yet begun: 5/6 after day 3 (B of six), 5/6 · 3/4 = 5/8 after day 8 (C of C, D, E, F).
    found = clone_censor_weight(six(), grace_days=10, weights="initiation")
    assert weights_of(found, False, 3) == [(0, 3, 1), (3, 8, 6 / 5), (8, 10, 8 / 5), (10, 15, 8 / 5)]
    # Begun within ten days: 1 − 5/8, so 8/3 from day 10 on, 1 before.
    assert weights_of(found, True, 1) == [(0, 3, 1), (3, 8, 1), (8, 10, 1), (10, 20, 8 / 3)]
    assert weights_of(found, True, 3) == [(0, 3, 1), (3, 8, 1), (8, 10, 1)]


def test_the_weights_of_leaving_by_hand():
    # Arm "treat": at day 10 D, E and F leave, of B to F at risk: 2/5 stay. The other arm as above.
    found = clone_censor_weight(six(), grace_days=10, weights="arm")
    assert weights_of(found, True, 1)[-1] == (10, 20, 5 / 2)
    assert weights_of(found, False, 3)[-1] == (10, 15, 8 / 5)


def test_the_hazard_ratio_by_hand():
    """The weighted Breslow score of the six patients, written out death by death, is 0 at the fitted ratio."""

    def score(r):
        day4 = 1 - (1 + 6 / 5) * 6 * r / (6 * r + 6)  # A dies in both arms; weights at risk 6 and 5 · 6/5
        day15 = -8 / 5 * (16 / 3 * r) / (16 / 3 * r + 24 / 5)  # D; B and C at 8/3 against D, E and F at 8/5
        day20 = 8 / 3 * (1 - (16 / 3 * r) / (16 / 3 * r + 16 / 5))  # B; E and F remain against it
        day25 = -8 / 5 * (8 / 3 * r) / (8 / 3 * r + 16 / 5)  # E; C against E and F
        return day4 + day15 + day20 + day25

    found = clone_censor_weight(six(), grace_days=10, weights="initiation", ties="breslow")
    assert found.contrast.log_hazard_ratio == pytest.approx(log(brentq(score, 1e-3, 1e3, xtol=1e-14)), abs=1e-9)


def test_the_weighted_survival_by_hand():
    # Arm against: 1 − (6/5)/6 = 4/5 at day 4, then 2/3 of it at day 15 and 1/2 of that at day 25.
    found = clone_censor_weight(six(), grace_days=10, weights="initiation")
    treat, against = found.survival_at(25)
    assert against == pytest.approx(4 / 5 * 2 / 3 * 1 / 2)
    assert treat == pytest.approx(5 / 6 * 1 / 2)


def made_up(seed, n, indolence):
    """Made-up patients: the exposure does nothing, comes after a mean of six months, sooner for the indolent."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=n)
    death = np.ceil(draw.exponential(1500 * np.exp(indolence * x)))
    censored = np.ceil(draw.uniform(400, 4000, n))
    return DecisionPoint.of(
        follow_up_days=np.minimum(death, censored),
        event=death <= censored,
        exposed_after_days=np.floor(draw.exponential(182 * np.exp(-indolence * x))),
        covariates=x,
        names=["indolence"],
    )


@pytest.mark.parametrize("weights", ["initiation", "arm"])
def test_weights_undo_confounding_by_indolence(weights):
    decision = made_up(seed=3, n=4000, indolence=0.5)
    crude = clone_censor_weight(decision, grace_days=182, weights="none").contrast
    weighted = clone_censor_weight(decision, grace_days=182, weights=weights).contrast
    assert crude.log_hazard_ratio < -5 * crude.std_error
    assert abs(weighted.log_hazard_ratio) < 3 * weighted.std_error


def test_days_at_twice_the_pace_change_nothing():
    decision = made_up(seed=5, n=300, indolence=0.3)
    faster = DecisionPoint.of(
        follow_up_days=decision.follow_up_days * 2,
        event=decision.event,
        exposed_after_days=decision.exposed_after_days * 2,
        covariates=decision.covariates,
        names=decision.names,
    )
    slow = clone_censor_weight(decision, grace_days=180, weights="arm").contrast
    fast = clone_censor_weight(faster, grace_days=360, weights="arm").contrast
    assert fast.log_hazard_ratio == pytest.approx(slow.log_hazard_ratio, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({}, {"grace_days": 0, "weights": "none"}, "must be above 0"),
        ({}, {"grace_days": 10, "weights": "best"}, "must be one of initiation, arm, none"),
        ({"exposed_after_days": [NEVER] * 6}, {"grace_days": 10, "weights": "none"}, "nobody leaves it"),
        ({"other_after_days": [NEVER, 5, NEVER, 1, 2, 3]}, {"grace_days": 10, "weights": "initiation"}, "competes"),
    ],
)
def test_what_cannot_be_emulated_is_refused(changes, options, words):
    with pytest.raises(InputError, match=words):
        clone_censor_weight(DecisionPoint.of(**(SIX | changes)), **options)
