"""How photons interact: mass attenuation by process, from xraylib up to 0.8 MeV and from NIST's XCOM above."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.medium import Medium, medium
from lutetia.sources import read_sourced

Floats = NDArray[np.float64]

PROCESSES = ("photoelectric", "coherent", "incoherent", "pair")
XRAYLIB_LIMIT_MEV = 0.8  # xraylib 4 refuses more
AVOGADRO_BARN_CM2 = 0.602214076  # 1e-24 cm² per barn × N_A
KEV_ANGSTROM = 12.398419843  # h c
_LEAST_TRANSFER = 1e-3  # Å⁻¹; below it xraylib has no S(x), which is 1e-4 there


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attenuation:
    """Mass attenuation coefficients in cm²/g, one array per process, of the shape of the energies.

    `pair` is pair and triplet production. Coefficients of a mixture are the sum over its elements by mass fraction.
    """

    photoelectric: Floats
    coherent: Floats
    incoherent: Floats
    pair: Floats

    @property
    def total(self) -> Floats:
        """All processes together."""
        return self.photoelectric + self.coherent + self.incoherent + self.pair


def attenuation(medium_name: str, energy_mev: ArrayLike) -> Attenuation:
    """Coefficients at the energies (any shape), 1 keV to 5 MeV; raises InputError for an unknown medium."""
    energy = np.asarray(energy_mev, dtype=np.float64)
    flat = energy.ravel()
    parts = np.zeros((len(PROCESSES), flat.size))
    low = flat <= XRAYLIB_LIMIT_MEV
    for z, fraction, weight in medium(medium_name).elements:
        parts[:3, low] += fraction * _xraylib(z, flat[low])
        if not low.all():
            parts[:, ~low] += fraction * AVOGADRO_BARN_CM2 / weight * _xcom(z, flat[~low])
    shaped = (part.reshape(energy.shape) for part in parts)
    return Attenuation(**dict(zip(PROCESSES, shaped, strict=True)))


def form_factor_squared(material: Medium, momentum_per_angstrom: Floats) -> Floats:
    """Σ (mass fraction / A) F(x)² of independent atoms at x = sin(θ/2) / λ, for coherent scattering; same shape."""
    import xraylib

    total = np.zeros_like(momentum_per_angstrom)
    for z, fraction, weight in material.elements:
        factors = np.array([xraylib.FF_Rayl(z, x) for x in momentum_per_angstrom])
        total += fraction / weight * factors**2
    return total


def incoherent_share(material: Medium, momentum_per_angstrom: Floats) -> Floats:
    """Incoherent scattering function per electron, Σ (w / A) S(x) / Σ (w / A) Z, of independent atoms; same shape.

    0 forward, where the atoms hold their electrons, 1 at large momentum transfer x = sin(θ/2) / λ.
    """
    import xraylib

    total = np.zeros_like(momentum_per_angstrom)
    within = momentum_per_angstrom >= _LEAST_TRANSFER
    for z, fraction, weight in material.elements:
        total[within] += fraction / weight * np.array([xraylib.SF_Compt(z, x) for x in momentum_per_angstrom[within]])
    return np.asarray(np.minimum(total / material.electrons_mol_per_g, 1.0))


def _xraylib(z: int, energy_mev: Floats) -> Floats:
    """Photoelectric, coherent and incoherent coefficients of an element, cm²/g, shape (3, energies)."""
    import xraylib

    functions = (xraylib.CS_Photo, xraylib.CS_Rayl, xraylib.CS_Compt)
    return np.array([[function(z, float(e) * 1e3) for e in energy_mev] for function in functions])


def _xcom(z: int, energy_mev: Floats) -> Floats:
    """Cross-sections of an element in barn, shape (4, energies), log-log between the grid's energies.

    Pair production follows (1 − threshold / E)³ times a smooth factor, as XCOM's own interpolation has it.
    """
    grid, table = _xcom_table(z)
    found = np.empty((4, energy_mev.size))
    for row in range(3):
        found[row] = np.exp(np.interp(np.log(energy_mev), np.log(grid), np.log(table[row])))
    found[3] = sum(_pair(energy_mev, grid, table[row], limit) for row, limit in ((3, 1.022), (4, 2.044)))
    return found


def _pair(energy_mev: Floats, grid_mev: Floats, table: Floats, threshold_mev: float) -> Floats:
    above = grid_mev > threshold_mev
    smooth = table[above] / (1 - threshold_mev / grid_mev[above]) ** 3
    factor = np.interp(np.log(energy_mev), np.log(grid_mev[above]), smooth)
    return np.asarray(factor * np.clip(1 - threshold_mev / energy_mev, 0, None) ** 3)


@cache
def _xcom_table(z: int) -> tuple[Floats, Floats]:
    text = read_sourced("lutetia.dosimetry", "data/xcom.csv").text
    rows = [row for row in csv.DictReader(text.splitlines()) if int(row["atomic_number"]) == z]
    order = ("photoelectric", "coherent", "incoherent", "pair_nuclear", "pair_electron")
    return np.array([float(r["energy_mev"]) for r in rows]), np.array([[float(r[n]) for r in rows] for n in order])
