"""Factors of an endpoint's table: the declared covariates known when its clock starts, and the treatment compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.covariate import VOCABULARY, Covariate
from lutetia.cohort.endpoint import Endpoint
from lutetia.cohort.study import Study

MOST_LEVELS = 6
ORDERED = ("grade", "stage", "tumour_burden")
"""Covariates whose declared levels rise; so do the classes of a number with cut points."""
TREATMENT = "group"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factor:
    """One factor: a value per analysed patient, None where not known; `levels` are those that occur, in order.

    A number has no levels. `reference` is the level the others are compared with. `treatment` marks the exposure.
    """

    key: str
    title: str
    kind: Literal["levels", "number"]
    values: tuple[Any, ...]
    levels: tuple[str, ...] = ()
    reference: str | None = None
    ordered: bool = False
    treatment: bool = False

    def known(self, members: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether it is known of each of these patients."""
        return np.array([self.values[member] is not None for member in members.tolist()], dtype=bool)

    def has(self, level: str, members: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of these patients has a level."""
        return np.array([self.values[member] == level for member in members.tolist()], dtype=bool)

    def labels(self, members: NDArray[np.int64]) -> list[Any]:
        """The values of these patients."""
        return [self.values[member] for member in members.tolist()]

    def present(self, members: NDArray[np.int64]) -> tuple[str, ...]:
        """The levels that occur among these patients, the reference first where it does."""
        found = set(self.labels(members))
        levels = [level for level in self.levels if level in found]
        return tuple(sorted(levels, key=lambda level: level != self.reference))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EndpointFactors:
    """The factors of one endpoint, the treatment last; `in_model` are the keys of the multivariable model.

    `why_not` says of every covariate that is no factor here, or is not in the model, why.
    """

    factors: tuple[Factor, ...]
    in_model: tuple[str, ...]
    why_not: tuple[str, ...]

    @property
    def treatment(self) -> Factor:
        """The treatment that is compared."""
        return self.factors[-1]

    @property
    def model(self) -> tuple[Factor, ...]:
        """The factors of the multivariable model."""
        return tuple(factor for factor in self.factors if factor.key in self.in_model)


def endpoint_factors(data: AnalysisData, endpoint: Endpoint) -> EndpointFactors:
    """The factors of an endpoint.

    A covariate that is known only after the clock starts is none: it would sort patients by their future. The treatment
    is the declared treatment_of_line of the endpoint's own line, else the study's groups, which may be known later;
    the design check says so then. The model holds the candidates of the study's selection and the treatment; without
    declared candidates every factor but those that repeat another (see `why_not`).
    """
    clock = clock_rank(data.study, endpoint)
    kept: list[Factor] = []
    why_not: list[str] = []
    treatment = treatment_factor(data, endpoint)
    for covariate in data.study.covariates:
        if covariate.column == treatment.key:
            continue
        factor = covariate_factor(data, covariate)
        known_at = covariate.known_at
        if factor.values == treatment.values:
            why_not.append(f"{factor.title}: the same as the {treatment.title}; no factor of its own")
        elif known_at is not None and known_at.rank > clock:
            why_not.append(f"{factor.title}: known at {known_at}, after the clock starts; no factor")
        elif factor.kind == "levels" and len(factor.levels) > MOST_LEVELS:
            why_not.append(f"{factor.title}: {len(factor.levels)} levels, too many for a row each; no factor")
        else:
            kept.append(factor)
    in_model, reasons = _in_model(data.study, kept)
    return EndpointFactors(
        factors=(*kept, treatment), in_model=(*in_model, treatment.key), why_not=(*why_not, *reasons)
    )


def covariate_factor(data: AnalysisData, covariate: Covariate) -> Factor:
    """A declared covariate as a factor; yes and no become levels."""
    values = data.column(covariate.column)
    if covariate.kind == "number":
        return Factor(key=covariate.column, title=covariate.title, kind="number", values=values)
    if covariate.kind == "yes_no":
        values = tuple(None if value is None else "yes" if value else "no" for value in values)
    found = {str(value) for value in values if value is not None}
    levels = [level for level in covariate.levels if level in found]
    levels += sorted(found - set(levels))
    reference = covariate.reference if covariate.reference in levels else next(iter(levels), None)
    return Factor(
        key=covariate.column,
        title=covariate.title,
        kind="levels",
        values=values,
        levels=tuple(levels),
        reference=reference,
        ordered=bool(covariate.cut_points) or covariate.name in ORDERED,
    )


def treatment_factor(data: AnalysisData, endpoint: Endpoint | None = None) -> Factor:
    """The treatment that is compared: of the endpoint's own line where it is declared, else the study's groups."""
    line = endpoint.of_line if endpoint is not None and not endpoint.from_time_zero else None
    for covariate in data.study.covariates:
        if covariate.name == "treatment_of_line" and line is not None and covariate.line == line:
            factor = covariate_factor(data, covariate)
            return Factor(
                key=factor.key,
                title=factor.title,
                kind="levels",
                values=factor.values,
                levels=factor.levels,
                reference=factor.reference,
                treatment=True,
            )
    groups = tuple(level for level in data.study.exposure.levels if level in data.selection.groups)
    comparison = data.study.comparison
    reference = comparison.reference if comparison is not None and comparison.reference in groups else None
    return Factor(
        key=TREATMENT,
        title="treatment group",
        kind="levels",
        values=data.column("group"),
        levels=groups,
        reference=reference or next(iter(groups), None),
        treatment=True,
    )


def clock_rank(study: Study, endpoint: Endpoint) -> tuple[int, int]:
    """When the endpoint's clock starts, as `TimePoint.rank`."""
    return study.time_zero.rank if endpoint.from_time_zero else (endpoint.of_line or 1, 0)


def _in_model(study: Study, factors: Sequence[Factor]) -> tuple[list[str], list[str]]:
    """The keys of the covariates in the multivariable model, and why others are not in it."""
    candidates = study.selection.candidates if study.selection is not None else ()
    if candidates:
        return [factor.key for factor in factors if factor.key in candidates], []
    chosen: list[str] = []
    reasons: list[str] = []
    names: set[str] = set()
    for factor in factors:
        covariate = study.covariate(factor.key)
        repeats = _repeated(covariate.name, names) if covariate is not None else None
        if repeats is None and covariate is not None:
            names.add(covariate.name)
            chosen.append(factor.key)
        else:
            reasons.append(f"{factor.title}: not in the multivariable model, it repeats {repeats}")
    return chosen, reasons


_SAME = {"grade": "ki67_pct", "ki67_gt10": "ki67_pct"}


def _repeated(name: str, names: set[str]) -> str | None:
    """What a covariate would say again, if anything: another form of the same fact, or the compared treatment."""
    if name == "treatment_of_line":
        return "the treatment group"
    root = _SAME.get(name, name)
    taken = {_SAME.get(other, other): other for other in names}
    return VOCABULARY[taken[root]].says if root in taken else None
