"""Group-sequential designs: efficacy and futility bounds from spending functions, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import above, error_faults
from lutetia.trial.score_process import Walk, crossings
from lutetia.trial.spending import Spending

TITLE = "group-sequential design"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantBounds:
    """Bounds z_k = c t_k^(Δ − ½), c such that alpha is kept: Δ = 0 O'Brien-Fleming, ½ Pocock (Wang & Tsiatis 1987)."""

    delta: float = 0.0

    def __str__(self) -> str:
        name = {0.0: "O'Brien-Fleming", 0.5: "Pocock"}.get(self.delta, "Wang-Tsiatis")
        return f"{name} bounds (Δ = {self.delta:g})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One analysis. z above `efficacy_z` rejects; z below `futility_z` stops for futility (None: never).

    `nominal_p` is the one-sided p at the efficacy bound; `alpha_spent` and `beta_spent` add up over looks; the four
    chances are those of stopping here, without (`_null`) and with the effect of the design.
    """

    fraction: float
    efficacy_z: float
    nominal_p: float
    futility_z: float | None
    alpha_spent: float
    beta_spent: float
    efficacy_null: float
    futility_null: float
    efficacy_effect: float
    futility_effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSequential:
    """Bounds at each look and what they cost.

    `inflation` is the largest information over that of the design with one look; `drift` the mean of z at the last look
    under the effect. Expected information is a share of the fixed design's, without, with half and with the effect.
    `type_one_error` counts with futility stops only if these bind; `power` always counts them.
    """

    looks: tuple[Look, ...]
    alpha: float
    power: float
    type_one_error: float
    binding: bool
    drift: float
    inflation: float
    expected_null: float
    expected_half: float
    expected_effect: float
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[float, ...]:
        """The efficacy bounds on the z scale: every result of Lutetia has a `value`."""
        return tuple(look.efficacy_z for look in self.looks)

    @property
    def fractions(self) -> tuple[float, ...]:
        """Information fractions of the looks."""
        return tuple(look.fraction for look in self.looks)


def group_sequential(
    fractions: Sequence[float],
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    efficacy: Spending | ConstantBounds | None = None,
    futility: Spending | None = None,
    binding: bool = False,
) -> GroupSequential:
    """One-sided bounds for looks at these information fractions, the last of which is 1.

    `efficacy` spends alpha (default: O'Brien-Fleming-like), `futility` beta (default: no futility stop). With `binding`
    False the efficacy bounds ignore futility, so that alpha is kept whoever goes on. Raises InputError with all faults.
    """
    efficacy = Spending.obrien_fleming() if efficacy is None else efficacy
    if faults := _faults(fractions, alpha, power, efficacy, futility, binding):
        raise InputError(TITLE, faults)
    ask = _Ask(
        fractions=tuple(map(float, fractions)),
        alpha=alpha,
        beta=1 - power,
        efficacy=efficacy,
        futility=futility,
        binding=binding,
    )
    fixed = float(ndtri(1 - alpha) + ndtri(power))
    upper = None if binding and futility is not None else _efficacy(ask)
    drift = brentq(lambda delta: _missing(ask, upper, delta), 0.2 * fixed, 4 * fixed, xtol=1e-11, rtol=1e-12)
    lower, upper = _bounds(ask, upper, float(drift))
    return _result(ask, lower, upper, float(drift), fixed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    fractions: tuple[float, ...]
    alpha: float
    beta: float
    efficacy: Spending | ConstantBounds
    futility: Spending | None
    binding: bool

    def alpha_steps(self) -> list[float]:
        assert isinstance(self.efficacy, Spending)
        return list(map(float, np.diff(self.efficacy.spent(self.fractions, self.alpha), prepend=0.0)))

    def beta_steps(self) -> list[float]:
        if self.futility is None:
            return [*(0.0 for _ in self.fractions[1:]), self.beta]
        return list(map(float, np.diff(self.futility.spent(self.fractions, self.beta), prepend=0.0)))


def _efficacy(ask: _Ask) -> list[float]:
    """Efficacy bounds that keep alpha when nobody stops for futility."""
    if isinstance(ask.efficacy, ConstantBounds):
        return _constant(ask, ask.efficacy.delta)
    walk, upper = Walk.start(0.0), []
    for k, (t, step) in enumerate(zip(ask.fractions, ask.alpha_steps(), strict=True)):
        upper.append(walk.bound_above(t, step))
        if k + 1 < len(ask.fractions):
            walk = walk.going_on(t, float("-inf"), upper[-1], ask.fractions[k + 1])
    return upper


def _constant(ask: _Ask, delta: float) -> list[float]:
    never = [float("-inf")] * len(ask.fractions)

    def bounds(c: float) -> list[float]:
        return [c * t ** (delta - 0.5) for t in ask.fractions]

    low = float(ndtri(1 - ask.alpha)) - 1e-9
    c = brentq(
        lambda c: float(crossings(ask.fractions, never, bounds(c), 0.0)[0].sum()) - ask.alpha, low, low + 4, xtol=1e-11
    )
    return bounds(float(c))


def _bounds(ask: _Ask, given: list[float] | None, drift: float) -> tuple[list[float], list[float]]:
    """Futility and efficacy bounds at this drift; `given` efficacy bounds stay. The last futility bound is open."""
    null, effect = Walk.start(0.0), Walk.start(drift)
    alphas = ask.alpha_steps() if given is None else []
    lower: list[float] = []
    upper: list[float] = []
    last = len(ask.fractions) - 1
    for k, (t, beta) in enumerate(zip(ask.fractions, ask.beta_steps(), strict=True)):
        upper.append(null.bound_above(t, alphas[k]) if given is None else given[k])
        if k == last:
            lower.append(upper[k])
            break
        lower.append(min(effect.bound_below(t, beta), upper[k]) if beta > 0 else float("-inf"))
        following = ask.fractions[k + 1]
        effect = effect.going_on(t, lower[k], upper[k], following)
        if given is None:
            null = null.going_on(t, lower[k], upper[k], following)
    return lower, upper


def _missing(ask: _Ask, given: list[float] | None, drift: float) -> float:
    """Type II error at this drift, above the beta to be spent (positive: too little information)."""
    lower, upper = _bounds(ask, given, drift)
    power = float(crossings(ask.fractions, lower, upper, drift)[0].sum())
    return (1 - ask.beta) - power


def _result(ask: _Ask, lower: list[float], upper: list[float], drift: float, fixed: float) -> GroupSequential:
    up0, down0 = crossings(ask.fractions, lower, upper, 0.0)
    up1, down1 = crossings(ask.fractions, lower, upper, drift)
    half = crossings(ask.fractions, lower, upper, drift / 2)
    inflation = (drift / fixed) ** 2
    t = np.asarray(ask.fractions)
    never = [float("-inf")] * len(upper)
    alone = crossings(ask.fractions, never, upper, 0.0)[0]
    spent = alone if not ask.binding or ask.futility is None else up0
    last = len(upper) - 1
    looks = tuple(
        Look(
            fraction=ask.fractions[k],
            efficacy_z=upper[k],
            nominal_p=float(ndtr(-upper[k])),
            futility_z=None if k < last and lower[k] == float("-inf") else lower[k],
            alpha_spent=float(spent[: k + 1].sum()),
            beta_spent=float(down1[: k + 1].sum()),
            efficacy_null=float(up0[k]),
            futility_null=float(down0[k]),
            efficacy_effect=float(up1[k]),
            futility_effect=float(down1[k]),
        )
        for k in range(len(upper))
    )
    return GroupSequential(
        looks=looks,
        alpha=ask.alpha,
        power=float(up1.sum()),
        type_one_error=float(spent.sum()),
        binding=ask.binding and ask.futility is not None,
        drift=drift,
        inflation=inflation,
        expected_null=float(inflation * (t @ (up0 + down0))),
        expected_half=float(inflation * (t @ (half[0] + half[1]))),
        expected_effect=float(inflation * (t @ (up1 + down1))),
        conventions=_conventions(ask),
    )


def _conventions(ask: _Ask) -> tuple[str, ...]:
    if ask.futility is None:
        stop = "No stop for futility."
    else:
        bind = "binding" if ask.binding else "non-binding: efficacy bounds ignore it, power counts it"
        stop = f"Futility: beta spent as {ask.futility}, {bind}."
    kind = "bounds of constant shape" if isinstance(ask.efficacy, ConstantBounds) else "alpha spent as"
    return (
        f"One-sided alpha {ask.alpha:g}, power {1 - ask.beta:g}; z above 0 favours the experimental arm.",
        f"Efficacy: {kind} {ask.efficacy}.",
        stop,
        "Looks at the planned information fractions; recursive numerical integration.",
    )


def _faults(
    fractions: Sequence[float],
    alpha: float,
    power: float,
    efficacy: object,
    futility: object,
    binding: bool,
) -> list[Fault]:
    faults = [*error_faults(alpha, power)]
    values = list(fractions) if isinstance(fractions, Sequence | np.ndarray) else []
    if not values:
        faults.append(Fault(place="fractions", must="must name at least one look", got=repr(fractions)))
    for i, t in enumerate(values):
        faults += above(f"fractions[{i}]", t)
    if not faults:
        if any(b <= a for a, b in pairwise(values)):
            faults.append(Fault(place="fractions", must="must rise from look to look", got=str(tuple(values))))
        if abs(values[-1] - 1) > 1e-12:
            faults.append(Fault(place="fractions", must="must end at 1", got=f"{values[-1]:g}"))
    if not isinstance(efficacy, Spending | ConstantBounds):
        must = "must be a Spending or ConstantBounds"
        faults.append(Fault(place="efficacy", must=must, got=repr(efficacy), do="Spending.obrien_fleming(), say."))
    if futility is not None and not isinstance(futility, Spending):
        faults.append(Fault(place="futility", must="must be a Spending or None", got=repr(futility)))
    if binding and isinstance(efficacy, ConstantBounds) and futility is not None:
        do = "Spend alpha by a function, or let futility be non-binding."
        faults.append(Fault(place="binding", must="must be False with bounds of constant shape", got="True", do=do))
    return faults
