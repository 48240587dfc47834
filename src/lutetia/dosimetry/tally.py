"""Where energy is scored while particles are followed: by distance from the source, and what left the body."""

from __future__ import annotations

from math import inf, log, sqrt
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ELECTRON, PHOTON = 0.0, 1.0
STACK_PARTICLES = 512
COLUMNS = 10  # particle, energy, x, y, z, u, v, w, share it counts for, 1 if a photon carried the energy before


class Tally(NamedTuple):
    """Shells around the origin, lengths in g/cm², energies in MeV; the last shell of each array holds all beyond.

    `charged`: shells of equal width. `photon_borne`: equal steps of the logarithm, after a first shell from 0.
    """

    charged: Floats
    photon_borne: Floats
    width: float
    log_first: float
    per_log_step: float


class Body(NamedTuple):
    """An ellipsoid in vacuum by its inverse squared semi-axes (g/cm²)⁻²; all zero is an endless medium."""

    x: float
    y: float
    z: float


@njit(cache=True, error_model="numpy")
def score(tally: Tally, x: float, y: float, z: float, amount: float, photon_borne: float) -> None:
    """Add the energy to the shell of the place."""
    distance = sqrt(x * x + y * y + z * z)
    if photon_borne > 0.0:
        shell = 0 if distance <= 0.0 else int((log(distance) - tally.log_first) * tally.per_log_step + 1.0)
        tally.photon_borne[min(max(shell, 0), tally.photon_borne.size - 1)] += amount
    else:
        tally.charged[min(int(distance / tally.width), tally.charged.size - 1)] += amount


@njit(cache=True, error_model="numpy")
def is_outside(body: Body, x: float, y: float, z: float) -> bool:
    """True beyond the body's surface."""
    return body.x * x * x + body.y * y * y + body.z * z * z > 1.0


@njit(cache=True, error_model="numpy")
def way_out(body: Body, x: float, y: float, z: float, u: float, v: float, w: float) -> float:
    """Distance from a place inside to the surface in this direction; infinite in an endless medium."""
    square = body.x * u * u + body.y * v * v + body.z * w * w
    if square <= 0.0:
        return inf
    half = body.x * x * u + body.y * y * v + body.z * z * w
    inside = 1.0 - (body.x * x * x + body.y * y * y + body.z * z * z)
    return (sqrt(half * half + square * max(inside, 0.0)) - half) / square


@njit(cache=True, error_model="numpy")
def push(
    stack: Floats,
    n: int,
    kind: float,
    amount: float,
    place: tuple[float, float, float],
    way: tuple[float, float, float],
    share: float,
    photon_borne: float,
) -> int:
    """Put one particle more onto the stack of n; its new height. A stack that is full is refused by an error."""
    if n >= STACK_PARTICLES:
        raise ValueError("more secondary particles than the stack holds")
    row = stack[n]
    row[0], row[1], row[2], row[3], row[4] = kind, amount, place[0], place[1], place[2]
    row[5], row[6], row[7], row[8], row[9] = way[0], way[1], way[2], share, photon_borne
    return n + 1
