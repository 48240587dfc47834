"""The assessment of one patient against the knowledge: everything a board sheet prints, each line with its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.guideline import attention, conflicts, trials
from lutetia.guideline import options as lines
from lutetia.guideline.answers import Answer, answer_questions
from lutetia.guideline.decide import Decision, decide
from lutetia.guideline.evaluate import GRADINGS, Evaluator, Memo, as_value, evaluator
from lutetia.guideline.explain import Reason, explain_fact
from lutetia.guideline.facts import Facts, Value, read_flat
from lutetia.guideline.knowledge import Knowledge
from lutetia.guideline.missing import Missing, Outcome, leads_to, missing_data
from lutetia.guideline.truth import Truth

GRADES = {"G1": "DER-G1", "G2": "DER-G2", "G3": "DER-G3", "NEC": "DER-NEC"}
INTENDED_USE = (
    "Research and education software, not a medical device. It prepares what a board needs to judge for itself; "
    "the decision stays with the board."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessment:
    """What the knowledge says of one patient on one day. Sections are computed when first asked for."""

    facts: Facts
    knowledge: Knowledge
    jurisdiction: str | None
    jurisdiction_from: str
    as_of: date
    grading: str
    record: Mapping[str, Value]
    _memo: Memo = field(default_factory=dict, repr=False)

    @property
    def evaluator(self) -> Evaluator:
        """The compiled knowledge in this assessment's grading mode."""
        return evaluator(self.knowledge, self.grading)

    @cached_property
    def truth(self) -> dict[str, Truth]:
        """Truth of every executable fact."""
        kleene = self.evaluator.all_facts(self.record, self._memo)
        return {fact_id: Truth.of(value) for fact_id, value in kleene.items()}

    @cached_property
    def scope(self) -> str:
        """`in_scope`, `out_of_scope` or `unknown`."""
        scope = self.evaluator.fact("CONS-SCOPE-1", self.record, self._memo)
        return {True: "in_scope", False: "out_of_scope", None: "unknown"}[scope]

    @cached_property
    def grade(self) -> str | None:
        """`G1`, `G2`, `G3`, `NEC`, a range such as `G1-G2`, or None when nothing can be said."""
        truth = {name: self.evaluator.fact(fact, self.record, self._memo) for name, fact in GRADES.items()}
        if certain := [name for name, value in truth.items() if value]:
            return certain[0]
        possible = [name for name, value in truth.items() if value is None]
        if truth["NEC"] is None or len(possible) in {0, 3}:
            return None
        return f"{possible[0]}-{possible[-1]}"

    @cached_property
    def grade_rests_on_ki67_alone(self) -> bool:
        """Whether the grade was given without a mitotic count."""
        unrecorded = "mitoses_2mm2" not in self.record and "ki67_pct" in self.record
        return unrecorded and self.grade in {"G1", "G2", "G3"}

    @cached_property
    def decision(self) -> Decision:
        """The candidacy with its grounds, conditions, stops and open points."""
        return decide(self.evaluator, self.record, self._memo, self.jurisdiction)

    @property
    def candidacy(self) -> str:
        """One of `decide.CANDIDACIES`."""
        return self.decision.candidacy

    @cached_property
    def label(self) -> dict[str, lines.LabelStatus]:
        """Label status for EU and US, each on its own."""
        return lines.label_status(self.evaluator, self.record, self._memo)

    @cached_property
    def tiers(self) -> lines.Tiers:
        """Option names in tiers; empty when nothing can be ranked."""
        return lines.tiers(self.evaluator, self.record, self._memo, self.candidacy)

    @cached_property
    def options(self) -> tuple[lines.Option, ...]:
        """The options of the tiers with their arguments."""
        return lines.describe(self.evaluator, self.record, self._memo, self.tiers)

    @cached_property
    def rlt(self) -> lines.Option:
        """RLT, or RLT again after RLT, with its arguments even where it is not offered (tier 0)."""
        name = "rlt_retreatment" if self.record.get("prior_rlt") is True else "rlt"
        ranked = {option.name: option for option in self.options}
        return ranked.get(name) or lines.option(self.evaluator, self.record, self._memo, name, 0)

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The ten questions, `Q1` to `Q10`."""
        return answer_questions(self.evaluator, self.record, self._memo, self.jurisdiction)

    @cached_property
    def missing(self) -> Missing:
        """Missing data, blocking and advisory."""
        return missing_data(self.evaluator, self.record, self._memo, self.decision)

    @cached_property
    def leads_to(self) -> dict[str, tuple[Outcome, ...]]:
        """For each blocking field, what each answer would lead to."""
        fields = tuple(item.field for item in self.missing.blocking)
        return leads_to(self.evaluator, self.record, self.jurisdiction, fields)

    @cached_property
    def cautions(self) -> tuple[attention.Caution, ...]:
        """Cautions with value, date and whose threshold."""
        return attention.cautions(self.evaluator, self.facts, self.record, self._memo)

    @cached_property
    def workup(self) -> tuple[attention.Task, ...]:
        """Work-up still to be done, mandatory first."""
        return attention.workup(self.evaluator, self.record, self._memo)

    @cached_property
    def monitoring(self) -> tuple[attention.Task, ...]:
        """Monitoring if RLT is given."""
        offered = tuple(name for tier in self.tiers.tiers for name in tier)
        return attention.monitoring(self.evaluator, offered)

    @cached_property
    def conflicts(self) -> tuple[conflicts.Conflict, ...]:
        """Conflicts between sources that touch this patient."""
        return conflicts.conflicts_touching(self.evaluator, self.record, self._memo)

    @cached_property
    def trials(self) -> tuple[trials.TrialMatch, ...]:
        """Every trial, criterion by criterion."""
        return trials.match_trials(self.evaluator, self.record, self._memo)

    @property
    def review_overdue(self) -> bool:
        """Whether the edition's review date has passed on the day of the assessment."""
        return self.as_of > self.knowledge.review_by

    def why(self, option: str) -> tuple[Reason, ...]:
        """The trees of reasons behind an option: every fact for, against, required and blocking it.

        InputError for an option the policy does not know.
        """
        entry = self.knowledge.policy["options"].get(option)
        if entry is None:
            known = ", ".join(self.knowledge.policy["options"])
            raise InputError("why", [Fault(place="option", must=f"an option must be one of {known}", got=option)])
        keys = ("for", "against", "against_when_false", "requires", "blocks")
        named = dict.fromkeys(fact for key in keys for fact in lines.facts_of_entries(entry.get(key, ())))
        return tuple(explain_fact(self.evaluator, self.facts, self.record, self._memo, fact) for fact in named)

    def what_if(self, **changes: Any) -> Assessment:
        """The assessment with some fields changed (None makes a field unknown), everything else as it is."""
        argued = changes.get("jurisdiction", self.jurisdiction) if self.jurisdiction_from == "argument" else None
        return assess(
            self.facts.changed(self.knowledge, **changes),
            self.knowledge,
            jurisdiction=argued,
            as_of=self.as_of,
            grading=self.grading,
        )


