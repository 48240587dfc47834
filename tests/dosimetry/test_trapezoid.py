"""Trapezoids with their beginnings and tails: by hand, against quadrature, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from math import inf, log

import pytest
from scipy.integrate import quad

from lutetia.dosimetry.curve import LN2
from lutetia.dosimetry.trapezoid import Trapezoid
from lutetia.errors import InputError


def trapezoid(beginning="zero", tail="physical", times=(4.0, 24.0, 72.0), values=(80.0, 60.0, 30.0), physical=160.0):
    return Trapezoid(
        times_h=times, activities_mbq=values, physical_half_life_h=physical, beginning=beginning, tail=tail
    )


INSIDE = (80 + 60) / 2 * 20 + (60 + 30) / 2 * 48  # 1400 + 2160


def test_area_by_hand():
    assert trapezoid().time_integrated_mbq_h() == pytest.approx(80 * 4 / 2 + INSIDE + 30 * 160 / log(2))
    assert trapezoid("constant").time_integrated_mbq_h() == pytest.approx(80 * 4 + INSIDE + 30 * 160 / log(2))
    # 60 → 30 in 48 h: the tail's half-life is 48 h
    assert trapezoid(tail="last_two_points").time_integrated_mbq_h() == pytest.approx(160 + INSIDE + 30 * 48 / log(2))
    back = 20 * log(2) / log(80 / 60)  # half-life through the first two points
    head = 80 * 2 ** (4 / back) * back / log(2) * (1 - 2 ** (-4 / back))
    assert trapezoid("first_two_points").time_integrated_mbq_h() == pytest.approx(head + INSIDE + 30 * 160 / log(2))


@pytest.mark.parametrize("beginning", ["zero", "constant", "first_two_points"])
@pytest.mark.parametrize("tail", ["physical", "last_two_points"])
def test_area_is_the_quadrature_of_the_value(beginning, tail):
    curve = trapezoid(beginning, tail)
    for start, end in ((0, 2), (1, 30), (10, 500), (80, 300)):
        edges = sorted({start, end, *(k for k in curve.kinks_h if start < k < end)})
        found = sum(quad(curve.activity_mbq, a, b, epsabs=1e-11)[0] for a, b in pairwise(edges))
        assert curve.time_integrated_mbq_h(start, end) == pytest.approx(found, rel=1e-9)
    assert curve.time_integrated_mbq_h(5, 5) == 0
    assert curve.time_integrated_mbq_h() == pytest.approx(
        curve.time_integrated_mbq_h(0, 31) + curve.time_integrated_mbq_h(31)
    )


@pytest.mark.parametrize("beginning", ["zero", "constant", "first_two_points"])
def test_slope_is_the_derivative_between_the_points(beginning):
    curve = trapezoid(beginning)
    for at in (1.0, 10.0, 50.0, 100.0):
        up, down = curve.activity_mbq([at + 1e-5, at - 1e-5])
        assert float(curve.slope_mbq_per_h(at)) == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-7)
    assert float(curve.slope_mbq_per_h(24.0)) == pytest.approx(-30 / 48)  # at a point: the slope after it
    assert float(curve.slope_mbq_per_h(-1)) == 0
    assert float(curve.activity_mbq(-1)) == 0


def test_a_tail_slower_than_physical_decay_is_bounded_and_says_so():
    slow = trapezoid(tail="last_two_points", values=(80.0, 60.0, 59.0))
    assert slow.tail_is_bounded
    assert slow.tail_half_life_h == 160
    rising = trapezoid(tail="last_two_points", values=(80.0, 60.0, 70.0))
    assert rising.tail_is_bounded
    assert rising.tail_half_life_h == 160
    assert not trapezoid(tail="physical", values=(80.0, 60.0, 70.0)).tail_is_bounded


def test_a_first_point_at_administration_needs_no_beginning():
    curve = trapezoid("zero", times=(0.0, 24.0), values=(100.0, 50.0))
    assert float(curve.activity_mbq(0)) == 100
    assert curve.time_integrated_mbq_h() == pytest.approx(75 * 24 + 50 * 160 / LN2)
    assert curve.half_life_range_h == (160, 160)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times": (4.0,), "values": (1.0,)}, "two points or more"),
        ({"times": (4.0, 24.0, 24.0)}, "must rise"),
        ({"times": (-4.0, 24.0, 72.0)}, "must rise from 0 h"),
        ({"values": (1.0, float("nan"), 1.0)}, "none missing"),
        ({"values": (0.0, 0.0, 0.0)}, "not all 0"),
        ({"physical": 0.0}, "above 0 h"),
        ({"tail": "guess"}, "physical or last_two_points"),
        ({"beginning": "guess"}, "zero, constant or first_two_points"),
        ({"beginning": "first_two_points", "values": (60.0, 80.0, 30.0)}, "two first points that fall"),
    ],
)
def test_bad_input_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        trapezoid(**change)


def test_an_end_before_the_beginning_is_refused():
    with pytest.raises(InputError, match="two times in hours"):
        trapezoid().time_integrated_mbq_h(inf, 0)
