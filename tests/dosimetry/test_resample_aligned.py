"""Weights along one axis: by hand, sums that must be 1, axes found and refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.resample_aligned import (
    Axis,
    apply,
    averaging_weights,
    parallel_axes,
    voxels_coincide,
    weights,
)

STEPS = st.floats(0.2, 4).flatmap(lambda step: st.sampled_from([step, -step]))


def axis(step, start, source_axis=2):
    return Axis(source_axis=source_axis, step=step, start=start)


def test_boxes_by_hand():
    found = weights(axis(1.5, 0.25), 2, 3, hat=False).toarray()  # targets −0.5…1 and 1…2.5
    assert found == pytest.approx(np.array([[1, 0.5, 0], [0, 0.5, 1]]))


def test_triangles_by_hand():
    found = weights(axis(1.0, 0.0), 3, 3, hat=True).toarray()
    assert found == pytest.approx(np.array([[0.75, 0.125, 0], [0.125, 0.75, 0.125], [0, 0.125, 0.75]]))


@settings(max_examples=30, deadline=None)
@given(STEPS, st.floats(-0.5, 0.5), st.booleans())
def test_a_covered_source_voxel_gives_all_it_has(step, offset, hat):
    sources, targets = 7, 80
    start = 3 + offset - step * (targets - 1) / 2  # the targets reach far beyond the source
    given_away = np.asarray(weights(axis(step, start), targets, sources, hat=hat).sum(axis=0)).ravel()
    assert given_away == pytest.approx(1, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(STEPS, st.floats(-3, 9), st.booleans())
def test_an_average_weighs_the_length_that_is_covered(step, start, hat):
    found = np.asarray(averaging_weights(axis(step, start), 5, 7, hat=hat).sum(axis=1)).ravel()
    edges = step * (np.arange(6) - 0.5) + start
    low, high = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    covered = np.clip(np.minimum(high, 6.5) - np.maximum(low, -0.5), 0, None)
    assert found == pytest.approx(covered, abs=1e-9)


def test_a_straight_line_stays_straight_within_triangles():
    found = averaging_weights(axis(2.0, 3.5), 4, 20, hat=True) / 2
    assert found @ np.arange(20.0) == pytest.approx([3.5, 5.5, 7.5, 9.5])


def test_axes_are_found_whatever_their_order_and_sense():
    m = np.eye(4)
    m[:3, :3] = [[0, 0, -2], [1, 0, 0], [0, 0.5, 0]]  # x from −z, y from x, z from y
    m[:3, 3] = [9, 1, 2]
    z, y, x = parallel_axes(m, (3, 3, 3))
    assert (z.source_axis, z.step, z.start) == (2, -2, 9)
    assert (y.source_axis, y.step, y.start) == (0, 0.5, 2)
    assert (x.source_axis, x.step, x.start) == (1, 1, 1)
    m[0, 0] = 1e-3
    assert parallel_axes(m, (3, 3, 3)) is None


def test_voxels_coincide_for_whole_steps_alone():
    whole = (axis(1, 0), axis(-1, 4), axis(1, -3))
    assert voxels_coincide(whole)
    assert not voxels_coincide((*whole[:2], axis(1, 0.5)))
    assert not voxels_coincide((*whole[:2], axis(2, 0)))


def test_apply_takes_each_axis_in_turn():
    array = np.arange(24.0).reshape(2, 3, 4)
    axes = (axis(1, 0, 2), axis(1, 0, 0), axis(1, 0, 1))  # z from x, y from z, x from y
    matrices = [weights(a, n, n, hat=False) for a, n in zip(axes, (4, 2, 3), strict=True)]
    assert np.array_equal(apply(array, axes, matrices), array.transpose(2, 0, 1))
