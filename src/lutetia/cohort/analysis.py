"""A whole cohort study from its analysis data: the tables and figure data of a report. Nothing is drawn or written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.baseline_report import baseline_report
from lutetia.cohort.comparison_table import comparison_table
from lutetia.cohort.design_check import design_check
from lutetia.cohort.design_finding import DesignFinding
from lutetia.cohort.emulation_result import EmulationResult, emulation_result
from lutetia.cohort.emulation_tables import balance_table, protocol_table, result_table
from lutetia.cohort.endpoint_rows import EndpointRows, endpoint_rows
from lutetia.cohort.factor import Factor, endpoint_factors, treatment_factor
from lutetia.cohort.factor_table import FactorModels, factor_models, factor_table
from lutetia.cohort.forest_table import Forest, forest, single_levels, subgroup_factor
from lutetia.cohort.group_survival_table import follow_up_table, group_survival_table
from lutetia.cohort.hierarchy_table import hierarchy_table
from lutetia.cohort.incidence_table import incidence_table
from lutetia.cohort.proportionality_table import proportionality_table
from lutetia.cohort.rank_table import rank_table
from lutetia.cohort.response_comparison import response_comparison
from lutetia.cohort.response_table import response_table
from lutetia.cohort.select import Flow
from lutetia.cohort.selection_table import selection_table
from lutetia.cohort.state_table import state_table
from lutetia.cohort.study import Study
from lutetia.cohort.study_figures import (
    analyses_figure,
    balance_figure,
    clones_figure,
    curve_figure,
    flow_figure,
    sequence_figure,
)
from lutetia.cohort.target_trial import decision_data
from lutetia.course.course import Course
from lutetia.errors import Fault, InputError
from lutetia.results.figure_data import FigureData
from lutetia.results.printed import in_one_line
from lutetia.results.table import Table
from lutetia.rows import LeftOut

MODELLED = ("OS", "PFS1", "PFS2", "PFS_SECOND")
"""Endpoints that get a table of factors where no hierarchy is declared."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortAnalysis:
    """Everything a report of a study prints, in its order.

    `design`: the findings of the design check, which a report puts before the results. `left_out`: who is not analysed
    at all; what a single table leaves out stands in its notes. `not_made`: sentences on declared analyses that could
    not be made at all.
    """

    study: Study
    data: AnalysisData
    flow: Flow
    design: tuple[DesignFinding, ...]
    tables: tuple[Table, ...]
    figures: tuple[FigureData, ...]
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    not_made: tuple[str, ...] = ()

    def table(self, key: str) -> Table:
        """The table of this key. Raises KeyError for one that is not there."""
        for table in self.tables:
            if table.key == key:
                return table
        raise KeyError(key)

    def figure(self, key: str) -> FigureData:
        """The figure of this key. Raises KeyError for one that is not there."""
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)


def analyse(
    data: AnalysisData,
    *,
    courses: Sequence[Course] = (),
    design: Sequence[DesignFinding] | None = None,
    bootstrap: int = 200,
    seed: int = 1,
) -> CohortAnalysis:
    """All tables and figures of a study.

    `courses`: those the data were made of; the target trial then draws on everybody at the decision (`decision_data`).
    `design`: findings made before, else the design check runs. `bootstrap` samples repeat a declared stepwise
    selection, with this seed. What a declared analysis lacks is said in `not_made` or in the table's notes; only a
    study without a patient raises InputError.
    """
    if not data.n:
        do = "See the participant flow: data.selection.flow."
        raise InputError(data.study.title, [Fault(place="eligibility", must="must leave a patient to analyse", do=do)])
    findings = tuple(design) if design is not None else design_check(data, courses, bootstrap=bootstrap, seed=seed)
    made = _Made(data, bootstrap, seed)
    made.descriptions()
    made.factors()
    made.endpoints()
    made.comparison()
    made.emulation(courses)
    return CohortAnalysis(
        study=data.study,
        data=data,
        flow=data.selection.flow,
        design=findings,
        tables=tuple(made.tables),
        figures=tuple(made.figures),
        conventions=data.conventions,
        left_out=data.selection.flow.left_out,
        not_made=tuple(made.not_made),
    )


def modelled_endpoints(study: Study) -> tuple[str, ...]:
    """The endpoints with a table of factors: those of the hierarchy, else overall and progression-free survival."""
    keys = [endpoint.key for endpoint in study.endpoints]
    chosen = [key for key in keys if key in study.hierarchy]
    return tuple(chosen or [e.key for e in study.endpoints if e.endpoint in MODELLED] or keys[:1])


