"""A finding gives everything but its remedy's result as a record."""

from __future__ import annotations

from lutetia.cohort.design_finding import DesignFinding, Remedy


def test_a_finding_as_a_record():
    made = DesignFinding(
        check="DC-01",
        title="t",
        fired=None,
        trigger="nothing declared",
        direction="d",
        remedy="r",
        source="s",
        run=lambda: Remedy(title="", quantity="", rows=()),
    )
    assert made.record() == {
        "check": "DC-01",
        "title": "t",
        "fired": None,
        "trigger": "nothing declared",
        "direction": "d",
        "remedy": "r",
        "source": "s",
        "can_run": True,
    }
