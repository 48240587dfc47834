"""A nuclide as dosimetry needs it: half-life and energies per decay, with the daughters that decay where it decays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np

from lutetia.dosimetry.decay_chain import LONGEST_DAUGHTER_H, equilibrium_chain
from lutetia.dosimetry.emission import (
    ALPHA_CLASSES,
    CLASSES,
    ELECTRON_CLASSES,
    PHOTON_CLASSES,
    Emission,
    EmissionLibrary,
    Lines,
    nuclide_name,
)
from lutetia.dosimetry.icrp107 import Icrp107
from lutetia.errors import Fault, InputError

JOULE_PER_MEV = 1.602176634e-13
Daughters = Literal["equilibrium", "none"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nuclide:
    """A nuclide with its daughters: emissions are per decay of the parent.

    `members` lists each member's emissions with the number of its decays per decay of the parent.
    """

    name: str
    half_life_h: float
    members: tuple[tuple[Emission, float], ...]
    conventions: tuple[str, ...]

    @property
    def decay_constant_per_h(self) -> float:
        """ln 2 / half-life."""
        return log(2) / self.half_life_h

    @property
    def per_parent_decay(self) -> Mapping[str, float]:
        """Member → decays per decay of the parent."""
        return {emission.nuclide: number for emission, number in self.members}

    def lines(self, classes: Iterable[str] = CLASSES) -> Lines:
        """All emissions of these classes, words of `emission.CLASSES` such as "beta", "auger", "alpha" or "gamma"."""
        chosen = [(emission.lines[name], number) for emission, number in self.members for name in classes]
        return Lines(
            energy_mev=np.concatenate([lines.energy_mev for lines, _ in chosen]),
            per_decay=np.concatenate([lines.per_decay * number for lines, number in chosen]),
        )

    def energy_mev(self, *classes: str) -> float:
        """Energy per decay in these classes; all of them if none is named. Neutrinos and neutrons are not in it."""
        return self.lines(classes or CLASSES).mean_energy_mev

    @property
    def electron_energy_mev(self) -> float:
        """Betas, conversion and Auger electrons together."""
        return self.energy_mev(*ELECTRON_CLASSES)

    @property
    def alpha_energy_mev(self) -> float:
        """Alpha particles and recoiling nuclei together."""
        return self.energy_mev(*ALPHA_CLASSES)

    @property
    def photon_energy_mev(self) -> float:
        """Gammas, X-rays and annihilation photons together; bremsstrahlung is not an emission of the nuclide."""
        return self.energy_mev(*PHOTON_CLASSES)

    def delta_gy_kg_per_bq_s(self, *classes: str) -> float:
        """MIRD's mean energy per decay Δ = E · 1.602176634e-13 J/MeV, in Gy kg / (Bq s)."""
        return self.energy_mev(*classes) * JOULE_PER_MEV


def nuclide(
    name: str,
    *,
    daughters: Daughters = "equilibrium",
    longest_daughter_h: float = LONGEST_DAUGHTER_H,
    library: EmissionLibrary | None = None,
) -> Nuclide:
    """The nuclide "Lu-177" (also "177Lu") from ICRP 107, or from another library of emissions.

    With daughters in "equilibrium" each daughter decays, where its parent did, as often as the branching says, down to
    one that outlives both the parent and `longest_daughter_h`; with "none" the parent stands alone.
    Raises InputError if the nuclide, or the word for daughters, is unknown.
    """
    if daughters not in ("equilibrium", "none"):
        fault = Fault(place="daughters", must='must be "equilibrium" or "none"', got=repr(daughters))
        raise InputError("nuclide", [fault])
    parent, source = nuclide_name(name), library or Icrp107()
    first = source.emission(parent)
    number, cut = {parent: 1.0}, tuple[str, ...]()
    if daughters == "equilibrium":
        chain = equilibrium_chain(parent, longest_daughter_h, source)
        number, cut = dict(chain.per_parent_decay), chain.cut_at
    members = tuple((first if member == parent else source.emission(member), n) for member, n in number.items())
    return Nuclide(
        name=parent,
        half_life_h=first.half_life_h,
        members=members,
        conventions=_conventions(members, cut, daughters),
    )


def _conventions(
    members: tuple[tuple[Emission, float], ...], cut: tuple[str, ...], daughters: Daughters
) -> tuple[str, ...]:
    parent = members[0][0]
    found = [f"Emissions: {parent.library}; betas as spectra, lines as listed; neutrinos are not counted."]
    followers = ", ".join(f"{number:.4g} {emission.nuclide}" for emission, number in members[1:])
    if followers:
        found.append(f"Daughters decay where {parent.nuclide} did, per decay of it: {followers}; nothing migrates.")
    longer = [emission.nuclide for emission, _ in members if emission.half_life_h > parent.half_life_h]
    if longer:
        found.append(f"Counted though it outlives {parent.nuclide}: {', '.join(longer)}.")
    if daughters == "none":
        found.append("Daughters are left out.")
    if cut:
        found.append(f"The chain ends at {', '.join(cut)}, which outlives the parent: its decays are not counted.")
    ignored = [f"{what} of {emission.nuclide}" for emission, _ in members for what in emission.ignored]
    if ignored:
        found.append(f"Not followed: {', '.join(ignored)}.")
    return tuple(found)
