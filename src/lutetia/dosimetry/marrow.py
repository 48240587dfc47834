"""Red marrow by three methods, each named with formula, source and inputs. They differ by a factor of two and more.

blood   D_self = C̃ ratio m_ref/ρ S_ref           activity that circulates; the patient's marrow mass cancels
image   D_self = Ã/f S_ref m_ref/m               all activity seen in a stretch of marrow
hybrid  D_self = C̃ ratio m_ref/ρ S_ref + (Ã − C̃ ratio f m/ρ)/f S_ref m_ref/m          circulating + bound

C̃: area of the blood's concentration; Ã: area of the region; f: its share of all red marrow; m: the patient's red
marrow mass; S_ref, m_ref: the table's self-S and mass. Each adds the cross-dose Σ Ã(source) S(marrow ← source). The
ratio of concentrations in marrow and blood is 1 for this peptide (Forrer et al., Eur J Nucl Med Mol Imaging 2009; 36:
1138, abstract), or 0.19 / (1 − haematocrit) for what stays in plasma (Sgouros, J Nucl Med 1993; 34: 689). Hybrid splits
the image into non-specific (blood) and specific parts, as PMC10478826 (2023) does in its table 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.organ import STable
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate

MarrowMethod = Literal["blood", "image", "hybrid"]
PLASMA_SHARE = 0.19  # extracellular fluid of marrow over its volume (Sgouros 1993); an argument below
FORMULA: dict[MarrowMethod, str] = {
    "blood": "area of the blood's concentration · ratio · reference marrow mass / density · S(marrow ← marrow)",
    "image": "area of the region / its share of marrow · S(marrow ← marrow) · reference mass / patient mass",
    "hybrid": "blood part as by blood, and the region's area beyond its blood part as by image",
}
S_VALUES = "S values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number with its standard uncertainty (k = 1; None: not known) and where it comes from."""

    value: float
    u: float | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarrowDose:
    """Absorbed dose to the red marrow: method, parts and what it rests on.

    `circulating_gy` and `bound_gy` are parts of `self_gy`, None where the method does not tell them apart. The flag
    `negative_bound_part` says that the image held less than the blood's share alone: 0 was taken.
    """

    method: MarrowMethod
    absorbed: AbsorbedDose
    self_gy: float
    circulating_gy: float | None
    bound_gy: float | None
    cross_gy: float
    flags: tuple[str, ...]
    conventions: tuple[str, ...]


def plasma_ratio_fraction(haematocrit_fraction: float, extracellular_fraction: float = PLASMA_SHARE) -> float:
    """Marrow over blood concentration for activity that stays in plasma: 0.19 / (1 − haematocrit) (Sgouros 1993).

    Raises InputError for a haematocrit outside 0 … 0.8.
    """
    if not 0 < haematocrit_fraction < 0.8:
        fault = Fault(
            place="haematocrit_fraction",
            must="must lie between 0 and 0.8",
            got=f"{haematocrit_fraction}",
            do="Given in per cent? Use 0.40 for 40 %.",
        )
        raise InputError("plasma_ratio_fraction", [fault])
    return extracellular_fraction / (1 - haematocrit_fraction)


def marrow_by_blood(
    table: STable,
    blood_tia_mbq_h_per_ml: Estimate,
    ratio: Measured,
    *,
    cross_tia_mbq_h: Mapping[str, Estimate],
    marrow: str = "red marrow",
    density_g_per_ml: float = 1.03,
) -> MarrowDose:
    """Self-dose from blood samples with the cross-dose of other sources (which may be empty).

    `ratio` is marrow over blood concentration. Raises InputError for values not above 0 and S values the table lacks.
    """
    inputs = {"blood curve": _measured(blood_tia_mbq_h_per_ml), "marrow to blood ratio": ratio}
    _refuse(inputs, table, marrow, cross_tia_mbq_h, density_g_per_ml)
    per_ml = table.reference_masses_g[marrow] / density_g_per_ml * table.s_gy_per_mbq_h[marrow, marrow]

    def circulating(v: Mapping[str, float]) -> float:
        return v["blood curve"] * v["marrow to blood ratio"] * per_ml

    self_gy = circulating(_values(inputs))
    return _result("blood", circulating, inputs, table, marrow, cross_tia_mbq_h, (self_gy, 0.0), density_g_per_ml)


