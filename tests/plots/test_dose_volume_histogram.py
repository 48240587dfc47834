"""Dose-volume histograms: exact shares, a logarithmic axis where regions differ widely, eight curves at most."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.dose_volume import DoseVolume
from lutetia.plots.dose_volume_histogram import dose_volume_figure


def region(name, *doses_gy):
    doses = np.sort(np.array(doses_gy, dtype=float))
    return DoseVolume(region=name, rule=name, dose_gy=doses, volume_ml=np.ones(doses.size), conventions=())


def curve(figure, at=0):
    return [(row["gy"], row["pct"]) for row in figure.specification["layer"][0]["data"]["values"] if row["at"] == at]


def scale(figure):
    return figure.specification["layer"][0]["encoding"]["x"]["scale"]


def test_shares_are_those_of_the_doses():
    drawn = curve(dose_volume_figure([region("kidney", 1, 2, 3, 4)]))
    assert drawn[0] == (0.0, 100.0)
    assert {pct for _, pct in drawn} == {100.0, 75.0, 50.0, 25.0, 0.0}
    assert max(gy for gy, pct in drawn if pct == 75.0) == pytest.approx(2, abs=0.05)


def test_the_axis_is_logarithmic_only_where_medians_differ_widely():
    near = dose_volume_figure([region("a", 2, 3), region("b", 20, 30)])
    far = dose_volume_figure([region("a", 2, 3), region("b", 40, 50)])
    assert "type" not in scale(near)
    assert scale(far)["type"] == "log"
    assert "log scale" in far.specification["layer"][0]["encoding"]["x"]["axis"]["title"]


def test_a_region_with_a_dose_of_zero_does_not_break_the_logarithm():
    figure = dose_volume_figure([region("a", 0, 0, 0.1), region("b", 40, 50)], logarithmic=True)
    assert scale(figure)["domain"][0] > 0
    assert figure.svg().startswith("<svg")


def test_eight_are_drawn_and_the_others_are_named():
    figure = dose_volume_figure([region(f"r{k}", k + 1, k + 2) for k in range(10)])
    assert {row["at"] for row in figure.specification["layer"][0]["data"]["values"]} == set(range(8))
    assert "Not drawn: r8, r9." in figure.description


def test_the_legend_gives_the_mean_of_each():
    figure = dose_volume_figure([region("kidney", 2, 3), region("tumour", 100, 146), region("core", 2000, 2480)])
    assert all(f">{mean}<" in figure.svg() for mean in ("2.50", "123", "2240"))
    assert "kidney: mean 2.5 Gy, D98% 2 Gy, D2% 3 Gy" in dose_volume_figure([region("kidney", 2, 3)]).description


def test_nothing_is_said_to_be_nothing():
    assert "no dose map" in dose_volume_figure([]).svg()
