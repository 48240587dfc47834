"""The report of a cycle as data: what the page prints, with every number in full; keys end in their unit."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from lutetia.dosimetry.plan import Plan, Standing
from lutetia.reports.dose_page import DosePage

FORMAT = "lutetia cycle report 1"


def json_text(page: DosePage) -> str:
    """The report as JSON text; the same page gives the same text. What is not known is null."""
    return json.dumps(_finite(report_data(page)), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def report_data(page: DosePage) -> dict[str, Any]:
    """The report as plain data."""
    report = page.report
    cycle = report.cycle
    return {
        "format": FORMAT,
        "software": {"name": "Lutetia", "version": report.version},
        "intended_use": page.intended_use,
        "title": page.title,
        "patient": page.patient,
        "made_up": report.made_up,
        "as_of": report.as_of,
        "cycle": report.number,
        "nuclide": cycle.nuclide,
        "agent": report.agent or None,
        "administered_on": report.administered_on,
        "administered_mbq": cycle.administered_mbq,
        "icru_level": report.icru_level or 2,
        "alerts": [{"kind": alert.kind, "text": alert.text} for alert in page.alerts],
        "regions": cycle.records(),
        "activities": cycle.activity_records(),
        "budget": cycle.budget_records(),
        "dose_by_source": cycle.part_records(),
        "cumulative": _cumulative(page),
        "plan": None if report.plan is None else _plan(report.plan),
        "basis": dict(page.basis),
        "conventions": page.conventions,
        "left_out": page.left_out,
        "inputs": [{"name": name, "sha256": checksum} for name, checksum in page.inputs],
        "figures": _descriptions(page),
    }


def _cumulative(page: DosePage) -> list[dict[str, Any]]:
    return [
        {
            "organ": panel.organ,
            "quantity": panel.quantity,
            "limit_gy": panel.limit_gy,
            "cycle": step.cycle,
            "planned": step.planned,
            "value_gy": step.value_gy,
            "u_gy": step.u_gy,
            "probability_of_exceeding": step.probability_of_exceeding,
        }
        for panel in page.plan.panels
        for step in panel.steps
    ]


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "now": [_standing(standing) for standing in plan.now],
        "remaining_activity_mbq": plan.remaining_activity_mbq,
        "next_activity_mbq": plan.next_activity_mbq,
        "expected_gy_per_gbq": dict(plan.gy_per_gbq),
        "ended_by": None if plan.active is None else f"{plan.active.organ}, {plan.active.quantity}",
        "cycles": [
            {
                "cycle": cycle.number,
                "activity_mbq": cycle.activity_mbq,
                "standings": [_standing(standing) for standing in cycle.standings],
            }
            for cycle in plan.cycles
        ],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "organ": standing.limit.organ,
        "quantity": standing.limit.quantity,
        "limit_gy": standing.limit.limit_gy,
        "source": standing.limit.source,
        "value_gy": standing.value_gy,
        "u_gy": standing.u_gy,
        "probability_of_exceeding": standing.probability_of_exceeding,
    }


def _descriptions(page: DosePage) -> dict[str, str]:
    figures = page.figures
    drawn = {
        "curves": figures.all_curves or figures.curves,
        "histogram": figures.histogram,
        "budget": figures.budget,
        "cumulative": figures.cumulative,
        "overlay": figures.overlay,
    }
    return {name: figure.description for name, figure in drawn.items() if figure is not None}


def _finite(data: Any) -> Any:
    """The data with days as text, and null for what is no number."""
    if isinstance(data, float) and not isfinite(data):
        return None
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return data.isoformat() if hasattr(data, "isoformat") else data
