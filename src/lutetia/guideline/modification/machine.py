"""The dose machine of one toxicity class: none → withheld → reduced → restored → stopped.

Where a finding is undecided the machine walks every course it leaves possible; a state is told only when all of them
end in it. Rules and their verification: data/dose_rules.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from lutetia.guideline.modification.dose import Administration, Reduction
from lutetia.guideline.modification.finding import Finding, ToxicityClass
from lutetia.guideline.modification.rules import Applied, applied, section, variant
from lutetia.quantities import number_text

State = Literal["none", "withheld", "reduced", "restored", "stopped"]
Word = Literal["stop", "hold", "give"]
_STRICTNESS: dict[Word, int] = {"give": 0, "hold": 1, "stop": 2}
DelayReading = Literal["delay_of_16_weeks", "interval_of_16_weeks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of state of one toxicity class, with the rules that made it."""

    on: date
    toxicity: ToxicityClass
    before: State
    after: State
    because: tuple[Applied, ...]

    def __str__(self) -> str:
        return f"{self.on} {self.toxicity}: {self.before} → {self.after}; {'; '.join(map(str, self.because))}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done with the next dose; `activity_mbq` only with `give`."""

    word: Word
    activity_mbq: float | None = None

    @property
    def strictness(self) -> tuple[int, float]:
        """Stop before hold before give; of two doses the smaller is the stricter."""
        return (_STRICTNESS[self.word], -(self.activity_mbq or 0.0))

    def __str__(self) -> str:
        return self.word if self.activity_mbq is None else f"{self.word} {number_text(self.activity_mbq)} MBq"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One course of events that the findings leave possible.

    `since`: first day of the episode that holds the dose. `restarted`: a dose was given after that hold.
    """

    state: State = "none"
    since: date | None = None
    last_dose: date | None = None
    restarted: bool = False
    assessed_since_dose: bool = False
    steps: tuple[Step, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What decides the future of this course; the steps only tell its past."""
        return (self.state, self.since, self.last_dose, self.restarted, self.assessed_since_dose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The rules of one toxicity class under the conventions chosen."""

    toxicity: ToxicityClass
    delay_reading: DelayReading
    reduction: Reduction

    def found(self, world: World, finding: Finding) -> tuple[World, ...]:
        """The courses possible after a finding."""
        if world.last_dose is None:
            return (world,)
        after_time = self.waited(world, finding.on)
        return merged(self._after(after_time, finding, *outcome) for outcome in finding.outcomes)

    def given(self, world: World, dose: Administration) -> World:
        """The course after a dose was given, whether the rules allowed it or not."""
        before = self.waited(world, dose.on)
        restarted = before.restarted or before.state == "reduced"
        return replace(before, last_dose=dose.on, restarted=restarted, assessed_since_dose=False)

    def waited(self, world: World, until: date) -> World:
        """The course when a day is reached without a dose: a delay that is too long stops the treatment."""
        limit = self.stop_day(world)
        if limit is None or until < limit:
            return world
        because = (self._delay_rule(world, limit), self._class_rule("delayed"))
        return self._moved(world, limit, "stopped", because)

    def stop_day(self, world: World) -> date | None:
        """The first day on which the delay is too long; None when no dose is on hold."""
        waiting = world.state == "withheld" or (world.state == "reduced" and not world.restarted)
        if not waiting or world.last_dose is None or world.since is None:
            return None
        row = variant("delay_reading", self.delay_reading)
        start = world.last_dose
        if row["counted_from"] == "due_day":
            start = max(due_day(world.last_dose), world.since)
        return start + timedelta(weeks=row["weeks"])

    def verdicts(self, world: World, on: date) -> tuple[Verdict, ...]:
        """What may be done on a day: one verdict, or several when the class was not assessed since the last dose."""
        now = self.waited(world, on)
        if now.state == "stopped":
            return (Verdict("stop"),)
        if now.state == "withheld":
            return (Verdict("hold"),)
        if now.state == "reduced" and not now.restarted:
            return (Verdict("give", self.reduction.reduced_mbq),)
        allowed = Verdict("give", self.reduction.next_mbq if now.restarted else self.reduction.full_mbq)
        if now.assessed_since_dose or now.last_dose is None:
            return (allowed,)
        stops = now.restarted or "stops_at_once" in section("classes")[self.toxicity]
        return (Verdict("stop" if stops else "hold"), allowed)

    def _after(self, world: World, finding: Finding, triggers: bool, recovered: bool) -> World:
        if world.state == "stopped" or not finding.assesses:
            return world
        seen = replace(world, assessed_since_dose=True)
        if triggers:
            return self._triggered(seen, finding)
        if seen.state == "withheld" and recovered:
            because = (self._class_rule("resume", finding), *self._dose_rule(0))
            return self._moved(seen, finding.on, "reduced", because)
        if seen.state == "reduced" and seen.restarted:
            return self._moved(seen, finding.on, "restored", (*self._dose_rule(1, finding), *_criteria(finding)))
        return seen

    def _triggered(self, world: World, finding: Finding) -> World:
        if "stops_at_once" in section("classes")[self.toxicity]:
            return self._moved(world, finding.on, "stopped", (self._class_rule("stops_at_once", finding),))
        if world.restarted:
            because = (self._class_rule("recurs", finding), *_criteria(finding))
            return self._moved(world, finding.on, "stopped", because)
        if world.state == "reduced":
            again = (self._class_rule("withhold", finding), applied("DM-SEQ-2"))
            return self._moved(world, finding.on, "withheld", again)
        if world.state == "none":
            because = (self._class_rule("withhold", finding), *_criteria(finding))
            return self._moved(replace(world, since=finding.on), finding.on, "withheld", because)
        return world

    def _moved(self, world: World, on: date, after: State, because: Iterable[Applied]) -> World:
        step = Step(on=on, toxicity=self.toxicity, before=world.state, after=after, because=tuple(because))
        return replace(world, state=after, steps=(*world.steps, step))

    def _class_rule(self, name: str, finding: Finding | None = None) -> Applied:
        rule_id = section("classes")[self.toxicity][name]
        return applied(rule_id, **(_graded(finding) if finding is not None else {}))

    def _dose_rule(self, which: int, finding: Finding | None = None) -> tuple[Applied, ...]:
        dose_mbq = (self.reduction.reduced_mbq, self.reduction.next_mbq)[which]
        seen = _graded(finding) if finding is not None else {}
        return (applied(self.reduction.rules[which], activity_mbq=dose_mbq, **seen),)

    def _delay_rule(self, world: World, limit: date) -> Applied:
        rule_id = variant("delay_reading", self.delay_reading)["rule"]
        return applied(rule_id, last_dose=world.last_dose, on_hold_since=world.since, stop_day=limit)


def _graded(finding: Finding) -> dict[str, str]:
    """What was graded, for the rule that used it; nothing for a finding without grade."""
    used = dict(finding.because[0].used) if finding.grade is not None else {}
    return {name: value for name, value in used.items() if name != "met"}


def _criteria(finding: Finding) -> tuple[Applied, ...]:
    """The criteria behind a finding without grade (kidney, liver)."""
    return finding.because if finding.grade is None else ()


def due_day(last_dose: date) -> date:
    """The day the next dose is due: 8 weeks after the last (DM-CAL-1)."""
    return last_dose + timedelta(weeks=section("schedule")["interval_weeks"])


def merged(worlds: Iterable[World]) -> tuple[World, ...]:
    """The courses without those that have the same future."""
    return tuple({world.key: world for world in reversed(tuple(worlds))}.values())
