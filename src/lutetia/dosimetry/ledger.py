"""The ledger of a patient's cycles: what was given, what it did to each organ, and what that says of the next cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component, combined
from lutetia.dosimetry.radiobiology import Bed, Tissue, bed_of_gy, effect_slope
from lutetia.errors import Fault, InputError

ForecastRule = Literal["last_cycle", "mean_of_cycles", "population"]
FORECAST_WORDS: dict[ForecastRule, str] = {
    "last_cycle": "the next cycles give as much per activity as the last one",
    "mean_of_cycles": "the next cycles give as much per activity as all cycles together (dose sum / activity sum)",
    "population": "the next cycles give as much per activity as the population that was handed over",
}
CHANGE = "change between cycles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle: the administered activity, the absorbed dose of each organ with its budget, and G of each organ's
    curve (Lea-Catcheside) where BED is wanted."""

    activity_mbq: float
    absorbed: Mapping[str, AbsorbedDose]
    g_factors: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = []
        if not self.activity_mbq > 0:
            faults.append(Fault(place="activity_mbq", must="must be above 0", got=f"{self.activity_mbq}"))
        for organ, dose in self.absorbed.items():
            if dose.gy < 0:
                faults.append(Fault(place=f"absorbed[{organ}]", must="must be 0 Gy or above", got=f"{dose.gy:g} Gy"))
        for organ, g in self.g_factors.items():
            if not 0 <= g <= 1:
                faults.append(Fault(place=f"g_factors[{organ}]", must="must lie between 0 and 1", got=f"{g}"))
        if faults:
            raise InputError("Cycle", faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The cycles so far, in order; may be empty."""

    cycles: tuple[Cycle, ...] = ()

    @property
    def activity_mbq(self) -> float:
        """Activity given so far."""
        return sum(cycle.activity_mbq for cycle in self.cycles)

    def cumulative(self, organ: str) -> AbsorbedDose:
        """Absorbed dose over all cycles: shared sources of uncertainty add, the others in squares.

        Raises InputError if a cycle has no dose for the organ: unknown is not 0.
        """
        doses = self._of(organ)
        return combined(doses, [1.0] * len(doses))

    def cumulative_bed(self, organ: str, tissue: Tissue) -> Bed:
        """BED over all cycles, from each cycle's dose and G; InputError where either is missing in a cycle."""
        doses, factors = self._of(organ), self._g(organ)
        slopes = [effect_slope(d.gy, g, tissue.alpha_beta_gy) for d, g in zip(doses, factors, strict=True)]
        value = sum(bed_of_gy(d.gy, g, tissue.alpha_beta_gy) for d, g in zip(doses, factors, strict=True))
        return Bed(bed_gy=value, u_bed_gy=combined(doses, slopes).u_gy, tissue=tissue)

    def _of(self, organ: str) -> list[AbsorbedDose]:
        lacking = [str(n) for n, cycle in enumerate(self.cycles, start=1) if organ not in cycle.absorbed]
        if lacking:
            must = f"must hold the absorbed dose of {organ} in every cycle"
            do = "Estimate it, and say how, with its uncertainty."
            got = f"none in cycle {', '.join(lacking)}"
            raise InputError("Ledger", [Fault(place="cycles", must=must, got=got, do=do)])
        return [cycle.absorbed[organ] for cycle in self.cycles]

    def _g(self, organ: str) -> list[float]:
        lacking = [str(n) for n, cycle in enumerate(self.cycles, start=1) if organ not in cycle.g_factors]
        if lacking:
            must = f"must hold the Lea-Catcheside factor of {organ} in every cycle for a BED"
            raise InputError("Ledger", [Fault(place="cycles", must=must, got=f"none in cycle {', '.join(lacking)}")])
        return [cycle.g_factors[organ] for cycle in self.cycles]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganForecast:
    """What further activity does to one organ: the past cycles and the dose per activity that is expected.

    The forecast is a multiple of measured doses, so their errors enter past and future together: with weights
    1 + F cₖ for future activity F. `between_cycles_sd_fraction` is how much one cycle differs from the expected.
    """

    organ: str
    doses: tuple[AbsorbedDose, ...]
    past_weights: tuple[float, ...]
    per_mbq: tuple[float, ...]
    between_cycles_sd_fraction: float
    g_past: tuple[float, ...] = ()
    g_next: float | None = None

    @property
    def gy_per_gbq(self) -> float:
        """Expected absorbed dose per GBq."""
        return 1000 * sum(d.gy * c for d, c in zip(self.doses, self.per_mbq, strict=True))

    def cumulative(self, future_mbq: Sequence[float]) -> AbsorbedDose:
        """Absorbed dose after further cycles of these activities."""
        whole = sum(future_mbq)
        weights = [w + whole * c for w, c in zip(self.past_weights, self.per_mbq, strict=True)]
        change = self.between_cycles_sd_fraction * self.gy_per_gbq / 1000 * sqrt(sum(a**2 for a in future_mbq))
        return _with_change(combined(self.doses, weights), change)

    def cumulative_bed(self, future_mbq: Sequence[float], tissue: Tissue) -> Bed:
        """BED after further cycles of these activities, u by linear propagation."""
        ab, g_next = tissue.alpha_beta_gy, self.g_next if self.g_next is not None else 0.0
        per_mbq = self.gy_per_gbq / 1000
        ahead = [effect_slope(per_mbq * a, g_next, ab) * a for a in future_mbq]
        past = [
            w * effect_slope(d.gy, g, ab) for d, w, g in zip(self.doses, self.past_weights, self.g_past, strict=True)
        ]
        weights = [p + sum(ahead) * c for p, c in zip(past, self.per_mbq, strict=True)]
        change = self.between_cycles_sd_fraction * per_mbq * sqrt(sum(a**2 for a in ahead))
        value = sum(
            w * bed_of_gy(d.gy, g, ab) for d, w, g in zip(self.doses, self.past_weights, self.g_past, strict=True)
        )
        value += sum(bed_of_gy(per_mbq * a, g_next, ab) for a in future_mbq)
        return Bed(bed_gy=value, u_bed_gy=_with_change(combined(self.doses, weights), change).u_gy, tissue=tissue)


def organ_forecast(
    ledger: Ledger,
    organ: str,
    rule: ForecastRule,
    *,
    population_per_gbq: AbsorbedDose | None = None,
    between_cycles_sd_fraction: float = 0.0,
    g_next: float | None = None,
    with_bed: bool = False,
) -> OrganForecast:
    """The forecast for one organ by the named rule.

    `population_per_gbq` is the absorbed dose per GBq with its budget; the rule `population` needs it, the others need a
    cycle. With BED every cycle needs its G, and `g_next` is that of the cycles to come (the last cycle's unless given).
    Raises InputError for what is missing.
    """
    faults = []
    if rule not in FORECAST_WORDS:
        faults.append(Fault(place="rule", must=f"must be one of {', '.join(FORECAST_WORDS)}", got=repr(rule)))
    elif rule == "population" and population_per_gbq is None:
        faults.append(Fault(place="population_per_gbq", must=f"must hold {organ} for the rule population"))
    elif rule != "population" and not ledger.cycles:
        do = "Use the rule population before the first cycle."
        faults.append(Fault(place="ledger", must=f"must hold a cycle for the rule {rule}", got="none", do=do))
    if not between_cycles_sd_fraction >= 0:
        must = "must be 0 or above"
        faults.append(Fault(place="between_cycles_sd_fraction", must=must, got=f"{between_cycles_sd_fraction}"))
    if faults:
        raise InputError("organ_forecast", faults)
    doses = ledger._of(organ)
    per_mbq = [0.0] * len(doses)
    weights = [1.0] * len(doses)
    if rule == "population" and population_per_gbq is not None:
        doses, per_mbq, weights = [*doses, population_per_gbq], [*per_mbq, 1e-3], [*weights, 0.0]
    elif rule == "last_cycle":
        per_mbq[-1] = 1 / ledger.cycles[-1].activity_mbq
    else:
        per_mbq = [1 / ledger.activity_mbq] * len(doses)
    g_past = ledger._g(organ) if with_bed else [0.0] * len(ledger.cycles)
    if with_bed and g_next is None:
        if not g_past:
            raise InputError(
                "organ_forecast", [Fault(place="g_next", must=f"must hold {organ} before the first cycle")]
            )
        g_next = g_past[-1]
    return OrganForecast(
        organ=organ,
        doses=tuple(doses),
        past_weights=tuple(weights),
        per_mbq=tuple(per_mbq),
        between_cycles_sd_fraction=between_cycles_sd_fraction,
        g_past=(*g_past, *([0.0] * (len(doses) - len(g_past)))),
        g_next=g_next,
    )


def _with_change(dose: AbsorbedDose, change_gy: float) -> AbsorbedDose:
    if change_gy == 0:
        return dose
    budget = (*dose.budget, Component(name=CHANGE, effect_gy=change_gy))
    return AbsorbedDose(gy=dose.gy, budget=budget, unknown=dose.unknown)
