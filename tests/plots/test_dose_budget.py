"""Budget bars: as long as u, parts by their share of the variance, a dose of unknown u without a bar."""

from __future__ import annotations

import pytest

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.plots.dose_budget import SHADES, BudgetBar, dose_budget_figure


def dose(gy=10.0, unknown=(), **effects):
    budget = tuple(Component(name=name, effect_gy=effect) for name, effect in effects.items())
    return AbsorbedDose(gy=gy, budget=budget, unknown=unknown)


KIDNEY = BudgetBar(name="kidney", dose=dose(volume=0.6, curve=0.8))
LESION = BudgetBar(name="lesion", dose=dose(volume=3.0, curve=0.0))


def parts(figure):
    return figure.specification["layer"][0]["data"]["values"]


def texts(figure):
    return [row["text"] for layer in figure.specification["layer"][1:4] for row in layer["data"]["values"]]


def test_the_bar_is_as_long_as_u_and_cut_by_variance():
    drawn = {row["source"]: (row["from"], row["to"]) for row in parts(dose_budget_figure([KIDNEY]))}
    # 0.6² + 0.8² = 1: u is 10 % of 10 Gy, shares 36 % and 64 %
    assert drawn["curve"] == pytest.approx((0.0, 6.4))
    assert drawn["volume"] == pytest.approx((6.4, 10.0))


def test_the_largest_u_stands_on_top_and_sources_keep_one_order():
    figure = dose_budget_figure([KIDNEY, LESION])
    assert {row["row"]: row["region"] for row in parts(figure)} == {0: "lesion", 1: "kidney"}
    assert [row["source"] for row in parts(figure) if row["region"] == "kidney"] == ["volume", "curve"]
    assert texts(figure)[2:4] == ["30.0 %", "10.0 %"]


def test_an_unknown_u_has_no_bar_and_names_its_source():
    silent = BudgetBar(name="spleen", dose=dose(unknown=("calibration",), volume=1.0))
    lost = BudgetBar(name="liver", dose=None, why="no clearance was seen")
    figure = dose_budget_figure([silent, KIDNEY, lost])
    assert {row["region"] for row in parts(figure)} == {"kidney"}
    assert texts(figure)[-2:] == ["u not known: calibration", "no dose: no clearance was seen"]
    assert "spleen: u not known: calibration" in figure.description


def test_shades_run_from_dark_to_light_and_differ():
    figure = dose_budget_figure([BudgetBar(name="a", dose=dose(a=5.0, b=4.0, c=3.0, d=2.0, e=1.0))])
    shades = [row["shade"] for row in parts(figure)]
    assert len(set(shades)) == 5
    assert [SHADES.index(shade) for shade in shades] == sorted(SHADES.index(shade) for shade in shades)


def test_it_can_be_drawn_with_fourteen_rows_and_with_none():
    many = [BudgetBar(name=f"segment {k} of a long name" * 2, dose=dose(volume=1.0 + k)) for k in range(14)]
    assert dose_budget_figure(many).specification["height"] <= 132
    assert dose_budget_figure(many).svg().startswith("<svg")
    assert "No dose" in dose_budget_figure([]).description
