"""The response section as plain data for other programs: the numbers behind the lines, and why."""

from __future__ import annotations

from typing import Any

from lutetia.course.timeline import Timeline
from lutetia.guideline.response import MeasuredGrowth, NotAssessable, measured_response
from lutetia.reports.board_response import NO_LESIONS
from lutetia.reports.published_rules import as_id
from lutetia.scoring.recist.visit import VisitResponse


def response_json(timeline: Timeline | None) -> dict[str, Any]:
    """The section as `values`, `because` (ids of rules) and `conventions`; without lesions `known` is false."""
    found = measured_response(timeline) if timeline is not None else None
    if found is None or found.newest is None or found.line is None or found.best is None:
        reasons = [_open_json(one) for one in found.not_assessable] if found else [{"line": None, "why": NO_LESIONS}]
        return {"known": False, "values": {}, "not_assessable": reasons, "because": [], "conventions": []}
    newest, best = found.newest, found.best
    values = {
        "line": found.line.id,
        "since": str(found.line.date),
        "reader": newest.reader,
        "overall": newest.overall,
        "date": str(newest.dates[0]),
        "sum_mm": newest.sum_mm,
        "nadir_mm": newest.nadir_mm,
        "baseline_sum_mm": newest.baseline_sum_mm,
        "change_from_baseline_pct": newest.change_from_baseline_pct,
        "best_response": best.value,
        "best_response_date": str(best.day) if best.day else None,
        "visits": [_visit_json(visit) for visit in found.visits],
        "growth": [_growth_json(one) for one in found.growth],
        "disagreements": [
            {"date": str(one.day), "recorded": one.recorded, "entry": one.entry_id, "computed": one.computed}
            for one in found.disagreements
        ],
    }
    return {
        "known": True,
        "values": values,
        "not_assessable": [_open_json(one) for one in found.not_assessable],
        "cautions": [str(one) for one in found.cautions],
        "left_out": [str(one) for one in found.left_out],
        "because": list(dict.fromkeys(as_id(why.rule) for why in found.because)),
        "conventions": list(found.conventions),
    }


def _open_json(one: NotAssessable) -> dict[str, Any]:
    return {"line": one.line.id if one.line else None, "why": one.why}


def _visit_json(visit: VisitResponse) -> dict[str, Any]:
    names = ("visit", "target", "nontarget", "new_lesion", "overall", "sum_mm", "nadir_mm")
    return {"date": str(visit.dates[0])} | {name: getattr(visit, name) for name in names}


def _growth_json(one: MeasuredGrowth) -> dict[str, Any]:
    rate, pair = one.rate, one.pair
    return {
        "from": str(pair.before_date),
        "to": str(pair.after_date),
        "rate_percent_per_month": rate.value,
        "low": rate.low,
        "high": rate.high,
        "side": one.side.value if one.side else None,
        "new_lesions": pair.new_lesions,
    }
