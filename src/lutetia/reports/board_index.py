"""The index page for many sheets: one row a patient, linked to its HTML and PDF sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lutetia.guideline.assessment import INTENDED_USE, Assessment
from lutetia.reports import wording
from lutetia.reports.statement import Clerk


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One patient in the index."""

    stem: str
    name: str
    person: str
    disease: str
    candidacy: str
    first_tier: str
    label: str
    missing: str


def html(rows: Iterable[tuple[Assessment, str]], note: str = "", pdf: bool = True) -> str:
    """The index of sheets as HTML text; each row is an assessment with the stem of its files.

    `note` stands above the table (for examples: that all patients are made up); without `pdf` only the HTML sheets
    are linked.
    """
    from lutetia.reports.board_html import template

    rows = list(rows)
    first = rows[0][0] if rows else None
    return template("index.html.j2").render(
        rows=[row_of(assessment, stem) for assessment, stem in rows],
        note=note,
        pdf=pdf,
        knowledge=_knowledge(first) if first is not None else "",
        board_date=first.as_of.isoformat() if first is not None else "",
        intended_use=INTENDED_USE,
    )


def row_of(assessment: Assessment, stem: str) -> Row:
    """The row of one assessment."""
    clerk = Clerk(assessment)
    disease = [clerk.shown("primary"), assessment.grade or "grade not known"]
    disease += [f"Ki-67 {clerk.shown('ki67_pct')}"] if clerk.known("ki67_pct") else []
    titles = {option.name: option.title for option in assessment.options}
    first = assessment.tiers.tiers[0] if assessment.tiers.tiers else ()
    return Row(
        stem=stem,
        name=assessment.facts.name,
        person=", ".join(clerk.shown(name) for name in ("sex", "age_years") if clerk.known(name)),
        disease=", ".join(disease) if clerk.known("primary") or assessment.grade else wording.NOT_KNOWN,
        candidacy=wording.CANDIDACY[assessment.candidacy],
        first_tier=" or ".join(titles[name] for name in first) or "no ranking",
        label=", ".join(f"{place} {wording.LABEL[status.answer]}" for place, status in assessment.label.items()),
        missing=", ".join(clerk.label(item.field) for item in assessment.missing.blocking) or "nothing blocking",
    )


def _knowledge(assessment: Assessment) -> str:
    knowledge = assessment.knowledge
    return f"{knowledge.edition}, {knowledge.version}, {knowledge.hash[:8]}"
