"""Absorbed dose of every voxel from the time-integrated activity of every voxel.

Two methods, each named in its result: the full kernel of the nuclide in a uniform medium (electrons, alpha particles,
photons and bremsstrahlung, to any distance: MIRD Pamphlet 17, J Nucl Med 1999;40:11S, without its cut-off), and local
deposition, which leaves the energy of the charged particles in the voxel of the decay and drops the photons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.kernel import RadialKernel
from lutetia.dosimetry.lattice_kernel import DECAYS_PER_MBQ_H, LatticeKernel, lattice_kernel
from lutetia.dosimetry.nuclide import JOULE_PER_MEV, Nuclide
from lutetia.dosimetry.two_scale import TwoScale, prepare
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

Method = Literal["full kernel", "local deposition"]
Singles = NDArray[np.float32]
Source = str | Nuclide | RadialKernel | LatticeKernel

LIGHTEST_TISSUE_G_PER_ML = 0.2  # lung has 0.2 to 0.4; what is lighter is air, whose dose means nothing
MEDIUM = "soft_tissue"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyBalance:
    """Where the energy of all decays went, MeV: deposited inside the image, or left it (or, locally deposited,
    dropped)."""

    emitted_mev: float
    deposited_mev: float

    @property
    def deposited_fraction(self) -> float:
        """Share of the emitted energy that the voxels of the image hold; 1 for an image without activity."""
        return self.deposited_mev / self.emitted_mev if self.emitted_mev > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoxelDose:
    """Absorbed dose of every voxel.

    `dose` is a volume in Gy on the grid of the activity. `error_bound_gy` is the largest error the convolution can make
    in any voxel, whatever the activity looks like (0 for local deposition); it is usually a tenth of that or less.
    """

    dose: Volume
    method: Method
    energy: EnergyBalance
    error_bound_gy: float
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def voxel_dose(
    tia: Volume,
    source: Source,
    *,
    method: Method = "full kernel",
    density: Volume | None = None,
    workers: int | None = None,
) -> VoxelDose:
    """Absorbed dose from a map of time-integrated activity (any unit of MBq h per voxel or per mL).

    `source` is a nuclide, such as "Lu-177", in ICRP soft tissue of 1.04 g/mL, or a kernel for the spacing of the map.
    `density` (g/mL, same grid) gives each voxel its own mass: the energy stays where the uniform medium put it.
    Raises InputError for another unit, negative or missing values, another grid, a kernel of another spacing.
    """
    per_voxel = _per_voxel(tia)
    kernel = kernel_for(source, tia.geometry.spacing_mm)
    _check(tia, method, density)
    dose_gy, energy, bound_gy = _LOCAL_OR_FULL[method](per_voxel, kernel, workers)
    conventions = [*kernel.conventions, *_METHOD_SENTENCES[method]]
    left_out: tuple[LeftOut, ...] = ()
    if density is not None:
        dose_gy, left_out = _reweighed(dose_gy, density, kernel.density_g_per_ml)
        conventions.append("Each voxel has the mass of its own density; energy is deposited as in the uniform medium.")
    return VoxelDose(
        dose=Volume(array=dose_gy, geometry=tia.geometry, unit="Gy"),
        method=method,
        energy=energy,
        error_bound_gy=bound_gy,
        conventions=tuple(conventions),
        left_out=left_out,
    )


def dose_map_gy(tia_mbq_h: NDArray[Any], kernel: LatticeKernel, *, workers: int | None = None) -> Singles:
    """Absorbed dose per voxel, same shape (z, y, x) as `tia_mbq_h` (MBq h in each voxel), with the full kernel.

    Raises InputError for negative or missing values.
    """
    return _full_kernel(np.asarray(tia_mbq_h), kernel, workers)[0]


def equilibrium_gy_per_mbq_h(kernel: LatticeKernel) -> float:
    """Dose far inside a large uniform source, per MBq h in each voxel: all the energy over the mass of the voxel."""
    return kernel.energy_mev * _gy_per_mbq_h_and_mev(kernel)


def _gy_per_mbq_h_and_mev(kernel: LatticeKernel) -> float:
    return DECAYS_PER_MBQ_H * JOULE_PER_MEV / _voxel_kg(kernel)


def _voxel_kg(kernel: LatticeKernel) -> float:
    return kernel.density_g_per_ml * float(np.prod(kernel.spacing_mm)) * 1e-6


def _full_kernel(
    tia_mbq_h: NDArray[Any], kernel: LatticeKernel, workers: int | None
) -> tuple[Singles, EnergyBalance, float]:
    whole_gy = equilibrium_gy_per_mbq_h(kernel)
    prepared = prepared_convolution(kernel, tia_mbq_h.shape)  # type: ignore[arg-type]
    dose_gy, given, summed, wrong = prepared.convolve(tia_mbq_h, workers)
    if wrong:
        _refuse_values(wrong)
    energy = _balance(given, summed, kernel)
    return dose_gy, energy, prepared.error_share * whole_gy * float(tia_mbq_h.max())


def _local(tia_mbq_h: NDArray[Any], kernel: LatticeKernel, _: int | None) -> tuple[Singles, EnergyBalance, float]:
    wrong = int(tia_mbq_h.size - np.count_nonzero((tia_mbq_h >= 0) & (tia_mbq_h < np.inf)))
    if wrong:
        _refuse_values(wrong)
    factor = kernel.charged_mev * _gy_per_mbq_h_and_mev(kernel)
    dose_gy = (tia_mbq_h * tia_mbq_h.dtype.type(factor)).astype(np.float32, copy=False)
    given = float(np.sum(tia_mbq_h, dtype=np.float64))
    return dose_gy, _balance(given, given * factor, kernel), 0.0


_LOCAL_OR_FULL = {"full kernel": _full_kernel, "local deposition": _local}
_METHOD_SENTENCES: dict[str, tuple[str, ...]] = {
    "full kernel": (
        "Full kernel to any distance, the medium endless: nothing is cropped, nothing wraps around.",
        "What leaves the image is counted as gone; activity outside the image gives no dose.",
    ),
    "local deposition": (
        "Local deposition: the energy of electrons and alpha particles stays in the voxel of the decay.",
        "Photons and bremsstrahlung are left out.",
    ),
}


def _balance(given_mbq_h: float, summed_gy: float, kernel: LatticeKernel) -> EnergyBalance:
    return EnergyBalance(
        emitted_mev=given_mbq_h * DECAYS_PER_MBQ_H * kernel.energy_mev,
        deposited_mev=summed_gy * _voxel_kg(kernel) / JOULE_PER_MEV,
    )


@lru_cache(maxsize=8)
def prepared_convolution(kernel: LatticeKernel, shape: tuple[int, int, int]) -> TwoScale:
    """The convolution for this kernel and shape (z, y, x), kept for the next map of the same patient."""
    return prepare(kernel.s_gy_per_mbq_h, kernel.spacing_mm, shape, equilibrium_gy_per_mbq_h(kernel))


@lru_cache(maxsize=8)
def _kernel_of(source: str | Nuclide | RadialKernel, spacing_mm: tuple[float, float, float]) -> LatticeKernel:
    return lattice_kernel(source, spacing_mm, medium=MEDIUM)


def kernel_for(source: Source, spacing_mm: tuple[float, float, float]) -> LatticeKernel:
    """The kernel of a nuclide for voxels of this spacing; a kernel is handed back. Raises InputError for another
    spacing."""
    kernel = _kernel_of(source, spacing_mm) if isinstance(source, str | Nuclide | RadialKernel) else source
    if not np.allclose(kernel.spacing_mm, spacing_mm, rtol=1e-4, atol=0):
        must = f"must be made for the spacing of the map, {spacing_mm} mm"
        raise InputError("voxel kernel", [Fault(place="source", must=must, got=str(kernel.spacing_mm))])
    return kernel


def _per_voxel(tia: Volume) -> NDArray[Any]:
    return np.asarray(tia.converted("MBq h").array)


def _check(tia: Volume, method: str, density: Volume | None) -> None:
    faults = []
    if method not in _LOCAL_OR_FULL:
        faults.append(Fault(place="method", must=f"must be one of {', '.join(_LOCAL_OR_FULL)}", got=repr(method)))
    if density is not None:
        faults += _density_faults(tia, density)
    if faults:
        raise InputError("voxel dose", faults)


def _density_faults(tia: Volume, density: Volume) -> list[Fault]:
    if density.unit != "g/mL":
        return [Fault(place="density", must="must be a volume in g/mL", got=density.unit)]
    if not density.geometry.same_grid(tia.geometry):
        do = "Resample it onto the grid of the activity."
        return [Fault(place="density", must="must lie on the grid of the activity", got="another grid", do=do)]
    if not float(density.array.min()) >= 0:
        return [Fault(place="density", must="must not be negative", got=f"{float(density.array.min()):g} g/mL")]
    return []


def _refuse_values(wrong: int) -> None:
    must = "must be zero or more in every voxel, and known"
    raise InputError("voxel dose", [Fault(place="tia", must=must, got=f"{wrong} voxels that are not")])


def _reweighed(dose_gy: Singles, density: Volume, uniform_g_per_ml: float) -> tuple[Singles, tuple[LeftOut, ...]]:
    own = density.array
    light = own < LIGHTEST_TISSUE_G_PER_ML
    scaled = (dose_gy * (uniform_g_per_ml / np.where(light, uniform_g_per_ml, own))).astype(np.float32)
    count = int(np.count_nonzero(light))
    why = f"voxels lighter than {LIGHTEST_TISSUE_G_PER_ML:g} g/mL: they keep the dose of the uniform medium"
    return scaled, (LeftOut(count=count, why=why),) if count else ()
