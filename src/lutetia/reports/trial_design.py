"""The design of a survival trial as a page: formulas, months, patients, and what the trial does in truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lutetia.estimate import Estimate
from lutetia.reports.result_page import Part, Provenance, ResultPage
from lutetia.results.printed import NONE
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.design import SurvivalDesign
from lutetia.trial.expected_events import ExpectedEvents
from lutetia.trial.sequential import GroupSequential
from lutetia.trial.sequential_events import SequentialEvents
from lutetia.trial.true_power import OperatingCharacteristics

NAMES = {
    "schoenfeld": "Schoenfeld",
    "lachin-foulkes": "Lachin-Foulkes",
    "freedman": "Freedman",
    "hsieh-freedman": "Hsieh-Freedman",
    "bernstein-lagakos": "Bernstein-Lagakos",
}
Readings = Sequence[tuple[str, ExpectedEvents | str]]


def design_page(
    design: SurvivalDesign,
    *,
    title: str,
    readings: Readings,
    looks: tuple[GroupSequential, SequentialEvents] | None,
    provenance: Provenance,
) -> ResultPage:
    """The page of a design."""
    truth = design.simulated
    parts = [
        Part(key="events", title="Events", contents=(formula_table(design),)),
        Part(
            key="time",
            title="Time and patients",
            intro=("What the same share of drop-out means, read in each of the usual ways.",),
            contents=(reading_table(design, readings), patient_table(design)),
        ),
    ]
    if truth is not None:
        parts.insert(1, Part(key="truth", title="What the trial does in truth", contents=(truth_table(design, truth),)))
    said = list(design.conventions)
    if looks is not None:
        parts.append(Part(key="looks", title="Interim looks", contents=(look_table(*looks),)))
        said += [line for line in looks[1].conventions if line not in said]
    if truth is not None:
        said += [line for line in truth.conventions if line not in said]
    return ResultPage(
        kind="Trial design",
        title=title,
        made_up="",
        day=None,
        facts=(
            ("Hazard ratio", f"{design.hazard_ratio:g}"),
            ("Power, one-sided alpha", f"{design.power:g}, {design.alpha:g}"),
            ("Formula", NAMES[design.method]),
            ("Events", str(design.events)),
            ("Expected after", f"{design.analysis.months:.1f} months"),
        ),
        lead_title="What the trial is",
        lead=_lead(design),
        parts=tuple(parts),
        conventions=tuple(said),
        not_made=tuple(f"{said}: {found}" for said, found in readings if isinstance(found, str)),
        provenance=provenance,
    )


def _lead(design: SurvivalDesign) -> tuple[str, ...]:
    lines = [
        f"{design.events} events by {NAMES[design.method]}; the other formulas ask for "
        f"{_spread([row.rounded for row in design.formulas if row.method != design.method])}.",
        f"They are expected {design.analysis.months:.1f} months after accrual opens, with "
        f"{design.analysis.entered:.0f} patients entered; a hazard ratio up to {design.critical_hazard_ratio:.3f} is "
        "then significant.",
    ]
    truth = design.simulated
    if truth is not None:
        lines.append(
            f"Simulated, {design.events} events have power {_share(truth.power)} and a one-sided type I error of "
            f"{_share(truth.type_one_error)}, where {design.power:g} and {design.alpha:g} were asked for."
        )
    return tuple(lines)


def _spread(numbers: Sequence[int]) -> str:
    return f"{min(numbers)} to {max(numbers)}" if min(numbers) != max(numbers) else str(numbers[0])


def _share(share: Estimate) -> str:
    return "no answer" if share.estimate is None else f"{share.estimate:.4f}"


def formula_table(design: SurvivalDesign) -> Table:
    """Every published formula side by side."""
    rows, records = [], []
    for one in design.formulas:
        chosen = " (chosen)" if one.method == design.method else ""
        months = NONE if one.months is None else f"{one.months:.2f}"
        cells = (
            NAMES[one.method] + chosen,
            f"{one.events:.4f}",
            str(one.rounded),
            f"{one.power_at_rounded:.4f}",
            months,
        )
        rows.append(TableRow(cells=cells))
        records += _records(
            "events by formula",
            one.method,
            events=(one.events, "events"),
            rounded=(one.rounded, "events"),
            power_at_rounded=(one.power_at_rounded, "proportion"),
            months=(one.months, "months"),
        )
    return Table(
        key="formulas",
        title="Events by every published formula",
        head=("Formula", "Events", "Rounded", "Its power at the rounded", "Months until then"),
        rows=tuple(rows),
        records=tuple(records),
        notes=tuple(f"{NAMES[one.method]}: {one.says}" for one in design.formulas),
    )


def truth_table(design: SurvivalDesign, truth: OperatingCharacteristics) -> Table:
    """Power and type I error as asked for, and as simulated with their Monte-Carlo error."""
    rows, records = [], []
    for name, asked, found in (
        ("Power", design.power, truth.power),
        ("Type I error, one-sided", design.alpha, truth.type_one_error),
    ):
        error = NONE if found.std_error is None else f"{found.std_error:.4f}"
        limits = NONE if found.lower is None or found.upper is None else f"{found.lower:.4f}–{found.upper:.4f}"
        rows.append(TableRow(cells=(name, f"{asked:g}", _share(found), error, limits)))
        records.append(record(name.lower(), found, unit="proportion", analysis="simulated", n=truth.runs))
    rows.append(TableRow(cells=("Mean months to the analysis", NONE, f"{truth.mean_months:.2f}", NONE, NONE)))
    records.append(record("mean", truth.mean_months, unit="months", analysis="simulated", n=truth.runs))
    return Table(
        key="truth",
        title=f"As asked for, and in {truth.runs} simulated trials",
        head=("", "Asked for", "Simulated", "Monte-Carlo error", "95 % CI"),
        rows=tuple(rows),
        records=tuple(records),
        notes=(
            f"{truth.patients} patients, analysis at {truth.events} events, seed {truth.seed}.",
            *(f"Left out: {left}" for left in truth.left_out),
        ),
    )


def reading_table(design: SurvivalDesign, readings: Readings) -> Table:
    """Months to the events under each reading of drop-out."""
    rows, records = [], []
    for said, found in readings:
        if isinstance(found, str):
            rows.append(TableRow(cells=(said, "never", NONE, NONE)))
            continue
        lost = f"{found.dropped_out:.1f}"
        rate = f"{found.drop_out_per_month:.7f}"
        rows.append(TableRow(cells=(said, f"{found.months:.2f}", lost, rate)))
        records += _records(
            "drop-out readings",
            said,
            months=(found.months, "months"),
            dropped_out=(found.dropped_out, "patients"),
            drop_out_per_month=(found.drop_out_per_month, "per month"),
        )
    return Table(
        key="drop-out",
        title=f"Months until {design.events} events are expected, by what drop-out means",
        head=("Drop-out", "Months", "Patients lost by then", "Hazard per month"),
        rows=tuple(rows),
        records=tuple(records),
    )


def patient_table(design: SurvivalDesign) -> Table:
    """Patients for several follow-up times."""
    rows, records = [], []
    for one in design.patients:
        after = f"{one.at_analysis.months:.1f}"
        cells = (f"{one.follow_up_months:g}", after, f"{one.patients:.1f}", str(one.rounded))
        rows.append(TableRow(cells=cells))
        records += _records(
            "patients by follow-up",
            f"{one.follow_up_months:g} months",
            patients=(one.patients, "patients"),
            analysis=(one.at_analysis.months, "months"),
        )
    return Table(
        key="patients",
        title=f"Patients who bring {design.events} events, by follow-up after the last entry",
        head=("Follow-up, months", "Analysis, months", "Patients", "Rounded"),
        rows=tuple(rows),
        records=tuple(records),
        notes=("The length of accrual is kept, its rate scaled.",),
    )


def look_table(bounds: GroupSequential, events: SequentialEvents) -> Table:
    """Bounds of each look on the scales of z, p and the hazard ratio."""
    rows, records = [], []
    for at, (look, then) in enumerate(zip(bounds.looks, events.looks, strict=True), start=1):
        futile = NONE if look.futility_z is None else f"{look.futility_z:.4f}"
        months = NONE if then.months is None else f"{then.months:.1f}"
        ratio = f"{then.efficacy_hazard_ratio:.3f}"
        cells = (
            str(at), f"{look.fraction:.4g}", f"{then.events:.1f}", months, f"{look.efficacy_z:.6f}",
            f"{look.nominal_p:.5f}", ratio, futile, f"{100 * look.efficacy_effect:.1f}",
        )  # fmt: skip
        rows.append(TableRow(cells=cells))
        records += _records(
            "looks",
            f"look {at}",
            fraction=(look.fraction, "proportion"),
            events=(then.events, "events"),
            months=(then.months, "months"),
            efficacy_z=(look.efficacy_z, "z"),
            nominal_p=(look.nominal_p, "proportion"),
            efficacy_hazard_ratio=(then.efficacy_hazard_ratio, "ratio"),
            futility_z=(look.futility_z, "z"),
            stops_with_effect=(look.efficacy_effect, "proportion"),
        )
    return Table(
        key="looks",
        title="Bounds at the looks",
        head=(
            "Look",
            "Information",
            "Events",
            "Months",
            "Efficacy z",
            "One-sided p",
            "Hazard ratio",
            "Futility z",
            "Stops here with the effect, %",
        ),
        rows=tuple(rows),
        records=tuple(records),
        notes=(
            f"At most {events.most_events:.2f} events, {100 * (bounds.inflation - 1):.2f} % more than with one look; "
            f"{events.expected_effect:.1f} are expected under the effect, {events.expected_null:.1f} without.",
        ),
    )


def _records(part: str, term: str, **values: tuple[float | None, str]) -> list[dict[str, Any]]:
    return [
        record(statistic, value, unit=unit, analysis=part, term=term) for statistic, (value, unit) in values.items()
    ]
