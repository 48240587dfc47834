"""2 × 2 tables in strata: Mantel-Haenszel odds ratio, Cochran-Mantel-Haenszel test, Breslow-Day test.

Every table is [[a, b], [c, d]]: rows are the groups, columns event and no event; `tables` has the shape (strata, 2, 2).
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.proportion.contingency import SignificanceTest, whole_cells
from lutetia.proportion.counts import Numbers, checked_level


def mantel_haenszel_odds_ratio(tables: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The common odds ratio Σ(a·d/n) / Σ(b·c/n) with the interval of Robins, Breslow and Greenland.

    One stratum gives the plain odds ratio. `std_error` is that of the logarithm. Without any discordant product
    (Σ a·d/n or Σ b·c/n is 0) limits do not exist: they are None, and the estimate is 0 or None.
    Raises InputError with all faults. Sources: Mantel & Haenszel 1959, J Natl Cancer Inst 22:719;
    Robins, Breslow, Greenland 1986, Biometrics 42:311.
    """
    title = "Mantel-Haenszel odds ratio"
    a, b, c, d, n = _cells(title, tables)
    z = float(ndtri(1 - (1 - checked_level(title, level)) / 2))
    r, s = a * d / n, b * c / n
    method = "mantel-haenszel"
    if not r.sum() or not s.sum():
        return Estimate(estimate=0.0 if s.sum() else None, lower=None, upper=None, level=level, method=method)
    p, q = (a + d) / n, (b + c) / n
    variance = (p * r).sum() / (2 * r.sum() ** 2) + (q * s).sum() / (2 * s.sum() ** 2)
    variance += (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    middle, std_error = log(r.sum() / s.sum()), sqrt(variance)
    return Estimate(
        estimate=exp(middle),
        lower=exp(middle - z * std_error),
        upper=exp(middle + z * std_error),
        std_error=std_error,
        level=level,
        method=method,
    )


def cochran_mantel_haenszel(tables: ArrayLike, *, correction: bool) -> SignificanceTest:
    """The test that the groups do not differ in any stratum: (|Σ(a − E)| − ½)² / ΣV, or without the ½.

    `correction` has no default: trials report it without, R's mantelhaen.test with. Strata of one patient say nothing
    and are counted in `conventions`. Raises InputError with all faults, also when no stratum varies.
    Source: Mantel & Haenszel 1959; Cochran 1954, Biometrics 10:417.
    """
    title = "Cochran-Mantel-Haenszel test"
    a, b, c, d, n = _cells(title, tables)
    use = n > 1
    a, b, c, d, n = (cells[use] for cells in (a, b, c, d, n))
    away = float((a - (a + b) * (a + c) / n).sum())
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))).sum())
    if not variance:
        must = "must hold a stratum with both groups and with both outcomes"
        raise InputError(title, [Fault(place="tables", must=must, got="none")])
    smaller = 0.5 if correction and abs(away) >= 0.5 else 0.0
    statistic = (abs(away) - smaller) ** 2 / variance
    said: tuple[str, ...] = (
        "continuity correction of 1/2" if correction else "no continuity correction",
        f"strata: {len(use)}",
    )
    if not use.all():
        said = (*said, f"strata of one patient left out: {int((~use).sum())}")
    return SignificanceTest(
        method="cochran-mantel-haenszel",
        statistic=statistic,
        degrees_of_freedom=1,
        z=float(np.copysign(sqrt(statistic), away)),
        p=float(chdtrc(1, statistic)),
        n=int(n.sum()),
        conventions=said,
    )


def breslow_day(tables: ArrayLike, *, tarone: bool = True) -> SignificanceTest:
    """The test that the odds ratio is the same in every stratum, about the Mantel-Haenszel odds ratio.

    `tarone` subtracts Tarone's term, which makes the statistic's distribution right. Strata without both groups and
    both outcomes say nothing and are counted in `conventions`. Raises InputError when fewer than two strata remain or
    the common odds ratio is 0 or infinite. Sources: Breslow & Day 1980, IARC 32, 4.4; Tarone 1985, Biometrika 72:91.
    """
    title = "Breslow-Day test"
    a, b, c, d, n = _cells(title, tables)
    use = ((a + b) * (c + d) * (a + c) * (b + d)) > 0
    kept = tuple(cells[use] for cells in (a, b, c, d, n))
    common = mantel_haenszel_odds_ratio(tables, level=0.95).estimate
    if use.sum() < 2 or not common:
        must = "must hold two strata that vary, and a common odds ratio between 0 and infinity"
        raise InputError(title, [Fault(place="tables", must=must, got=f"{int(use.sum())} strata, odds ratio {common}")])
    a, b, c, d, n = kept
    expected = _expected(common, a + b, c + d, a + c)
    variance = 1 / (1 / expected + 1 / (a + b - expected) + 1 / (a + c - expected) + 1 / (c + d - a - c + expected))
    statistic = float(((a - expected) ** 2 / variance).sum())
    if tarone:
        statistic -= float((a - expected).sum() ** 2 / variance.sum())
    df = int(use.sum()) - 1
    said: tuple[str, ...] = ("Tarone's term subtracted" if tarone else "without Tarone's term",)
    if not use.all():
        said = (*said, f"strata without variation left out: {int((~use).sum())}")
    return SignificanceTest(
        method="breslow-day",
        statistic=statistic,
        degrees_of_freedom=df,
        z=None,
        p=float(chdtrc(df, statistic)),
        n=int(n.sum()),
        conventions=said,
    )


def _expected(ratio: float, row: Numbers, other: Numbers, column: Numbers) -> Numbers:
    """The first cell that has this odds ratio under the margins: the root of a quadratic within the bounds."""
    if abs(ratio - 1) < 1e-12:
        return row * column / (row + other)
    k = (row + column) * ratio + other - column
    root = np.sqrt(k**2 - 4 * ratio * (ratio - 1) * row * column)
    return 2 * ratio * row * column / (k + root)


def _cells(title: str, tables: ArrayLike) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """a, b, c, d and n of each stratum; strata without patients are dropped, for nothing is in them."""
    values = whole_cells(title, tables, shape=(2, 2))
    values = values.reshape(-1, 2, 2)
    values = values[values.sum(axis=(1, 2)) > 0]
    a, b, c, d = values[:, 0, 0], values[:, 0, 1], values[:, 1, 0], values[:, 1, 1]
    return a, b, c, d, a + b + c + d
