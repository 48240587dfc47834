"""Clone, censor, weight: six made-up patients worked by hand, then data in which nothing has an effect."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.optimize import brentq

from lutetia.cohort.clone_censor_weight import clone_censor_weight
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.errors import InputError
from lutetia.survival import cox

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


def weights_of(emulation, treat, patient):
    mine = (emulation.treat == treat) & (emulation.patient == patient)
    rows = zip(emulation.pieces.start[mine], emulation.pieces.stop[mine], emulation.weights[mine], strict=True)
    return [(start, stop, pytest.approx(weight)) for start, stop, weight in rows]


def test_the_weights_of_the_start_by_hand():
    # Not yet begun: 5/6 after day 3 (B of six), 5/6 · 3/4 = 5/8 after day 8 (C of C, D, E, F).
    found = clone_censor_weight(six(), grace_days=10, weights="initiation")
    assert weights_of(found, False, 3) == [(0, 3, 1), (3, 8, 6 / 5), (8, 15, 8 / 5)]
    # Begun within ten days: 1 − 5/8, so 8/3 from day 10 on, 1 before.
    assert weights_of(found, True, 1) == [(0, 10, 1), (10, 20, 8 / 3)]
    assert weights_of(found, True, 3) == [(0, 10, 1)]
    assert found.weights_maximum == pytest.approx(8 / 3)
    # Who reaches the end of an arm: treat A (weight 1), B and C (8/3); against it A (6/5), D, E and F (8/5).
    assert found.effective_n == pytest.approx(((19 / 3) ** 2 / (1 + 128 / 9), 6**2 / (36 / 25 + 192 / 25)))


def test_the_weights_of_leaving_by_hand():
    # Arm "treat": at day 10 D, E and F leave, of B to F at risk: 2/5 stay. The other arm as above.
    found = clone_censor_weight(six(), grace_days=10, weights="arm")
    assert weights_of(found, True, 1)[-1] == (10, 20, 5 / 2)
    assert weights_of(found, False, 3)[-1] == (8, 15, 8 / 5)


def test_the_weights_of_two_starts_that_compete_by_hand():
    # Of six, C takes the other treatment on day 2, B the exposure on day 4, D the other one on day 6; E is still free,
    # F begins too late, A dies on day 5. Exposure: hazard −log(4/5). The other: −log(5/6), then −log(2/3).
    decision = DecisionPoint.of(
        follow_up_days=[5, 20, 30, 25, 40, 50], event=[1, 1, 1, 1, 0, 1],
        exposed_after_days=[NEVER, 4, NEVER, NEVER, NEVER, 12], other_after_days=[NEVER, NEVER, 2, 6, NEVER, NEVER],
    )  # fmt: skip
    found = clone_censor_weight(decision, grace_days=10, weights="initiation")
    # First starts: other 1/6, exposure 5/6 · 1/5 = 1/6, then other 5/6 · 4/5 · 1/3 = 2/9 more.
    assert weights_of(found, True, 1) == [(0, 2, 1), (2, 6, 6 / 5), (6, 10, 1 / (1 - 7 / 18)), (10, 20, 6)]
    assert weights_of(found, False, 3) == [(0, 4, 1), (4, 10, 6 / 5), (10, 25, 18 / 7)]


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


def two_treatments(seed, n, exposure, other):
    """Made-up patients whom neither of two treatments helps; indolence drives death and both starts."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=n)
    death, censored = np.ceil(draw.exponential(1500 * np.exp(0.5 * x))), np.ceil(draw.uniform(400, 4000, n))
    begins = np.floor(draw.exponential(120 * np.exp(-exposure * x)))
    begins_other = np.floor(draw.exponential(60 * np.exp(-other * x)))
    first = begins < begins_other
    return DecisionPoint.of(
        follow_up_days=np.minimum(death, censored),
        event=death <= censored,
        exposed_after_days=np.where(first, begins, NEVER),
        other_after_days=np.where(first, NEVER, begins_other),
        covariates=x,
        names=["indolence"],
    )


@pytest.mark.parametrize(("exposure", "other"), [(0.5, -0.5), (0.5, 0.5)])
def test_two_treatments_that_do_nothing_have_no_effect_by_the_models_of_their_starts(exposure, other):
    """Over 20 fixed seeds of 20,000 the mean is within 0.002 (one model of leaving: up to 0.06); here 4 of 8,000."""
    logs = [
        clone_censor_weight(two_treatments(seed, 8000, exposure, other), grace_days=183, weights="initiation")
        for seed in range(4)
    ]
    values = np.array([found.contrast.log_hazard_ratio for found in logs])
    assert abs(values.mean()) < 3 * logs[0].contrast.std_error / 2
    assert abs(values.mean()) < 0.05


def test_a_treatment_that_halves_the_hazard_lowers_the_ratio():
    draw = np.random.default_rng(8)
    begins = np.floor(draw.exponential(60, 6000))
    hazard = draw.exponential(1, 6000)
    untreated = hazard * 400
    death = np.ceil(np.where(untreated <= begins, untreated, begins + (untreated - begins) * 2))
    decision = DecisionPoint.of(follow_up_days=death, event=np.ones(6000), exposed_after_days=begins)
    found = clone_censor_weight(decision, grace_days=90, weights="initiation").contrast
    assert found.hazard_ratio.upper < 1  # diluted: who begins after the grace period stays in the arm against it


def test_the_robust_error_agrees_with_the_bootstrap():
    """Patients drawn with replacement, both clones together; with weights all 1 nothing else is estimated."""
    decision, draw = made_up(seed=12, n=500, indolence=0.5), np.random.default_rng(1)
    samples = [decision.at(draw.integers(0, decision.n, decision.n)) for _ in range(200)]
    logs = [clone_censor_weight(s, grace_days=182, weights="none").contrast.log_hazard_ratio for s in samples]
    found = clone_censor_weight(decision, grace_days=182, weights="none").contrast.std_error
    assert found == pytest.approx(float(np.std(logs, ddof=1)), rel=0.15)


def test_pieces_give_the_hazard_ratio_of_the_merged_rows():
    found = clone_censor_weight(made_up(seed=5, n=300, indolence=0.3), grace_days=180, weights="initiation")
    fit = cox(found.pieces, found.treat.astype(float)[:, None])
    assert found.contrast.log_hazard_ratio == pytest.approx(float(fit.coef[0]), abs=1e-10)
    assert found.contrast.std_error == pytest.approx(float(fit.std_error[0]), rel=1e-9)
    assert found.contrast.rows < found.pieces.n


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
        ({"other_after_days": [NEVER] * 6}, {"grace_days": 10, "weights": "initiation"}, "who begin within 10 days"),
        ({"event": [0] * 6}, {"grace_days": 10, "weights": "none"}, "at least one event"),
    ],
)
def test_what_cannot_be_emulated_is_refused(changes, options, words):
    with pytest.raises(InputError, match=words):
        clone_censor_weight(DecisionPoint.of(**(SIX | changes)), **options)
