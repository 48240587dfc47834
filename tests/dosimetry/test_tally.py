"""Where energy is put: shells, the body's surface, and the stack of particles."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest

from lutetia.dosimetry.tally import COLUMNS, STACK_PARTICLES, Body, Tally, is_outside, push, score, way_out


def test_shells_by_hand():
    tally = Tally(np.zeros(4), np.zeros(4), 0.5, log(0.1), 1 / log(10))  # edges 0.5 1 1.5 and 0.1 1 10
    for distance in (0.2, 0.7, 1.2, 9.0):
        score(tally, 0.0, distance, 0.0, 1.0, 0.0)
    for distance in (0.0, 0.05, 0.5, 5.0, 50.0):
        score(tally, distance, 0.0, 0.0, 1.0, 1.0)
    assert tally.charged.tolist() == [1, 1, 1, 1]
    assert tally.photon_borne.tolist() == [2, 1, 1, 1]


def test_outside_an_ellipsoid_and_never_outside_an_endless_medium():
    body = Body(1.0, 1 / 4, 1 / 9)  # semi-axes 1, 2, 3
    assert not is_outside(body, 0.0, 0.0, 2.9)
    assert is_outside(body, 0.0, 0.0, 3.1)
    assert not is_outside(Body(0.0, 0.0, 0.0), 1e9, 1e9, 1e9)


def test_the_way_out_by_hand():
    body = Body(1.0, 1 / 4, 1 / 9)  # semi-axes 1, 2, 3
    assert way_out(body, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0) == pytest.approx(3.0)
    assert way_out(body, 0.0, 0.0, 2.0, 0.0, 0.0, 1.0) == pytest.approx(1.0)
    assert way_out(body, 0.0, 0.0, 2.0, 0.0, 0.0, -1.0) == pytest.approx(5.0)
    assert way_out(body, 0.0, 1.2, 0.0, 1.0, 0.0, 0.0) == pytest.approx(0.8)  # x² = 1 − 0.36
    assert way_out(Body(0.0, 0.0, 0.0), 1.0, 2.0, 3.0, 0.0, 0.6, 0.8) == inf


def test_a_full_stack_is_refused():
    stack = np.zeros((STACK_PARTICLES, COLUMNS))
    assert push(stack, 3, 1.0, 0.2, (1.0, 2.0, 3.0), (0.0, 0.0, 1.0), 0.5, 1.0) == 4
    assert stack[3].tolist() == [1.0, 0.2, 1.0, 2.0, 3.0, 0.0, 0.0, 1.0, 0.5, 1.0]
    with pytest.raises(ValueError, match="stack"):
        push(stack, STACK_PARTICLES, 1.0, 0.2, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 1.0, 0.0)
