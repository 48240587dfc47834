"""Twin of src/lutetia/scoring/reason.py."""

from __future__ import annotations

import dataclasses

import pytest

from lutetia.scoring.reason import Reason


def test_a_reason_reads_as_one_line() -> None:
    reason = Reason(rule="PRAC-CLS-3", says="3-20 % is G2", used=(("ki67_pct", "10-15"), ("site", "liver")))
    assert str(reason) == "3-20 % is G2 [ki67_pct 10-15, site liver] (PRAC-CLS-3)"
    assert str(Reason(rule="GAP-10", says="not addressed")) == "not addressed (GAP-10)"


def test_a_reason_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Reason(rule="a", says="b").rule = "c"  # type: ignore[misc]
