"""Parents and daughters: who follows whom, how often, and how much of each there is at a time.

Branching fractions and half-lives are ICRP 107's, read from the data file of the package radioactivedecay (a dependency,
not copied here). The file is read directly: importing the package brings plotting and symbolic mathematics along and takes
seconds. A test holds both ways to the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import exp, inf, log, prod
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.dosimetry.emission import nuclide_name
from lutetia.errors import DataFileError, Fault, InputError

_HOURS = {"ps": 1 / 3.6e15, "ns": 1 / 3.6e12, "us": 1 / 3.6e9, "μs": 1 / 3.6e9, "ms": 1 / 3.6e6, "s": 1 / 3600}
_HOURS |= {"m": 1 / 60, "h": 1.0, "d": 24.0}
_YEAR_H = 365.2422 * 24
_YEARS = {"y": 1.0, "ky": 1e3, "My": 1e6, "By": 1e9, "Gy": 1e9, "Ty": 1e12, "Py": 1e15}
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


def equilibrium_chain(parent: str, longest_daughter_h: float = LONGEST_DAUGHTER_H) -> Chain:
    """The chain below a nuclide, to its end or to a daughter that outlives both the parent and `longest_daughter_h`.

    Over all time every decay of the parent is followed by the daughters' in the ratio of the branching fractions,
    whatever their half-lives; that the decays happen in the same place is an assumption of whoever uses this.
    Raises InputError for an unknown nuclide.
    """
    name = nuclide_name(parent)
    limit_h = max(half_life_h(name), longest_daughter_h)
    number: dict[str, float] = {name: 1.0}
    cut: dict[str, None] = {}
    for member in _in_order(name):
        for daughter, fraction in _daughters(member):
            if member not in number or half_life_h(daughter) == inf:
                continue
            if half_life_h(daughter) < limit_h:
                number[daughter] = number.get(daughter, 0.0) + number[member] * fraction
            else:
                cut[daughter] = None
    return Chain(parent=name, per_parent_decay=number, cut_at=tuple(cut))


def half_life_h(nuclide: str) -> float:
    """Half-life in hours, infinite if stable; raises InputError for an unknown nuclide."""
    value, unit = _record(nuclide_name(nuclide))[0]
    return inf if unit == "stable" or value == inf else value * (_HOURS.get(unit) or _YEARS[unit] * _YEAR_H)


def activities_after_bq(parent: str, activity_bq: float, after_h: float) -> dict[str, float]:
    """Activity of the parent and each radioactive descendant, begun as that much pure parent (Bateman 1910).

    Descendants of every half-life are followed, long-lived ones too. Half-lives must differ (they do).
    """
    name = nuclide_name(parent)
    found: dict[str, float] = {}
    for path, fraction in _paths(name):
        if half_life_h(path[-1]) < inf:
            found[path[-1]] = found.get(path[-1], 0.0) + activity_bq * fraction * _bateman(path, after_h)
    return found


def _bateman(path: tuple[str, ...], after_h: float) -> float:
    """Activity of the last of a straight chain per initial activity of the first."""
    rates = [LN2 / half_life_h(member) for member in path]
    total = 0.0
    for i, rate in enumerate(rates):
        others = [other / (other - rate) for j, other in enumerate(rates) if j != i]
        total += prod(others) * rate / rates[0] * exp(-rate * after_h)
    return total


def _paths(name: str) -> list[tuple[tuple[str, ...], float]]:
    """Every way down from the nuclide, itself first, with the product of its branching fractions."""
    found: list[tuple[tuple[str, ...], float]] = [((name,), 1.0)]
    for path, fraction in found:  # grows while it is walked
        found += [((*path, daughter), fraction * share) for daughter, share in _daughters(path[-1])]
    return found


def _in_order(name: str) -> list[str]:
    """The nuclide and its descendants, each after all its parents."""
    depth: dict[str, int] = {}
    for path, _ in _paths(name):
        depth[path[-1]] = max(depth.get(path[-1], 0), len(path))
    return sorted(depth, key=lambda member: depth[member])


@cache
def _daughters(name: str) -> tuple[tuple[str, float], ...]:
    known = _table()
    return tuple((daughter, fraction) for daughter, fraction in _record(name)[1] if daughter in known)


def _record(name: str) -> Any:
    known = _table()
    if name not in known:
        raise InputError("nuclide", [Fault(place="name", must="must be one that ICRP 107 lists", got=repr(name))])
    return known[name]


@cache
def _table() -> dict[str, Any]:
    """Nuclide → ((half-life, unit), ((daughter, fraction), …))."""
    with np.load(_data_file(), allow_pickle=True) as data:
        names, lives, progeny, fractions = (data[key] for key in ("nuclides", "hldata", "progeny", "bfs"))
    rows = zip(names, lives, progeny, fractions, strict=True)
    return {
        str(name): ((float(life[0]), str(life[1])), tuple(zip(daughters, map(float, shares), strict=True)))
        for name, life, daughters, shares in rows
    }


def _data_file() -> Path:
    spec = find_spec("radioactivedecay")
    found = [] if spec is None else [Path(place) for place in spec.submodule_search_locations or ()]
    path = found[0] / "icrp107_ame2020_nubase2020" / "decay_data.npz" if found else Path("decay_data.npz")
    if not path.is_file():
        raise DataFileError(
            "radioactivedecay: the package must be installed, with its data file icrp107_ame2020_nubase2020/decay_data.npz."
            "\n    Install Lutetia with its extra: lutetia[dose]; version 0.6 is the one this was written for."
        )
    return path
