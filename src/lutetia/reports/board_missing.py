"""Missing first: what blocks the answer, why it decides, what each answer leads to; and what is worth asking for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lutetia.guideline.assessment import Assessment
from lutetia.guideline.missing import MissingField, Outcome
from lutetia.reports import wording
from lutetia.reports.statement import Clerk, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One possible answer to a blocking question and where it leads."""

    answer: str
    leads_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A blocking field: the statement says why it decides; `paths` is empty where no single answer changes anything."""

    statement: Statement
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingBlock:
    """What is missing, in one headline, the blocking fields, the advisory ones, and the work-up still to be done."""

    headline: Statement
    needs: tuple[Need, ...]
    advisory: tuple[Statement, ...]
    workup: tuple[Statement, ...]


def missing_block(assessment: Assessment) -> MissingBlock:
    """The block of an assessment."""
    clerk, missing = Clerk(assessment), assessment.missing
    return MissingBlock(
        headline=_headline(assessment),
        needs=tuple(_need(clerk, item, assessment.leads_to.get(item.field, ())) for item in missing.blocking),
        advisory=tuple(
            Statement(lead=clerk.label(item.field), text=_why(clerk, item), facts=item.facts, truth="u")
            for item in missing.advisory
        ),
        workup=tuple(
            Statement(lead=wording.task(task.name), text=task.kind, facts=clerk.holding(task.facts))
            for task in assessment.workup
        ),
    )


def _headline(assessment: Assessment) -> Statement:
    blocking, advisory = len(assessment.missing.blocking), len(assessment.missing.advisory)
    if blocking:
        ask = "Ask for this before the board can judge" if blocking == 1 else "Bring these before the board can judge"
        return Statement(text=f"{ask}: {blocking} {_items(blocking)} can change whether RLT is offered.", facts=("POL-UNKNOWN",))
    if advisory:
        return Statement(
            text=f"Nothing that blocks the answer is missing; {advisory} {_items(advisory)} worth asking for.",
            facts=("POL-UNKNOWN",),
        )
    return Statement(text="Nothing this sheet asks for is missing.", facts=("POL-UNKNOWN",))


def _items(count: int) -> str:
    return "item" if count == 1 else "items"


def _need(clerk: Clerk, item: MissingField, outcomes: Iterable[Outcome]) -> Need:
    """Outcomes count the other blocking fields as answered as favourably as can be."""
    paths = tuple(
        Path(answer=wording.answers(outcome.answer), leads_to=wording.OUTCOME[outcome.best]) for outcome in outcomes
    )
    different = len({path.leads_to for path in paths}) > 1
    return Need(
        statement=Statement(lead=clerk.label(item.field), text=_why(clerk, item), facts=item.facts, truth="u"),
        paths=paths if different else (),
    )


def _why(clerk: Clerk, item: MissingField) -> str:
    """Why a field matters: the policy's own reason for asking, else the words of the fact that uses it.

    The `says` of a step is its verdict ("Absorbed dose limit reached"), which must not stand beside an unknown value.
    """
    policy = clerk.knowledge.policy
    asked = [entry["says"] for entry in policy["advisory"] if entry["field"] == item.field and entry["says"] in item.says]
    reasons = [*asked, *_reasons([*policy["steps"], *policy["conditions"]], item.says)]
    return wording.sentence(reasons[0] if reasons else wording.named(clerk.fact(item.facts[0]).says))


def _reasons(entries: Iterable[dict[str, Any]], verdicts: tuple[str, ...]) -> list[str]:
    return [str(entry["why"]) for entry in entries if entry.get("why") and entry["says"] in verdicts]
