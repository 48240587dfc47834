"""Organ doses by the MIRD scheme: D(target) = Σ Ã(source) · S(target ← source), with the patient's masses.

Bolch et al., MIRD Pamphlet 21, J Nucl Med 2009; 50: 477, doi 10.2967/jnumed.108.056036. S values come as a table, from
this package's own physics or from elsewhere; nothing here knows a nuclide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.curve import Floats
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate

MassScaling = Literal["linear", "electrons_and_photons", "none"]
SCALING_WORDS: dict[MassScaling, str] = {
    "linear": "self-S is scaled with reference mass / patient mass",
    "electrons_and_photons": "the electron part of self-S is scaled with reference mass / patient mass, its photon "
    "part with that ratio to the power 2/3",
    "none": "self-S is not scaled",
}
# 1 MBq·h = 3.6e9 decays, 1 MeV = 1.602176634e-13 J (exact, SI 2019), 1 g = 1e-3 kg.
GY_G_PER_MBQ_H_MEV = 3.6e9 * 1.602176634e-13 * 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class STable:
    """S values in Gy per MBq·h by (target, source), with the masses they were made for and their source.

    `photon_fraction` is the part of a self-S that photons give; `u_fraction` the relative u (k = 1) of the S values
    as a whole (None: not known).
    """

    s_gy_per_mbq_h: Mapping[tuple[str, str], float]
    reference_masses_g: Mapping[str, float]
    source: str
    photon_fraction: Mapping[str, float] | None = None
    u_fraction: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganDose:
    """Absorbed dose of one target with its parts: `parts_gy` by source, the target itself among them."""

    target: str
    absorbed: AbsorbedDose
    parts_gy: Mapping[str, float]
    self_s_gy_per_mbq_h: float
    conventions: tuple[str, ...]

    @property
    def cross_gy(self) -> float:
        """What the other sources give."""
        return sum(gy for source, gy in self.parts_gy.items() if source != self.target)


def organ_dose(
    target: str,
    tia_mbq_h: Mapping[str, Estimate],
    table: STable,
    *,
    mass_g: float,
    u_mass_g: float | None,
    mass_scaling: MassScaling,
) -> OrganDose:
    """Absorbed dose of `target` from the time-integrated activities of all sources.

    `tia_mbq_h` maps each source to its area with u as `std_error`; a source without an S value for the target is a
    fault, never a zero. u comes from the areas (independent), the target's mass and the S table (shared). Raises
    InputError with all faults.
    """
    faults = _faults(target, tia_mbq_h, table, mass_g, u_mass_g, mass_scaling)
    if faults:
        raise InputError("organ_dose", faults)
    self_s, mass_slope = _self_s(target, table, mass_g, mass_scaling)
    used = {source: self_s if source == target else table.s_gy_per_mbq_h[target, source] for source in tia_mbq_h}
    parts = {source: float(area.estimate or 0.0) * used[source] for source, area in tia_mbq_h.items()}
    total = sum(parts.values())
    budget, unknown = _budget(target, tia_mbq_h, used, table, total)
    if u_mass_g is None:
        unknown.append("mass")
    else:
        budget.append(Component(name="mass", effect_gy=parts.get(target, 0.0) * mass_slope * u_mass_g / mass_g))
    return OrganDose(
        target=target,
        absorbed=AbsorbedDose(gy=total, budget=tuple(budget), unknown=tuple(unknown)),
        parts_gy=parts,
        self_s_gy_per_mbq_h=self_s,
        conventions=(
            f"S values: {table.source}.",
            f"Patient mass {mass_g:g} g; {SCALING_WORDS[mass_scaling]}; cross-S is not scaled.",
            f"Sources: {', '.join(tia_mbq_h)}.",
        ),
    )


def _self_s(target: str, table: STable, mass_g: float, scaling: MassScaling) -> tuple[float, float]:
    """Self-S for the patient's mass, and d ln S / d ln mass."""
    s = table.s_gy_per_mbq_h.get((target, target), 0.0)
    if scaling == "none":
        return s, 0.0
    ratio = table.reference_masses_g[target] / mass_g
    photons = (table.photon_fraction or {})[target] if scaling == "electrons_and_photons" else 0.0
    electron_part, photon_part = (1 - photons) * ratio, photons * ratio ** (2 / 3)
    whole = electron_part + photon_part
    return s * whole, -(electron_part + 2 / 3 * photon_part) / whole


def _budget(
    target: str, tia_mbq_h: Mapping[str, Estimate], used: Mapping[str, float], table: STable, total_gy: float
) -> tuple[list[Component], list[str]]:
    budget, unknown = [], []
    for source, area in tia_mbq_h.items():
        if area.std_error is None:
            unknown.append(f"time-integrated activity of {source}")
        else:
            name = f"time-integrated activity of {source}"
            budget.append(Component(name=name, effect_gy=area.std_error * used[source]))
    if table.u_fraction is None:
        unknown.append("S values")
    else:
        budget.append(Component(name="S values", effect_gy=table.u_fraction * total_gy, shared=True))
    return budget, unknown


