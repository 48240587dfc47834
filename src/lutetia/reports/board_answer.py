"""The answer: candidacy in plain words with its grounds, label status, options in tiers, and the ten questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lutetia.guideline.answers import Answer as Question
from lutetia.guideline.answers import Statement as Line
from lutetia.guideline.assessment import Assessment
from lutetia.guideline.decide import Ground
from lutetia.guideline.explain import words
from lutetia.guideline.expression import All, Expression, Ref, fields_in
from lutetia.guideline.knowledge import Fact
from lutetia.guideline.options import Argument, Option
from lutetia.guideline.truth import Truth
from lutetia.reports import wording
from lutetia.reports.statement import Clerk, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One option, or several of one tier that share every argument; `note` says so where no argument applies."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    arguments_for: tuple[Statement, ...]
    arguments_against: tuple[Statement, ...]
    required: tuple[Statement, ...]
    blocking: tuple[Statement, ...]
    note: Statement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Options that are not ranked among themselves; tiers count from 1."""

    number: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBlock:
    """The answer of the sheet. `aside` is RLT with its arguments where it stands in no tier."""

    candidacy: str
    headline: Statement
    grounds: tuple[Statement, ...]
    conditions: tuple[Statement, ...]
    label: tuple[Statement, ...]
    ranking: Statement
    tiers: tuple[Tier, ...]
    aside: Card | None
    questions: tuple[Statement, ...]
    question_lines: tuple[tuple[Statement, ...], ...]


def answer_block(assessment: Assessment) -> AnswerBlock:
    """The block of an assessment."""
    clerk = Clerk(assessment)
    aside = assessment.rlt.tier == 0 and assessment.candidacy != "out_of_scope"
    return AnswerBlock(
        candidacy=assessment.candidacy,
        headline=_headline(assessment),
        grounds=tuple(_ground(clerk, ground) for ground in _grounds(assessment)),
        conditions=_conditions(assessment, clerk),
        label=tuple(_label(assessment, clerk, place) for place in assessment.label),
        ranking=_ranking(assessment),
        tiers=tuple(_tier(assessment, clerk, number) for number in range(1, len(assessment.tiers.tiers) + 1)),
        aside=_card(clerk, [assessment.rlt]) if aside and _arguments(assessment.rlt) else None,
        questions=tuple(_question(clerk, name, item) for name, item in assessment.answers.items()),
        question_lines=tuple(_question_lines(clerk, item) for item in assessment.answers.values()),
    )


def _headline(assessment: Assessment) -> Statement:
    again = assessment.record.get("prior_rlt") is True
    text = (wording.RETREATMENT if again else {}).get(assessment.candidacy) or wording.CANDIDACY[assessment.candidacy]
    facts = tuple(dict.fromkeys(fact for ground in assessment.decision.grounds for fact in ground.facts))
    return Statement(text=text, facts=Clerk(assessment).holding(facts) or ("POL-BOARD",))


def _grounds(assessment: Assessment) -> Iterable[Ground]:
    """What decided, first the step that settled it. Where no answer could be given: what keeps it open, never the
    verdict of the open step."""
    decision = assessment.decision
    if assessment.candidacy != "insufficient_data":
        return sorted(decision.grounds, key=lambda ground: not ground.id.startswith("POL-"))
    return [ground for ground in decision.grounds if not ground.id.startswith("POL-")] + [_open_ground(assessment)]


def _open_ground(assessment: Assessment) -> Ground:
    clerk, blocking = Clerk(assessment), assessment.missing.blocking
    names = [clerk.label(item.field) for item in blocking]
    facts = tuple(dict.fromkeys(fact for item in blocking for fact in item.facts)) or ("POL-UNKNOWN",)
    return Ground(id="POL-UNKNOWN", says=f"not known and able to turn the answer: {', '.join(names)}", facts=facts)


def _conditions(assessment: Assessment, clerk: Clerk) -> tuple[Statement, ...]:
    """The conditions of an offer; where RLT is not offered they would say nothing."""
    if not assessment.candidacy.startswith(("candidate", "insufficient")):
        return ()
    return tuple(
        Statement(text=wording.sentence(item.says), facts=clerk.holding(item.facts))
        for item in assessment.decision.conditions
    )


