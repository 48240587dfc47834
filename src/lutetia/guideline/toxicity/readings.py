"""The readings of a dose course: one replay for each choice that has no default, and answers that they share or not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from lutetia.guideline.modification import ClassCourse, DoseCourse, NextDose, PrecycleCheck, Verdict
from lutetia.guideline.modification.machine import DelayReading
from lutetia.guideline.toxicity.findings import PartialDays

T = TypeVar("T", bound=Hashable)
CHOICES = ("ctcae_version", "delay_reading", "partial_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseReading:
    """One replay under one choice of each thing that has no default.

    `findings` counts what the machine took. `precycle` and `next_dose` are None for a line that has ended.
    """

    ctcae_version: str
    delay_reading: DelayReading
    partial_days: PartialDays
    findings: int
    course: DoseCourse
    precycle: PrecycleCheck | None
    next_dose: NextDose | None

    @property
    def by_findings(self) -> Verdict | None:
        """The strictest verdict of the classes that leave no doubt: assessed since the last dose, or on hold.

        It leaves out what nobody looked at, so it is no answer by itself. None when every class is open.
        """
        certain = [one.verdicts[0] for one in self.course.classes if _is_certain(one)]
        return max(certain, key=lambda verdict: verdict.strictness, default=None)

    @property
    def open_classes(self) -> tuple[str, ...]:
        """The classes that leave the next dose open: no finding since the last dose, or an undecided one."""
        return tuple(dict.fromkeys(one.toxicity for one in self.course.classes if not _is_certain(one)))


def by_reading(readings: Sequence[DoseReading], say: Callable[[DoseReading], T]) -> tuple[tuple[T, str], ...]:
    """Each different answer with the readings that give it: ((answer, name), …); one answer has no name.

    Only the choices that make the difference are named.
    """
    if len({say(one) for one in readings}) <= 1:
        return ((say(readings[0]), ""),) if readings else ()
    names = _deciding(readings, say)
    grouped: dict[T, dict[str, None]] = {}
    for one in readings:
        grouped.setdefault(say(one), {})[", ".join(_name(one, choice) for choice in names)] = None
    return tuple((answer, " or ".join(said)) for answer, said in grouped.items())


def _deciding(readings: Sequence[DoseReading], say: Callable[[DoseReading], Hashable]) -> tuple[str, ...]:
    """The fewest choices that together settle the answer."""
    for size in range(1, len(CHOICES)):
        for names in combinations(CHOICES, size):
            answers = {(tuple(getattr(one, name) for name in names), say(one)) for one in readings}
            if len(answers) == len({key for key, _ in answers}):
                return names
    return CHOICES


def _name(reading: DoseReading, choice: str) -> str:
    said = str(getattr(reading, choice))
    if choice == "ctcae_version":
        return f"CTCAE {said}"
    return said.replace("_", " ") if choice == "delay_reading" else f"partial dates on the {said.replace('_', ' ')}"


def _is_certain(one: ClassCourse) -> bool:
    return len(one.verdicts) == 1
