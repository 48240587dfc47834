"""The declaration of a cohort study: who, from when, what is compared, which endpoints, adjusted for what.

`lutetia.exchange.studies.read_study` reads it from YAML; every field is described in docs/cohort/declaration.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from lutetia.cohort.covariate import Covariate
from lutetia.cohort.declared import Day, Declared
from lutetia.cohort.eligibility import Rule
from lutetia.cohort.emulation import Emulation
from lutetia.cohort.endpoint import Endpoint
from lutetia.cohort.follow_up_rules import FollowUpRules
from lutetia.cohort.source import CourseSource
from lutetia.cohort.time_point import TimePoint
from lutetia.cohort.treatment_sequence import Exposure
from lutetia.course.entry import Text, WholeNumber, YesNo
from lutetia.course.problem import Problem

FORMAT = "study/1"
RATES = ("ORR", "DCR")


class Subgroup(Declared):
    """A covariate whose levels are analysed one by one (forest), or one level analysed as a cohort of its own."""

    covariate: Text = Field(description="column of a declared covariate with levels")
    level: Text | None = Field(default=None, description="only this level; default: each")


class Selection(Declared):
    """Stepwise selection of covariates as SPSS does it; printed as a replication beside the full model."""

    method: Literal["spss_forward"] = Field(description="forward selection: score to enter, likelihood ratio to remove")
    pin: Annotated[float, Field(gt=0, lt=1)] = Field(description="p to enter (SPSS: 0.05)")
    pout: Annotated[float, Field(gt=0, lt=1)] = Field(description="p to remove (SPSS: 0.10)")
    candidates: tuple[Text, ...] = Field(default=(), description="columns of declared covariates; default: all")

    def contradictions(self) -> Iterable[Problem]:
        if self.pin >= self.pout:
            yield Problem(place=("pout",), must=f"pout must be larger than pin ({self.pin:g})", got=f"{self.pout:g}")


class VisitGrid(Declared):
    """When progression was looked for: every so many days from time zero."""

    every_days: Annotated[WholeNumber, Field(ge=1)] = Field(description="days between assessments")
    window_days: Annotated[WholeNumber, Field(ge=0)] = Field(default=0, description="how far a visit may lie off")


class Comparison(Declared):
    """The two groups that are compared; hazard ratios are of the other against the reference."""

    levels: Annotated[tuple[Text, ...], Field(min_length=2, max_length=2)] = Field(description="two groups")
    reference: Text = Field(description="one of the two")

    def contradictions(self) -> Iterable[Problem]:
        if self.reference not in self.levels:
            must = f"reference must be one of {', '.join(self.levels)}"
            yield Problem(place=("reference",), must=must, got=f'"{self.reference}"')


def _describe_document(schema: dict[str, Any]) -> None:
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"


class Study(Declared):
    """A cohort study, as declared. Raises pydantic's ValidationError with all that does not hold."""

    model_config = ConfigDict(title="Lutetia study", json_schema_extra=_describe_document)

    lutetia: Literal["study/1"] = Field(description="format and version of this document")
    title: Text = Field(description="what the report is called")
    made_up: YesNo | None = Field(default=None, description="true: the patients are invented")
    courses: CourseSource = Field(description="where the courses are: folder, files, csv, or synthetic")
    data_cut_off: Day = Field(description="last day that counts")
    eligibility: tuple[Rule, ...] = Field(default=(), description="named rules, applied in this order")
    time_zero: TimePoint = Field(description="when the clock of OS starts, and covariates are read")
    cohort_entry: TimePoint | None = Field(
        default=None, description="from when patients are under observation, where later than time zero: delayed entry"
    )
    exposure: Exposure = Field(description="how patients are grouped by treatment")
    follow_up: FollowUpRules = Field(description="how times to event are counted")
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1)] = Field(
        description="endpoints, the first is primary"
    )
    covariates: tuple[Covariate, ...] = Field(default=(), description="covariates, in the order of Table 1")
    subgroups: tuple[Subgroup, ...] = Field(default=(), description="subgroup analyses")
    hierarchy: tuple[Text, ...] = Field(default=(), description="endpoints (or ORR, DCR) in the order they are tested")
    selection: Selection | None = Field(default=None, description="stepwise selection, to replicate a published one")
    visit_grid: VisitGrid | None = Field(default=None, description="schedule of assessments, where it is known")
    comparison: Comparison | None = Field(default=None, description="the two groups that are compared")
    emulation: Emulation | None = Field(default=None, description="the target trial that is emulated")

    def contradictions(self) -> Iterable[Problem]:
        yield from _twice("endpoints", [endpoint.key for endpoint in self.endpoints])
        yield from _twice("covariates", [covariate.column for covariate in self.covariates])
        yield from _twice("eligibility", [rule.rule for rule in self.eligibility])
        columns = [covariate.column for covariate in self.covariates]
        for place, words in self._uses_of_covariates():
            yield from _among(place, words, columns, "a declared covariate")
        yield from self._levels_of_subgroups()
        endpoints = [endpoint.key for endpoint in self.endpoints]
        yield from _among(("hierarchy",), self.hierarchy, [*endpoints, *RATES], "a declared endpoint, ORR or DCR")
        yield from _twice("hierarchy", self.hierarchy)
        if self.comparison is not None:
            yield from _among(("comparison", "levels"), self.comparison.levels, self.exposure.levels, "a group")
        if self.cohort_entry is not None and self.cohort_entry.rank < self.time_zero.rank:
            must = f"cohort_entry must not come before time zero ({self.time_zero})"
            yield Problem(place=("cohort_entry",), must=must, got=str(self.cohort_entry))

    def _uses_of_covariates(self) -> Iterable[tuple[tuple[str | int, ...], tuple[str, ...]]]:
        for number, subgroup in enumerate(self.subgroups):
            yield ("subgroups", number, "covariate"), (subgroup.covariate,)
        if self.selection is not None:
            yield ("selection", "candidates"), self.selection.candidates
        if self.emulation is not None:
            yield ("emulation", "adjust_for"), self.emulation.adjust_for

    def _levels_of_subgroups(self) -> Iterable[Problem]:
        for number, subgroup in enumerate(self.subgroups):
            covariate = self.covariate(subgroup.covariate)
            if covariate is None:
                continue
            if covariate.kind == "number":
                must, do = "a subgroup must be of a covariate with levels", "Declare it with cut_points."
                yield Problem(place=("subgroups", number, "covariate"), must=must, got=subgroup.covariate, do=do)
            elif subgroup.level is not None and covariate.levels:
                yield from _among(("subgroups", number, "level"), (subgroup.level,), covariate.levels, "a level")

    def covariate(self, column: str) -> Covariate | None:
        """The covariate of a column; None when none is declared."""
        return next((covariate for covariate in self.covariates if covariate.column == column), None)

    def implied_entry(self) -> TimePoint | None:
        """The latest moment that eligibility and grouping require every patient to have reached, if after time zero.

        Patients who died before it are not in the cohort: follow-up before it cannot show a death.
        """
        lines = [rule.line for rule in self.eligibility if rule.line is not None and rule.line.exists]
        required = [
            TimePoint(event="progression" if line.progressed else "line_start", line=line.number) for line in lines
        ]
        if self.exposure.last_line is not None:
            required.append(TimePoint(event="line_start", line=self.exposure.last_line))
        latest = max(required, key=lambda point: point.rank, default=None)
        return latest if latest is not None and latest.rank > self.time_zero.rank else None

    def looks_ahead(self) -> tuple[str, ...]:
        """A sentence for everything that is known only after time zero: groups, and covariates of later lines."""
        said = []
        last = self.exposure.last_line
        if last is None:
            said.append("the groups look at all lines up to the data cut-off")
        elif (1, 0) < TimePoint(event="line_start", line=last).rank > self.time_zero.rank:
            said.append(f"the groups are known at the start of line {last}, after time zero ({self.time_zero})")
        for covariate in self.covariates:
            known = covariate.known_at
            if known is not None and known.rank > self.time_zero.rank:
                said.append(f"{covariate.column} is known at {known}, after time zero ({self.time_zero})")
        return tuple(said)


def _twice(field: str, names: Iterable[str]) -> Iterable[Problem]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            must, do = "each must have a name of its own", "Give one of the two another name."
            yield Problem(place=(field, number), must=must, got=f'"{name}" again', do=do)
        seen.add(name)


def _among(place: tuple[str | int, ...], words: Iterable[str], known: Iterable[str], what: str) -> Iterable[Problem]:
    known = list(known)
    for word in words:
        if word not in known:
            must = f"must name {what} ({', '.join(known) or 'none is declared'})"
            yield Problem(place=place, must=f"{place[0]} {must}", got=f'"{word}"')
