"""Who belongs to a study: ordered, named rules on the facts of a course; unknown is neither yes nor no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from lutetia.cohort.declared import Day, Declared, LineNumber
from lutetia.cohort.known_fact import FACTS, OnDay
from lutetia.cohort.regimen_group import known_words, matches, unknown_words
from lutetia.course.disease import PrimarySite
from lutetia.course.entry import Number, Text, YesNo
from lutetia.course.patient import Sex
from lutetia.course.problem import Problem
from lutetia.quantities import Interval

Grade = Literal["G1", "G2", "G3", "NEC"]
Stage = Literal["localized", "locally_advanced", "metastatic"]
Differentiation = Literal["well", "poor"]
Words = Annotated[tuple[Text, ...], Field(min_length=1)]


class Bounds(Declared):
    """Bounds of a number; those given must all hold."""

    at_least: Number | None = Field(default=None, description="the number itself is allowed")
    above: Number | None = Field(default=None, description="the number itself is not allowed")
    at_most: Number | None = Field(default=None, description="the number itself is allowed")
    below: Number | None = Field(default=None, description="the number itself is not allowed")

    def contradictions(self) -> Iterable[Problem]:
        low = max((n for n in (self.at_least, self.above) if n is not None), default=None)
        high = min((n for n in (self.at_most, self.below) if n is not None), default=None)
        if low is None and high is None:
            yield Problem(place=(), must="at least one of at_least, above, at_most, below must be given")
        elif low is not None and high is not None and low > high:
            yield Problem(place=(), must="the bounds must leave a number", got=f"{low:g} to {high:g}")

    def hold(self, value: Any) -> bool | None:
        """Whether a number or every number of an Interval lies within; None when only some do."""
        interval = Interval.parse(value)
        checks = {">=": self.at_least, ">": self.above, "<=": self.at_most, "<": self.below}
        answers = [interval.certainly(op, bound) for op, bound in checks.items() if bound is not None]  # type: ignore[arg-type]
        return False if False in answers else None if None in answers else True


class LineRule(Declared):
    """What must hold of one line of therapy; without further words it must exist."""

    number: LineNumber = Field(description="number of the line, from 1")
    regimen: Words | None = Field(default=None, description="classes or regimens; `not RLT` is any but that")
    started_from: Day | None = Field(default=None, description="first day on which it may have started")
    started_to: Day | None = Field(default=None, description="last day on which it may have started")
    progressed: YesNo | None = Field(default=None, description="true: progression on it is on record, dated or not")
    exists: YesNo = Field(default=True, description="false: the patient must have had fewer lines")

    def contradictions(self) -> Iterable[Problem]:
        yield from words_problems(("regimen",), self.regimen or ())
        if self.started_from is not None and self.started_to is not None and self.started_from > self.started_to:
            yield Problem(place=("started_to",), must=f"must not lie before started_from ({self.started_from})")
        more = (self.regimen, self.started_from, self.started_to, self.progressed)
        if not self.exists and any(item is not None for item in more):
            yield Problem(place=("exists",), must="a line that must not exist cannot have further conditions")

    def hold(self, at: OnDay) -> bool | None:
        """Whether the line is as it must be, up to the data cut-off."""
        line = at.story.line(self.number)
        if line is None:
            return not self.exists
        if at.story.unusable is not None:
            return None
        answers: list[bool | None] = [self.exists]
        if self.regimen is not None:
            answers.append(matches(line.regimen, self.regimen))
        if self.started_from is not None:
            answers.append(line.start.on >= self.started_from)
        if self.started_to is not None:
            answers.append(line.start.on <= self.started_to)
        if self.progressed is not None:
            answers.append((line.progression is not None or line.undated_progression is not None) == self.progressed)
        return all(answers)


def words_problems(place: tuple[str | int, ...], words: Iterable[str]) -> Iterable[Problem]:
    """A problem for the words that name no class of treatment and no regimen."""
    if unknown := unknown_words(list(words)):
        must = f"treatments must be among {', '.join(known_words())} (or `not` and one of these)"
        yield Problem(place=place, must=must, got=", ".join(unknown))


class Rule(Declared):
    """One named rule: exactly one criterion, and what becomes of patients of whom the fact is not known."""

    rule: Text = Field(description="its name in words, as the participant flow prints it")
    unknown: Literal["exclude", "keep"] = Field(default="exclude", description="patients of whom it is not known")
    primary_site: Annotated[tuple[PrimarySite, ...], Field(min_length=1)] | None = None
    grade: Annotated[tuple[Grade, ...], Field(min_length=1)] | None = None
    differentiation: Annotated[tuple[Differentiation, ...], Field(min_length=1)] | None = None
    ki67_pct: Bounds | None = None
    age_years: Bounds | None = None
    sex: Annotated[tuple[Sex, ...], Field(min_length=1)] | None = None
    stage: Annotated[tuple[Stage, ...], Field(min_length=1)] | None = None
    hereditary: YesNo | None = None
    functional: YesNo | None = None
    primary_resected: YesNo | None = None
    ecog: Bounds | None = None
    line: LineRule | None = None

    def contradictions(self) -> Iterable[Problem]:
        if len(given := self._given()) != 1:
            must = f"a rule must have exactly one criterion of {', '.join(CRITERIA)}"
            yield Problem(place=(), must=must, got=", ".join(given) or "none", do="Write one rule for each criterion.")

    def _given(self) -> list[str]:
        return [name for name in CRITERIA if getattr(self, name) is not None]

    @property
    def criterion(self) -> str:
        """The name of its criterion."""
        return self._given()[0]

    def hold(self, at: OnDay) -> bool | None:
        """Whether the patient meets the rule: yes, no, or not known (None)."""
        name, wanted = self.criterion, getattr(self, self.criterion)
        if isinstance(wanted, LineRule):
            return wanted.hold(at)
        known = FACTS[name](at)
        if known is None:
            return None
        if isinstance(wanted, Bounds):
            return wanted.hold(known.value)
        return _one_of(known.value, wanted) if isinstance(wanted, tuple) else bool(known.value == wanted)


def _one_of(value: Any, wanted: tuple[str, ...]) -> bool | None:
    """Whether a value, or each of several possible ones (the grades G1 and G2), is wanted."""
    possible = value if isinstance(value, tuple) else (value,)
    answers = {one in wanted for one in possible}
    return answers.pop() if len(answers) == 1 else None


CRITERIA = tuple(name for name in Rule.model_fields if name not in ("rule", "unknown"))
"""Every criterion a rule may have."""
