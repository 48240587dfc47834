"""Events that a log-rank comparison needs, by every published formula, with unequal allocation.

Hazard ratio θ = experimental over control, p the share of patients in the experimental arm, r = p/(1 − p), alpha
one-sided, zα and zβ the normal quantiles. The formulas differ because each takes another variance for the same test;
none is the power itself, which `true_power` simulates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, exp, log, sqrt
from types import MappingProxyType

from scipy.special import ndtr, ndtri

from lutetia.errors import Fault, InputError
from lutetia.proportion.counts import chosen
from lutetia.trial.accrual import Accrual
from lutetia.trial.checked import (
    Allocation,
    above,
    allocation_faults,
    error_faults,
    experimental_fraction,
    ratio_faults,
)
from lutetia.trial.drop_out import DropOut
from lutetia.trial.event_variance import events_by_variance, variances
from lutetia.trial.expected_events import SurvivalPlan
from lutetia.trial.hazard import Hazard

TITLE = "events needed"
_TINY = 1e-9
"""98.0000000001 events are 98: rounding up forgives the noise of floating point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """The answer of one formula.

    `events` is exact, `rounded` the next whole number, `power_at_rounded` what the same formula says of that many.
    `months` is when they are expected under the plan, None without a plan. `says` is the formula in words.
    """

    method: str
    events: float
    rounded: int
    power_at_rounded: float
    months: float | None
    says: str
    conventions: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """The events: every result of Lutetia has a `value`."""
        return self.events


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every formula starts from; `plan` is needed where event chances enter."""

    hazard_ratio: float
    fraction: float
    z_alpha: float
    z_beta: float
    plan: SurvivalPlan | None = None

    @property
    def squared(self) -> float:
        """(zα + zβ)²."""
        return (self.z_alpha + self.z_beta) ** 2


def events_needed(
    hazard_ratio: float,
    allocation: Allocation = (1, 1),
    power: float = 0.9,
    alpha: float = 0.025,
    method: str = "schoenfeld",
    plan: SurvivalPlan | None = None,
) -> float:
    """The events (not rounded) at which a one-sided log-rank test at `alpha` has that power.

    `allocation` is experimental : control. `method`: schoenfeld, freedman, hsieh-freedman, lachin-foulkes,
    bernstein-lagakos. The last two take event chances, and so need `plan` (see `plan_of`): its accrual is kept and the
    time of analysis is solved for, so that the patients of the plan suffice.

    Raises InputError with all faults: allocation 0 : 1, power not above alpha, hazard ratio 1, unknown method, no plan.
    Sources: Schoenfeld 1981, Biometrika 68:316; Freedman 1982, Stat Med 1:121; Hsieh 1992, Stat Med 11:1; Lachin &
    Foulkes 1986, Biometrics 42:507; Bernstein & Lagakos 1978, J Stat Comput Simul 8:65.
    """
    return _needed(chosen(TITLE, "method", method, tuple(FORMULAS)), hazard_ratio, allocation, power, alpha, plan)


def event_table(
    hazard_ratio: float,
    allocation: Allocation = (1, 1),
    power: float = 0.9,
    alpha: float = 0.025,
    plan: SurvivalPlan | None = None,
) -> tuple[EventCount, ...]:
    """Every formula side by side, Schoenfeld first; without a plan only those that need none.

    Raises InputError as events_needed does.
    """
    found = []
    for method in FORMULAS:
        if method in NEEDS_PLAN and plan is None:
            continue
        events = _needed(method, hazard_ratio, allocation, power, alpha, plan)
        rounded = ceil(events - _TINY)
        found.append(
            EventCount(
                method=method,
                events=events,
                rounded=rounded,
                power_at_rounded=power_at(rounded, hazard_ratio, allocation, alpha, method, plan),
                months=_months(plan, rounded),
                says=SAYS[method],
                conventions=() if plan is None else plan.conventions,
            )
        )
    return tuple(found)


def power_at(
    events: float,
    hazard_ratio: float,
    allocation: Allocation = (1, 1),
    alpha: float = 0.025,
    method: str = "schoenfeld",
    plan: SurvivalPlan | None = None,
) -> float:
    """The power that a formula gives to so many events (0 to 1). Raises InputError as events_needed does."""
    method = chosen(TITLE, "method", method, tuple(FORMULAS))
    faults = [*_faults(hazard_ratio, allocation, alpha, 0.9, method, plan), *above("events", events)]
    if faults:
        raise InputError(TITLE, faults)
    if method not in NEEDS_PLAN:
        one = _question(hazard_ratio, allocation, alpha, 0.9, plan)
        return float(ndtr(sqrt(events / (FORMULAS[method](one) / one.squared)) - one.z_alpha))
    assert plan is not None
    null, alternative, expected = variances(method, plan.when(events).months, plan)
    drift = abs(log(hazard_ratio)) * sqrt(events / expected)
    return float(ndtr((drift - float(ndtri(1 - alpha)) * sqrt(null)) / sqrt(alternative)))


def critical_hazard_ratio(events: float, allocation: Allocation = (1, 1), alpha: float = 0.025) -> float:
    """The observed hazard ratio below which so many events are significant: exp(−zα / √(events · p (1 − p)))."""
    faults = [*above("events", events), *allocation_faults(allocation), *error_faults(alpha, 0.9)]
    if faults:
        raise InputError("critical hazard ratio", faults)
    p = experimental_fraction(allocation)
    return exp(-float(ndtri(1 - alpha)) / sqrt(events * p * (1 - p)))


def plan_of(
    *,
    control_median_months: float,
    hazard_ratio: float,
    accrual: Accrual,
    allocation: Allocation = (1, 1),
    drop_out: DropOut | None = None,
) -> SurvivalPlan:
    """The usual plan: exponential arms, hazards in the given ratio. Raises InputError with all faults."""
    faults = [*above("control_median_months", control_median_months), *above("hazard_ratio", hazard_ratio)]
    if faults := [*faults, *allocation_faults(allocation)]:
        raise InputError("survival plan", faults)
    control = Hazard.of_median(control_median_months)
    return SurvivalPlan(
        accrual=accrual,
        experimental=control.times(hazard_ratio),
        control=control,
        allocation=tuple(allocation),
        drop_out=drop_out or DropOut.none(),
    )


def _needed(
    method: str, ratio: float, allocation: Allocation, power: float, alpha: float, plan: SurvivalPlan | None
) -> float:
    if faults := _faults(ratio, allocation, alpha, power, method, plan):
        raise InputError(TITLE, faults)
    return FORMULAS[method](_question(ratio, allocation, alpha, power, plan))


def _faults(
    ratio: float, allocation: Allocation, alpha: float, power: float, method: str, plan: SurvivalPlan | None
) -> list[Fault]:
    faults = [*ratio_faults(ratio), *allocation_faults(allocation), *error_faults(alpha, power)]
    if method in NEEDS_PLAN and plan is None:
        do = "Give accrual, control median and drop-out with plan_of(…): its variances need chances of an event."
        faults.append(Fault(place="plan", must=f"must be given for {method}", got="none", do=do))
    if not faults and plan is not None:
        faults += _contradictions(ratio, allocation, plan)
    return faults


def _contradictions(ratio: float, allocation: Allocation, plan: SurvivalPlan) -> list[Fault]:
    faults = []
    if abs(plan.experimental_fraction - experimental_fraction(allocation)) > _TINY:
        must = f"must be that of the plan ({':'.join(f'{part:g}' for part in plan.allocation)})"
        faults.append(Fault(place="allocation", must=must, got=":".join(f"{part:g}" for part in allocation)))
    planned = plan.control.times(ratio)
    if any(abs(float(plan.experimental.cumulative(t) - planned.cumulative(t))) > 1e-9 for t in (1.0, 12.0, 60.0)):
        must = "must be that of the plan's hazards"
        faults.append(Fault(place="hazard_ratio", must=must, got=f"{ratio:g}"))
    return faults


def _question(ratio: float, allocation: Allocation, alpha: float, power: float, plan: SurvivalPlan | None) -> Question:
    return Question(
        hazard_ratio=float(ratio),
        fraction=experimental_fraction(allocation),
        z_alpha=float(ndtri(1 - alpha)),
        z_beta=float(ndtri(power)),
        plan=plan,
    )


def _schoenfeld(ask: Question) -> float:
    return ask.squared / (ask.fraction * (1 - ask.fraction) * log(ask.hazard_ratio) ** 2)


def _freedman(ask: Question) -> float:
    r = ask.fraction / (1 - ask.fraction)
    return ask.squared * (1 + r * ask.hazard_ratio) ** 2 / (r * (1 - ask.hazard_ratio) ** 2)


def _hsieh_freedman(ask: Question) -> float:
    p, ratio = ask.fraction, ask.hazard_ratio
    return ask.squared * ((1 + ratio) / (1 - ratio)) ** 2 / (4 * p * (1 - p))


def _from_variances(method: str) -> Callable[[Question], float]:
    def events(ask: Question) -> float:
        assert ask.plan is not None
        return events_by_variance(method, ask.z_alpha, ask.z_beta, ask.plan)

    return events


def _months(plan: SurvivalPlan | None, events: int) -> float | None:
    """When the plan expects them; None without a plan or where it never does."""
    if plan is None:
        return None
    try:
        return plan.when(events).months
    except InputError:
        return None


NEEDS_PLAN = ("lachin-foulkes", "bernstein-lagakos")
FORMULAS: Mapping[str, Callable[[Question], float]] = MappingProxyType(
    {
        "schoenfeld": _schoenfeld,
        "lachin-foulkes": _from_variances("lachin-foulkes"),
        "freedman": _freedman,
        "hsieh-freedman": _hsieh_freedman,
        "bernstein-lagakos": _from_variances("bernstein-lagakos"),
    }
)
"""Every formula by its printed name."""
SAYS: Mapping[str, str] = MappingProxyType(
    {
        "schoenfeld": "(zα + zβ)² / (p (1 − p) ln²θ): the variance without an effect",
        "lachin-foulkes": "zα with equal hazards (the mean), zβ with the hazards of the arms; log hazard ratio",
        "freedman": "(zα + zβ)² (1 + r θ)² / (r (1 − θ)²): patients at risk stay in the ratio r",
        "hsieh-freedman": "(zα + zβ)² ((1 + θ)/(1 − θ))² / (4 p (1 − p))",
        "bernstein-lagakos": "zα with the control's hazard in both arms, zβ with the hazards of the arms; as gsDesign",
    }
)
