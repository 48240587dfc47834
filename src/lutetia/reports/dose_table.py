"""The table of organs and lesions of a cycle: one row for each region, notes by letter below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from lutetia.dosimetry.cycle_dose import CycleDose, RegionResult
from lutetia.reports.dose_numbers import NONE, UNKNOWN, per_cent, significant
from lutetia.reports.typography import aligned, sentence

COLUMNS: tuple[tuple[str, str], ...] = (
    ("mass_g", "Mass\ng"),
    ("effective_half_life_h", "T½ eff\nh"),
    ("tiac_h", "TIAC\nh"),
    ("extrapolated_pct", "After last\nscan, %"),
    ("dose_gy", "Absorbed\ndose, Gy"),
    ("u_pct", "u (k = 1)\n%"),
    ("dose_gy_per_gbq", "Gy per\nGBq"),
    ("bed_gy", "BED\nGy"),
    ("eqd2_gy", "EQD2\nGy"),
)
"""Key and title of each number column; the last two are no absorbed doses and stand apart."""
NO_DOSE_FROM = 2  # "BED" and "EQD2": the last columns


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRow:
    """One printed row: number, name, role, cells in the order of `COLUMNS`, letters of its notes; `why` where there is
    no dose."""

    number: int
    name: str
    role: str
    cells: tuple[str, ...]
    letters: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTable:
    """The rows, and the notes as (letter, sentence)."""

    rows: tuple[DoseRow, ...]
    notes: tuple[tuple[str, str], ...]


def dose_table(cycle: CycleDose) -> DoseTable:
    """The table of a cycle, in the order of its regions."""
    said = [_notes(region) for region in cycle.regions]
    distinct = list(dict.fromkeys(note for notes in said for note in notes))
    letter_of = {note: _letter(at) for at, note in enumerate(distinct)}
    cells = [_cells(region, cycle.administered_mbq) for region in cycle.regions]
    columns = [aligned(column) for column in zip(*cells, strict=True)] if cells else []
    rows = [
        DoseRow(
            number=at + 1,
            name=region.name,
            role=region.role,
            cells=tuple(column[at] for column in columns),
            letters=" ".join(letter_of[note] for note in distinct if note in said[at]),
            why=_why(region),
        )
        for at, region in enumerate(cycle.regions)
    ]
    return DoseTable(rows=tuple(rows), notes=tuple((letter_of[note], note) for note in distinct))


def effective_half_life_h(region: RegionResult) -> float | None:
    """The longest half-life of the region's curve: how it falls in the end. None without a curve."""
    return None if region.curve is None else region.curve.curve.half_life_range_h[1]


def _letter(at: int) -> str:
    return ascii_lowercase[at] if at < 26 else f"{ascii_lowercase[at // 26 - 1]}{ascii_lowercase[at % 26]}"


def _cells(region: RegionResult, administered_mbq: float) -> tuple[str, ...]:
    dose, tia = region.dose, region.tia_mbq_h
    tiac = None if tia is None or tia.estimate is None else tia.estimate / administered_mbq
    beyond = None if region.curve is None else region.curve.share_beyond_last_fraction
    return (
        significant(region.mass_g),
        significant(effective_half_life_h(region)),
        significant(tiac),
        per_cent(beyond),
        significant(None if dose is None else dose.gy),
        per_cent(None if dose is None else dose.u_fraction),
        significant(None if dose is None else 1000 * dose.gy / administered_mbq),
        NONE if region.bed is None else significant(region.bed.bed_gy),
        NONE if region.eqd2 is None else significant(region.eqd2.eqd2_gy),
    )


def _why(region: RegionResult) -> str:
    if region.dose is not None:
        return ""
    return region.why or "no reason given"


def _notes(region: RegionResult) -> list[str]:
    """What to know before using the row: cautions of the region and its curve, unknown sources, marrow method."""
    notes = [sentence(text) for text in (region.cautions or tuple(_plain(flag) for flag in region.flags))]
    if region.dose is None:
        notes.insert(0, sentence(f"no dose: {_why(region)}"))
    if region.dose is not None and region.dose.u_gy is None:
        sources = ", ".join(region.dose.unknown) or "no budget was made"
        notes.append(f"u is {UNKNOWN}: {sources}.")
    if region.marrow is not None:
        notes.append(f"Marrow by the {region.marrow.method} method.")
    if region.bed is not None:
        tissue = region.bed.tissue
        notes.append(f"BED with α/β = {tissue.alpha_beta_gy:g} Gy, repair half-time {tissue.repair_half_time_h:g} h.")
    return list(dict.fromkeys(notes))


def _plain(flag: str) -> str:
    return flag.replace("_", " ")


def region_rules(regions: Sequence[RegionResult]) -> tuple[str, ...]:
    """The Boolean rules of regions that are not as drawn, as sentences."""
    return tuple(f"{region.name} = {region.rule}." for region in regions if region.rule not in ("", region.name))
