"""A chi-square test: statistic, degrees of freedom, p-value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquare:
    """What is tested, its statistic and degrees of freedom (a fraction after a ridge penalty)."""

    name: str
    chi2: float
    df: float

    @property
    def p(self) -> float:
        """Probability of this statistic or a larger one if there is no effect; 1 on 0 degrees of freedom."""
        return float(chdtrc(self.df, max(self.chi2, 0.0))) if self.df > 0 else 1.0

    @property
    def value(self) -> float:
        """The statistic."""
        return self.chi2


def quadratic(name: str, vector: NDArray[np.float64], matrix: NDArray[np.float64]) -> ChiSquare:
    """vector' matrix⁻¹ vector on as many degrees of freedom as the vector has entries; NaN if it cannot be inverted."""
    try:
        statistic = float(vector @ np.linalg.solve(matrix, vector))
    except np.linalg.LinAlgError:
        statistic = np.nan
    return ChiSquare(name=name, chi2=statistic, df=vector.size)
