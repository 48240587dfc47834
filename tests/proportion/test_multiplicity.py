"""Adjusted p-values by hand and as R gives them; the fixed sequence of NETTER-2."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.proportion.multiplicity import METHODS, adjusted_p, fixed_sequence

P = [0.01, 0.02, 0.03, 0.005, 0.04, 0.5]


# R 4.2.2: p.adjust(p, method)
@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("bonferroni", [0.06, 0.12, 0.18, 0.03, 0.24, 1]),
        ("holm", [0.05, 0.08, 0.09, 0.03, 0.09, 0.5]),
        ("hochberg", [0.05, 0.08, 0.08, 0.03, 0.08, 0.5]),
        ("benjamini_hochberg", [0.03, 0.04, 0.045, 0.03, 0.048, 0.5]),
    ],
)
def test_adjusted_as_r(method, expected):
    assert adjusted_p(P, method=method).tolist() == pytest.approx(expected)


def test_by_hand():
    assert adjusted_p([0.04, 0.03], method="holm").tolist() == pytest.approx([0.06, 0.06])
    assert adjusted_p([0.04, 0.03], method="hochberg").tolist() == pytest.approx([0.04, 0.04])
    assert adjusted_p([0.2], method="holm").tolist() == [0.2]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from(sorted(METHODS)))
def test_adjusting_keeps_the_order_and_never_makes_p_smaller(p, method):
    adjusted = adjusted_p(p, method=method)
    assert all(a >= b - 1e-12 for a, b in zip(adjusted, p, strict=True))
    assert adjusted.max() <= 1
    ranked = sorted(zip(p, adjusted, strict=True))
    assert all(one[1] <= two[1] + 1e-12 for one, two in pairwise(ranked))
    assert (adjusted <= adjusted_p(p, method="bonferroni") + 1e-12).all()


# NETTER-2's order; p after the stop must not be interpreted, however small (here made up)
def test_the_hierarchy_stops_at_global_health_status():
    order = {"PFS": 1e-9, "ORR": 1e-7, "global health": 0.2, "diarrhoea": 0.001, "fatigue": 0.4, "pain": None}
    found = fixed_sequence(order, alpha=0.025, sides=1)
    assert found.value == ("PFS", "ORR")
    assert found.stopped_at == "global health"
    assert [step.decision for step in found.steps] == ["rejected"] * 2 + ["not rejected"] + ["not tested"] * 3
    assert [step.adjusted_p for step in found.steps[:4]] == [1e-9, 1e-7, 0.2, 0.2]
    assert found.steps[5].adjusted_p is None
    assert found.conventions[0] == "each step at the full alpha of 0.025, one-sided"


def test_a_sequence_that_reaches_its_end_and_one_that_waits():
    assert fixed_sequence({"a": 0.05, "b": 0.01}, alpha=0.05).stopped_at is None
    assert fixed_sequence({"a": None, "b": 0.01}, alpha=0.05).stopped_at == "a"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: adjusted_p([], method="holm"), "at least one number"),
        (lambda: adjusted_p([0.1, float("nan"), 2], method="holm"), "2 faults"),
        (lambda: adjusted_p(["a"], method="holm"), "at least one number"),
        (lambda: adjusted_p([[0.1]], method="holm"), "at least one number"),
        (lambda: adjusted_p([0.1], method="tukey"), "must be one of bonferroni, holm, hochberg"),
        (lambda: fixed_sequence({}, alpha=0.05), "must name at least one"),
        (lambda: fixed_sequence({"a": 2, "b": -1}, alpha=5), "3 faults"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
