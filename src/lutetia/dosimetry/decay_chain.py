"""Parents and daughters: who follows whom, how often, and how much of each there is at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, log, prod

from lutetia.dosimetry.emission import EmissionLibrary, nuclide_name
from lutetia.dosimetry.icrp107 import Icrp107

LN2 = log(2)
LONGEST_DAUGHTER_H = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A parent with the daughters that decay soon after it.

    `per_parent_decay` names every member, the parent first, with the number of its decays per decay of the parent.
    `cut_at` names the radioactive daughters at which the chain ends.
    """

    parent: str
    per_parent_decay: Mapping[str, float]
    cut_at: tuple[str, ...]


def equilibrium_chain(
    parent: str, longest_daughter_h: float = LONGEST_DAUGHTER_H, library: EmissionLibrary | None = None
) -> Chain:
    """The chain below a nuclide, to its end or to a daughter that outlives both the parent and `longest_daughter_h`.

    Over all time every decay of the parent is followed by the daughters' in the ratio of the branching fractions,
    whatever their half-lives; that the decays happen in the same place is an assumption of whoever uses this.
    Raises InputError for an unknown nuclide.
    """
    name, data = nuclide_name(parent), library or Icrp107()
    limit_h = max(data.half_life_h(name), longest_daughter_h)
    number: dict[str, float] = {name: 1.0}
    cut: dict[str, None] = {}
    for member in _in_order(name, data):
        for daughter, fraction in data.daughters(member):
            if member not in number or data.half_life_h(daughter) == inf:
                continue
            if data.half_life_h(daughter) < limit_h:
                number[daughter] = number.get(daughter, 0.0) + number[member] * fraction
            else:
                cut[daughter] = None
    return Chain(parent=name, per_parent_decay=number, cut_at=tuple(cut))


def activities_after_bq(
    parent: str, activity_bq: float, after_h: float, library: EmissionLibrary | None = None
) -> dict[str, float]:
    """Activity of the parent and each radioactive descendant, begun as that much pure parent (Bateman 1910).

    Descendants of every half-life are followed, long-lived ones too. Half-lives must differ (they do).
    """
    data = library or Icrp107()
    found: dict[str, float] = {}
    for path, fraction in _paths(nuclide_name(parent), data):
        half_lives_h = [data.half_life_h(member) for member in path]
        if half_lives_h[-1] < inf:
            found[path[-1]] = found.get(path[-1], 0.0) + activity_bq * fraction * _bateman(half_lives_h, after_h)
    return found


def _bateman(half_lives_h: list[float], after_h: float) -> float:
    """Activity of the last of a straight chain per initial activity of the first."""
    rates = [LN2 / half_life_h for half_life_h in half_lives_h]
    total = 0.0
    for i, rate in enumerate(rates):
        others = [other / (other - rate) for j, other in enumerate(rates) if j != i]
        total += prod(others) * rate / rates[0] * exp(-rate * after_h)
    return total


def _paths(name: str, data: EmissionLibrary) -> list[tuple[tuple[str, ...], float]]:
    """Every way down from the nuclide, itself first, with the product of its branching fractions."""
    found: list[tuple[tuple[str, ...], float]] = [((name,), 1.0)]
    for path, fraction in found:  # grows while it is walked
        found += [((*path, daughter), fraction * share) for daughter, share in data.daughters(path[-1])]
    return found


def _in_order(name: str, data: EmissionLibrary) -> list[str]:
    """The nuclide and its descendants, each after all its parents."""
    depth: dict[str, int] = {}
    for path, _ in _paths(name, data):
        depth[path[-1]] = max(depth.get(path[-1], 0), len(path))
    return sorted(depth, key=lambda member: depth[member])
