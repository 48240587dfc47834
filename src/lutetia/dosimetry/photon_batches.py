"""Photon histories in a patient's voxels, run in batches over threads: shares of the emitted energy with their spread.

The same seed gives the same numbers on any number of workers: each history has its own random numbers, each batch its
own tally, and batches are added in their order.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lutetia.dosimetry.photon_source import PhotonSource
from lutetia.dosimetry.region import bounding_box
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.region_tissue import own_density_g_per_ml
from lutetia.dosimetry.tissue_attenuation import majorant_per_cm, tissue_tables
from lutetia.dosimetry.tissue_map import TissueMap, air_below_g_per_ml
from lutetia.dosimetry.woodcock import ANALOG, EXPECTED, PhotonOrigin, Voxels, follow_histories

Floats = NDArray[np.float64]
Scoring = Literal["analog", "expected"]
Box = tuple[slice, slice, slice]

BATCHES = 32  # independent parts of every run, whatever the number of workers: their spread is the standard error
HISTORIES_OF_A_REGION = 400_000  # of each source region where no run is given
CUT_MEV = 0.005  # a photon of 5 keV comes 0.2 mm far in soft tissue
SCORINGS: dict[str, int] = {"analog": ANALOG, "expected": EXPECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotonRun:
    """How a Monte Carlo of photons is run.

    `histories` of each source, rounded up to full batches. `scoring` "analog": what each collision gives, so that
    energy is conserved exactly; "expected": at every stop what a collision would give on the average, so that energy is
    conserved on the average.
    `workers` threads, all processors if None.
    """

    histories: int = 1_000_000
    seed: int = 177
    scoring: Scoring = "analog"
    workers: int | None = None

    @property
    def per_batch(self) -> int:
        """Histories of one batch."""
        return -(-self.histories // BATCHES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhotonBody:
    """The patient as photons meet it: voxels inside the `box`, which holds all tissue and all activity."""

    tissue: TissueMap
    box: Box
    voxels: Voxels

    def cropped(self, array: NDArray[Any]) -> Floats:
        """The flat part of an array (z, y, x) inside the box, in double precision."""
        return np.ascontiguousarray(array[self.box], dtype=np.float64).ravel()

    def weights(self, regions: RegionSet) -> csr_array:
        """(regions, voxels of the box): the share of the energy in each voxel that its part in the region has.

        By volume and by the density of the region's own tissue over that of the voxel; in air by volume alone.
        """
        values, rows, columns = [], [], []
        first, shape = [span.start for span in self.box], self.voxels.shape
        for row, region in enumerate(regions):
            box = bounding_box(region)
            share = region.shares[box].astype(np.float64)
            seen = self.tissue.density.array[box].astype(np.float64)
            own = own_density_g_per_ml(region, self.tissue.density)
            share *= np.divide(own, seen, out=np.ones_like(seen), where=seen >= air_below_g_per_ml())
            within = np.nonzero(share)
            place = np.array([w + b.start - f for w, b, f in zip(within, box, first, strict=True)])
            inside = np.all((place >= 0) & (place < np.array(shape)[:, None]), axis=0)
            values.append(share[within][inside])
            columns.append(np.ravel_multi_index(tuple(place[:, inside]), shape))
            rows.append(np.full(values[-1].size, row))
        size = (len(regions), self.voxels.density_g_per_ml.size)
        return csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Where the emitted photon energy went, as shares of it, by batch (rows).

    `regions` (BATCHES, regions), `deposited`, `in_air` and `escaped` (BATCHES,). `by_voxel` and its standard error
    (z, y, x) are on the whole grid, empty if not asked for. `stops` and `collisions` per history: what the run cost.
    """

    regions: Floats
    deposited: Floats
    in_air: Floats
    escaped: Floats
    by_voxel: Floats
    voxel_std_error: Floats
    stops: float
    collisions: float


def photon_body(tissue: TissueMap, active: NDArray[np.bool_]) -> PhotonBody:
    """The patient's voxels, cropped to tissue and activity; the rest is empty."""
    density = tissue.density.array
    box = _box((density >= air_below_g_per_ml()) | active)
    own = np.ascontiguousarray(density[box], dtype=np.float32)
    classes = np.ascontiguousarray(tissue.tissue[box])
    z, y, x = (10.0 / edge for edge in tissue.density.geometry.spacing_mm)
    voxels = Voxels(own.ravel(), classes.ravel(), own.shape, (x, y, z), majorant_per_cm(own, classes))
    return PhotonBody(tissue=tissue, box=box, voxels=voxels)


