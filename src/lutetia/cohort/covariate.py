"""Covariates of an analysis: a documented vocabulary, read as known on the day of time zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

from pydantic import Field

from lutetia.cohort.declared import Declared, LineNumber
from lutetia.cohort.eligibility import Stage
from lutetia.cohort.known_fact import FACTS, Known, OnDay, exactly_or_middle
from lutetia.cohort.regimen_group import group_names
from lutetia.cohort.time_point import TimePoint
from lutetia.course.disease import PrimarySite
from lutetia.course.entry import Id, Number, Text
from lutetia.course.problem import Problem
from lutetia.dates import DAYS_PER_MONTH

Kind = Literal["number", "category", "yes_no"]
Value = float | str | bool | None
Scalar = float | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One word of the vocabulary. `levels` is empty where the record decides them (centre)."""

    kind: Kind
    says: str
    levels: tuple[str, ...] = ()
    of_line: Literal["line_start", "progression"] | None = None


VOCABULARY: dict[str, Variable] = {
    "age_years": Variable(kind="number", says="age at time zero, years"),
    "sex": Variable(kind="category", says="sex", levels=("female", "male")),
    "centre": Variable(kind="category", says="centre"),
    "ki67_pct": Variable(kind="number", says="Ki-67 of the newest specimen, %"),
    "ki67_gt10": Variable(kind="yes_no", says="Ki-67 above 10 %"),
    "grade": Variable(kind="category", says="WHO grade", levels=("G1", "G2", "G3", "NEC")),
    "primary_site": Variable(kind="category", says="primary site", levels=get_args(PrimarySite)),
    "functional": Variable(kind="yes_no", says="hormone syndrome"),
    "hereditary": Variable(kind="yes_no", says="hereditary syndrome"),
    "stage": Variable(kind="category", says="stage", levels=get_args(Stage)),
    "primary_resected": Variable(kind="yes_no", says="primary tumour resected"),
    "extrahepatic_disease": Variable(kind="yes_no", says="metastases outside the liver"),
    "liver_metastases": Variable(kind="yes_no", says="metastases in the liver"),
    "tumour_burden": Variable(kind="category", says="tumour burden on CT or MRI", levels=("low", "moderate", "high")),
    "liver_lesion_count": Variable(kind="number", says="number of liver metastases"),
    "ecog": Variable(kind="number", says="ECOG performance status"),
    "months_since_diagnosis": Variable(kind="number", says="months from diagnosis to time zero"),
    "year_of_line": Variable(kind="number", says="calendar year in which the line started", of_line="line_start"),
    "treatment_of_line": Variable(
        kind="category", says="treatment of the line", levels=tuple(group_names()), of_line="line_start"
    ),
    "months_to_progression": Variable(
        kind="number",
        says="months from the start of the line to progression on it (PFS of the line)",
        of_line="progression",
    ),
    "months_to_next_line": Variable(
        kind="number", says="months from progression on the line to the start of the next", of_line="progression"
    ),
}
"""Every covariate that can be declared."""

CovariateName = Literal[
    "age_years", "sex", "centre", "ki67_pct", "ki67_gt10", "grade", "primary_site", "functional", "hereditary", "stage",
    "primary_resected", "extrahepatic_disease", "liver_metastases", "tumour_burden", "liver_lesion_count", "ecog",
    "months_since_diagnosis", "year_of_line", "treatment_of_line", "months_to_progression", "months_to_next_line",
]  # fmt: skip


class Measured(NamedTuple):
    """The value of a covariate (None: not known) and the entries it comes from."""

    value: Value
    entries: tuple[str, ...] = ()


