"""Planning: the notes' acceptance numbers, probabilities by hand and by drawing, BED beside, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import lognorm, norm

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.ledger import Cycle, Ledger
from lutetia.dosimetry.plan import Limit, PlanRequest, plan_cycles, probability_above
from lutetia.dosimetry.radiobiology import Tissue, absorbed_dose_of_bed_gy
from lutetia.errors import InputError

KIDNEYS = Limit(organ="kidneys", limit_gy=23, source="test")
MARROW = Limit(organ="red marrow", limit_gy=2, source="test")
TISSUE = Tissue(name="kidneys", alpha_beta_gy=2.6, repair_half_time_h=2.8, source="test", status="given")


def gray(value, u=0.0):
    return AbsorbedDose(gy=value, budget=(Component(name="all", effect_gy=u * value),))


def request(kidneys=0.47, marrow=0.02, u=0.0, **more):
    given = {
        "standard_activity_mbq": 7400, "forecast": "population", "rule": "expected",
        "population_per_gbq": {"kidneys": gray(kidneys, u), "red marrow": gray(marrow, u)},
    }  # fmt: skip
    return PlanRequest(**(given | more))


def test_six_full_cycles_and_the_rest_to_23_gy():
    """0.47 Gy/GBq, 7.4 GBq: 6 cycles make 20.87 Gy, 4.54 GBq more make 23.0 Gy (notes, acceptance 14)."""
    plan = plan_cycles(Ledger(), [KIDNEYS, MARROW], request())
    assert [c.activity_mbq for c in plan.cycles] == pytest.approx([7400] * 6 + [(23 - 6 * 7.4 * 0.47) / 0.47 * 1000])
    assert plan.cycles[5].standings[0].value_gy == pytest.approx(20.868)
    assert plan.cycles[6].activity_mbq == pytest.approx(4536, abs=1)
    assert plan.cycles[6].standings[0].value_gy == pytest.approx(23.0, rel=1e-9)
    assert plan.active == KIDNEYS
    assert plan.next_activity_mbq == 7400
    assert plan.remaining_activity_mbq == pytest.approx(23 / 0.47 * 1000)


def test_the_marrow_ends_the_plan_where_it_is_met_first():
    """45 mGy/GBq: 2 Gy after 44.4 GBq."""
    plan = plan_cycles(Ledger(), [KIDNEYS, MARROW], request(marrow=0.045))
    assert plan.active == MARROW
    assert plan.remaining_activity_mbq == pytest.approx(2 / 0.045 * 1000)


def test_with_uncertainty_and_a_probability_there_are_fewer():
    """15 % u, p = 0.05: F g (1 + 1.6449 · 0.15) = 23."""
    plan = plan_cycles(Ledger(), [KIDNEYS, MARROW], request(u=0.15, rule="probability", p_exceed=0.05))
    assert plan.remaining_activity_mbq == pytest.approx(23 / (0.47 * (1 + norm.ppf(0.95) * 0.15)) * 1000, rel=1e-6)
    assert len(plan.cycles) == 6
    last = plan.cycles[-1].standings[0]
    assert last.probability_of_exceeding == pytest.approx(0.05, abs=1e-6)
    expected = plan_cycles(Ledger(), [KIDNEYS, MARROW], request(u=0.15))
    assert expected.cycles[-1].standings[0].probability_of_exceeding == pytest.approx(0.5, abs=1e-6)


def test_probabilities_by_hand_and_by_drawing():
    assert probability_above(23, 20, 3) == pytest.approx(norm.sf(1))
    spread = np.sqrt(np.log(1 + 0.15**2))
    scale = 20 * np.exp(-(spread**2) / 2)
    assert probability_above(23, 20, 3, "log_normal") == pytest.approx(lognorm.sf(23, spread, scale=scale))
    drawn = np.random.default_rng(1).lognormal(np.log(scale), spread, 200_000)
    assert drawn.mean() == pytest.approx(20, rel=0.01)
    assert drawn.std() == pytest.approx(3, rel=0.02)
    assert probability_above(23, 20, 0) == 0
    assert probability_above(23, 24, 0) == 1


def ledger(*doses, g=0.05, u=0.1):
    return Ledger(
        cycles=tuple(
            Cycle(activity_mbq=7400, absorbed={"kidneys": gray(d, u)}, g_factors={"kidneys": g}) for d in doses
        )
    )


def test_after_cycles_the_rest_by_hand():
    plan = plan_cycles(
        ledger(4, 3), [KIDNEYS], PlanRequest(standard_activity_mbq=7400, forecast="last_cycle", rule="expected")
    )
    assert plan.now[0].value_gy == 7
    assert plan.gy_per_gbq == {"kidneys": pytest.approx(3 / 7.4)}
    assert plan.remaining_activity_mbq == pytest.approx(16 / 3 * 7400)
    assert [c.number for c in plan.cycles] == [3, 4, 5, 6, 7, 8]


def test_only_full_cycles_until_the_limit():
    """Full activity per cycle until the limit would be passed: the dosimetry-guided protocol of 23 Gy."""
    full = plan_cycles(Ledger(), [KIDNEYS], request(partial_last_cycle=False))
    assert [c.activity_mbq for c in full.cycles] == [7400] * 6
    least = plan_cycles(Ledger(), [KIDNEYS], request(smallest_activity_mbq=5000))
    assert len(least.cycles) == 6


def test_a_passed_limit_leaves_nothing():
    plan = plan_cycles(
        ledger(12, 12), [KIDNEYS], PlanRequest(standard_activity_mbq=7400, forecast="last_cycle", rule="expected")
    )
    assert plan.cycles == ()
    assert plan.next_activity_mbq == 0
    assert plan.active == KIDNEYS


def test_the_bed_limit_by_hand():
    limit = Limit(organ="kidneys", limit_gy=28, source="test", tissue=TISSUE)
    plan = plan_cycles(
        ledger(4, 3), [limit], PlanRequest(standard_activity_mbq=1e6, forecast="last_cycle", rule="expected")
    )
    past = 4 * (1 + 0.05 * 4 / 2.6) + 3 * (1 + 0.05 * 3 / 2.6)
    left = absorbed_dose_of_bed_gy(28 - past, 0.05, 2.6)
    assert plan.now[0].value_gy == pytest.approx(past)
    assert plan.next_activity_mbq == pytest.approx(left / 3 * 7400, rel=1e-8)
    small = plan_cycles(
        ledger(4, 3), [limit], PlanRequest(standard_activity_mbq=3700, forecast="last_cycle", rule="expected")
    )
    assert small.remaining_activity_mbq > plan.next_activity_mbq  # many small cycles: less BED for the same activity


def test_both_limits_stand_side_by_side():
    limits = [KIDNEYS, Limit(organ="kidneys", limit_gy=28, source="test", tissue=TISSUE)]
    plan = plan_cycles(
        ledger(4, 3), limits,
        PlanRequest(standard_activity_mbq=7400, forecast="mean_of_cycles", rule="probability", p_exceed=0.1),
    )  # fmt: skip
    assert [s.limit.quantity for s in plan.cycles[0].standings] == ["absorbed dose", "BED"]
    for cycle in plan.cycles:
        assert all(s.probability_of_exceeding <= 0.1 + 1e-9 for s in cycle.standings)


@settings(max_examples=25, deadline=None)
@given(
    g=st.floats(0.2, 1), u=st.floats(0, 0.3), p=st.floats(0.01, 0.3), change=st.floats(0, 0.3),
    kind=st.sampled_from(["normal", "log_normal"]),
)  # fmt: skip
def test_more_caution_never_gives_more(g, u, p, change, kind):
    expected = plan_cycles(Ledger(), [KIDNEYS], request(kidneys=g))
    careful = plan_cycles(
        Ledger(), [KIDNEYS],
        request(kidneys=g, u=u, rule="probability", p_exceed=p, between_cycles_sd_fraction=change, distribution=kind),
    )  # fmt: skip
    assert careful.remaining_activity_mbq <= expected.remaining_activity_mbq * (1 + 1e-6)
    # lists of cycles end below the limit's probability
    assert all(c.standings[0].probability_of_exceeding <= p + 1e-6 for c in careful.cycles)


def test_an_unknown_uncertainty_leaves_the_probability_unknown_and_refuses_to_plan_by_it():
    bare = {"kidneys": AbsorbedDose(gy=0.47, unknown=("S values",))}
    plan = plan_cycles(Ledger(), [KIDNEYS], request(population_per_gbq=bare))
    assert plan.cycles[0].standings[0].probability_of_exceeding is None
    assert plan.cycles[0].standings[0].u_gy is None
    with pytest.raises(InputError, match="unknown: S values"):
        plan_cycles(Ledger(), [KIDNEYS], request(population_per_gbq=bare, rule="probability", p_exceed=0.05))


def test_an_organ_without_dose_sets_no_end():
    plan = plan_cycles(Ledger(), [KIDNEYS], request(kidneys=0.0, most_cycles=3))
    assert len(plan.cycles) == 3
    assert plan.active is None


def test_what_was_assumed_is_said():
    text = " ".join(plan_cycles(Ledger(), [KIDNEYS], request()).conventions)
    assert "23 Gy absorbed dose, kidneys (test)" in text
    assert "population" in text
    assert "expected value meets a limit" in text


@pytest.mark.parametrize(
    ("limits", "change", "words"),
    [
        ([], {}, "one limit or more"),
        ([Limit(organ="kidneys", limit_gy=0, source="x")], {}, "above 0 Gy"),
        ([KIDNEYS], {"standard_activity_mbq": 0}, "standard_activity_mbq"),
        ([KIDNEYS], {"rule": "hope"}, "expected or probability"),
        ([KIDNEYS], {"rule": "probability"}, "p_exceed"),
        ([KIDNEYS], {"distribution": "flat"}, "normal or log_normal"),
        ([Limit(organ="lungs", limit_gy=1, source="x")], {}, "must hold lungs"),
    ],
)
def test_bad_input_is_refused(limits, change, words):
    with pytest.raises(InputError, match=words):
        plan_cycles(Ledger(), limits, request(**change))
