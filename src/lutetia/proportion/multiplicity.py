"""Many tests at once: adjusted p-values, and the fixed sequence of a trial's endpoints.

A fixed sequence is the simplest graph of hypotheses; weighted graphs (Bretz, Maurer) belong beside it in this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.proportion.counts import Numbers, chosen

TITLE = "adjusted p-values"


def adjusted_p(p: ArrayLike, *, method: str) -> Numbers:
    """The p-values adjusted for their number, in the order given; a hypothesis is rejected when its value is ≤ alpha.

    `method`: bonferroni, holm, hochberg (family-wise error; Hochberg needs independence or positive dependence),
    benjamini-hochberg (false discovery rate). Raises InputError: none given, missing, outside 0 to 1, method unknown.
    Sources: Holm 1979, Scand J Stat 6:65; Hochberg 1988, Biometrika 75:800; Benjamini & Hochberg 1995, JRSS B 57:289.
    """
    method = chosen(TITLE, "method", method, tuple(METHODS))
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    adjusted = np.empty_like(values)
    adjusted[order] = METHODS[method](values[order])
    return adjusted


def _bonferroni(p: Numbers) -> Numbers:
    return np.minimum(p * len(p), 1)


def _holm(p: Numbers) -> Numbers:
    return np.minimum(np.maximum.accumulate(p * np.arange(len(p), 0, -1)), 1)


def _hochberg(p: Numbers) -> Numbers:
    return _step_up(p * np.arange(len(p), 0, -1))


def _benjamini_hochberg(p: Numbers) -> Numbers:
    return _step_up(p * len(p) / np.arange(1, len(p) + 1))


def _step_up(p: Numbers) -> Numbers:
    return np.minimum(np.minimum.accumulate(p[::-1])[::-1], 1)


METHODS: Mapping[str, Callable[[Numbers], Numbers]] = MappingProxyType(
    {
        "bonferroni": _bonferroni,
        "holm": _holm,
        "hochberg": _hochberg,
        "benjamini-hochberg": _benjamini_hochberg,
    }
)
"""Every adjustment by its printed name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One hypothesis of a fixed sequence; `adjusted_p` is the largest p up to and with it."""

    name: str
    p: float | None
    adjusted_p: float | None
    decision: Literal["rejected", "not rejected", "not tested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """A fixed sequence after testing; `stopped_at` is the first hypothesis that was not rejected, None if all were."""

    steps: tuple[Step, ...]
    alpha: float
    stopped_at: str | None
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[str, ...]:
        """The names of the rejected hypotheses."""
        return tuple(step.name for step in self.steps if step.decision == "rejected")


def fixed_sequence(hypotheses: Mapping[str, float | None], *, alpha: float, sides: Literal[1, 2] = 2) -> Hierarchy:
    """Test the hypotheses in their order, each at the full alpha; from the first one not rejected on nothing is tested.

    `hypotheses` maps names to p-values of as many sides as `sides` says; None (not yet known) is not rejected.
    A small p after the stop stays "not tested": it must not be interpreted. Raises InputError with all faults.
    Source: Maurer, Hothorn, Lehmacher 1995, in Biometrie in der chemisch-pharmazeutischen Industrie 6:3-18.
    """
    faults = _sequence_faults(hypotheses, alpha)
    if faults:
        raise InputError("fixed sequence", faults)
    steps: list[Step] = []
    stopped_at: str | None = None
    largest = 0.0
    for name, p in hypotheses.items():
        largest = max(largest, 1.0 if p is None else p)
        rejected = stopped_at is None and largest <= alpha
        decision: Literal["rejected", "not rejected", "not tested"] = "rejected" if rejected else "not rejected"
        steps.append(
            Step(
                name=name,
                p=p,
                adjusted_p=None if p is None else largest,
                decision=decision if stopped_at is None else "not tested",
            )
        )
        stopped_at = stopped_at or (None if rejected else name)
    said = (f"each step at the full alpha of {alpha:g}, {'one' if sides == 1 else 'two'}-sided", "order as given")
    return Hierarchy(steps=tuple(steps), alpha=alpha, stopped_at=stopped_at, conventions=said)


def _sequence_faults(hypotheses: Mapping[str, float | None], alpha: float) -> list[Fault]:
    faults = [] if hypotheses else [Fault(place="hypotheses", must="must name at least one", got="none")]
    for name, p in hypotheses.items():
        if p is not None and not 0 <= p <= 1:
            faults.append(Fault(place=f"p of {name}", must="must lie between 0 and 1", got=f"{p:g}"))
    if not 0 < alpha < 1:
        faults.append(Fault(place="alpha", must="must lie between 0 and 1", got=f"{alpha:g}"))
    return faults


def _checked(p: ArrayLike) -> Numbers:
    values = np.asarray(p, dtype=np.float64) if _numeric(p) else np.zeros((0, 0))
    faults: Sequence[Fault] = ()
    if values.ndim != 1 or not values.size:
        faults = [Fault(place="p", must="must be a list of at least one number", got=repr(p)[:60])]
    else:
        wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
        faults = [Fault(place=f"p[{i}]", must="must lie between 0 and 1", got=f"{values[i]:g}") for i in wrong[:10]]
    if faults:
        raise InputError(TITLE, faults)
    return values


def _numeric(p: ArrayLike) -> bool:
    try:
        return bool(np.issubdtype(np.asarray(p).dtype, np.number))
    except ValueError:
        return False
