"""One contingency table: odds ratio, chi-square test, Fisher's exact test."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, gammaln, ndtri

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.proportion.counts import Numbers, checked_level, chosen

Alternative = Literal["two-sided", "greater", "less"]
ALTERNATIVES = ("two-sided", "greater", "less")
_SAME = 1 + 1e-7
"""Tables whose probability differs by less count as equally likely, as in R's fisher.test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignificanceTest:
    """A test statistic with its p-value. `statistic` is chi-square with `degrees_of_freedom`, or None when exact.

    `z` is the signed root where the test has a direction (positive: more events in the first row than expected).
    """

    method: str
    statistic: float | None
    degrees_of_freedom: int | None
    z: float | None
    p: float
    n: int
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The p-value: every result of Lutetia has a `value`."""
        return self.p


def odds_ratio(table: ArrayLike, *, method: str = "woolf", level: float = 0.95) -> Estimate:
    """The odds ratio a·d / (b·c) of [[a, b], [c, d]] (rows: groups; columns: event, no event) with its interval.

    `method`: woolf (log scale, SE² = 1/a + 1/b + 1/c + 1/d) or haldane (the same after adding 1/2 to each cell).
    With an empty cell Woolf's limits do not exist: they are None, and so is an estimate without a finite value.
    `std_error` is that of the logarithm. Raises InputError with all faults.
    Sources: Woolf 1955, Ann Hum Genet 19:251; Haldane 1956, Ann Hum Genet 20:309.
    """
    method = chosen("odds ratio", "method", method, ("woolf", "haldane"))
    cells = _two_by_two("odds ratio", table) + (0.5 if method == "haldane" else 0.0)
    z = float(ndtri(1 - (1 - checked_level("odds ratio", level)) / 2))
    (a, b), (c, d) = cells.tolist()
    if not cells.all():
        ratio = a * d / (b * c) if b * c else None
        return Estimate(estimate=ratio, lower=None, upper=None, level=level, method=method)
    middle, std_error = log(a * d / (b * c)), sqrt((1 / cells).sum())
    lower, upper = exp(middle - z * std_error), exp(middle + z * std_error)
    return Estimate(estimate=exp(middle), lower=lower, upper=upper, std_error=std_error, level=level, method=method)


def chi_square(table: ArrayLike, *, correction: bool) -> SignificanceTest:
    """Pearson's chi-square test of an r × c table of counts; `correction` is Yates's and needs a 2 × 2 table.

    Raises InputError: not whole or negative counts, fewer than two rows or columns, an empty row or column.
    Source: Pearson 1900, Phil Mag 50:157; Yates 1934, Suppl J R Stat Soc 1:217.
    """
    cells = whole_cells("chi-square test", table, shape=None, correction=correction)
    n = cells.sum()
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / n
    away = np.abs(cells - expected)
    if correction:
        away -= min(0.5, float(away.min()))
    statistic = float((away**2 / expected).sum())
    df = (cells.shape[0] - 1) * (cells.shape[1] - 1)
    said: tuple[str, ...] = ("Yates's continuity correction" if correction else "no continuity correction",)
    if (small := int((expected < 5).sum())) > 0:
        said = (*said, f"{small} of {cells.size} expected counts are below 5: prefer Fisher's exact test")
    z = None
    if cells.shape == (2, 2):
        z = float(np.copysign(sqrt(statistic), cells[0, 0] - expected[0, 0]))
    return SignificanceTest(
        method="chi-square",
        statistic=statistic,
        degrees_of_freedom=df,
        z=z,
        p=float(chdtrc(df, statistic)),
        n=int(n),
        conventions=said,
    )


def fisher_exact(table: ArrayLike, *, alternative: Alternative = "two-sided") -> SignificanceTest:
    """Fisher's exact test of a 2 × 2 table, margins fixed.

    `two-sided` adds the tables that are no more likely than the one observed (as R does); `greater` means more
    events in the first row than by chance. Raises InputError with all faults.
    """
    title = "Fisher's exact test"
    alternative = chosen(title, "alternative", alternative, ALTERNATIVES)  # type: ignore[assignment]
    cells = _two_by_two(title, table)
    x, chances = _hypergeometric(cells)
    seen = chances[x == cells[0, 0]][0]
    extreme = {
        "two-sided": chances <= seen * _SAME,
        "greater": x >= cells[0, 0],
        "less": x <= cells[0, 0],
    }[alternative]
    said = f"{alternative}; two-sided p adds the tables no more likely than the observed one"
    return SignificanceTest(
        method="fisher",
        statistic=None,
        degrees_of_freedom=None,
        z=None,
        p=min(float(chances[extreme].sum()), 1.0),
        n=int(cells.sum()),
        conventions=(said if alternative == "two-sided" else f"one-sided: {alternative}",),
    )


def _hypergeometric(cells: Numbers) -> tuple[Numbers, Numbers]:
    """Every possible first cell under the margins, and its probability."""
    (row, other), (column, _) = cells.sum(axis=1), cells.sum(axis=0)
    x = np.arange(max(0, column - other), min(row, column) + 1)
    log_chance = _log_choose(row, x) + _log_choose(other, column - x) - _log_choose(row + other, column)
    return x, np.exp(log_chance)


def _log_choose(n: Any, k: Any) -> Any:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _two_by_two(title: str, table: ArrayLike) -> Numbers:
    return whole_cells(title, table, shape=(2, 2))


def whole_cells(title: str, table: ArrayLike, *, shape: tuple[int, ...] | None, correction: bool = False) -> Numbers:
    """The table as floats. `shape` is demanded; None: any table of two or more rows and columns, none of them empty.

    Raises InputError with all faults: not numbers, not whole, negative, wrong shape, no patients.
    """
    try:
        cells = np.asarray(table)
    except ValueError:
        cells = np.zeros(0, dtype=object)
    if not np.issubdtype(cells.dtype, np.number) or np.iscomplexobj(cells):
        must = "must be a rectangular table of whole numbers"
        raise InputError(title, [Fault(place="table", must=must, got=repr(table)[:60])])
    values = cells.astype(np.float64)
    faults = [*_shape_faults(values, shape, correction), *_cell_faults(values)]
    if not faults and not values.sum():
        faults.append(Fault(place="table", must="must hold at least one patient", got="only zeros"))
    if not faults and shape is None:
        faults = _empty_faults(values)
    if faults:
        raise InputError(title, faults)
    return values


def _shape_faults(values: Numbers, shape: tuple[int, ...] | None, correction: bool) -> list[Fault]:
    got = " × ".join(map(str, values.shape)) or "one number"
    if shape is not None and values.shape[-len(shape) :] != shape:
        return [Fault(place="table", must=f"must be {' × '.join(map(str, shape))}", got=got)]
    if shape is None and (values.ndim != 2 or min(values.shape) < 2):
        return [Fault(place="table", must="must have at least two rows and two columns", got=got)]
    if correction and values.shape != (2, 2):
        return [Fault(place="correction", must="must be False for a table other than 2 × 2", got="True")]
    return []


def _cell_faults(values: Numbers) -> list[Fault]:
    faults = []
    for place in np.argwhere(~np.isfinite(values) | (values != np.floor(values)) | (values < 0))[:10]:
        where = "".join(f"[{i}]" for i in place)
        value = values[tuple(place)]
        faults.append(Fault(place=f"table{where}", must="must be a whole number, not negative", got=f"{value:g}"))
    return faults


def _empty_faults(values: Numbers) -> list[Fault]:
    return [
        Fault(place=f"{name} {i}", must="must not be empty", got="only zeros", do=f"Leave the {name} out.")
        for name, axis in (("row", 1), ("column", 0))
        for i in np.flatnonzero(values.sum(axis=axis) == 0)
    ]
