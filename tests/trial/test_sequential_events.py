"""Events of a group-sequential survival trial: NETTER-2 with one look at two thirds (rpact 3.3.4; trial notes 5)."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.trial import Accrual, DropOut, group_sequential, plan_of, sequential_events

PLAN = plan_of(
    control_median_months=15,
    hazard_ratio=0.5,
    accrual=Accrual.uniform(per_month=10, months=22.2),
    allocation=(2, 1),
    drop_out=DropOut.rate(0.0049133),
)


def test_netter2_with_a_look_at_two_thirds():
    found = sequential_events(group_sequential((2 / 3, 1)), hazard_ratio=0.5, allocation=(2, 1), plan=PLAN)
    assert [look.events for look in found.looks] == pytest.approx([66.4, 99.6], abs=0.05)
    assert [look.efficacy_hazard_ratio for look in found.looks] == pytest.approx([0.520, 0.655], abs=0.0005)
    assert [look.months for look in found.looks] == pytest.approx([24.1, 33.3], abs=0.05)
    assert found.looks[0].futility_hazard_ratio is None
    assert found.most_events == found.value == found.looks[-1].events


def test_expected_events_by_hand():
    design = group_sequential((2 / 3, 1))
    found = sequential_events(design, hazard_ratio=0.5, allocation=(2, 1))
    early = design.looks[0].efficacy_effect
    expected = early * found.looks[0].events + (1 - early) * found.looks[1].events
    assert found.expected_effect == pytest.approx(expected)
    assert found.expected_effect < found.expected_half < found.expected_null < found.most_events
    assert found.looks[0].months is None


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        sequential_events(group_sequential((0.5, 1)), hazard_ratio=1, allocation=(1, 0))
    assert [fault.place for fault in wrong.value.faults] == ["hazard_ratio", "allocation"]
