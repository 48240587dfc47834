"""The sweep that sums squared influences: against following every cluster through every time."""

import numpy as np
import pytest

from lutetia.survival.jackknife_kernel import second_moments

approx = pytest.approx


def followed(step, common, scale, changes, clusters, initial):
    """The same by brute force: U of each cluster at each time."""
    u, m = initial.copy(), np.zeros((clusters, common.shape[1]))
    found = []
    for at in range(-1, step.shape[0]):
        if at >= 0:
            u = u @ step[at] + m @ common[at]
        for after, cluster, state, target, gain, weight in changes:
            if after == at:
                if target >= 0:
                    u[cluster, state] -= weight * scale[at, state]
                    u[cluster, target] += weight * scale[at, state]
                m[cluster, state] += gain
        found.append((u**2).sum(axis=0))
    return np.array(found)


@pytest.mark.parametrize("times", [1, 2, 7, 20])
def test_the_tree_gives_what_following_everyone_gives(times):
    rng = np.random.default_rng(times)
    states, width, clusters = 3, 5, 6
    step, common = rng.normal(size=(times, width, width)) / 2, rng.normal(size=(times, states, width))
    step[times // 2] = 0.0  # a singular map: everyone in a state leaves at once
    scale, initial = rng.uniform(size=(times, states)), rng.normal(size=(clusters, width))
    changes = [
        (
            int(rng.integers(-1, times)),
            int(rng.integers(clusters)),
            int(rng.integers(states)),
            -1,
            float(rng.normal()),
            0.0,
        )
        for _ in range(15)
    ]
    changes += [(times - 1, 2, 0, 1, -1.0, 0.7), (0, 3, 1, 2, -0.5, 0.5)]
    changes.sort(key=lambda change: change[0])
    columns = [np.array(column) for column in zip(*changes, strict=True)]
    found = second_moments(step, common, scale, *columns[:4], columns[4], columns[5], initial)
    assert found == approx(followed(step, common, scale, changes, clusters, initial), rel=1e-9, abs=1e-12)


def test_no_event_time_leaves_the_beginning():
    nothing, none = np.empty(0), np.empty(0, dtype=np.int64)
    arrays = np.zeros((0, 2, 2)), np.zeros((0, 2, 2)), np.zeros((0, 2))
    found = second_moments(*arrays, none, none, none, none, nothing, nothing, np.array([[3.0, 0.0], [4.0, 1.0]]))
    assert found.tolist() == [[25.0, 1.0]]
