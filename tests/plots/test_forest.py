"""Forest plots: the drawn limits are the estimate's own, cut limits end in an arrow, what is not estimable says so."""

from __future__ import annotations

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


def test_what_could_not_be_estimated_is_not_drawn():
    assert [row["label"] for row in drawn(figure())[1]["data"]["values"]] == ["All patients", "G3"]


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_figure_can_be_drawn(form):
    assert getattr(figure(), form)()


def test_the_description_reads_the_estimates():
    assert "All patients 0.28 (0.18–0.42)" in figure().description
