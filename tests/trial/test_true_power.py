"""Power and type I error of NETTER-2's design: 0.92 and 0.0273 at 99 events (rpact 3.3.4, 40,000 and more trials)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.errors import InputError
from lutetia.trial import Accrual, DropOut, plan_of, simulated_power

PLAN = plan_of(
    control_median_months=15,
    hazard_ratio=0.5,
    accrual=Accrual.uniform(per_month=10, months=22.2),
    allocation=(2, 1),
    drop_out=DropOut.net(0.15),
)


def test_power_and_type_one_error_in_short():
    found = simulated_power(PLAN, events=99, runs=5000, seed=11)
    assert found.power.estimate == pytest.approx(0.921, abs=0.016)  # four standard errors
    assert found.type_one_error.estimate == pytest.approx(0.0273, abs=0.0095)
    assert found.mean_months == pytest.approx(33.07, abs=0.15)
    assert found.power.lower < found.power.estimate < found.power.upper
    assert found.left_out == ()
    assert (found.patients, found.events, found.runs) == (222, 99, 5000)


@pytest.mark.long
@pytest.mark.parametrize("strata", [(1.0,), (0.3, 0.35, 0.16, 0.19)], ids=["plain", "stratified"])
def test_power_and_type_one_error_as_demanded(strata):
    found = simulated_power(PLAN, events=99, runs=80_000, seed=2026, strata_fractions=strata)
    assert found.power.estimate == pytest.approx(0.921, abs=0.008)
    assert found.type_one_error.estimate == pytest.approx(0.0273, abs=0.0025)
    assert found.mean_months == pytest.approx(33.07, abs=0.08)


def test_same_seed_same_answer_whatever_the_workers():
    one = simulated_power(PLAN, events=99, runs=1200, seed=5, workers=1)
    three = simulated_power(PLAN, events=99, runs=1200, seed=5, workers=3)
    assert one == three
    assert simulated_power(PLAN, events=99, runs=1200, seed=6) != one


def test_no_trial_is_counted_twice():
    """Streams hold 500 trials each: were they alike, more of them would change nothing."""
    one, two = (simulated_power(PLAN, events=99, runs=runs, seed=5) for runs in (500, 1000))
    assert one.mean_months != two.mean_months
    same = replace(PLAN, experimental=PLAN.control)
    null = simulated_power(same, events=99, runs=500, seed=5)
    assert null.power != null.type_one_error  # with and without an effect are other trials


def test_events_that_hardly_come_are_counted():
    plan = plan_of(control_median_months=15, hazard_ratio=0.5, accrual=PLAN.accrual, drop_out=DropOut.rate(0.02))
    found = simulated_power(plan, events=135, runs=500, seed=1)
    (left,) = found.left_out
    assert 0 < left.count < 1000
    assert "never reached 135 events" in left.why


def test_the_usual_block_and_what_is_said():
    said = " ".join(simulated_power(PLAN, events=50, runs=10, seed=1).conventions)
    assert "blocks of 6 (4:2)" in said
    assert "33" not in said
    stratified = simulated_power(PLAN, events=50, runs=10, seed=1, strata_fractions=(1, 2))
    assert "stratified by 2 strata" in " ".join(stratified.conventions)


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        simulated_power(PLAN, events=300, runs=10, seed=1, block=(3, 3), strata_fractions=(1, 0))
    assert [fault.place for fault in wrong.value.faults] == ["events", "block", "strata_fractions[1]"]
    with pytest.raises(InputError) as wrong:
        simulated_power(PLAN, events=0, runs=0, seed=-1, alpha=0.7)
    assert [fault.place for fault in wrong.value.faults] == ["events", "runs", "seed", "alpha"]
    with pytest.raises(InputError, match="2\\^64"):
        simulated_power(PLAN, events=9, runs=10, seed=2**64)
