"""A history's numbers belong to it alone, are uniform, and are those of SplitMix64."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.random_stream import mixed, start_history, uniform


def drawn(seed: int, history: int, count: int) -> np.ndarray:
    state = np.empty(1, dtype=np.uint64)
    start_history(state, seed, history)
    return np.array([uniform(state) for _ in range(count)])


def splitmix64(state: int) -> int:
    """Vigna's reference (prng.di.unimi.it/splitmix64.c), in whole numbers of Python."""
    z = (state + 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def test_the_numbers_are_those_of_splitmix64():
    state = np.array([1234567], dtype=np.uint64)
    assert uniform(state) == ((splitmix64(1234567) >> 11) + 0.5) / 2**53
    assert int(state[0]) == (1234567 + 0x9E3779B97F4A7C15) % 2**64
    assert int(mixed(np.uint64(0x9E3779B97F4A7C15))) == splitmix64(0) == 0xE220A8397B1DCDAF  # the first of seed 0


def test_a_history_repeats_and_others_differ():
    assert drawn(1, 5, 20).tolist() == drawn(1, 5, 20).tolist()
    assert not set(drawn(1, 5, 20)) & set(drawn(1, 6, 20))
    assert not set(drawn(1, 5, 20)) & set(drawn(2, 5, 20))


def test_numbers_are_uniform_within_and_across_histories():
    within, across = drawn(7, 0, 4000), np.array([drawn(7, h, 1)[0] for h in range(4000)])
    for numbers in (within, across):
        assert numbers.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * 4000))
        assert np.histogram(numbers, 10, (0, 1))[0] == pytest.approx(400, abs=4 * 19)  # binomial deviation 19
    assert np.corrcoef(within[1:], within[:-1])[0, 1] == pytest.approx(0, abs=0.06)


def test_the_ends_never_come():
    state = np.array([0], dtype=np.uint64)
    numbers = [uniform(state) for _ in range(1000)]
    assert 0 < min(numbers) <= max(numbers) < 1
