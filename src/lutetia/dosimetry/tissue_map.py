"""What each voxel is made of, from its mass density: classes of tissue with their share of known media."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.sources import SourcedTable, load_yaml_table

Classes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueClass:
    """Tissue below this density and not below that of the class before it, as mass fractions of media."""

    name: str
    below_g_per_ml: float
    media_fraction: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TissueMap:
    """Density and tissue of every voxel: `tissue` (z, y, x) holds the place of the voxel's class in `classes`."""

    density: Volume
    tissue: Classes
    classes: tuple[TissueClass, ...]
    conventions: tuple[str, ...]

    @property
    def volume_ml(self) -> dict[str, float]:
        """The volume of each class that occurs."""
        counts = np.bincount(self.tissue.ravel(), minlength=len(self.classes))
        voxel_ml = self.density.geometry.voxel_volume_ml
        return {c.name: float(n) * voxel_ml for c, n in zip(self.classes, counts, strict=True) if n}


def tissue_map(density: Volume) -> TissueMap:
    """The tissue of every voxel of a density volume in g/mL. Raises InputError for another unit or negative values."""
    faults = []
    if density.unit != "g/mL":
        do = "A CT in HU becomes a density by density_from_ct."
        faults.append(Fault(place="density", must="must be a volume in g/mL", got=density.unit, do=do))
    elif not float(density.array.min()) >= 0:
        least = f"{float(density.array.min()):g} g/mL"
        faults.append(Fault(place="density", must="must not be negative", got=least))
    if faults:
        raise InputError("tissue_map", faults)
    return TissueMap(
        density=density,
        tissue=tissue_class_at(density.array),
        classes=tissue_classes(),
        conventions=(*density.conventions, SENTENCE),
    )


SENTENCE = (
    "Tissue by density: air below 0.05 g/mL, lung to 0.9, adipose to 0.97, soft tissue to 1.125, then soft tissue "
    "mixed with cortical bone, cortical bone from 1.825; each voxel has its own density."
)


def tissue_class_at(density_g_per_ml: ArrayLike) -> Classes:
    """The place in `tissue_classes` for each density (any shape)."""
    limits = np.array([tissue.below_g_per_ml for tissue in tissue_classes()[:-1]])
    return np.searchsorted(limits, np.asarray(density_g_per_ml), side="right").astype(np.uint8)


def air_below_g_per_ml() -> float:
    """The density below which a voxel is air."""
    return tissue_classes()[0].below_g_per_ml


@cache
def tissue_classes() -> tuple[TissueClass, ...]:
    """All classes by rising density."""
    return tuple(_tissue_class(name, row) for name, row in tissue_table().table["classes"].items())


@cache
def tissue_table() -> SourcedTable:
    """The classes with their provenance."""
    return load_yaml_table("lutetia.dosimetry", "data/tissue_classes.yaml")


def _tissue_class(name: str, row: Mapping[str, Any]) -> TissueClass:
    return TissueClass(
        name=name,
        below_g_per_ml=float(row.get("below_g_per_ml", np.inf)),
        media_fraction={medium: float(share) for medium, share in row["mass_fractions"].items()},
    )