def run_photons(
    body: PhotonBody,
    amounts: NDArray[Any],
    source: PhotonSource,
    run: PhotonRun,
    *,
    stream: int = 0,
    weights: csr_array | None = None,
    by_voxel: bool = False,
) -> Shares:
    """Histories from decays spread as `amounts` (z, y, x), any unit; `stream` tells the sources of one run apart.

    `weights` (regions, voxels of the box) adds the voxels up to regions; what stays in the voxel of the decay then
    belongs to the region of the number `stream`, if there is one.
    """
    origin = photon_origin(body.cropped(amounts), source)
    tables, count, size = tissue_tables(), run.per_batch, body.voxels.density_g_per_ml.size
    air = body.voxels.density_g_per_ml < air_below_g_per_ml()
    scoring = SCORINGS[run.scoring]
    follow_histories(
        run.seed, 0, 0, scoring, origin, body.voxels, tables, np.zeros(1), np.zeros(1)
    )  # compiles, on one thread

    def one(batch: int) -> tuple[Floats, Floats, tuple[float, ...]]:
        tally, own = np.zeros(size), np.zeros(size)
        first = (stream * BATCHES + batch) * count
        escaped, stops, collisions = follow_histories(
            run.seed, first, count, scoring, origin, body.voxels, tables, tally, own
        )
        tally /= count
        shares = np.zeros(0)
        if weights is not None:
            shares = weights @ (tally - own / count)
            if stream < shares.size:
                shares[stream] += own.sum() / count
        sums = (float(tally.sum()), float(tally[air].sum()), escaped / count, stops / count, collisions / count)
        return shares, tally if by_voxel else np.zeros(0), sums

    regions, sums = [], []
    total, square = np.zeros(size if by_voxel else 0), np.zeros(size if by_voxel else 0)
    with ThreadPoolExecutor(run.workers or os.cpu_count()) as pool:
        for shares, tally, numbers in pool.map(one, range(BATCHES)):
            regions.append(shares)
            sums.append(numbers)
            total += tally
            square += tally * tally
    deposited, in_air, escaped, stops, collisions = np.array(sums).T
    return Shares(
        regions=np.array(regions),
        deposited=deposited,
        in_air=in_air,
        escaped=escaped,
        by_voxel=_whole(body, total / BATCHES) if by_voxel else np.zeros(0),
        voxel_std_error=_whole(body, _spread(total, square)) if by_voxel else np.zeros(0),
        stops=float(stops.mean()),
        collisions=float(collisions.mean()),
    )


def photon_origin(amounts: Floats, source: PhotonSource) -> PhotonOrigin:
    """Where photons start (flat amounts) and which: each history stands for an equal part of the emitted energy."""
    places = np.flatnonzero(amounts > 0)
    running = np.cumsum(amounts[places])
    energy = source.lines.energy_mev * source.lines.per_decay
    lines = np.cumsum(energy)
    return PhotonOrigin(places, running / running[-1], source.lines.energy_mev, lines / lines[-1], CUT_MEV)


def std_error(by_batch: Floats) -> Floats:
    """Standard error of the mean over batches (axis 0)."""
    return np.asarray(by_batch.std(axis=0, ddof=1) / np.sqrt(by_batch.shape[0]))


def _spread(total: Floats, square: Floats) -> Floats:
    mean = total / BATCHES
    return np.sqrt(np.maximum(square / BATCHES - mean * mean, 0) / (BATCHES - 1))


def _whole(body: PhotonBody, flat: Floats) -> Floats:
    """The values of the box on the whole grid, 0 outside."""
    whole = np.zeros(body.tissue.density.geometry.shape)
    whole[body.box] = flat.reshape(body.voxels.shape)
    return whole


def _box(wanted: NDArray[np.bool_]) -> Box:
    spans = []
    for axis in range(3):
        along = np.flatnonzero(wanted.any(axis=tuple(b for b in range(3) if b != axis)))
        spans.append(slice(int(along[0]), int(along[-1]) + 1) if along.size else slice(0, 1))
    return spans[0], spans[1], spans[2]
