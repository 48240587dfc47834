"""The report of a cycle as PDF/A-2b: one A4 page, then method and inputs. All travels as data, never as markup."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any

from lutetia.plots.dose_overlay import Picture
from lutetia.reports.dose_figures import Sketch
from lutetia.reports.dose_page import DosePage
from lutetia.reports.dose_table import COLUMNS, NO_DOSE_FROM
from lutetia.reports.typesetting import compiler, typeset
from lutetia.reports.typography import sentence

SHORT_SUM = 12  # of a sha256's letters on paper; whole they stand in the JSON and on the page
UNDATED = (1970, 1, 1)  # a PDF/A needs a date; the report prints none
LONGEST_NAME, LONGEST_WHY = 40, 84  # letters on the first page; whole they stand behind, and on the page's HTML


def pdf(page: DosePage) -> bytes:
    """The report as PDF/A-2b. The same page gives the same bytes: its date is the report's `as_of`."""
    return typeset(_template(), page_data(page))


def png(page: DosePage, pixels_per_inch: float = 144) -> list[bytes]:
    """The pages as PNG pictures."""
    inputs = {"data": json.dumps(page_data(page), ensure_ascii=False, sort_keys=True)}
    made = compiler().compile(_template(), format="png", ppi=float(pixels_per_inch), sys_inputs=inputs)
    return list(made) if isinstance(made, list) else [made]


@cache
def _template() -> bytes:
    return (resources.files("lutetia.reports") / "templates" / "dose.typ").read_bytes()


def page_data(page: DosePage) -> dict[str, Any]:
    """What the template sets, as plain data."""
    day, figures = page.report.as_of, page.figures
    return {
        "day": [day.year, day.month, day.day] if day is not None else list(UNDATED),
        "title": page.title,
        "patient": _cut(page.patient, LONGEST_NAME),
        "made_up": page.made_up,
        "facts": page.facts,
        "icru": page.icru,
        "made_by": page.made_by,
        "alerts": [asdict(alert) for alert in page.alerts],
        "head": [title for _, title in COLUMNS],
        "apart": NO_DOSE_FROM,
        "rows": [{**asdict(row), "why": _cut(row.why, LONGEST_WHY)} for row in page.table.rows],
        "notes": page.table.notes,
        "plan": {
            "headline": page.plan.headline,
            "limits": [asdict(line) for line in page.plan.limits],
            "columns": page.plan.columns,
            "lines": [asdict(line) for line in page.plan.lines],
            "why": [sentence(line) for line in page.plan.why],
        },
        "basis": page.basis,
        "conventions": page.conventions,
        "left_out": page.left_out,
        "inputs": [
            (group.name, "" if group.files == 1 else f"{group.files} files", group.checksum[:SHORT_SUM])
            for group in page.input_groups
        ],
        "curves": _figure(figures.curves),
        "all_curves": _figure(figures.all_curves),
        "histogram": _figure(figures.histogram),
        "budget": _figure(figures.budget),
        "cumulative": _figure(figures.cumulative),
        "overlay": _picture(figures.overlay),
        "overlay_words": figures.overlay_words,
        "overlay_why": sentence(figures.overlay_why) if figures.overlay_why else "",
        "not_drawn": figures.not_drawn,
        "map_words": figures.map_words,
        "intended_use": page.intended_use,
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _figure(figure: Sketch | None) -> dict[str, str] | None:
    return None if figure is None else {"svg": figure.svg, "description": figure.description}


def _picture(picture: Picture | None) -> dict[str, str] | None:
    """The picture inside an SVG: Typst reads bytes from JSON only as text."""
    if picture is None:
        return None
    data = base64.b64encode(picture.png).decode("ascii")
    size = f'width="{picture.width_px}" height="{picture.height_px}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="data:image/png;base64,{data}"/></svg>'
    return {"svg": svg, "description": picture.description}
