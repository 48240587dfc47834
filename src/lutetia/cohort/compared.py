"""The two compared groups of a study as the tables use them: rows, exposure, and the factors one may stratify by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.endpoint_rows import EndpointRows, endpoint_rows
from lutetia.cohort.factor import TREATMENT, Factor, covariate_factor
from lutetia.cohort.group_contrast import compared_levels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComparedRows:
    """One endpoint's rows of the two groups; `factor` is the group with the reference first."""

    rows: EndpointRows
    factor: Factor

    @property
    def levels(self) -> tuple[str, str]:
        """Reference and other group."""
        return self.factor.levels[0], self.factor.levels[1]

    @property
    def exposed(self) -> NDArray[np.bool_]:
        """Whether each row's patient is in the group that is not the reference."""
        return self.factor.has(self.levels[1], self.rows.members)

    def side(self, level: str) -> NDArray[np.int64]:
        """The places of the rows of one group."""
        return np.flatnonzero(self.factor.has(level, self.rows.members))


def compared_rows(data: AnalysisData, endpoint: str) -> ComparedRows | None:
    """The rows of an endpoint in the two compared groups; None where a group has no row.

    Raises InputError if the study declares no comparison, KeyError for an endpoint that is not declared.
    """
    factor = comparison_factor(data)
    rows = endpoint_rows(data, endpoint)
    if rows is None:
        return None
    kept = rows.of(np.array([value in factor.levels for value in factor.values]))
    found = set(factor.labels(kept.members))
    return ComparedRows(rows=kept, factor=factor) if len(found) == 2 else None


def comparison_factor(data: AnalysisData) -> Factor:
    """The declared comparison as a factor of two levels; patients of other groups have neither."""
    reference, other = compared_levels(data)
    return Factor(
        key=TREATMENT,
        title="treatment group",
        kind="levels",
        values=data.column("group"),
        levels=(reference, other),
        reference=reference,
        treatment=True,
    )


def strata_factors(data: AnalysisData) -> tuple[Factor, ...]:
    """What results are stratified by, one at a time: the covariates of the declared subgroups, and the centre.

    Only those with two levels or more; covariates known after time zero are none.
    """
    named = [subgroup.covariate for subgroup in data.study.subgroups]
    named += [covariate.column for covariate in data.study.covariates if covariate.name == "centre"]
    found = []
    for name in dict.fromkeys(named):
        covariate = data.study.covariate(name)
        if covariate is None:
            continue
        if covariate.known_at is not None and covariate.known_at.rank > data.study.time_zero.rank:
            continue
        factor = covariate_factor(data, covariate)
        if factor.kind == "levels" and len(factor.levels) > 1:
            found.append(factor)
    return tuple(found)
