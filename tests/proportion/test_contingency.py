"""Odds ratio, chi-square and Fisher's test: by hand, and as R gives them."""

from __future__ import annotations

from math import exp, sqrt

import pytest

from lutetia.errors import InputError
from lutetia.proportion.contingency import chi_square, fisher_exact, odds_ratio

NETTER_2 = [[65, 86], [7, 68]]


def test_woolf_by_hand():
    found = odds_ratio([[2, 4], [3, 12]])  # 2 · 12 / (4 · 3) = 2, SE² = 1/2 + 1/4 + 1/3 + 1/12 = 7/6
    assert found.estimate == pytest.approx(2)
    assert found.std_error == pytest.approx(sqrt(7 / 6))
    assert found.upper == pytest.approx(2 * exp(1.959963985 * sqrt(7 / 6)))


def test_the_crude_odds_ratio_of_netter_2():
    found = odds_ratio(NETTER_2)  # 65 · 68 / (86 · 7)
    assert (found.estimate, found.lower, found.upper) == (
        pytest.approx(7.342, abs=5e-4),
        pytest.approx(3.163, abs=5e-4),
        pytest.approx(17.042, abs=5e-4),
    )


def test_an_empty_cell_has_no_woolf_limits_but_haldanes():
    found = odds_ratio([[5, 5], [0, 10]])
    assert (found.estimate, found.lower, found.upper, found.std_error) == (None, None, None, None)
    assert odds_ratio([[0, 10], [5, 5]]).estimate == 0
    assert odds_ratio([[5, 5], [0, 10]], method="haldane").estimate == pytest.approx(5.5 * 10.5 / (5.5 * 0.5))


def test_chi_square_by_hand_and_direction():
    found = chi_square([[10, 10], [5, 15]], correction=False)  # 40 (150 - 50)² / (20 · 20 · 15 · 25)
    assert found.statistic == pytest.approx(400000 / 150000)
    assert found.z == pytest.approx(sqrt(8 / 3))
    assert chi_square([[5, 15], [10, 10]], correction=False).z == pytest.approx(-sqrt(8 / 3))
    assert found.degrees_of_freedom == 1


# R 4.2.2: chisq.test, fisher.test
def test_tests_of_r():
    assert chi_square(NETTER_2, correction=True).statistic == pytest.approx(24.7054879447, abs=1e-9)
    assert chi_square(NETTER_2, correction=False).statistic == pytest.approx(26.2354706319, abs=1e-9)
    assert chi_square([[12, 7, 8], [5, 9, 3]], correction=False).p == pytest.approx(0.191765846647, abs=1e-11)
    assert fisher_exact(NETTER_2).p == pytest.approx(1.32036527058e-07, rel=1e-9)
    assert fisher_exact(NETTER_2, alternative="greater").p == pytest.approx(6.53929803305e-08, rel=1e-9)
    assert fisher_exact([[3, 8], [9, 1]]).p == pytest.approx(0.00751879699248, abs=1e-13)
    assert fisher_exact([[3, 8], [9, 1]], alternative="less").p == pytest.approx(0.00580070084714, abs=1e-13)


def test_ladies_tea_by_hand():
    assert fisher_exact([[4, 0], [0, 4]], alternative="greater").p == pytest.approx(1 / 70)
    assert fisher_exact([[3, 1], [1, 3]], alternative="greater").p == pytest.approx(17 / 70)
    assert fisher_exact([[2, 2], [2, 2]]).p == pytest.approx(1)


def test_small_expected_counts_are_said():
    assert any("Fisher" in said for said in chi_square([[3, 1], [1, 3]], correction=True).conventions)
    assert not any("Fisher" in said for said in chi_square(NETTER_2, correction=True).conventions)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: odds_ratio([[1, 2, 3], [4, 5, 6]]), "must be 2 × 2, but got 2 × 3"),
        (lambda: odds_ratio([[1, -2], [1.5, 5]]), "2 faults"),
        (lambda: odds_ratio([[0, 0], [0, 0]]), "at least one patient"),
        (lambda: odds_ratio([[1, 2], [3]]), "rectangular"),
        (lambda: odds_ratio([["1", 2], [3, 4]]), "rectangular table of whole numbers"),
        (lambda: odds_ratio([[1, 2], [3, 4]], method="exact"), "must be one of woolf, haldane"),
        (lambda: chi_square([[1, 2], [0, 0]], correction=False), "row 1: must not be empty"),
        (lambda: chi_square([[0, 2], [0, 3]], correction=False), "column 0: must not be empty"),
        (lambda: chi_square([[1, 2, 3], [4, 5, 6]], correction=True), "must be False for a table other than 2 × 2"),
        (lambda: chi_square([1, 2], correction=False), "at least two rows and two columns"),
        (lambda: fisher_exact([[1, 2], [3, 4]], alternative="up"), "must be one of two-sided, greater, less"),
    ],
)
def test_bad_tables_are_refused(call, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        call()
