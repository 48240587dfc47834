"""Decay data of ICRP Publication 107, through two packages that are dependencies and not copied here.

Emissions come from icrp107-database; half-lives and branching from the data file of radioactivedecay, which is read
directly: importing that package brings plotting and symbolic mathematics along and takes seconds (a test holds both
ways to the same numbers). The data are copyright A. Endo and K. F. Eckerman, free for educational, research and
not-for-profit purposes; see NOTICE.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.dosimetry.emission import Emission, Lines, binned_spectrum, nuclide_name
from lutetia.errors import DataFileError, Fault, InputError

# Our class → the database's.
_CLASS = {
    "conversion": "IE",
    "auger": "auger",
    "alpha": "alpha",
    "recoil": "alpha recoil",
    "gamma": "gamma",
    "x_ray": "X",
    "annihilation": "annihilation",
}
_IGNORED = {"neutron": "neutrons", "fission": "fission fragments", "betaD": "delayed betas"}
_HOURS = {"us": 1 / 3.6e9, "μs": 1 / 3.6e9, "ms": 1 / 3.6e6, "s": 1 / 3600, "m": 1 / 60, "h": 1.0, "d": 24.0}
_HOURS["y"] = 365.2422 * 24  # the year of ICRP 107
_STABLE = (inf, "s")

Record = tuple[tuple[float, str], tuple[tuple[str, float], ...]]


class Icrp107:
    """The library of ICRP Publication 107: 1252 radionuclides and their stable descendants."""

    name = "ICRP 107"

    def emission(self, nuclide: str) -> Emission:
        """Emissions of the nuclide; raises InputError if ICRP 107 does not hold it."""
        return _emission(nuclide_name(nuclide))

    def half_life_h(self, nuclide: str) -> float:
        """Half-life in hours, infinite if stable; raises InputError for an unknown nuclide."""
        (value, unit), _ = _record(nuclide_name(nuclide))
        return value * _HOURS[unit]

    def daughters(self, nuclide: str) -> tuple[tuple[str, float], ...]:
        """Daughters with their branching fractions, fission apart; raises InputError for an unknown nuclide."""
        return _record(nuclide_name(nuclide))[1]


@cache
def _emission(name: str) -> Emission:
    content = _content(name)
    emitted = content["emissions"]
    lines = {ours: _lines(emitted[theirs]) for ours, theirs in _CLASS.items()}
    return Emission(
        nuclide=name,
        half_life_h=content["half_life"] * _HOURS[content["time_unit"]],
        lines={"beta": _beta(emitted), **lines},
        library=Icrp107.name,
        ignored=tuple(words for theirs, words in _IGNORED.items() if emitted[theirs]),
    )


def _lines(pairs: list[list[float]]) -> Lines:
    table = np.array([pair[:2] for pair in pairs], dtype=np.float64).reshape(-1, 2)
    return Lines(energy_mev=table[:, 0], per_decay=table[:, 1])


def _beta(emitted: dict[str, Any]) -> Lines:
    """The spectrum, its number and energy per decay set to those of the listed branches."""
    branches = _lines([*emitted["beta-"], *emitted["beta+"]])
    points = np.array(emitted["b-spectra"], dtype=np.float64).reshape(-1, 2)
    per_decay = float(branches.per_decay.sum())
    if points.size == 0 or per_decay == 0:  # the betas of fission have a spectrum but no branch
        return branches
    return binned_spectrum(points[:, 0], points[:, 1], per_decay, branches.mean_energy_mev)


def _unknown(name: str) -> InputError:
    return InputError("nuclide", [Fault(place="name", must="must be one that ICRP 107 lists", got=repr(name))])


def _content(name: str) -> dict[str, Any]:
    path = _package("icrp107_database") / "icrp107" / f"{name}.json"
    if not path.is_file():
        raise _unknown(name)
    content: dict[str, Any] = json.loads(json.loads(path.read_text(encoding="utf-8")))  # JSON inside a JSON string
    return content


def _record(name: str) -> Record:
    known = _decay_table()
    if name not in known:
        raise _unknown(name)
    return known[name]


@cache
def _decay_table() -> dict[str, Record]:
    """Nuclide → (half-life and its unit, daughters with their fractions)."""
    path = _package("radioactivedecay") / "icrp107_ame2020_nubase2020" / "decay_data.npz"
    if not path.is_file():
        raise DataFileError(
            f"radioactivedecay: the package must hold {path.parent.name}/{path.name}.\n    Install version 0.6."
        )
    with np.load(path, allow_pickle=True) as data:  # a file of an installed package, as trusted as its code
        rows = list(zip(*(data[key].tolist() for key in ("nuclides", "hldata", "progeny", "bfs")), strict=True))
    known = {str(name) for name, *_ in rows}
    return {
        str(name): (
            _STABLE if life[1] == "stable" or life[0] == inf else (float(life[0]), str(life[1])),
            tuple((str(d), float(f)) for d, f in zip(daughters, shares, strict=True) if str(d) in known),
        )
        for name, life, daughters, shares in rows
    }


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise DataFileError(
            f"{name}: the package must be installed.\n    Install Lutetia with its extra: lutetia[dose]."
        )
    return Path(spec.submodule_search_locations[0])
