"""How a region's activity curve is found, as declared: choose, one model, trapezoids, one scan with a prior."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Number, Text, WholeNumber
from lutetia.course.problem import Problem
from lutetia.dosimetry.curve_model import MODELS, ModelName
from lutetia.exchange.dose_study.camera import Above0, From0

GIVEN = ("choose", "model", "trapezoid", "one_scan")


class ByTrapezoids(Declared):
    """Straight lines between the scans."""

    beginning: Literal["zero", "constant", "first_two_points"] = Field(description="from administration to scan 1")
    tail: Literal["physical", "last_two_points"] = Field(description="after the last scan")


class ExpectedHalfLives(Declared):
    """Effective half-lives to expect in this organ: log-normal."""

    geometric_mean_h: Above0 = Field(description="geometric mean")
    sd_of_log: From0 = Field(description="standard deviation of ln T")
    source: Text = Field(description="where they come from")


class Earlier(Declared):
    """The curve of an earlier cycle of this patient."""

    amplitudes_mbq: Annotated[tuple[Number, ...], Field(min_length=1)] = Field(description="of each phase")
    effective_half_lives_h: Annotated[tuple[Above0, ...], Field(min_length=1)] = Field(description="of each phase")
    first_measured_h: From0 = Field(description="first scan of that cycle")
    last_measured_h: Above0 = Field(description="last scan of that cycle")
    u_fraction: From0 = Field(description="relative u (k = 1) of area over activity of that curve")
    between_cycles_sd_fraction: From0 = Field(description="how much that ratio changes between cycles")


class Population(Declared):
    """A population of curves as the prior (mixed effects): mean and covariance of the logarithms."""

    model: ModelName = Field(description="curve model")
    mean: tuple[Number, ...] = Field(description="of ln amplitudes (share of the activity) and ln biological rates")
    covariance: tuple[tuple[Number, ...], ...] = Field(description="of the same")
    residual_sd_of_log: Above0 = Field(description="noise and misfit of one measurement")
    times_from_h: From0 = Field(description="first time of the data it was estimated from")
    times_to_h: Above0 = Field(description="last time of these data")
    n_patients: Annotated[WholeNumber, Field(ge=1)] = Field(description="patients it was estimated from")
    source: Text = Field(description="where it comes from")


class OneScan(Declared):
    """One scan and a declared prior."""

    rule: Literal["double_time", "population_mean", "prior_cycle", "mixed_effects"] = Field(description="the rule")
    scan: Text | None = Field(default=None, description="name of the scan; absent: the only one")
    half_lives: ExpectedHalfLives | None = Field(default=None, description="for double_time and population_mean")
    most_error_fraction: Above0 = Field(default=0.2, description="for population_mean: the most error it may have")
    earlier: Earlier | None = Field(default=None, description="for prior_cycle")
    population: Population | None = Field(default=None, description="for mixed_effects")

    def contradictions(self) -> Iterable[Problem]:
        needs = {"prior_cycle": "earlier", "mixed_effects": "population"}.get(self.rule, "half_lives")
        for name in ("half_lives", "earlier", "population"):
            if (getattr(self, name) is not None) != (name == needs):
                must = f"{name} must be given for {self.rule}" if name == needs else f"{name} belongs to another rule"
                yield Problem(place=(name,), must=must)


class CurveRequest(Declared):
    """Exactly one of choose, model, trapezoid, one_scan."""

    choose: tuple[ModelName, ...] | None = Field(default=None, description="models compared by AICc")
    model: ModelName | None = Field(default=None, description="this model and no other")
    trapezoid: ByTrapezoids | None = Field(default=None, description="straight lines")
    one_scan: OneScan | None = Field(default=None, description="one scan with a prior")

    def contradictions(self) -> Iterable[Problem]:
        given = [name for name in GIVEN if getattr(self, name) is not None]
        if len(given) != 1:
            must = f"curve must have exactly one of {', '.join(GIVEN)}"
            yield Problem(place=(), must=must, got=", ".join(given) or "none")
        if self.choose is not None and len(set(self.choose)) != len(self.choose):
            yield Problem(place=("choose",), must="choose must name each model once")

    def too_few(self, scans: int) -> str | None:
        """The sentence for a curve that so few scans cannot carry; None where they can."""
        if self.model is not None and MODELS[self.model].n_parameters > scans:
            count = MODELS[self.model].n_parameters
            return f"{self.model} has {count} parameters and needs as many scans"
        if self.trapezoid is not None and scans < 2:
            return "trapezoid needs two scans"
        if self.choose is not None and scans < 2:
            return "choose needs two scans or more; one scan needs one_scan with a prior"
        return None

    def plan(self, half_life_h: float) -> Any:
        """The same as the engine takes it (`lutetia.dosimetry.region_plan`)."""
        from lutetia.dosimetry.region_plan import ByTrapezoid, ChooseCurve, OneModel

        if self.choose is not None:
            return ChooseCurve(models=self.choose)
        if self.model is not None:
            return OneModel(model=self.model)
        if self.trapezoid is not None:
            return ByTrapezoid(beginning=self.trapezoid.beginning, tail=self.trapezoid.tail)
        assert self.one_scan is not None
        return _one_scan(self.one_scan, half_life_h)


def _one_scan(asked: OneScan, half_life_h: float) -> Any:
    import numpy as np

    from lutetia.dosimetry.curve import ExponentialSum
    from lutetia.dosimetry.population_curve import PopulationCurve
    from lutetia.dosimetry.region_plan import EarlierCurve, OnePoint
    from lutetia.dosimetry.single_time_point import HalfLives

    lives, before, many = asked.half_lives, asked.earlier, asked.population
    return OnePoint(
        rule=asked.rule,
        at=asked.scan,
        most_error_fraction=asked.most_error_fraction,
        half_lives=None if lives is None else HalfLives(**lives.model_dump(), physical_half_life_h=half_life_h),
        earlier=None
        if before is None
        else EarlierCurve(
            curve=ExponentialSum(
                amplitudes_mbq=before.amplitudes_mbq, effective_half_lives_h=before.effective_half_lives_h
            ),
            **before.model_dump(exclude={"amplitudes_mbq", "effective_half_lives_h"}),
        ),
        population=None
        if many is None
        else PopulationCurve(
            mean=np.array(many.mean),
            covariance=np.array(many.covariance),
            physical_half_life_h=half_life_h,
            times_h=(many.times_from_h, many.times_to_h),
            **many.model_dump(include={"model", "residual_sd_of_log", "n_patients", "source"}),
        ),
    )
