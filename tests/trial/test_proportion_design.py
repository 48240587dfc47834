"""Response rate designs: R's power.prop.test, hand-worked formulas, exact power summed over all pairs of counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from lutetia.errors import InputError
from lutetia.proportion import contingency
from lutetia.trial import compare_rates, exact_power
from lutetia.trial.proportion_design import significant_counts


def test_the_example_of_r():
    """help(power.prop.test), R 4.2: p1 = .50, p2 = .75, power = .90, two-sided 5 % → n = 76.7 each."""
    assert compare_rates(0.75, 0.5).patients / 2 == pytest.approx(76.7, abs=0.01)


def test_formulas_by_hand():
    z2 = (norm.isf(0.025) + norm.isf(0.1)) ** 2
    # 2:1: variance 0.3·0.7/(2/3) + 0.1·0.9/(1/3) = 0.585
    assert compare_rates(0.3, 0.1, allocation=(2, 1), method="unpooled").patients == pytest.approx(z2 * 0.585 / 0.04)
    effect = 2 * np.arcsin(np.sqrt(0.3)) - 2 * np.arcsin(np.sqrt(0.1))
    found = compare_rates(0.3, 0.1, allocation=(2, 1), method="arcsine")
    assert found.patients == pytest.approx(z2 * 9 / 2 / effect**2)
    plain = compare_rates(0.3, 0.1).patients / 2
    corrected = compare_rates(0.3, 0.1, method="pooled-cc").patients / 2
    assert corrected == pytest.approx(plain / 4 * (1 + np.sqrt(1 + 4 / (plain * 0.2))) ** 2)


def test_arms_are_rounded_up_in_their_ratio():
    found = compare_rates(0.3, 0.1, allocation=(2, 1))
    assert found.patients == pytest.approx(187.51, abs=0.01)
    assert found.patients_by_arm == (126, 63)
    assert [one.test for one in found.exact] == ["pooled", "fisher"]


@pytest.mark.parametrize("test", ["pooled", "unpooled", "fisher"])
def test_exact_power_is_the_sum_over_every_pair(test):
    n1, n2 = 9, 5
    found = exact_power(0.8, 0.2, (n1, n2), alpha=0.05, test=test)
    total = 0.0
    for x in range(n1 + 1):
        for y in range(n2 + 1):
            if test == "fisher":
                table = [[x, n1 - x], [y, n2 - y]]
                significant = contingency.fisher_exact(table, alternative="greater").p <= 0.05
            else:
                p, first, second = (x + y) / (n1 + n2), x / n1, y / n2
                pooled = p * (1 - p) * (1 / n1 + 1 / n2)
                variance = pooled if test == "pooled" else first * (1 - first) / n1 + second * (1 - second) / n2
                sure = variance == 0 and first > second
                significant = sure or (variance > 0 and (first - second) / np.sqrt(variance) >= norm.isf(0.05))
            total += significant * binom.pmf(x, n1, 0.8) * binom.pmf(y, n2, 0.2)
    assert found.power == pytest.approx(total)


def test_fisher_never_exceeds_alpha():
    found = exact_power(0.4, 0.1, (40, 20), test="fisher")
    assert found.type_one_error <= found.largest_type_one_error <= 0.025
    assert exact_power(0.4, 0.1, (40, 20), test="pooled").largest_type_one_error > 0.025  # 2:1 and a z test


def test_significant_pairs_grow_with_responders():
    region = significant_counts((12, 8), 0.025, "pooled")
    assert (np.diff(region, axis=0) >= 0).all()
    assert (np.diff(region, axis=1) <= 0).all()


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        compare_rates(30, 0.1, allocation=(0, 1), power=0.01)
    assert [fault.place for fault in wrong.value.faults] == ["experimental", "allocation", "power"]
    with pytest.raises(InputError, match="above the control's rate"):
        compare_rates(0.1, 0.3)
    with pytest.raises(InputError, match="method"):
        compare_rates(0.3, 0.1, method="cohen")
    with pytest.raises(InputError, match="patients_by_arm"):
        exact_power(0.3, 0.1, (1.5, 10), test="pooled")
    with pytest.raises(InputError, match="test"):
        exact_power(0.3, 0.1, (10, 10), test="barnard")