def assess(
    facts: Facts | Mapping[str, Any],
    knowledge: Knowledge,
    jurisdiction: str | None = None,
    *,
    as_of: date,
    grading: str = "ki67_sufficient",
) -> Assessment:
    """Assess one patient's facts (or flat record) against the knowledge on a day.

    `jurisdiction` (EU, US, other) wins over the record's; with neither, both labels are shown and what depends on the
    label is unknown. `grading` is `ki67_sufficient` or `strict`. InputError for values that cannot be.
    """
    if grading not in GRADINGS:
        must = f"grading must be one of {', '.join(GRADINGS)}"
        raise InputError("assess", [Fault(place="grading", must=must, got=repr(grading))])
    known = knowledge.fields["jurisdiction"].values
    if jurisdiction is not None and jurisdiction not in known:
        must = f"jurisdiction must be one of {', '.join(known)}"
        raise InputError("assess", [Fault(place="jurisdiction", must=must, got=repr(jurisdiction))])
    given = facts if isinstance(facts, Facts) else read_flat(facts, knowledge=knowledge)
    record = {name: as_value(value) for name, value in given.record().items()}
    origin = "argument" if jurisdiction else "record" if "jurisdiction" in record else "not given"
    place = jurisdiction or record.get("jurisdiction")
    if place is not None:
        record["jurisdiction"] = place
    return Assessment(
        facts=given,
        knowledge=knowledge,
        jurisdiction=str(place) if place is not None else None,
        jurisdiction_from=origin,
        as_of=as_of,
        grading=grading,
        record=record,
    )
