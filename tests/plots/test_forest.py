"""Forest plots: the drawn limits are the estimate's own, cut limits end in an arrow, what is not estimable says so."""

from __future__ import annotations

from itertools import pairwise
from math import log

import numpy as np
import pytest

from lutetia.estimate import Estimate
from lutetia.plots.forest import ForestRow, forest_figure


def ratio(estimate, lower, upper):
    return Estimate(estimate=estimate, lower=lower, upper=upper, method="Wald on the log scale")


# NETTER-2, progression-free survival: 0.276 (0.182-0.418), Singh 2024, Lancet 403:2807.
ROWS = [
    ForestRow(label="All patients", ratio=ratio(0.276, 0.182, 0.418), counts="55/151 vs 46/75", events=101),
    ForestRow(label="Grade", beside="0.41"),
    ForestRow(label="G3", ratio=ratio(0.3, 0.01, 40.0)),
    ForestRow(label="Rectum", ratio=ratio(None, None, None)),
]


def figure(rows=ROWS):
    return forest_figure(rows, ratio="HR", favours=("RLT better", "control better"), beside_title="p interaction")


def drawn(figure):
    columns = figure.specification["hconcat"]
    return next(column for column in columns if "view" in column)["layer"]


def texts(figure, title):
    column = next(c for c in figure.specification["hconcat"] if c.get("title", {}).get("text") == title)
    return [row["text"] for layer in column["layer"] for row in layer["data"]["values"] if row["text"]]


def test_a_row_is_drawn_at_its_own_limits():
    rule = drawn(figure())[1]["data"]["values"][0]
    assert (rule["estimate"], rule["lower"], rule["upper"]) == (0.276, 0.182, 0.418)


def test_the_numbers_stand_beside_the_plot():
    assert texts(figure(), "HR (95 % CI)") == ["0.28 (0.18–0.42)", "0.30 (0.01–40.00)", "not estimable"]


def test_limits_outside_the_axis_end_in_an_arrow_on_their_side():
    shapes = {layer["mark"].get("shape"): len(layer["data"]["values"]) for layer in drawn(figure())}
    assert shapes["triangle-left"] == 1
    assert shapes["triangle-right"] == 1


def test_no_arrow_where_every_limit_fits():
    shapes = [layer["mark"].get("shape") for layer in drawn(figure(ROWS[:1]))]
    assert not {"triangle-left", "triangle-right"} & set(shapes)


def test_an_interval_beyond_the_axis_stays_on_it_as_an_arrow():
    far = [("tiny", ratio(0.001, 0.0001, 0.01)), ("huge", ratio(300.0, 50.0, 9000.0))]
    rows = [ForestRow(label=label, ratio=value) for label, value in far]
    tiny, huge = drawn(figure(rows))[1]["data"]["values"]
    low, high = 0.05, 20
    assert (tiny["lower"], tiny["upper"], tiny["cut_low"], tiny["cut_high"]) == (low, low, True, False)
    assert (huge["lower"], huge["upper"], huge["cut_low"], huge["cut_high"]) == (high, high, False, True)
    assert tiny["estimate"] is None


def test_a_limit_that_does_not_exist_is_cut_on_its_side():
    (row,) = drawn(figure([ForestRow(label="open", ratio=ratio(1.2, 0.3, None))]))[1]["data"]["values"]
    assert (row["cut_low"], row["cut_high"]) == (False, True)
    assert row["text"] == "1.20 (0.30–NE)"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.276, "0.28"), (0.001, "0.001"), (0.00001, "<0.0001"), (0.0, "0.00"), (99.994, "99.99"), (12345.6, "12346")],
)
def test_small_and_large_ratios_keep_their_size(value, said):
    assert texts(figure([ForestRow(label="a", ratio=ratio(value, value, value))]), "HR (95 % CI)") == [
        f"{said} ({said}–{said})"
    ]


def test_ticks_do_not_crowd():
    axis = drawn(figure())[0]["encoding"]["x"]
    ticks, (low, high) = axis["axis"]["values"], axis["scale"]["domain"]
    assert 1 in ticks
    places = [260 * log(tick / low) / log(high / low) for tick in ticks]
    assert min(b - a for a, b in pairwise(places)) >= 26


def test_long_sides_are_broken_into_lines_above_the_plot():
    long = ("somatostatin analogue, then peptide receptor therapy better", "somatostatin analogue, then others better")
    layers = drawn(forest_figure(ROWS[:1], ratio="HR", favours=long))[-2:]
    for layer, whole in zip(layers, (f"← {long[0]}", f"{long[1]} →"), strict=True):
        (value,) = layer["data"]["values"]
        assert " ".join(value["text"]) == whole
        assert len(value["text"]) > 1
        assert layer["encoding"]["y"]["value"] < -4


def test_a_column_is_as_wide_as_its_longest_text_and_there_only_with_text():
    wide = forest_figure([ForestRow(label="n" * 50, ratio=ROWS[0].ratio)], ratio="HR", favours=("", ""))
    widths = [column["width"] for column in wide.specification["hconcat"]]
    assert widths[0] == round(12 + 50 * 5.7)
    assert len(widths) == 3  # no counts, no interaction


def test_numbers_of_any_kind_are_written_as_plain_json():
    numbers = [np.float64(value) for value in (0.3, 0.01, 40.0)]
    assert '"cut_high":true' in figure([ForestRow(label="a", ratio=ratio(*numbers))]).json()


def test_thirty_rows_and_none_can_be_drawn():
    assert figure(ROWS * 8).svg().startswith("<svg")
    assert figure([]).svg().startswith("<svg")


def test_what_could_not_be_estimated_is_not_drawn():
    assert [row["label"] for row in drawn(figure())[1]["data"]["values"]] == ["All patients", "G3"]


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_figure_can_be_drawn(form):
    assert getattr(figure(), form)()


def test_the_description_reads_the_estimates():
    assert "All patients 0.28 (0.18–0.42)" in figure().description
