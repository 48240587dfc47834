"""Group-sequential bounds: rpact (trial notes 5), the default design of gsDesign as its pages print it, and laws.

rpact 3.3.4, one-sided 0.025, power 0.9. gsDesign(): three looks, Hwang-Shih-DeCani −4 and −2, non-binding futility; its
help page prints bounds to two places, spending, sample size ratios and expected sizes.
"""

from __future__ import annotations

import pytest
from scipy.stats import norm

from lutetia.errors import InputError
from lutetia.trial import ConstantBounds, Spending, group_sequential

HSD = {"efficacy": Spending.hwang_shih_decani(-4), "futility": Spending.hwang_shih_decani(-2)}


@pytest.mark.parametrize(
    ("fractions", "efficacy", "bounds", "inflation"),
    [
        ((2 / 3, 1), Spending.obrien_fleming(), (2.509309, 1.992884), 1.011757),
        ((2 / 3, 1), Spending.pocock(), (2.073034, 2.245882), 1.112792),
        ((2 / 3, 1), ConstantBounds(), (2.4529, 2.002785), None),
        ((0.5, 0.75, 1), Spending.obrien_fleming(), (2.962588, 2.359018, 2.014084), None),
    ],
    ids=lambda value: str(value),
)
def test_bounds_of_rpact(fractions, efficacy, bounds, inflation):
    found = group_sequential(fractions, efficacy=efficacy)
    assert found.value == pytest.approx(bounds, abs=5e-5 if bounds[0] == 2.4529 else 2e-6)
    if inflation:
        assert found.inflation == pytest.approx(inflation, abs=1e-6)
    assert found.type_one_error == pytest.approx(0.025, abs=1e-9)
    assert found.power == pytest.approx(0.9, abs=1e-8)


def test_the_default_design_of_gsdesign():
    found = group_sequential((1 / 3, 2 / 3, 1), **HSD)
    assert found.value == pytest.approx((3.01, 2.55, 2.00), abs=0.005)
    assert [look.futility_z for look in found.looks] == pytest.approx([-0.24, 0.94, 2.00], abs=0.005)
    assert [look.nominal_p for look in found.looks] == pytest.approx([0.0013, 0.0054, 0.0228], abs=5e-5)
    assert [look.futility_effect for look in found.looks] == pytest.approx([0.0148, 0.0289, 0.0563], abs=5e-5)
    assert [look.efficacy_effect for look in found.looks] == pytest.approx([0.1412, 0.4403, 0.3185], abs=5e-5)
    assert [look.efficacy_null for look in found.looks] == pytest.approx([0.0013, 0.0049, 0.0171], abs=5e-5)
    assert [look.futility_null for look in found.looks] == pytest.approx([0.4057, 0.4290, 0.1420], abs=5e-5)
    assert found.inflation == pytest.approx(1.070, abs=5e-4)
    assert found.expected_null == pytest.approx(0.6249, abs=5e-5)
    assert found.expected_effect == pytest.approx(0.7913, abs=5e-5)
    assert found.looks[-1].beta_spent == pytest.approx(0.1, abs=1e-8)


def test_binding_futility_buys_a_lower_last_bound():
    free, bound = group_sequential((1 / 3, 2 / 3, 1), **HSD), group_sequential((1 / 3, 2 / 3, 1), **HSD, binding=True)
    assert bound.value[0] == pytest.approx(free.value[0])  # nobody has stopped before the first look
    assert bound.value[2] < free.value[2]
    assert bound.inflation < free.inflation
    assert bound.type_one_error == pytest.approx(0.025, abs=1e-9)
    assert sum(look.efficacy_null for look in bound.looks) == pytest.approx(0.025, abs=1e-9)
    assert sum(look.efficacy_null for look in free.looks) < 0.025


def test_one_look_is_the_fixed_design():
    found = group_sequential((1,))
    assert found.value == pytest.approx((norm.isf(0.025),))
    assert found.inflation == pytest.approx(1)
    assert found.expected_effect == pytest.approx(1)


def test_pocock_bounds_are_flat():
    """Jennison and Turnbull, tables 2.1 and 2.3: two-sided 5 %, five looks, 2.413; O'Brien-Fleming 2.040."""
    fifths = [0.2, 0.4, 0.6, 0.8, 1]
    assert group_sequential(fifths, efficacy=ConstantBounds(delta=0.5)).value == pytest.approx([2.413] * 5, abs=0.001)
    assert group_sequential(fifths, efficacy=ConstantBounds()).value[-1] == pytest.approx(2.040, abs=0.001)


@pytest.mark.parametrize("futility", [None, Spending.power(2)])
@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_spent_as_promised_at_every_look(alpha, futility):
    spending = Spending.pocock()
    found = group_sequential((0.25, 0.6, 1), alpha=alpha, power=0.8, efficacy=spending, futility=futility)
    for look in found.looks:
        assert look.alpha_spent == pytest.approx(float(spending.spent(look.fraction, alpha)), abs=1e-9)
        if futility is not None:
            assert look.beta_spent == pytest.approx(float(futility.spent(look.fraction, 0.2)), abs=1e-8)


def test_what_is_decided_is_printed():
    said = " ".join(group_sequential((0.5, 1), futility=Spending.power(2)).conventions)
    assert "non-binding" in said
    assert "power, ρ = 2" in said
    assert "No stop for futility" in " ".join(group_sequential((0.5, 1), efficacy=ConstantBounds()).conventions)


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        group_sequential((0.5, 0.4, 0.9), efficacy="OBF", futility="none")
    assert [fault.place for fault in wrong.value.faults] == ["fractions", "fractions", "efficacy", "futility"]
    with pytest.raises(InputError) as wrong:
        group_sequential((-0.5, 1), alpha=0.2, power=0.1)
    assert [fault.place for fault in wrong.value.faults] == ["power", "fractions[0]"]
    with pytest.raises(InputError, match="binding"):
        group_sequential((0.5, 1), efficacy=ConstantBounds(), futility=Spending.pocock(), binding=True)
    with pytest.raises(InputError, match="fractions"):
        group_sequential(())
