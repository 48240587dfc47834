"""Love plot: sorted by what was unlike before, the limit where it is declared, nothing drawn that does not exist."""

from __future__ import annotations

from math import inf, nan

from lutetia.plots.balance import BalanceMark, balance_figure

MARKS = [
    BalanceMark(name="age", before=0.05, after=0.01),
    BalanceMark(name="Ki-67", before=-0.34, after=0.02),
    BalanceMark(name="stage", before=inf, after=0.0),
    BalanceMark(name="months from the start of the line to progression on it", before=0.62, after=-0.12),
]


def layers(figure):
    return figure.specification["layer"]


def points(figure):
    return layers(figure)[2]["data"]["values"]


def test_the_worst_before_weighting_stands_on_top():
    domain = layers(balance_figure(MARKS))[2]["encoding"]["y"]["scale"]["domain"]
    assert [name.split()[0] for name in domain] == ["months", "Ki-67", "age", "stage"]


def test_sizes_are_absolute_and_signs_stay_readable():
    drawn = {(row["name"], row["when"]): (row["size"], row["signed"]) for row in points(balance_figure(MARKS))}
    assert drawn["Ki-67", "before weighting"] == (0.34, -0.34)
    assert drawn["Ki-67", "after weighting"] == (0.02, 0.02)


def test_what_does_not_exist_is_not_drawn_but_said():
    figure = balance_figure([*MARKS, BalanceMark(name="centre", before=nan, after=nan)])
    assert ("stage", "before weighting") not in {(row["name"], row["when"]) for row in points(figure)}
    assert "stage none before, +0.00 after" in figure.description
    assert "centre none before, none after" in figure.description


def test_the_line_stands_at_the_declared_limit():
    assert layers(balance_figure(MARKS, imbalance=0.25))[0]["data"]["values"] == [{"size": 0.25}]


def test_the_axis_holds_the_limit_and_every_point():
    domain = balance_figure(MARKS[:1]).specification["encoding"]["x"]["scale"]["domain"]
    assert domain[0] == 0
    assert domain[1] > 0.1


def test_a_long_name_stands_on_two_lines():
    figure = balance_figure(MARKS)
    assert (
        "months from the start of the line to\nprogression on it"
        in layers(figure)[2]["encoding"]["y"]["scale"]["domain"]
    )
    assert figure.specification["height"] > balance_figure(MARKS[:3]).specification["height"]


def test_the_figure_can_be_drawn():
    assert balance_figure(MARKS).svg().startswith("<svg")
    assert balance_figure([]).svg().startswith("<svg")
