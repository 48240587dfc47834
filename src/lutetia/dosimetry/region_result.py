"""What came out for each region and for the cycle: activities, curve, area, dose with its budget, BED, histogram."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.dosimetry.curve import Curve, Floats
from lutetia.dosimetry.curve_choice import CurveChoice
from lutetia.dosimetry.dose_volume import DoseVolume
from lutetia.dosimetry.fit import CurveFit
from lutetia.dosimetry.ledger import Cycle
from lutetia.dosimetry.marrow import MarrowDose
from lutetia.dosimetry.population_curve import PopulationFit
from lutetia.dosimetry.radiobiology import Bed, Eqd2
from lutetia.dosimetry.region_plan import Engine, PartialVolume, Role
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.single_time_point import SingleTimePoint
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import VoxelDose
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionCurve:
    """The curve through a region's activities: `curve` gives value, slope and area; `tia_mbq_h` its area with the u of
    the fit alone (calibration, recovery and outline come later). `u_before_first_mbq_h` is for what no scan saw.

    `found` is the full result behind it. `model` is its name, `share_beyond_last_fraction` and
    `share_before_first_fraction` the parts of the area outside the scans. `flags` are words, `cautions` their
    sentences.
    """

    model: str
    curve: Curve
    tia_mbq_h: Estimate
    u_before_first_mbq_h: float
    share_beyond_last_fraction: float
    share_before_first_fraction: float
    flags: tuple[str, ...]
    cautions: tuple[str, ...]
    conventions: tuple[str, ...]
    found: CurveChoice | CurveFit | SingleTimePoint | PopulationFit

    def u_activity_mbq(self, at_h: ArrayLike) -> Floats:
        """Standard uncertainty of the curve at the times, same shape, for a band; nan where it is not known."""
        fit = self.found.chosen if isinstance(self.found, CurveChoice) else self.found
        if isinstance(fit, CurveFit):
            return fit.u_activity_mbq(at_h)
        return np.full(np.shape(at_h), np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionResult:
    """One region of one cycle.

    Arrays are (n,) over the scans: hours, activity in MBq after all corrections, its random u (k = 1, nan where not
    known) and the recovery divided by (1 without correction). `tia_mbq_h` and `dose` carry all known sources of u.
    `parts_gy` is the dose by source region. `bed` and `eqd2` only where a tissue was given; `protraction_fraction` is
    their Lea-Catcheside factor G. `marrow` is the result of the marrow method. Where no curve or dose could be found,
    `curve`, `tia_mbq_h` and `dose` are None and `why` says why.
    """

    name: str
    role: Role
    rule: str
    volume_ml: float
    u_volume_fraction: float
    mass_g: float
    partial_volume: PartialVolume
    engine: Engine
    times_h: Floats
    activity_mbq: Floats
    u_activity_mbq: Floats
    recovery_fraction: Floats
    curve: RegionCurve | None
    tia_mbq_h: Estimate | None
    dose: AbsorbedDose | None
    parts_gy: Mapping[str, float]
    protraction_fraction: float | None
    bed: Bed | None
    eqd2: Eqd2 | None
    marrow: MarrowDose | None
    dose_volume: DoseVolume | None
    flags: tuple[str, ...]
    cautions: tuple[str, ...]
    why: str | None
    conventions: tuple[str, ...]

    @property
    def self_gy(self) -> float | None:
        """What the region gives itself."""
        return self.parts_gy.get(self.name)

    def record(self, administered_mbq: float) -> dict[str, Any]:
        """One tidy row: plain numbers and texts, None for what is not known."""
        tia, dose, curve = self.tia_mbq_h, self.dose, self.curve
        gy = None if dose is None else dose.gy
        return {
            "region": self.name,
            "role": self.role,
            "rule": self.rule,
            "volume_ml": self.volume_ml,
            "u_volume_pct": 100 * self.u_volume_fraction,
            "mass_g": self.mass_g,
            "partial_volume": self.partial_volume,
            "engine": self.engine,
            "n_scans": int(self.times_h.size),
            "model": None if curve is None else curve.model,
            "tia_mbq_h": None if tia is None else tia.estimate,
            "u_tia_mbq_h": None if tia is None else tia.std_error,
            "tia_per_administered_h": None if tia is None else (tia.estimate or 0.0) / administered_mbq,
            "extrapolated_pct": None if curve is None else 100 * curve.share_beyond_last_fraction,
            "dose_gy": gy,
            "u_dose_gy": None if dose is None else dose.u_gy,
            "dose_gy_per_gbq": None if gy is None else 1000 * gy / administered_mbq,
            "self_dose_gy": self.self_gy,
            "cross_dose_gy": None if gy is None or self.self_gy is None else gy - self.self_gy,
            "bed_gy": None if self.bed is None else self.bed.bed_gy,
            "u_bed_gy": None if self.bed is None else self.bed.u_bed_gy,
            "eqd2_gy": None if self.eqd2 is None else self.eqd2.eqd2_gy,
            "map_mean_gy": None if self.dose_volume is None else self.dose_volume.mean_gy,
            "flags": " ".join(self.flags),
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CycleDose:
    """The doses of one cycle.

    `outlines` are the regions on the grid of the maps; `dose_map` the voxel map on that grid (Gy) and `tia_map` the map
    of the time-integrated activity it was made from, None where none was asked for. `alarms` are sentences for what a
    person must look at before the result is used; `conventions` says how all of it was done; `left_out` what the result
    does not rest on.
    """

    nuclide: str
    administered_mbq: float
    regions: tuple[RegionResult, ...]
    outlines: RegionSet
    dose_map: VoxelDose | None
    engine: Engine
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    alarms: tuple[str, ...]
    tia_map: Volume | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The regions, in order."""
        return tuple(region.name for region in self.regions)

    def region(self, name: str) -> RegionResult:
        """The region of this name. Raises InputError for a name not there."""
        for region in self.regions:
            if region.name == name:
                return region
        must = f"must be one of {', '.join(self.names)}"
        raise InputError("CycleDose", [Fault(place="region", must=must, got=repr(name))])

    def records(self) -> list[dict[str, Any]]:
        """One tidy row for each region; keys end in their unit."""
        return [region.record(self.administered_mbq) for region in self.regions]

    def activity_records(self) -> list[dict[str, Any]]:
        """One tidy row for each region and scan."""
        return [
            {
                "region": region.name,
                "after_h": float(at_h),
                "activity_mbq": float(mbq),
                "u_activity_mbq": float(u) if np.isfinite(u) else None,
                "recovery_fraction": float(share),
            }
            for region in self.regions
            for at_h, mbq, u, share in zip(
                region.times_h, region.activity_mbq, region.u_activity_mbq, region.recovery_fraction, strict=True
            )
        ]

    def budget_records(self) -> list[dict[str, Any]]:
        """One tidy row for each region and source of uncertainty; the effect is None where its size is not known."""
        rows: list[dict[str, Any]] = []
        for region in self.regions:
            if region.dose is None:
                continue
            for c in region.dose.budget:
                rows.append({"region": region.name, "source": c.name, "effect_gy": c.effect_gy, "is_shared": c.shared})
            for name in region.dose.unknown:
                rows.append({"region": region.name, "source": name, "effect_gy": None, "is_shared": None})
        return rows

    def part_records(self) -> list[dict[str, Any]]:
        """One tidy row for each target and source region."""
        return [
            {"region": region.name, "source_region": source, "dose_gy": gy}
            for region in self.regions
            for source, gy in region.parts_gy.items()
        ]

    def cycle(self, organs: Iterable[str] | None = None) -> Cycle:
        """The cycle as the ledger keeps it: doses of these regions (all with a dose, unless named) and their G.

        Raises InputError for a region without a dose that was named: unknown is not 0.
        """
        chosen = [self.region(name) for name in organs] if organs is not None else list(self.regions)
        lacking = [region for region in chosen if region.dose is None]
        if organs is not None and lacking:
            raise InputError(
                "CycleDose",
                [Fault(place=r.name, must="must have a dose to enter the ledger", got=r.why) for r in lacking],
            )
        known = [region for region in chosen if region.dose is not None]
        return Cycle(
            activity_mbq=self.administered_mbq,
            absorbed={region.name: region.dose for region in known if region.dose is not None},
            g_factors={
                region.name: region.protraction_fraction for region in known if region.protraction_fraction is not None
            },
        )
