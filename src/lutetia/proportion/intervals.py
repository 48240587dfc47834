"""One proportion with its interval: exact, Wilson, Wald, Agresti-Coull, Jeffreys; the method is always named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from lutetia.estimate import Estimate
from lutetia.proportion.counts import Numbers, checked_level, checked_pairs, chosen

TITLE = "interval of a proportion"

Limits = tuple[Numbers, Numbers]


def interval(events: int, n: int, *, method: str = "clopper-pearson", level: float = 0.95) -> Estimate:
    """The proportion events / n (0 to 1) with its two-sided interval.

    `method`: clopper-pearson (exact; as trials print response rates), wilson, wilson-cc, wald, wald-cc,
    agresti-coull, jeffreys. Wald and Agresti-Coull limits are cut at 0 and 1; `std_error` is given with Wald only.
    Raises InputError with all faults: not whole, negative, n = 0, more events than n, unknown method or level.
    Sources: Clopper & Pearson 1934, Biometrika 26:404; Newcombe 1998, Stat Med 17:857-872 (methods 1-4: wald,
    wald-cc, wilson, wilson-cc; exact 5); Brown, Cai, DasGupta 2001, Stat Sci 16:101-133 (agresti-coull, jeffreys).
    """
    method = chosen(TITLE, "method", method, tuple(METHODS))
    ((x, total),) = checked_pairs(TITLE, group=(events, n))
    lower, upper = METHODS[method](x, total, checked_level(TITLE, level))
    p = float(x / total)
    std_error = float(np.sqrt(p * (1 - p) / total)) if method == "wald" else None
    return Estimate(estimate=p, lower=float(lower), upper=float(upper), std_error=std_error, level=level, method=method)


def limits(events: ArrayLike, n: ArrayLike, *, method: str = "clopper-pearson", level: float = 0.95) -> Limits:
    """Lower and upper limits for many proportions at once, shaped as `events` and `n` broadcast; else `interval`."""
    method = chosen(TITLE, "method", method, tuple(METHODS))
    ((x, total),) = checked_pairs(TITLE, group=(events, n))
    return METHODS[method](x, total, checked_level(TITLE, level))


def _clopper_pearson(x: Numbers, n: Numbers, level: float) -> Limits:
    """Quantiles of beta(x, n-x+1) and beta(x+1, n-x): the p that x or more (x or fewer) events would just reject."""
    return _beta_limits(x, n, level, below=1.0, above=0.0)


def _jeffreys(x: Numbers, n: Numbers, level: float) -> Limits:
    """Equal tails of beta(x + 1/2, n - x + 1/2); 0 at x = 0 and 1 at x = n (Brown, Cai, DasGupta 2001, 4.3)."""
    return _beta_limits(x, n, level, below=0.5, above=0.5)


def _beta_limits(x: Numbers, n: Numbers, level: float, *, below: float, above: float) -> Limits:
    tail = (1 - level) / 2
    none, all_ = x == 0, x == n
    lower = betaincinv(np.where(none, 1, x + above), n - x + below, tail)
    upper = betaincinv(x + below, np.where(all_, 1, n - x + above), 1 - tail)
    return np.where(none, 0.0, lower), np.where(all_, 1.0, upper)


def _wilson(x: Numbers, n: Numbers, level: float) -> Limits:
    z = ndtri(1 - (1 - level) / 2)
    p = x / n
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    scale = 1 + z**2 / n
    return np.clip((middle - half) / scale, 0, 1), np.clip((middle + half) / scale, 0, 1)


def _wilson_cc(x: Numbers, n: Numbers, level: float) -> Limits:
    z = ndtri(1 - (1 - level) / 2)
    p = x / n
    under = np.maximum(z**2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1), 0)
    over = np.maximum(z**2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1), 0)
    lower = (2 * x + z**2 - 1 - z * np.sqrt(under)) / (2 * (n + z**2))
    upper = (2 * x + z**2 + 1 + z * np.sqrt(over)) / (2 * (n + z**2))
    return np.where(x == 0, 0.0, np.clip(lower, 0, 1)), np.where(x == n, 1.0, np.clip(upper, 0, 1))


def _wald(x: Numbers, n: Numbers, level: float) -> Limits:
    return _around(x / n, n, level)


def _wald_cc(x: Numbers, n: Numbers, level: float) -> Limits:
    return _around(x / n, n, level, wider=0.5 / n)


def _agresti_coull(x: Numbers, n: Numbers, level: float) -> Limits:
    z = ndtri(1 - (1 - level) / 2)
    return _around((x + z**2 / 2) / (n + z**2), n + z**2, level)


def _around(p: Numbers, n: Numbers, level: float, wider: Numbers | float = 0.0) -> Limits:
    half = ndtri(1 - (1 - level) / 2) * np.sqrt(p * (1 - p) / n) + wider
    return np.clip(p - half, 0, 1), np.clip(p + half, 0, 1)


METHODS: Mapping[str, Callable[[Numbers, Numbers, float], Limits]] = MappingProxyType(
    {
        "clopper-pearson": _clopper_pearson,
        "wilson": _wilson,
        "wilson-cc": _wilson_cc,
        "wald": _wald,
        "wald-cc": _wald_cc,
        "agresti-coull": _agresti_coull,
        "jeffreys": _jeffreys,
    }
)
"""Every interval by its printed name."""