class _Made:
    """Tables and figures as they are made."""

    def __init__(self, data: AnalysisData, bootstrap: int, seed: int) -> None:
        self.data, self.bootstrap, self.seed = data, bootstrap, seed
        self.tables: list[Table] = []
        self.figures: list[FigureData] = []
        self.not_made: list[str] = []
        found = {table.name: endpoint_rows(data, table.name) for table in data.endpoints}
        self.rows = {name: rows for name, rows in found.items() if rows is not None}
        why = "no patient has this endpoint" + (" after cohort entry" if data.study.cohort_entry is not None else "")
        self.not_made += [f"{name}: {why}" for name, rows in found.items() if rows is None]
        self.modelled = [name for name in modelled_endpoints(data.study) if name in self.rows]

    def descriptions(self) -> None:
        """Who they are, and how they responded."""
        self.figures.append(flow_figure(self.data))
        self.tables.append(baseline_report(self.data, key="baseline"))
        self.tables.append(response_table(self.data, key="response"))

    def factors(self) -> None:
        """The tables of factors, of all patients and of declared single levels, and what belongs to them."""
        models: dict[str, tuple[EndpointRows, FactorModels]] = {}
        for name in self.modelled:
            models[name] = self._factors(self.rows[name], f"factors-{name}", name)
        primary = next((name for name in self.modelled if name == "OS"), next(iter(self.modelled), None))
        for column, level in single_levels(self.data.study) if primary is not None else ():
            label = f"{primary}, {column} {level}"
            self._level(self.rows[primary or ""], column, level, label, models)
        for name in self.modelled:
            factors = endpoint_factors(self.data, self.rows[name].endpoint)
            self.tables.append(rank_table(self.rows[name], factors, key=f"log-rank-{name}"))
        self.tables.append(proportionality_table(models, key="proportional-hazards"))
        self._selections()

    def _factors(self, rows: EndpointRows, key: str, title: str) -> tuple[EndpointRows, FactorModels]:
        factors = endpoint_factors(self.data, rows.endpoint)
        models = factor_models(rows, factors)
        self.tables.append(factor_table(rows, factors, models, key=key, title=f"{title}: factors"))
        return rows, models

    def _level(
        self,
        rows: EndpointRows,
        column: str,
        level: str,
        label: str,
        models: dict[str, tuple[EndpointRows, FactorModels]],
    ) -> None:
        """One level of a covariate as a cohort of its own."""
        factor, why = subgroup_factor(self.data, column, rows.endpoint)
        part = rows.of(np.array([value == level for value in factor.values])) if factor is not None else None
        if part is None or not part.n:
            self.not_made.append(f"{label}: {why or 'no patient has this level'}")
            return
        key = f"factors-{rows.name}-{column}-{_in_a_key(level)}"
        models[label] = self._factors(part, key, label)

    def _selections(self) -> None:
        declared = self.data.study.selection
        if declared is None:
            return
        for name in self.modelled:
            factors = endpoint_factors(self.data, self.rows[name].endpoint)
            key = f"selection-{name}"
            self.tables.append(
                selection_table(self.rows[name], factors, declared, key=key, bootstrap=self.bootstrap, seed=self.seed)
            )

    def endpoints(self) -> None:
        """Every endpoint by treatment, follow-up, competing events, states, curves, sequences."""
        by = [(rows, treatment_factor(self.data, rows.endpoint)) for rows in self.rows.values()]
        plain = [(rows, factor) for rows, factor in by if not rows.competing]
        if plain:
            self.tables.append(group_survival_table(plain, key="endpoints-by-treatment"))
        self.tables.append(follow_up_table(self.data, list(self.rows.values()), key="follow-up"))
        self.tables += [
            incidence_table(rows, factor, key=f"incidence-{rows.name}") for rows, factor in by if rows.competing
        ]
        self._add_tables([state_table([member.story for member in self.data.selection.members], key="states")])
        self._curves(plain)
        self._add_figures([sequence_figure(self.data)])

    def _curves(self, plain: Iterable[tuple[EndpointRows, Factor]]) -> None:
        self.figures += [
            curve_figure(rows, factor, key=f"curves-{rows.name}")
            for rows, factor in plain
            if rows.name in self.modelled
        ]

    def comparison(self) -> None:
        """The hierarchy, and the two compared groups as a trial prints them."""
        self._add_tables([hierarchy_table(self.data, key="hierarchy")])
        if self.data.study.comparison is None:
            return
        self.tables.append(comparison_table(self.data, key="comparison"))
        self.tables.append(response_comparison(self.data, key="comparison-response"))
        for name in self.modelled:
            found: Forest | None = forest(self.data, name, key=f"subgroups-{name}")
            if found is not None:
                self.tables.append(found.table)
                self.figures.append(found.figure)

    def emulation(self, courses: Sequence[Course]) -> None:
        """The declared target trial."""
        if self.data.study.emulation is None:
            return
        try:
            drawn = decision_data(courses, self.data.study) if courses else None
            found: EmulationResult = emulation_result(self.data, drawn)
        except InputError as error:
            self.not_made.append(f"target trial: {in_one_line(error)}")
            return
        self.tables.append(protocol_table(found, key="target-trial-protocol"))
        self.tables.append(balance_table(found, key="target-trial-balance"))
        self.tables.append(result_table(found, key="target-trial"))
        self._add_figures([analyses_figure(found), clones_figure(found), balance_figure(found)])

    def _add_tables(self, tables: Iterable[Table | None]) -> None:
        self.tables += [table for table in tables if table is not None]

    def _add_figures(self, figures: Iterable[FigureData | None]) -> None:
        self.figures += [figure for figure in figures if figure is not None]


_WORDS = {"<=": "up-to-", ">": "above-", " ": "-"}


def _in_a_key(level: str) -> str:
    """A level as a part of a file name: "<=10" becomes "up-to-10"."""
    for sign, word in _WORDS.items():
        level = level.replace(sign, word)
    return level
