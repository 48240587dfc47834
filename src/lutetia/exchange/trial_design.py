"""The section `design` of a trial declaration: what the size of a survival trial is reckoned from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lutetia.cohort.declared import Declared
from lutetia.course.problem import Problem
from lutetia.errors import InputError
from lutetia.trial.accrual import Accrual
from lutetia.trial.design import SurvivalDesign, survival_design
from lutetia.trial.drop_out import DropOut
from lutetia.trial.expected_events import ExpectedEvents, SurvivalPlan
from lutetia.trial.hazard import Hazard
from lutetia.trial.sequential import GroupSequential, group_sequential
from lutetia.trial.sequential_events import SequentialEvents, sequential_events
from lutetia.trial.spending import Spending

Above0 = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]
From0To1 = Annotated[float, Field(ge=0, lt=1)]
Part = Annotated[int, Field(strict=True, ge=1, le=20)]
Ratio = tuple[Part, Part]
Seed = Annotated[int, Field(strict=True, ge=0)]
OneOrMore = BeforeValidator(lambda given: (given,) if isinstance(given, int | float | str) else given)
Reading = Literal["none", "rate", "net", "net by the analysis", "of the patients", "deflated"]


class AccrualRequest(Declared):
    """How patients enter: so many, or so many per month, for so many months; evenly, after a ramp, or in pieces."""

    pattern: Literal["uniform", "ramp", "piecewise"] = Field(default="uniform", description="uniform, ramp, piecewise")
    months: Annotated[tuple[Above0, ...], OneOrMore, Field(min_length=1)] = Field(
        description="length of accrual; a list, one of each piece, for piecewise"
    )
    patients: Above0 | None = Field(default=None, description="patients in all (uniform)")
    per_month: Annotated[tuple[Annotated[float, Field(ge=0)], ...] | None, OneOrMore] = Field(
        default=None, description="patients per month; a list, one of each piece, for piecewise"
    )
    ramp_months: Above0 | None = Field(default=None, description="months of the rise to per_month (ramp)")

    def contradictions(self) -> Iterable[Problem]:
        rates = self.per_month
        if self.pattern != "piecewise":
            for name in ("months", "per_month"):
                if len(getattr(self, name) or ()) > 1:
                    yield Problem(place=(name,), must=f"{name} must be one number for {self.pattern}", got="a list")
        elif rates is not None and len(rates) != len(self.months):
            must, got = "per_month must have a rate for each piece of months", f"{len(rates)} for {len(self.months)}"
            yield Problem(place=("per_month",), must=must, got=got)
        if rates is not None and not any(rates):
            yield Problem(place=("per_month",), must="per_month must hold a rate above 0", got="0")
        if (self.pattern == "ramp") != (self.ramp_months is not None):
            must = "ramp_months must be given for a ramp and for nothing else"
            yield Problem(place=("ramp_months",), must=must, got="nothing" if self.pattern == "ramp" else self.pattern)
        if self.patients is not None and self.pattern != "uniform":
            must = "patients must be left out unless pattern is uniform"
            yield Problem(place=("patients",), must=must, got=f"{self.patients:g}")
        if (self.patients is None) == (rates is None):
            must = "one of patients and per_month must be given"
            yield Problem(place=("patients",), must=must, got="both" if rates is not None else "neither")

    def accrual(self) -> Accrual:
        """The pattern of entry."""
        rates, months = self.per_month or (), self.months
        if self.pattern == "piecewise":
            return Accrual.piecewise(per_month=rates, months=months)
        if self.pattern == "ramp":
            return Accrual.ramp(per_month=rates[0], ramp_months=self.ramp_months or 0.0, months=months[0])
        return Accrual.uniform(patients=self.patients, per_month=rates[0] if rates else None, months=months[0])


class DropOutRequest(Declared):
    """What "15 % drop out" means."""

    reading: Reading = Field(description="what the fraction is a share of")
    fraction: From0To1 = Field(default=0.0, description="share, 15 % is 0.15")
    by_months: Above0 | None = Field(default=None, description="reading net: by which month")
    per_month: Annotated[float, Field(ge=0)] | None = Field(default=None, description="reading rate: the hazard")

    def contradictions(self) -> Iterable[Problem]:
        for name, reading in (("by_months", "net"), ("per_month", "rate")):
            if (getattr(self, name) is not None) != (self.reading == reading):
                must = f"{name} must be given for the reading {reading} and for no other"
                yield Problem(place=(name,), must=must, got=self.reading)

    def drop_out(self) -> DropOut:
        """The drop-out with its reading."""
        if self.reading == "none":
            return DropOut.none()
        if self.reading == "rate":
            return DropOut.rate(self.per_month or 0.0)
        if self.reading == "of the patients":
            return DropOut.of_patients(self.fraction)
        if self.reading == "deflated":
            return DropOut.deflated(self.fraction)
        return DropOut.net(self.fraction, by_months=self.by_months)


class SpendingRequest(Declared):
    """A spending function."""

    family: Literal["obrien-fleming-like", "pocock-like", "hwang-shih-decani", "power"] = Field(description="its name")
    parameter: float | None = Field(default=None, description="gamma of hwang-shih-decani, rho of power")

    def contradictions(self) -> Iterable[Problem]:
        if (self.parameter is not None) != (self.family in ("hwang-shih-decani", "power")):
            must = "parameter must be given for hwang-shih-decani and power, and for no other"
            yield Problem(place=("parameter",), must=must, got=self.family)

    def spending(self) -> Spending:
        """The function. Raises InputError for a parameter it does not take."""
        return Spending(family=self.family, parameter=self.parameter)


class LooksRequest(Declared):
    """Interim looks with spending functions; the last information fraction is 1."""

    fractions: Annotated[tuple[Annotated[float, Field(gt=0, le=1)], ...], Field(min_length=1)] = Field(
        description="information fractions of the looks, rising to 1"
    )
    efficacy: SpendingRequest = Field(
        default_factory=lambda: SpendingRequest(family="obrien-fleming-like"), description="how alpha is spent"
    )
    futility: SpendingRequest | None = Field(default=None, description="how beta is spent; absent: no futility stop")
    binding: Annotated[bool, Field(strict=True)] = Field(default=False, description="whether futility stops bind")

    def contradictions(self) -> Iterable[Problem]:
        rising = all(a < b for a, b in zip(self.fractions, self.fractions[1:], strict=False))
        if not rising or self.fractions[-1] != 1:
            got = ", ".join(f"{one:g}" for one in self.fractions)
            yield Problem(place=("fractions",), must="fractions must rise to 1", got=got)


class PowerRuns(Declared):
    """Trials simulated beside the formula."""

    runs: Annotated[int, Field(strict=True, ge=100, le=1_000_000)] = Field(description="simulated trials")
    seed: Seed = Field(description="same seed, same trials")


class DesignRequest(Declared):
    """The size of a survival trial. Medians, or one median with a hazard ratio; both arms exponential."""

    control_median_months: Above0 = Field(description="median of the control arm")
    experimental_median_months: Above0 | None = Field(default=None, description="or hazard_ratio")
    hazard_ratio: Above0 | None = Field(default=None, description="experimental over control; or the median")
    allocation: Ratio = Field(default=(1, 1), description="experimental : control, such as [2, 1]")
    power: Share = Field(default=0.9, description="90 % is 0.9")
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = Field(default=0.025, description="one-sided")
    method: Literal["schoenfeld", "lachin-foulkes", "freedman", "hsieh-freedman", "bernstein-lagakos"] = Field(
        default="schoenfeld", description="the formula whose events the trial takes"
    )
    accrual: AccrualRequest = Field(description="how patients enter")
    drop_out: DropOutRequest = Field(
        default_factory=lambda: DropOutRequest(reading="none"), description="drop-out, with its reading"
    )
    follow_up_months: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(9, 10, 11, 12), description="follow-up times for which patients are counted"
    )
    looks: LooksRequest | None = Field(default=None, description="interim looks; absent: one analysis")
    simulated: PowerRuns | None = Field(default=None, description="power and type I error by simulation")

    def contradictions(self) -> Iterable[Problem]:
        if (self.experimental_median_months is None) == (self.hazard_ratio is None):
            must = "one of hazard_ratio and experimental_median_months must be given"
            got = "both" if self.hazard_ratio is not None else "neither"
            yield Problem(place=("hazard_ratio",), must=must, got=got)
        elif self.ratio == 1:
            must = "hazard_ratio must differ from 1: equal arms cannot be told apart"
            yield Problem(place=("hazard_ratio",), must=must, got="1")
        if self.power <= self.alpha:
            must = f"power must be above alpha ({self.alpha:g})"
            do = "90 % is 0.9; alpha is one-sided."
            yield Problem(place=("power",), must=must, got=f"{self.power:g}", do=do)

    @property
    def ratio(self) -> float:
        """The hazard ratio, experimental over control."""
        if self.hazard_ratio is not None:
            return self.hazard_ratio
        return self.control_median_months / (self.experimental_median_months or self.control_median_months)

    def plan(self, drop_out: DropOut | None = None) -> SurvivalPlan:
        """The plan, with another drop-out if one is given."""
        control = Hazard.of_median(self.control_median_months)
        return SurvivalPlan(
            accrual=self.accrual.accrual(),
            experimental=control.times(self.ratio),
            control=control,
            allocation=self.allocation,
            drop_out=self.drop_out.drop_out() if drop_out is None else drop_out,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignOutcome:
    """A design with what stands beside it: what each reading of drop-out would give, and the interim looks.

    A reading under which the events are never there has a sentence in place of its expectation.
    """

    design: SurvivalDesign
    readings: tuple[tuple[str, ExpectedEvents | str], ...]
    looks: tuple[GroupSequential, SequentialEvents] | None


def design_outcome(asked: DesignRequest) -> DesignOutcome:
    """Everything that the section asks for. Raises InputError where the patients can never bring the events."""
    plan = asked.plan()
    runs = asked.simulated
    design = survival_design(
        plan,
        hazard_ratio=asked.ratio,
        power=asked.power,
        alpha=asked.alpha,
        method=asked.method,
        follow_up_months=asked.follow_up_months,
        runs=runs.runs if runs is not None else 0,
        seed=runs.seed if runs is not None else 0,
    )
    looks = None
    if asked.looks is not None:
        given = asked.looks
        bounds = group_sequential(
            given.fractions,
            alpha=asked.alpha,
            power=asked.power,
            efficacy=given.efficacy.spending(),
            futility=given.futility.spending() if given.futility is not None else None,
            binding=given.binding,
        )
        events = sequential_events(bounds, hazard_ratio=asked.ratio, allocation=asked.allocation, plan=plan)
        looks = (bounds, events)
    return DesignOutcome(design=design, readings=_readings(asked, design.events), looks=looks)


def _readings(asked: DesignRequest, events: int) -> tuple[tuple[str, ExpectedEvents | str], ...]:
    """The month of the analysis under every reading of the same share of drop-out."""
    share = asked.drop_out.fraction
    readings = [DropOut.none()]
    if asked.drop_out.reading == "rate":
        readings.append(asked.drop_out.drop_out())
    if share > 0:
        readings += [DropOut.net(share, by_months=months) for months in (12, 24, 36)]
        readings += [DropOut.net(share), DropOut.of_patients(share), DropOut.deflated(share)]
    found: list[tuple[str, ExpectedEvents | str]] = []
    for reading in readings:
        try:
            found.append((str(reading), asked.plan(reading).when(events)))
        except InputError as error:
            found.append((str(reading), error.faults[0].must))
    return tuple(found)