def marrow_by_image(
    table: STable,
    region_tia_mbq_h: Estimate,
    share_of_marrow: Measured,
    marrow_mass_g: Measured,
    *,
    cross_tia_mbq_h: Mapping[str, Estimate],
    marrow: str = "red marrow",
) -> MarrowDose:
    """Self-dose from the activity in a stretch of marrow that holds `share_of_marrow` of it (0 … 1), with cross-dose.

    All activity of the region counts as marrow's. Raises InputError as marrow_by_blood.
    """
    inputs = _image_inputs(region_tia_mbq_h, share_of_marrow, marrow_mass_g)
    _refuse(inputs, table, marrow, cross_tia_mbq_h)
    s_mass = table.s_gy_per_mbq_h[marrow, marrow] * table.reference_masses_g[marrow]

    def seen(v: Mapping[str, float]) -> float:
        return v["region's curve"] / v["share of marrow"] * s_mass / v["marrow mass"]

    return _result("image", seen, inputs, table, marrow, cross_tia_mbq_h, (None, None), None)


def marrow_hybrid(
    table: STable,
    blood_tia_mbq_h_per_ml: Estimate,
    ratio: Measured,
    region_tia_mbq_h: Estimate,
    share_of_marrow: Measured,
    marrow_mass_g: Measured,
    *,
    cross_tia_mbq_h: Mapping[str, Estimate],
    marrow: str = "red marrow",
    density_g_per_ml: float = 1.03,
) -> MarrowDose:
    """What circulates from blood samples, what is bound from the image beyond its blood part, with cross-dose.

    A bound part below 0 is taken as 0 and flagged. Raises InputError as marrow_by_blood.
    """
    inputs = _image_inputs(region_tia_mbq_h, share_of_marrow, marrow_mass_g)
    inputs |= {"blood curve": _measured(blood_tia_mbq_h_per_ml), "marrow to blood ratio": ratio}
    _refuse(inputs, table, marrow, cross_tia_mbq_h, density_g_per_ml)
    s_mass = table.s_gy_per_mbq_h[marrow, marrow] * table.reference_masses_g[marrow]

    def circulating(v: Mapping[str, float]) -> float:
        return v["blood curve"] * v["marrow to blood ratio"] * s_mass / density_g_per_ml

    def bound(v: Mapping[str, float]) -> float:
        seen = v["region's curve"] / v["share of marrow"] * s_mass / v["marrow mass"]
        return max(seen - circulating(v), 0.0)

    parts = circulating(_values(inputs)), bound(_values(inputs))
    return _result(
        "hybrid",
        lambda v: circulating(v) + bound(v),
        inputs,
        table,
        marrow,
        cross_tia_mbq_h,
        parts,
        density_g_per_ml,
    )


def _measured(area: Estimate) -> Measured:
    value = float("nan") if area.estimate is None else float(area.estimate)
    return Measured(value=value, u=area.std_error, source="fitted curve")


def _image_inputs(region: Estimate, share: Measured, mass_g: Measured) -> dict[str, Measured]:
    return {"region's curve": _measured(region), "share of marrow": share, "marrow mass": mass_g}


def _values(inputs: Mapping[str, Measured]) -> dict[str, float]:
    return {name: given.value for name, given in inputs.items()}


