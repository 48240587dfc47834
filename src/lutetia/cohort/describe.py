"""Table 1: counts and percentages with missing as a row of its own, medians with quartiles and range, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.covariate import Kind
from lutetia.errors import Fault, InputError

PercentOf = Literal["all", "known"]
MISSING = "missing"
OVERALL = "all patients"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One variable of the table: a value per patient, None where it is not known. `levels` fixes their order."""

    name: str
    title: str
    kind: Kind
    values: tuple[Any, ...]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCell:
    """So many of so many patients."""

    count: int
    of: int

    @property
    def percent_pct(self) -> float | None:
        """The share in %; None of nobody."""
        return 100 * self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberCell:
    """A number over the patients of whom it is known; all None when it is known of nobody, `sd` also of one."""

    known: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    lowest: float | None
    highest: float | None
    mean: float | None
    sd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """One row: a level of a variable, a number, or its missing values; cells by group, then for all patients.

    `standardised_difference` stands in the first row of each variable, between the two `compared` groups.
    """

    variable: str
    title: str
    level: str | None
    cells: tuple[CountCell | NumberCell, ...]
    standardised_difference: float | None = None
    compared: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineTable:
    """Table 1. `groups` names the columns; the last is all. `patients` counts each."""

    groups: tuple[str, ...]
    patients: tuple[int, ...]
    rows: tuple[BaselineRow, ...]
    conventions: tuple[str, ...]


def baseline_of(data: AnalysisData, *, percent_of: PercentOf = "all") -> BaselineTable:
    """Table 1 of a study: its covariates by its groups, compared between the two groups of its comparison, if any."""
    columns = [
        Column(name=c.column, title=c.title, kind=c.kind, levels=c.levels, values=data.column(c.column))
        for c in data.study.covariates
    ]
    order = tuple(data.selection.groups)
    compared = data.study.comparison.levels if data.study.comparison is not None else None
    pair = (compared[0], compared[1]) if compared is not None and set(compared) <= set(order) else None
    return baseline_table(columns, data.column("group"), order=order, percent_of=percent_of, compare=pair)


def baseline_table(
    columns: Sequence[Column],
    group: Sequence[str],
    *,
    order: Sequence[str] | None = None,
    percent_of: PercentOf = "all",
    compare: tuple[str, str] | None = None,
) -> BaselineTable:
    """Table 1 of these columns by group.

    `percent_of`: percentages of all patients of a group, or of those of whom the variable is known; missing values
    have a row of their own (of all patients, either way). Standardised differences: between the groups of `compare`,
    else the largest of all pairs; from known values; numbers: difference of means / root of the mean variance; levels:
    Mahalanobis distance of their shares (Yang & Dalton, SAS Global Forum 2012, paper 335). Quartiles interpolate
    linearly (type 7).
    Raises InputError when a column is not as long as `group`, or `compare` names no group.
    """
    labels = np.asarray(group, dtype=object)
    names = tuple(order) if order is not None else tuple(dict.fromkeys(group))
    _refuse(columns, labels.size, names, compare)
    masks = [labels == name for name in names] + [np.ones(labels.size, dtype=bool)]
    pairs = [compare] if compare is not None else list(combinations(names, 2))
    rows: list[BaselineRow] = []
    for column in columns:
        difference, pair = _largest(column, labels, pairs)
        made = _number_rows(column, masks) if column.kind == "number" else _level_rows(column, masks, percent_of)
        first = made[0]
        rows.append(_row(column, first[0], first[1], difference, pair))
        rows += [_row(column, level, cells) for level, cells in made[1:]]
    return BaselineTable(
        groups=(*names, OVERALL),
        patients=tuple(int(mask.sum()) for mask in masks),
        rows=tuple(rows),
        conventions=_conventions(percent_of, compare),
    )


_Made = list[tuple[str | None, tuple[CountCell | NumberCell, ...]]]


def _row(
    column: Column,
    level: str | None,
    cells: tuple[CountCell | NumberCell, ...],
    difference: float | None = None,
    compared: tuple[str, str] | None = None,
) -> BaselineRow:
    return BaselineRow(
        variable=column.name,
        title=column.title,
        level=level,
        cells=cells,
        standardised_difference=difference,
        compared=compared,
    )


def _number_rows(column: Column, masks: Sequence[Any]) -> _Made:
    values = np.array([np.nan if value is None else float(value) for value in column.values])
    made: _Made = [(None, tuple(_number_cell(values[mask]) for mask in masks))]
    return made + _missing_row(np.isnan(values), masks)


def _number_cell(values: Any) -> NumberCell:
    known = values[~np.isnan(values)]
    if not known.size:
        nothing: dict[str, None] = dict.fromkeys(
            ("median", "lower_quartile", "upper_quartile", "lowest", "highest", "mean", "sd")
        )
        return NumberCell(known=0, **nothing)
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return NumberCell(
        known=int(known.size),
        median=float(middle),
        lower_quartile=float(low),
        upper_quartile=float(high),
        lowest=float(known.min()),
        highest=float(known.max()),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if known.size > 1 else None,
    )


