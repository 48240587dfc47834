"""The figures of a cycle's report: results become curves, histograms, budget, cumulative columns and slices."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lutetia.dosimetry.cycle_dose import RegionResult
from lutetia.dosimetry.region import Region
from lutetia.plots.cumulative_dose import CumulativePanel, cumulative_dose_figure
from lutetia.plots.dose_budget import BudgetBar, dose_budget_figure
from lutetia.plots.dose_overlay import Picture, dose_overlay
from lutetia.plots.dose_volume_histogram import MOST_CURVES, dose_volume_figure
from lutetia.plots.figure import Figure
from lutetia.plots.time_activity import ActivityPanel, time_activity_figure
from lutetia.reports.cycle_report import CycleReport
from lutetia.reports.dose_numbers import per_cent, significant
from lutetia.reports.dose_table import effective_half_life_h

MOST_PANELS = 6  # of time-activity curves on the page; all of them stand behind it
LEFT_PX, RIGHT_PX, RIGHT_MM, WIDE_PX = 404.0, 280.0, 74.0, 704.0  # of the page's columns, 96 pixels an inch
MODEL_WORDS = {
    "mono": "mono",
    "mono_uptake": "mono+uptake",
    "bi": "bi",
    "bi_uptake": "bi+uptake",
    "tri": "tri",
    "tri_uptake": "tri+uptake",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sketch:
    """A figure drawn once: its SVG, ids that no other figure of the page has, and its words for a reader."""

    svg: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseFigures:
    """The drawn figures. `curves` are those of the page, `all_curves` of every region where there are more.

    `overlay_why` says why there is no overlay; `not_drawn` names regions without a place in a figure.
    """

    curves: Sketch
    all_curves: Sketch | None
    histogram: Sketch | None
    budget: Sketch
    cumulative: Sketch | None
    overlay: Picture | None
    overlay_words: str
    overlay_why: str
    map_words: str
    not_drawn: tuple[str, ...]


def dose_figures(
    report: CycleReport, panels: Sequence[CumulativePanel], *, told: Callable[[str], None] = lambda step: None
) -> DoseFigures:
    """The figures of a report; `panels` are the cumulative values. `told` hears each step."""
    ordered = telling_first(report)
    told("Figures: curves, histograms, budget")
    activity = [_activity_panel(region) for region in ordered if region.times_h.size]
    histograms = [region.dose_volume for region in ordered if region.dose_volume is not None]
    bars = [BudgetBar(name=region.name, dose=region.dose, why=region.why or "") for region in report.cycle.regions]
    told("Figure: dose on CT")
    overlay, words, why = _overlay(report)
    crowded = len(bars) > 8
    few = time_activity_figure(activity[:MOST_PANELS], width_px=LEFT_PX, panel_height_px=62)
    many = time_activity_figure(activity, columns=4, width_px=WIDE_PX, panel_height_px=86)
    shares = dose_volume_figure(histograms, width_px=LEFT_PX, height_px=104)
    cumulative = cumulative_dose_figure(panels, width_px=LEFT_PX, height_px=76)
    budget = dose_budget_figure(bars, width_px=RIGHT_PX, height_px=176 if crowded else 148)
    return DoseFigures(
        curves=sketch("curves", few),
        all_curves=sketch("all-curves", many) if len(activity) > MOST_PANELS else None,
        histogram=sketch("histogram", shares) if histograms else None,
        budget=sketch("budget", budget),
        cumulative=sketch("cumulative", cumulative) if panels else None,
        overlay=overlay,
        overlay_words=words,
        overlay_why=why,
        map_words=_map_words(report),
        not_drawn=_not_drawn(activity, [one.region for one in histograms]),
    )


_ID = re.compile(r'(?<=\sid=")([^"]+)(?=")')
_USE = re.compile(r'(?<=url\(#)([^)]+)(?=\))|(?<=href="#)([^"]+)(?=")')


def sketch(key: str, figure: Figure) -> Sketch:
    """The figure drawn. The drawer numbers its ids on from figure to figure; here they begin anew, after `key`."""
    svg = figure.svg()
    number_of = {name: f"{key}-{at}" for at, name in enumerate(dict.fromkeys(_ID.findall(svg)))}
    svg = _ID.sub(lambda found: number_of[found[0]], svg)
    svg = _USE.sub(lambda found: number_of.get(found[0], found[0]), svg)
    return Sketch(svg=svg, description=figure.description)


def telling_first(report: CycleReport) -> list[RegionResult]:
    """The regions in the order of their weight for the reader: limited organs, kidneys and lesions by dose, the rest.

    Remainders come last.
    """
    plan = report.plan
    limited = [standing.limit.organ for standing in plan.now] if plan is not None else []

    def place(region: RegionResult) -> tuple[int, float]:
        gy = region.dose.gy if region.dose is not None else 0.0
        if region.name in limited:
            return 0, float(limited.index(region.name))
        if region.role == "remainder":
            return 4, -gy
        if _is_kidney(region):
            return 1, -gy
        return (2 if region.role == "marrow" else 3), -gy

    return sorted(report.cycle.regions, key=place)


def _is_kidney(region: RegionResult) -> bool:
    return region.role == "organ" and "kidney" in region.name.lower()


def _activity_panel(region: RegionResult) -> ActivityPanel:
    curve = region.curve
    note = "no curve"
    if curve is not None:
        model = MODEL_WORDS.get(curve.model, curve.model.replace("_", " "))
        life = significant(effective_half_life_h(region), 2 if (effective_half_life_h(region) or 0) < 100 else 3)
        note = f"{model}, {life} h, {per_cent(curve.share_beyond_last_fraction)} % after"
    return ActivityPanel(
        name=region.name,
        times_h=region.times_h.tolist(),
        activities_mbq=region.activity_mbq.tolist(),
        u_activities_mbq=region.u_activity_mbq.tolist(),
        curve=curve.curve if curve is not None else None,
        u_curve_mbq=curve.u_activity_mbq if curve is not None else None,
        note=note,
    )


def _map_words(report: CycleReport) -> str:
    corrected = any(region.partial_volume != "none" for region in report.cycle.regions)
    return "of the map, which is not corrected for blur as the table is" if corrected else "of the map"


def _not_drawn(activity: Sequence[ActivityPanel], histograms: Sequence[str]) -> tuple[str, ...]:
    said = []
    if len(activity) > MOST_PANELS:
        said.append(f"Curves of {MOST_PANELS} of {len(activity)} regions; all are on page 2.")
    if len(histograms) > MOST_CURVES:
        said.append(f"Histograms without {', '.join(histograms[MOST_CURVES:])}.")
    return tuple(said)


def _overlay(report: CycleReport) -> tuple[Picture | None, str, str]:
    dose = report.dose_map
    if dose is None:
        return None, "", report.why_not.get("dose", "no dose map was made")
    frames = {dose.frame_of_reference, report.outlines.geometry.frame_of_reference}
    ct = report.ct
    if ct is not None and ct.frame_of_reference not in frames:
        return None, "", "CT and dose lie in different frames of reference"
    if len(frames) > 1:
        return None, "", "outlines and dose lie in different frames of reference"
    marked = [(str(at), region) for at, region in enumerate(_outlines(report), start=1) if region is not None]
    lesion, kidney = _hottest(report, lesion=True), _hottest(report, lesion=False)
    above, below = lesion or kidney, kidney or lesion
    if above is None or below is None:
        return None, "", "no outlined region has a dose"
    words = f"Transverse through {above.name}, coronal through {below.name}; numbers as in the table."
    picture = dose_overlay(
        dose,
        ct,
        marked,
        transverse_at_mm=float(above.centroid_mm[2]),
        coronal_at_mm=float(below.centroid_mm[1]),
        whole=below,
        width_mm=RIGHT_MM,
    )
    return picture, words, "" if ct is not None else report.why_not.get("ct", "no CT was given")


def _outlines(report: CycleReport) -> list[Region | None]:
    """The outline of each region of the table, None for remainders and what is not outlined."""
    known = {region.name: region for region in report.outlines}
    return [known.get(region.name) if region.role != "remainder" else None for region in report.cycle.regions]


def _hottest(report: CycleReport, *, lesion: bool) -> Region | None:
    """The outline of the lesion, or else the kidney (any organ where there is none), with the highest dose."""
    known = {region.name: region for region in report.outlines}
    dosed = [region for region in report.cycle.regions if region.dose is not None and region.name in known]
    if lesion:
        chosen = [region for region in dosed if region.role == "lesion"]
    else:
        organs = [region for region in dosed if region.role == "organ"]
        chosen = [region for region in organs if _is_kidney(region)] or organs
    best = max(chosen, key=lambda region: region.dose.gy if region.dose is not None else 0.0, default=None)
    return known[best.name] if best is not None else None
