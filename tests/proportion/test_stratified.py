"""Stratified 2 × 2 tables: by hand, the Berkeley admissions as R and statsmodels give them, and laws."""

from __future__ import annotations

import csv
from math import log
from pathlib import Path

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.proportion.contingency import odds_ratio
from lutetia.proportion.stratified import breslow_day, cochran_mantel_haenszel, mantel_haenszel_odds_ratio

ADMISSIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival" / "ucb_admissions.csv"
BERKELEY = [  # departments A-F: men admitted and rejected, women admitted and rejected (R, data set UCBAdmissions)
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]


def test_the_table_here_is_the_shared_file():
    if not ADMISSIONS.is_file():
        pytest.skip("the shared data set (../shared/data/survival/ucb_admissions.csv) is not here")
    cells = np.zeros((6, 2, 2))
    with ADMISSIONS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = "ABCDEF".index(row["Dept"]), row["Gender"] == "Female", row["Admit"] == "Rejected"
            cells[tuple(map(int, place))] = int(row["Freq"])
    assert cells.tolist() == BERKELEY


# R 4.2.2: mantelhaen.test(UCBAdmissions), with and without correct = FALSE
def test_berkeley_as_r_has_it():
    plain = cochran_mantel_haenszel(BERKELEY, correction=False)
    assert plain.statistic == pytest.approx(1.5246066604, abs=1e-8)
    assert plain.p == pytest.approx(0.216923697056, abs=1e-10)
    assert plain.z < 0  # fewer men admitted than expected within departments
    assert cochran_mantel_haenszel(BERKELEY, correction=True).statistic == pytest.approx(1.42694622859, abs=1e-8)
    ratio = mantel_haenszel_odds_ratio(BERKELEY)
    assert ratio.estimate == pytest.approx(0.9046968283, abs=1e-8)
    assert (ratio.lower, ratio.upper) == (
        pytest.approx(0.7719073618, abs=1e-8),
        pytest.approx(1.0603297644, abs=1e-8),
    )


# statsmodels 0.15: StratifiedTable(...).test_equal_odds(adjust=False / True)
def test_berkeleys_departments_differ():
    assert breslow_day(BERKELEY, tarone=False).statistic == pytest.approx(18.825513705236514, abs=1e-9)
    found = breslow_day(BERKELEY)
    assert found.statistic == pytest.approx(18.82550125205323, abs=1e-9)
    assert found.p == pytest.approx(0.0020714013978808676, abs=1e-12)
    assert found.degrees_of_freedom == 5


def test_two_strata_by_hand():
    tables = [[[3, 1], [1, 3]], [[2, 2], [1, 3]]]
    # R = 9/8 + 6/8, S = 1/8 + 2/8; away = (3 - 2) + (2 - 1.5), V = 256/(64·7) + 4·4·3·5/(64·7)
    assert mantel_haenszel_odds_ratio(tables).estimate == pytest.approx((15 / 8) / (3 / 8))
    assert cochran_mantel_haenszel(tables, correction=False).statistic == pytest.approx(1.5**2 / ((256 + 240) / 448))
    assert cochran_mantel_haenszel(tables, correction=True).statistic == pytest.approx(1 / ((256 + 240) / 448))


def test_one_stratum_is_the_plain_odds_ratio_with_woolfs_error():
    one, plain = mantel_haenszel_odds_ratio([[65, 86], [7, 68]]), odds_ratio([[65, 86], [7, 68]])
    assert (one.estimate, one.std_error) == (pytest.approx(plain.estimate), pytest.approx(plain.std_error))


def test_equal_strata_have_the_common_odds_ratio_and_no_heterogeneity():
    tables = [[[10, 20], [5, 30]], [[20, 40], [10, 60]]]
    assert mantel_haenszel_odds_ratio(tables).estimate == pytest.approx(3)
    assert breslow_day(tables).statistic == pytest.approx(0, abs=1e-12)


def test_swapping_the_groups_inverts_and_strata_may_come_in_any_order():
    found = mantel_haenszel_odds_ratio(BERKELEY)
    swapped = mantel_haenszel_odds_ratio([table[::-1] for table in BERKELEY[::-1]])
    assert log(found.estimate) == pytest.approx(-log(swapped.estimate))
    assert found.lower == pytest.approx(1 / swapped.upper)


def test_empty_strata_and_strata_of_one_change_nothing_and_are_counted():
    more = [*BERKELEY, [[0, 0], [0, 0]], [[1, 0], [0, 0]]]
    assert mantel_haenszel_odds_ratio(more) == mantel_haenszel_odds_ratio(BERKELEY)
    found = cochran_mantel_haenszel(more, correction=False)
    assert found.statistic == cochran_mantel_haenszel(BERKELEY, correction=False).statistic
    assert "strata of one patient left out: 1" in found.conventions
    assert "strata without variation left out: 1" in breslow_day(more).conventions


def test_no_discordant_pair_has_no_limits():
    found = mantel_haenszel_odds_ratio([[[3, 0], [0, 4]]])
    assert (found.estimate, found.lower, found.upper) == (None, None, None)
    assert mantel_haenszel_odds_ratio([[[0, 3], [4, 0]]]).estimate == 0


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="both groups and with both outcomes"):
        cochran_mantel_haenszel([[[3, 0], [4, 0]]], correction=False)
    with pytest.raises(InputError, match="two strata that vary"):
        breslow_day([[[3, 1], [4, 2]]])
    with pytest.raises(InputError, match="must be 2 × 2"):
        mantel_haenszel_odds_ratio([[[3, 0, 1], [4, 0, 1]]])
    with pytest.raises(TypeError, match="correction"):
        cochran_mantel_haenszel(BERKELEY)
