"""Numbers as printed: three digits, no exponents, words where there is no number."""

from __future__ import annotations

import pytest

from lutetia.reports.dose_numbers import gbq, per_cent, significant, with_u


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (3.14159, "3.14"), (31.4159, "31.4"), (314.159, "314"), (28390.9, "28400"), (0.0201, "0.0201"), (0.2, "0.200"),
        (9.996, "10.00"), (0, "0"), (None, "unknown"), (float("inf"), "–"), (1.234e-9, "1.2e-09"),
    ],
)  # fmt: skip
def test_three_digits(value, printed):
    assert significant(value) == printed


def test_per_cent_has_a_decimal_below_ten():
    assert [per_cent(share) for share in (0.0512, 0.0994, 0.0996, 0.45, None)] == ["5.1", "9.9", "10", "45", "unknown"]


def test_value_and_u_share_their_decimals():
    assert with_u(20.868, 3.13) == "20.9 ± 3.1"
    assert with_u(0.1491, 0.0107) == "0.149 ± 0.011"
    assert with_u(3.4, None) == "3.40 (u unknown)"
    assert with_u(3.4, 0.0) == "3.40 ± 0"


def test_activities_in_gbq():
    assert [gbq(mbq) for mbq in (7400.0, 4536.2, 1e6)] == ["7.40", "4.54", "1000"]
