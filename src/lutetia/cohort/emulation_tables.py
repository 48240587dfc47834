"""The target trial of a study in tables: protocol, balance, every analysis and whether to believe it, survival."""

from __future__ import annotations

from typing import Any

from lutetia.cohort.balance import IMBALANCE, EValue, e_value
from lutetia.cohort.clone_censor_weight import Emulation
from lutetia.cohort.emulation_result import EmulationResult, Result
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import InputError
from lutetia.results.printed import (
    NONE,
    NOT_ESTIMABLE,
    NOT_REACHED,
    difference_percent_text,
    in_one_line,
    percent_text,
    ratio_text,
)
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import milestone_difference
from lutetia.survival.curve_functional import GroupDifference

HORIZON_MONTHS = 60
RARE = 0.15
"""Below this share of patients with the event a hazard ratio stands for a risk ratio (VanderWeele, Ding 2017)."""


def protocol_table(found: EmulationResult, *, key: str) -> Table:
    """The protocol of the target trial, element by element, and who is left out of the emulation."""
    rows = tuple(TableRow(cells=element) for element in found.trial.protocol)
    left_out = tuple(f"{left.count} left out: {left.why}" for left in found.trial.left_out)
    caution = (f"Caution: {found.trial.caution}.",) if found.trial.caution else ()
    records = [record("patients", found.trial.decision.n, unit="patients", analysis="at the decision")]
    records += [
        record("patients_left_out", left.count, unit="patients", analysis="at the decision", note=left.why)
        for left in found.trial.left_out
    ]
    return Table(
        key=key,
        title="Target trial: protocol",
        head=("Element", "Emulated by"),
        rows=rows,
        records=tuple(records),
        notes=(*caution, f"{found.trial.decision.n} patients at the decision", *left_out),
    )


def balance_table(found: EmulationResult, *, key: str) -> Table:
    """Standardised mean differences of the covariates at the start of the next line, before and after weighting."""
    following = found.next_line
    reference, strategy = found.trial.emulation.strategies
    printed, records = [], []
    for row in following.balance:
        mark = "imbalance" if abs(row.after) > IMBALANCE else ""
        printed.append(TableRow(cells=(row.name, _signed(row.before), _signed(row.after), mark)))
        told: dict[str, Any] = {"analysis": "balance", "term": row.name, "unit": "standard deviations"}
        records.append(record("standardised_difference", row.before, note="before weighting", **told))
        records.append(record("standardised_difference", row.after, note="after overlap weights", **told))
    notes = [
        f"{strategy.name} less {reference.name}, {len(following.positions)} patients who begin one of them; above "
        f"{IMBALANCE} it is called an imbalance."
    ]
    if following.effective_n is not None:
        notes.append(f"Overlap weights; effective patients {following.effective_n:.0f}.")
    notes += [f"not weighted: {following.why}"] if following.why else []
    return Table(
        key=key,
        title="Target trial: balance of the next line",
        head=("Covariate", "Before", "After overlap weights", ""),
        rows=tuple(printed),
        records=tuple(records),
        notes=tuple(notes),
    )


def result_table(found: EmulationResult, *, key: str) -> Table:
    """Every analysis with its hazard ratio, whether to believe it and why, its E-value; then survival at 60 months."""
    reference, strategy = found.trial.emulation.strategies
    decision = found.trial.decision
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    for result in found.results:
        cells = _result_cells(found, result, records)
        printed.append(TableRow(cells=cells))
        said = f"not estimable: {result.why}" if result.why else "; ".join(_conventions(result))
        notes.append(f"{result.analysis}: {said}")
    change, why = survival_difference(found.clones) if found.clones is not None else (None, "")
    if change is not None:
        printed.append(TableRow(cells=_survival_cells(change, records)))
    elif why:
        notes.append(f"survival at {HORIZON_MONTHS} months: {why}")
    events = int(decision.event.sum())
    common = "common" if decision.n and events / decision.n >= RARE else "rare"
    return Table(
        key=key,
        title=f"Target trial: {strategy.name} against {reference.name}",
        head=("Analysis", "Patients", "Events", "HR (95 % CI)", "E-value (limit)", "Believe", "What it answers; why"),
        rows=tuple(printed),
        records=tuple(records),
        notes=(
            f"Outcome: death. {decision.n} patients at the decision, {events} deaths; E-values for a {common} outcome: "
            "what a hidden confounder would need to explain the ratio away.",
            *notes,
        ),
    )


