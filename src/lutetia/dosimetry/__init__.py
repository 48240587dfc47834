"""Absorbed dose from quantitative images: physics, curves, organs, voxels, uncertainty. Arrays in, arrays out.

Each public name is imported with its module on first use (PEP 562), so that importing the room stays light.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers see; one line per public name whose type matters to a caller
    from lutetia.dosimetry.kernel import RadialKernel as RadialKernel
    from lutetia.dosimetry.kernel import radial_kernel as radial_kernel
    from lutetia.dosimetry.nuclide import Nuclide as Nuclide
    from lutetia.dosimetry.nuclide import nuclide as nuclide
    from lutetia.dosimetry.sphere import SelfDose as SelfDose
    from lutetia.dosimetry.sphere import ellipsoid_s_gy_per_bq_s as ellipsoid_s_gy_per_bq_s
    from lutetia.dosimetry.sphere import organ_self_s_gy_per_bq_s as organ_self_s_gy_per_bq_s
    from lutetia.dosimetry.sphere import self_dose as self_dose
    from lutetia.dosimetry.sphere import sphere_s_gy_per_bq_s as sphere_s_gy_per_bq_s
    from lutetia.dosimetry.voxel_kernel import VoxelKernel as VoxelKernel
    from lutetia.dosimetry.voxel_kernel import voxel_kernel as voxel_kernel

# Public name → module of this room that brings it.
_MODULE_OF = {
    "Nuclide": "nuclide",
    "nuclide": "nuclide",
    "RadialKernel": "kernel",
    "radial_kernel": "kernel",
    "VoxelKernel": "voxel_kernel",
    "voxel_kernel": "voxel_kernel",
    "SelfDose": "sphere",
    "self_dose": "sphere",
    "sphere_s_gy_per_bq_s": "sphere",
    "ellipsoid_s_gy_per_bq_s": "sphere",
    "organ_self_s_gy_per_bq_s": "sphere",
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"lutetia.dosimetry.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'lutetia.dosimetry' has no attribute {name!r}")


class _Room(ModuleType):
    """A room in which `nuclide` is always the function, never the module of the same name.

    Importing a module sets it as an attribute of its package and would hide the function; here such a name is kept
    free.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _MODULE_OF):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
