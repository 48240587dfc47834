"""Patients for two response rates with unequal allocation, and the exact power of the test that will be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import asin, ceil, sqrt
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import binom, hypergeom

from lutetia.errors import Fault, InputError
from lutetia.proportion.counts import chosen
from lutetia.trial.checked import (
    Allocation,
    allocation_faults,
    between,
    error_faults,
    experimental_fraction,
    whole,
)

Floats = NDArray[np.float64]
TITLE = "response rate design"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactPower:
    """Chance of a significant result, summed over every pair of counts.

    `type_one_error` with the control's rate in both arms, `largest_type_one_error` over rates of 0.5 % to 99.5 %.
    """

    test: str
    power: float
    type_one_error: float
    largest_type_one_error: float
    patients_by_arm: tuple[int, int]
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The power: every result of Lutetia has a `value`."""
        return self.power


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDesign:
    """Patients by one formula (`patients`, not rounded; each arm rounded up) and the exact power of each test."""

    method: str
    patients: float
    patients_by_arm: tuple[int, int]
    exact: tuple[ExactPower, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The patients of both arms: every result of Lutetia has a `value`."""
        return self.patients


def compare_rates(
    experimental: float,
    control: float,
    *,
    allocation: Allocation = (1, 1),
    power: float = 0.9,
    alpha: float = 0.025,
    method: str = "pooled",
    tests: tuple[str, ...] = ("pooled", "fisher"),
) -> RateDesign:
    """Patients so that a higher rate in the experimental arm is found, one-sided `alpha`.

    `method`: pooled (variance of the common rate without an effect; Fleiss, and R's power.prop.test), pooled-cc (with
    continuity correction), unpooled, arcsine. `tests` are those whose exact power is summed: pooled, unpooled, fisher.
    Raises InputError with all faults. Sources: Fleiss, Tytun, Ury 1980, Biometrics 36:343; Cohen 1988 (arcsine).
    """
    method = chosen(TITLE, "method", method, tuple(METHODS))
    faults = [*_rate_faults(experimental, control), *allocation_faults(allocation), *error_faults(alpha, power)]
    if faults:
        raise InputError(TITLE, faults)
    p = experimental_fraction(allocation)
    patients = METHODS[method](experimental, control, p, float(ndtri(1 - alpha)), float(ndtri(power)))
    by_arm = (ceil(p * patients - 1e-9), ceil((1 - p) * patients - 1e-9))
    exact = tuple(exact_power(experimental, control, by_arm, alpha=alpha, test=test) for test in tests)
    ratio = ":".join(f"{part:g}" for part in allocation)
    said = (f"formula: {method}", f"one-sided alpha {alpha:g}, power {power:g}", f"allocation {ratio}, arms rounded up")
    return RateDesign(method=method, patients=patients, patients_by_arm=by_arm, exact=exact, conventions=said)


def exact_power(
    experimental: float, control: float, patients_by_arm: tuple[int, int], *, alpha: float = 0.025, test: str
) -> ExactPower:
    """The power and type I error of a test (pooled, unpooled, fisher), each pair of counts with its binomial chance.

    Raises InputError with all faults.
    """
    test = chosen(TITLE, "test", test, ("pooled", "unpooled", "fisher"))
    faults = [*between("experimental", experimental), *between("control", control), *between("alpha", alpha, 0, 0.5)]
    if len(patients_by_arm) != 2:
        got = repr(patients_by_arm)
        faults.append(Fault(place="patients_by_arm", must="must be two numbers, experimental first", got=got))
    for i, n in enumerate(patients_by_arm):
        faults += whole(f"patients_by_arm[{i}]", n, 2)
    if faults:
        raise InputError(TITLE, faults)
    significant = significant_counts(patients_by_arm, alpha, test)
    n1, n2 = patients_by_arm

    def chance(first: float, second: float) -> float:
        return float(binom.pmf(np.arange(n1 + 1), n1, first) @ significant @ binom.pmf(np.arange(n2 + 1), n2, second))

    return ExactPower(
        test=test,
        power=chance(experimental, control),
        type_one_error=chance(control, control),
        largest_type_one_error=max(chance(rate, rate) for rate in np.arange(0.005, 1, 0.005)),
        patients_by_arm=(n1, n2),
        conventions=(f"test: {test}, one-sided {alpha:g}, no continuity correction",),
    )


def significant_counts(patients_by_arm: tuple[int, int], alpha: float, test: str) -> Floats:
    """1 where the pair of responders (experimental, control) is significant, else 0; shape (n₁ + 1, n₂ + 1)."""
    n1, n2 = patients_by_arm
    x, y = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    if test == "fisher":
        return np.asarray(hypergeom.sf(x - 1, n1 + n2, x + y, n1) <= alpha * (1 + 1e-12), dtype=np.float64)
    first, second = x / n1, y / n2
    if test == "pooled":
        common = (x + y) / (n1 + n2)
        variance = common * (1 - common) * (1 / n1 + 1 / n2)
    else:
        variance = first * (1 - first) / n1 + second * (1 - second) / n2
    certain = np.where(first > second, np.inf, 0.0)  # all against none has no variance, and no doubt
    z = np.divide(first - second, np.sqrt(variance), out=certain, where=variance > 0)
    return np.asarray(z >= ndtri(1 - alpha), dtype=np.float64)


def _rate_faults(experimental: float, control: float) -> list[Fault]:
    do = "30 % is 0.3."
    faults = [*between("experimental", experimental, do=do), *between("control", control, do=do)]
    if not faults and experimental <= control:
        must = f"must be above the control's rate ({control:g})"
        faults.append(Fault(place="experimental", must=must, got=f"{experimental:g}"))
    return faults


def _pooled(first: float, second: float, p: float, z_alpha: float, z_beta: float) -> float:
    common = p * first + (1 - p) * second
    without = common * (1 - common) * (1 / p + 1 / (1 - p))
    return float(((z_alpha * sqrt(without) + z_beta * sqrt(_spread(first, second, p))) / (first - second)) ** 2)


def _pooled_cc(first: float, second: float, p: float, z_alpha: float, z_beta: float) -> float:
    patients = _pooled(first, second, p, z_alpha, z_beta)
    # Fleiss, Tytun and Ury: m' = m/4 (1 + √(1 + 2 (r + 1)/(m r |Δ|)))², m in the experimental arm, r m in the other
    m, r = p * patients, (1 - p) / p
    return float(m / 4 * (1 + sqrt(1 + 2 * (r + 1) / (m * r * abs(first - second)))) ** 2 / p)


def _unpooled(first: float, second: float, p: float, z_alpha: float, z_beta: float) -> float:
    return (z_alpha + z_beta) ** 2 * _spread(first, second, p) / (first - second) ** 2


def _arcsine(first: float, second: float, p: float, z_alpha: float, z_beta: float) -> float:
    effect = 2 * asin(sqrt(first)) - 2 * asin(sqrt(second))
    return float((z_alpha + z_beta) ** 2 / (effect**2 * p * (1 - p)))


def _spread(first: float, second: float, p: float) -> float:
    return first * (1 - first) / p + second * (1 - second) / (1 - p)


METHODS: Mapping[str, Callable[[float, float, float, float, float], float]] = MappingProxyType(
    {"pooled": _pooled, "pooled-cc": _pooled_cc, "unpooled": _unpooled, "arcsine": _arcsine}
)
"""Every formula by its printed name."""
