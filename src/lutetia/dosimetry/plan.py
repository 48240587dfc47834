"""How much more: the next cycle's activity and the number of cycles to a limit, with the probability of exceeding it.

Limits are arguments. Rules are named: `expected` goes on until the expected value meets the limit, `probability` until
the probability of exceeding it reaches `p_exceed`. BED stands beside the absorbed dose, or is the limited quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, log, log1p, sqrt
from typing import Literal

from scipy.special import ndtr

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.dosimetry.ledger import FORECAST_WORDS, ForecastRule, Ledger, OrganForecast, organ_forecast
from lutetia.dosimetry.radiobiology import Tissue
from lutetia.errors import Fault, InputError

PlanRule = Literal["expected", "probability"]
Distribution = Literal["normal", "log_normal"]
MOST_MBQ = 1e7  # beyond any therapy: an activity without effect on the organ


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit on the cumulative absorbed dose of an organ, or on its BED where `tissue` is given; with its source."""

    organ: str
    limit_gy: float
    source: str
    tissue: Tissue | None = None

    @property
    def quantity(self) -> str:
        """What is limited."""
        return "absorbed dose" if self.tissue is None else "BED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One limit after some cycles: the value with u (k = 1; None: not known) and the probability of exceeding it."""

    limit: Limit
    value_gy: float
    u_gy: float | None
    probability_of_exceeding: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCycle:
    """A further cycle, counted on from the ledger, and where every limit then stands."""

    number: int
    activity_mbq: float
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The cycles that the limits leave. `now` is where each limit stands, `active` the limit that ends the plan (None:
    none was reached within the most cycles asked for); `next_activity_mbq` is 0 where nothing is left."""

    now: tuple[Standing, ...]
    gy_per_gbq: Mapping[str, float]
    cycles: tuple[PlannedCycle, ...]
    active: Limit | None
    conventions: tuple[str, ...]

    @property
    def next_activity_mbq(self) -> float:
        """Activity of the next cycle; 0 if none."""
        return self.cycles[0].activity_mbq if self.cycles else 0.0

    @property
    def remaining_activity_mbq(self) -> float:
        """Activity of all planned cycles together."""
        return sum(cycle.activity_mbq for cycle in self.cycles)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What is asked of a plan. `partial_last_cycle`: the last cycle may be smaller than the standard one (but not below
    `smallest_activity_mbq`); without it full cycles are given as long as each stays within the limits."""

    standard_activity_mbq: float
    forecast: ForecastRule
    rule: PlanRule
    p_exceed: float | None = None
    distribution: Distribution = "normal"
    between_cycles_sd_fraction: float = 0.0
    population_per_gbq: Mapping[str, AbsorbedDose] = field(default_factory=dict)
    g_next: Mapping[str, float] = field(default_factory=dict)
    partial_last_cycle: bool = True
    smallest_activity_mbq: float = 0.0
    most_cycles: int = 20


def plan_cycles(ledger: Ledger, limits: Sequence[Limit], request: PlanRequest) -> Plan:
    """Further cycles of the standard activity until a limit ends them, by the rules of the request.

    Raises InputError for limits or activities not above 0, doses missing in a cycle, a probability rule without
    p between 0 and 1 or with an uncertainty that is not known.
    """
    faults = _faults(limits, request)
    if faults:
        raise InputError("plan_cycles", faults)
    forecasts = [_forecast(ledger, limit, request) for limit in limits]
    if request.rule == "probability":
        _refuse_unknown(forecasts, request)
    future: list[float] = []
    planned: list[PlannedCycle] = []
    active = None
    for number in range(len(ledger.cycles) + 1, len(ledger.cycles) + 1 + request.most_cycles):
        allowed = [
            _most_mbq(forecast, limit, future, request) for forecast, limit in zip(forecasts, limits, strict=True)
        ]
        least = min(allowed)
        if least < request.standard_activity_mbq * (1 - 1e-9):
            active = limits[allowed.index(least)]
        activity = request.standard_activity_mbq if active is None else least
        if active and (not request.partial_last_cycle or least <= max(request.smallest_activity_mbq, 0.0)):
            break
        future.append(activity)
        planned.append(PlannedCycle(number=number, activity_mbq=activity,
                                    standings=_standings(forecasts, limits, future, request)))  # fmt: skip
        if active:
            break
    return Plan(
        now=_standings(forecasts, limits, [], request),
        gy_per_gbq={forecast.organ: forecast.gy_per_gbq for forecast in forecasts},
        cycles=tuple(planned),
        active=active,
        conventions=_conventions(limits, request),
    )


def probability_above(limit_gy: float, value_gy: float, u_gy: float, distribution: Distribution = "normal") -> float:
    """Probability that a quantity with this mean and standard uncertainty lies above the limit; u = 0: 1 or 0."""
    if distribution == "normal" and u_gy > 0:
        return float(ndtr((value_gy - limit_gy) / u_gy))
    spread = sqrt(log1p((u_gy / value_gy) ** 2)) if value_gy > 0 else 0.0
    if spread == 0:
        return float(value_gy > limit_gy)
    return float(ndtr((log(value_gy / limit_gy) - spread**2 / 2) / spread))


