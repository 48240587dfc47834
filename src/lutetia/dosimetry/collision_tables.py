"""What the transport looks up at each step: rates, losses and spectra of a medium on logarithmic grids of energy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.bremsstrahlung import ELECTRON_MASS_MEV as ELECTRON_MASS_MEV
from lutetia.dosimetry.bremsstrahlung import FINE_STRUCTURE, mean_nuclear_charge, photon_spectrum
from lutetia.dosimetry.medium import Medium, medium
from lutetia.dosimetry.photon_data import attenuation, form_factor_squared, incoherent_share
from lutetia.dosimetry.stopping import electron_stopping

Floats = NDArray[np.float64]

LOWEST_MEV, HIGHEST_MEV = 1e-3, 5.0
ROWS = 401
# Columns of the electron table.
RANGE, LOSS, HARD, LEAST, SCREEN, SOFT, MOLLER, BREMS = range(8)
# Columns of the photon table: the total, then the running share of each process.
TOTAL, TO_PHOTOELECTRIC, TO_COHERENT, TO_INCOHERENT = range(4)
QUANTILES = 257  # of the bremsstrahlung spectrum
BREMS_ROWS = 41

CLASSICAL_RADIUS_CM = 2.8179403262e-13
AVOGADRO = 6.02214076e23
# 2 π r_e² m_e c² N_A in MeV cm²/mol: strength of collisions with free electrons.
COLLISION_STRENGTH = 2 * np.pi * CLASSICAL_RADIUS_CM**2 * ELECTRON_MASS_MEV * AVOGADRO


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CollisionTables:
    """Tables of one medium for given cut-offs, all float64.

    `electron` (401, 8): CSDA range (g/cm²), loss below the cut-offs (MeV cm²/g), rate of hard elastic collisions
    (cm²/g, raised by 1 + spin / 4 for the rejection), the least μ of a hard one, screening η, transport rate of the
    soft ones (cm²/g), rates of knock-on collisions and of bremsstrahlung above the cut-offs (cm²/g). `brems` (41, 257):
    ln(k / cut) / ln(E / cut) of the photons k at equal steps of probability. `photon` (401, 4): total attenuation
    (cm²/g) and the running share of photoelectric, coherent, incoherent. `form_x2`, `form_area`, `bound_share` (n,):
    squared momentum transfer (Å⁻²), the running integral of F² up to it, and S / Z there. `elastic_charge`: the Z of
    the spin correction.
    """

    electron: Floats
    brems: Floats
    photon: Floats
    form_x2: Floats
    form_area: Floats
    bound_share: Floats
    elastic_charge: float


def energy_grid_mev(rows: int = ROWS) -> Floats:
    """Equal steps in log energy, 1 keV to 5 MeV."""
    return np.geomspace(LOWEST_MEV, HIGHEST_MEV, rows)


@cache
def collision_tables(
    medium_name: str, knock_on_cut_mev: float, brems_cut_mev: float, soft_share: float
) -> CollisionTables:
    """Tables of the medium; knock-on electrons and photons above the cut-offs become particles of their own.

    Elastic collisions are hard once in `soft_share` of the transport mean free path; 0 makes every one of them hard.
    """
    material = medium(medium_name)
    x2, area = _form_area(material)
    return CollisionTables(
        electron=_electron_table(material, knock_on_cut_mev, brems_cut_mev, soft_share),
        brems=_brems_quantiles(material, brems_cut_mev),
        photon=_photon_table(medium_name),
        form_x2=x2,
        form_area=area,
        bound_share=incoherent_share(material, np.sqrt(x2)),
        elastic_charge=mean_nuclear_charge(material),
    )


def _electron_table(material: Medium, knock_on_cut_mev: float, brems_cut_mev: float, soft_share: float) -> Floats:
    energy = energy_grid_mev()
    power = electron_stopping(material.name)
    table = np.empty((ROWS, 8))
    table[:, RANGE] = power.csda_range_g_per_cm2(energy)
    strength, table[:, SCREEN] = _elastic(material, energy)
    table[:, HARD], table[:, LEAST], table[:, SOFT] = _split(material, energy, strength, table[:, SCREEN], soft_share)
    table[:, MOLLER], hard_loss = _moller(material, energy, knock_on_cut_mev)
    table[:, BREMS], below_cut = _brems_rate(material, energy, brems_cut_mev)
    soft_radiative = power.radiative_mev_cm2_per_g(energy) * below_cut
    table[:, LOSS] = power.collision_mev_cm2_per_g(energy) - hard_loss + soft_radiative
    return table


def _split(
    material: Medium, energy_mev: Floats, strength: Floats, screen: Floats, soft_share: float
) -> tuple[Floats, Floats, Floats]:
    """Rate of hard elastic collisions, their least μ, and the transport rate of the soft ones, spin included."""
    beta2 = 1 - (energy_mev / ELECTRON_MASS_MEV + 1) ** -2
    spin = np.pi * FINE_STRUCTURE * mean_nuclear_charge(material) * np.sqrt(beta2)
    every = strength / (screen * (1 + screen))
    transport = 2 * strength * (np.log((1 + screen) / screen) - 1 / (1 + screen))
    wanted = transport / soft_share if soft_share > 0 else every
    hard = np.minimum(every, wanted)
    least = np.where(hard < every, 1 / (1 / (1 + screen) + hard / strength) - screen, 0.0)
    # ∫ μ / (η + μ)², and the same with √μ and μ for the spin's factor 1 + spin (√μ − μ) − β² μ
    log_term = np.log1p(least / screen)
    plain = log_term - least / (screen + least)
    root = np.sqrt(least)
    with_root = 2 * root + screen * root / (screen + least) - 3 * np.sqrt(screen) * np.arctan(root / np.sqrt(screen))
    with_mu = least - 2 * screen * log_term + screen * least / (screen + least)
    soft = 2 * strength * (plain + spin * with_root - (spin + beta2) * with_mu)
    return hard * (1 + spin / 4), least, soft


def _elastic(material: Medium, energy_mev: Floats) -> tuple[Floats, Floats]:
    """Strength K (cm²/g) and screening η of dΣ/dμ = K / (η + μ)², μ = (1 − cos θ) / 2.

    Rutherford scattering with Molière's screening for each element, Z (Z + 1) for the electrons' share; η of the
    mixture is the geometric mean weighted by strength, which keeps the transport cross-section.
    """
    gamma = energy_mev / ELECTRON_MASS_MEV + 1
    beta2 = 1 - gamma**-2
    strength, log_screen = np.zeros_like(energy_mev), np.zeros_like(energy_mev)
    for z, fraction, weight in material.elements:
        part = AVOGADRO * fraction / weight * np.pi * z * (z + 1) * CLASSICAL_RADIUS_CM**2 / (gamma * beta2) ** 2
        angle = FINE_STRUCTURE * z ** (1 / 3) / (0.885 * gamma * np.sqrt(beta2))
        screen = 0.25 * angle**2 * (1.13 + 3.76 * (FINE_STRUCTURE * z) ** 2 / beta2)
        strength += part
        log_screen += part * np.log(screen)
    return strength, np.exp(log_screen / strength)


def _moller(material: Medium, energy_mev: Floats, cut_mev: float) -> tuple[Floats, Floats]:
    """Rate (cm²/g) of knock-on collisions above the cut and the stopping power they carry (Møller's cross-section)."""
    gamma = energy_mev / ELECTRON_MASS_MEV + 1
    beta2 = 1 - gamma**-2
    open_ = energy_mev > 2 * cut_mev
    e, g = energy_mev[open_], gamma[open_]
    share = cut_mev / e
    mixed, constant = (2 * g - 1) / g**2, ((g - 1) / g) ** 2
    strength = COLLISION_STRENGTH * material.electrons_mol_per_g / beta2[open_]
    rate, loss = np.zeros_like(energy_mev), np.zeros_like(energy_mev)
    log_odds = np.log((1 - share) / share)
    number = 1 / share - 1 / (1 - share) - mixed * log_odds + constant * (0.5 - share)
    carried = -np.log(4 * share * (1 - share)) + 2 - 1 / (1 - share)
    carried = carried - mixed * np.log(2 * (1 - share)) + constant * (0.125 - share**2 / 2)
    rate[open_], loss[open_] = strength / e * number, strength * carried
    return rate, loss


def _brems_rate(material: Medium, energy_mev: Floats, cut_mev: float) -> tuple[Floats, Floats]:
    """Rate (cm²/g) of photons above the cut, and the share of radiative loss below it; the whole loss is ESTAR's."""
    charge = mean_nuclear_charge(material)
    radiative = electron_stopping(material.name).radiative_mev_cm2_per_g(energy_mev)
    rate, below_cut = np.zeros_like(energy_mev), np.ones_like(energy_mev)
    for row, energy in enumerate(energy_mev):
        if energy <= cut_mev * 1.001:
            continue
        low, high = np.geomspace(1e-4 * cut_mev, cut_mev, 200), _photon_grid(cut_mev, energy)
        soft = np.trapezoid(low * photon_spectrum(energy, low, charge), low)
        spectrum = photon_spectrum(energy, high, charge)
        hard, number = np.trapezoid(high * spectrum, high), np.trapezoid(spectrum, high)
        below_cut[row] = soft / (soft + hard)
        rate[row] = radiative[row] * number / (soft + hard)
    return rate, below_cut


def _photon_grid(low_mev: float, high_mev: float, points: int = 400) -> Floats:
    return np.geomspace(low_mev, high_mev * (1 - 1e-9), points)


def _brems_quantiles(material: Medium, cut_mev: float) -> Floats:
    charge = mean_nuclear_charge(material)
    energies = energy_grid_mev(BREMS_ROWS)
    levels = np.linspace(0, 1, QUANTILES)
    table = np.ones((BREMS_ROWS, QUANTILES))
    for row, energy in enumerate(energies):
        if energy <= cut_mev * 1.001:
            continue
        grid = _photon_grid(cut_mev, energy)
        spectrum = photon_spectrum(energy, grid, charge)
        running = np.concatenate([[0], np.cumsum((spectrum[1:] + spectrum[:-1]) / 2 * np.diff(grid))])
        table[row] = np.interp(levels, running / running[-1], np.log(grid / cut_mev) / np.log(energy / cut_mev))
    return table


def _photon_table(medium_name: str) -> Floats:
    found = attenuation(medium_name, energy_grid_mev())
    total = found.total
    shares = np.cumsum([found.photoelectric, found.coherent, found.incoherent], axis=0) / total
    return np.ascontiguousarray(np.column_stack([total, *shares]))


def _form_area(material: Medium) -> tuple[Floats, Floats]:
    """Squared momentum transfers from 0 to that of 5 MeV backwards, and ∫ F² d(x²) up to each."""
    x = np.concatenate([[0.0], np.geomspace(1e-3, 410.0, 400)])
    squared = form_factor_squared(material, x)
    x2 = x**2
    area = np.concatenate([[0.0], np.cumsum((squared[1:] + squared[:-1]) / 2 * np.diff(x2))])
    return x2, area
