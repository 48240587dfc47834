"""BED and EQD2 of a dose that comes with any curve. They are no absorbed doses, add only to their own kind, and are
never called dose.

    BED = D (1 + G D / (α/β))        EQD2 = BED / (1 + 2 Gy / (α/β))

G is the Lea-Catcheside factor (dose_protraction). Cycles weeks apart add: repair between them is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Any

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.dosimetry.curve import Curve
from lutetia.dosimetry.dose_protraction import Method, protraction_factor
from lutetia.errors import Fault, InputError
from lutetia.sources import load_yaml_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """Parameters of the linear-quadratic model for one tissue, with their source and how far it is checked."""

    name: str
    alpha_beta_gy: float
    repair_half_time_h: float
    source: str
    status: str

    def __post_init__(self) -> None:
        if not (self.alpha_beta_gy > 0 and self.repair_half_time_h > 0):
            got = f"{self.alpha_beta_gy} Gy, {self.repair_half_time_h} h"
            fault = Fault(place="alpha_beta_gy, repair_half_time_h", must="must be above 0", got=got)
            raise InputError("Tissue", [fault])


@dataclass(frozen=True, slots=True, kw_only=True)
class Eqd2:
    """What would do the same in fractions of 2 Gy, by the linear-quadratic model; u (k = 1) from the absorbed dose."""

    eqd2_gy: float
    u_eqd2_gy: float | None
    tissue: Tissue

    def __add__(self, other: object) -> Eqd2:
        if not isinstance(other, Eqd2):
            return NotImplemented
        _same_tissue(self.tissue, other.tissue)
        return Eqd2(
            eqd2_gy=self.eqd2_gy + other.eqd2_gy,
            u_eqd2_gy=_linear_sum(self.u_eqd2_gy, other.u_eqd2_gy),
            tissue=self.tissue,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """Biologically effective value of one or more cycles, in Gy. `u_bed_gy` (k = 1) carries the absorbed dose's u with
    the parameters taken as exact; between cycles it adds as if fully correlated, the larger sum."""

    bed_gy: float
    u_bed_gy: float | None
    tissue: Tissue
    conventions: tuple[str, ...] = ()

    def __add__(self, other: object) -> Bed:
        if not isinstance(other, Bed):
            return NotImplemented
        _same_tissue(self.tissue, other.tissue)
        return Bed(
            bed_gy=self.bed_gy + other.bed_gy,
            u_bed_gy=_linear_sum(self.u_bed_gy, other.u_bed_gy),
            tissue=self.tissue,
            conventions=tuple(dict.fromkeys((*self.conventions, *other.conventions))),
        )

    def eqd2(self) -> Eqd2:
        """The same effect in fractions of 2 Gy."""
        factor = 1 + 2 / self.tissue.alpha_beta_gy
        u = None if self.u_bed_gy is None else self.u_bed_gy / factor
        return Eqd2(eqd2_gy=self.bed_gy / factor, u_eqd2_gy=u, tissue=self.tissue)


def bed(absorbed: AbsorbedDose, curve: Curve, tissue: Tissue, method: Method = "auto") -> Bed:
    """BED of one cycle whose dose rate follows `curve`; u = (1 + 2 G D / (α/β)) u(D).

    Raises InputError for a negative dose and as protraction_factor does.
    """
    if absorbed.gy < 0:
        fault = Fault(place="absorbed", must="must be 0 Gy or above", got=f"{absorbed.gy:g} Gy")
        raise InputError("bed", [fault])
    g = protraction_factor(curve, tissue.repair_half_time_h, method)
    u = absorbed.u_gy
    return Bed(
        bed_gy=bed_of_gy(absorbed.gy, g, tissue.alpha_beta_gy),
        u_bed_gy=None if u is None else effect_slope(absorbed.gy, g, tissue.alpha_beta_gy) * u,
        tissue=tissue,
        conventions=(
            f"BED with α/β = {tissue.alpha_beta_gy:g} Gy and repair half-time {tissue.repair_half_time_h:g} h "
            f"({tissue.name}; {tissue.status}): {tissue.source}.",
            "The dose rate follows the activity curve of the region; cycles add.",
            "u carries the absorbed dose alone: α/β and repair are taken as exact.",
        ),
    )


def bed_of_gy(absorbed_dose_gy: float, g_factor: float, alpha_beta_gy: float) -> float:
    """D (1 + G D / (α/β))."""
    return absorbed_dose_gy * (1 + g_factor * absorbed_dose_gy / alpha_beta_gy)


def effect_slope(absorbed_dose_gy: float, g_factor: float, alpha_beta_gy: float) -> float:
    """d BED / d D = 1 + 2 G D / (α/β)."""
    return 1 + 2 * g_factor * absorbed_dose_gy / alpha_beta_gy


def absorbed_dose_of_bed_gy(bed_gy: float, g_factor: float, alpha_beta_gy: float) -> float:
    """The absorbed dose of one cycle that has this BED: the root of G D²/(α/β) + D − BED = 0."""
    if g_factor == 0:
        return bed_gy
    a = g_factor / alpha_beta_gy
    return (sqrt(1 + 4 * a * bed_gy) - 1) / (2 * a)


def tissue_parameters(name: str) -> Tissue:
    """Parameters of the tissue in the package's table, with source and status; InputError for a name not there."""
    known = _tissues()
    if name not in known:
        must = f"must be one of {', '.join(known)}"
        raise InputError("tissue_parameters", [Fault(place="name", must=must, got=repr(name))])
    row = known[name]
    return Tissue(
        name=name,
        alpha_beta_gy=float(row["alpha_beta_gy"]),
        repair_half_time_h=float(row["repair_half_time_h"]),
        source=str(row["source"]),
        status=str(row["status"]).replace("_", " "),
    )


@cache
def _tissues() -> Mapping[str, Any]:
    table: Mapping[str, Any] = load_yaml_table("lutetia.dosimetry", "data/radiobiology.yaml").table["tissues"]
    return table


def _same_tissue(one: Tissue, other: Tissue) -> None:
    if (one.alpha_beta_gy, one.repair_half_time_h) != (other.alpha_beta_gy, other.repair_half_time_h):
        must = "must share α/β and repair half-time to be added"
        raise InputError("Bed", [Fault(place="tissue", must=must, got=f"{one.name} and {other.name}")])


def _linear_sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
