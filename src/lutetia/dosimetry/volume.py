"""An image as numbers in space: array, grid, unit. It knows whether its numbers add up, and to what.

Three kinds of quantity, because each is moved to another grid in its own way:

- extensive: the number belongs to the voxel as a whole and adds up (counts, MBq, MBq h per voxel);
- density: an extensive quantity per mL; its integral adds up (Bq/mL, MBq h/mL);
- intensive: a state at a point, which is averaged and never added (HU, Gy, g/mL).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import Fault, InputError

Quantity = Literal["extensive", "density", "intensive"]
Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number of this unit is: its kind of quantity, what it measures, and its factor into that base unit."""

    quantity: Quantity
    base: str
    factor: float = 1.0


UNITS: Mapping[str, Unit] = {
    "counts": Unit("extensive", "counts"),
    "counts/s": Unit("extensive", "counts/s"),
    "Bq": Unit("extensive", "MBq", 1e-6),
    "kBq": Unit("extensive", "MBq", 1e-3),
    "MBq": Unit("extensive", "MBq"),
    "Bq/mL": Unit("density", "MBq", 1e-6),
    "kBq/mL": Unit("density", "MBq", 1e-3),
    "MBq/mL": Unit("density", "MBq"),
    "MBq h": Unit("extensive", "MBq h"),
    "MBq h/mL": Unit("density", "MBq h"),
    "Bq s": Unit("extensive", "MBq h", 1e-6 / 3600),
    "Bq s/mL": Unit("density", "MBq h", 1e-6 / 3600),
    "HU": Unit("intensive", "HU"),
    "Gy": Unit("intensive", "Gy"),
    "mGy": Unit("intensive", "Gy", 1e-3),
    "Gy/h": Unit("intensive", "Gy/h"),
    "BED Gy": Unit("intensive", "BED Gy"),
    "EQD2 Gy": Unit("intensive", "EQD2 Gy"),
    "g/mL": Unit("intensive", "g/mL"),
    "1/cm": Unit("intensive", "1/cm"),
    "fraction": Unit("intensive", "fraction"),
}
"""Every unit a volume may have. `Gy` is absorbed dose; BED and EQD2 are units of their own and do not convert."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """An image: `array` (z, y, x) on `geometry`, in `unit` (one of `UNITS`).

    The array is kept as float32 or float64 (whole numbers up to 16 bits become float32, others float64) and is
    read-only. `conventions` are the sentences on how the numbers came about. Raises InputError with all faults: a shape
    that is not the grid's, NaN or infinite values, an unknown unit.
    """

    array: Array
    geometry: Geometry
    unit: str
    conventions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        array = as_floats(self.array)
        faults = []
        if array.shape != self.geometry.shape:
            must = f"must have the shape of its grid, {self.geometry.shape}"
            faults.append(Fault(place="array", must=must, got=str(array.shape)))
        if not np.isfinite(_sum(array)):
            bad = int(array.size - np.count_nonzero(np.isfinite(array)))
            faults.append(Fault(place="array", must="must hold finite numbers only", got=f"{bad} that are not"))
        if self.unit not in UNITS:
            faults.append(Fault(place="unit", must=f"must be one of {', '.join(UNITS)}", got=repr(self.unit)))
        if faults:
            raise InputError("Volume", faults)
        array = array.view()
        array.flags.writeable = False
        object.__setattr__(self, "array", array)

    @property
    def quantity(self) -> Quantity:
        """Whether the numbers belong to the voxel (extensive), to a mL (density) or to a point (intensive)."""
        return UNITS[self.unit].quantity

    @property
    def frame_of_reference(self) -> str:
        """The coordinate system of the grid."""
        return self.geometry.frame_of_reference

    @property
    def total_unit(self) -> str:
        """The unit of `total`: MBq for Bq/mL, counts for counts. Raises InputError for an intensive quantity."""
        return UNITS[self._adding_up()].base

    def total(self) -> float:
        """The sum over the image in `total_unit`, in double precision. Raises InputError for an intensive quantity."""
        return _sum(self.array) * self.voxel_factor()

    def voxel_factor(self) -> float:
        """What one voxel of value 1 adds to a total, in `total_unit`. Raises InputError for an intensive quantity."""
        unit = UNITS[self._adding_up()]
        return unit.factor * (self.geometry.voxel_volume_ml if unit.quantity == "density" else 1.0)

    def with_array(self, array: ArrayLike, *, unit: str | None = None) -> Volume:
        """Other numbers on the same grid, in the same unit or another."""
        return replace(self, array=np.asarray(array), unit=unit or self.unit)

    def converted(self, unit: str) -> Volume:
        """The same amounts in another unit of the same base; per voxel and per mL are turned into each other.

        Raises InputError if the units do not measure the same (counts become activity by a calibration only).
        """
        target = UNITS.get(unit)
        own = UNITS[self.unit]
        if target is None or target.base != own.base:
            same = [name for name, known in UNITS.items() if known.base == own.base]
            must = f"must measure the same as {self.unit}: {', '.join(same)}"
            raise InputError("unit", [Fault(place="unit", must=must, got=repr(unit))])
        per_ml = {"extensive": 0, "density": 1, "intensive": 0}
        power = per_ml[own.quantity] - per_ml[target.quantity]
        factor = own.factor / target.factor * self.geometry.voxel_volume_ml**power
        return self if unit == self.unit else self.with_array(self.array * self.array.dtype.type(factor), unit=unit)

    def scaled(self, factor: float, *, unit: str | None = None, because: str) -> Volume:
        """Every value times a factor, in the same unit or another; `because` joins the conventions."""
        scaled = self.with_array(self.array * self.array.dtype.type(factor), unit=unit)
        return replace(scaled, conventions=(*self.conventions, because))

    def moved(self, transform: RigidTransform) -> Volume:
        """The image after a rigid motion: its grid turns, its numbers stay as they are."""
        return replace(self, geometry=self.geometry.moved(transform))

    def flipped(self, *axes: int) -> Volume:
        """The array reversed along these axes (0 z, 1 y, 2 x), every voxel at its place in the patient."""
        return replace(self, array=np.flip(self.array, axes), geometry=self.geometry.flipped(*axes))

    def cropped(self, first: tuple[int, int, int], shape: tuple[int, int, int]) -> Volume:
        """The part `first : first + shape`, both (z, y, x). Raises InputError if it leaves the grid."""
        geometry = self.geometry.cropped(first, shape)
        part = tuple(slice(a, a + n) for a, n in zip(first, shape, strict=True))
        return replace(self, array=self.array[part], geometry=geometry)

    def _adding_up(self) -> str:
        if self.quantity == "intensive":
            must = "must be an amount (per voxel or per mL) to add up"
            raise InputError("total", [Fault(place="unit", must=must, got=f"{self.unit}, which is averaged")])
        return self.unit


def as_floats(array: ArrayLike) -> Array:
    """The array as float32 or float64 without loss: float32 holds whole numbers of 16 bits exactly."""
    given = np.asarray(array)
    if given.dtype.kind == "f" and given.dtype.itemsize in (4, 8):
        return np.asarray(given, dtype=given.dtype.newbyteorder("="))
    narrow = given.dtype.kind in "biu" and given.dtype.itemsize <= 2
    return np.asarray(given, dtype=np.float32 if narrow else np.float64)


def _sum(array: Array) -> float:
    """The sum in double precision; NaN or infinite if any value is."""
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.sum(array, dtype=np.float64))