def _forecast(ledger: Ledger, limit: Limit, request: PlanRequest) -> OrganForecast:
    return organ_forecast(
        ledger,
        limit.organ,
        request.forecast,
        population_per_gbq=request.population_per_gbq.get(limit.organ),
        between_cycles_sd_fraction=request.between_cycles_sd_fraction,
        g_next=request.g_next.get(limit.organ),
        with_bed=limit.tissue is not None,
    )


def _standing(forecast: OrganForecast, limit: Limit, future: Sequence[float], request: PlanRequest) -> Standing:
    if limit.tissue is None:
        absorbed = forecast.cumulative(future)
        value, u = absorbed.gy, absorbed.u_gy
    else:
        effective = forecast.cumulative_bed(future, limit.tissue)
        value, u = effective.bed_gy, effective.u_bed_gy
    nothing_yet = not future and value == 0
    u = 0.0 if nothing_yet else u
    p = None if u is None else probability_above(limit.limit_gy, value, u, request.distribution)
    return Standing(limit=limit, value_gy=value, u_gy=u, probability_of_exceeding=p)


def _standings(
    forecasts: Sequence[OrganForecast], limits: Sequence[Limit], future: Sequence[float], request: PlanRequest
) -> tuple[Standing, ...]:
    return tuple(_standing(f, limit, future, request) for f, limit in zip(forecasts, limits, strict=True))


def _most_mbq(forecast: OrganForecast, limit: Limit, future: Sequence[float], request: PlanRequest) -> float:
    """The largest next activity that the limit leaves after the cycles planned so far; 0 if none."""

    def too_much(activity_mbq: float) -> bool:
        standing = _standing(forecast, limit, [*future, activity_mbq], request)
        if request.rule == "expected":
            return standing.value_gy > limit.limit_gy
        return (standing.probability_of_exceeding or 0.0) > (request.p_exceed or 0.0)

    return _largest(too_much, MOST_MBQ)


def _largest(too_much: Callable[[float], bool], most: float) -> float:
    """The largest value up to `most` that is not too much, by halving; infinite if even `most` is not."""
    if too_much(0.0):
        return 0.0
    if not too_much(most):
        return inf
    low, high = 0.0, most
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if too_much(middle) else (middle, high)
        if high < 1e-9:
            return 0.0
    return low


def _refuse_unknown(forecasts: Sequence[OrganForecast], request: PlanRequest) -> None:
    faults = []
    for forecast in forecasts:
        after = forecast.cumulative([request.standard_activity_mbq])
        if after.u_gy is None:
            must = "must have a known uncertainty for the rule probability"
            got = f"unknown: {', '.join(after.unknown) or 'no budget'}"
            faults.append(Fault(place=forecast.organ, must=must, got=got, do="Give it, or plan by expected values."))
    if faults:
        raise InputError("plan_cycles", faults)


def _faults(limits: Sequence[Limit], request: PlanRequest) -> list[Fault]:
    faults = [
        Fault(place=f"limit of {limit.organ}", must="must be above 0 Gy", got=f"{limit.limit_gy}")
        for limit in limits
        if not limit.limit_gy > 0
    ]
    if not limits:
        faults.append(Fault(place="limits", must="must hold one limit or more"))
    if not 0 < request.standard_activity_mbq <= MOST_MBQ:
        must = f"must lie between 0 and {MOST_MBQ:g}"
        faults.append(Fault(place="standard_activity_mbq", must=must, got=f"{request.standard_activity_mbq}"))
    if request.rule not in ("expected", "probability"):
        faults.append(Fault(place="rule", must="must be expected or probability", got=repr(request.rule)))
    if request.rule == "probability" and not (request.p_exceed is not None and 0 < request.p_exceed < 1):
        faults.append(Fault(place="p_exceed", must="must lie between 0 and 1", got=f"{request.p_exceed}"))
    if request.distribution not in ("normal", "log_normal"):
        faults.append(Fault(place="distribution", must="must be normal or log_normal", got=repr(request.distribution)))
    return faults


def _conventions(limits: Sequence[Limit], request: PlanRequest) -> tuple[str, ...]:
    ends = {
        "expected": "The plan goes on until the expected value meets a limit.",
        "probability": f"The plan goes on until the probability of exceeding a limit is {request.p_exceed}.",
    }[request.rule]
    last = (
        "The last cycle may be smaller than the standard one."
        if request.partial_last_cycle
        else "Only full cycles are given."
    )
    return (
        *(f"Limit: {limit.limit_gy:g} Gy {limit.quantity}, {limit.organ} ({limit.source})." for limit in limits),
        f"Forecast: {FORECAST_WORDS[request.forecast]}; one cycle differs from it by "
        f"{100 * request.between_cycles_sd_fraction:g} % (relative SD).",
        ends,
        last,
        f"Probabilities: {request.distribution.replace('_', '-')} with the cumulative value's u; errors of measured "
        "doses enter past and future together.",
        f"Standard activity {request.standard_activity_mbq:g} MBq.",
    )
