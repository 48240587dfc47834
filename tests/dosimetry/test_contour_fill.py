"""Shares of pixels inside polygons: by hand, and areas against the shoelace formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.contour_fill import filled


def edges(*polygons):
    parts = [np.asarray(polygon, dtype=np.float64) for polygon in polygons]
    return np.concatenate([np.concatenate([p, np.roll(p, -1, axis=0)], axis=1) for p in parts])


def box(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_a_box_by_hand():
    shares = filled(edges(box(0.25, -0.5, 2.0, 1.0)), 3, 4, 8)  # pixel 0 from −0.5 to 0.5
    assert shares[0] == pytest.approx([0.25, 1, 0.5, 0])
    assert shares[1] == pytest.approx([0.125, 0.5, 0.25, 0])  # half of the row's lines
    assert shares[2] == pytest.approx(0)


def test_a_polygon_within_a_polygon_is_a_hole_and_one_within_it_an_island():
    outer, hole, island = box(-0.5, -0.5, 6.5, 6.5), box(0.5, 0.5, 5.5, 5.5), box(1.5, 1.5, 4.5, 4.5)
    assert filled(edges(outer, hole, island), 7, 7, 4).sum() == pytest.approx(49 - 25 + 9)


def test_a_keyhole_is_a_hole():
    ring = [*box(-0.5, -0.5, 4.5, 4.5), (-0.5, -0.5), (0.5, 0.5), (0.5, 3.5), (3.5, 3.5), (3.5, 0.5), (0.5, 0.5)]
    assert filled(edges(ring), 5, 5, 8).sum() == pytest.approx(25 - 9)


def test_beyond_the_window_nothing_is_filled():
    assert filled(edges(box(-9, -9, 1.5, 1.5)), 4, 4, 4).sum() == pytest.approx(4)
    assert filled(edges(box(7, 7, 9, 9)), 4, 4, 4).sum() == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 12), st.floats(2, 8), st.floats(-0.5, 0.5), st.randoms())
def test_the_area_of_any_star_is_that_of_the_shoelace(corners, radius, shift, random):
    angles = (np.arange(corners) + [random.uniform(-0.2, 0.2) for _ in range(corners)]) * 2 * np.pi / corners
    radii = np.array([random.uniform(0.5, 1) * radius for _ in range(corners)])
    x, y = 10 + shift + radii * np.cos(angles), 10 + radii * np.sin(angles)
    area = 0.5 * abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert filled(edges(np.c_[x, y]), 21, 21, 64).sum() == pytest.approx(area, abs=0.1)
