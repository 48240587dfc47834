"""Red marrow by three methods: by hand, how they meet, a published table's split, what is refused."""

from __future__ import annotations

from math import hypot

import pytest

from lutetia.dosimetry.marrow import (
    Measured,
    marrow_by_blood,
    marrow_by_image,
    marrow_hybrid,
    plasma_ratio_fraction,
)
from lutetia.dosimetry.organ import STable
from lutetia.errors import InputError
from lutetia.estimate import Estimate

PER_H = 3.6
TABLE = STable(  # 177Lu, adult male, as in test_organ
    s_gy_per_mbq_h={
        ("red marrow", "red marrow"): 1.15e-5 * PER_H,
        ("red marrow", "liver"): 3.09e-8 * PER_H,
        ("red marrow", "kidneys"): 3.35e-8 * PER_H,
    },
    reference_masses_g={"red marrow": 1170.0},
    source="test",
    u_fraction=0.05,
)
RATIO = Measured(value=1.0, u=0.1, source="Forrer 2009")
SHARE = Measured(value=0.067, u=0.01, source="made up")
MASS = Measured(value=1100.0, u=110.0, source="made up")


def area(value, u=0.0):
    return Estimate(estimate=value, lower=None, upper=None, std_error=u, method="test")


def test_blood_by_hand():
    """0.3 MBq·h/mL in blood: 0.3 · 1 · 1170/1.03 mL · 4.14e-5 Gy per MBq·h."""
    found = marrow_by_blood(TABLE, area(0.3, 0.03), RATIO, cross_tia_mbq_h={"liver": area(50_000, 5000)})
    own, cross = 0.3 * 1170 / 1.03 * 4.14e-5, 50_000 * 3.09e-8 * 3.6
    assert found.self_gy == pytest.approx(own)
    assert found.cross_gy == pytest.approx(cross)
    assert found.absorbed.gy == pytest.approx(own + cross)
    assert found.absorbed.u_gy == pytest.approx(hypot(0.1 * own, 0.1 * own, 0.1 * cross, 0.05 * (own + cross)))
    assert (found.method, found.circulating_gy, found.bound_gy) == ("blood", found.self_gy, 0.0)


def test_blood_is_of_the_published_size():
    """Blood-based marrow doses are 9 to 29 mGy/GBq (PMC10478826, table 3); 1 MBq·h/mL per 7.4 GBq is such a patient."""
    found = marrow_by_blood(TABLE, area(1.5 * 7.4 / 7.4), RATIO, cross_tia_mbq_h={})
    assert 9 < found.absorbed.gy / 7.4 * 1000 < 29


def test_image_by_hand():
    found = marrow_by_image(TABLE, area(100, 10), SHARE, MASS, cross_tia_mbq_h={})
    own = 100 / 0.067 * 4.14e-5 * 1170 / 1100
    assert found.self_gy == pytest.approx(own)
    assert found.absorbed.u_gy == pytest.approx(hypot(0.1 * own, 0.01 / 0.067 * own, 0.1 * own, 0.05 * own), rel=1e-4)
    assert (found.circulating_gy, found.bound_gy, found.cross_gy) == (None, None, 0)


def test_hybrid_is_blood_and_what_the_image_holds_beyond_it():
    blood = marrow_by_blood(TABLE, area(0.3), RATIO, cross_tia_mbq_h={})
    image = marrow_by_image(TABLE, area(100), SHARE, MASS, cross_tia_mbq_h={})
    both = marrow_hybrid(TABLE, area(0.3), RATIO, area(100), SHARE, MASS, cross_tia_mbq_h={})
    assert both.circulating_gy == pytest.approx(blood.self_gy)
    assert both.bound_gy == pytest.approx(image.self_gy - blood.self_gy)
    assert both.absorbed.gy == pytest.approx(image.self_gy)
    assert both.flags == ()


def test_the_published_split_adds_up():
    """Patient 8, vertebrae: specific 0.029, non-specific 0.021, total 0.050 Gy/GBq (PMC10478826, table 3)."""
    s_mass = TABLE.s_gy_per_mbq_h["red marrow", "red marrow"] * 1170
    blood = area(0.021 * 1.03 / s_mass)
    region = area(0.050 * 0.067 * 1100 / s_mass)
    found = marrow_hybrid(TABLE, blood, RATIO, region, SHARE, MASS, cross_tia_mbq_h={})
    assert (found.circulating_gy, found.bound_gy, found.self_gy) == pytest.approx((0.021, 0.029, 0.050))


def test_an_image_below_its_blood_is_flagged_and_leaves_the_blood():
    found = marrow_hybrid(TABLE, area(0.3, 0.03), RATIO, area(1, 0.1), SHARE, MASS, cross_tia_mbq_h={})
    assert found.flags == ("negative_bound_part",)
    assert found.bound_gy == 0
    assert found.self_gy == pytest.approx(found.circulating_gy)


def test_unknown_uncertainties_are_named_and_everything_is_said():
    ratio = Measured(value=1.0, u=None, source="Forrer 2009")
    found = marrow_by_blood(TABLE, area(0.3, None), ratio, cross_tia_mbq_h={"liver": area(1, None)})
    assert found.absorbed.u_gy is None
    assert found.absorbed.unknown == ("blood curve", "marrow to blood ratio", "curve of liver")
    text = " ".join(found.conventions)
    assert "blood method" in text
    assert "Forrer 2009" in text
    assert "1.03 g" in text
    assert "Cross-dose from: liver" in text
    bare = STable(s_gy_per_mbq_h=TABLE.s_gy_per_mbq_h, reference_masses_g=TABLE.reference_masses_g, source="t")
    assert "S values" in marrow_by_blood(bare, area(0.3), RATIO, cross_tia_mbq_h={}).absorbed.unknown


def test_the_plasma_ratio_by_hand():
    assert plasma_ratio_fraction(0.40) == pytest.approx(0.19 / 0.60)
    with pytest.raises(InputError, match=r"Use 0\.40"):
        plasma_ratio_fraction(40)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: marrow_by_blood(TABLE, area(None), RATIO, cross_tia_mbq_h={}), "blood curve"),
        (lambda: marrow_by_blood(TABLE, area(1), RATIO, cross_tia_mbq_h={"spleen": area(1)}), "← spleen"),
        (lambda: marrow_by_blood(TABLE, area(1), RATIO, cross_tia_mbq_h={"liver": area(-1)}), "0 or above"),
        (lambda: marrow_by_blood(TABLE, area(1), RATIO, cross_tia_mbq_h={}, density_g_per_ml=0), "density"),
        (lambda: marrow_by_blood(TABLE, area(1), RATIO, cross_tia_mbq_h={}, marrow="bone"), "mass of bone"),
        (
            lambda: marrow_by_image(TABLE, area(1), Measured(value=6.7, u=0, source="x"), MASS, cross_tia_mbq_h={}),
            "at most 1",
        ),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
