"""The sheet as PDF: one A4 page, always; with the annex, the criteria of every trial on further pages.

Typst draws it. Everything from the record travels as JSON data, never as markup.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lutetia.reports import wording
from lutetia.reports.board_answer import Card, Tier
from lutetia.reports.board_attention import Trial, TrialGroup
from lutetia.reports.board_missing import Need
from lutetia.reports.board_sheet import Sheet
from lutetia.reports.statement import DETAILS, Statement

STANDARD = "a-2b"  # PDF/A-2b: what an archive accepts
# Longest texts of the record on the page, in characters; whole they stand in the HTML sheet.
LONGEST_NAME = 44
LONGEST_QUESTION = 320
LONGEST_TEXT, LONGEST_LEAD, LONGEST_ORIGIN = 520, 240, 120
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
WIDE = ("SSTR", "Patient", "Organ function", "Treated")  # lines of the disease block that need half the page


def pdf(sheet: Sheet, annex: bool = False) -> bytes:
    """The sheet as PDF/A-2b: one A4 page, and with `annex` further pages with every trial's criteria.

    The same sheet gives the same bytes: the document's date is the board's day. Text in a script that the font lacks
    (PDF/A refuses it) is drawn with the fonts of the machine in a plain PDF instead.
    """
    import typst

    data = _inputs(sheet, annex)
    options = {"format": "pdf", "sys_inputs": data}
    made: bytes
    try:
        made = _compiler().compile(_template(), pdf_standards=[STANDARD], **options)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = _compiler(fonts_of_machine=True).compile(_template(), pdf_standards=[], **options)
    return made


def png(sheet: Sheet, pixels_per_inch: float = 144) -> bytes:
    """The page of the sheet as a PNG picture."""
    made = _compiler().compile(
        _template(), format="png", ppi=float(pixels_per_inch), sys_inputs=_inputs(sheet, annex=False)
    )
    first: bytes = made[0] if isinstance(made, list) else made
    return first


@cache
def _compiler(fonts_of_machine: bool = False) -> Any:
    import typst

    fonts = typst.Fonts(include_system_fonts=fonts_of_machine, include_embedded_fonts=True, font_paths=_font_folders())
    return typst.Compiler(font_paths=fonts)


@cache
def _template() -> bytes:
    return (resources.files("lutetia.reports") / "templates" / "board.typ").read_bytes()


def _font_folders() -> list[str]:
    """Source Sans Pro from the package font-source-sans-pro; without it Typst's own serif stands in."""
    found = find_spec("font_source_sans_pro")
    return [str(Path(found.origin).parent / "files")] if found is not None and found.origin else []


def _inputs(sheet: Sheet, annex: bool) -> dict[str, str]:
    return {"sheet": json.dumps(_printable(page_data(sheet, annex)), ensure_ascii=False, sort_keys=True)}


def _printable(data: Any) -> Any:
    """The data without control characters, which no font can draw."""
    if isinstance(data, str):
        return _UNPRINTABLE.sub(" ", data)
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, list) else data


def page_data(sheet: Sheet, annex: bool = False) -> dict[str, Any]:
    """What the template draws, as plain data."""
    head, answer, day = sheet.header, sheet.answer, sheet.assessment.as_of
    return {
        "day": [day.year, day.month, day.day],
        "name": _cut(head.name, LONGEST_NAME),
        "person": head.person,
        "made_up": head.made_up,
        "board_date": head.board_date,
        "knowledge": f"{head.edition}, {head.version}, {head.hash}",
        "title": head.title,
        "grading": head.grading,
        "jurisdiction": head.jurisdiction,
        "overdue": head.review_overdue,
        "intended_use": head.intended_use,
        "question": _cut(sheet.question, LONGEST_QUESTION),
        "disease": [_line(item) | {"wide": item.lead in WIDE} for item in sheet.disease],
        "strip": sheet.strip,
        "strip_note": _line(sheet.strip_note),
        "response": [_line(item) for item in sheet.response if item.word != DETAILS],
        "toxicity": [_line(item) for item in sheet.toxicity if item.word != DETAILS],
        "missing": _line(sheet.missing.headline),
        "needs": [_need(need) for need in sheet.missing.needs],
        "advisory": [_line(item, brief=True) for item in sheet.missing.advisory],
        "workup": [_line(item) for item in sheet.missing.workup],
        "headline": _line(answer.headline),
        "candidacy": answer.candidacy,
        "grounds": [_line(item) for item in answer.grounds],
        "conditions": [_line(item) for item in answer.conditions],
        "label": [_line(item) for item in answer.label],
        "ranking": _line(answer.ranking),
        "tiers": [_tier(tier) for tier in answer.tiers],
        "aside": _card(answer.aside) if answer.aside is not None else None,
        "questions": [_line(item) for item in answer.questions],
        "contraindications": [_line(item) for item in sheet.contraindications],
        "cautions": [_line(item) for item in sheet.cautions],
        "no_cautions": _line(sheet.no_cautions),
        "conflicts": [_line(item) for item in sheet.conflicts],
        "trials": [_group(group) for group in sheet.trials.groups],
        "monitoring": [_line(item) for item in sheet.monitoring],
        "footer": [_line(item) for item in sheet.footer],
        "remarks": [_cut(remark, LONGEST_LEAD) for remark in sheet.remarks],
        "annex": [_trial(trial) for trial in sheet.trials.all] if annex else [],
    }


def _line(item: Statement, brief: bool = False) -> dict[str, Any]:
    return {
        "text": _cut(_tied(wording.first_sentence(item.text) if brief else item.text), LONGEST_TEXT),
        "ids": list(item.facts),
        "lead": _cut(_tied(item.lead), LONGEST_LEAD),
        "strength": item.strength,
        "truth": item.truth,
        "word": item.word,
        "whose": item.whose,
        "origin": _cut(item.origin, LONGEST_ORIGIN),
        "more": [_cut(_tied(part), LONGEST_TEXT) for part in item.more],
    }


def _need(need: Need) -> dict[str, Any]:
    asked = [
        {"label": item.label, "paths": [[path.answer, path.leads_to] for path in item.paths]} for item in need.asked
    ]
    return {"asked": asked, **_line(need.statement)}


def _tier(tier: Tier) -> dict[str, Any]:
    return {"number": tier.number, "cards": [_card(card) for card in tier.cards]}


def _card(card: Card) -> dict[str, Any]:
    return {
        "titles": [_tied(title) for title in card.titles],
        "for": [_line(item) for item in card.arguments_for],
        "against": [_line(item) for item in card.arguments_against],
        "required": [_line(item) for item in card.required],
        "blocking": [_line(item) for item in card.blocking],
        "note": _line(card.note) if card.note is not None else None,
    }


def _group(group: TrialGroup) -> dict[str, Any]:
    names = [] if group.truth == "f" else [[item.lead, item.facts[0]] for item in group.statements]
    ids = [item.facts[0] for item in group.statements]
    return {"lead": group.lead, "truth": group.truth, "count": group.count, "names": names, "ids": ids}


def _trial(trial: Trial) -> dict[str, Any]:
    return {"nct": trial.nct, "criteria": [_line(item) for item in trial.criteria], **_line(trial.statement)}


def _tied(text: str) -> str:
    """The text with units that must not be broken at a line's end held together by word joiners."""
    return text.replace("mL/min", "mL/\u2060min").replace("5-FU", "5\u2011FU").replace(" %", "\u00a0%")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
