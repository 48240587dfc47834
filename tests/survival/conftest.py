"""The survival data sets of other people, read where they lie beside the repository, and the stored words of R."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lutetia.survival import FollowUp

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival"
REFERENCE = Path(__file__).parent / "reference"

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


@cache
def reference_rows(name: str) -> Table:
    """Columns of a reference file of this folder."""
    with (REFERENCE / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return {column: _column([row[i] for row in rows]) for i, column in enumerate(header)}


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Table]:
    """`reference("curve_rows")` → columns of tests/survival/reference/curve_rows.csv."""
    return reference_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Made-up patients and what R says of them: quantity → (at, value) arrays."""

    follow_up: FollowUp
    group: NDArray
    stratum: NDArray
    says: dict[str, tuple[NDArray, NDArray]]


def read_case(number: int) -> Case:
    """One case of reference/curve_rows.csv and curve_values.csv."""
    rows, values = reference_rows("curve_rows"), reference_rows("curve_values")
    mine = rows["case"] == number
    given = {
        name: None if np.isnan(rows[column][mine]).all() else rows[column][mine]
        for name, column in (("start", "start"), ("weights", "weight"), ("cluster", "cluster"))
    }
    here = values["case"] == number
    said = {
        quantity: tuple(values[column][here & (values["quantity"] == quantity)] for column in ("at", "value"))
        for quantity in set(values["quantity"][here])
    }
    return Case(
        follow_up=FollowUp(stop=rows["stop"][mine], event=rows["event"][mine], **given),
        group=rows["group"][mine],
        stratum=rows["stratum"][mine],
        says=said,
    )


CASES = range(1, 15)


@pytest.fixture(params=CASES)
def case(request) -> Case:
    """Each of the made-up cases that R analysed."""
    return read_case(request.param)


@pytest.fixture(params=[1, 13])
def plain_case(request) -> Case:
    """The cases without delayed entry, weights or clusters: R's survdiff takes these alone."""
    return read_case(request.param)


@pytest.fixture(params=[2, 14])
def delayed_case(request) -> Case:
    """The cases with delayed entry, without weights or clusters."""
    return read_case(request.param)


@pytest.fixture
def six() -> FollowUp:
    """Six made-up patients whose curve is worked on paper: events at 1, 3, 3 and 5, censored at 2 and 4."""
    return FollowUp(stop=[1, 2, 3, 3, 4, 5], event=[1, 0, 1, 1, 0, 1])