def _level_rows(column: Column, masks: Sequence[Any], percent_of: PercentOf) -> _Made:
    labels = _labels(column)
    missing = np.array([label is None for label in labels])
    made: _Made = []
    for level in _present(column, labels):
        here = np.array([label == level for label in labels])
        of = [int(mask.sum() if percent_of == "all" else (mask & ~missing).sum()) for mask in masks]
        cells = (CountCell(count=int((here & mask).sum()), of=n) for mask, n in zip(masks, of, strict=True))
        made.append((level, tuple(cells)))
    return made + _missing_row(missing, masks)


def _missing_row(missing: Any, masks: Sequence[Any]) -> _Made:
    if not missing.any():
        return []
    return [(MISSING, tuple(CountCell(count=int((missing & m).sum()), of=int(m.sum())) for m in masks))]


def _labels(column: Column) -> list[str | None]:
    if column.kind == "yes_no":
        return [None if value is None else "yes" if value else "no" for value in column.values]
    return list(column.values)


def _present(column: Column, labels: Sequence[str | None]) -> list[str]:
    """Every declared level that occurs, in order, then the others by name; yes and no always, at least one row."""
    found = {label for label in labels if label is not None}
    declared = [level for level in column.levels if level in found or column.kind == "yes_no"]
    return [*declared, *sorted(found - set(column.levels))] or list(column.levels[:1]) or [MISSING]


def _largest(
    column: Column, labels: Any, pairs: Sequence[tuple[str, str]]
) -> tuple[float | None, tuple[str, str] | None]:
    found = [(standardised_difference(column, labels == a, labels == b), (a, b)) for a, b in pairs]
    known = [(difference, pair) for difference, pair in found if difference is not None]
    return max(known, key=lambda item: abs(item[0]), default=(None, None))


def standardised_difference(column: Column, one: Any, other: Any) -> float | None:
    """The standardised difference of a column between two sets of patients (boolean masks), from known values.

    Signed (one - other) for numbers, yes or no, and two levels; a distance for more levels. None when a set has no
    known value, or all values are alike in each set but differ between them.
    """
    if column.kind == "number":
        values = np.array([np.nan if value is None else float(value) for value in column.values])
        return _of_means(values[one & ~np.isnan(values)], values[other & ~np.isnan(values)])
    labels = _labels(column)
    known = np.array([label is not None for label in labels])
    levels = _present(column, labels)
    rows = [np.array([label == level for label in labels]) for level in levels]
    if not (one & known).any() or not (other & known).any():
        return None
    p = np.array([row[one & known].mean() for row in rows])
    q = np.array([row[other & known].mean() for row in rows])
    return _of_shares(p, q)


def _of_means(x: Any, y: Any) -> float | None:
    if not x.size or not y.size:
        return None
    spread = np.sqrt((x.var(ddof=1) if x.size > 1 else 0.0) / 2 + (y.var(ddof=1) if y.size > 1 else 0.0) / 2)
    difference = float(x.mean() - y.mean())
    if spread == 0:
        return 0.0 if difference == 0 else None
    return difference / float(spread)


def _of_shares(p: Any, q: Any) -> float | None:
    difference = (p - q)[1:]
    if not np.any(difference):
        return 0.0
    cov = (_multinomial(p[1:]) + _multinomial(q[1:])) / 2
    used = np.flatnonzero(np.diag(cov) > 0)
    if not used.size or np.linalg.matrix_rank(cov[np.ix_(used, used)]) < used.size:
        return None
    squared = float(difference[used] @ np.linalg.solve(cov[np.ix_(used, used)], difference[used]))
    distance = float(np.sqrt(squared))
    return float(np.sign(difference[0])) * distance if difference.size == 1 else distance


def _multinomial(p: Any) -> Any:
    return np.diag(p) - np.outer(p, p)


def _refuse(columns: Sequence[Column], n: int, names: Sequence[str], compare: tuple[str, str] | None) -> None:
    faults = [
        Fault(place=column.name, must="a column must be as long as group", got=f"{len(column.values)} and {n}")
        for column in columns
        if len(column.values) != n
    ]
    if compare is not None and not set(compare) <= set(names):
        faults.append(Fault(place="compare", must=f"must name two of {', '.join(names)}", got=", ".join(compare)))
    if faults:
        raise InputError("baseline table", faults)


def _conventions(percent_of: PercentOf, compare: tuple[str, str] | None) -> tuple[str, ...]:
    of = {"all": "all patients of the column", "known": "the patients of whom the variable is known"}[percent_of]
    between = f"between {compare[0]} and {compare[1]}" if compare else "the largest between two groups"
    return (
        f"percent_of={percent_of}: percentages of {of}; missing values in a row of their own, of all patients",
        "quartiles: linear interpolation (type 7)",
        f"standardised differences {between}, from known values (Yang & Dalton 2012)",
    )
