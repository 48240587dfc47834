"""Endpoints by treatment and follow-up, worked on paper for the eight patients."""

from __future__ import annotations

import pytest

from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import treatment_factor
from lutetia.cohort.group_survival_table import follow_up_table, group_survival_table


def table(data, name="OS"):
    return group_survival_table([(endpoint_rows(data, name), treatment_factor(data))], key="by-treatment")


def test_survival_at_twelve_months_on_paper(eight):
    # Of eight, four have died by day 365 and nobody was censored before: 50 %. Of the five without RLT four have.
    records = [r for r in table(eight).records if r["statistic"] == "survival_at_12_months"]
    assert [(r["level"], r["estimate"]) for r in records] == [("", 0.5), ("RLT", 1.0), ("other", pytest.approx(0.2))]


def test_beyond_follow_up_is_not_reached(eight):
    rows = {row.cells[0].strip(): row.cells for row in table(eight).rows}
    assert rows["all patients"][1:3] == ("8", "6")
    assert rows["all patients"][6:8] == ("NE", "NE")  # 24 and 60 months; the last patient is followed 600 days


def test_groups_sum_to_all(itanet):
    data, _ = itanet
    counts = {r["level"]: (r["n"], r["events"]) for r in table(data).records if r["statistic"] == "median"}
    everybody = counts.pop("")
    assert tuple(map(sum, zip(*counts.values(), strict=True))) == everybody


def test_follow_up_is_the_reversed_curve_on_paper(eight):
    # Censored on days 450 and 600; at 450 three are at risk (450, 500, 600), one ends: 2/3; at 600 the last: 0.
    made = follow_up_table(eight, [endpoint_rows(eight, "OS")], key="follow-up")
    row = made.rows[0].cells
    assert row[:5] == ("OS", "8", "6", "0", "2")
    assert next(r for r in made.records if r["statistic"] == "median_follow_up")["estimate"] == 600
    assert row[6] == "death 6; alive at last contact 2"


def test_competing_events_end_follow_up_too(eight):
    made = follow_up_table(eight, [endpoint_rows(eight, "TTNT_LINE_2")], key="follow-up")
    assert made.rows[0].cells[:5] == ("TTNT_LINE_2", "8", "0", "6", "2")
    # From line 2: deaths on 150, 180, 240, 270, 300, 350, censored on 360 and 480: the last two end at 1/2 and 0.
    assert next(r for r in made.records if r["statistic"] == "median_follow_up")["estimate"] == 420
