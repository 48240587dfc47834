"""One toxicity class on its way through a written course, with every state that the findings leave possible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lutetia.guideline.modification.dose import Administration
from lutetia.guideline.modification.finding import Finding, ToxicityClass
from lutetia.guideline.modification.machine import Machine, State, Step, Verdict, World, merged
from lutetia.guideline.modification.rules import Applied, once

ORDER: tuple[State, ...] = ("none", "restored", "reduced", "withheld", "stopped")
"""The states from mild to strict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCourse:
    """One toxicity class at the end of a course; `value` is "undecided" when several states stay possible.

    `verdicts`: what may be done on the day asked about. `stop_day`: first day on which a running hold is too long.
    """

    toxicity: ToxicityClass
    term: str | None
    value: State | Literal["undecided"]
    possible: tuple[State, ...]
    steps: tuple[Step, ...]
    because: tuple[Applied, ...]
    verdicts: tuple[Verdict, ...]
    assessed: bool
    stop_day: date | None
    missing: tuple[str, ...]

    @property
    def name(self) -> str:
        """The class, or the term of another toxicity."""
        return self.term or self.toxicity


class Walk:
    """One machine on its way through a course."""

    def __init__(self, machine: Machine, term: str | None) -> None:
        self.machine = machine
        self.term = term
        self.worlds: tuple[World, ...] = (World(),)
        self.undecided: list[str] = []
        self.departures: list[str] = []

    @property
    def name(self) -> str:
        """The class, or the term of another toxicity."""
        return self.term or self.machine.toxicity

    def meet(self, finding: Finding) -> None:
        """Take a finding into account."""
        self.worlds = merged(after for world in self.worlds for after in self.machine.found(world, finding))
        self.undecided += finding.missing

    def dose(self, dose: Administration) -> None:
        """Give a dose, and note where it departs from what all possible courses ask for."""
        verdicts = {verdict for world in self.worlds for verdict in self.machine.verdicts(world, dose.on)}
        if len(verdicts) == 1 and (line := self._departure(dose, verdicts.pop())):
            self.departures.append(line)
        self.worlds = merged(self.machine.given(world, dose) for world in self.worlds)

    def _departure(self, dose: Administration, verdict: Verdict) -> str | None:
        if verdict.activity_mbq is None:
            return f"dose of {dose.on} given although {self.name} asked to {verdict.word}"
        reduction = self.machine.reduction
        if verdict.activity_mbq >= reduction.full_mbq:
            return None
        if dose.activity_mbq is None:
            return f"dose of {dose.on}: activity unknown, {self.name} asked for {verdict}"
        halfway_mbq = (reduction.reduced_mbq + reduction.full_mbq) / 2
        not_reduced = f"dose of {dose.on} not reduced, {self.name} asked to {verdict}"
        return not_reduced if dose.activity_mbq > halfway_mbq else None

    def result(self, as_of: date) -> ClassCourse:
        """Where the class stands on a day."""
        worlds = merged(self.machine.waited(world, as_of) for world in self.worlds)
        possible = tuple(state for state in ORDER if any(world.state == state for world in worlds))
        stop_days = [day for world in worlds if (day := self.machine.stop_day(world)) is not None]
        steps = worlds[0].steps if len(possible) == 1 else ()
        verdicts = {verdict for world in worlds for verdict in self.machine.verdicts(world, as_of)}
        return ClassCourse(
            toxicity=self.machine.toxicity,
            term=self.term,
            value=possible[0] if len(possible) == 1 else "undecided",
            possible=possible,
            steps=steps,
            because=steps[-1].because if steps else (),
            verdicts=tuple(sorted(verdicts, key=lambda verdict: verdict.strictness)),
            assessed=all(world.assessed_since_dose for world in worlds),
            stop_day=min(stop_days, default=None),
            missing=once(self.undecided) if len(possible) > 1 else (),
        )
