"""NETTER-2 replayed: a made-up trial calibrated to the results that the paper prints (S002)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

from lutetia.sources import SourcedTable, load_yaml_table
from lutetia.trial.accrual import Accrual
from lutetia.trial.hazard import Hazard
from lutetia.trial.trial_model import Arm, Readers, Stratum, TrialModel, Visits

ASSUMED = (
    "Hazards, leaving, readers and crossover are assumptions fitted to the printed means; they describe no patient."
)


@cache
def netter2_table() -> SourcedTable:
    """The model's numbers and what the paper prints, with their provenance."""
    return load_yaml_table("lutetia.trial", "data/netter2_model.yaml")


def netter2_printed() -> dict[str, float]:
    """What the paper prints and the simulation has to come near to: events, medians (months), hazard ratio, counts."""
    return {name: float(value) for name, value in netter2_table().table["printed"].items()}


def netter2_model(changes: Mapping[str, Mapping[str, Any]] | None = None) -> TrialModel:
    """The simulated NETTER-2. `changes`: arm (`experimental`, `control`) → assumed fields to replace."""
    table, changes = netter2_table().table, changes or {}
    accrual = table["accrual"]
    per_month = [table["patients"] * share / m for share, m in zip(accrual["share"], accrual["months"], strict=True)]
    arms = {name: _arm(entry, changes.get(name, {})) for name, entry in table["arms"].items()}
    visits = table["visits"]
    return TrialModel(
        name=table["name"],
        patients=table["patients"],
        accrual=Accrual.piecewise(per_month=per_month, months=accrual["months"]),
        arms=(arms["experimental"], arms["control"]),
        strata=_strata(table["strata"]),
        visits=Visits(**{**visits, "first_weeks": tuple(visits["first_weeks"])}),
        readers=Readers(**table["readers"]),
        allocation=(table["allocation"][0], table["allocation"][1]),
        block_size=table["block_size"],
        analysis_months=table["analysis_months"],
        missed_visits_allowed=table["missed_visits_allowed"],
        conventions=(ASSUMED,),
    )


def _arm(entry: Mapping[str, Any], changes: Mapping[str, Any]) -> Arm:
    given = {**entry["assumed"], **changes}
    for name in ("progression", "death", "leaves"):
        pieces = given[name]
        given[name] = Hazard(
            rates_per_month=tuple(pieces["rates_per_month"]), from_months=tuple(map(float, pieces["from_months"]))
        )
    given["response_by_visit_fraction"] = tuple(given["response_by_visit_fraction"])
    return Arm(name=entry["name"], untreated_fraction=entry["untreated_fraction"], **given)


def _strata(factors: Mapping[str, Mapping[str, Mapping[str, float]]]) -> tuple[Stratum, ...]:
    """Every combination of the factors' levels; shares and hazard factors multiply."""
    strata = []
    for levels in product(*(entry.items() for entry in factors.values())):
        share = factor = 1.0
        for _, numbers in levels:
            share *= numbers["share"]
            factor *= numbers["progression_factor"]
        name = ", ".join(level for level, _ in levels)
        strata.append(Stratum(name=name, share=share, progression_factors=(factor, factor)))
    return tuple(strata)
