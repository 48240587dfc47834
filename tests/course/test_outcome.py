"""Last contact and death."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.outcome import Death, LastContact

BASE = {"id": "x", "date": "2024-05", "recorded_by": "registry"}


def test_last_contact_is_alive_unless_said_otherwise():
    assert LastContact(**BASE).alive is True
    assert LastContact(**BASE, alive=False).alive is False


def test_cause_of_death():
    assert Death(**BASE).cause is None
    assert Death(**BASE, cause="unknown").cause == "unknown"
    with pytest.raises(ValidationError):
        Death(**BASE, cause="cancer")