def _ground(clerk: Clerk, ground: Ground) -> Statement:
    """A ground that is a fact carries its strength; a step of the policy says what made it decide."""
    if ground.facts == (ground.id,):
        offered = clerk.assessment.candidacy.startswith("candidate")
        lead = "" if offered else "Speaks for RLT"
        return clerk.state(ground.id, lead=lead, **_precondition(clerk, clerk.fact(ground.id)))
    if ground.id == "POL-UNKNOWN":
        return Statement(text=wording.sentence(ground.says), facts=ground.facts)
    facts = clerk.holding(ground.facts)
    more = tuple(wording.named(clerk.fact(fact).says) for fact in facts if clerk.truth(fact) is Truth.TRUE)
    return Statement(text=wording.sentence(ground.says), facts=facts, more=more or _unmet(clerk, facts[0]))


def _unmet(clerk: Clerk, fact_id: str) -> tuple[str, ...]:
    """The parts of a fact's condition that do not hold, each with the values on record."""
    when = clerk.fact(fact_id).when
    parts = when.items if isinstance(when, All) else (when,) if when is not None else ()
    evaluator, record = clerk.assessment.evaluator, clerk.assessment.record
    return tuple(
        f"not met: {wording.condition(words(clerk.knowledge, part))} ({_recorded(clerk, part)})"
        for part in parts
        if evaluator.expression(part, record, {}) is False
    )


def _recorded(clerk: Clerk, part: Expression) -> str:
    while isinstance(part, Ref) and (when := clerk.fact(part.fact).when) is not None:
        part = when
    fields = fields_in(part)
    known = [name for name in fields if clerk.known(name)]
    if len(known) == 1:
        origin = wording.origin_text(clerk.value(known[0]))
        return f"on record: {clerk.shown(known[0])}" + (f", {origin}" if origin else "")
    return ", ".join(f"on record: {clerk.dated(name)}" for name in known) or "not on record"


def _precondition(clerk: Clerk, fact: Fact) -> dict[str, object]:
    """What a recommendation that waits for approval adds: whether the jurisdiction in force meets it."""
    if "precondition" not in fact.attributes:
        return {}
    line = next(
        (line for item in clerk.assessment.answers.values() for line in item.statements if line.fact == fact.id), None
    )
    return {"more": (_approval(clerk, line),)} if line is not None and line.precondition is not None else {}


def _approval(clerk: Clerk, line: Line) -> str:
    place = clerk.assessment.jurisdiction
    return {
        Truth.TRUE: f"condition met: approved in the {place}",
        Truth.FALSE: f"condition not met: not approved in the {place}",
    }.get(line.precondition or Truth.UNKNOWN, "condition cannot be judged: jurisdiction not given or not listed")


def _label(assessment: Assessment, clerk: Clerk, place: str) -> Statement:
    status = assessment.label[place]
    facts = status.facts if status.answer == "unknown" else clerk.holding(status.facts)
    return Statement(
        lead=f"{place} label",
        text=wording.LABEL[status.answer],
        facts=facts,
        truth="u" if status.answer == "unknown" else None,
        word="in force here" if place == assessment.jurisdiction else "",
        whose=_verified(clerk, facts),
    )


def _verified(clerk: Clerk, facts: Iterable[str]) -> str:
    """Whether the label facts were read in public material: "verified" only when all of them were."""
    states = [clerk.fact(fact).attributes.get("verification") for fact in facts]
    found = [state for state in states if isinstance(state, dict)]
    if not found:
        return ""
    if all(state.get("status") == "verified" for state in found):
        return f"verified {max(str(state.get('read_on', '')) for state in found)}"
    return "not verified: the board must confirm"


def _ranking(assessment: Assessment) -> Statement:
    """Why the tiers stand in this order, or why there are none."""
    tiers = assessment.tiers
    if tiers.tiers:
        return Statement(text=wording.sentence(tiers.says), facts=(*tiers.facts, "POL-MARK"), lead=tiers.setting or "")
    text = {
        "insufficient_data": "No ranking before the missing data are in.",
        "out_of_scope": "No ranking: the sources of this sheet do not reach this disease.",
    }.get(assessment.candidacy, "No ranking: no setting of the policy fits this patient.")
    return Statement(text=text, facts=("POL-UNKNOWN" if assessment.candidacy == "insufficient_data" else "POL-BOARD",))


