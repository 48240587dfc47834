"""Declared covariates as columns of numbers: categories against their reference level, patients with unknowns apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.covariate import Covariate
from lutetia.cohort.study import Study
from lutetia.rows import LeftOut

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DesignMatrix:
    """Columns (m, p) of the m patients in whom every covariate is known.

    `terms` names the columns of each covariate: a number has one, a category one for each level but the reference.
    `rows` (m,) are their positions among the analysed patients; `left_out` says who is missing and why.
    """

    table: Floats
    names: tuple[str, ...]
    terms: dict[str, tuple[int, ...]]
    references: dict[str, str]
    rows: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]


def design_matrix(
    data: AnalysisData, columns: Sequence[str], *, also: dict[str, tuple[Sequence[Any], str]] | None = None
) -> DesignMatrix:
    """The design matrix of these covariates, in their order; `also` adds columns of values by name, with a reference.

    Categories have the levels seen among the analysed patients, in the order of the declaration. Raises KeyError for a
    column that is not declared.
    """
    values = {name: list(data.column(name)) for name in columns}
    covariates = {name: data.study.covariate(name) for name in columns}
    added = also or {}
    known = np.array([all(v is not None for v in row) for row in zip(*values.values(), strict=True)] or [True] * data.n)
    for extra, _ in added.values():
        known &= np.array([value is not None for value in extra])
    rows = np.flatnonzero(known)
    parts, names, terms, references = [], [], {}, {}
    for name in (*added, *columns):
        if name in added:
            column, reference = [added[name][0][row] for row in rows], added[name][1]
            levels = [reference, *sorted({str(value) for value in column} - {reference})]
            found = _levels_as_columns(name, column, levels)
        else:
            covariate, column = covariates[name], [values[name][row] for row in rows]
            found = _as_columns(name, covariate, column)
        terms[name] = tuple(range(len(names), len(names) + len(found.names)))
        names += found.names
        parts += found.columns
        if found.reference is not None:
            references[name] = found.reference
    table = np.column_stack(parts) if parts else np.empty((rows.size, 0))
    return DesignMatrix(
        table=table,
        names=tuple(names),
        terms=terms,
        references=references,
        rows=rows,
        left_out=_missing(data, values),
    )


def adjustment_set(study: Study) -> tuple[str, ...]:
    """Declared covariates that a comparison of the groups can be adjusted for.

    Not the treatments of the lines, which make the groups; and of a covariate that is declared twice (as a number and
    in classes) only the first.
    """
    seen: dict[tuple[str, int | None], str] = {}
    for covariate in study.covariates:
        if covariate.name != "treatment_of_line":
            seen.setdefault((covariate.name, covariate.line), covariate.column)
    return tuple(seen.values())


def columns_of(study: Study, values: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> Floats:
    """The columns (n, p) of covariates whose values are all known, in order. Raises KeyError for an undeclared one."""
    parts = [column for name in columns for column in _as_columns(name, study.covariate(name), values[name]).columns]
    lengths = {len(values[name]) for name in columns} or {0}
    return np.column_stack(parts) if parts else np.empty((max(lengths), 0))


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    columns: list[Floats]
    reference: str | None


def _as_columns(name: str, covariate: Covariate | None, values: Sequence[Any]) -> _Columns:
    if covariate is None:
        raise KeyError(name)
    if covariate.kind == "number":
        return _Columns([covariate.title], [np.array(values, dtype=np.float64)], None)
    if covariate.kind == "yes_no":
        values = ["yes" if value else "no" for value in values]
    seen = set(map(str, values))
    levels = [level for level in covariate.levels if level in seen] or sorted(seen)
    reference = covariate.reference if covariate.reference in levels else levels[0]
    ordered = [reference, *(level for level in levels if level != reference)]
    return _levels_as_columns(covariate.title, values, ordered)


def _levels_as_columns(title: str, values: Sequence[Any], levels: Sequence[str]) -> _Columns:
    columns = [np.array([str(value) == level for value in values], dtype=np.float64) for level in levels[1:]]
    return _Columns([f"{title}: {level}" for level in levels[1:]], columns, levels[0])


def _missing(data: AnalysisData, values: dict[str, list[Any]]) -> tuple[LeftOut, ...]:
    gone: set[int] = set()
    found = []
    for name, column in values.items():
        rows = [row for row, value in enumerate(column) if value is None and row not in gone]
        if rows:
            gone.update(rows)
            covariate = data.study.covariate(name)
            title = covariate.title if covariate is not None else name
            found.append(LeftOut.at(rows, f"{title} not known"))
    return tuple(found)
