"""Many simulated trials as a page: means with their Monte-Carlo error, beside printed values where there are some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lutetia.dates import DAYS_PER_MONTH
from lutetia.estimate import Estimate
from lutetia.reports.result_page import Part, Provenance, ResultPage
from lutetia.results.printed import NONE
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.adam import TrialData
from lutetia.trial.simulate import Simulations
from lutetia.trial.trial_model import TrialModel

COUNTS = (
    ("patients", "Patients"),
    ("events", "Events of PFS, central reading"),
    ("median_days", "Median PFS, months, central reading"),
    ("investigator_median_days", "Median PFS, months, investigator"),
    ("responses", "Responses (CR or PR)"),
    ("complete_responses", "Complete responses"),
    ("response_unknown", "Response not known"),
    ("on_treatment", "On randomised treatment at cut-off"),
    ("crossed_over", "Crossed over"),
    ("deaths", "Deaths"),
)
SIDES = ("experimental", "control")


def simulation_page(
    found: Simulations,
    data: TrialData | None,
    *,
    model: TrialModel,
    title: str,
    printed: Mapping[str, float],
    provenance: Provenance,
) -> ResultPage:
    """The page of a simulation; `data` is the trial written out, `printed` what a paper prints, empty for none."""
    ratio, power = found.hazard_ratio(), found.power()
    parts = [
        Part(
            key="means",
            title=f"{found.trials} trials",
            contents=(overall_table(found, printed), arm_table(found, model, printed)),
        )
    ]
    if data is not None:
        parts.append(Part(key="written", title="The trial written out", contents=(dataset_table(data),)))
    lead = [
        f"In {found.trials} simulated trials the stratified hazard ratio is {_text(ratio, 3)} on average, and "
        f"{100 * (power.estimate or 0):.1f} % have a one-sided p of 0.025 or less.",
        "A model is a set of assumptions; other assumptions give the same means.",
    ]
    if printed:
        lead.append("The model was fitted to the printed values beside it: that they agree proves nothing about it.")
    return ResultPage(
        kind="Simulated trials",
        title=title,
        made_up=f"Every patient is made up: simulated from the model {model.name}.",
        day=data.cut_off if data is not None else None,
        facts=(
            ("Model", model.name),
            ("Patients", str(model.patients)),
            ("Allocation", " : ".join(map(str, model.allocation))),
            ("Arms", ", ".join(arm.name for arm in model.arms)),
            ("Trials", str(found.trials)),
        ),
        lead_title="What the simulation shows",
        lead=tuple(lead),
        parts=tuple(parts),
        conventions=found.conventions,
        not_made=tuple(str(left) for left in found.left_out),
        provenance=provenance,
    )


def overall_table(found: Simulations, printed: Mapping[str, float]) -> Table:
    """Hazard ratio, power, events, month of the analysis."""
    lines: list[tuple[str, str, Estimate, int, float | None]] = [
        (
            "hazard_ratio",
            "Hazard ratio of PFS, stratified (geometric mean)",
            found.hazard_ratio(),
            3,
            printed.get("hazard_ratio"),
        ),
        ("power", "Trials with one-sided p ≤ 0.025", found.power(), 4, None),
        (
            "cut_off",
            "Months from the opening of accrual to cut-off",
            _times(found.mean("cut_off_day"), 1 / DAYS_PER_MONTH),
            2,
            None,
        ),
    ]
    total = _sum(printed, "events")
    rows = [TableRow(cells=_cells(words, value, digits, said, printed)) for _, words, value, digits, said in lines]
    events = _total(found, "events")
    rows.append(TableRow(cells=_cells("Events of PFS, both arms", events, 1, total, printed)))
    lines.append(("events", "Events of PFS, both arms", events, 1, total))
    return Table(
        key="means",
        title="Means over simulated trials",
        head=("", "Mean", "Monte-Carlo error", *(("Printed",) if printed else ())),
        rows=tuple(rows),
        records=tuple(_record(name, value, "both", said) for name, _, value, _, said in lines),
    )


def arm_table(found: Simulations, model: TrialModel, printed: Mapping[str, float]) -> Table:
    """Means of each arm."""
    rows, records = [], []
    for name, words in COUNTS:
        cells = [words]
        for side in SIDES:
            value, said = found.mean(f"{name}_{side}"), printed.get(f"{name}_{side}")
            if name.endswith("median_days"):
                value = _times(value, 1 / DAYS_PER_MONTH)
                said = printed.get(f"median_months_{side}") if name == "median_days" else None
            cells += [
                _number(value.estimate, 2),
                _number(value.std_error, 3),
                *((_as_printed(said),) if printed else ()),
            ]
            records.append(_record(name.replace("_days", "_months"), value, side, said))
        rows.append(TableRow(cells=tuple(cells)))
    head = [""]
    for arm in model.arms:
        head += [f"{arm.name}, mean", "Error", *(("Printed",) if printed else ())]
    return Table(
        key="means-by-arm",
        title="Means by arm",
        head=tuple(head),
        rows=tuple(rows),
        records=tuple(records),
        notes=("Medians are means over the trials in which the median is reached.",),
    )


def dataset_table(data: TrialData) -> Table:
    """The datasets of the trial that was written out."""
    return Table(
        key="datasets",
        title=f"Datasets, cut-off {data.cut_off}",
        head=("Dataset", "What it is", "Rows", "Columns"),
        rows=tuple(
            TableRow(cells=(one.name, one.layout.label, str(len(one)), str(len(one.layout.columns))))
            for one in data.all()
        ),
        records=tuple(record("rows", len(one), unit="rows", analysis="datasets", term=one.name) for one in data.all()),
    )


def _cells(
    words: str, value: Estimate, digits: int, said: float | None, printed: Mapping[str, float]
) -> tuple[str, ...]:
    cells = (words, _number(value.estimate, digits), _number(value.std_error, digits + 1))
    return (*cells, _as_printed(said)) if printed else cells


def _number(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:.{digits}f}"


def _as_printed(value: float | None) -> str:
    """A printed value as it was printed: no zeros at its end."""
    return NONE if value is None else f"{value:g}"


def _text(value: Estimate, digits: int) -> str:
    return "not estimable" if value.estimate is None else f"{value.estimate:.{digits}f}"


def _sum(printed: Mapping[str, float], name: str) -> float | None:
    found = [printed.get(f"{name}_{side}") for side in SIDES]
    return None if None in found else sum(value for value in found if value is not None)


def _total(found: Simulations, name: str) -> Estimate:
    """The mean of the sum of both arms, with its own Monte-Carlo error."""
    both = found.columns[f"{name}_experimental"] + found.columns[f"{name}_control"]
    return Simulations(columns={name: both}, trials=found.trials, conventions=(), left_out=()).mean(name)


def _times(value: Estimate, factor: float) -> Estimate:
    def scaled(number: float | None) -> float | None:
        return None if number is None else number * factor

    return Estimate(
        estimate=scaled(value.estimate), lower=scaled(value.lower), upper=scaled(value.upper),
        std_error=scaled(value.std_error), level=value.level, method=value.method,
    )  # fmt: skip


def _record(name: str, value: Estimate, group: str, said: float | None) -> dict[str, Any]:
    note = "" if said is None else f"printed {said:g}"
    return record("mean", value, analysis="simulated trials", term=name, group=group, note=note)
