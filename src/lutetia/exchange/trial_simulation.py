"""The section `simulation` of a trial declaration: a model, or a named one, with seed and number of trials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Text
from lutetia.course.problem import Problem
from lutetia.exchange.declarations import OrWord
from lutetia.exchange.trial_design import Above0, AccrualRequest, Ratio, Seed
from lutetia.trial.hazard import Hazard
from lutetia.trial.netter2 import netter2_model
from lutetia.trial.trial_model import Arm, Readers, Stratum, TrialModel, Visits

Fraction = Annotated[float, Field(ge=0, le=1)]
From0 = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Days = Annotated[int, Field(strict=True, ge=0)]
Weeks = Annotated[tuple[Above0, ...], Field(min_length=1)]
Factors = Annotated[tuple[Above0, ...], Field(min_length=2, max_length=2)]


class HazardRequest(Declared):
    """A hazard per month: a median, or rates that hold from given months on, the first from 0."""

    median_months: Above0 | None = Field(default=None, description="constant hazard ln 2 / median; or rates")
    rates_per_month: tuple[From0, ...] = Field(default=(), description="one rate, or one for each piece")
    from_months: tuple[From0, ...] = Field(default=(0.0,), description="from when each rate holds; the first from 0")

    def contradictions(self) -> Iterable[Problem]:
        if (self.median_months is None) == (not self.rates_per_month):
            must = "one of median_months and rates_per_month must be given"
            yield Problem(place=("median_months",), must=must, got="both" if self.rates_per_month else "neither")
        elif self.rates_per_month and len(self.rates_per_month) != len(self.from_months):
            must = "from_months must have a number for each rate"
            yield Problem(place=("from_months",), must=must, got=str(len(self.from_months)))
        elif self.from_months[0] != 0 or any(
            a >= b for a, b in zip(self.from_months, self.from_months[1:], strict=False)
        ):
            yield Problem(
                place=("from_months",), must="from_months must start at 0 and rise", got=str(self.from_months)
            )
        elif self.rates_per_month and not any(self.rates_per_month):
            yield Problem(place=("rates_per_month",), must="rates_per_month must hold a rate above 0", got="0")

    def hazard(self) -> Hazard:
        """The hazard."""
        if self.median_months is not None:
            return Hazard.of_median(self.median_months)
        return Hazard(rates_per_month=self.rates_per_month, from_months=self.from_months)


class ArmRequest(Declared):
    """One arm of the model; fields and defaults are those of lutetia.trial.Arm."""

    name: Text = Field(description="as printed")
    progression: HazardRequest = Field(description="hazard of progression from randomisation")
    death: HazardRequest = Field(description="hazard of death before progression")
    death_after_progression_per_month: From0 = Field(description="hazard of death from progression on")
    untreated_fraction: Fraction = Field(default=0.0, description="randomised, never treated")
    leaves: HazardRequest | None = Field(default=None, description="hazard of leaving for no reason of the outcome")
    leaves_before_progression_fraction: Fraction = Field(default=0.0, description="informative censoring")
    leaves_within_months: Above0 = Field(default=3.0, description="how long before progression they leave")
    response_fraction: Fraction = Field(default=0.0, description="of those not progressive at the first visit")
    complete_fraction: Fraction = Field(default=0.0, description="complete responses, of the responses")
    response_by_visit_fraction: tuple[Fraction, ...] = Field(default=(1.0,), description="at which visit it is seen")
    crosses_over_fraction: Fraction = Field(default=0.0, description="of those with confirmed progression")
    crossover_after_days: Days = Field(default=30, description="days from progression to crossover")
    crossover_death_factor: Above0 = Field(default=1.0, description="what crossover multiplies the hazard of death by")
    deterioration_per_month: From0 = Field(default=0.0, description="hazard of deterioration of quality of life")

    def arm(self) -> Arm:
        """The arm. Raises InputError for what does not fit together."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        for name in ("progression", "death", "leaves"):
            given[name] = given[name].hazard() if given[name] is not None else None
        return Arm(**given)


class StratumRequest(Declared):
    """A stratum: its levels, its share of the patients, and its factor on the hazard of progression in each arm."""

    name: Text = Field(description="levels joined by a comma, such as grade 2, pancreas")
    share: Above0 = Field(description="of the patients; shares need not add up to 1")
    progression_factors: Factors = Field(default=(1.0, 1.0), description="experimental, control")

    def contradictions(self) -> Iterable[Problem]:
        if self.name.count(", ") != 1:
            must = "name must be two levels joined by a comma (STRAT1, STRAT2), such as grade 2, pancreas"
            yield Problem(place=("name",), must=must, got=self.name)


