"""Aalen-Johansen on pieces of follow-up: by hand, and its errors against numerical derivatives in the weights."""

from dataclasses import replace

import numpy as np
import pytest

from lutetia.survival.state_probability import (
    Pieces,
    hazards,
    initial_distribution,
    mean_time_std_errors,
    mean_times,
    probabilities,
    std_errors,
    tally,
)

approx = pytest.approx


def pieces(rows, n_states, weight=None):
    """Pieces from (cluster, start, stop, origin, target)."""
    cluster, start, stop, origin, target = (np.array(column) for column in zip(*rows, strict=True))
    return Pieces(
        start=start.astype(float),
        stop=stop.astype(float),
        origin=origin,
        target=target,
        weight=np.ones(len(rows)) if weight is None else weight,
        cluster=cluster,
        n_states=n_states,
    )


# Four patients, 0 well, 1 ill, 2 dead: ill at 2 and dead at 5; dead at 3; ill at 4, censored at 6; well, censored at 7.
FOUR = [(0, 0, 2, 0, 1), (0, 2, 5, 1, 2), (1, 0, 3, 0, 2), (2, 0, 4, 0, 1), (2, 4, 6, 1, -1), (3, 0, 7, 0, -1)]


def path_of(given):
    counts = tally(given)
    initial, influence = initial_distribution(given, counts)
    return counts, probabilities(initial, hazards(counts)), influence


def test_four_patients_by_hand():
    counts, path, _ = path_of(pieces(FOUR, 3))
    assert counts.times.tolist() == [2, 3, 4, 5]
    assert counts.at_risk.tolist() == [[4, 0, 0], [3, 1, 0], [2, 1, 0], [1, 2, 0]]
    # Nobody is censored before 6, so each probability is the share of the four in that state.
    expected = [[1, 0, 0], [0.75, 0.25, 0], [0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]
    assert path == approx(np.array(expected))


def test_errors_without_censoring_are_those_of_a_share():
    given = pieces(FOUR, 3)
    counts, path, influence = path_of(given)
    assert std_errors(given, counts, path, influence) == approx(np.sqrt(path * (1 - path) / 4), abs=1e-15)


def test_mean_times_by_hand():
    given = pieces(FOUR, 3)
    counts, path, influence = path_of(given)
    spent = np.array([[2, 3, 1], [3, 0, 3], [4, 2, 0], [6, 0, 0]])  # of each patient, to the horizon of 6
    assert mean_times(counts, path, 6.0) == approx(spent.mean(axis=0))
    errors = mean_time_std_errors(given, counts, path, influence, 6.0)
    assert errors == approx(np.sqrt(((spent - spent.mean(axis=0)) ** 2).sum(axis=0)) / 4)


def wandering(seed, n=40, k=4):
    """Made-up patients in several pieces, some entering late, some beginning elsewhere, with weights."""
    rng = np.random.default_rng(seed)
    rows = []
    for patient in range(n):
        now, state, end = float(rng.integers(0, 3)), int(rng.integers(0, 2)), float(rng.integers(5, 12))
        while now < end:
            then, target = min(now + rng.integers(1, 4), end), int(rng.integers(-1, k))
            target = -1 if target == state else target
            rows.append((patient, now, then, state, target))
            if target == k - 1:
                break
            now, state = then, state if target < 0 else target
    return pieces(rows, k, rng.uniform(0.5, 2.0, len(rows)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_errors_are_derivatives_in_the_weights(seed):
    given, step = wandering(seed), 1e-6
    counts, path, influence = path_of(given)
    squares, areas = 0.0, 0.0
    for cluster in range(given.cluster.max() + 1):
        found = []
        for change in (step, -step):
            weight = np.where(given.cluster == cluster, given.weight * (1 + change), given.weight)
            moved_counts, moved, _ = path_of(replace(given, weight=weight))
            found.append((moved, mean_times(moved_counts, moved, 4.3)))
        squares += ((found[0][0] - found[1][0]) / (2 * step)) ** 2
        areas += ((found[0][1] - found[1][1]) / (2 * step)) ** 2
    assert std_errors(given, counts, path, influence) == approx(np.sqrt(squares), abs=1e-8)
    assert mean_time_std_errors(given, counts, path, influence, 4.3) == approx(np.sqrt(areas), abs=1e-8)


def test_without_a_move_nothing_happens():
    given = pieces([(0, 0, 2, 0, -1), (1, 0, 3, 0, -1)], 2)
    counts, path, influence = path_of(given)
    assert counts.times.size == 0
    assert path.tolist() == [[1.0, 0.0]]
    assert std_errors(given, counts, path, influence).tolist() == [[0.0, 0.0]]
    assert mean_time_std_errors(given, counts, path, influence, 2.0).tolist() == [0.0, 0.0]
