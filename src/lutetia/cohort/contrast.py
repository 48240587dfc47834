"""What every analysis of a later treatment returns: one hazard ratio, how it was made, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite

from lutetia.estimate import Estimate
from lutetia.rows import LeftOut

Z_95 = 1.959963984540054
LARGEST_LOG = 700.0  # beyond it exp leaves the range of a float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Hazard of the exposed against the unexposed, from one analysis.

    `n`: patients; `events`: events among them (a clone's event counts once per patient); `rows`: rows of the fitted
    data. `believe` is False for an analysis that is biased by design and stands here only to be compared.
    """

    analysis: str
    log_hazard_ratio: float
    std_error: float
    n: int
    events: int
    rows: int
    converged: bool
    why: str
    believe: bool
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def hazard_ratio(self) -> Estimate:
        """The hazard ratio with its Wald interval on the log scale, 95 %; None throughout where the fit failed."""
        logs = [self.log_hazard_ratio + side * Z_95 * self.std_error for side in (0, -1, 1)]
        if not self.converged or not all(isfinite(value) and abs(value) < LARGEST_LOG for value in logs):
            return Estimate(estimate=None, lower=None, upper=None, method="no finite estimate")
        ratio, low, high = (exp(value) for value in logs)
        return Estimate(estimate=ratio, lower=low, upper=high, method="Wald on the log scale")

    @property
    def value(self) -> float | None:
        """The hazard ratio."""
        return self.hazard_ratio.estimate
