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
    data: AnalysisData,
    columns: Sequence[str],
    *,
    also: dict[str, tuple[Sequence[Any], str]] | None = None,
    among: Sequence[int] | NDArray[np.int64] | None = None,
) -> DesignMatrix:
    """The design matrix of these covariates, in their order; `also` adds columns of values by name, with a reference.

    `among`: positions of the analysed patients it is for, by default all. Categories have the levels seen among those
    in the matrix, in the order of the declaration, so no level repeats the others. Raises KeyError for a column that
    is not declared.
    """
    values = {name: list(data.column(name)) for name in columns}
    covariates = {name: data.study.covariate(name) for name in columns}
    added = also or {}
    known = np.isin(np.arange(data.n), np.arange(data.n) if among is None else np.asarray(among, dtype=np.int64))
    left_out = _missing(data, values, known)
    for column in (*values.values(), *(extra for extra, _ in added.values())):
        known &= np.array([value is not None for value in column], dtype=bool)
    rows = np.flatnonzero(known)
    parts: list[Floats] = []
    names: list[str] = []
    terms: dict[str, tuple[int, ...]] = {}
    references: dict[str, str] = {}
    for name in (*added, *columns):
        if name in added:
            column, reference = [added[name][0][row] for row in rows.tolist()], added[name][1]
            levels = [reference, *sorted({str(value) for value in column} - {reference})]
            found = _levels_as_columns(name, column, levels)
        else:
            covariate, column = covariates[name], [values[name][row] for row in rows.tolist()]
            found = _as_columns(name, covariate, column)
        terms[name] = tuple(range(len(names), len(names) + len(found.names)))
        names += found.names
        parts += found.columns
        if found.reference is not None:
            references[name] = found.reference
    return DesignMatrix(
        table=np.column_stack(parts) if parts else np.empty((rows.size, 0)),
        names=tuple(names),
        terms=terms,
        references=references,
        rows=rows,
        left_out=left_out,
    )


def varying(matrix: DesignMatrix) -> DesignMatrix:
    """The matrix without columns that do not vary: they have no coefficient."""
    kept = np.flatnonzero(matrix.table.std(axis=0) > 0) if matrix.rows.size else np.empty(0, dtype=np.int64)
    place = {int(old): new for new, old in enumerate(kept)}
    terms = {term: tuple(place[at] for at in columns if at in place) for term, columns in matrix.terms.items()}
    return DesignMatrix(
        table=matrix.table[:, kept],
        names=tuple(matrix.names[at] for at in kept),
        terms={term: columns for term, columns in terms.items() if columns},
        references={term: level for term, level in matrix.references.items() if terms[term]},
        rows=matrix.rows,
        left_out=matrix.left_out,
    )


def adjustment_set(study: Study) -> tuple[str, ...]:
    """Declared covariates that a comparison of the groups can be adjusted for.

    Not the treatments of the lines, which make the groups, nor what is known only after the last line that makes them
    has begun, nor the wait for that line, which is part of the choice; and of a covariate that is declared twice (as a
    number and in classes) only the first.
    """
    seen: dict[tuple[str, int | None], str] = {}
    for covariate in study.covariates:
        if covariate.name != "treatment_of_line" and not _after_choice(study, covariate):
            seen.setdefault((covariate.name, covariate.line), covariate.column)
    return tuple(seen.values())


def _after_choice(study: Study, covariate: Covariate) -> bool:
    """Whether a covariate of a line is known only after the groups are; groups by all lines are chosen at time zero."""
    known = covariate.known_at
    if known is None:
        return False
    last = study.exposure.last_line
    if last is None:
        return known.rank > study.time_zero.rank
    waits = covariate.name == "months_to_next_line" and known.rank == (last, 0)
    return waits or known.rank > max((last, 0), study.time_zero.rank)


def columns_of(study: Study, values: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> Floats:
    """The columns (n, p) of covariates whose values are all known, in order. Raises KeyError for an undeclared one."""
    return named_columns(study, values, columns)[0]


def named_columns(
    study: Study, values: Mapping[str, Sequence[Any]], columns: Sequence[str]
) -> tuple[Floats, tuple[str, ...]]:
    """`columns_of`, with a name for each column."""
    found = [_as_columns(name, study.covariate(name), values[name]) for name in columns]
    parts = [column for one in found for column in one.columns]
    names = tuple(name for one in found for name in one.names)
    lengths = {len(values[name]) for name in columns} or {0}
    return (np.column_stack(parts) if parts else np.empty((max(lengths), 0))), names


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
    if not levels:
        return _Columns([], [], None)
    reference = covariate.reference if covariate.reference in levels else levels[0]
    ordered = [reference, *(level for level in levels if level != reference)]
    return _levels_as_columns(covariate.title, values, ordered)


def _levels_as_columns(title: str, values: Sequence[Any], levels: Sequence[str]) -> _Columns:
    columns = [np.array([str(value) == level for value in values], dtype=np.float64) for level in levels[1:]]
    return _Columns([f"{title}: {level}" for level in levels[1:]], columns, levels[0])


def _missing(data: AnalysisData, values: dict[str, list[Any]], among: NDArray[np.bool_]) -> tuple[LeftOut, ...]:
    gone: set[int] = set()
    found = []
    for name, column in values.items():
        rows = [row for row, value in enumerate(column) if value is None and among[row] and row not in gone]
        if rows:
            gone.update(rows)
            covariate = data.study.covariate(name)
            title = covariate.title if covariate is not None else name
            found.append(LeftOut.at(rows, f"{title} not known"))
    return tuple(found)
