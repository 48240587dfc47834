"""Intervals of a survival probability: plain, log, log-log, logit, arcsine, as R's survfit computes them."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.special import ndtri

from lutetia.errors import Fault, InputError
from lutetia.survival.ties import Floats

Interval = Literal["plain", "log", "log-log", "logit", "arcsine"]
INTERVALS = get_args(Interval)


def normal_quantile(level: float) -> float:
    """z with a two-sided interval of coverage `level`, 1.959964 at 0.95; InputError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise InputError(
            "interval", [Fault(place="level", must="must lie between 0 and 1", got=f"{level}", do="Such as 0.95.")]
        )
    return float(ndtri(0.5 + level / 2))


def limits(survival: Floats, std_error: Floats, interval: Interval, level: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper limits, same shape; NaN where the transformation has none.

    With s = std_error / S (standard error of log S) and z the normal quantile: plain S ± z·S·s, cut to 0..1;
    log exp(log S ± z·s), cut to 1; log-log exp(−exp(log(−log S) ± z·s / log S)); logit and arcsine on their scales
    with s·S / (S (1 − S)) and s·√(S / (1 − S)) / 2. At S = 1 log-log, logit and arcsine have no limits, at S = 0
    none has (R survival 3.5-3, survfit_confint). Raises InputError for an unknown interval.
    """
    if interval not in INTERVALS:
        known = ", ".join(INTERVALS)
        raise InputError("interval", [Fault(place="interval", must=f"must be one of {known}", got=repr(interval))])
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.where(survival == 0, np.nan, survival)
        return _limits(s, z * std_error / s, interval)


def _limits(s: Floats, reach: Floats, interval: Interval) -> tuple[Floats, Floats]:
    """Limits around s; `reach` is z times the standard error of log s."""
    if interval == "plain":
        return np.maximum(s - s * reach, 0), np.minimum(s + s * reach, 1)
    if interval == "log":
        return s * np.exp(-reach), np.minimum(s * np.exp(reach), 1)
    inside = np.where(s == 1, np.nan, s)
    if interval == "log-log":
        centre, half = np.log(-np.log(inside)), reach / np.log(inside)
        return np.exp(-np.exp(centre - half)), np.exp(-np.exp(centre + half))
    if interval == "logit":
        centre, half = np.log(inside / (1 - inside)), reach / (1 - inside)
        return 1 - 1 / (1 + np.exp(centre - half)), 1 - 1 / (1 + np.exp(centre + half))
    centre, half = np.arcsin(np.sqrt(inside)), 0.5 * reach * np.sqrt(inside / (1 - inside))
    return np.sin(np.maximum(0, centre - half)) ** 2, np.sin(np.minimum(np.pi / 2, centre + half)) ** 2
