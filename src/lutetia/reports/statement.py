"""One line of the sheet: what it says, and the ids of the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lutetia.guideline.assessment import Assessment
from lutetia.guideline.facts import FactValue
from lutetia.guideline.knowledge import REVIEW, Fact
from lutetia.guideline.truth import Truth
from lutetia.reports import wording
from lutetia.reports.published_rules import resolve

DETAILS = "details"
"""The `word` of a line that stands in the details of the HTML sheet alone: the choices made, with `more` as a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One line that says something clinical. `facts` are ids that resolve (`Clerk.fact`); never empty.

    `strength` is a level exactly as printed; a line that cites the narrative review has none. `truth` is the letter
    t, f or u with its word in `word`. `whose` says whose threshold or what kind of line it is.
    """

    text: str
    facts: tuple[str, ...]
    lead: str = ""
    strength: str | None = None
    truth: str | None = None
    word: str = ""
    whose: str = ""
    origin: str = ""
    more: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """ValueError for a line without facts: it must not stand on a sheet."""
        if not self.facts:
            raise ValueError(f"a statement must cite at least one fact, but this one cites none: {self.text!r}")


class Clerk:
    """Writes statements about one assessment: looks up facts, and keeps levels away from the review."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.knowledge = assessment.knowledge
        self.asking_steps = {
            step["id"] for step in self.knowledge.policy["steps"] if not {"fails_to", "stops_to"} & step.keys()
        }

    def fact(self, fact_id: str) -> Fact:
        """The fact of an id, or the published rule of that id. KnowledgeError when there is neither."""
        return resolve(self.knowledge, fact_id)

    def value(self, name: str) -> FactValue:
        """The patient's value of a field; the jurisdiction in force counts as one."""
        return self.assessment.facts.get(name)

    def known(self, name: str) -> bool:
        """Whether a field has a value."""
        return self.value(name).value is not None

    def label(self, name: str) -> str:
        """What a clinician calls a field."""
        return wording.field_label(self.knowledge, name)

    def shown(self, name: str) -> str:
        """A field's value with its unit."""
        return wording.value_text(self.knowledge, self.value(name))

    def dated(self, name: str) -> str:
        """A field with its value, date and author, e.g. "Creatinine clearance 24 mL/min (2026-11-02, laboratory)"."""
        origin, value = wording.origin_text(self.value(name)), self.value(name).value
        colon = ":" if isinstance(value, bool | str) else ""
        return f"{self.label(name)}{colon} {self.shown(name)}" + (f" ({origin})" if origin else "")

    def truth(self, fact_id: str) -> Truth | None:
        """How a fact stands for this patient; None for a fact without a condition."""
        return self.assessment.truth.get(fact_id)

    def holding(self, facts: Iterable[str]) -> tuple[str, ...]:
        """Those of the facts that are true or carry no condition; all of them when none is left."""
        facts = tuple(facts)
        kept = tuple(fact for fact in facts if self.truth(fact) in {None, Truth.TRUE})
        return kept or facts

    def state(self, fact_id: str, **parts: object) -> Statement:
        """A fact's own words with its strength as printed, or what kind of line it is."""
        fact = self.fact(fact_id)
        strength = wording.strength(fact)
        given = {
            "text": wording.named(fact.says),
            "facts": (fact_id,),
            "strength": strength,
            "whose": "" if strength else wording.standing(fact),
            **parts,
        }
        return Statement(**given)  # type: ignore[arg-type]

    def without_review(self, facts: Iterable[str]) -> tuple[str, ...]:
        """The facts that are not from the narrative review: beside these a level may be printed."""
        return tuple(fact for fact in facts if self.fact(fact).paper != REVIEW)
