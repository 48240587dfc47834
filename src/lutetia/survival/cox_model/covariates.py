"""Covariates as columns of numbers: from an array, a mapping of columns or a data frame, with their terms."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.survival.cox_model.gather import moments_of_rows
from lutetia.survival.cox_model.workers import for_each, row_blocks, thread_count
from lutetia.survival.levels import levels

Floats = NDArray[np.float64]
MOST_LEVELS = 50
ROWS_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Columns that are tested as one: a numeric column, a categorical one (its levels but the reference), or a set."""

    name: str
    columns: tuple[int, ...]
    levels: tuple[Hashable, ...] = ()

    @property
    def reference(self) -> Hashable | None:
        """The level the others are compared with; None for a term that is no categorical column."""
        return self.levels[0] if self.levels else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Per column (p): one of its values, the sum of the differences from it, and of their squares."""

    shift: Floats
    sums: Floats
    squares: Floats


def moments_of(matrix: Floats, rows: NDArray[np.int64], threads: int) -> Moments:
    """The moments of some rows of a matrix (empty: all); sums are not finite where a value is missing or infinite."""
    shift = matrix[rows[0] if rows.size else 0].copy()
    blocks = row_blocks(rows.size or matrix.shape[0])
    parts = np.zeros((len(blocks), 2, shift.size))
    for_each(
        lambda nth: moments_of_rows(blocks[nth], matrix, rows, shift, parts[nth, 0], parts[nth, 1]),
        range(len(blocks)),
        threads,
    )
    return Moments(shift=shift, sums=parts[:, 0].sum(axis=0), squares=parts[:, 1].sum(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covariates:
    """p columns of n float64, NaN where missing; `matrix` is the same row by row where the caller gave it so.

    `moments` of all rows of a matrix in which nothing is missing are already known.
    """

    columns: tuple[Floats, ...]
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    matrix: Floats | None = None
    moments: Moments | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.columns[0].size

    @property
    def p(self) -> int:
        """Number of columns."""
        return len(self.columns)

    def missing(self) -> dict[str, NDArray[np.int64]]:
        """Name of each column with missing values → rows missing there and in no column before it."""
        if self.moments is not None:
            return {}
        found, seen = {}, np.zeros(self.n, dtype=bool)
        for name, column in zip(self.names, self.columns, strict=True):
            here = np.isnan(column) & ~seen
            seen |= here
            if here.any():
                found[name] = np.flatnonzero(here)
        return found


def read_covariates(
    X: ArrayLike | Mapping[str, ArrayLike] | Any,  # noqa: N803
    *,
    names: Sequence[str] | None = None,
    terms: Mapping[str, Sequence[str]] | None = None,
    reference: Mapping[str, Hashable] | None = None,
) -> Covariates:
    """Columns and terms of X: an (n, p) or (n,) array, a mapping of names to columns, or any frame narwhals reads.

    Numeric and boolean columns stay as they are. A categorical column (texts, or of categorical type) becomes one term
    with a 0/1 column "name=level" for each level but its reference: the first in the order of its categories, or of
    the sorted texts, or `reference[name]`. `terms` joins columns of these names to one term. Raises InputError with
    every fault: a column that is neither, infinite values, unequal lengths, names that are unknown or not unique.
    """
    faults: list[Fault] = []
    columns, matrix = _columns_of(X, names, faults)
    if faults:
        raise InputError("covariates", faults)
    moments = (
        None if matrix is None else moments_of(matrix, np.empty(0, dtype=np.int64), thread_count(None, matrix.size))
    )
    if moments is not None and not np.isfinite(moments.sums).all():
        moments = None
    if moments is not None:
        read = [_Column(name=name, columns={name: values}) for name, values in columns.items()]
    else:
        read = [_read_column(name, values, (reference or {}).get(name), faults) for name, values in columns.items()]
    faults += [
        Fault(place=f"reference {name}", must=f"must name a categorical column ({', '.join(columns)})")
        for name in (reference or {})
        if name not in columns
    ]
    lengths = {name: values.size for one in read for name, values in one.columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        faults.append(Fault(place="covariates", must="must have one length", got=told))
    made = replace(_assemble(read, matrix), moments=moments)
    made = _joined(made, terms or {}, faults)
    if faults:
        raise InputError("covariates", faults)
    return made


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    name: str
    columns: dict[str, Floats]
    levels: tuple[Hashable, ...] = ()


def _columns_of(given: Any, names: Sequence[str] | None, faults: list[Fault]) -> tuple[dict[str, Any], Floats | None]:
    """Name → values as given, and the row-wise float matrix where there is one."""
    if isinstance(given, Mapping):
        return {str(name): values for name, values in given.items()}, None
    frame = _frame_columns(given)
    if frame is not None:
        return frame, None
    array = np.asarray(given)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or not array.size:
        faults.append(Fault(place="X", must="must have rows and columns", got=f"shape {array.shape}"))
        return {}, None
    told = [f"x{j + 1}" for j in range(array.shape[1])] if names is None else [str(name) for name in names]
    if len(told) != array.shape[1] or len(set(told)) != len(told):
        faults.append(Fault(place="names", must=f"must be {array.shape[1]} different names", got=", ".join(told)))
        return {}, None
    if array.dtype.kind in "biuf":
        array = array.astype(np.float64, copy=False)
    matrix = array if array.dtype == np.float64 and array.flags.c_contiguous and array.shape[1] > 1 else None
    return {name: array[:, j] for j, name in enumerate(told)}, matrix


def _frame_columns(given: Any) -> dict[str, Any] | None:
    """Columns of a data frame (eager polars, pandas, pyarrow … through narwhals), None for anything else."""
    if isinstance(given, np.ndarray | list | tuple) or not hasattr(given, "columns"):
        return None
    import narwhals.stable.v2 as nw

    frame = nw.from_native(given, eager_only=True)
    return {str(name): frame[name] for name in frame.columns}


def _read_column(name: str, values: Any, reference: Hashable | None, faults: list[Fault]) -> _Column:
    declared: tuple[Hashable, ...] | None = None
    if hasattr(values, "dtype") and hasattr(values, "to_native"):
        declared, values = _of_series(values)
    array = np.ma.filled(values.astype(float), np.nan) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "biufOUS":
        kind = f"{array.ndim} dimensions" if array.ndim != 1 else f"values of kind {array.dtype}"
        faults.append(Fault(place=name, must="must be a column of numbers, booleans or labels", got=kind))
        return _Column(name=name, columns={})
    numbers = None if declared is not None else _numbers(array)
    if numbers is None:
        return _categorical(name, array, declared, reference, faults)
    if reference is not None:
        faults.append(Fault(place=f"reference {name}", must="must name a categorical column, and this one is numeric"))
    if np.isinf(numbers).any():
        faults.append(Fault(place=f"{name}, {_rows(np.isinf(numbers))}", must="must be finite"))
    return _Column(name=name, columns={name: numbers})


def _of_series(series: Any) -> tuple[tuple[Hashable, ...] | None, Any]:
    """Declared categories of a narwhals series (None for other types) and its values, None where missing."""
    import narwhals.stable.v2 as nw

    if series.dtype in (nw.Categorical, nw.Enum):
        present = set(series.drop_nulls().unique().to_list())
        return tuple(level for level in series.cat.get_categories().to_list() if level in present), series.to_list()
    if series.dtype == nw.String or (series.null_count() and not series.dtype.is_float()):
        return None, np.array(series.to_list(), dtype=object)
    return None, series.to_numpy()


def _numbers(array: NDArray[Any]) -> Floats | None:
    """The column as float64, NaN where missing; None if it holds anything but numbers and booleans."""
    if array.dtype.kind in "biuf":
        return array.astype(np.float64, copy=False)
    if array.dtype.kind != "O":
        return None
    rows = array.tolist()
    if not all(row is None or isinstance(row, int | float | np.number | np.bool_) or row != row for row in rows):
        return None
    return np.array([np.nan if row is None or row != row else float(row) for row in rows])


def _categorical(
    name: str, array: NDArray[Any], declared: tuple[Hashable, ...] | None, reference: Hashable, faults: list[Fault]
) -> _Column:
    found = levels(array)
    labels = list(found.labels if declared is None else declared)
    if len(labels) > MOST_LEVELS:
        must = f"must have {MOST_LEVELS} levels at most to be a categorical column"
        faults.append(
            Fault(place=name, must=must, got=str(len(labels)), do="Is it an identifier, or a number as text?")
        )
        return _Column(name=name, columns={})
    if len(labels) < 2:
        faults.append(
            Fault(place=name, must="must have two levels at least", got=", ".join(map(str, labels)) or "none")
        )
        return _Column(name=name, columns={})
    if reference is not None and reference not in labels:
        known = ", ".join(map(str, labels))
        faults.append(Fault(place=f"reference {name}", must=f"must be a level ({known})", got=str(reference)))
        return _Column(name=name, columns={})
    if reference is not None:
        labels.insert(0, labels.pop(labels.index(reference)))
    columns = {}
    for label in labels[1:]:
        column = (found.codes == found.labels.index(label)).astype(np.float64)
        column[found.codes < 0] = np.nan
        columns[f"{name}={label}"] = column
    return _Column(name=name, columns=columns, levels=tuple(labels))


def _assemble(read: list[_Column], matrix: Floats | None) -> Covariates:
    columns: list[Floats] = []
    names: list[str] = []
    terms = []
    for one in read:
        places = range(len(columns), len(columns) + len(one.columns))
        terms.append(Term(name=one.name, columns=tuple(places), levels=one.levels))
        columns += one.columns.values()
        names += one.columns
    return Covariates(columns=tuple(columns), names=tuple(names), terms=tuple(terms), matrix=matrix)


def _joined(made: Covariates, terms: Mapping[str, Sequence[str]], faults: list[Fault]) -> Covariates:
    """Replace the terms of the columns that `terms` joins."""
    if not terms:
        return made
    place_of = {term.name: term.columns for term in made.terms} | {name: (j,) for j, name in enumerate(made.names)}
    joined: list[Term] = []
    taken: set[int] = set()
    for name, members in terms.items():
        unknown = [member for member in members if member not in place_of]
        places = tuple(j for member in members if member in place_of for j in place_of[member])
        if unknown or not places or taken & set(places) or len(set(places)) != len(places):
            must = f"must join columns of X, each once ({', '.join(place_of)})"
            faults.append(Fault(place=f"terms {name}", must=must, got=", ".join(map(str, members)) or "none"))
        taken |= set(places)
        joined.append(Term(name=name, columns=places))
    rest = [term for term in made.terms if not taken & set(term.columns)]
    halved = [term.name for term in made.terms if 0 < len(taken & set(term.columns)) < len(term.columns)]
    if halved:
        faults.append(Fault(place="terms", must="must keep the levels of a column together", got=", ".join(halved)))
    ordered = tuple(sorted([*joined, *rest], key=lambda term: term.columns[:1]))
    return replace(made, terms=ordered)


def _rows(mask: NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(mask)
    told = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    more = f" and {rows.size - ROWS_NAMED} more" if rows.size > ROWS_NAMED else ""
    return f"{'rows' if rows.size > 1 else 'row'} {told}{more} (counted from 0)"
