"""Levels of a grouping: labels of any kind become whole numbers from 0 and a tuple of the labels they stand for."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """`codes` (n,) int64: position of each row's label in `labels`, -1 where the label is missing."""

    codes: NDArray[np.int64]
    labels: tuple[Hashable, ...]


def levels(values: ArrayLike | Mapping[str, ArrayLike]) -> Levels:
    """Codes and sorted labels of a 1-d array-like of numbers, texts, booleans or any hashable labels.

    A mapping of names to columns gives the levels that occur together: each label is then a tuple, in the order of the
    columns. None, NaN, <NA> and the empty text are missing (code -1). Labels that cannot be sorted stand in the order
    of their text. Raises ValueError if an array is not 1-d or the columns differ in length.
    """
    if isinstance(values, Mapping):
        return _crossed([levels(column) for column in values.values()])
    array = np.asarray(values)
    if array.dtype.kind == "U" and isinstance(values, list | tuple):  # numpy has turned 1 and NaN into "1" and "nan"
        array = np.array(values, dtype=object)
    if array.ndim != 1:
        raise ValueError(f"a grouping has one dimension, not {array.ndim}")
    if array.dtype.kind in "biu":
        return _of_whole_numbers(array)
    if array.dtype.kind == "f":
        return _of_fractions(array)
    return _of_objects(array)


def _of_whole_numbers(array: NDArray[Any]) -> Levels:
    numbers = array.astype(np.int64)
    low, high = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, 0)
    if high - low > 4 * numbers.size + 1000:
        found, codes = np.unique(numbers, return_inverse=True)
    else:  # counting instead of sorting
        shifted = numbers - low
        present = np.bincount(shifted, minlength=high - low + 1) > 0
        found = np.flatnonzero(present) + low
        codes = (np.cumsum(present) - 1)[shifted]
    labels = [bool(label) for label in found] if array.dtype.kind == "b" else [int(label) for label in found]
    return Levels(codes=codes.astype(np.int64, copy=False), labels=tuple(labels if numbers.size else ()))


def _of_fractions(array: NDArray[Any]) -> Levels:
    codes = np.full(array.size, -1, dtype=np.int64)
    known = ~np.isnan(array)
    found, codes[known] = np.unique(array[known], return_inverse=True)
    whole = bool((found == np.floor(found)).all()) and bool(np.isfinite(found).all())
    return Levels(codes=codes, labels=tuple(int(label) if whole else float(label) for label in found))


def _of_objects(array: NDArray[Any]) -> Levels:
    rows = array.tolist()
    places: dict[Hashable, int] = {}
    first_seen = np.array([-1 if is_missing(row) else places.setdefault(row, len(places)) for row in rows], dtype=int)
    labels = _sorted(list(places))
    rank = np.empty(len(labels) + 1, dtype=np.int64)
    rank[-1] = -1
    for position, label in enumerate(labels):
        rank[places[label]] = position
    return Levels(codes=rank[first_seen], labels=tuple(labels))


def _sorted(labels: list[Any]) -> list[Any]:
    try:
        return sorted(labels)
    except TypeError:
        return sorted(labels, key=str)


def _crossed(columns: list[Levels]) -> Levels:
    if len({column.codes.size for column in columns}) != 1:
        raise ValueError("the columns of a grouping have one length")
    combined = np.zeros(columns[0].codes.size, dtype=np.int64)
    missing = np.zeros(combined.size, dtype=bool)
    for column in columns:
        combined = combined * max(len(column.labels), 1) + column.codes
        missing |= column.codes < 0
    codes = np.full(combined.size, -1, dtype=np.int64)
    found, codes[~missing] = np.unique(combined[~missing], return_inverse=True)
    labels = []
    for cell in found.tolist():
        parts: list[Hashable] = []
        for column in reversed(columns):
            cell, code = divmod(cell, max(len(column.labels), 1))
            parts.append(column.labels[code])
        labels.append(tuple(reversed(parts)))
    return Levels(codes=codes, labels=tuple(labels))


def is_missing(value: object) -> bool:
    """True for None, NaN, NaT, <NA> and the empty text."""
    if value is None or (isinstance(value, str) and not value):
        return True
    if isinstance(value, float):
        return value != value
    return type(value).__name__ in ("NAType", "NaTType")
