"""Voxel S-values: a radial kernel averaged over a source voxel and a target voxel of any shape.

The mean over both voxels is the radial kernel weighted by the product of three triangles. So each piece of energy at a
distance and direction is dealt to the eight voxels around that point in trilinear shares, which add up to one: the
kernel holds exactly the radial kernel's energy, whatever the voxel.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import pi

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.kernel import COMPONENTS, RADII_G_PER_CM2, RadialKernel, radial_kernel
from lutetia.dosimetry.nuclide import JOULE_PER_MEV, Nuclide
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]

_GOLDEN = 0.6180339887498949
_STEP_SHARE = 0.25  # longest radial step, as a share of the shortest voxel edge
_LEAST_DIRECTIONS = 4000
_PARTS = 8  # shells are dealt by threads, every eighth to one array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoxelKernel:
    """Mean absorbed dose to each voxel around a uniform source voxel, in a uniform medium.

    `s_gy_per_bq_s` (z, y, x) has odd lengths, the source voxel in the middle. `spacing_mm` (z, y, x).
    `energy_mev` is the energy per decay inside the array, `beyond_mev` what is deposited outside it.
    """

    nuclide: str
    medium: str
    density_g_per_ml: float
    spacing_mm: tuple[float, float, float]
    s_gy_per_bq_s: Floats
    energy_mev: float
    beyond_mev: float
    conventions: tuple[str, ...]


def voxel_kernel(
    source: str | Nuclide | RadialKernel,
    spacing_mm: tuple[float, float, float],
    shape: tuple[int, int, int],
    *,
    medium: str = "soft_tissue",
    density_g_per_ml: float | None = None,
    components: tuple[str, ...] = COMPONENTS,
) -> VoxelKernel:
    """Voxel S-values for voxels of this spacing (z, y, x), on an array of this odd shape (z, y, x).

    `density_g_per_ml` is the medium's own if not given; `components` chooses among electron, alpha, photon and
    bremsstrahlung. A radial kernel brings its own medium. Raises InputError for an even shape or a spacing that is not
    positive, for an unknown nuclide, medium or component.
    """
    from lutetia.dosimetry.medium import medium as material

    radial = source if isinstance(source, RadialKernel) else radial_kernel(source, medium)
    density = material(radial.medium).density_g_per_ml if density_g_per_ml is None else density_g_per_ml
    _check(spacing_mm, shape, density, components)
    running = np.asarray(sum(radial.within_mev[name] for name in components))
    energy = _dealt_energy_mev(running, spacing_mm, shape, density)
    voxel_kg = density * float(np.prod(spacing_mm)) * 1e-6
    inside = float(energy.sum())
    return VoxelKernel(
        nuclide=radial.nuclide,
        medium=radial.medium,
        density_g_per_ml=density,
        spacing_mm=spacing_mm,
        s_gy_per_bq_s=energy * (JOULE_PER_MEV / voxel_kg),
        energy_mev=inside,
        beyond_mev=float(running[-1]) - inside,
        conventions=(
            *radial.conventions,
            f"Averaged over source and target voxel at {density:g} g/mL; counted: {', '.join(components)}.",
        ),
    )


def _check(
    spacing_mm: tuple[float, ...], shape: tuple[int, ...], density_g_per_ml: float, components: tuple[str, ...]
) -> None:
    faults = []
    if len(spacing_mm) != 3 or not all(0 < edge < np.inf for edge in spacing_mm):
        faults.append(Fault(place="spacing_mm", must="must be three positive lengths (z, y, x)", got=repr(spacing_mm)))
    if len(shape) != 3 or not all(length > 0 and length % 2 == 1 for length in shape):
        do = "The source voxel stands in the middle."
        faults.append(Fault(place="shape", must="must be three odd numbers (z, y, x)", got=repr(shape), do=do))
    if not 0 < density_g_per_ml < np.inf:
        faults.append(Fault(place="density_g_per_ml", must="must be positive", got=repr(density_g_per_ml)))
    if not components or set(components) - set(COMPONENTS):
        faults.append(Fault(place="components", must=f"must be among {', '.join(COMPONENTS)}", got=repr(components)))
    if faults:
        raise InputError("voxel kernel", faults)


def _dealt_energy_mev(
    running_mev: Floats, spacing_mm: tuple[float, float, float], shape: tuple[int, int, int], density_g_per_ml: float
) -> Floats:
    """Energy per decay in each voxel: one octant is dealt, the others are its mirror images."""
    half = [length // 2 for length in shape]
    octant = np.zeros([n + 2 for n in half])
    radii_mm = RADII_G_PER_CM2 / density_g_per_ml * 10
    dz, dy, dx = map(float, spacing_mm)
    shell_mev = np.diff(running_mev)

    def dealt(part: int) -> Floats:
        mine = np.zeros_like(octant)
        _deal(shell_mev, radii_mm, dz, dy, dx, mine, part)
        return mine

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for mine in pool.map(dealt, range(_PARTS)):  # added in order: the same numbers on any number of threads
            octant += mine
    octant[0, 0, 0] += running_mev[0]
    inner = octant[: half[0] + 1, : half[1] + 1, : half[2] + 1]
    for axis in range(3):
        away = np.moveaxis(inner, axis, 0)
        away[1:] /= 2  # what stands off a mirror plane is shared with its image
    full = inner
    for axis in range(3):
        mirrored = np.flip(np.take(full, range(1, full.shape[axis]), axis=axis), axis=axis)
        full = np.concatenate([mirrored, full], axis=axis)
    return np.ascontiguousarray(full)


@njit(cache=True, nogil=True)
def _deal(shell_mev: Floats, radii_mm: Floats, dz: float, dy: float, dx: float, octant: Floats, part: int) -> None:
    """Deal every eighth shell's energy over the directions of one octant into its voxels, in trilinear shares."""
    shortest, edge = min(dz, min(dy, dx)), (dz * dy * dx) ** (1.0 / 3.0)
    last_z, last_y, last_x = octant.shape[0] - 1, octant.shape[1] - 1, octant.shape[2] - 1
    reach = (last_z * dz) ** 2 + (last_y * dy) ** 2 + (last_x * dx) ** 2
    for shell in range(part, shell_mev.size, _PARTS):
        inner, outer = radii_mm[shell], radii_mm[shell + 1]
        if inner * inner > reach:
            break
        if shell_mev[shell] <= 0.0:
            continue
        steps = int((outer - inner) / (_STEP_SHARE * shortest)) + 1
        for step in range(steps):
            radius = inner + (outer - inner) * (step + 0.5) / steps
            away = radius / edge
            directions = int(_LEAST_DIRECTIONS * (1.0 + 4.0 * min(1.0, away)) + 150.0 * away * away)
            amount = shell_mev[shell] / steps / directions
            turn = 31.0 * shell + step
            shift, tilt = (turn * 0.7548776662466927) % 1.0, (turn * 0.5698402909980532) % 1.0
            for n in range(directions):
                cosine = (n + tilt) / directions
                sine = np.sqrt(1.0 - cosine * cosine)
                azimuth = 0.5 * pi * ((n * _GOLDEN + shift) % 1.0)
                z, y, x = (
                    radius * cosine / dz,
                    radius * sine * np.sin(azimuth) / dy,
                    radius * sine * np.cos(azimuth) / dx,
                )
                if z >= last_z or y >= last_y or x >= last_x:
                    continue
                k, j, i = int(z), int(y), int(x)
                fz, fy, fx = z - k, y - j, x - i
                for a in range(2):
                    wz = amount * (fz if a else 1.0 - fz)
                    for b in range(2):
                        wy = wz * (fy if b else 1.0 - fy)
                        octant[k + a, j + b, i] += wy * (1.0 - fx)
                        octant[k + a, j + b, i + 1] += wy * fx