def _conventions(result: Result) -> tuple[str, ...]:
    if result.contrast is None:
        return ()
    left = tuple(f"{out.count} left out: {out.why}" for out in result.contrast.left_out)
    return (*result.contrast.conventions, *left)


def _result_cells(found: EmulationResult, result: Result, records: list[dict[str, Any]]) -> tuple[str, ...]:
    contrast = result.contrast
    strategies = found.trial.emulation.strategies
    told: dict[str, Any] = {"analysis": result.analysis, "level": strategies[1].name, "reference": strategies[0].name}
    told["endpoint"] = "death from the decision"
    believe = "yes" if result.believe else "no"
    words = f"{_sentence(result.answers)} {_sentence(result.because)}"
    if contrast is None:
        records.append(record("hazard_ratio", None, unit="ratio", note=result.why, **told))
        return result.analysis, NONE, NONE, NOT_ESTIMABLE, NONE, believe, words
    ratio = contrast.hazard_ratio
    told |= {"n": contrast.n, "events": contrast.events}
    note = f"believe: {believe}; std_error of the logarithm in log_hazard_ratio"
    records.append(record("hazard_ratio", ratio, unit="ratio", note=note, **told))
    records.append(record("log_hazard_ratio", contrast.log_hazard_ratio, unit="log ratio", **told))
    records[-1]["std_error"] = contrast.std_error
    strength = _e_value(found, result)
    text = NONE
    if strength is not None:
        records.append(record("e_value", strength.estimate, unit="risk ratio", **told))
        records.append(record("e_value_of_limit", strength.limit, unit="risk ratio", **told))
        text = f"{strength.estimate:.2f} ({strength.limit:.2f})"
    return result.analysis, str(contrast.n), str(contrast.events), ratio_text(ratio), text, believe, words


def _e_value(found: EmulationResult, result: Result) -> EValue | None:
    """Only for analyses to be believed: a biased one needs no hidden confounder to be wrong."""
    if result.contrast is None or not result.believe:
        return None
    decision = found.trial.decision
    common = decision.event.mean() >= RARE
    return e_value(result.contrast.hazard_ratio, outcome="common" if common else "rare")


def survival_difference(clones: Emulation) -> tuple[GroupDifference | None, str]:
    """Weighted survival at 60 months of the arm "treat" less the arm against it; None with the reason.

    Infinitesimal jackknife over patients (each stands in both arms), weights taken as known.
    """
    try:
        found = milestone_difference(
            clones.pieces,
            HORIZON_MONTHS * DAYS_PER_MONTH,
            clones.treat,
            reference=False,
            robust=True,
        )
    except InputError as error:
        return None, in_one_line(error)
    return found, ""


def _survival_cells(change: GroupDifference, records: list[dict[str, Any]]) -> tuple[str, ...]:
    told: dict[str, Any] = {"analysis": "clone-censor-weight", "endpoint": "death from the decision"}
    for name, value in zip(("against", "treat"), change.values, strict=True):
        records.append(record(f"survival_at_{HORIZON_MONTHS}_months", value, unit="proportion", level=name, **told))
    name = f"survival_difference_at_{HORIZON_MONTHS}_months"
    records.append(record(name, change.difference, unit="proportion", p=change.difference_p, **told))
    against, treat = (percent_text(value) for value in change.values)
    text = difference_percent_text(change.difference) if change.difference.estimate is not None else NOT_REACHED
    words = f"{treat} against {against} alive at {HORIZON_MONTHS} months, %, from the weighted clones."
    return f"survival difference at {HORIZON_MONTHS} months, percentage points", "", "", text, "", "yes", words


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
