"""Missing first: what blocks the answer, why it decides, what each answer leads to; and what is worth asking for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lutetia.guideline.assessment import Assessment
from lutetia.guideline.expression import leaves, references
from lutetia.guideline.missing import MissingField, Outcome
from lutetia.reports import wording
from lutetia.reports.statement import Clerk, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One possible answer to a blocking question and where it leads."""

    answer: str
    leads_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One blocking field in words; `paths` is empty where no single answer changes anything."""

    label: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Blocking fields that matter for one reason, which the statement gives."""

    asked: tuple[Asked, ...]
    statement: Statement


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
    advisory = [item for item in missing.advisory if item.shown]
    return MissingBlock(
        headline=_headline(len(missing.blocking), len(advisory)),
        needs=tuple(_need(clerk, items) for items in _by_reason(clerk, missing.blocking)),
        advisory=tuple(_advice(clerk, items) for items in _by_reason(clerk, advisory)),
        workup=tuple(
            Statement(lead=wording.task(task.name), text=task.kind, facts=clerk.holding(task.facts))
            for task in assessment.workup
        ),
    )


def _headline(blocking: int, advisory: int) -> Statement:
    if blocking:
        what = "1 item that is not known" if blocking == 1 else f"{blocking} items that are not known"
        return Statement(
            text=f"Bring this to the board: {what} can change whether RLT is offered.", facts=("POL-UNKNOWN",)
        )
    if advisory:
        items = "1 item is" if advisory == 1 else f"{advisory} items are"
        return Statement(
            text=f"Nothing that blocks the answer is missing; {items} worth asking for.", facts=("POL-UNKNOWN",)
        )
    return Statement(text="Nothing this sheet asks for is missing.", facts=("POL-UNKNOWN",))


def _by_reason(clerk: Clerk, items: Iterable[MissingField]) -> Iterable[list[MissingField]]:
    """Fields asked for on the same facts and for the same reason stand together."""
    groups: dict[tuple[str, tuple[str, ...]], list[MissingField]] = {}
    for item in items:
        groups.setdefault((_why(clerk, item), item.facts), []).append(item)
    return groups.values()


def _need(clerk: Clerk, items: list[MissingField]) -> Need:
    return Need(
        asked=tuple(Asked(label=clerk.label(item.field), paths=_paths(clerk, item.field)) for item in items),
        statement=_advice(clerk, items),
    )


def _advice(clerk: Clerk, items: list[MissingField]) -> Statement:
    lead = ", ".join(clerk.label(item.field) for item in items)
    return Statement(lead=lead, text=_why(clerk, items[0]), facts=items[0].facts, truth="u", word=wording.NOT_KNOWN)


def _paths(clerk: Clerk, field: str) -> tuple[Path, ...]:
    """Where each answer leads when the other blocking fields are answered as favourably as can be."""
    outcomes: tuple[Outcome, ...] = clerk.assessment.leads_to.get(field, ())
    paths = tuple(
        Path(answer=wording.answers(outcome.answer), leads_to=wording.OUTCOME[outcome.best]) for outcome in outcomes
    )
    return paths if len({path.leads_to for path in paths}) > 1 else ()


def _why(clerk: Clerk, item: MissingField) -> str:
    """Why a field matters: the policy's own reason for asking, else the words of the fact that reads the field.

    The `says` of a step that can decide is its verdict ("Absorbed dose limit reached"); it must not stand beside a
    value that is not known.
    """
    policy = clerk.knowledge.policy
    steps = [entry for entry in (*policy["steps"], *policy["conditions"]) if entry["says"] in item.says]
    reasons = [entry["why"] for entry in steps if entry.get("why")]
    reasons += [e["says"] for e in policy["advisory"] if e["field"] == item.field and e["says"] in item.says]
    reasons += [entry["says"] for entry in steps if entry["id"] in clerk.asking_steps]
    return wording.sentence(str(reasons[0]) if reasons else _nearest_fact(clerk, item))


def _nearest_fact(clerk: Clerk, item: MissingField) -> str:
    """The words of the cited fact whose condition reads the field most directly."""
    depths = {fact: depth for fact in item.facts if (depth := _depth(clerk, fact, item.field)) is not None}
    nearest = min(depths, key=depths.__getitem__) if depths else item.facts[0]
    return wording.named(clerk.fact(nearest).says)


def _depth(clerk: Clerk, fact_id: str, field: str) -> int | None:
    """After how many references a fact's condition reads a field; None when it never does."""
    reached, depth = [fact_id], 0
    while reached:
        expressions = [when for name in reached if (when := clerk.fact(name).when) is not None]
        if any(leaf.field == field for when in expressions for leaf in leaves(when)):
            return depth
        reached, depth = [name for when in expressions for name in references(when)], depth + 1
    return None
