"""The ten consensus questions answered for one patient, statement by statement, strength exactly as printed."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.knowledge import Fact, Question
from lutetia.guideline.truth import Truth, all_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a question: how it stands, what it still requires, and the strength of its own line.

    `set_aside` is the id of the policy line for which a true statement is not used, e.g. Q1 after a course of RLT.
    """

    fact: str
    role: str
    says: str
    truth: Truth | None
    strength: str | None
    open_fields: tuple[str, ...]
    unmet: tuple[str, ...]
    precondition: Truth | None = None
    set_aside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with all its statements; the first is the recommendation."""

    question: str
    asks: str
    statements: tuple[Statement, ...]
    evidence: tuple[str, ...]

    @property
    def recommendation(self) -> Statement:
        """The graded recommendation itself."""
        return self.statements[0]


def answer_questions(evaluator: Evaluator, record: Record, memo: Memo, jurisdiction: str | None) -> dict[str, Answer]:
    """Answers by question id (`Q1` … `Q10`), in the printed order."""
    return {
        question.id.removeprefix("CONS-"): _answer(evaluator, record, memo, jurisdiction, question)
        for question in evaluator.knowledge.questions
    }


def _answer(evaluator: Evaluator, record: Record, memo: Memo, jurisdiction: str | None, question: Question) -> Answer:
    facts = (evaluator.knowledge.resolve(fact_id) for fact_id in question.statements)
    return Answer(
        question=question.id,
        asks=question.asks,
        statements=tuple(_statement(evaluator, record, memo, jurisdiction, fact) for fact in facts),
        evidence=question.evidence,
    )


def _statement(evaluator: Evaluator, record: Record, memo: Memo, jurisdiction: str | None, fact: Fact) -> Statement:
    return Statement(
        fact=fact.id,
        role=fact.role,
        says=fact.says,
        truth=_truth(evaluator, record, memo, fact),
        strength=fact.standing,
        open_fields=_open_fields(evaluator, record, memo, fact),
        unmet=_unmet(evaluator, record, memo, fact),
        precondition=_precondition(fact, jurisdiction),
        set_aside=_set_aside(evaluator, record, memo, fact),
    )


def _truth(evaluator: Evaluator, record: Record, memo: Memo, fact: Fact) -> Truth | None:
    """Truth of the statement's condition, else of what it requires; None for a statement without either."""
    if fact.when is not None:
        return Truth.of(evaluator.fact(fact.id, record, memo))
    if fact.requires:
        return Truth.of(all_of(evaluator.expression(item, record, memo) for item in fact.requires))
    return None


def _open_fields(evaluator: Evaluator, record: Record, memo: Memo, fact: Fact) -> tuple[str, ...]:
    expressions = [fact.when] if fact.when is not None else list(fact.requires)
    return tuple(dict.fromkeys(name for item in expressions for name in evaluator.open_fields(item, record, memo)))


def _unmet(evaluator: Evaluator, record: Record, memo: Memo, fact: Fact) -> tuple[str, ...]:
    """The requirements not met, as expressions, where the statement itself applies."""
    if fact.when is not None and evaluator.fact(fact.id, record, memo) is not True:
        return ()
    return tuple(str(item) for item in fact.requires if evaluator.expression(item, record, memo) is not True)


def _precondition(fact: Fact, jurisdiction: str | None) -> Truth | None:
    """Whether the regulatory precondition is met; unknown where no jurisdiction is given or it is not listed."""
    precondition = fact.attributes.get("precondition")
    if not isinstance(precondition, dict):
        return None
    met = precondition.get(jurisdiction) if jurisdiction else None
    return Truth.of(met if isinstance(met, bool) else None)


def _set_aside(evaluator: Evaluator, record: Record, memo: Memo, fact: Fact) -> str | None:
    for entry in evaluator.knowledge.policy["set_aside"]:
        if fact.id in entry["statements"] and evaluator.expression(entry["when"], record, memo):
            return str(entry["id"])
    return None
