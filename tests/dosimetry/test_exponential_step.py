"""One step: the derivatives against differences of the projected sum of squares, the solved step against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.exponential_basis import (
    DOWN,
    GAUSS,
    LINES,
    LOWER,
    MOST_RATES,
    NEWTON,
    SMALL,
    STEP,
    TRIAL,
    project,
)
from lutetia.dosimetry.exponential_step import LONGEST_STEP, Shape, factor, held, lay_slopes, lay_step, lay_trial

T = np.array([1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])
S = np.array([0.5, 1.0, 1.2, 0.8, 1.0, 2.0, 3.0])
CASES = [(1, False, [0.012]), (1, True, [0.012, 0.6]), (2, False, [0.012, 0.1]), (2, True, [0.012, 0.1, 0.7])]
SHAPE = Shape(1, False, -6.0, 1.0, 1e-10)


def values():
    rng = np.random.default_rng(3)
    truth = 100 * np.exp(-0.01 * T) + 80 * np.exp(-0.12 * T) - 150 * np.exp(-0.9 * T)
    return S * truth * (1 + 0.1 * rng.standard_normal(T.size))


def half_squares(theta, phases, uptake, tables=None):
    lines, small, c = np.zeros((LINES, T.size)), np.zeros((SMALL, MOST_RATES)), np.zeros(3)
    squares, _ = project(T, S, values(), theta, phases, uptake, lines, small, c)
    if tables is not None:
        lay_slopes(phases, uptake, lines, small, c)
        tables.append(small)
    return squares / 2


@pytest.mark.parametrize(("phases", "uptake", "rates"), CASES)
def test_derivatives_are_those_of_the_projected_sum_of_squares(phases, uptake, rates):
    n = len(rates)
    theta = np.zeros(MOST_RATES)
    theta[:n] = np.log(rates)
    tables = []
    here = half_squares(theta, phases, uptake, tables)
    small = tables[0]

    def at(*moves):
        there = theta.copy()
        for j, move in moves:
            there[j] += move
        return half_squares(there, phases, uptake)

    h = 1e-4
    for j in range(n):
        assert small[DOWN, j] == pytest.approx(-(at((j, h)) - at((j, -h))) / (2 * h), rel=1e-5, abs=1e-6 * here)
        assert small[NEWTON + j, j] == pytest.approx((at((j, h)) - 2 * here + at((j, -h))) / h**2, rel=1e-4)
        for k in range(j):
            mixed = at((j, h), (k, h)) - at((j, h), (k, -h)) - at((j, -h), (k, h)) + at((j, -h), (k, -h))
            assert small[NEWTON + j, k] == pytest.approx(mixed / (4 * h**2), rel=1e-4, abs=1e-4 * here)
    gauss = small[GAUSS : GAUSS + n, :n]
    assert (np.linalg.eigvalsh(gauss) >= -1e-9 * np.trace(gauss)).all()


def table(matrix, down):
    small = np.zeros((SMALL, MOST_RATES))
    n = len(down)
    small[NEWTON : NEWTON + n, :n] = matrix
    small[GAUSS : GAUSS + n, :n] = np.diag(np.diag(np.abs(matrix)))
    small[DOWN, :n] = down
    return small


def test_the_step_solves_the_equations_of_the_free_rates():
    matrix = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
    down = np.array([1.0, -2.0, 0.5])
    small = table(matrix, down)
    assert factor(NEWTON, 0.0, 3, small, 0)
    lay_step(3, small)
    assert small[STEP, :3] == pytest.approx(np.linalg.solve(matrix, down))
    assert factor(NEWTON, 0.5, 3, small, 0b010)  # damped, the second rate stuck
    lay_step(3, small)
    free = [0, 2]
    damped = matrix[np.ix_(free, free)] + 0.5 * np.diag(np.diag(matrix)[free])
    assert small[STEP, free] == pytest.approx(np.linalg.solve(damped, down[free]))
    assert small[STEP, 1] == 0
    assert small[LOWER + 1, 1] == 0


def test_a_matrix_that_curves_downwards_has_no_factor():
    small = table(np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones(2))
    assert not factor(NEWTON, 0.0, 2, small, 0)


def test_steps_stay_short_and_inside_the_bounds():
    small = np.zeros((SMALL, MOST_RATES))
    small[STEP, :2], small[DOWN, :2] = [9.0, -9.0], [1.0, -1.0]
    theta = np.array([-3.0, -5.5, 0.0, 0.0])
    longest, promised = lay_trial(SHAPE, theta, 2, small)
    assert small[TRIAL, :2].tolist() == [-3 + LONGEST_STEP, -6.0]
    assert (longest, promised) == (LONGEST_STEP, LONGEST_STEP + 0.5)


def test_a_rate_on_its_bound_that_would_leave_is_held():
    small = np.zeros((SMALL, MOST_RATES))
    small[DOWN, :3] = [-1.0, 1.0, -1.0]
    assert held(SHAPE, np.array([-6.0, 1.0, 0.0, 0.0]), 3, small) == 0b011
    small[DOWN, :3] = [1.0, -1.0, -1.0]
    assert held(SHAPE, np.array([-6.0, 1.0, 0.0, 0.0]), 3, small) == 0
