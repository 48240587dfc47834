"""A finding is four things, and its numbers can be read."""

from __future__ import annotations

import pytest

from lutetia.evidence.integrity.finding import Finding, cells, listed, shown


def test_a_finding_says_severity_rule_cells_and_computation():
    finding = Finding("sum-of-parts", cells("T1/a", "count", "percent"), "1 + 2 = 4.", "hard")
    assert str(finding) == "hard  sum-of-parts  T1/a/count, T1/a/percent\n      1 + 2 = 4."
    assert Finding(rule="r", cells=(), computed="c", severity="soft").rule == "r"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (8.458, 4, "8.458"),
        (109.61, 3, "110"),
        (12345.6, 3, "12346"),
        (1.9e-10, 4, "1.9e-10"),
        (0, 4, "0"),
        (9.85, 3, "9.85"),
    ],
)
def test_computed_numbers_are_short(value, digits, text):
    assert shown(value, digits) == text


def test_lists_read_as_spoken():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