class Covariate(Declared):
    """One covariate of the study. `cut_points` make a category of a number: [3, 10] gives <=3, >3 to 10, >10."""

    name: CovariateName = Field(description="a word of the vocabulary")
    line: LineNumber | None = Field(default=None, description="the line, for covariates of a line")
    key: Id | None = Field(default=None, description="column name, where the default (name, line) stands for another")
    label: Text | None = Field(default=None, description="how tables call it; default: the vocabulary's words")
    cut_points: tuple[Number, ...] = Field(default=(), description="for numbers: upper bounds, each in the lower class")
    reference: Text | None = Field(default=None, description="reference level; default: the first (numbers have none)")
    ranges: Literal["missing", "middle"] = Field(
        default="missing", description='a value known as a range ("<3") that no cut point settles'
    )

    def contradictions(self) -> Iterable[Problem]:
        variable = VOCABULARY[self.name]
        if (variable.of_line is not None) != (self.line is not None):
            must = f"{self.name} {'needs the number of its' if variable.of_line else 'is not of a'} line"
            yield Problem(place=("line",), must=must, got=str(self.line) if self.line else "none")
        if self.cut_points and variable.kind != "number":
            yield Problem(place=("cut_points",), must=f"cut_points are for numbers; {self.name} is a {variable.kind}")
        if any(low >= high for low, high in pairwise(self.cut_points)):
            yield Problem(place=("cut_points",), must="cut_points must rise", got=str(list(self.cut_points)))
        if self.reference is not None and self.kind == "number":
            yield Problem(
                place=("reference",), must="a number has no reference level", do="Give cut_points, or remove it."
            )
        elif self.reference is not None and self.levels and self.reference not in self.levels:
            must = f"reference must be one of {', '.join(self.levels)}"
            yield Problem(place=("reference",), must=must, got=f'"{self.reference}"')

    @property
    def column(self) -> str:
        """Its column in the analysis rows."""
        return self.key or (self.name if self.line is None else f"{self.name}_{self.line}")

    @property
    def title(self) -> str:
        """What tables call it."""
        says = VOCABULARY[self.name].says
        return self.label or (says if self.line is None else f"{says} (line {self.line})")

    @property
    def kind(self) -> Kind:
        """number, category or yes_no; a number with cut points is a category."""
        return "category" if self.cut_points else VOCABULARY[self.name].kind

    @property
    def levels(self) -> tuple[str, ...]:
        """Its levels in order, the reference apart; empty for a number and where the record decides them (centre)."""
        if self.cut_points:
            names = [f"<={self.cut_points[0]:g}"]
            names += [f">{low:g} to {high:g}" for low, high in pairwise(self.cut_points)]
            return (*names, f">{self.cut_points[-1]:g}")
        return ("no", "yes") if self.kind == "yes_no" else VOCABULARY[self.name].levels

    @property
    def known_at(self) -> TimePoint | None:
        """The moment its line makes it known; None for what is read on the day of time zero."""
        of_line = VOCABULARY[self.name].of_line
        if of_line is None or self.line is None:
            return None
        if self.name == "months_to_next_line":
            return TimePoint(event="line_start", line=self.line + 1)
        return TimePoint(event=of_line, line=self.line)

    def measure(self, at: OnDay) -> Measured:
        """The value at a moment; None when not known, or a range that neither cut points nor `ranges` settle."""
        if VOCABULARY[self.name].of_line is not None:
            value, entries = _of_line(self.name, self.line or 1, at)
            return Measured(self._cut(value), entries)
        known = _gt10(at) if self.name == "ki67_gt10" else FACTS[self.name](at)
        if known is None:
            return Measured(None)
        return Measured(self._value(known.value), (known.entry_id,))

    def _value(self, value: Any) -> Value:
        if self.name == "grade":
            return str(value[0]) if len(value) == 1 else None
        if VOCABULARY[self.name].kind != "number":
            scalar: Scalar = value
            return scalar
        if not self.cut_points:
            return exactly_or_middle(value, self.ranges)
        low, high = (value.low, value.high) if hasattr(value, "low") else (value, value)
        first, last = self._class(low, bool(getattr(value, "low_open", False))), self._class(high)
        return first if first == last else self._cut(exactly_or_middle(value, self.ranges))

    def _cut(self, value: Value) -> Value:
        return self._class(float(value)) if self.cut_points and isinstance(value, int | float) else value

    def _class(self, number: float, just_above: bool = False) -> str:
        """The class of a number, or of the numbers just above it."""
        below = [cut for cut in self.cut_points if cut < number or (just_above and cut == number)]
        return self.levels[len(below)]


def _gt10(at: OnDay) -> Known | None:
    known = FACTS["ki67_pct"](at)
    above = known.value.certainly(">", 10) if known is not None else None
    return Known(above, known.entry_id) if known is not None and above is not None else None


def _of_line(name: str, number: int, at: OnDay) -> tuple[Value, tuple[str, ...]]:
    line, after = at.story.line(number), at.story.line(number + 1)
    if line is None or at.story.unusable is not None:
        return None, ()
    if name == "year_of_line":
        return float(line.start.on.year), (line.entry_id,)
    if name == "treatment_of_line":
        return line.group, (line.entry_id,)
    if line.progression is None:
        return None, ()
    if name == "months_to_progression":
        return (line.progression.day - line.start.day) / DAYS_PER_MONTH, (line.progression.entry_id,)
    if after is None:
        return None, ()
    return (after.start.day - line.progression.day) / DAYS_PER_MONTH, (line.progression.entry_id, after.entry_id)
