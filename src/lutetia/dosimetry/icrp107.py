"""Emissions of ICRP Publication 107 through the package icrp107-database, which is a dependency and not copied here.

The data are copyright A. Endo and K. F. Eckerman, free for educational, research and not-for-profit purposes; see NOTICE.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
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


class Icrp107:
    """The emission library of ICRP Publication 107 (1252 nuclides)."""

    name = "ICRP 107"

    def emission(self, nuclide: str) -> Emission:
        """Emissions of the nuclide; raises InputError if ICRP 107 does not hold it."""
        return _emission(nuclide_name(nuclide))


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
    if points.size == 0:
        return branches
    per_decay = float(branches.per_decay.sum())
    return binned_spectrum(points[:, 0], points[:, 1], per_decay, branches.mean_energy_mev)


def _content(name: str) -> dict[str, Any]:
    path = _folder() / f"{name}.json"
    if not path.is_file():
        raise InputError("nuclide", [Fault(place="name", must="must be one that ICRP 107 lists", got=repr(name))])
    content: dict[str, Any] = json.loads(json.loads(path.read_text(encoding="utf-8")))  # JSON inside a JSON string
    return content


@cache
def _folder() -> Path:
    spec = find_spec("icrp107_database")
    if spec is None or not spec.submodule_search_locations:
        raise DataFileError(
            "icrp107-database: the package must be installed.\n    Install Lutetia with its extra: lutetia[dose]."
        )
    return Path(spec.submodule_search_locations[0]) / "icrp107"
