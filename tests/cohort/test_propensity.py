"""Propensity scores: a two-by-two table by hand, what the equations must satisfy, and refusal where nobody compares."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from lutetia.cohort.propensity import propensity_score
from lutetia.errors import InputError


def made_up(n=400, seed=1):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, 2))
    return draw.random(n) < 1 / (1 + np.exp(-(x @ [0.8, -0.5] - 0.3))), x


def test_one_binary_covariate_by_hand():
    # 30 of 50 exposed among G1, 10 of 50 among G2: the score is the share, the coefficients its logits.
    grade = np.repeat([0.0, 1.0], 50)[:, None]
    exposed = np.concatenate([np.arange(50) < 30, np.arange(50) < 10])
    found = propensity_score(exposed, grade, ("G2",))
    assert found.converged
    assert found.score[[0, 50]] == pytest.approx([0.6, 0.2])
    assert found.coef == pytest.approx([log(0.6 / 0.4), log(0.2 / 0.8) - log(0.6 / 0.4)])


def test_the_score_equations_hold():
    exposed, x = made_up()
    residual = exposed - propensity_score(exposed, x, ("a", "b")).score
    assert residual.sum() == pytest.approx(0, abs=1e-8)
    assert x.T @ residual == pytest.approx([0, 0], abs=1e-8)


def test_units_of_a_covariate_change_nothing():
    exposed, x = made_up()
    one = propensity_score(exposed, x, ("a", "b")).score
    other = propensity_score(exposed, x * [1000, 0.01] + [5000, -3], ("a", "b")).score
    assert one == pytest.approx(other, abs=1e-9)


def test_separation_is_said_and_not_fitted():
    exposed = np.arange(20) >= 10
    found = propensity_score(exposed, np.arange(20.0)[:, None], ("calendar year",))
    assert not found.converged
    assert "calendar year separates" in found.why
    assert found.separated_by == "calendar year"
    assert np.isnan(found.score).all()


def test_repeated_columns_are_said():
    exposed, x = made_up()
    found = propensity_score(exposed, np.column_stack([x[:, 0], 2 * x[:, 0]]), ("a", "twice a"))
    assert not found.converged
    assert "repeat each other" in found.why


@pytest.mark.parametrize(
    ("exposed", "table", "words"),
    [
        (np.ones(4, dtype=bool), np.zeros((4, 1)), "4 of 4 exposed"),
        (np.array([True, False]), np.array([[np.nan], [1.0]]), "must not be missing"),
        (np.array([True, False]), np.zeros((3, 1)), "must hold 2 rows"),
    ],
)
def test_what_cannot_be_fitted_is_refused(exposed, table, words):
    with pytest.raises(InputError, match=words):
        propensity_score(exposed, table, ("a",))