class VisitsRequest(Declared):
    """When patients are scanned."""

    first_weeks: Weeks = Field(description="weeks of the first visits")
    every_weeks: Above0 = Field(description="weeks between the later ones")
    window_days: Days = Field(default=0, description="how far a visit may lie off")
    missed_fraction: Fraction = Field(default=0.0, description="of the visits")


class ReadersRequest(Declared):
    """How investigator and central reader differ."""

    earlier_fraction: Fraction = Field(default=0.0, description="investigator one visit before the central reader")
    later_fraction: Fraction = Field(default=0.0, description="one visit after")
    switches_fraction: Fraction = Field(default=0.0, description="treatment changed on the investigator's word alone")

    def contradictions(self) -> Iterable[Problem]:
        if self.earlier_fraction + self.later_fraction > 1:
            must = "earlier_fraction and later_fraction must not exceed 1 together"
            yield Problem(place=("later_fraction",), must=must, got=f"{self.earlier_fraction + self.later_fraction:g}")


class ModelRequest(Declared):
    """A trial to simulate: the fields of lutetia.trial.TrialModel with its defaults (block_patients: block_size)."""

    name: Text = Field(description="as printed; the study's name in the datasets")
    patients: Annotated[int, Field(strict=True, ge=2, le=100_000)] = Field(description="patients to be entered")
    accrual: AccrualRequest = Field(description="how patients enter")
    arms: Annotated[tuple[ArmRequest, ...], Field(min_length=2, max_length=2)] = Field(
        description="experimental, control"
    )
    strata: Annotated[tuple[StratumRequest, ...], Field(min_length=1)] = Field(description="strata of the list")
    visits: VisitsRequest = Field(description="scans")
    readers: ReadersRequest = Field(default_factory=ReadersRequest, description="disagreement")
    allocation: Ratio = Field(default=(1, 1), description="experimental : control")
    block_patients: Annotated[int, Field(strict=True, ge=2, le=100)] = Field(
        default=4, description="patients of a block"
    )
    analysis_events: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="cut-off at so many events"
    )
    analysis_months: Above0 | None = Field(default=None, description="or so long after accrual opens")
    missed_visits_allowed: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=1, description="an event after more missed visits in a row is censored; null: never"
    )

    def contradictions(self) -> Iterable[Problem]:
        if (self.analysis_events is None) == (self.analysis_months is None):
            must = "one of analysis_events and analysis_months must be given"
            yield Problem(place=("analysis_events",), must=must, got="both" if self.analysis_events else "neither")
        elif self.analysis_events is not None and self.analysis_events > self.patients:
            must = f"analysis_events must not exceed the patients ({self.patients})"
            yield Problem(
                place=("analysis_events",), must=must, got=str(self.analysis_events), do="Nobody has the event twice."
            )
        if self.block_patients % sum(self.allocation):
            must = f"block_patients must be a multiple of {sum(self.allocation)}, the sum of the allocation"
            yield Problem(place=("block_patients",), must=must, got=str(self.block_patients))
        names = [stratum.name for stratum in self.strata]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield Problem(place=("strata",), must="strata must have names of their own", got=name)

    def model(self) -> TrialModel:
        """The model. Raises InputError for what only shows when all of it stands together."""
        visits = self.visits
        return TrialModel(
            name=self.name,
            patients=self.patients,
            accrual=self.accrual.accrual(),
            arms=(self.arms[0].arm(), self.arms[1].arm()),
            strata=tuple(
                Stratum(
                    name=s.name, share=s.share, progression_factors=(s.progression_factors[0], s.progression_factors[1])
                )
                for s in self.strata
            ),
            visits=Visits(**{name: getattr(visits, name) for name in type(visits).model_fields}),
            readers=Readers(**{name: getattr(self.readers, name) for name in type(self.readers).model_fields}),
            allocation=self.allocation,
            block_size=self.block_patients,
            analysis_events=self.analysis_events,
            analysis_months=self.analysis_months,
            missed_visits_allowed=self.missed_visits_allowed,
        )


class SimulationRequest(Declared):
    """What is simulated: one trial written out whole, and many of which the means are shown."""

    model: Annotated[ModelRequest | Literal["netter2"], OrWord()] = Field(
        description="netter2: the replayed trial; or a model of one's own"
    )
    trials: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = Field(default=200, description="for the means")
    seed: Seed = Field(description="same seed, same trials")
    written: Annotated[int, Field(strict=True, ge=0)] = Field(default=0, description="number of the trial written out")

    def trial_model(self) -> TrialModel:
        """The model that is meant."""
        return netter2_model() if self.model == "netter2" else self.model.model()
