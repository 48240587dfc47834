"""How much of the quadratic part of the effect is left when dose comes slowly: the Lea-Catcheside factor G.

    G = 2 / D² ∫₀^∞ r(t) ∫₀^t r(s) e^(−μ(t − s)) ds dt      μ = ln 2 / repair half-time

r is the dose rate, taken as proportional to the activity curve of the region (self-dose). G is 1 for a sudden dose and
falls towards 0 for a slow one. For exponentials it is exact, Σᵢⱼ aᵢaⱼ / ((λᵢ+λⱼ)(λᵢ+μ)) · 2 / (Σ aᵢ/λᵢ)²; for one phase
λ/(λ+μ) (Dale, Br J Radiol 1985; 58: 515). For any other curve the double integral is done by Gauss quadrature.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np

from lutetia.dosimetry.curve import LN2, Curve, ExponentialCurve, Floats
from lutetia.errors import Fault, InputError

Method = Literal["auto", "analytic", "numeric"]
NODES = 16  # of Gauss-Legendre in a panel
GROWTH = 1.35  # each panel is this much longer than the one before
TAIL_HALF_LIVES = 60.0  # of the slowest phase: beyond it 1e-18 of the activity is left


def protraction_factor(curve: Curve, repair_half_time_h: float, method: Method = "auto") -> float:
    """G between 0 and 1 for a dose rate that follows `curve`.

    `auto` is analytic for sums of exponentials, numeric for every other curve. Raises InputError for a repair
    half-time not above 0, a curve without area, an analytic factor for a curve that is no sum of exponentials.
    """
    faults = []
    if not repair_half_time_h > 0:
        faults.append(Fault(place="repair_half_time_h", must="must be above 0 h", got=f"{repair_half_time_h}"))
    if method not in ("auto", "analytic", "numeric"):
        faults.append(Fault(place="method", must="must be auto, analytic or numeric", got=repr(method)))
    exponential = isinstance(curve, ExponentialCurve)
    if method == "analytic" and not exponential:
        faults.append(Fault(place="method", must="analytic needs a sum of exponentials", got=type(curve).__name__))
    if not curve.time_integrated_mbq_h() > 0:
        faults.append(Fault(place="curve", must="must have an area above 0"))
    if faults:
        raise InputError("protraction_factor", faults)
    repair = LN2 / repair_half_time_h
    if isinstance(curve, ExponentialCurve) and method != "numeric":
        return _of_exponentials(curve, repair)
    return _by_quadrature(curve, repair)


def _of_exponentials(curve: ExponentialCurve, repair_per_h: float) -> float:
    amplitude, half = (np.array(column) for column in zip(*curve.phases(), strict=True))
    rate = LN2 / half
    pairs = np.outer(amplitude, amplitude) / ((rate[:, None] + rate) * (rate[:, None] + repair_per_h))
    return float(2 * pairs.sum() / (amplitude / rate).sum() ** 2)


def _by_quadrature(curve: Curve, repair_per_h: float) -> float:
    """Panels between the kinks, growing with time; the unrepaired part K(t) is carried from panel to panel."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    nodes, weights = (nodes + 1) / 2, weights / 2  # on 0 … 1
    area = outer = carried = 0.0
    for begin, end in pairwise(_panels(curve, repair_per_h)):
        width = end - begin
        at = begin + width * nodes
        rate = curve.activity_mbq(at)
        inner_at = begin + np.outer(at - begin, nodes)
        unrepaired = curve.activity_mbq(inner_at) * np.exp(-repair_per_h * (at[:, None] - inner_at))
        inner = (at - begin) * (unrepaired @ weights) + carried * np.exp(-repair_per_h * (at - begin))
        outer += width * float(weights @ (rate * inner))
        area += width * float(weights @ rate)
        kept = float(weights @ (rate * np.exp(-repair_per_h * (end - at)))) * width
        carried = carried * float(np.exp(-repair_per_h * width)) + kept
    return 2 * outer / area**2


def _panels(curve: Curve, repair_per_h: float) -> Floats:
    """Edges from 0 to the end of the tail: after each kink short panels that grow, none longer than a tenth of the
    slowest half-life allows the exponentials to be smooth in."""
    shortest, longest = curve.half_life_range_h
    first = 0.25 * min(shortest, LN2 / repair_per_h)
    kinks = [0.0, *(kink for kink in curve.kinks_h if kink > 0)]
    stops = [*kinks[1:], kinks[-1] + TAIL_HALF_LIVES * longest]
    edges = [0.0]
    for begin, stop in zip(kinks, stops, strict=True):
        at, width = begin, first
        while at + width < stop:
            at += width
            edges.append(at)
            width = min(width * GROWTH, max(first, 2 * longest, 4 * LN2 / repair_per_h))
            width = min(width, 8 * LN2 / repair_per_h, 4 * longest)
        edges.append(stop)
    return np.unique(np.array(edges))
