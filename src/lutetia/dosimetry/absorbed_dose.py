"""Absorbed dose with its uncertainty: what moves it, by how much, and what it shares with other doses.

An absorbed dose adds to an absorbed dose and to nothing else: not to a BED, not to a bare number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from lutetia.errors import Fault, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One source of uncertainty: by how much the dose moves when the source moves up by its standard uncertainty.

    `shared` sources of one name are one error: it moves every dose that it enters (all organs of a camera's
    calibration, all cycles of an S value) and adds up with its sign. Others are independent from dose to dose.
    """

    name: str
    effect_gy: float
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorbedDose:
    """An absorbed dose in Gy with its budget (k = 1). `unknown` names sources of unknown size."""

    gy: float
    budget: tuple[Component, ...] = ()
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        effects = [component.effect_gy for component in self.budget]
        if not (isfinite(self.gy) and all(map(isfinite, effects))):
            raise InputError("AbsorbedDose", [Fault(place="gy", must="must be a number", got=f"{self.gy}, {effects}")])

    @property
    def u_gy(self) -> float | None:
        """Standard uncertainty (k = 1), the root of the squares; None while a source is unknown or none is given."""
        if self.unknown or not self.budget:
            return None
        return sqrt(sum(component.effect_gy**2 for component in self.budget))

    @property
    def u_fraction(self) -> float | None:
        """u over the dose; None where either is not known or the dose is 0."""
        u = self.u_gy
        return None if u is None or self.gy == 0 else u / abs(self.gy)

    def shares(self) -> dict[str, float]:
        """Each source's share of the variance, largest first."""
        variance = sum(component.effect_gy**2 for component in self.budget)
        ordered = sorted(self.budget, key=lambda c: -(c.effect_gy**2))
        return {c.name: c.effect_gy**2 / variance if variance else 0.0 for c in ordered}

    def times(self, factor: float) -> AbsorbedDose:
        """The dose and every effect multiplied."""
        return combined([self], [factor])

    def __add__(self, other: object) -> AbsorbedDose:
        if not isinstance(other, AbsorbedDose):
            return NotImplemented
        return combined([self, other], [1.0, 1.0])


def combined(doses: Sequence[AbsorbedDose], factors: Sequence[float]) -> AbsorbedDose:
    """Σ factor · dose: shared sources of one name add with their signs, the others in squares.

    A name that is shared in one dose and independent in another is refused with InputError.
    """
    kinds: dict[str, set[bool]] = {}
    linear: dict[str, float] = {}
    squares: dict[str, float] = {}
    for dose, factor in zip(doses, factors, strict=True):
        for component in dose.budget:
            kinds.setdefault(component.name, set()).add(component.shared)
            effect = factor * component.effect_gy
            if component.shared:
                linear[component.name] = linear.get(component.name, 0.0) + effect
            else:
                squares[component.name] = squares.get(component.name, 0.0) + effect**2
    if mixed := sorted(name for name, shared in kinds.items() if len(shared) > 1):
        must = "a source of uncertainty must be shared in all doses of a sum or in none"
        raise InputError("combined", [Fault(place="budget", must=must, got=", ".join(mixed))])
    return AbsorbedDose(
        gy=sum(factor * dose.gy for dose, factor in zip(doses, factors, strict=True)),
        budget=tuple(
            Component(name=name, effect_gy=linear[name], shared=True)
            if name in linear
            else Component(name=name, effect_gy=sqrt(squares[name]))
            for name in kinds
        ),
        unknown=_names(name for dose in doses for name in (*dose.unknown, *_silent(dose))),
    )


def _silent(dose: AbsorbedDose) -> tuple[str, ...]:
    """A dose with neither budget nor named unknowns says nothing of its uncertainty: so does a sum with it."""
    return () if dose.budget or dose.unknown or dose.gy == 0 else ("a dose without a budget",)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
