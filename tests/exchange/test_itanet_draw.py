"""The draws behind the made-up cohort: margins in expectation, stable patients, the order of days."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.exchange.itanet_draw import (
    COMPLETE,
    CUT_OFF,
    GROUPS,
    HIGH,
    LOW,
    NOT_EVALUABLE,
    PARTIAL,
    RLT,
    SSA,
    draw,
    margins,
)

N = 80_000


@pytest.fixture(scope="module")
def many():
    return draw(N, 7)


def near(share, count, of=201):
    """Within four standard errors of the printed share."""
    p = count / of
    return abs(share - p) < 4 * np.sqrt(p * (1 - p) / N) + 1e-12


def test_the_margins_are_those_of_table_1_in_expectation(many):
    """S000, Table 1 and sections 3.1 to 3.3 (rows S000-001 to S000-064 of the evidence table)."""
    known = many.ki67_known
    assert near(many.male.mean(), 118)
    assert near((known & (many.ki67_class == LOW)).mean(), 40)
    assert near((known & (many.ki67_class == HIGH)).mean(), 45)
    assert near((~known).mean(), 12)
    assert near(many.resected.mean(), 98)
    assert near(many.r0.mean(), 58)
    assert near(many.extrahepatic.mean(), 48)
    assert near(many.metastatic.mean(), 192)
    assert near((many.syndrome >= 0).mean(), 27)
    assert near((many.syndrome == 0).mean(), 9)
    assert [near((many.first == n).mean(), count) for n, count in enumerate((128, 35, 17, 21))] == [True] * 4
    assert [near((many.second == n).mean(), count) for n, count in enumerate((27, 45, 94, 35))] == [True] * 4
    assert near(((many.first == SSA) & (many.second == RLT)).mean(), 35)
    assert near(((many.first == SSA) & (many.second != RLT)).mean(), 93)


def test_responses_to_the_first_line_are_those_printed(many):
    """11 of 121 evaluable under SSA, 13 of 35, 0 of 17, 6 of 19; 9 of 201 not evaluable; 4 complete of 30."""
    responded = np.isin(many.first_response, (PARTIAL, COMPLETE))
    for group, count in zip(GROUPS, (11, 13, 0, 6), strict=True):
        assert near((responded & (many.first == GROUPS.index(group))).mean(), count)
    assert near((many.first_response == COMPLETE).mean(), 4)
    assert near((many.first_response == NOT_EVALUABLE).mean(), 9)
    assert near(np.isin(many.second_response, (PARTIAL, COMPLETE)).mean(), 11)


def test_the_printed_table_adds_up():
    """128 + 35 + 17 + 21 = 201; rows of the table of sequences are the first lines, columns the second."""
    first = {row["group"]: row["count"] for row in margins()["first_line"]}
    table = margins()["second_line"]
    assert sum(first.values()) == 201
    assert {group: sum(row.values()) for group, row in table.items()} == first
    assert [sum(row[group] for row in table.values()) for group in GROUPS] == [27, 45, 94, 35]
    assert sum(row["count"] for row in margins()["syndromes"]) == 27


def test_ki67_and_ages_have_the_printed_medians_and_ranges(many):
    """S000-010 to S000-012: Ki-67 5 (0.6-20); age 55 (20-86) at diagnosis, 58 (21-86) at first line."""
    assert np.median(many.ki67_pct) == 5
    assert (many.ki67_pct.min(), many.ki67_pct.max()) == (0.6, 20)
    assert (many.ki67_pct[many.ki67_class == LOW].max(), many.ki67_pct[many.ki67_class == HIGH].min()) == (2.9, 11)
    assert np.median(many.age_years) == pytest.approx(58, abs=0.5)
    at_diagnosis = many.age_years - many.from_diagnosis_days / 365.25
    assert np.median(at_diagnosis) == pytest.approx(55, abs=1)
    assert at_diagnosis.min() > 19
    assert many.age_years.max() < 86


def test_days_come_in_order_and_within_the_years_of_the_paper(many):
    assert np.array_equal(many.line_1_on + many.first_progression_days + many.gap_days, many.line_2_on)
    assert many.line_1_on.min() >= margins()["first_line_from"].toordinal()
    assert many.line_2_on.max() <= margins()["first_line_to"].toordinal()
    assert (many.line_2_on + many.followed_days).max() <= CUT_OFF.toordinal()
    assert (many.second_progression_days[many.second_progression_days < 10**9] > 0).all()
    assert (many.death_days > 0).all()


def test_a_patient_of_a_seed_is_the_same_in_a_larger_cohort():
    small, large = draw(5, 3), draw(50, 3)
    for name in ("first", "ki67_pct", "line_1_on", "death_days", "spare"):
        assert np.array_equal(getattr(small, name), getattr(large, name)[:5])
    assert not np.array_equal(draw(50, 4).line_1_on, large.line_1_on)


def test_patients_with_indolent_disease_get_rlt_after_ssa_more_often(many):
    """The confounding of the story: among SSA-first patients, those given RLT had had longer control."""
    ssa = many.first == SSA
    rlt = np.median(many.first_progression_days[ssa & (many.second == RLT)])
    assert rlt > 1.1 * np.median(many.first_progression_days[ssa & (many.second != RLT)])
