"""Red marrow by three methods, each named with formula, source and inputs. They differ by a factor of two and more.

blood   D_self = C̃_blood · ratio · m_ref/ρ · S_ref      activity that circulates; the patient's mass cancels
image   D_self = Ã_region / f · S_ref · m_ref/m          all activity seen in a stretch of marrow
hybrid  D_self = blood + (Ã_region − C̃_blood · ratio · m_region/ρ) / f · S_ref · m_ref/m     circulating + bound

f is the share of all red marrow that lies in the region, m the patient's red marrow mass, m_region = f m. Each adds
the cross-dose Σ Ã(source) · S(marrow ← source). The ratio of concentrations in marrow and blood is 1 for this peptide
(Forrer et al., Eur J Nucl Med Mol Imaging 2009; 36: 1138) or 0.19 / (1 − haematocrit) for what stays in plasma
(Sgouros, J Nucl Med 1993; 34: 689). Hybrid splits as in J Nucl Med 2023 (PMC10478826, table 3: specific and
non-specific parts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.organ import STable
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate

MarrowMethod = Literal["blood", "image", "hybrid"]
PLASMA_SHARE = 0.19  # extracellular fluid of marrow over its volume (Sgouros 1993); a default, an argument below
FORMULA: dict[MarrowMethod, str] = {
    "blood": "self-dose = blood area per mL · ratio · reference marrow mass / density · S(marrow ← marrow)",
    "image": "self-dose = area of the region / its share of marrow · S(marrow ← marrow) · reference mass / patient mass",
    "hybrid": "self-dose = blood part + (area of the region − blood part in the region) / its share of marrow · "
    "S(marrow ← marrow) · reference mass / patient mass",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarrowRegion:
    """A stretch of marrow on the images: its area (with u as `std_error`), and the share of all red marrow in it."""

    tia_mbq_h: Estimate
    share_of_marrow_fraction: float
    source_of_share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarrowDose:
    """Absorbed dose to the red marrow: method, parts and what it rests on. `circulating_gy` and `bound_gy` are the
    parts of the self-dose where the method tells them apart; `flags` name what to doubt."""

    method: MarrowMethod
    absorbed: AbsorbedDose
    self_gy: float
    circulating_gy: float | None
    bound_gy: float | None
    cross_gy: float
    flags: tuple[str, ...]
    conventions: tuple[str, ...]


def plasma_ratio(haematocrit_fraction: float, extracellular_fraction: float = PLASMA_SHARE) -> float:
    """Marrow over blood concentration for activity that stays in plasma: 0.19 / (1 − haematocrit) (Sgouros 1993).

    Raises InputError for a haematocrit outside 0 … 0.8.
    """
    if not 0 < haematocrit_fraction < 0.8:
        must = "must lie between 0 and 0.8"
        fault = Fault(place="haematocrit_fraction", must=must, got=f"{haematocrit_fraction}", do="Given in %? Use 0.40.")
        raise InputError("plasma_ratio", [fault])
    return extracellular_fraction / (1 - haematocrit_fraction)


def marrow_dose(
    method: MarrowMethod,
    table: STable,
    *,
    marrow: str = "red marrow",
    blood_tia_mbq_h_per_ml: Estimate | None = None,
    marrow_to_blood_ratio: float | None = None,
    region: MarrowRegion | None = None,
    marrow_mass_g: float | None = None,
    density_g_per_ml: float = 1.03,
    cross_tia_mbq_h: Mapping[str, Estimate],
) -> MarrowDose:
    """Absorbed dose to the red marrow by the named method; `cross_tia_mbq_h` are the other sources (may be empty).

    Blood needs the area of the blood concentration and the ratio; image the region and the patient's marrow mass;
    hybrid both. What a method needs and does not get, and what the S table lacks, is refused with InputError.
    """
    given = (blood_tia_mbq_h_per_ml, marrow_to_blood_ratio, region, marrow_mass_g)
    if faults := [*_faults(method, *given), *_table_faults(table, marrow, cross_tia_mbq_h, density_g_per_ml)]:
        raise InputError("marrow_dose", faults)
    s_ref, m_ref = table.s_gy_per_mbq_h[marrow, marrow], table.reference_masses_g[marrow]
    per_blood = (marrow_to_blood_ratio or 0.0) * m_ref / density_g_per_ml * s_ref
    per_region, blood_in_region = 0.0, 0.0
    if region is not None and method != "blood" and marrow_mass_g is not None:
        per_region = s_ref * m_ref / marrow_mass_g / region.share_of_marrow_fraction
        if method == "hybrid":  # what circulates in the region is counted with the blood, so it comes off the image
            blood_in_region = per_blood
    blood = blood_tia_mbq_h_per_ml if method != "image" else None
    circulating = _area(blood) * per_blood
    bound = _area(region.tia_mbq_h) * per_region - _area(blood) * blood_in_region if region and per_region else 0.0
    flags = ("negative_bound_part",) if method == "hybrid" and bound < 0 else ()
    bound = max(bound, 0.0) if method == "hybrid" else bound
    blood_slope = per_blood - (blood_in_region if bound > 0 else 0.0)
    sources = [("blood curve", blood, blood_slope)]
    sources += [("region's curve", region.tia_mbq_h, per_region)] if region and bound > 0 else []
    sources += [(f"curve of {name}", area, table.s_gy_per_mbq_h[marrow, name]) for name, area in cross_tia_mbq_h.items()]
    cross = sum(_area(area) * table.s_gy_per_mbq_h[marrow, name] for name, area in cross_tia_mbq_h.items())
    total = circulating + bound + cross
    return MarrowDose(
        method=method,
        absorbed=_with_budget(total, sources, table),
        self_gy=circulating + bound,
        circulating_gy=None if method == "image" else circulating,
        bound_gy=bound if method == "hybrid" else (None if method == "image" else 0.0),
        cross_gy=cross,
        flags=flags,
        conventions=_conventions(method, table, given, density_g_per_ml, cross_tia_mbq_h),
    )


def _area(estimate: Estimate | None) -> float:
    return 0.0 if estimate is None or estimate.estimate is None else float(estimate.estimate)


def _with_budget(gy: float, sources: list[tuple[str, Estimate | None, float]], table: STable) -> AbsorbedDose:
    budget, unknown = [], ["marrow to blood ratio, marrow mass and its share in the region"]
    for name, area, slope in sources:
        if area is not None and area.std_error is None:
            unknown.append(name)
        elif area is not None and area.std_error is not None:
            budget.append(Component(name=name, effect_gy=area.std_error * slope))
    if table.u_fraction is None:
        unknown.append("S values")
    else:
        budget.append(Component(name="S values", effect_gy=table.u_fraction * gy, shared=True))
    return AbsorbedDose(gy=gy, budget=tuple(budget), unknown=tuple(unknown))
