"""Time to event: by hand, and against the simulation's own kernels on the replayed trial."""

import numpy as np
import pytest

from lutetia.trial.time_to_event_analysis import time_to_event, time_to_event_table
from lutetia.trial.two_arms import cox_of, events_by_time, log_rank_of


def test_medians_and_events_by_hand(by_hand):
    data = by_hand([{"arm": "A", "times": {"PFS": (d, 1)}} for d in (100, 200, 300)] + [
        {"arm": "B", "times": {"PFS": (d, e)}} for d, e in ((50, 1), (60, 1), (400, 0))])  # fmt: skip
    found = time_to_event(data, "PFS")
    assert (found.medians[0].estimate, found.medians[1].estimate) == (200, 60)
    assert found.events == (3, 2)


def test_fewer_events_in_the_experimental_arm_give_a_negative_z(by_hand):
    early = [{"arm": "B", "times": {"PFS": (d, 1)}} for d in range(10, 110, 10)]
    late = [{"arm": "A", "times": {"PFS": (d, 1)}} for d in range(310, 410, 10)]
    found = time_to_event(by_hand(early + late), "PFS")
    assert found.z < 0
    assert found.p_one_sided < 0.025
    turned = time_to_event(by_hand([{**p, "arm": "AB"[p["arm"] == "A"]} for p in early + late]), "PFS")
    assert turned.z == pytest.approx(-found.z)
    assert turned.p_one_sided == pytest.approx(1 - found.p_one_sided)


def test_it_is_what_the_simulation_finds(replayed):
    found = time_to_event(replayed, "PFS")
    codes = np.unique(np.array(found.arms.stratum), return_inverse=True)[1].astype(np.int64)
    table = events_by_time(found.follow_up.stop, found.follow_up.event, found.arms.arm, codes)
    assert found.z == pytest.approx(log_rank_of(table), rel=1e-9)
    assert np.log(found.hazard_ratio.estimate) == pytest.approx(cox_of(table)[0], abs=1e-6)


def test_an_arm_without_events_has_no_ratio_and_says_so(by_hand):
    found = time_to_event(by_hand([{"arm": "A"}] * 3 + [{"arm": "B", "times": {"PFS": (50, 1)}}] * 3), "PFS")
    assert found.hazard_ratio is None
    assert "no hazard ratio" in found.why
    assert found.p_one_sided is not None


def test_an_endpoint_that_is_not_there_is_none(by_hand):
    assert time_to_event(by_hand([{"arm": "A"}, {"arm": "B"}]), "TTDQL") is None


def test_the_table_holds_every_endpoint(replayed):
    found = [time_to_event(replayed, code) for code in ("PFS", "OS")]
    table = time_to_event_table(found)
    assert [row.cells[0] for row in table.rows if row.kind == "heading"] == [one.title for one in found]
    ratios = [r for r in table.records if r["statistic"] == "hazard_ratio"]
    assert [r["endpoint"] for r in ratios] == ["PFS", "OS"]


def test_a_month_is_30_4375_days(by_hand):
    """12 months are day 365.25: an event on day 365 counts before it, one on day 366 does not."""
    for day, share in ((365, 0.5), (366, 1.0)):
        patients = [{"arm": "A", "times": {"PFS": (day, 1)}}, {"arm": "A"}, {"arm": "B"}, {"arm": "B"}]
        table = time_to_event_table([time_to_event(by_hand(patients), "PFS")])
        found = [r for r in table.records if r["statistic"] == "survival_at_12_months"]
        assert found[0]["estimate"] == pytest.approx(share)


def test_the_level_is_that_of_every_interval(replayed):
    wide, narrow = (time_to_event(replayed, "PFS", level=level) for level in (0.95, 0.8))
    assert wide.hazard_ratio.lower < narrow.hazard_ratio.lower < narrow.hazard_ratio.upper < wide.hazard_ratio.upper
    assert wide.medians[0].lower < narrow.medians[0].lower
    at_12 = [
        next(r["lower"] for r in time_to_event_table([one]).records if r["statistic"] == "survival_at_12_months")
        for one in (wide, narrow)
    ]
    assert at_12[0] < at_12[1]