def _tier(assessment: Assessment, clerk: Clerk, number: int) -> Tier:
    """A tier with options of equal arguments on one card, in the order of the policy."""
    groups: dict[tuple[tuple[str, ...], ...], list[Option]] = {}
    for option in assessment.options:
        if option.tier == number:
            groups.setdefault(_arguments_key(option), []).append(option)
    return Tier(number=number, cards=tuple(_card(clerk, group) for group in groups.values()))


def _arguments_key(option: Option) -> tuple[tuple[str, ...], ...]:
    parts = (option.arguments_for, option.arguments_against, option.required, option.blocking)
    return tuple(tuple(argument.fact for argument in part) for part in parts)


def _arguments(option: Option) -> bool:
    return any(_arguments_key(option))


def _card(clerk: Clerk, options: list[Option]) -> Card:
    first = options[0]
    return Card(
        names=tuple(option.name for option in options),
        titles=tuple(option.title for option in options),
        arguments_for=_ordered(clerk, first.arguments_for),
        arguments_against=_ordered(clerk, first.arguments_against),
        required=tuple(_required(clerk, argument) for argument in first.required),
        blocking=tuple(_blocking(clerk, argument) for argument in first.blocking),
        note=None if _arguments(first) else _no_argument(clerk),
    )


def _no_argument(clerk: Clerk) -> Statement:
    facts = clerk.assessment.tiers.facts or ("POL-MARK",)
    return Statement(text="None of the arguments in the sources applies here.", facts=facts)


def _ordered(clerk: Clerk, arguments: Iterable[Argument]) -> tuple[Statement, ...]:
    """Arguments that carry a level first; within both groups the order of the policy."""
    stated = [clerk.state(argument.fact, **_precondition(clerk, clerk.fact(argument.fact))) for argument in arguments]
    return tuple(sorted(stated, key=lambda statement: statement.strength is None))


def _required(clerk: Clerk, argument: Argument) -> Statement:
    fields = ", ".join(dict.fromkeys(clerk.label(name) for name in argument.open_fields))
    return clerk.state(argument.fact, more=(f"still open: {fields}",) if fields else ())


def _blocking(clerk: Clerk, argument: Argument) -> Statement:
    fact = clerk.fact(argument.fact)
    values = tuple(clerk.dated(name) for name in _fields(fact) if clerk.known(name))
    return clerk.state(argument.fact, more=values)


def _fields(fact: Fact) -> list[str]:
    return list(fields_in(fact.when)) if fact.when is not None else []


def _question(clerk: Clerk, name: str, question: Question) -> Statement:
    """One consensus question: how its recommendation stands, its strength as printed, and what it still asks for."""
    line = question.recommendation
    truth = line.truth or Truth.UNKNOWN
    fact = clerk.fact(line.fact)
    asks_only = fact.when is None and bool(fact.requires)
    more = [f"to do: {_open_requirements(clerk, fact, line)}"] if line.unmet else []
    aside = truth is Truth.TRUE and line.set_aside is not None
    if line.precondition is not None and truth is Truth.TRUE and not aside:
        more.append(_approval(clerk, line))
    return Statement(
        lead=name,
        text=wording.TOPICS.get(name, question.asks),
        facts=(line.fact,),
        strength=wording.strength(fact),
        truth="f" if aside else truth.letter,
        word=wording.SET_ASIDE if aside else wording.MET[truth] if asks_only else truth.word,
        more=tuple(more),
    )


def _question_lines(clerk: Clerk, question: Question) -> tuple[Statement, ...]:
    """Every statement of a question in its own words; one without a condition carries no truth."""
    return tuple(
        clerk.state(line.fact, **({"truth": line.truth.letter, "word": line.truth.word} if line.truth else {}))
        for line in question.statements
    )


def _open_requirements(clerk: Clerk, fact: Fact, line: Line) -> str:
    """The mandatory work-up that this recommendation asks for, else its unmet requirements in words."""
    tasks = [wording.task(task.name) for task in clerk.assessment.workup if fact.id in task.facts]
    unmet = [words(clerk.knowledge, item) for item in fact.requires if str(item) in line.unmet]
    return ", ".join(tasks or map(wording.condition, unmet))
