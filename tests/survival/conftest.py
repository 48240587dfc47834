"""The survival data sets of other people, read where they lie beside the repository."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival"

Table = dict[str, NDArray]


@cache
def read_table(name: str) -> Table:
    """Columns of the data set: float64 with NaN for NA, or object (text, None for NA) where a value is no number."""
    with (SHARED / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return {column: _column([row[i] for row in rows]) for i, column in enumerate(header)}


def _column(texts: list[str]) -> NDArray:
    try:
        column = np.array([np.nan if text == "NA" else float(text) for text in texts])
    except ValueError:
        column = np.array([None if text == "NA" else text for text in texts], dtype=object)
    column.flags.writeable = False
    return column


@pytest.fixture(scope="session")
def table() -> Callable[[str], Table]:
    """`table("lung")` → its columns; skips where ../shared/data/survival does not lie beside the repository."""

    def read(name: str) -> Table:
        if not (SHARED / f"{name}.csv").is_file():
            pytest.skip(f"the shared survival data sets are not here (../shared/data/survival/{name}.csv)")
        return read_table(name)

    return read
