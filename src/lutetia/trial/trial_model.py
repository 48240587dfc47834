"""What a simulated trial is made of: arms, strata, entry, visits, readers, leaving, crossover, cut-off.

A model is a set of assumptions and says so. Times are months in hazards and weeks in visits, as protocols write them;
whole days come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.trial.accrual import Accrual
from lutetia.trial.checked import above, allocation_faults, is_number, not_negative, whole
from lutetia.trial.hazard import Hazard

Analysis = Literal["events", "date"]


def _share(place: str, value: object) -> list[Fault]:
    if is_number(value) and 0 <= float(value) <= 1:  # type: ignore[arg-type]
        return []
    return [Fault(place=place, must="must lie between 0 and 1", got=repr(value), do="15 % is 0.15.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """When patients are scanned: at `first_weeks`, then every `every_weeks`, each ± `window_days`, some missed."""

    first_weeks: tuple[float, ...]
    every_weeks: float
    window_days: int = 0
    missed_fraction: float = 0.0

    def __post_init__(self) -> None:
        faults = [*above("every_weeks", self.every_weeks), *whole("window_days", self.window_days, 0)]
        faults += _share("missed_fraction", self.missed_fraction)
        weeks = self.first_weeks
        rising = all(is_number(w) for w in weeks) and all(a < b for a, b in zip((0.0, *weeks), weeks, strict=False))
        if not weeks or not rising:
            faults.append(Fault(place="first_weeks", must="must be weeks above 0 that rise", got=str(weeks)))
        elif not faults and 2 * self.window_days >= 7 * min(
            self.every_weeks, *(b - a for a, b in zip((0.0, *weeks), weeks, strict=False))
        ):
            faults.append(Fault(place="window_days", must="must leave visits apart", got=str(self.window_days)))
        if faults:
            raise InputError("visits", faults)

    def weeks(self, horizon_weeks: float) -> tuple[float, ...]:
        """The planned weeks up to a horizon."""
        planned = list(self.first_weeks)
        while planned[-1] + self.every_weeks <= horizon_weeks:
            planned.append(planned[-1] + self.every_weeks)
        return tuple(planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How the investigator and the central reader differ about the same scans.

    The investigator sees progression one visit before the central reader in `earlier_fraction` of patients, one visit
    after in `later_fraction`. Who is called progressive by the investigator alone changes treatment in
    `switches_fraction` and is then censored for the central reader: censoring that knows the outcome.
    """

    earlier_fraction: float = 0.0
    later_fraction: float = 0.0
    switches_fraction: float = 0.0

    def __post_init__(self) -> None:
        faults = [fault for name in self.__slots__ for fault in _share(name, getattr(self, name))]
        if not faults and self.earlier_fraction + self.later_fraction > 1:
            got = f"{self.earlier_fraction + self.later_fraction:g}"
            faults.append(Fault(place="earlier_fraction + later_fraction", must="must not exceed 1", got=got))
        if faults:
            raise InputError("readers", faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm: hazards per month of what can happen, and shares of what does.

    `progression` and `death` run from randomisation; `death_after_progression_per_month` from progression on.
    `leaves` is leaving without a reason that hangs on the outcome; `leaves_before_progression_fraction` of those about
    to progress leave within `leaves_within_months` before it (symptoms, another treatment): that censoring is
    informative. `response_fraction` of those who are not progressive at the first visit respond, `complete_fraction`
    of these completely. `crosses_over_fraction` of those with centrally confirmed progression take the other arm's
    treatment, which multiplies their hazard of death by `crossover_death_factor` from then on.
    """

    name: str
    progression: Hazard
    death: Hazard
    death_after_progression_per_month: float
    untreated_fraction: float = 0.0
    leaves: Hazard | None = None
    leaves_before_progression_fraction: float = 0.0
    leaves_within_months: float = 3.0
    response_fraction: float = 0.0
    complete_fraction: float = 0.0
    response_by_visit_fraction: tuple[float, ...] = (1.0,)
    crosses_over_fraction: float = 0.0
    crossover_after_days: int = 30
    crossover_death_factor: float = 1.0
    deterioration_per_month: float = 0.0

    def __post_init__(self) -> None:
        shares = [
            name for name in self.__slots__ if name.endswith("_fraction") and name != "response_by_visit_fraction"
        ]
        faults = [fault for name in shares for fault in _share(name, getattr(self, name))]
        faults += above("leaves_within_months", self.leaves_within_months)
        faults += above("crossover_death_factor", self.crossover_death_factor)
        faults += whole("crossover_after_days", self.crossover_after_days, 0)
        for name in ("death_after_progression_per_month", "deterioration_per_month"):
            faults += not_negative(name, getattr(self, name))
        by_visit = self.response_by_visit_fraction
        if not by_visit or not all(is_number(p) and p >= 0 for p in by_visit) or abs(sum(by_visit) - 1) > 1e-9:
            must = "must be shares that add up to 1"
            faults.append(Fault(place="response_by_visit_fraction", must=must, got=str(by_visit)))
        if faults:
            raise InputError(f"arm {self.name}", faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One stratum: its share of patients and what it multiplies the hazard of progression by, in each arm."""

    name: str
    share: float
    progression_factors: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        faults = [*above("share", self.share)]
        faults += [f for i, v in enumerate(self.progression_factors) for f in above(f"progression_factors[{i}]", v)]
        if faults:
            raise InputError(f"stratum {self.name}", faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialModel:
    """A two-arm trial, experimental arm first. `allocation` is the ratio within a block of `block_size`.

    The analysis comes after `analysis_events` centrally read events of progression or death, or at
    `analysis_months` after accrual opens, whichever is given; `missed_visits_allowed`: an event after more missed
    visits in a row than that is censored at the last adequate one (1 in the FDA's table A, where two or more censor;
    None never). Raises InputError.
    """

    name: str
    patients: int
    accrual: Accrual
    arms: tuple[Arm, Arm]
    strata: tuple[Stratum, ...]
    visits: Visits
    readers: Readers = Readers()
    allocation: tuple[int, int] = (1, 1)
    block_size: int = 4
    analysis_events: int | None = None
    analysis_months: float | None = None
    missed_visits_allowed: int | None = 1
    conventions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = [*whole("patients", self.patients, 2), *allocation_faults(self.allocation)]
        faults += _analysis_faults(self)
        if not self.strata:
            faults.append(Fault(place="strata", must="must hold one stratum or more"))
        names = [stratum.name for stratum in self.strata]
        if len(set(names)) < len(names):
            faults.append(Fault(place="strata", must="must have names of their own", got=", ".join(names)))
        if not any(f.place == "allocation" for f in faults):
            whole_block = isinstance(self.block_size, int) and self.block_size > 0
            if not whole_block or self.block_size % sum(self.allocation):
                must = f"must be a multiple of {sum(self.allocation)}, the sum of the allocation"
                faults.append(Fault(place="block_size", must=must, got=repr(self.block_size)))
        if self.missed_visits_allowed is not None:
            faults += whole("missed_visits_allowed", self.missed_visits_allowed, 0)
        if faults:
            raise InputError("trial model", faults)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The conventions of the simulation, for every table made from it."""
        cut = (
            f"Cut-off at {self.analysis_events} centrally read events"
            if self.analysis_events is not None
            else f"Cut-off {self.analysis_months:g} months after accrual opens"
        )
        missed = (
            "progression or death after missed visits stays an event"
            if self.missed_visits_allowed is None
            else f"progression or death after more than {self.missed_visits_allowed} missed visits in a row is "
            "censored at the last adequate one"
        )
        return (
            f"Simulated trial {self.name}: every patient is made up.",
            f"{cut}; {missed}.",
            f"Permuted blocks of {self.block_size}, {self.allocation[0]}:{self.allocation[1]}, "
            f"in {len(self.strata)} strata.",
            *self.conventions,
        )


def _analysis_faults(model: TrialModel) -> list[Fault]:
    if (model.analysis_events is None) == (model.analysis_months is None):
        must = "must be given one of the two: events, or months after accrual opens"
        return [Fault(place="analysis_events, analysis_months", must=must)]
    if model.analysis_months is not None:
        return above("analysis_months", model.analysis_months)
    faults = whole("analysis_events", model.analysis_events, 1)
    if not faults and model.analysis_events is not None and model.analysis_events > model.patients:
        must = f"must not exceed the patients ({model.patients})"
        faults.append(Fault(place="analysis_events", must=must, got=str(model.analysis_events)))
    return faults
