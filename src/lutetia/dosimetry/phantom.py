"""The digital patient: a made-up torso of equations with known kinetics, on any grid, at any time.

Everything about it is known without an image: volumes, masses, activity at each hour and its integral. It is made up;
shapes and masses follow published reference anatomy (`data/phantom.yaml`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.solid import Bodies, Solid, bodies, shares_of_voxels, volumes_ml
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.sources import SourcedTable, load_yaml_table

Floats = NDArray[np.float64]
Kidneys = Literal["whole", "cortex and medulla"]

AIR_G_PER_ML = 0.0012
KIDNEYS: dict[str, tuple[str, ...]] = {
    "whole": ("left kidney", "right kidney"),
    "cortex and medulla": tuple(
        f"{side} kidney {part}" for side in ("left", "right") for part in ("medulla", "cortex")
    ),
}
MADE_UP = "A digital phantom: every shape, mass and curve is made up or a reference value; there is no such patient."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """One region of the phantom: its solids, its density and the activity in all of it (MBq over hours)."""

    name: str
    solids: tuple[Solid, ...]
    density_g_per_ml: float
    curve: ExponentialSum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DigitalPatient:
    """A phantom of tissues in order of precedence: where two overlap, the first has the place.

    `frame_of_reference` names its coordinates (mm, LPS). `volume_ml` and `mass_g` are what each tissue really has,
    after those before it have taken their place.
    """

    nuclide: str
    tissues: tuple[Tissue, ...]
    frame_of_reference: str
    volume_ml: Mapping[str, float]
    conventions: tuple[str, ...] = (MADE_UP,)

    @property
    def names(self) -> tuple[str, ...]:
        """The regions, in order of precedence."""
        return tuple(tissue.name for tissue in self.tissues)

    @property
    def mass_g(self) -> dict[str, float]:
        """Mass of each region."""
        return {tissue.name: self.volume_ml[tissue.name] * tissue.density_g_per_ml for tissue in self.tissues}

    @property
    def tia_mbq_h(self) -> dict[str, float]:
        """Time-integrated activity of each region, from 0 to infinity: Σ A T / ln 2."""
        return {tissue.name: tissue.curve.time_integrated_mbq_h() for tissue in self.tissues}

    def bodies(self) -> Bodies:
        """The phantom as compiled code reads it; region i is tissue i."""
        return bodies([(solid, i) for i, tissue in enumerate(self.tissues) for solid in tissue.solids])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoxelPhantom:
    """The digital patient on a grid. `shares` (regions, z, y, x): the share of each voxel that each region fills.

    `position` is how the patient lies in the frame of the grid, None in the patient's own frame.
    """

    patient: DigitalPatient
    geometry: Geometry
    shares: NDArray[np.float32]
    position: RigidTransform | None = None

    def regions(self, *names: str) -> RegionSet:
        """The regions named (all if none is) with their shares of voxels. Raises InputError for an unknown name."""
        known = dict(zip(self.patient.names, self.shares, strict=True))
        missing = [name for name in names if name not in known]
        if missing:
            must = f"must be among {', '.join(known)}"
            raise InputError("phantom", [Fault(place="names", must=must, got=", ".join(missing))])
        chosen = names or tuple(known)
        return RegionSet(
            regions=tuple(Region(name=name, shares=known[name], geometry=self.geometry) for name in chosen)
        )

    def activity(self, at_h: float) -> Volume:
        """Activity at the hour after administration, in Bq/mL, without blur or noise."""
        amounts_mbq = [float(tissue.curve.activity_mbq(at_h)) for tissue in self.patient.tissues]
        return self._volume([1e6 * mbq for mbq in amounts_mbq], "Bq/mL")

    def tia(self) -> Volume:
        """Time-integrated activity in MBq h/mL."""
        return self._volume(list(self.patient.tia_mbq_h.values()), "MBq h/mL")

    def density(self) -> Volume:
        """Mass density in g/mL, air outside."""
        own = [tissue.density_g_per_ml for tissue in self.patient.tissues]
        filled = np.tensordot(np.array(own, np.float32), self.shares, axes=1)
        air = np.float32(AIR_G_PER_ML) * np.maximum(1 - self.shares.sum(axis=0), 0)
        return Volume(array=filled + air, geometry=self.geometry, unit="g/mL", conventions=self.patient.conventions)

    def ct(self) -> Volume:
        """Hounsfield units of a made-up scanner, from the mass density, without noise."""
        scale = phantom_table().table["hounsfield"]
        hu = np.interp(self.density().array, scale["density_g_per_ml"], scale["hu"]).astype(np.float32)
        return Volume(array=hu, geometry=self.geometry, unit="HU", conventions=self.patient.conventions)

    def _volume(self, amounts: list[float], unit: str) -> Volume:
        per_ml = [a / self.patient.volume_ml[name] for a, name in zip(amounts, self.patient.names, strict=True)]
        array = np.tensordot(np.array(per_ml, np.float32), self.shares, axes=1)
        return Volume(array=array, geometry=self.geometry, unit=unit, conventions=self.patient.conventions)


@lru_cache(maxsize=32)
def digital_patient(
    *,
    kidneys: Kidneys = "whole",
    seed: int | None = None,
    size_spread_fraction: float = 0.1,
    uptake_spread_fraction: float = 0.25,
) -> DigitalPatient:
    """The standard digital patient after 7.4 GBq of a made-up [177Lu]Lu-DOTATATE.

    With `seed` an individual: organs and tumours differ in volume, and all regions in uptake and half-life, log-
    normally with these relative standard deviations (half-lives with half the spread of the uptake, below physical
    decay). Raises InputError for an unknown way to draw the kidneys.
    """
    if kidneys not in KIDNEYS:
        raise InputError("digital_patient", [Fault(place="kidneys", must=f"must be one of {', '.join(KIDNEYS)}")])
    table = phantom_table().table["patient"]
    draws = np.random.default_rng(seed)
    tissues: list[Tissue] = []
    for name, entry in table["regions"].items():
        spread = (0.0, 0.0) if seed is None else (size_spread_fraction, uptake_spread_fraction)
        tissue = _tissue(name, entry, table["administered_mbq"], draws, *spread)
        tissues += _cortex_and_medulla(tissue) if name in KIDNEYS["whole"] and kidneys != "whole" else [tissue]
    return _patient(table["nuclide"], tuple(tissues), f"digital patient {seed}")


def sphere_phantom(
    *, sphere_kbq_per_ml: float = 200.0, background_kbq_per_ml: float = 0.0, half_life_h: float = 159.528
) -> DigitalPatient:
    """Six spheres (10 to 37 mm) on a ring in a torso, in the manner of NEMA NU 2: for recovery curves."""
    table = phantom_table().table["sphere_phantom"]
    density, radius_mm = table["density_g_per_ml"], 10 * table["ring_radius_cm"]
    named = []
    for number, diameter_mm in enumerate(table["diameters_mm"]):
        angle = 2 * np.pi * number / len(table["diameters_mm"])
        centre = (float(radius_mm * np.cos(angle)), float(radius_mm * np.sin(angle)), 0.0)
        r = diameter_mm / 2
        solid = Solid(centre_mm=centre, semi_axes_mm=(r, r, r))
        named.append((f"sphere {diameter_mm} mm", solid, sphere_kbq_per_ml))
    a, b, _ = table["body"]["semi_axes_cm"]
    half = 10 * table["body"]["half_length_cm"]
    ends = ((0.0, 0.0, 1.0, half), (0.0, 0.0, -1.0, half))
    body = Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(10 * a, 10 * b, np.inf), planes=ends)
    named.append(("background", body, background_kbq_per_ml))
    volumes = volumes_ml(bodies([(solid, i) for i, (_, solid, _) in enumerate(named)]))
    tissues = tuple(
        Tissue(
            name=name,
            solids=(solid,),
            density_g_per_ml=density,
            curve=ExponentialSum(amplitudes_mbq=(kbq * ml / 1000,), effective_half_lives_h=(half_life_h,)),
        )
        for (name, solid, kbq), ml in zip(named, volumes, strict=True)
    )
    return _patient("Lu-177", tissues, "sphere phantom")


def on_grid(
    patient: DigitalPatient, geometry: Geometry, *, transform: RigidTransform | None = None, points: int = 64
) -> VoxelPhantom:
    """The patient on a grid, border voxels in shares from that many `points`.

    `transform` is how the patient lies in the frame of the grid: the equations are moved, so nothing is resampled.
    Raises InputError if the frames do not fit together.
    """
    frame = patient.frame_of_reference if transform is None else transform.to_frame
    faults = []
    if frame != geometry.frame_of_reference:
        must = f"must be the frame the patient lies in, {frame}"
        faults.append(Fault(place="geometry", must=must, got=geometry.frame_of_reference))
    if transform is not None and transform.from_frame != patient.frame_of_reference:
        must = f"must start from the patient's frame, {patient.frame_of_reference}"
        faults.append(Fault(place="transform", must=must, got=transform.from_frame))
    if faults:
        raise InputError("on_grid", faults)
    shares = shares_of_voxels(patient.bodies(), geometry, transform=transform, points=points)
    return VoxelPhantom(patient=patient, geometry=geometry, shares=shares, position=transform)


def torso_geometry(
    patient: DigitalPatient,
    *,
    shape: tuple[int, int, int] = (128, 128, 128),
    spacing_mm: tuple[float, float, float] = (4.8, 4.8, 4.8),
    frame_of_reference: str | None = None,
) -> Geometry:
    """A grid centred on the patient's body, in the patient's frame or another that has the same axes."""
    low, high = patient.tissues[-1].solids[0].box_mm
    extent_mm = (np.array(shape) - 1) * np.array(spacing_mm)
    return Geometry.regular(
        shape,
        spacing_mm,
        first_voxel_mm=(low + high) / 2 - extent_mm[::-1] / 2,
        frame_of_reference=frame_of_reference or patient.frame_of_reference,
    )


def frame_named(name: str) -> str:
    """A frame of reference (a DICOM UID under 2.25) made from a name: same name, same frame."""
    return f"2.25.{int.from_bytes(hashlib.sha256(name.encode()).digest()[:15])}"


@cache
def phantom_table() -> SourcedTable:
    """Shapes, masses and kinetics, with their provenance."""
    return load_yaml_table("lutetia.dosimetry", "data/phantom.yaml")


def _patient(nuclide: str, tissues: tuple[Tissue, ...], name: str) -> DigitalPatient:
    listed = bodies([(solid, i) for i, tissue in enumerate(tissues) for solid in tissue.solids])
    volumes = volumes_ml(listed)
    return DigitalPatient(
        nuclide=nuclide,
        tissues=tissues,
        frame_of_reference=frame_named(name),
        volume_ml={tissue.name: float(ml) for tissue, ml in zip(tissues, volumes, strict=True)},
    )


def _tissue(
    name: str,
    entry: Mapping[str, Any],
    administered_mbq: float,
    draws: np.random.Generator,
    size_fraction: float,
    uptake_fraction: float,
) -> Tissue:
    solids = tuple(_solid(shape) for shape in entry["shapes"])
    if "mass_g" in entry:
        own_ml = float(volumes_ml(bodies([(solid, 0) for solid in solids]))[0])
        factor = entry["mass_g"] / entry["density_g_per_ml"] / own_ml * _log_normal(draws, size_fraction)
        solids = tuple(solid.scaled(factor ** (1 / 3)) for solid in solids)
    more, longer = _log_normal(draws, uptake_fraction), _log_normal(draws, uptake_fraction / 2)
    amplitudes = tuple(share * administered_mbq * more for share, _ in entry["phases"])
    lives = tuple(min(half * longer, _LONGEST_H) for _, half in entry["phases"])
    return Tissue(
        name=name,
        solids=solids,
        density_g_per_ml=entry["density_g_per_ml"],
        curve=ExponentialSum(amplitudes_mbq=amplitudes, effective_half_lives_h=lives),
    )


_LONGEST_H = 155.0  # below the physical 159.5 h of 177Lu


def _log_normal(draws: np.random.Generator, spread: float) -> float:
    """A factor with mean 1 and this relative standard deviation; 1 and no draw for 0."""
    if spread == 0:
        return 1.0
    variance = float(np.log1p(spread**2))
    return float(np.exp(draws.normal(-variance / 2, np.sqrt(variance))))


def _solid(shape: Mapping[str, Any]) -> Solid:
    x, y, z = (10.0 * value for value in shape["centre_cm"])
    a, b, c = (np.inf if value is None else 10.0 * value for value in shape["semi_axes_cm"])
    planes = tuple((*map(float, plane["normal"]), 10.0 * plane["at_most"]) for plane in shape.get("planes", ()))
    return Solid(centre_mm=(x, y, z), semi_axes_mm=(a, b, c), planes=planes)


def _cortex_and_medulla(kidney: Tissue) -> list[Tissue]:
    """The kidney's inner part, the same shape made smaller, before its outer part; activity goes by volume."""
    share = phantom_table().table["medulla_share"]
    inner = tuple(solid.scaled(share ** (1 / 3)) for solid in kidney.solids)
    return [
        replace(kidney, name=f"{kidney.name} medulla", solids=inner, curve=_times(kidney.curve, 0.5 * share)),
        replace(kidney, name=f"{kidney.name} cortex", curve=_times(kidney.curve, 1 - 0.5 * share)),
    ]


def _times(curve: ExponentialSum, factor: float) -> ExponentialSum:
    return replace(curve, amplitudes_mbq=tuple(factor * a for a in curve.amplitudes_mbq))
