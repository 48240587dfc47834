"""Openness and balance of permuted blocks: the figures of NETTER-2's list, and all orders counted out."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from lutetia.errors import InputError
from lutetia.trial import arm_bounds, arm_bounds_in_all, deviation_bound, predictability


def test_a_block_of_four_to_two():
    found = predictability((4, 2))
    assert found.orders == 15
    assert found.certain == pytest.approx(1.73, abs=0.005)
    assert found.guessed_fraction == pytest.approx(0.744, abs=0.0005)
    assert found.guessed_blindly_fraction == pytest.approx(2 / 3)
    assert deviation_bound((4, 2)) == pytest.approx(4 / 3)


@pytest.mark.parametrize("block", [(1, 1), (2, 2), (4, 2), (3, 1)])
def test_every_order_counted_out(block):
    first, second = block
    orders = sorted(set(permutations([0] * first + [1] * second)))
    certain = hits = 0.0
    for order in orders:
        left = [first, second]
        for arm in order:
            certain += 0 in left
            total = sum(left)
            hits += max(left) / total
            left[arm] -= 1
    found = predictability(block)
    assert found.orders == len(orders)
    assert found.certain == pytest.approx(certain / len(orders))
    assert found.guessed_fraction == pytest.approx(hits / len(orders) / sum(block))


@pytest.mark.parametrize(
    ("patients", "strata", "bounds"), [(226, 4, (146, 156)), (147, 2, (96, 100)), (123, 2, (80, 84))]
)
def test_bounds_of_netter2(patients, strata, bounds):
    assert arm_bounds_in_all((4, 2), patients=patients, strata=strata) == bounds


@pytest.mark.parametrize(("patients", "strata"), [(79, 2), (103, 2), (10, 3), (0, 2), (5, 1)])
def test_bounds_by_every_split(patients, strata):
    splits = [s for s in product(range(patients + 1), repeat=strata - 1) if sum(s) <= patients]
    found = [arm_bounds((4, 2), [*split, patients - sum(split)]) for split in splits]
    expected = (min(low for low, _ in found), max(high for _, high in found))
    assert arm_bounds_in_all((4, 2), patients=patients, strata=strata) == expected


def test_bounds_of_known_strata():
    assert arm_bounds((4, 2), {"a": 6, "b": 2}) == (4, 6)
    assert arm_bounds((4, 2), [5]) == (3, 4)


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        arm_bounds((0, 2), [3, -1])
    assert [fault.place for fault in wrong.value.faults] == ["block[0]", "patients[1]"]
    with pytest.raises(InputError, match="strata"):
        arm_bounds_in_all((4, 2), patients=10, strata=0)
    with pytest.raises(InputError, match="such as"):
        predictability((4, 2, 1))
    with pytest.raises(InputError, match="block"):
        deviation_bound((4,))
