"""What a reader must see first: alarms, regions without a dose, what was extrapolated, what is not known by name."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from lutetia.reports.cycle_report import CycleReport, Part
from lutetia.reports.dose_numbers import per_cent, significant
from lutetia.reports.typography import sentence

Kind = Literal["alarm", "no dose", "extrapolated", "not known"]
MOST_APART = 10.0  # of the map's mean from the table's dose: a 1 mL lesion loses three quarters to blur
MAP_NAMED = "Mean of the map"  # how an alarm of the study begins that says the same, with bounds of its own
MOST_NAMES = 5  # of regions in one warning; the table has all
MUCH_EXTRAPOLATED = 0.2  # of the area beyond the last scan: a choice of this report, printed with the warning
PART_WORDS: dict[Part, str] = {
    "ct": "CT",
    "dose": "dose map",
    "ledger": "earlier cycles",
    "plan": "plan",
    "regions": "outlines",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One warning with its kind."""

    kind: Kind
    text: str


def warnings_of(report: CycleReport) -> tuple[Alert, ...]:
    """All warnings, the gravest first."""
    return (
        *(Alert(kind="alarm", text=sentence(text)) for text in dict.fromkeys((*report.alarms, *report.cycle.alarms))),
        *_map_against_table(report),
        *_without_dose(report),
        *_extrapolated(report),
        *_not_known(report),
    )


def _map_against_table(report: CycleReport) -> list[Alert]:
    """Regions whose mean on the map and dose in the table are worlds apart: more than blur can do."""
    apart = [
        f"{region.name} {significant(region.dose_volume.mean_gy)} and {significant(region.dose.gy)} Gy"
        for region in report.cycle.regions
        if region.dose is not None and region.dose_volume is not None
        and not 1 / MOST_APART <= _ratio(region.dose_volume.mean_gy, region.dose.gy) <= MOST_APART
    ]  # fmt: skip
    if not apart or any(text.startswith(MAP_NAMED) for text in report.alarms):
        return []
    more = f" and {len(apart) - MOST_NAMES} more" if len(apart) > MOST_NAMES else ""
    text = f"Mean of the map and dose of the table differ by a factor above {MOST_APART:g}"
    return [Alert(kind="alarm", text=f"{text}: {', '.join(apart[:MOST_NAMES])}{more}.")]


def _ratio(one_gy: float, other_gy: float) -> float:
    if other_gy == 0:
        return 1.0 if one_gy == 0 else inf
    return one_gy / other_gy


def _without_dose(report: CycleReport) -> list[Alert]:
    lost = [region for region in report.cycle.regions if region.dose is None]
    return [
        Alert(kind="no dose", text=sentence(f"{region.name}: {region.why or 'no reason given'}")) for region in lost
    ]


def _extrapolated(report: CycleReport) -> list[Alert]:
    shares = [
        (region.curve.share_beyond_last_fraction, region.name)
        for region in report.cycle.regions
        if region.curve is not None and region.curve.share_beyond_last_fraction > MUCH_EXTRAPOLATED
    ]
    if not shares:
        return []
    shares.sort(reverse=True)
    named = ", ".join(f"{name} {per_cent(share)} %" for share, name in shares[:MOST_NAMES])
    named += f" and {len(shares) - MOST_NAMES} more" if len(shares) > MOST_NAMES else ""
    text = f"More than {100 * MUCH_EXTRAPOLATED:g} % of the area lies after the last scan: {named}."
    return [Alert(kind="extrapolated", text=text)]


def _not_known(report: CycleReport) -> list[Alert]:
    """A line each for sources of uncertainty of unknown size, for data that are missing, for absent parts."""
    lines = [
        [sentence(text) for text in _unknown_sources(report)],
        [sentence(text) for text in report.missing],
        _absent_parts(report),
    ]
    return [Alert(kind="not known", text=" ".join(line)) for line in lines if line]


def _unknown_sources(report: CycleReport) -> list[str]:
    """Each source of unknown size with the regions whose u is unknown for it."""
    regions_of: dict[str, list[str]] = {}
    for region in report.cycle.regions:
        for source in region.dose.unknown if region.dose is not None else ():
            regions_of.setdefault(source, []).append(region.name)
    known = sum(region.dose is not None for region in report.cycle.regions)
    return [
        f"Uncertainty of {source}: so u of {'every dose' if len(names) == known else ', '.join(names)} is unknown"
        for source, names in regions_of.items()
    ]


def _absent_parts(report: CycleReport) -> list[str]:
    absent: dict[Part, bool] = {
        "ct": report.ct is None,
        "dose": report.dose_map is None,
        "ledger": report.ledger is None or not report.ledger.cycles,
        "plan": report.plan is None,
    }
    return [
        sentence(f"No {PART_WORDS[part]}: {report.why_not.get(part, 'not given')}")
        for part, is_absent in absent.items()
        if is_absent
    ]
