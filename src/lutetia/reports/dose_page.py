"""Everything the report of a cycle prints, in one order, for the page and the PDF; nothing is formatted for either."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lutetia.dosimetry.cycle_dose import RegionResult
from lutetia.reports.cycle_report import ICRU_WORDS, INTENDED_USE, CycleReport
from lutetia.reports.dose_figures import DoseFigures, dose_figures
from lutetia.reports.dose_numbers import gbq
from lutetia.reports.dose_plan import PlanBlock, plan_block
from lutetia.reports.dose_table import DoseTable, dose_table, region_rules
from lutetia.reports.dose_warnings import Alert, warnings_of
from lutetia.reports.typography import sentence

ROLE_OF_PARTIAL_VOLUME = {
    "geometric transfer": "geometric transfer of all regions together",
    "recovery curve": "recovery curve of the camera",
    "none": "none",
}


MOST_OF_A_FOLDER = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class InputGroup:
    """A file, or a folder's files together, with its sha256."""

    name: str
    files: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DosePage:
    """The report as it is printed. `basis` are the assumptions that matter most, as (what, how); `conventions` all of
    them."""

    title: str
    patient: str
    made_up: str
    facts: tuple[tuple[str, str], ...]
    icru: str
    made_by: str
    alerts: tuple[Alert, ...]
    table: DoseTable
    plan: PlanBlock
    basis: tuple[tuple[str, str], ...]
    conventions: tuple[str, ...]
    left_out: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...]
    input_groups: tuple[InputGroup, ...]
    figures: DoseFigures
    intended_use: str
    report: CycleReport


def input_groups(inputs: Sequence[tuple[str, str]]) -> tuple[InputGroup, ...]:
    """The inputs for paper: files one by one, folders of more than `MOST_OF_A_FOLDER` files as one.

    The checksum of a folder is the sha256 of its lines "sha256  name", sorted by name, as `sha256sum` prints them.
    """
    folders: dict[str, list[tuple[str, str]]] = {}
    for name, checksum in inputs:
        folders.setdefault(name.rpartition("/")[0], []).append((name, checksum))
    groups = []
    for folder, files in folders.items():
        if len(files) <= MOST_OF_A_FOLDER:
            groups += [InputGroup(name=name, files=1, checksum=checksum) for name, checksum in files]
            continue
        lines = "".join(f"{checksum}  {name}\n" for name, checksum in sorted(files))
        whole = hashlib.sha256(lines.encode("utf-8")).hexdigest()
        groups.append(InputGroup(name=f"{folder}/" if folder else "./", files=len(files), checksum=whole))
    return tuple(groups)


def page_of(report: CycleReport, *, told: Callable[[str], None] = lambda step: None) -> DosePage:
    """The page of a report, figures drawn. `told` hears each step."""
    plan = plan_block(report)
    level = report.icru_level or 2
    day = f"Report of {report.as_of.isoformat()}, " if report.as_of is not None else ""
    return DosePage(
        title=report.title,
        patient=report.patient,
        made_up="Made-up patient: nothing here is about a person." if report.made_up else "",
        facts=_facts(report),
        icru=f"ICRU level {level}: {ICRU_WORDS[level]}",
        made_by=f"{day}Lutetia {report.version}",
        alerts=warnings_of(report),
        table=dose_table(report.cycle),
        plan=plan,
        basis=_basis(report),
        conventions=_conventions(report),
        left_out=tuple(sentence(str(left)) for left in report.cycle.left_out),
        inputs=report.inputs,
        input_groups=input_groups(report.inputs),
        figures=dose_figures(report, plan.panels, told=told),
        intended_use=INTENDED_USE,
        report=report,
    )


def _facts(report: CycleReport) -> tuple[tuple[str, str], ...]:
    cycle = report.cycle
    given = report.administered_on.isoformat() if report.administered_on is not None else "day not given"
    scans = max((int(region.times_h.size) for region in cycle.regions), default=0)
    return (
        ("Nuclide", cycle.nuclide + (f", {report.agent}" if report.agent else "")),
        ("Administered", f"{gbq(cycle.administered_mbq)} GBq, {given}"),
        ("Scans", _scans(report) if scans else "none"),
    )


def _scans(report: CycleReport) -> str:
    most = max(report.cycle.regions, key=lambda region: region.times_h.size)
    hours = ", ".join(f"{hour:.3g}" for hour in most.times_h.tolist())
    return f"{hours} h"


def _basis(report: CycleReport) -> tuple[tuple[str, str], ...]:
    """What moves the numbers most: regions, engine, curves, blur, marrow, uncertainty."""
    cycle = report.cycle
    rules = " ".join(region_rules(cycle.regions)) or "As drawn: no region is made of others."
    marrows = [region for region in cycle.regions if region.role == "marrow"]
    said = report.marrow_method
    method = {region.name: region.marrow.method if region.marrow is not None else said for region in marrows}
    marrow = "; ".join(f"{name}: {word} method" if word else f"{name}: as a region" for name, word in method.items())
    return (
        ("Regions", rules),
        ("Dose", _by("engine", report)),
        ("Curves", _models(report)),
        ("Blur", _by("partial_volume", report)),
        ("Red marrow", sentence(marrow or said or "not measured in this cycle")),
        ("u", "Standard uncertainty, k = 1. Probabilities are of exceeding the limit, from value and u."),
    )


def _by(what: str, report: CycleReport) -> str:
    """How many regions share each choice, the most common one first."""
    found: dict[str, list[str]] = {}
    for region in report.cycle.regions:
        word = str(getattr(region, what))
        found.setdefault(ROLE_OF_PARTIAL_VOLUME.get(word, word) if what == "partial_volume" else word, []).append(
            region.name
        )
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    if not ordered:
        return "No region."
    if len(ordered) == 1:
        return sentence(f"{ordered[0][0]}, all regions")
    first, *rest = ordered
    return sentence("; ".join([first[0], *(f"{word}: {', '.join(names)}" for word, names in rest)]))


def _models(report: CycleReport) -> str:
    counts: dict[str, int] = {}
    for region in report.cycle.regions:
        word = region.curve.model.replace("_", " + ") if region.curve is not None else "no curve"
        counts[word] = counts.get(word, 0) + 1
    named = ", ".join(f"{word} {count}" for word, count in sorted(counts.items(), key=lambda item: -item[1]))
    if not counts:
        return "No region."
    return f"Models by number of regions: {named}. Dashed where no scan stands behind the curve."


def _conventions(report: CycleReport) -> tuple[str, ...]:
    plan = report.plan.conventions if report.plan is not None else ()
    own = [line for region in report.cycle.regions for line in (*region.conventions, *_curve_lines(region))]
    lines = (*report.conventions, *report.cycle.conventions, *own, *plan)
    return tuple(dict.fromkeys(sentence(line) for line in lines))


def _curve_lines(region: RegionResult) -> tuple[str, ...]:
    return () if region.curve is None else region.curve.conventions
