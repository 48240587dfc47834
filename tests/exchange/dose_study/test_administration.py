"""Administered activity: measured minus residual, each decayed to the injection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from lutetia.exchange.dose_study.administration import Administration

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def given(**parts):
    return Administration.model_validate({"injected_at": AT, **parts})


def test_measured_minus_residual_by_hand():
    half_life_h = 100.0
    one = given(
        measured={"activity_mbq": 8000, "at": AT - timedelta(hours=100)},
        residual={"activity_mbq": 50, "at": AT + timedelta(hours=100)},
    )
    assert one.net_mbq(half_life_h) == pytest.approx(4000 - 100)  # one half-life before and after
    assert "minus residual" in one.conventions(half_life_h)[0]


def test_an_unknown_residual_takes_nothing_off_and_says_so():
    one = given(measured={"activity_mbq": "7.4 GBq", "at": AT}, residual={"unknown": "not_done"})
    assert one.net_mbq(160.0) == pytest.approx(7400)
    assert "residual is not known" in one.conventions(160.0)[0]


def test_net_activity_stands_as_declared():
    assert given(net_activity_mbq=7400).net_mbq(1.0) == 7400


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "exactly one of measured"),
        ({"net_activity_mbq": 7400, "measured": {"activity_mbq": 1, "at": AT}}, "exactly one of measured"),
        ({"measured": {"activity_mbq": 7400, "at": AT}}, "residual must be given"),
        ({"net_activity_mbq": 7400, "residual": {"unknown": "not_done"}}, "residual belongs to measured"),
        (
            {
                "measured": {"activity_mbq": 7400, "at": AT - timedelta(days=300)},
                "residual": {"unknown": "not_done"},
            },
            "within 30 days",
        ),
        (
            {"measured": {"activity_mbq": 70, "at": AT}, "residual": {"activity_mbq": 700, "at": AT}},
            "must be above the residual's 700",
        ),
        ({"measured": {"activity_mbq": 7.4, "at": AT}, "residual": {"activity_mbq": 74, "at": AT}}, "converted"),
        ({"measured": {"activity_mbq": -7400, "at": AT}, "residual": {"activity_mbq": 74, "at": AT}}, "above 0"),
        ({"measured": {"activity_mbq": 7400, "at": AT}, "residual": {"activity_mbq": -74, "at": AT}}, "0 or more"),
        ({"net_activity_mbq": 0}, "above 0"),
        ({"net_activity_mbq": 7400, "injected_at": "2026-03-02T09:00"}, "offset from UTC"),
    ],
)
def test_what_cannot_be_is_refused(parts, said):
    with pytest.raises(ValidationError, match=said):
        given(**parts)
