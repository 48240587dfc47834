"""One row of a ratio: by hand, by brute search, and the power to catch changed digits (acceptance 4)."""

from __future__ import annotations

import sys
from itertools import pairwise
from math import erfc, exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.evidence import packaged_paper
from lutetia.evidence.integrity.ratios import agreeing, p_range, row_findings, std_error_range
from lutetia.evidence.row import Ratio


def row(printed: str, p: str | None = None, **fields) -> Ratio:
    return Ratio(id="r", kind="ratio", printed=printed, p=p, **fields)


def found(printed: str, p: str | None = None, **fields):
    return [(f.rule, f.cells, f.severity) for f in row_findings("T/r", row(printed, p, **fields))]


# --- by hand: SE = ln(2.40 / 1.04) / 3.92 = 0.21333, z = ln 1.58 / SE = 2.144, p = 0.032
def test_a_row_that_agrees():
    assert found("1.58 (1.04-2.40)", "0.032") == []
    assert found("1.58 (1.04-2.40)") == []
    assert found("1.58 (1.04-2.40)", "<0.05") == []
    width = std_error_range(row("1.58 (1.04-2.40)"))
    assert width.low < 0.21333 < width.high


def test_a_limit_with_swapped_digits_is_named_and_mended():
    (finding,) = row_findings("T/r", row("1.58 (1.04-2.04)", "0.032"))
    assert (finding.rule, finding.cells) == ("log-symmetry", ("T/r/upper",))
    assert "sqrt(1.04 · 2.04) = 1.457" in finding.computed
    assert "[1.451, 1.462]" in finding.computed
    assert "imply p 0.0078" in finding.computed
    assert "1.58² / 1.04 = 2.4" in finding.computed


def test_without_a_p_or_with_a_bound_no_number_can_be_blamed():
    every = ("T/r/estimate", "T/r/lower", "T/r/upper")
    assert found("1.58 (1.04-2.04)") == [("log-symmetry", every, "hard")]
    assert found("1.58 (1.04-2.04)", "<0.05") == [("log-symmetry", every, "hard")]


def test_the_estimate_or_the_lower_limit_can_be_the_one():
    assert found("1.85 (1.04-2.40)", "0.032")[0][1] == ("T/r/estimate",)
    assert found("1.58 (1.40-2.40)", "0.032")[0][1] == ("T/r/lower",)


def test_an_estimate_outside_and_limits_in_the_wrong_order():
    assert found("0.90 (1.04-2.40)")[0][0] == "estimate-in-interval"
    assert found("1.58 (2.40-1.04)")[0][0] == "estimate-in-interval"


def test_a_p_that_does_not_follow():
    assert found("1.58 (1.04-2.40)", "0.32") == [
        ("implied-p", ("T/r/p", "T/r/estimate", "T/r/lower", "T/r/upper"), "hard")
    ]
    assert found("1.58 (1.04-2.40)", "<0.001")[0][0] == "implied-p"
    assert found("1.58 (1.04-2.40)", "ns")[0][0] == "implied-p"
    assert found("1.58 (1.04-2.40)", "0.32", p_test="other")[0][2] == "soft"


def test_other_intervals_levels_and_sides():
    assert found("1.58 (1.04-2.04)", "0.032", interval="other") == []
    # 90 %: SE = ln(2.25 / 1.11) / (2 · 1.6449) = 0.2148
    assert found("1.58 (1.11-2.25)", "0.033", level=0.9) == []
    assert found("1.58 (1.11-2.25)", "0.033")[0][0] == "implied-p"
    assert found("1.58 (1.04-2.40)", "0.016", sides=1) == []


def test_what_cannot_be_computed_is_left_alone():
    for printed in ("1.58", "NE (1.04-NE)", "1.58 (1.04-NE)", "<0.01 (0.00-0.02)"):
        assert found(printed, "0.5") == []
    assert found("0.01 (0.00-0.08)", "<0.001") == []  # a limit printed 0.00 may be anything up to 0.005


