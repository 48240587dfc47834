"""States over time, as counted on paper while nobody is censored."""

from __future__ import annotations

import pytest

from lutetia.cohort.state_table import STATES, line_path, state_table


def stories(data):
    return [member.story for member in data.selection.members]


def test_pieces_of_the_eight(eight):
    path = line_path(stories(eight))
    assert path.follow_up.n == 16
    assert path.follow_up.start.tolist()[:4] == [0, 100, 0, 50]
    assert path.follow_up.stop.tolist()[:4] == [100, 400, 50, 200]
    assert path.follow_up.event.tolist()[:6] == [1, 3, 1, 3, 1, 0]  # to line 2, dead; …; the third is censored
    assert path.from_state[:4] == (0, 1, 0, 1)


def test_probabilities_are_shares_until_somebody_is_censored(eight):
    table = state_table(stories(eight), key="states")
    records = {r["level"]: r["estimate"] for r in table.records if r["statistic"] == "state_probability_at_12_months"}
    assert records == {"line 1": 0, "line 2": 0.5, "line 3 or later": 0, "dead": 0.5}  # day 365: four have died
    assert {r["level"]: r["estimate"] for r in table.records if r["statistic"] == "moves"} == {
        "line 1 to line 2": 8, "line 1 to line 3 or later": 0, "line 1 to dead": 0,
        "line 2 to line 1": 0, "line 2 to line 3 or later": 0, "line 2 to dead": 6,
        "line 3 or later to line 1": 0, "line 3 or later to line 2": 0, "line 3 or later to dead": 0,
    }  # fmt: skip


def test_probabilities_sum_to_one_and_mean_times_to_the_horizon(itanet):
    data, _ = itanet
    table = state_table(stories(data), key="states")
    for months in (12, 60):
        name = f"state_probability_at_{months}_months"
        assert sum(r["estimate"] for r in table.records if r["statistic"] == name) == pytest.approx(1)
    times = [r["estimate"] for r in table.records if r["statistic"] == "mean_time_to_60_months"]
    assert len(times) == len(STATES)
    assert sum(times) == pytest.approx(60 * 30.4375)


def test_who_has_no_follow_up_is_left_out(course, story):
    same_day = story(course("A", lines=[("rlt", "2015-01-01")], death="2015-01-01"))
    assert line_path([same_day]) is None
    assert state_table([same_day], key="states") is None
    other = story(course("B", lines=[("rlt", "2015-01-01")], death="2016-01-01"))
    path = line_path([same_day, other])
    assert [(left.count, left.why) for left in path.left_out] == [
        (1, "follow-up ends on or before the start of a line")
    ]


def test_death_on_the_day_a_line_begins_belongs_to_the_line_before(course, story):
    died = story(course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2015-06-01")], death="2015-06-01"))
    path = line_path([died])
    assert (path.follow_up.event.tolist(), path.from_state) == ([3], (0,))
