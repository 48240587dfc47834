"""Where courses come from: exactly one place, and what each kind needs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.cohort.source import CourseSource


@pytest.mark.parametrize(
    "good",
    [
        {"folder": "courses"},
        {"files": ["a.yaml"]},
        {"csv": {"patients": "p.csv", "lines": "l.csv"}},
        {"synthetic": "itanet_like", "patients": 201, "seed": 0, "investigational": 36},
        {"synthetic": "null", "patients": 100, "seed": 1, "mean_wait_months": 6, "indolence": 0.3},
    ],
)
def test_each_kind_of_source(good):
    assert CourseSource(**good)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "exactly one"),
        ({"synthetic": None, "patients": 5, "seed": 1}, "needs the quotes"),
        ({"folder": "a", "files": ["b"]}, "exactly one"),
        ({"synthetic": "null", "patients": 5}, "must have seed"),
        ({"folder": "a", "seed": 1}, "belongs to synthetic"),
        ({"synthetic": "null", "patients": 5, "seed": 1, "investigational": 3}, "belongs to synthetic: itanet_like"),
        ({"synthetic": "itanet_like", "patients": 0, "seed": 1}, "greater than or equal to 1"),
    ],
)
def test_what_is_no_source_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        CourseSource(**wrong)
