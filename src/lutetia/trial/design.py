"""A survival design on one page: every formula, the months, the patients, and what the trial does in truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from scipy.optimize import brentq

from lutetia.errors import Fault, InputError
from lutetia.proportion.counts import chosen
from lutetia.trial.accrual import Accrual
from lutetia.trial.checked import above, not_negative
from lutetia.trial.events import FORMULAS, TITLE, EventCount, critical_hazard_ratio, event_table
from lutetia.trial.expected_events import ExpectedEvents, SurvivalPlan
from lutetia.trial.true_power import OperatingCharacteristics, simulated_power


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCount:
    """Patients that bring so many events when the analysis comes `follow_up_months` after the last patient's entry."""

    patients: float
    rounded: int
    follow_up_months: float
    at_analysis: ExpectedEvents

    @property
    def value(self) -> float:
        """The patients: every result of Lutetia has a `value`."""
        return self.patients


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalDesign:
    """Events, months and patients of a survival trial, the formulas beside what simulation shows.

    `method` and `events` are the chosen formula and its rounded answer; `formulas` all of them; `analysis` what is
    expected when the events are there; `critical_hazard_ratio` the largest significant one; `patients` for several
    follow-up times; `simulated` is None if no simulation was asked for.
    """

    method: str
    events: int
    hazard_ratio: float
    power: float
    alpha: float
    formulas: tuple[EventCount, ...]
    analysis: ExpectedEvents
    critical_hazard_ratio: float
    patients: tuple[PatientCount, ...]
    simulated: OperatingCharacteristics | None
    conventions: tuple[str, ...]

    @property
    def value(self) -> int:
        """The events: every result of Lutetia has a `value`."""
        return self.events


def survival_design(
    plan: SurvivalPlan,
    *,
    hazard_ratio: float,
    power: float = 0.9,
    alpha: float = 0.025,
    method: str = "schoenfeld",
    follow_up_months: Sequence[float] = (9, 10, 11, 12),
    runs: int = 0,
    seed: int = 0,
    strata_fractions: Sequence[float] = (1.0,),
) -> SurvivalDesign:
    """Everything a protocol says about its primary endpoint's size; `runs` trials are simulated beside the formula.

    Raises InputError with all faults, also when the plan's patients can never bring so many events.
    """
    method = chosen(TITLE, "method", method, tuple(FORMULAS))
    table = event_table(hazard_ratio, plan.allocation, power, alpha, plan)
    events = next(row.rounded for row in table if row.method == method)
    analysis = plan.when(events)
    simulated = None
    if runs:
        simulated = simulated_power(
            plan, events=events, alpha=alpha, runs=runs, seed=seed, strata_fractions=strata_fractions
        )
    return SurvivalDesign(
        method=method,
        events=events,
        hazard_ratio=hazard_ratio,
        power=power,
        alpha=alpha,
        formulas=table,
        analysis=analysis,
        critical_hazard_ratio=critical_hazard_ratio(events, plan.allocation, alpha),
        patients=tuple(patients_needed(plan, events=events, follow_up_months=months) for months in follow_up_months),
        simulated=simulated,
        conventions=(*plan.conventions, f"One-sided alpha {alpha:g}, power {power:g} by {method}."),
    )


def patients_needed(plan: SurvivalPlan, *, events: float, follow_up_months: float) -> PatientCount:
    """Patients, entering in the plan's pattern within its months, so that the events are there that long after.

    The entry rate is scaled, the length of accrual kept. Raises InputError: events not above 0, negative follow-up.
    """
    faults = [*above("events", events), *not_negative("follow_up_months", follow_up_months)]
    if faults:
        raise InputError("patients needed", faults)
    months = plan.accrual.months + follow_up_months
    patients = plan.accrual.patients * events / plan.at(months).events
    return PatientCount(
        patients=patients,
        rounded=ceil(patients - 1e-9),
        follow_up_months=follow_up_months,
        at_analysis=_scaled(plan, patients).at(months),
    )


def follow_up_needed(plan: SurvivalPlan, *, events: float) -> float:
    """Months from the end of accrual to the analysis at which the plan's patients bring so many events.

    Raises InputError if they are there before accrual ends, or never.
    """
    months = plan.when(events).months - plan.accrual.months
    if months < 0:
        must = "must need follow-up beyond accrual"
        do = "The events are there before accrual ends: shorten it or enter fewer patients."
        raise InputError("follow-up needed", [Fault(place="events", must=must, got=f"{events:g}", do=do)])
    return months


def accrual_months_needed(plan: SurvivalPlan, *, events: float, follow_up_months: float) -> float:
    """Months of accrual, at the plan's rate prolonged or cut short, with the analysis so long after its end.

    For accrual of one even rate. Raises InputError for another pattern, events not above 0, negative follow-up.
    """
    faults = [*above("events", events), *not_negative("follow_up_months", follow_up_months)]
    if plan.accrual.pattern != "uniform":
        faults.append(Fault(place="accrual", must="must be uniform", got=plan.accrual.pattern))
    if faults:
        raise InputError("accrual needed", faults)

    def spare(months: float) -> float:
        accrual = Accrual(
            piece_months=(months,),
            start_per_month=plan.accrual.start_per_month,
            end_per_month=plan.accrual.end_per_month,
            pattern="uniform",
        )
        return _with(plan, accrual).at(months + follow_up_months).events - events

    last = plan.accrual.months
    while spare(last) < 0:
        last *= 2
    return float(brentq(spare, 1e-6, last, xtol=1e-9))


def _scaled(plan: SurvivalPlan, patients: float) -> SurvivalPlan:
    return _with(plan, plan.accrual.scaled(patients / plan.accrual.patients))


def _with(plan: SurvivalPlan, accrual: Accrual) -> SurvivalPlan:
    return SurvivalPlan(
        accrual=accrual,
        experimental=plan.experimental,
        control=plan.control,
        allocation=plan.allocation,
        drop_out=plan.drop_out,
    )
