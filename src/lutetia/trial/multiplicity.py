"""Several hypotheses with one alpha: graphs of hypotheses (Bretz, Maurer); a fixed sequence is the simplest of them.

A graph holds weights (shares of alpha) and transitions: when a hypothesis is rejected, its weight goes along them to
the others. Bretz, Maurer, Brannath, Posch 2009, Stat Med 28:586.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isclose
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.proportion.multiplicity import Hierarchy, fixed_sequence
from lutetia.trial.checked import between, is_number, not_negative

TITLE = "graph of hypotheses"
_SUM = 1 + 1e-9
"""Weights may add up to this much: thirds do not add up to 1 exactly."""

Transitions = Mapping[str, Mapping[str, float]]
Decision = Literal["rejected", "not rejected"]

__all__ = ["Graph", "GraphStep", "GraphTest", "Hierarchy", "fixed_sequence", "graph_of_sequence", "graph_test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """`weights` by name add up to 1 or less; `transitions[a][b]` is the share of a's weight that b gets.

    Raises InputError with all faults: negative weights, sums above 1, unknown names, a hypothesis that feeds itself.
    """

    weights: Mapping[str, float]
    transitions: Transitions

    def __post_init__(self) -> None:
        if faults := _graph_faults(self.weights, self.transitions):
            raise InputError(TITLE, faults)

    def without(self, name: str) -> Graph:
        """The graph after this hypothesis is rejected: its weight passed on, the ways through it joined."""
        rest = [other for other in self.weights if other != name]
        out = self.transitions.get(name, {})
        weights = {other: self.weights[other] + self.weights[name] * out.get(other, 0.0) for other in rest}
        transitions: dict[str, dict[str, float]] = {a: {} for a in rest}
        for a in rest:
            mine = self.transitions.get(a, {})
            back = mine.get(name, 0.0) * out.get(a, 0.0)
            for b in rest:
                share = mine.get(b, 0.0) + mine.get(name, 0.0) * out.get(b, 0.0)
                if a != b and share > 0 and back < 1 - 1e-12:
                    transitions[a][b] = share / (1 - back)
        return Graph(weights=weights, transitions=transitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphStep:
    """One hypothesis: its share of alpha when its turn came, its adjusted p, the decision at alpha."""

    name: str
    p: float | None
    alpha_fraction: float
    adjusted_p: float | None
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTest:
    """A graph after testing. `steps` stand in the order of the test, `adjusted_p` in the order given.

    `left` is the graph of what was not rejected, with the weights it would now be tested at; None if all were.
    """

    steps: tuple[GraphStep, ...]
    adjusted_p: Mapping[str, float | None]
    alpha: float
    left: Graph | None
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[str, ...]:
        """The names of the rejected hypotheses, in the order given."""
        rejected = {step.name for step in self.steps if step.decision == "rejected"}
        return tuple(name for name in self.adjusted_p if name in rejected)


def graph_test(p: Mapping[str, float | None], graph: Graph, *, alpha: float = 0.025) -> GraphTest:
    """Test by weighted Bonferroni along the graph; adjusted p-values are those of the closed test it stands for.

    `p` maps every hypothesis to a one-sided p-value; None (not yet known) is never rejected. A hypothesis is rejected
    when its adjusted p is ≤ `alpha`. Raises InputError with all faults.
    """
    faults = [*between("alpha", alpha), *_p_faults(p, graph)]
    if faults:
        raise InputError(TITLE, faults)
    steps: list[GraphStep] = []
    largest, now, left = 0.0, graph, None
    while now.weights:
        name = min(now.weights, key=lambda one: _ratio(p[one], now.weights[one]))
        ratio = _ratio(p[name], now.weights[name])
        largest = max(largest, ratio)
        rejected = largest <= alpha
        if not rejected and left is None:
            left = now
        value = p[name]
        steps.append(
            GraphStep(
                name=name,
                p=value,
                alpha_fraction=now.weights[name],
                adjusted_p=None if value is None else min(largest, 1.0),
                decision="rejected" if rejected else "not rejected",
            )
        )
        now = now.without(name)
    adjusted = {step.name: step.adjusted_p for step in steps}
    return GraphTest(
        steps=tuple(steps),
        adjusted_p={name: adjusted[name] for name in p},
        alpha=alpha,
        left=left,
        conventions=(
            f"Weighted Bonferroni along the graph, one-sided alpha {alpha:g} in all.",
            "Adjusted p: the smallest alpha in all at which the hypothesis is rejected.",
        ),
    )


def graph_of_sequence(names: Sequence[str]) -> Graph:
    """The fixed sequence as a graph: the first has all the weight and hands it on. Raises InputError without names."""
    if not names:
        raise InputError(TITLE, [Fault(place="names", must="must name at least one hypothesis", got="none")])
    weights = {name: 1.0 if i == 0 else 0.0 for i, name in enumerate(names)}
    return Graph(weights=weights, transitions={a: {b: 1.0} for a, b in pairwise(names)})


def _ratio(p: float | None, share: float) -> float:
    if p is None or share <= 0:
        return inf
    return float(p) / share


def _p_faults(p: Mapping[str, float | None], graph: Graph) -> list[Fault]:
    faults = []
    for name in graph.weights:
        if name not in p:
            do = "None stands for a test not yet made."
            faults.append(Fault(place=f"p of {name}", must="must be given", got="none", do=do))
    for name, value in p.items():
        if name not in graph.weights:
            known = ", ".join(graph.weights)
            faults.append(Fault(place=f"p of {name}", must=f"must belong to the graph ({known})", got=repr(name)))
        elif value is not None and not (is_number(value) and 0 <= value <= 1):
            faults.append(Fault(place=f"p of {name}", must="must lie between 0 and 1", got=repr(value)))
    return faults


def _graph_faults(weights: Mapping[str, float], transitions: Transitions) -> list[Fault]:
    faults = [fault for name, weight in weights.items() for fault in not_negative(f"weight of {name}", weight)]
    if not faults and sum(weights.values()) > _SUM:
        faults.append(Fault(place="weights", must="must not add up to more than 1", got=f"{sum(weights.values()):g}"))
    for name, out in transitions.items():
        if name not in weights:
            faults.append(
                Fault(place=f"transitions of {name}", must="must start at a known hypothesis", got=repr(name))
            )
        faults += _way_faults(name, out, weights)
    return faults


def _way_faults(name: str, out: Mapping[str, float], weights: Mapping[str, float]) -> list[Fault]:
    faults = []
    for other, share in out.items():
        place = f"transition {name} → {other}"
        if other not in weights:
            faults.append(Fault(place=place, must="must lead to a known hypothesis", got=repr(other)))
        if other == name and not (is_number(share) and isclose(share, 0)):
            faults.append(Fault(place=place, must="must not lead back to itself", got=repr(share)))
        faults += not_negative(place, share)
    if not faults and sum(out.values()) > _SUM:
        total = f"{sum(out.values()):g}"
        faults.append(Fault(place=f"transitions of {name}", must="must not add up to more than 1", got=total))
    return faults
