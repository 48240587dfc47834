"""Simon's two-stage designs: stop after the first patients if too few respond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.stats import binom

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import between, error_faults, whole

Floats = NDArray[np.float64]
TITLE = "two-stage design"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStage:
    """Stop for futility if at most `first_stop` of `first_patients` respond; promising if more than `last_stop` of
    `patients` do.

    `type_one_error` and `power` are exact, `expected_patients` and `early_stop_fraction` hold without an effect.
    """

    kind: Literal["optimal", "minimax"]
    first_stop: int
    first_patients: int
    last_stop: int
    patients: int
    type_one_error: float
    power: float
    expected_patients: float
    early_stop_fraction: float
    conventions: tuple[str, ...]

    @property
    def value(self) -> int:
        """The patients of both stages: every result of Lutetia has a `value`."""
        return self.patients


def simon_two_stage(
    uninteresting: float, desirable: float, *, alpha: float = 0.05, power: float = 0.8, most_patients: int | None = None
) -> dict[str, TwoStage]:
    """The designs "optimal" (fewest expected patients without an effect) and "minimax" (fewest patients).

    `uninteresting` and `desirable` are response rates (0 to 1), `alpha` one-sided. Searched up to `most_patients`, by
    default one and a half times the patients of the design in one stage, and ten. Raises InputError with all faults,
    also if no design keeps both errors. Source: Simon 1989, Control Clin Trials 10:1.
    """
    faults = [*between("uninteresting", uninteresting), *between("desirable", desirable), *error_faults(alpha, power)]
    if not faults and desirable <= uninteresting:
        must = f"must be above the uninteresting rate ({uninteresting:g})"
        faults.append(Fault(place="desirable", must=must, got=f"{desirable:g}"))
    if most_patients is not None:
        faults += whole("most_patients", most_patients, 2)
    if faults:
        raise InputError(TITLE, faults)
    most = most_patients or int(1.5 * single_stage(uninteresting, desirable, alpha=alpha, power=power)[1]) + 10
    found = _search(_tables(most, uninteresting), _tables(most, desirable), alpha, 1 - power)
    if found[0, 3] == 0:
        must = f"must be enough for both errors, but within {most} patients no design keeps them"
        raise InputError(TITLE, [Fault(place="most_patients", must=must)])
    kinds: tuple[Literal["optimal", "minimax"], ...] = ("optimal", "minimax")
    return {
        kind: _design(kind, row, uninteresting, desirable, most)
        for kind, row in zip(kinds, found.tolist(), strict=True)
    }


def single_stage(uninteresting: float, desirable: float, *, alpha: float, power: float) -> tuple[int, int]:
    """The exact design in one stage: promising if more than r of n respond; returns (r, n), the smallest n."""
    for n in range(1, 10_000):
        r = int(binom.ppf(1 - alpha, n, uninteresting))
        if binom.sf(r, n, uninteresting) <= alpha and binom.sf(r, n, desirable) >= power:
            return r, n
    must = "must be further from the uninteresting rate"
    raise InputError(TITLE, [Fault(place="desirable", must=must, got=f"{desirable:g}")])


def exact_errors(
    rate: float, first_stop: int, first_patients: int, last_stop: int, patients: int
) -> tuple[float, float, float]:
    """Chance of "promising", chance to stop early, and expected patients if the response rate is `rate`."""
    x = np.arange(first_stop + 1, first_patients + 1)
    goes_on = binom.pmf(x, first_patients, rate)
    promising = float(goes_on @ binom.sf(last_stop - x, patients - first_patients, rate))
    early = float(binom.cdf(first_stop, first_patients, rate))
    return promising, early, first_patients + (1 - early) * (patients - first_patients)


def _design(
    kind: Literal["optimal", "minimax"], row: list[int], uninteresting: float, desirable: float, most: int
) -> TwoStage:
    first_stop, first_patients, last_stop, patients = (int(value) for value in row)
    alpha, early, expected = exact_errors(uninteresting, first_stop, first_patients, last_stop, patients)
    return TwoStage(
        kind=kind,
        first_stop=first_stop,
        first_patients=first_patients,
        last_stop=last_stop,
        patients=patients,
        type_one_error=alpha,
        power=exact_errors(desirable, first_stop, first_patients, last_stop, patients)[0],
        expected_patients=expected,
        early_stop_fraction=early,
        conventions=(
            f"{kind}: {'fewest expected patients without an effect' if kind == 'optimal' else 'fewest patients'}",
            f"searched up to {most} patients; stops early for futility only; errors exact",
        ),
    )


def _tables(most: int, rate: float) -> Floats:
    """Binomial chances: [n, x] for 0 ≤ x ≤ n ≤ most."""
    n, x = np.meshgrid(np.arange(most + 1), np.arange(most + 1), indexing="ij")
    return np.asarray(binom.pmf(x, n, rate))


@njit(cache=True)
def _search(without: Floats, with_effect: Floats, alpha: float, beta: float) -> NDArray[np.int64]:
    """Rows optimal and minimax: (r₁, n₁, r, n); zeros if there is none."""
    most = without.shape[0] - 1
    above0, above1 = _above(without), _above(with_effect)
    found = np.zeros((2, 4), dtype=np.int64)
    fewest, minimax_expected = np.inf, np.inf
    for n in range(2, most + 1):
        for n1 in range(1, n):
            n2 = n - n1
            early0, early1 = 0.0, 0.0
            for r1 in range(n1):
                early0 += without[n1, r1]
                early1 += with_effect[n1, r1]
                if early1 > beta:
                    break
                expected = n1 + (1 - early0) * n2
                # the second n that works is no minimax; and no optimum above the fewest expected
                if expected >= fewest and (found[1, 3] != 0 and (found[1, 3] < n or expected >= minimax_expected)):
                    continue
                r = _last_stop(without, above0, n1, n2, r1, alpha)
                if r < 0 or _promising(with_effect, above1, n1, n2, r1, r) < 1 - beta - 1e-12:
                    continue
                if expected < fewest - 1e-12:
                    fewest = expected
                    found[0] = np.array([r1, n1, r, n])
                if found[1, 3] == 0 or (found[1, 3] == n and expected < minimax_expected - 1e-12):
                    minimax_expected = expected
                    found[1] = np.array([r1, n1, r, n])
    return found


@njit(cache=True)
def _above(chances: Floats) -> Floats:
    """[n, k]: chance of k or more of n, k up to most + 1."""
    most = chances.shape[0] - 1
    out = np.zeros((most + 1, most + 2))
    for n in range(most + 1):
        for k in range(most, -1, -1):
            out[n, k] = out[n, k + 1] + chances[n, k]
    return out


@njit(cache=True)
def _promising(chances: Floats, above: Floats, n1: int, n2: int, r1: int, r: int) -> float:
    total = 0.0
    for x in range(r1 + 1, n1 + 1):
        total += chances[n1, x] * above[n2, max(r - x + 1, 0)]
    return total


@njit(cache=True)
def _last_stop(chances: Floats, above: Floats, n1: int, n2: int, r1: int, alpha: float) -> int:
    """The smallest last stop that keeps alpha, by halving; −1 if none does."""
    low, high = r1, n1 + n2
    while low < high:
        middle = (low + high) // 2
        if _promising(chances, above, n1, n2, r1, middle) <= alpha + 1e-12:
            high = middle
        else:
            low = middle + 1
    return low if low < n1 + n2 else -1
