"""Mass density from a CT: a calibration curve, straight between its points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.sources import SourcedTable, load_yaml_table

Beyond = Literal["refuse", "hold"]
SLACK_HU = 50.0  # a scanner's air goes down to -1024 HU where the curve begins at -1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityCurve:
    """Density (g/mL) at rising CT numbers (HU), straight between them; `name` says whose scanner it is.

    Raises InputError for fewer than two points, unequal lengths, numbers that do not rise and densities below 0.
    """

    name: str
    attenuation_hu: tuple[float, ...]
    density_g_per_ml: tuple[float, ...]

    def __post_init__(self) -> None:
        hu, density = np.array(self.attenuation_hu, float), np.array(self.density_g_per_ml, float)
        faults = []
        if hu.size < 2 or hu.size != density.size:
            got = f"{hu.size} and {density.size}"
            faults.append(Fault(place="points", must="must be two or more, as many densities as CT numbers", got=got))
        if not (np.isfinite(hu).all() and (np.diff(hu) > 0).all()):
            faults.append(Fault(place="attenuation_hu", must="must rise from point to point", got=str(hu.tolist())))
        if not (np.isfinite(density).all() and (density >= 0).all()):
            faults.append(Fault(place="density_g_per_ml", must="must be 0 or more", got=str(density.tolist())))
        if faults:
            raise InputError(f"density curve {self.name}", faults)


@cache
def schneider_curve() -> DensityCurve:
    """The curve of Schneider et al. 2000: for a scanner without a curve of its own."""
    points = density_table().table["schneider"]
    return DensityCurve(
        name="Schneider et al. 2000",
        attenuation_hu=tuple(map(float, points["hu"])),
        density_g_per_ml=tuple(map(float, points["density_g_per_ml"])),
    )


def density_from_ct(ct: Volume, *, curve: DensityCurve | None = None, beyond: Beyond = "refuse") -> Volume:
    """Mass density in g/mL of every voxel of a CT in HU, on its grid; the curve is Schneider's if none is given.

    CT numbers more than 50 HU outside the curve are unknown tissue (padding, metal): refused, or with beyond="hold"
    given the density at the curve's end, and counted in the conventions. Raises InputError for another unit.
    """
    chosen = curve or schneider_curve()
    faults = [] if ct.unit == "HU" else [Fault(place="ct", must="must be a volume in HU", got=ct.unit)]
    if beyond not in ("refuse", "hold"):
        faults.append(Fault(place="beyond", must='must be "refuse" or "hold"', got=repr(beyond)))
    outside = _outside(ct, chosen) if not faults else 0
    if outside and beyond == "refuse":
        low, high = chosen.attenuation_hu[0], chosen.attenuation_hu[-1]
        faults.append(
            Fault(
                place="ct",
                must=f"must lie between {low:g} and {high:g} HU (± {SLACK_HU:g}), where {chosen.name} has a density",
                got=f"{outside} voxels from {float(ct.array.min()):g} to {float(ct.array.max()):g} HU",
                do='Padding or metal? beyond="hold" gives them the density at the end of the curve, and says so.',
            )
        )
    if faults:
        raise InputError("density_from_ct", faults)
    density = np.interp(ct.array, chosen.attenuation_hu, chosen.density_g_per_ml).astype(np.float32)
    words = [f"Density from CT by the curve of {chosen.name}."]
    if outside:
        words.append(f"{outside} voxels outside that curve have the density at its end.")
    return Volume(array=density, geometry=ct.geometry, unit="g/mL", conventions=(*ct.conventions, *words))


@cache
def density_table() -> SourcedTable:
    """The points of the curve with their provenance."""
    return load_yaml_table("lutetia.dosimetry", "data/ct_density.yaml")


def _outside(ct: Volume, curve: DensityCurve) -> int:
    low, high = curve.attenuation_hu[0] - SLACK_HU, curve.attenuation_hu[-1] + SLACK_HU
    return int(np.count_nonzero((ct.array < low) | (ct.array > high)))
