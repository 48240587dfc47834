"""Absorbed doses add with their budgets: shared errors by sign, independent ones in squares; nothing else adds."""

from __future__ import annotations

from math import hypot, nan

import pytest

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component, combined
from lutetia.errors import InputError


def dose(gy, *, own=None, shared=None, unknown=()):
    budget = [] if own is None else [Component(name="counts", effect_gy=own)]
    budget += [] if shared is None else [Component(name="calibration", effect_gy=shared, shared=True)]
    return AbsorbedDose(gy=gy, budget=tuple(budget), unknown=unknown)


def test_sum_by_hand():
    whole = dose(3, own=0.3, shared=0.1) + dose(4, own=0.4, shared=0.2)
    assert whole.gy == 7
    assert {c.name: c.effect_gy for c in whole.budget} == {
        "counts": pytest.approx(0.5),
        "calibration": pytest.approx(0.3),
    }
    assert whole.u_gy == pytest.approx(hypot(0.5, 0.3))
    assert whole.u_fraction == pytest.approx(hypot(0.5, 0.3) / 7)


def test_shared_errors_of_opposite_sign_cancel_in_a_sum():
    assert combined([dose(3, shared=0.2), dose(4, shared=-0.2)], [1, 1]).u_gy == 0


def test_a_multiple_scales_every_effect():
    tripled = dose(3, own=0.3, shared=-0.1).times(3)
    assert tripled.gy == 9
    assert tripled.u_gy == pytest.approx(3 * hypot(0.3, 0.1))
    assert tripled.shares() == {"counts": pytest.approx(0.9), "calibration": pytest.approx(0.1)}


def test_an_unknown_source_makes_u_unknown_and_stays_in_sums():
    assert dose(3, own=0.3, unknown=("S values",)).u_gy is None
    whole = dose(3, own=0.3, unknown=("S values",)) + dose(4, own=0.4)
    assert whole.u_gy is None
    assert whole.unknown == ("S values",)
    silent = dose(3) + dose(4, own=0.4)
    assert silent.u_gy is None
    assert silent.unknown == ("a dose without a budget",)
    assert dose(3).u_gy is None
    assert dose(3).u_fraction is None


def test_nothing_else_adds():
    for other in (1.0, "4 Gy", None):
        with pytest.raises(TypeError):
            dose(3) + other


def test_a_source_shared_in_one_dose_only_is_refused():
    mixed = AbsorbedDose(gy=1, budget=(Component(name="counts", effect_gy=1, shared=True),))
    with pytest.raises(InputError, match="shared in all doses of a sum or in none, but got counts"):
        mixed + dose(1, own=0.1)


def test_a_missing_number_is_refused():
    with pytest.raises(InputError, match="must be a number"):
        AbsorbedDose(gy=nan)
