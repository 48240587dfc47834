"""The test statistic from look to look: the density of what goes on, by recursive numerical integration.

Scores S_k = Z_k √t_k at information fractions t_k have independent normal increments with mean δ (t_k − t_{k−1}) and
variance t_k − t_{k−1}; δ is the drift, the mean of Z at t = 1. Armitage, McPherson, Rowe 1969, J R Stat Soc A 132:235;
Jennison & Turnbull 2000, Group Sequential Methods, chapter 19. Gauss-Legendre panels no wider than the narrower of the
two neighbouring increments: the error is far below 1e-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

Floats = NDArray[np.float64]

FAR = 9.0
"""Standard errors beyond which a normal density counts as nothing."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walk:
    """The process before a look: `scores` and `chances` (density times weight) of what went on from the look before."""

    drift: float
    fraction: float
    scores: Floats
    chances: Floats

    @classmethod
    def start(cls, drift: float) -> Walk:
        """Before any information."""
        return cls(drift=drift, fraction=0.0, scores=np.zeros(1), chances=np.ones(1))

    def above(self, fraction: float, z: float) -> float:
        """Chance that this look comes and shows Z ≥ z."""
        return float(self.chances @ ndtr(-self._steps(fraction, z)))

    def below(self, fraction: float, z: float) -> float:
        """Chance that this look comes and shows Z < z."""
        return float(self.chances @ ndtr(self._steps(fraction, z)))

    def bound_above(self, fraction: float, chance: float) -> float:
        """The z that is reached with that chance; infinity if the chance is next to nothing."""
        if chance <= 1e-15 or self.above(fraction, -FAR) <= chance:
            return float("inf") if chance <= 1e-15 else -FAR
        high = FAR + max(self.drift, 0.0)
        return float(brentq(lambda z: self.above(fraction, z) - chance, -FAR, high, xtol=1e-12, rtol=1e-13))

    def bound_below(self, fraction: float, chance: float) -> float:
        """The z that is missed with that chance; minus infinity if the chance is next to nothing."""
        high = FAR + max(self.drift, 0.0)
        if chance <= 1e-15 or self.below(fraction, high) <= chance:
            return float("-inf") if chance <= 1e-15 else high
        return float(brentq(lambda z: self.below(fraction, z) - chance, -FAR, high, xtol=1e-12, rtol=1e-13))

    def going_on(self, fraction: float, lower: float, upper: float, next_fraction: float) -> Walk:
        """The process after a look that went on because lower ≤ Z < upper."""
        step, root = fraction - self.fraction, sqrt(fraction)
        first = max(lower * root, self.drift * fraction - FAR * root)
        last = min(upper * root, self.drift * fraction + FAR * root)
        if last <= first:
            return Walk(drift=self.drift, fraction=fraction, scores=np.zeros(1), chances=np.zeros(1))
        narrow = min(sqrt(step), sqrt(max(next_fraction - fraction, 1e-12)))
        edges = np.linspace(first, last, ceil((last - first) / narrow) + 2)
        middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
        scores = (middle[:, None] + half[:, None] * _NODES).ravel()
        weight = (half[:, None] * _WEIGHTS).ravel()
        away = (scores[:, None] - self.scores[None, :] - self.drift * step) / sqrt(step)
        density = np.exp(-0.5 * away**2) @ self.chances / sqrt(2 * np.pi * step)
        return Walk(drift=self.drift, fraction=fraction, scores=scores, chances=weight * density)

    def _steps(self, fraction: float, z: float) -> Floats:
        step = fraction - self.fraction
        return np.asarray((z * sqrt(fraction) - self.scores - self.drift * step) / sqrt(step))


def crossings(
    fractions: Sequence[float], lower: Sequence[float], upper: Sequence[float], drift: float
) -> tuple[Floats, Floats]:
    """Chance to stop at each look above `upper`, and below `lower`; at the last look everything not above is below."""
    walk = Walk.start(drift)
    up, down = np.zeros(len(fractions)), np.zeros(len(fractions))
    for k, t in enumerate(fractions):
        last = k == len(fractions) - 1
        up[k] = walk.above(t, upper[k])
        down[k] = walk.below(t, upper[k] if last else min(lower[k], upper[k]))
        if not last:
            walk = walk.going_on(t, lower[k], upper[k], fractions[k + 1])
    return up, down
