"""One estimate with its interval, as every engine returns it and every table prints it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, how sure it is, and how the interval was made.

    `lower` and `upper` are None where a limit does not exist (a median's upper limit that the curve never reaches),
    `estimate` is None where the quantity itself is not reached. `level` is the interval's coverage, such as 0.95;
    `method` names the interval ("log-log", "clopper-pearson"). `std_error` stands on the scale of `estimate`.
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    std_error: float | None = None
    level: float = 0.95
    method: str

    @property
    def value(self) -> float | None:
        """The estimate: every result of Lutetia has a `value`."""
        return self.estimate