def _faults(
    target: str,
    tia_mbq_h: Mapping[str, Estimate],
    table: STable,
    mass_g: float,
    u_mass_g: float | None,
    scaling: MassScaling,
) -> list[Fault]:
    faults = []
    for source, area in tia_mbq_h.items():
        if (target, source) not in table.s_gy_per_mbq_h:
            must = f"the S table must hold {target} ← {source}"
            faults.append(Fault(place="table", must=must, do="Add the value, or leave the source out by name."))
        if area.estimate is None or not (isfinite(area.estimate) and area.estimate >= 0):
            must = "must be an area of 0 or above"
            faults.append(Fault(place=f"tia_mbq_h[{source}]", must=must, got=f"{area.estimate}"))
    if not tia_mbq_h:
        faults.append(Fault(place="tia_mbq_h", must="must hold one source or more"))
    if not (isfinite(mass_g) and mass_g > 0):
        faults.append(Fault(place="mass_g", must="must be above 0", got=f"{mass_g}"))
    if u_mass_g is not None and not u_mass_g >= 0:
        faults.append(Fault(place="u_mass_g", must="must be 0 or above, None where it is not known", got=f"{u_mass_g}"))
    if scaling not in SCALING_WORDS:
        faults.append(Fault(place="mass_scaling", must=f"must be one of {', '.join(SCALING_WORDS)}", got=repr(scaling)))
    elif scaling != "none" and target not in table.reference_masses_g:
        must = f"must hold the mass for which S({target} ← {target}) was made"
        faults.append(Fault(place="reference_masses_g", must=must))
    if scaling == "electrons_and_photons" and target not in (table.photon_fraction or {}):
        must = f"must hold the photon part of S({target} ← {target})"
        faults.append(Fault(place="photon_fraction", must=must, do="Give it, or scale linearly."))
    return faults


def remainder_s_gy_per_mbq_h(target: str, table: STable, named_sources: tuple[str, ...], body: str) -> float:
    """S(target ← rest of the body) from S(target ← whole body), less the named organs, by mass.

    S(RB) = (S(body) m(body) − Σ S(organ) m(organ)) / (m(body) − Σ m(organ)), as activity spread evenly in the rest
    would give (Cloutier et al., MIRD, J Nucl Med 1973; 14: 53). The target itself belongs to the rest unless it is
    named. Raises InputError where a value or a mass is missing or the organs outweigh the body.
    """
    masses, s = table.reference_masses_g, table.s_gy_per_mbq_h
    lacking = [name for name in (body, *named_sources) if name not in masses or (target, name) not in s]
    if lacking:
        must = "the S table must hold value and mass of each"
        raise InputError("remainder_s_gy_per_mbq_h", [Fault(place="table", must=must, got=", ".join(lacking))])
    rest_g = masses[body] - sum(masses[name] for name in named_sources)
    if rest_g <= 0:
        must = "must weigh more than the named organs together"
        raise InputError("remainder_s_gy_per_mbq_h", [Fault(place=body, must=must, got=f"{masses[body]:g} g")])
    whole = s[target, body] * masses[body]
    return (whole - sum(s[target, name] * masses[name] for name in named_sources)) / rest_g


def local_deposition_gy(tia_mbq_h: ArrayLike, mass_g: ArrayLike, energy_mev: float) -> Floats:
    """Absorbed dose where all energy of `energy_mev` per decay stays in the region or voxel: D = Ã E / m, same shape.

    For 177Lu electrons E = 0.1479 MeV: 0.0853 Gy·g per MBq·h. Raises InputError for a mass or energy not above 0.
    """
    mass = np.asarray(mass_g, dtype=np.float64)
    if not (mass > 0).all() or not energy_mev > 0:
        got = f"{mass.min() if mass.size else None} g, {energy_mev} MeV"
        raise InputError("local_deposition_gy", [Fault(place="mass_g, energy_mev", must="must be above 0", got=got)])
    gy: Floats = np.asarray(tia_mbq_h, dtype=np.float64) * (energy_mev * GY_G_PER_MBQ_H_MEV) / mass
    return gy


def time_integrated_activity_coefficient_h(tia_mbq_h: float, administered_activity_mbq: float) -> float:
    """ã = Ã / A₀ in hours (once called residence time). Raises InputError for an activity not above 0."""
    if not administered_activity_mbq > 0:
        fault = Fault(place="administered_activity_mbq", must="must be above 0", got=f"{administered_activity_mbq}")
        raise InputError("time_integrated_activity_coefficient_h", [fault])
    return tia_mbq_h / administered_activity_mbq
