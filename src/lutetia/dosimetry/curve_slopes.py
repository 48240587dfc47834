"""A fitted model's numbers as a curve, and the derivatives of its value and area in them.

The parameters of a model are its amplitudes (MBq), its clearance rates (per hour) and, with uptake, that rate last.
"""

from __future__ import annotations

import numpy as np

from lutetia.dosimetry.curve import LN2, ExponentialSum, Floats
from lutetia.dosimetry.curve_model import CurveModel


def sorted_phases(amplitudes: Floats, log_rates: Floats, model: CurveModel) -> tuple[Floats, Floats]:
    """Amplitudes and logarithms of rates with the slowest phase first; the rate of uptake stays last."""
    order = np.argsort(log_rates[: model.phases], kind="stable")
    return amplitudes[order], np.append(log_rates[order], log_rates[model.phases : model.n_rates])


def curve_of(amplitudes: Floats, rates: Floats, model: CurveModel) -> ExponentialSum:
    """The curve with these amplitudes (MBq) and rates (per hour); uptake becomes a phase of negative amplitude."""
    used = [*amplitudes, *([-amplitudes.sum()] if model.uptake else [])]
    return ExponentialSum(
        amplitudes_mbq=tuple(float(a) for a in used),
        effective_half_lives_h=tuple(float(LN2 / rate) for rate in rates),
    )


def value_slopes(at_h: Floats, amplitudes: Floats, rates: Floats, model: CurveModel) -> Floats:
    """∂A/∂(amplitudes, rates) at the times, shape (times, parameters)."""
    falls = np.exp(-np.outer(at_h, rates))
    by_rate = -at_h[:, None] * falls[:, : model.phases] * amplitudes
    by_amplitude = falls[:, : model.phases]
    if model.uptake:
        by_amplitude = by_amplitude - falls[:, -1:]
        by_rate = np.column_stack([by_rate, at_h * falls[:, -1] * amplitudes.sum()])
    return np.column_stack([by_amplitude, by_rate])


def area_slopes(amplitudes: Floats, rates: Floats, model: CurveModel) -> Floats:
    """∂(area)/∂(amplitudes, rates), shape (parameters,)."""
    by_amplitude = 1 / rates[: model.phases] - (1 / rates[-1] if model.uptake else 0.0)
    by_rate = -amplitudes / rates[: model.phases] ** 2
    if model.uptake:
        by_rate = np.append(by_rate, amplitudes.sum() / rates[-1] ** 2)
    return np.concatenate([by_amplitude, by_rate])
