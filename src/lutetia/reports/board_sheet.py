"""The tumour-board sheet as one model, built from an assessment: every form of the sheet is drawn from it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lutetia.course.timeline import Timeline
from lutetia.guideline.assessment import Assessment
from lutetia.reports.board_answer import AnswerBlock, Card, answer_block
from lutetia.reports.board_attention import (
    TrialsBlock,
    conflict_lines,
    monitoring_lines,
    trials_block,
    warnings,
)
from lutetia.reports.board_disease import Header, disease, header, question
from lutetia.reports.board_missing import MissingBlock, missing_block
from lutetia.reports.board_response import response
from lutetia.reports.board_rules import Rule, Section, rules_of, sections_of
from lutetia.reports.board_toxicity import toxicity
from lutetia.reports.statement import Clerk, Statement


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet in its fixed order; `strip` is the mini timeline as SVG text, None without dated entries."""

    header: Header
    question: str
    disease: tuple[Statement, ...]
    strip: str | None
    strip_note: Statement
    response: tuple[Statement, ...]
    toxicity: tuple[Statement, ...]
    missing: MissingBlock
    answer: AnswerBlock
    contraindications: tuple[Statement, ...]
    cautions: tuple[Statement, ...]
    no_cautions: Statement
    conflicts: tuple[Statement, ...]
    trials: TrialsBlock
    monitoring: tuple[Statement, ...]
    footer: tuple[Statement, ...]
    remarks: tuple[str, ...]
    rules: dict[str, Rule]
    sections: tuple[Section, ...]
    assessment: Assessment

    def statements(self) -> Iterator[Statement]:
        """Every clinical statement of the sheet, in its order: all but header, question, decision and disclaimer."""
        return statements_of(self)


def sheet_of(assessment: Assessment, timeline: Timeline | None = None) -> Sheet:
    """The sheet of an assessment; with the timeline of the patient's course it has a strip and the board's question."""
    contraindications, cautions = warnings(assessment)
    strip = _strip(timeline)
    bare = Sheet(
        header=header(assessment, timeline),
        question=question(timeline),
        disease=disease(assessment, timeline),
        strip=strip,
        strip_note=_strip_note(timeline, strip),
        response=response(assessment, timeline),
        toxicity=toxicity(assessment, timeline),
        missing=missing_block(assessment),
        answer=answer_block(assessment),
        contraindications=contraindications,
        cautions=cautions,
        no_cautions=_no_cautions(assessment),
        conflicts=conflict_lines(assessment),
        trials=trials_block(assessment),
        monitoring=monitoring_lines(assessment),
        footer=_footer(assessment),
        remarks=_remarks(assessment),
        rules={},
        sections=(),
        assessment=assessment,
    )
    rules = rules_of(assessment, (fact for statement in bare.statements() for fact in statement.facts))
    return replace(bare, rules=rules, sections=sections_of(rules.values()))


def statements_of(sheet: Sheet) -> Iterator[Statement]:
    """Every clinical statement of a sheet in its order; the details of the HTML sheet come last."""
    yield from sheet.disease
    yield sheet.strip_note
    yield from (*sheet.response, *sheet.toxicity)
    yield sheet.missing.headline
    yield from (need.statement for need in sheet.missing.needs)
    yield from (*sheet.missing.advisory, *sheet.missing.workup)
    answer = sheet.answer
    yield answer.headline
    yield from (*answer.grounds, *answer.conditions, *answer.label)
    yield answer.ranking
    for card in cards_of(sheet):
        yield from (*card.arguments_for, *card.arguments_against, *card.required, *card.blocking)
        yield from [card.note] if card.note is not None else []
    yield from (*answer.questions, *sheet.contraindications, *sheet.cautions)
    if not sheet.contraindications and not sheet.cautions:
        yield sheet.no_cautions
    yield from sheet.conflicts
    yield from (trial.statement for trial in sheet.trials.all)
    yield from (*sheet.monitoring, *sheet.footer)
    yield from (line for lines in answer.question_lines for line in lines)
    yield from (criterion for trial in sheet.trials.all for criterion in trial.criteria)


def cards_of(sheet: Sheet) -> Iterator[Card]:
    """Every card of the sheet: the tiers in order, then RLT where it stands in none."""
    yield from (card for tier in sheet.answer.tiers for card in tier.cards)
    if sheet.answer.aside is not None:
        yield sheet.answer.aside


def _strip(timeline: Timeline | None) -> str | None:
    if timeline is None:
        return None
    from lutetia.plots.course_strip import course_strip

    return course_strip(timeline)


def _strip_note(timeline: Timeline | None, strip: str | None) -> Statement:
    if timeline is None:
        return Statement(text="No dated entries: flat record.", facts=("POL-UNKNOWN",))
    if strip is None:
        return Statement(text="No dated entries in the course by this day.", facts=("POL-UNKNOWN",))
    return Statement(
        text="Drawn from the dated entries of the course; what is not recorded is not drawn.", facts=("POL-UNKNOWN",)
    )


def _no_cautions(assessment: Assessment) -> Statement:
    text = "None of the rules on this sheet applies to the values on record."
    if not assessment.facts.record():
        text = "There are no values on record to hold against the rules."
    return Statement(text=text, facts=("POL-UNKNOWN",))


def _footer(assessment: Assessment) -> tuple[Statement, ...]:
    clerk = Clerk(assessment)
    return (
        Statement(text=clerk.fact("POL-MARK").says, facts=("POL-MARK",)),
        Statement(
            text="Levels stand exactly as printed in the consensus and are never translated.", facts=("CONS-SCOPE-5",)
        ),
        Statement(text=clerk.fact("CONS-SCOPE-7").says, facts=("CONS-SCOPE-7",)),
    )


def _remarks(assessment: Assessment) -> tuple[str, ...]:
    """What the reader of the record left aside: later entries, names that are no field."""
    ignored = assessment.facts.ignored
    names = f"not used, no such field: {', '.join(ignored)}" if ignored else ""
    return tuple(filter(None, (*assessment.facts.remarks, names)))