# --- independent route: random numbers that round to what is printed
def test_the_range_of_p_holds_every_p_that_can_be_drawn_and_is_reached():
    printed = row("1.27 (0.96-1.67)")
    implied = p_range(agreeing(printed), printed)
    draw = np.random.default_rng(4)
    low, high = np.log(draw.uniform([0.955, 1.665], [0.965, 1.675], (200_000, 2))).T
    kept = np.abs(np.exp((low + high) / 2) - 1.27) <= 0.005
    z = 1.959964 * (low + high)[kept] / (high - low)[kept]
    p = np.array([erfc(abs(value) / sqrt(2)) for value in z])
    assert kept.sum() > 10_000
    assert implied.low <= p.min()
    assert p.max() <= implied.high
    assert (p.min(), p.max()) == (pytest.approx(implied.low, rel=0.02), pytest.approx(implied.high, rel=0.02))


# --- law: what a Wald model prints is never at fault, whatever the rounding
@settings(max_examples=200, deadline=None)
@given(st.floats(-1.6, 1.6), st.floats(0.05, 0.8), st.integers(1, 3), st.integers(2, 4))
def test_a_printed_wald_row_is_never_at_fault(beta, std_error, decimals, p_decimals):
    numbers = [exp(beta), exp(beta - 1.959964 * std_error), exp(beta + 1.959964 * std_error)]
    estimate, lower, upper = (f"{value:.{decimals}f}" for value in numbers)
    if float(estimate) > 0:
        p = f"{erfc(abs(beta / std_error) / sqrt(2)):.{p_decimals}f}"
        assert found(f"{estimate} ({lower}-{upper})", p) == []


# --- power: every clean ratio of the two packaged papers, one digit changed
def swaps(text: str) -> set[str]:
    """The number with two neighbouring digits swapped, each way that makes another number."""
    digits = [i for i, sign in enumerate(text) if sign.isdigit()]
    changed = set()
    for i, j in pairwise(digits):
        signs = list(text)
        signs[i], signs[j] = signs[j], signs[i]
        changed.add("".join(signs))
    return changed - {text}


def substitutions(text: str) -> set[str]:
    """The number with one digit replaced by each of the nine others."""
    places = [i for i, sign in enumerate(text) if sign.isdigit()]
    return {text[:i] + digit + text[i + 1 :] for i in places for digit in "0123456789"} - {text}


def clean_rows() -> list[Ratio]:
    rows = [
        row
        for name in ("S000", "S002")
        for place, _, row in packaged_paper(name).placed_rows()
        if isinstance(row, Ratio) and all(row.numbers) and not list(row_findings(place, row))
    ]
    assert len(rows) == 43
    return rows


@pytest.mark.parametrize(("change", "share"), [(swaps, 0.99), (substitutions, 0.90)])
def test_changed_digits_are_caught(change, share):
    table = []
    for position, name in enumerate(("estimate", "lower", "upper")):
        tried = caught = 0
        for one in clean_rows():
            texts = [number.text for number in one.numbers]
            for text in change(texts[position]):
                numbers = [*texts[:position], text, *texts[position + 1 :]]
                tried += 1
                caught += bool(found(f"{numbers[0]} ({numbers[1]}-{numbers[2]})", one.p, sides=one.sides))
        table.append((name, caught, tried))
    total = ("all", sum(line[1] for line in table), sum(line[2] for line in table))
    for name, caught, tried in [*table, total]:
        sys.stdout.write(
            f"\n{change.__name__:14} {name:9} {caught:5} of {tried:5} caught, {100 * caught / tried:.1f} %"
        )
    assert total[2] > 200
    assert total[1] >= share * total[2]


def test_the_middle_on_the_log_scale_is_the_geometric_mean():
    assert exp((log(1.04) + log(2.40)) / 2) == pytest.approx(sqrt(1.04 * 2.40))
