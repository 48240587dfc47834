"""The inputs of one grade at the door. What is refused is tested with `grade`; here: what the case makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.scoring.ctcae.case import Case, read_case, tidy
from lutetia.scoring.ctcae.options import Options


def read(*, post_baseline: bool = True, **chosen: Any) -> Case:
    choices: dict[str, Any] = {"baseline_rule": "post_baseline_only", "unstated": "range", "limits": "as_reported"}
    choices |= {"integer_bands": "half_open", "side": "both", **chosen}
    references = {"lln": None, "uln": 40.0, "baseline": 60.0, "baseline_lln": None, "baseline_uln": None}
    return read_case("ALT", "<50", "U/L", "5", references, post_baseline, {}, Options(**choices), True)


def test_names_values_and_versions_come_out_in_our_spelling() -> None:
    case = read()
    assert (case.analyte, case.version.version, case.unit) == ("alt", "5.0", "U/L")
    assert (case.value.low, case.value.high, case.value.high_open) == (0, 50, True)
    assert [term.name for term in case.terms] == ["Alanine aminotransferase increased"]


@pytest.mark.parametrize(
    ("post_baseline", "rule", "baseline"),
    [
        (True, "post_baseline_only", 60.0),
        (False, "post_baseline_only", None),
        (True, "always", 60.0),
        (False, "always", 60.0),
    ],
)
def test_when_the_baseline_may_be_used(post_baseline: bool, rule: str, baseline: float | None) -> None:
    case = read(post_baseline=post_baseline, baseline_rule=rule)
    assert case.baseline == baseline
    assert case.is_at_baseline is (baseline is None)


def test_twelve_digits() -> None:
    assert tidy(0.1 + 0.2) == 0.3
    assert tidy(123456789.123) == 123456789.123
    assert tidy(float("inf")) == float("inf")
