"""Cumulative columns: given dark, planned light, u as bars, the limit as a line, the probability in words."""

from __future__ import annotations

import pytest

from lutetia.plots.cumulative_dose import (
    GIVEN,
    PLANNED,
    CumulativePanel,
    CumulativeStep,
    cumulative_dose_figure,
    probability_words,
)


def step(cycle, value, *, u=0.5, p=0.02, planned=False):
    return CumulativeStep(cycle=cycle, value_gy=value, u_gy=u, probability_of_exceeding=p, planned=planned)


def panel(*steps, limit=23.0, quantity="absorbed dose"):
    return CumulativePanel(organ="kidneys", quantity=quantity, limit_gy=limit, steps=steps)


def layers(figure, at=0):
    return figure.specification["concat"][at]["layer"]


def test_given_and_planned_cycles_differ():
    given, planned = layers(cumulative_dose_figure([panel(step(1, 4.0), step(2, 8.0, planned=True))]))[:2]
    assert (given["mark"]["fill"], [row["gy"] for row in given["data"]["values"]]) == (GIVEN, [4.0])
    assert (planned["mark"]["fill"], [row["gy"] for row in planned["data"]["values"]]) == (PLANNED, [8.0])


def test_bars_are_u_and_absent_where_it_is_not_known():
    rules = layers(cumulative_dose_figure([panel(step(1, 4.0), step(2, 8.0, u=None, p=None))]))[2]
    assert [(row["low"], row["high"]) for row in rules["data"]["values"]] == [(3.5, 4.5)]


def test_the_limit_stands_in_the_axis_and_without_one_no_probability_is_written():
    limited = cumulative_dose_figure([panel(step(1, 4.0))])
    free = cumulative_dose_figure([panel(step(1, 4.0), limit=None)])
    assert layers(limited)[0]["encoding"]["y"]["scale"]["domain"][1] > 23
    assert "limit 23 Gy" in limited.svg()
    assert layers(free)[0]["encoding"]["y"]["scale"]["domain"][1] < 10
    assert ">2 %<" in limited.svg()
    assert ">2 %<" not in free.svg()


@pytest.mark.parametrize(
    ("probability", "words"),
    [(None, "?"), (0.0, "<1 %"), (0.0049, "<1 %"), (0.0051, "1 %"), (0.123, "12 %"), (0.5, "50 %"), (0.999, ">99 %")],
)
def test_probabilities_in_words(probability, words):
    assert probability_words(probability) == words


def test_where_columns_crowd_only_what_can_happen_is_written():
    few = cumulative_dose_figure([panel(*(step(k, k, p=0.001) for k in range(1, 4)))])
    many = cumulative_dose_figure([panel(*(step(k, k, p=0.001 if k < 20 else 0.3) for k in range(1, 21)))])
    written = [{row["p"] for row in layers(figure)[-2]["data"]["values"]} for figure in (few, many)]
    assert written == [{"<1 %"}, {"", "30 %"}]


def test_bed_is_called_bed_on_its_own_axis():
    figure = cumulative_dose_figure([panel(step(1, 4.0)), panel(step(1, 5.0), quantity="BED")])
    titles = [figure.specification["concat"][at]["layer"][0]["encoding"]["y"]["axis"]["title"] for at in (0, 1)]
    assert titles == ["absorbed dose, Gy", "BED, Gy"]


def test_words_say_every_step():
    said = cumulative_dose_figure([panel(step(1, 4.0), step(2, 8.0, u=None, p=None, planned=True))]).description
    assert "kidneys, absorbed dose, limit 23 Gy: after cycle 1: 4 Gy, u 0.5 Gy, above the limit with 2 %" in said
    assert "after cycle 2 (planned): 8 Gy, u not known, above the limit with ?" in said


def test_no_cycles_are_said_to_be_none():
    assert "no cycles" in cumulative_dose_figure([]).svg()
