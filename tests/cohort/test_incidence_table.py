"""Cumulative incidence by treatment, on paper where nobody is censored early."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import treatment_factor
from lutetia.cohort.incidence_table import incidence_table
from lutetia.survival import cumulative_incidence, gray_test


def test_incidences_are_shares_before_anybody_is_censored(course, eight_study):
    third = {"P1": 300, "P2": 200}
    courses = []
    for number, (start, end) in enumerate([(10, 900), (10, 900), (10, 200), (10, 900)], 1):
        lines = [("ssa_standard", "2015-01-01"), ("rlt" if number < 3 else "captem", f"2015-01-{start + 1}")]
        if day := third.get(f"P{number}"):
            lines.append(("everolimus", str(np.datetime64("2015-01-11") + day)))
        last = str(np.datetime64("2015-01-01") + end)
        ends = {"death": last} if number == 3 else {"last_contact": last}
        courses.append(course(f"P{number}", lines=lines, **ends))
    data = analysis_data(
        courses, eight_study(covariates=[], subgroups=[], endpoints=[{"endpoint": "TTNT", "line": 2}], hierarchy=[])
    )
    rows = endpoint_rows(data, "TTNT_LINE_2")
    table = incidence_table(rows, treatment_factor(data), key="incidence")
    records = {
        (r["analysis"], r["level"]): r["estimate"] for r in table.records if r["statistic"] == "incidence_at_12_months"
    }
    assert records["Aalen-Johansen, TTNT_LINE_2 event", ""] == pytest.approx(0.5)  # two of four begin a third line
    assert records["Aalen-Johansen, competing event", ""] == pytest.approx(0.25)  # one dies before
    assert records["Aalen-Johansen, TTNT_LINE_2 event", "RLT"] == pytest.approx(1.0)
    assert records["Aalen-Johansen, competing event", "other"] == pytest.approx(0.5)


def test_gray_and_incidence_are_those_of_the_engine(itanet):
    data, _ = itanet
    rows = endpoint_rows(data, "TTNT_LINE_2")
    factor = treatment_factor(data, rows.endpoint)
    table = incidence_table(rows, factor, key="incidence")
    labels = factor.labels(rows.members)
    gray = next(r for r in table.records if r["statistic"] == "gray")
    assert gray["p"] == pytest.approx(gray_test(rows.with_causes, labels).p)
    curves = cumulative_incidence(rows.with_causes, labels)
    for months in (12, 24, 60):
        mine = [r for r in table.records if r["statistic"] == f"incidence_at_{months}_months" and r["level"]]
        at_days = months * 30.4375
        by_hand = [curves[level].incidence_at(at_days, cause).estimate for cause in (1, 2) for level in factor.levels]
        assert [r["estimate"] for r in mine] == pytest.approx(by_hand)


def test_a_test_that_cannot_be_made_says_why(eight):
    rows = endpoint_rows(eight, "TTNT_LINE_2")  # no third line: only deaths
    table = incidence_table(rows, treatment_factor(eight), key="incidence")
    assert table.rows[1].cells[-1] == "–"
    assert any(note.startswith("Gray's test: ") for note in table.notes)
