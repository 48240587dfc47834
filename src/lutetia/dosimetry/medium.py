"""Materials that radiation passes: composition and density, as NIST lists them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.sources import SourcedTable, load_yaml_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One material. `elements` lists (atomic number, mass fraction, atomic weight); the fractions add up to 1."""

    name: str
    nist_name: str
    density_g_per_ml: float
    mean_excitation_energy_ev: float
    elements: tuple[tuple[int, float, float], ...]

    @property
    def electrons_mol_per_g(self) -> float:
        """Mean Z/A: moles of electrons in a gram."""
        return sum(z * fraction / weight for z, fraction, weight in self.elements)


def medium(name: str) -> Medium:
    """The medium of that name, such as "water", "soft_tissue" (ICRP, 1.04 g/mL), "bone_cortical" (ICRP, 1.85 g/mL).

    Raises InputError naming the media there are.
    """
    known = _media()
    if name not in known:
        raise InputError("medium", [Fault(place="name", must=f"must be one of {', '.join(known)}", got=repr(name))])
    return known[name]


def media_names() -> tuple[str, ...]:
    """The names `medium` knows."""
    return tuple(_media())


@cache
def media_table() -> SourcedTable:
    """The composition table with its provenance."""
    return load_yaml_table("lutetia.dosimetry", "data/media.yaml")


@cache
def _media() -> dict[str, Medium]:
    table = media_table().table
    return {name: _medium(name, row, table["atomic_weights"]) for name, row in table["media"].items()}


def _medium(name: str, row: dict[str, Any], weights: dict[int, float]) -> Medium:
    total = sum(row["mass_fractions"].values())  # NIST's fractions add up to 1 within 1e-6
    return Medium(
        name=name,
        nist_name=row["nist_name"],
        density_g_per_ml=float(row["density_g_per_ml"]),
        mean_excitation_energy_ev=float(row["mean_excitation_energy_ev"]),
        elements=tuple((z, fraction / total, float(weights[z])) for z, fraction in row["mass_fractions"].items()),
    )
