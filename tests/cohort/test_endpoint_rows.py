"""The rows of an endpoint, in step with the patients."""

from __future__ import annotations

import numpy as np

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.endpoint_rows import endpoint_rows

DAYS = [400, 200, 600, 300, 500, 350, 450, 250]  # of the eight patients, as declared in conftest.py
DEAD = [1, 1, 0, 1, 1, 1, 0, 1]


def test_overall_survival_of_the_eight(eight):
    rows = endpoint_rows(eight, "OS")
    assert rows.follow_up.stop.tolist() == DAYS
    assert rows.follow_up.event.tolist() == DEAD
    assert (rows.n, rows.events, rows.competing) == (8, 6, 0)
    assert rows.members.tolist() == list(range(8))
    assert not rows.delayed_entry
    assert rows.conventions == ("OS: from time zero to death from any cause; days, printed in months of 30.4375 days",)


def test_competing_events_censor_but_are_kept(eight):
    rows = endpoint_rows(eight, "TTNT_LINE_2")  # nobody has a third line: deaths compete, day 0 is the start of line 2
    assert (rows.events, rows.competing) == (0, 6)
    assert rows.follow_up.stop.tolist() == [300, 150, 480, 240, 350, 270, 360, 180]
    assert rows.with_causes.event.tolist() == [2 * dead for dead in DEAD]
    assert "6 competing events" in rows.conventions[1]


def test_a_part_of_the_patients(eight):
    rows = endpoint_rows(eight, "OS").of(np.array([True, False] * 4))
    assert rows.members.tolist() == [0, 2, 4, 6]
    assert rows.follow_up.stop.tolist() == [400, 600, 500, 450]


def test_a_declared_cohort_entry_is_delayed_entry(eight_courses, eight_study):
    study = eight_study(cohort_entry={"event": "line_start", "line": 2})
    data = analysis_data(eight_courses("2015-01-01"), study)
    rows = endpoint_rows(data, "OS")
    assert rows.delayed_entry
    assert rows.follow_up.start.tolist() == [100, 50, 120, 60, 150, 80, 90, 70]
    assert endpoint_rows(data, "PFS1") is None  # all progressed before line 2: nobody is at risk after entry
