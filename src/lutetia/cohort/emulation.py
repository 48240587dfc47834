"""The target trial that a cohort study emulates: decision, strategies, grace period, adjustment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.cohort.eligibility import Words, words_problems
from lutetia.cohort.time_point import TimePoint
from lutetia.course.entry import Text, WholeNumber
from lutetia.course.problem import Problem


class Strategy(Declared):
    """One arm of the target trial: which treatment comes next."""

    name: Text = Field(description="its name in words")
    next_line: Words = Field(description="classes or regimens of the next line; `not RLT` is any but that")

    def contradictions(self) -> Iterable[Problem]:
        yield from words_problems(("next_line",), self.next_line)


class Emulation(Declared):
    """From the decision on, each patient follows one of the strategies within the grace period."""

    at: TimePoint = Field(description="the decision: progression on a line, or the board decision after it")
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=2, max_length=2)] = Field(
        description="two strategies; the first is the reference"
    )
    grace_days: Annotated[WholeNumber, Field(ge=1)] = Field(description="days within which the next line must start")
    adjust_for: tuple[Text, ...] = Field(default=(), description="columns of declared covariates known at the decision")

    def contradictions(self) -> Iterable[Problem]:
        names = [strategy.name for strategy in self.strategies]
        if len(set(names)) < len(names):
            yield Problem(place=("strategies",), must="strategies must have names of their own", got=", ".join(names))
