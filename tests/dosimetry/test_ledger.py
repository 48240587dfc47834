"""The ledger: sums with their correlations, and forecasts whose errors go with the past."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np
import pytest

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.ledger import Cycle, Ledger, organ_forecast
from lutetia.dosimetry.radiobiology import Tissue
from lutetia.errors import InputError

KIDNEYS = Tissue(name="kidneys", alpha_beta_gy=2.6, repair_half_time_h=2.8, source="test", status="given")


def dose(gy, own=0.1, shared=0.05):
    return AbsorbedDose(
        gy=gy,
        budget=(
            Component(name="curve", effect_gy=own * gy),
            Component(name="calibration", effect_gy=shared * gy, shared=True),
        ),
    )


def ledger(*doses, activity=7400.0, g=0.05):
    return Ledger(
        cycles=tuple(Cycle(activity_mbq=activity, absorbed={"kidneys": d}, g_factors={"kidneys": g}) for d in doses)
    )


def test_cumulative_by_hand():
    found = ledger(dose(3), dose(4)).cumulative("kidneys")
    assert found.gy == 7
    assert found.u_gy == pytest.approx(hypot(0.1 * 5, 0.05 * 7))
    assert ledger(dose(3), dose(4)).activity_mbq == 14_800
    assert Ledger().cumulative("kidneys").gy == 0


def test_cumulative_bed_by_hand():
    found = ledger(dose(3), dose(4)).cumulative_bed("kidneys", KIDNEYS)
    assert found.bed_gy == pytest.approx(3 * (1 + 0.05 * 3 / 2.6) + 4 * (1 + 0.05 * 4 / 2.6))
    slopes = np.array([1 + 0.1 * 3 / 2.6, 1 + 0.1 * 4 / 2.6])
    own, shared = slopes * [0.3, 0.4], slopes * [0.15, 0.2]
    assert found.u_bed_gy == pytest.approx(hypot(hypot(*own), shared.sum()))


@pytest.mark.parametrize("rule", ["last_cycle", "mean_of_cycles"])
def test_forecasts_by_hand(rule):
    forecast = organ_forecast(ledger(dose(3), dose(4)), "kidneys", rule)
    expected = {"last_cycle": 4 / 7.4, "mean_of_cycles": 7 / 14.8}[rule]
    assert forecast.gy_per_gbq == pytest.approx(expected)
    assert forecast.cumulative([7400]).gy == pytest.approx(7 + expected * 7.4)


def test_errors_of_the_past_go_with_the_forecast():
    """After one cycle of 4 Gy one more like it doubles the same error: 10 % of 8 Gy, not √2 times less."""
    forecast = organ_forecast(ledger(dose(4)), "kidneys", "last_cycle")
    assert forecast.cumulative([7400]).u_fraction == pytest.approx(hypot(0.1, 0.05))
    changing = organ_forecast(ledger(dose(4)), "kidneys", "last_cycle", between_cycles_sd_fraction=0.2)
    assert changing.cumulative([7400]).u_gy == pytest.approx(hypot(0.1 * 8, 0.05 * 8, 0.2 * 4))
    assert changing.cumulative([7400, 7400]).u_gy == pytest.approx(hypot(0.1 * 12, 0.05 * 12, 0.2 * 4 * sqrt(2)))


def test_the_u_of_a_forecast_is_monte_carlo():
    forecast = organ_forecast(ledger(dose(3), dose(4)), "kidneys", "mean_of_cycles", between_cycles_sd_fraction=0.15)
    rng = np.random.default_rng(5)
    n = 100_000
    common = 1 + 0.05 * rng.standard_normal(n)
    true = [d * (1 + 0.1 * rng.standard_normal(n) + common - 1) for d in (3, 4)]
    rate = sum(true) / 14_800
    nominal = 7 / 14_800
    ahead = sum(rate * a + 0.15 * nominal * a * rng.standard_normal(n) for a in (7400, 3700))
    drawn = sum(true) + ahead
    assert forecast.cumulative([7400, 3700]).u_gy == pytest.approx(drawn.std(), rel=0.01)
    with_g = organ_forecast(ledger(dose(3), dose(4)), "kidneys", "mean_of_cycles", with_bed=True)
    bed_drawn = sum(d * (1 + 0.05 * d / 2.6) for d in true) + sum(
        rate * a * (1 + 0.05 * rate * a / 2.6) for a in (7400, 3700)
    )
    found = with_g.cumulative_bed([7400, 3700], KIDNEYS)
    assert found.u_bed_gy == pytest.approx(bed_drawn.std(), rel=0.02)
    assert found.bed_gy == pytest.approx(bed_drawn.mean(), rel=0.01)


def test_before_the_first_cycle_a_population_stands_in():
    forecast = organ_forecast(Ledger(), "kidneys", "population", population_per_gbq=dose(0.47, own=0.15, shared=0))
    assert forecast.gy_per_gbq == pytest.approx(0.47)
    assert forecast.cumulative([7400, 7400]).gy == pytest.approx(0.47 * 14.8)
    assert forecast.cumulative([7400, 7400]).u_fraction == pytest.approx(0.15)
    assert forecast.cumulative([]).gy == 0


def test_what_is_missing_is_refused():
    empty = Cycle(activity_mbq=7400, absorbed={})
    with pytest.raises(InputError, match="absorbed dose of kidneys in every cycle, but got none in cycle 2"):
        Ledger(cycles=(*ledger(dose(3)).cycles, empty)).cumulative("kidneys")
    without_g = Ledger(cycles=(Cycle(activity_mbq=7400, absorbed={"kidneys": dose(3)}),))
    with pytest.raises(InputError, match="Lea-Catcheside factor"):
        without_g.cumulative_bed("kidneys", KIDNEYS)
    with pytest.raises(InputError, match="before the first cycle"):
        organ_forecast(Ledger(), "kidneys", "last_cycle")
    with pytest.raises(InputError, match="must hold kidneys for the rule population"):
        organ_forecast(Ledger(), "kidneys", "population")
    with pytest.raises(InputError, match="before the first cycle"):
        organ_forecast(Ledger(), "kidneys", "population", population_per_gbq=dose(1), with_bed=True)
    with pytest.raises(InputError, match="must be one of"):
        organ_forecast(ledger(dose(3)), "kidneys", "hope")
    with pytest.raises(InputError, match="between_cycles"):
        organ_forecast(ledger(dose(3)), "kidneys", "last_cycle", between_cycles_sd_fraction=-1)


def test_impossible_cycles_are_refused():
    with pytest.raises(InputError) as refused:
        Cycle(activity_mbq=0, absorbed={"kidneys": AbsorbedDose(gy=-1)}, g_factors={"kidneys": 2})
    assert len(refused.value.faults) == 3
