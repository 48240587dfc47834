"""Weights of rank tests: by hand on the six patients, at 1, 3 and 5 with 6, 4 and 1 at risk and 1, 2 and 1 events."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival.rank_counts import rank_counts
from lutetia.survival.rank_weight import WEIGHTS, rank_weight


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((None, 0, 0, None), [1, 1, 1]),
        (("gehan", 0, 0, None), [6, 4, 1]),
        (("tarone-ware", 0, 0, None), [6**0.5, 2, 1]),
        (("peto-peto", 0, 0, None), [6 / 7, 6 / 7 * 3 / 5, 6 / 7 * 3 / 5 / 2]),
        ((None, 1, 0, None), [1, 5 / 6, 5 / 12]),
        ((None, 0, 1, None), [0, 1 / 6, 7 / 12]),
        (("fleming-harrington", 1, 1, None), [0, 5 / 36, 35 / 144]),
        (("modest", 0, 0, 1), [1, 6 / 5, 6 / 5]),  # S(1) = 5/6
        (("modest", 0, 0, 4), [1, 6 / 5, 12 / 5]),  # S(4) = 5/12
        (("modest", 0, 0, 0.5), [1, 1, 1]),
    ],
    ids=str,
)
def test_weights_by_hand(six, arguments, expected):
    weight = rank_weight(*arguments)
    (counts,) = rank_counts(six, np.zeros(6, dtype=int), 1, None)
    assert_allclose(weight.at(counts), expected)
    assert str(weight)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("wilcoxon", 0, 0, None), "weights: must be one of log-rank"),
        ((None, -1, 0, None), "rho: must be a number from 0"),
        ((None, 0, float("nan"), None), "gamma: must be a number from 0"),
        (("gehan", 1, 0, None), "rho, gamma: must be 0 with weights='gehan'"),
        (("modest", 0, 0, None), "modest_until: must be given with weights='modest'"),
        ((None, 0, 0, 5), "modest_until: must be given with weights='modest'"),
        (("modest", 0, 0, -5), "modest_until: must be above 0"),
    ],
)
def test_contradictions_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        rank_weight(*arguments)


def test_every_name_makes_a_weight():
    for name in WEIGHTS:
        assert rank_weight(name, 0, 0, 10 if name == "modest" else None).name == name
