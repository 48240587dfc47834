"""Dose-volume histograms: how much of a region gets how much dose.

Voxels count with the share that belongs to the region. The curves are exact, not binned: V(d) is the volume that gets
at least d, and D(x) the highest dose that at least the share x of the volume gets (ICRU Report 83, section 3.6.2, for
the names). Only absorbed dose has these names here; a map of BED has a histogram of its own (`unit`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseVolume:
    """The doses in a region, lowest first: `dose_gy` (n,) and the volume `volume_ml` (n,) at each."""

    region: str
    rule: str
    dose_gy: Floats
    volume_ml: Floats
    conventions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Voxels that have a share in the region."""
        return int(self.dose_gy.size)

    @property
    def total_ml(self) -> float:
        """The volume of the region."""
        return float(self.volume_ml.sum())

    @property
    def mean_gy(self) -> float:
        """Mean dose over the volume."""
        return float(self.dose_gy @ self.volume_ml) / self.total_ml

    @property
    def std_gy(self) -> float:
        """Standard deviation of the dose over the volume."""
        return float(np.sqrt((self.dose_gy - self.mean_gy) ** 2 @ self.volume_ml / self.total_ml))

    @property
    def least_gy(self) -> float:
        """Lowest dose of a voxel with a share in the region."""
        return float(self.dose_gy[0])

    @property
    def most_gy(self) -> float:
        """Highest dose of a voxel with a share in the region."""
        return float(self.dose_gy[-1])

    def at_least_ml(self, dose_gy: ArrayLike) -> Floats:
        """V(d): the volume that gets at least the dose, same shape."""
        from_here = np.append(np.cumsum(self.volume_ml[::-1])[::-1], 0.0)
        return np.asarray(from_here[np.searchsorted(self.dose_gy, dose_gy, side="left")])

    def at_least_pct(self, dose_gy: ArrayLike) -> Floats:
        """V(d) as per cent of the region, such as V20Gy: `at_least_pct(20)`."""
        return 100 * self.at_least_ml(dose_gy) / self.total_ml

    def dose_to_pct_gy(self, volume_pct: ArrayLike) -> Floats:
        """D(x): the highest dose that at least x per cent of the volume gets, same shape; D98%: `dose_to_pct_gy(98)`.

        Raises InputError outside 0 to 100; D(0) is the highest dose.
        """
        share = np.asarray(volume_pct, dtype=np.float64)
        if not ((share >= 0) & (share <= 100)).all():
            raise InputError("dose_to_pct_gy", [Fault(place="volume_pct", must="must lie between 0 and 100")])
        from_here = np.cumsum(self.volume_ml[::-1])
        # the last voxel, counted from the hottest, that is needed to fill the share; rounding must not add one
        needed = np.searchsorted(from_here, share / 100 * self.total_ml * (1 - 1e-12), side="left")
        return np.asarray(self.dose_gy[::-1][np.minimum(needed, self.n - 1)])

    def dose_to_ml_gy(self, volume_ml: float) -> float:
        """The highest dose that at least this volume gets, such as D2cc. Raises InputError if the region is smaller."""
        if not 0 <= volume_ml <= self.total_ml:
            must = f"must lie between 0 and the region's {self.total_ml:.4g} mL"
            raise InputError("dose_to_ml_gy", [Fault(place="volume_ml", must=must, got=f"{volume_ml:g}")])
        return float(self.dose_to_pct_gy(100 * volume_ml / self.total_ml))

    def cumulative(self, steps: int = 200) -> tuple[Floats, Floats]:
        """Doses from 0 to the highest (Gy) and the per cent of the volume that gets at least each: for a curve."""
        doses = np.linspace(0, self.most_gy, steps + 1)
        return doses, self.at_least_pct(doses)

    def differential(self, edges_gy: ArrayLike) -> Floats:
        """Volume (mL) in each bin [edge, next edge), the last one closed: shape one less than `edges_gy`."""
        return np.histogram(self.dose_gy, np.asarray(edges_gy, dtype=np.float64), weights=self.volume_ml)[0]

    def generalised_eud_gy(self, *, exponent: float) -> float:
        """(Σ v dᵃ)^(1/a), v the share of the volume, a the `exponent` (Niemierko, Med Phys 1999; 26: 1100).

        1 is the mean, large values weigh hot spots (serial organs), negative ones cold spots (tumours; 0 with any voxel
        at 0 Gy). Raises InputError for an exponent of 0 or without end.
        """
        if exponent == 0 or not isfinite(exponent):
            raise InputError("generalised_eud_gy", [Fault(place="exponent", must="must not be 0", got=f"{exponent}")])
        top = self.most_gy if exponent > 0 else self.least_gy
        if top <= 0:
            return 0.0
        return top * float(((self.dose_gy / top) ** exponent @ self.volume_ml / self.total_ml) ** (1 / exponent))

    def survival_eud_gy(self, *, alpha_per_gy: float) -> float:
        """−ln(Σ v e^(−α d)) / α: the even dose that leaves as many cells (O'Donoghue, J Nucl Med 1999; 40: 1337).

        `alpha_per_gy` is the radiosensitivity, with no repair term. Raises InputError if it is not above 0.
        """
        if not alpha_per_gy > 0:
            must = "must be above 0"
            raise InputError("survival_eud_gy", [Fault(place="alpha_per_gy", must=must, got=f"{alpha_per_gy}")])
        least = self.least_gy  # taken out of the sum, so that e^(−α d) does not vanish
        left = np.exp(-alpha_per_gy * (self.dose_gy - least)) @ self.volume_ml / self.total_ml
        return least - float(np.log(left)) / alpha_per_gy


def dose_volume(dose: Volume, region: Region) -> DoseVolume:
    """The histogram of a dose map in a region of the same grid.

    Raises InputError for a volume that is not in Gy, another grid, a region without voxels.
    """
    if dose.unit != "Gy":
        raise InputError("dose_volume", [Fault(place="dose", must="must be a volume in Gy", got=dose.unit)])
    if not region.geometry.same_grid(dose.geometry):
        do = "Bring the region to the dose's grid (region_on)."
        raise InputError("dose_volume", [Fault(place=region.name, must="must lie on the grid of the dose", do=do)])
    box = bounding_box(region)
    shares = region.shares[box]
    taken = shares > 0
    doses, volumes = dose.array[box][taken].astype(np.float64), shares[taken] * dose.geometry.voxel_volume_ml
    order = np.argsort(doses, kind="stable")
    return DoseVolume(
        region=region.name,
        rule=region.rule,
        dose_gy=doses[order],
        volume_ml=np.asarray(volumes[order], dtype=np.float64),
        conventions=(
            f"{region.name} = {region.rule}.",
            "Each voxel counts with the share of its volume that lies in the region.",
            "V(d): volume with at least d. D(x): highest dose that at least x % of the volume gets. Exact, not binned.",
        ),
    )