def _result(
    method: MarrowMethod,
    self_dose_gy: Callable[[Mapping[str, float]], float],
    inputs: Mapping[str, Measured],
    table: STable,
    marrow: str,
    cross_tia_mbq_h: Mapping[str, Estimate],
    parts_gy: tuple[float | None, float | None],
    density_g_per_ml: float | None,
) -> MarrowDose:
    self_gy = self_dose_gy(_values(inputs))
    crosses = {name: (area, table.s_gy_per_mbq_h[marrow, name]) for name, area in cross_tia_mbq_h.items()}
    cross_gy = sum(_measured(area).value * s for area, s in crosses.values())
    budget = [
        Component(name=name, effect_gy=_effect_gy(self_dose_gy, inputs, name, given.u))
        for name, given in inputs.items()
        if given.u is not None
    ]
    unknown = [name for name, given in inputs.items() if given.u is None]
    for name, (area, s) in crosses.items():
        if area.std_error is None:
            unknown.append(f"curve of {name}")
        else:
            budget.append(Component(name=f"curve of {name}", effect_gy=area.std_error * s))
    if table.u_fraction is None:
        unknown.append(S_VALUES)
    else:
        budget.append(Component(name=S_VALUES, effect_gy=table.u_fraction * (self_gy + cross_gy), shared=True))
    negative = method == "hybrid" and parts_gy[1] == 0
    return MarrowDose(
        method=method,
        absorbed=AbsorbedDose(gy=self_gy + cross_gy, budget=tuple(budget), unknown=tuple(unknown)),
        self_gy=self_gy,
        circulating_gy=parts_gy[0],
        bound_gy=parts_gy[1],
        cross_gy=cross_gy,
        flags=("negative_bound_part",) if negative else (),
        conventions=_conventions(method, inputs, table, cross_tia_mbq_h, density_g_per_ml),
    )


def _effect_gy(
    self_dose_gy: Callable[[Mapping[str, float]], float], inputs: Mapping[str, Measured], name: str, u: float
) -> float:
    """By how much the dose moves with the input's standard uncertainty, from a small step both ways."""
    value, share = inputs[name].value, 1e-4
    up, down = (self_dose_gy(_values(inputs) | {name: value * (1 + way * share)}) for way in (1, -1))
    return (up - down) / (2 * share * value) * u


def _conventions(
    method: MarrowMethod,
    inputs: Mapping[str, Measured],
    table: STable,
    cross_tia_mbq_h: Mapping[str, Estimate],
    density_g_per_ml: float | None,
) -> tuple[str, ...]:
    cross = ", ".join(cross_tia_mbq_h) or "none"
    density = () if density_g_per_ml is None else (f"1 mL of marrow weighs {density_g_per_ml:g} g.",)
    return (
        f"Red marrow by the {method} method: {FORMULA[method]}.",
        *(f"{name[0].upper()}{name[1:]} {given.value:g}: {given.source}." for name, given in inputs.items()),
        f"S values: {table.source}; self-S scales with reference mass / patient mass. Cross-dose from: {cross}.",
        *density,
    )


def _refuse(
    inputs: Mapping[str, Measured],
    table: STable,
    marrow: str,
    cross_tia_mbq_h: Mapping[str, Estimate],
    density_g_per_ml: float = 1.0,
) -> None:
    faults = [
        Fault(place=name, must="must be above 0, none missing", got=f"{given.value}")
        for name, given in inputs.items()
        if not given.value > 0
    ]
    share = inputs.get("share of marrow")
    if share is not None and share.value > 1:
        faults.append(Fault(place="share of marrow", must="must be at most 1", got=f"{share.value}"))
    if not density_g_per_ml > 0:
        faults.append(Fault(place="density_g_per_ml", must="must be above 0", got=f"{density_g_per_ml}"))
    lacking = [name for name in (marrow, *cross_tia_mbq_h) if (marrow, name) not in table.s_gy_per_mbq_h]
    faults += [Fault(place="table", must=f"the S table must hold {marrow} ← {name}") for name in lacking]
    if marrow not in table.reference_masses_g:
        faults.append(Fault(place="reference_masses_g", must=f"must hold the mass of {marrow}"))
    for name, area in cross_tia_mbq_h.items():
        if area.estimate is None or not area.estimate >= 0:
            must = "must be an area of 0 or above"
            faults.append(Fault(place=f"cross_tia_mbq_h[{name}]", must=must, got=f"{area.estimate}"))
    if faults:
        raise InputError("marrow", faults)
