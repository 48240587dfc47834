"""How fast charged particles lose energy: mass stopping powers of NIST, and the ranges that follow from them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from lutetia.dosimetry.medium import medium
from lutetia.errors import Fault, InputError
from lutetia.sources import read_sourced

Floats = NDArray[np.float64]

# ASTAR lists few tissues; in the others an alpha particle goes as far, in g/cm², as in the one named here.
ALPHA_MEDIUM = {"bone_cortical": "bone_cortical", "bone_compact": "bone_cortical", "muscle": "muscle"}
GAUSS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True, kw_only=True, eq=False)
class StoppingPower:
    """Mass stopping powers on a grid of energies, between which they are cubic in log energy and log power.

    `collision` and `radiative` in MeV cm²/g; ranges in the continuous-slowing-down approximation, g/cm². Below the grid
    the range is `first_range_energies` · E / S: 1/2 where S ∝ 1 / E (electrons, as in ESTAR), 2 where S ∝ √E (alphas).
    """

    medium: str
    particle: str
    energy_grid_mev: Floats
    collision: Floats
    radiative: Floats
    first_range_energies: float

    @cached_property
    def _collision_spline(self) -> CubicSpline:
        return CubicSpline(np.log(self.energy_grid_mev), np.log(self.collision))

    @cached_property
    def _radiative_spline(self) -> CubicSpline | None:
        return CubicSpline(np.log(self.energy_grid_mev), np.log(self.radiative)) if self.radiative.any() else None

    @cached_property
    def _range_grid(self) -> Floats:
        """Range at each grid energy, by Gauss quadrature in log energy, on from `first_range_energies` · E / S."""
        lowest = self.energy_grid_mev[:1]
        first = self.first_range_energies * (lowest / self.total_mev_cm2_per_g(lowest))[0]
        low, high = np.log(self.energy_grid_mev[:-1]), np.log(self.energy_grid_mev[1:])
        nodes = (low[:, None] + high[:, None]) / 2 + np.outer((high - low) / 2, GAUSS[0])
        energy = np.exp(nodes)
        pieces = (energy / self.total_mev_cm2_per_g(energy)) @ GAUSS[1] * (high - low) / 2
        return np.concatenate([[first], first + np.cumsum(pieces)])

    @cached_property
    def _range_spline(self) -> CubicSpline:
        return CubicSpline(np.log(self.energy_grid_mev), np.log(self._range_grid))

    @cached_property
    def _energy_spline(self) -> CubicSpline:
        return CubicSpline(np.log(self._range_grid), np.log(self.energy_grid_mev))

    def collision_mev_cm2_per_g(self, energy_mev: ArrayLike) -> Floats:
        """Energy given to the medium's electrons per path; same shape as the energies."""
        return np.asarray(np.exp(self._collision_spline(np.log(energy_mev))))

    def radiative_mev_cm2_per_g(self, energy_mev: ArrayLike) -> Floats:
        """Energy given to bremsstrahlung per path; 0 for alpha particles."""
        if self._radiative_spline is None:
            return np.zeros(np.shape(energy_mev))
        return np.asarray(np.exp(self._radiative_spline(np.log(energy_mev))))

    def total_mev_cm2_per_g(self, energy_mev: ArrayLike) -> Floats:
        """Collision and radiative loss together."""
        return self.collision_mev_cm2_per_g(energy_mev) + self.radiative_mev_cm2_per_g(energy_mev)

    def csda_range_g_per_cm2(self, energy_mev: ArrayLike) -> Floats:
        """∫ dE / S(E) from 0 (Berger and Seltzer, NBSIR 82-2550)."""
        return np.asarray(np.exp(self._range_spline(np.log(energy_mev))))

    def energy_at_range_mev(self, range_g_per_cm2: ArrayLike) -> Floats:
        """The energy whose range this is; inverse of `csda_range_g_per_cm2`."""
        return np.asarray(np.exp(self._energy_spline(np.log(range_g_per_cm2))))

    def radiation_yield_fraction(self, energy_mev: float) -> float:
        """Share of the energy that goes into bremsstrahlung while slowing down to the grid's lowest energy."""
        if energy_mev <= self.energy_grid_mev[0]:
            return 0.0
        nodes, weights = np.polynomial.legendre.leggauss(64)
        span = np.log(energy_mev / self.energy_grid_mev[0]) / 2
        energy = self.energy_grid_mev[0] * np.exp(span * (nodes + 1))
        share = self.radiative_mev_cm2_per_g(energy) / self.total_mev_cm2_per_g(energy)
        return float(np.sum(weights * share * energy) * span / energy_mev)


@cache
def electron_stopping(medium_name: str) -> StoppingPower:
    """Stopping power of electrons from ESTAR, 1 keV to 5 MeV; raises InputError for an unknown medium."""
    rows = _rows("estar.csv", medium(medium_name).name)
    return StoppingPower(
        medium=medium_name,
        particle="electron",
        energy_grid_mev=_column(rows, "energy_mev"),
        collision=_column(rows, "collision_mev_cm2_per_g"),
        radiative=_column(rows, "radiative_mev_cm2_per_g"),
        first_range_energies=0.5,
    )


@cache
def alpha_stopping(medium_name: str) -> StoppingPower:
    """Stopping power of alpha particles from ASTAR, 1 keV to 12 MeV; water stands for the soft tissues but muscle."""
    rows = _rows("astar.csv", ALPHA_MEDIUM.get(medium(medium_name).name, "water"))
    power = _column(rows, "total_mev_cm2_per_g")
    return StoppingPower(
        medium=medium_name,
        particle="alpha",
        energy_grid_mev=_column(rows, "energy_mev"),
        collision=power,
        radiative=np.zeros_like(power),
        first_range_energies=2.0,
    )


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(read_sourced("lutetia.dosimetry", f"data/{name}").text.splitlines()))


def _rows(name: str, medium_name: str) -> list[dict[str, str]]:
    rows = [row for row in _table(name) if row["medium"] == medium_name]
    if not rows:
        raise InputError("stopping power", [Fault(place="medium", must=f"must be listed in {name}", got=medium_name)])
    return rows


def _column(rows: list[dict[str, str]], name: str) -> Floats:
    return np.array([float(row[name]) for row in rows])
