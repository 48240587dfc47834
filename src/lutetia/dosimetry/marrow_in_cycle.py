"""Red marrow by blood samples in a cycle whose other sources are imaged: blood alone, or blood and image together.

The marrow region of the patient stands for all red marrow: its own S values and mass serve, and it holds the whole of
itself. The image method needs nothing of this: it is the region's dose as of any organ.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lutetia.dosimetry.activity_series import BloodSamples
from lutetia.dosimetry.marrow import MarrowDose, Measured, marrow_by_blood, marrow_hybrid
from lutetia.dosimetry.organ import STable
from lutetia.dosimetry.region_curve import region_curve
from lutetia.dosimetry.region_plan import MarrowPlan
from lutetia.dosimetry.region_result import RegionCurve
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate

KBQ_PER_MBQ = 1000.0
IMAGE_SENTENCE = (
    "Red marrow by the image method: the region stands for all red marrow; all activity in it counts as marrow's; "
    "absorption in trabecular bone is not modelled."
)


def blood_curve(
    blood: BloodSamples,
    plan: MarrowPlan,
    *,
    physical_half_life_h: float,
    administered_mbq: float,
    level: float = 0.95,
) -> RegionCurve:
    """The curve of the blood's concentration, in MBq per mL. Raises InputError as region_curve does."""
    values = np.asarray(blood.kbq_per_ml, dtype=np.float64) / KBQ_PER_MBQ
    times = np.asarray(blood.times_h, dtype=np.float64)
    u = np.full(values.shape, np.nan) if blood.u_fraction is None else blood.u_fraction * values
    return region_curve(
        times,
        values,
        u,
        plan.blood_curve,
        names=tuple(f"{t:g} h" for t in times),
        physical_half_life_h=physical_half_life_h,
        administered_mbq=administered_mbq,
        level=level,
    )


def marrow_from_blood(
    name: str,
    plan: MarrowPlan,
    blood: RegionCurve,
    table: STable,
    areas: Mapping[str, Estimate],
    *,
    u_mass_fraction: float,
    density_g_per_ml: float,
) -> MarrowDose:
    """The marrow's dose by the plan's method, blood or hybrid, with cross-dose from all areas but its own.

    Raises InputError where hybrid lacks the marrow region's area, and as the marrow methods do.
    """
    if plan.ratio is None:  # MarrowPlan refuses it
        raise InputError("marrow", [Fault(place="ratio", must="must be given")])
    cross = {source: area for source, area in areas.items() if source != name}
    if plan.method == "blood":
        return marrow_by_blood(
            table, blood.tia_mbq_h, plan.ratio, cross_tia_mbq_h=cross, marrow=name, density_g_per_ml=density_g_per_ml
        )
    if name not in areas:
        raise InputError("marrow", [Fault(place=name, must="must have an area from the images for the hybrid method")])
    mass_g = table.reference_masses_g[name]
    itself = "the region stands for all red marrow"
    return marrow_hybrid(
        table,
        blood.tia_mbq_h,
        plan.ratio,
        areas[name],
        Measured(value=1.0, u=0.0, source=itself),
        Measured(value=mass_g, u=u_mass_fraction * mass_g, source="outline of the region"),
        cross_tia_mbq_h=cross,
        marrow=name,
        density_g_per_ml=density_g_per_ml,
    )
