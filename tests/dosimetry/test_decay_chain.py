"""Chains: equilibrium by hand, and Bateman's solution against radioactivedecay."""

from __future__ import annotations

from math import exp, inf, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.decay_chain import activities_after_bq, equilibrium_chain
from lutetia.dosimetry.emission import Emission
from lutetia.errors import InputError

LIVES = {"Aa-1": 10.0, "Bb-1": 1.0, "Cc-1": inf, "Dd-1": 100.0, "Ee-1": inf}
TREE = {"Aa-1": (("Bb-1", 0.8), ("Cc-1", 0.2)), "Bb-1": (("Dd-1", 1.0),), "Dd-1": (("Ee-1", 1.0),)}


class TwoSteps:
    """A made-up library: A (10 h) → B (1 h) 0.8 or C (stable) 0.2; B → D (100 h) → stable."""

    name = "made up"

    def emission(self, nuclide: str) -> Emission:
        raise AssertionError(nuclide)

    def half_life_h(self, nuclide: str) -> float:
        return LIVES[nuclide]

    def daughters(self, nuclide: str) -> tuple[tuple[str, float], ...]:
        return TREE.get(nuclide, ())


def test_a_made_up_chain_by_hand():
    chain = equilibrium_chain("Aa-1", 24.0, TwoSteps())
    assert dict(chain.per_parent_decay) == {"Aa-1": 1.0, "Bb-1": 0.8}
    assert chain.cut_at == ("Dd-1",)  # 100 h: outlives the parent and a day
    assert equilibrium_chain("Aa-1", 101.0, TwoSteps()).per_parent_decay["Dd-1"] == pytest.approx(0.8)


def test_bateman_of_two_steps_by_hand():
    a, b = log(2) / 10, log(2) / 1
    found = activities_after_bq("Aa-1", 1000.0, 3.0, TwoSteps())
    assert found["Aa-1"] == pytest.approx(1000 * exp(-3 * a))
    assert found["Bb-1"] == pytest.approx(1000 * 0.8 * b / (b - a) * (exp(-3 * a) - exp(-3 * b)))
    assert set(found) == {"Aa-1", "Bb-1", "Dd-1"}


def test_the_lead_212_chain():
    chain = equilibrium_chain("Pb-212")
    expected = {"Pb-212": 1, "Bi-212": 1, "Po-212": 0.6406, "Tl-208": 0.3594}
    assert dict(chain.per_parent_decay) == pytest.approx(expected)
    assert chain.cut_at == ()


def test_the_actinium_225_chain_has_four_alphas():
    number = equilibrium_chain("Ac-225").per_parent_decay
    alphas = sum(number[n] for n in ("Ac-225", "Fr-221", "At-217", "Po-213")) + 0.0209 * number["Bi-213"]
    assert alphas == pytest.approx(4, abs=0.01)  # 213Bi itself: 2 % by alpha, 98 % through 213Po
    assert "Bi-209" not in number


def test_a_daughter_that_outlives_parent_and_day_ends_the_chain():
    assert equilibrium_chain("I-131").cut_at == ("Xe-131m",)
    assert "Pb-209" in equilibrium_chain("Bi-213").per_parent_decay  # 3.25 h after 46 min: gone within a day
    assert equilibrium_chain("Bi-213", 1.0).cut_at == ("Pb-209",)


@pytest.mark.parametrize(("parent", "hours"), [("Pb-212", 3.0), ("Ac-225", 100.0), ("Bi-213", 2.0), ("Sr-90", 64.1)])
def test_bateman_is_that_of_radioactivedecay(parent, hours):
    rd = pytest.importorskip("radioactivedecay")
    theirs = rd.Inventory({parent: 1e6}, "Bq").decay(hours, "h").activities("Bq")
    ours = activities_after_bq(parent, 1e6, hours)
    for name, activity in theirs.items():
        if activity > 1e-3:
            assert ours[name] == pytest.approx(activity, rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.floats(30, 300))
def test_bismuth_212_settles_into_transient_equilibrium(after_h):
    """Activity ratio λ2 / (λ2 − λ1) = 1.105 once the start is forgotten."""
    found = activities_after_bq("Pb-212", 1e9, after_h)
    first, second = log(2) / 10.64, log(2) / (60.55 / 60)
    assert found["Bi-212"] / found["Pb-212"] == pytest.approx(second / (second - first), rel=1e-4)


def test_an_unknown_parent_is_refused():
    with pytest.raises(InputError, match="ICRP 107"):
        equilibrium_chain("Xx-999")
