"""Electrons and photons followed together through a uniform medium: own Monte Carlo, from first principles.

Electrons lose energy continuously (ESTAR) but for knock-on collisions and bremsstrahlung above cut-offs, which make
particles of their own (hence straggling), and scatter on screened nuclei, each hard collision on its own, soft ones
together. Photons are analog: photoelectric, coherent, Compton, pair. Lengths in g/cm², so that density does not matter.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.collision_tables import collision_tables
from lutetia.dosimetry.collisions import any_direction
from lutetia.dosimetry.electron_walk import ElectronTables, follow_electron
from lutetia.dosimetry.photon_walk import PhotonTables, follow_photon
from lutetia.dosimetry.tally import COLUMNS, ELECTRON, PHOTON, STACK_PARTICLES, Body, Tally, push
from lutetia.random_stream import start_history, uniform

Floats = NDArray[np.float64]

BLOCKS = 64  # histories are dealt to this many tallies whatever the number of threads, and the tallies added in order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beam:
    """What leaves the source: electrons or photons of these energies, with these probabilities (they add up to 1)."""

    particle: Literal["electron", "photon"]
    energy_mev: Floats
    probability: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How finely electrons are followed. `soft_share` 0 follows every elastic collision singly (slow: the reference).

    `soft_share`: mean path between hard elastic collisions as a share of the transport mean free path. `step_share`:
    longest step as a share of the residual range. `rest_g_per_cm2`: an electron whose range is shorter stays where it
    is. `brems_copies`: photons that stand for each bremsstrahlung photon, each of a part of its weight.
    """

    soft_share: float = 0.03
    step_share: float = 0.05
    rest_g_per_cm2: float = 1e-5
    knock_on_cut_mev: float = 0.01
    brems_cut_mev: float = 0.005
    brems_copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shells:
    """Distances from the origin at which energy is told apart, in g/cm².

    What the source's electrons deposit: `charged_count` shells of equal width. What photons carried: shells between
    `photon_edges`, in equal steps of the logarithm. Beyond the last of each is one shell more.
    """

    charged_width_g_per_cm2: float
    charged_count: int
    photon_edges_g_per_cm2: Floats

    def tally(self, charged: Floats, photon_borne: Floats) -> Tally:
        """The two arrays with the edges of their shells."""
        edges = np.log(self.photon_edges_g_per_cm2)
        per_step = (edges.size - 1) / (edges[-1] - edges[0])
        return Tally(charged, photon_borne, float(self.charged_width_g_per_cm2), float(edges[0]), float(per_step))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deposits:
    """Energy per source particle, MeV, in `BLOCKS` independent parts (rows) whose mean is the answer.

    `charged` (blocks, shells + 1) and `photon_borne` (blocks, edges + 1) by distance, `escaped` (blocks,) into the
    vacuum. The three add up to the mean energy of the source, exactly.
    """

    histories: int
    charged: Floats
    photon_borne: Floats
    escaped: Floats

    def absorbed_fraction(self) -> tuple[float, float]:
        """Share of the energy that did not escape, and its standard error (ratio of sums, from the blocks)."""
        absorbed = self.charged.sum(axis=1) + self.photon_borne.sum(axis=1)
        emitted = absorbed + self.escaped
        fraction = float(absorbed.sum() / emitted.sum())
        spread = absorbed - fraction * emitted
        return fraction, float(spread.std(ddof=1) / np.sqrt(BLOCKS) / emitted.mean())


def follow(
    beam: Beam,
    medium_name: str,
    shells: Shells,
    *,
    histories: int,
    seed: int,
    semi_axes_g_per_cm2: tuple[float, float, float] = (inf, inf, inf),
    source: Literal["point", "uniform"] = "point",
    accuracy: Accuracy | None = None,
    threads: int | None = None,
) -> Deposits:
    """Energy deposited around the source by that many particles; the same seed gives the same numbers on any threads.

    The source is a "point" at the origin or "uniform" in the ellipsoid; beyond the ellipsoid is vacuum. Raises
    InputError for an unknown medium.
    """
    fine = accuracy or Accuracy()
    electron, photon = _tables(medium_name, fine)
    axes = semi_axes_g_per_cm2 if source == "uniform" else (0.0, 0.0, 0.0)
    body = Body(*(1.0 / axis**2 for axis in semi_axes_g_per_cm2))
    kind, running = PHOTON if beam.particle == "photon" else ELECTRON, np.cumsum(beam.probability)
    charged = np.zeros((BLOCKS, shells.charged_count + 1))
    borne = np.zeros((BLOCKS, shells.photon_edges_g_per_cm2.size + 1))
    ends = np.linspace(0, histories, BLOCKS + 1).astype(np.int64)

    def one(block: int, count: int) -> float:
        tally = shells.tally(charged[block], borne[block])
        first = int(ends[block])
        return _block(seed, first, count, kind, beam.energy_mev, running, axes, body, electron, photon, tally)

    one(0, 0)  # compiles, on one thread
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        escaped = np.array(list(pool.map(one, range(BLOCKS), np.diff(ends).tolist())))
    per_particle = 1.0 / np.maximum(np.diff(ends), 1)
    return Deposits(
        histories=histories,
        charged=charged * per_particle[:, None],
        photon_borne=borne * per_particle[:, None],
        escaped=escaped * per_particle,
    )


def _tables(medium_name: str, fine: Accuracy) -> tuple[ElectronTables, PhotonTables]:
    found = collision_tables(medium_name, fine.knock_on_cut_mev, fine.brems_cut_mev, fine.soft_share)
    electron = ElectronTables(
        found.electron,
        found.brems,
        found.elastic_charge,
        fine.step_share,
        fine.rest_g_per_cm2,
        fine.knock_on_cut_mev,
        fine.brems_cut_mev,
        fine.brems_copies,
    )
    return electron, PhotonTables(found.photon, found.form_x2, found.form_area, found.bound_share)


@njit(cache=True, nogil=True, error_model="numpy")
def _block(
    seed: int,
    first: int,
    count: int,
    kind: float,
    energies: Floats,
    running: Floats,
    axes: tuple[float, float, float],
    body: Body,
    electron: ElectronTables,
    photon: PhotonTables,
    tally: Tally,
) -> float:
    """Follow histories first … first + count − 1 into the tally; the energy that escaped comes back (MeV)."""
    state = np.empty(1, dtype=np.uint64)
    stack = np.empty((STACK_PARTICLES, COLUMNS))
    particle = np.empty(COLUMNS)
    escaped = 0.0
    for history in range(first, first + count):
        start_history(state, seed, history)
        line = int(np.searchsorted(running, uniform(state)))
        energy = energies[min(line, energies.size - 1)]
        x, y, z = 0.0, 0.0, 0.0
        if axes[0] > 0.0:
            u, v, w = any_direction(state)
            part = uniform(state) ** (1.0 / 3.0)
            x, y, z = axes[0] * u * part, axes[1] * v * part, axes[2] * w * part
        n = push(stack, 0, kind, energy, (x, y, z), any_direction(state), 1.0, kind)
        while n > 0:
            n -= 1
            particle[:] = stack[n]
            if particle[0] == PHOTON:
                n, gone = follow_photon(particle, stack, n, state, photon, body, tally)
            else:
                n, gone = follow_electron(particle, stack, n, state, electron, body, tally)
            escaped += gone
    return escaped
