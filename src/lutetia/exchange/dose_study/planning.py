"""Earlier cycles, limits and the plan as declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from lutetia.cohort.declared import Day, Declared
from lutetia.course.entry import Id, Number, Text, WholeNumber, YesNo
from lutetia.course.problem import Problem
from lutetia.dosimetry.plan import Limit, PlanRequest
from lutetia.exchange.declarations import OrWord
from lutetia.exchange.dose_study.camera import Above0, From0
from lutetia.exchange.dose_study.regions import OwnTissue, tissue_of
from lutetia.guideline.modification.limits import published_limit_gy
from lutetia.guideline.modification.rules import rule
from lutetia.quantities import AbsorbedDoseGy, ActivityMBq

RULES = {"kidneys": "DM-CUM-1", "red_marrow": "DM-CUM-2"}
LimitedOrgan = Literal["kidneys", "red_marrow", "liver", "spleen"]


class EarlierDose(Declared):
    """What an earlier cycle did to an organ."""

    organ: LimitedOrgan = Field(description="the organ")
    absorbed_dose_gy: AbsorbedDoseGy = Field(description="mean absorbed dose")
    u_gy: From0 | None = Field(default=None, description="standard uncertainty (k = 1); absent: not known")
    g_factor: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="Lea-Catcheside factor of that cycle, for a limit on BED"
    )


class EarlierCycle(Declared):
    """One cycle before this one. An organ that is not listed is not known."""

    administered_on: Day = Field(description="day of the administration")
    activity_mbq: ActivityMBq = Field(description="administered activity")
    doses: tuple[EarlierDose, ...] = Field(default=(), description="what is known of its absorbed doses")

    def contradictions(self) -> Iterable[Problem]:
        organs = [dose.organ for dose in self.doses]
        if len(set(organs)) != len(organs):
            yield Problem(place=("doses",), must="doses must name each organ once")


class DeclaredLimit(Declared):
    """A limit of one's own on the cumulative absorbed dose of an organ, or on its BED."""

    organ: LimitedOrgan = Field(description="the organ")
    limit_gy: Above0 = Field(description="the limit")
    quantity: Literal["absorbed dose", "BED"] = Field(description="what is limited")
    tissue: Annotated[OwnTissue | Text | None, OrWord()] = Field(
        default=None, description="for BED: kidneys, or parameters"
    )
    source: Text = Field(description="where the limit comes from")

    def contradictions(self) -> Iterable[Problem]:
        if (self.quantity == "BED") != (self.tissue is not None):
            yield Problem(place=("tissue",), must="tissue must be given for BED and for nothing else")

    def limit(self) -> Limit:
        """The same as the plan takes it."""
        tissue = None if self.tissue is None else tissue_of(self.tissue, self.organ)
        return Limit(organ=self.organ, limit_gy=self.limit_gy, source=self.source, tissue=tissue)


class PlanRules(Declared):
    """How further cycles are reckoned."""

    standard_activity_mbq: ActivityMBq = Field(description="activity of a full cycle")
    rule: Literal["expected", "probability"] = Field(description="until the expected value, or until p_exceed")
    p_exceed: Annotated[Number, Field(gt=0, lt=1)] | None = Field(default=None, description="for rule probability")
    forecast: Literal["last_cycle", "mean_of_cycles"] = Field(description="what the next cycles give per activity")
    between_cycles_sd_fraction: From0 = Field(description="how much one cycle differs from the forecast (relative SD)")
    distribution: Literal["normal", "log_normal"] = Field(default="normal", description="of the cumulative value")
    partial_last_cycle: YesNo = Field(default=True, description="the last cycle may be smaller")
    smallest_activity_mbq: ActivityMBq | None = Field(default=None, description="smallest last cycle")
    most_cycles: Annotated[WholeNumber, Field(ge=1, le=50)] = Field(default=20, description="the plan stops there")
    limits: Annotated[tuple[DeclaredLimit, ...] | Literal["guideline"], OrWord()] = Field(
        default="guideline", description="guideline: 23 Gy kidneys, 2 Gy red marrow (review); or limits of one's own"
    )

    def contradictions(self) -> Iterable[Problem]:
        if (self.rule == "probability") != (self.p_exceed is not None):
            yield Problem(place=("p_exceed",), must="p_exceed must be given for rule probability and no other")
        if self.limits == ():
            yield Problem(place=("limits",), must="limits must hold one or more, or be guideline")

    def request(self) -> PlanRequest:
        """The same as the plan takes it."""
        return PlanRequest(
            standard_activity_mbq=float(self.standard_activity_mbq),
            forecast=self.forecast,
            rule=self.rule,
            p_exceed=self.p_exceed,
            distribution=self.distribution,
            between_cycles_sd_fraction=self.between_cycles_sd_fraction,
            partial_last_cycle=self.partial_last_cycle,
            smallest_activity_mbq=float(self.smallest_activity_mbq or 0.0),
            most_cycles=self.most_cycles,
        )

    def asked_limits(self) -> tuple[Limit, ...]:
        """The limits: as declared, or those that the guideline room names, each with its source."""
        if isinstance(self.limits, tuple):
            return tuple(limit.limit() for limit in self.limits)
        return guideline_limits()


def guideline_limits() -> tuple[Limit, ...]:
    """23 Gy to the kidneys and 2 Gy to the red marrow over all cycles, with the rule and source that says so."""
    return tuple(
        Limit(
            organ=organ,
            limit_gy=published_limit_gy(organ),  # type: ignore[arg-type]
            source=f"{rule(number).source}, {number}: {rule(number).support}",
        )
        for organ, number in RULES.items()
    )


class CourseEntry(Declared):
    """Where the doses go in the patient's course: a cycle on record, or a new entry for it."""

    entry: Id | None = Field(default=None, description="id of the rlt_cycle in the course; absent: told by its day")
    line: Id | None = Field(default=None, description="id of the therapy_line, for a new entry")
    number: Annotated[WholeNumber, Field(ge=1, le=50)] | None = Field(default=None, description="number of the cycle")
    recorded_by: Text = Field(description="who states the doses: person, role or department")
