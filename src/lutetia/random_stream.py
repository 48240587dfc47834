"""Random numbers that belong to a history, not to a thread: same seed, same answer, however many threads work.

History n of seed s draws from a SplitMix64 sequence (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195) that
starts at a hash of (s, n). The state is an array of one unsigned 64-bit number, which compiled code advances in place.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
State = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


@njit(cache=True, inline="always")
def mixed(value: np.uint64) -> np.uint64:
    """SplitMix64's finaliser: a 64-bit number scrambled."""
    value = (value ^ (value >> _S30)) * _FIRST
    value = (value ^ (value >> _S27)) * _SECOND
    return value ^ (value >> _S31)


@njit(cache=True)
def start_history(state: State, seed: int, history: int) -> None:
    """Set the state to the beginning of this history's own sequence."""
    state[0] = mixed(mixed(np.uint64(seed) + _GOLDEN) + np.uint64(history) * _GOLDEN)


@njit(cache=True, inline="always")
def uniform(state: State) -> float:
    """The next number, evenly spread over (0, 1); neither 0 nor 1 comes."""
    state[0] = state[0] + _GOLDEN
    return (float(mixed(state[0]) >> _S11) + 0.5) * _UNIT
