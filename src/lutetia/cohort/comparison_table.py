"""Two groups compared as a trial prints it: hazard ratios plain, stratified, adjusted; restricted means, milestones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.compared import ComparedRows, compared_rows, comparison_factor, strata_factors
from lutetia.cohort.factor import Factor, endpoint_factors
from lutetia.cohort.factor_model import FactorModel, complete_rows, factor_model
from lutetia.cohort.group_survival_table import MILESTONES_MONTHS
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import InputError
from lutetia.estimate import Estimate
from lutetia.results.median_days import median_days
from lutetia.results.printed import (
    INDENT,
    NONE,
    NOT_ESTIMABLE,
    count_text,
    difference_months_text,
    difference_percent_text,
    in_one_line,
    months_text,
    p_text,
    percent_text,
    ratio_text,
)
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import fine_gray, kaplan_meier, log_rank, milestone_difference, restricted_mean_difference

HORIZONS_MONTHS = (120, 60, 36, 24, 12)
FEWEST_PATIENTS = 10
"""With fewer patients in a group no restricted mean or milestone is compared: the intervals would be too narrow."""


def comparison_table(data: AnalysisData, *, key: str) -> Table:
    """Every endpoint of the two compared groups: counts, medians, hazard ratios, restricted mean, milestones.

    Ratios and differences are of the other group against the reference. Raises InputError if the study declares no
    comparison.
    """
    factor = comparison_factor(data)
    made = _Made(data, factor)
    for table in data.endpoints:
        compared = compared_rows(data, table.name)
        if compared is None:
            made.notes.append(f"{table.name}: a group has no patient with this endpoint.")
            continue
        made.endpoint(compared)
    reference, other = factor.levels
    return Table(
        key=key,
        title=f"{other} against {reference}",
        head=("", reference, other, "Contrast (95 % CI)", "p"),
        rows=tuple(made.printed),
        records=tuple(made.records),
        notes=tuple(dict.fromkeys([*_NOTES, *made.notes])),
    )


_NOTES = (
    "Hazard ratios: Cox model, Efron's ties. p: log-rank for the plain and stratified ratio (stratified alike), "
    "likelihood ratio for the adjusted one.",
    "Restricted means and survival at fixed months need no proportional hazards; p: normal, for survival on the "
    "log(−log) scale. The horizon is the last of 12, 24, 36, 60, 120 months that both groups reach.",
)


class _Made:
    """Rows and records as they are made."""

    def __init__(self, data: AnalysisData, factor: Factor) -> None:
        self.data, self.factor = data, factor
        self.strata = strata_factors(data)
        self.printed: list[TableRow] = []
        self.records: list[dict[str, Any]] = []
        self.notes: list[str] = []

    def endpoint(self, compared: ComparedRows) -> None:
        """All rows of one endpoint."""
        rows = compared.rows
        self.printed.append(TableRow(cells=(f"{rows.name}: {rows.says}",), kind="heading"))
        self.notes += rows.conventions
        self._counts(compared)
        self._ratios(compared)
        if rows.competing:
            self._subdistribution(compared)
        else:
            self._medians(compared)
            self._curves(compared)

    def _add(self, text: str, one: str, other: str, contrast: str = "", p: str = "") -> None:
        self.printed.append(TableRow(cells=(INDENT + text, one, other, contrast, p)))

    def _record(self, compared: ComparedRows, statistic: str, value: Any, **more: Any) -> None:
        told: dict[str, Any] = {"endpoint": compared.rows.name, "term": self.factor.key}
        if "level" not in more:
            told |= {"level": compared.levels[1], "reference": compared.levels[0]}
            told |= {"n": compared.rows.n, "events": compared.rows.events}
        self.records.append(record(statistic, value, **(told | more)))

    def _counts(self, compared: ComparedRows) -> None:
        cells = []
        for level in compared.levels:
            part = compared.rows.follow_up.at(compared.side(level))
            events = int(part.event.sum())
            cells.append(f"{count_text(events, part.n)} of {part.n}")
            self._record(compared, "patients", part.n, unit="patients", level=level, n=part.n, events=events)
        self._add("events, n (%) of patients", *cells)

    def _medians(self, compared: ComparedRows) -> None:
        cells = []
        for level in compared.levels:
            curve = kaplan_meier(compared.rows.follow_up.at(compared.side(level)))
            median = median_days(curve)
            cells.append(months_text(median))
            told = {"n": curve.n, "events": curve.n_events, "note": curve.why or ""}
            self._record(compared, "median", median, unit="days", level=level, analysis="Kaplan-Meier", **told)
        self._add("median, months (95 % CI)", *cells)

    def _ratios(self, compared: ComparedRows) -> None:
        """The plain ratio, one stratified by each factor, and the adjusted one."""
        exposure = compared.factor
        plain = factor_model(compared.rows, [exposure])
        self._ratio(compared, "hazard ratio", plain, _rank_p(compared, None))
        for stratum in self.strata:
            model = factor_model(compared.rows, [exposure], strata=stratum)
            self._ratio(compared, f"hazard ratio, stratified by {stratum.title}", model, _rank_p(compared, stratum))
        factors = endpoint_factors(self.data, compared.rows.endpoint)
        others = [factor for factor in factors.model if not factor.treatment]
        if others:
            model = factor_model(compared.rows, [*others, exposure])
            test = model.test(exposure)
            self._ratio(compared, "hazard ratio, adjusted", model, test.p if test else None)
            titles = "; ".join(factor.title for factor in others)
            counts = f"{model.n} patients, {model.events} events"
            self.notes.append(f"{compared.rows.name}, adjusted for {titles}: {counts}.")

    def _ratio(self, compared: ComparedRows, text: str, model: FactorModel, p: float | None) -> None:
        ratio = model.ratio(compared.factor, compared.levels[1])
        counts = {"n": model.n, "events": model.events, "note": model.why}
        self._record(compared, "hazard_ratio", ratio, unit="ratio", analysis=text, p=p, **counts)
        self._add(text, "", "", ratio_text(ratio), p_text(p))
        if not model.usable or "stratified" not in text:
            self.notes += [f"{compared.rows.name}, {text}: {caution}" for caution in model.cautions]

    def _subdistribution(self, compared: ComparedRows) -> None:
        text, why, ratio, p = "subdistribution hazard ratio (Fine-Gray)", "", None, None
        try:
            fit = fine_gray(compared.rows.with_causes, compared.exposed.astype(np.float64)[:, None])
            why = fit.why or ""
            if fit.converged:
                ratio, p = fit.hazard_ratio(fit.names[0]), float(fit.p[0])
        except InputError as error:
            why = in_one_line(error)
        self._record(compared, "subdistribution_hazard_ratio", ratio, unit="ratio", analysis=text, p=p, note=why)
        self._add(text, "", "", ratio_text(ratio) if ratio else NOT_ESTIMABLE, p_text(p))
        self.notes += [f"{compared.rows.name}, {text}: {why}"] if why else []

    def _curves(self, compared: ComparedRows) -> None:
        """What is read off the two curves, where both groups are large enough."""
        if min(compared.side(level).size for level in compared.levels) < FEWEST_PATIENTS:
            few = f"a group has fewer than {FEWEST_PATIENTS} patients: no restricted mean, no survival at fixed months"
            self.notes.append(f"{compared.rows.name}: {few}.")
            return
        self._restricted_mean(compared)
        for months in MILESTONES_MONTHS:
            if _reached(compared, months):
                self._milestone(compared, months)

    def _restricted_mean(self, compared: ComparedRows) -> None:
        months = next((months for months in HORIZONS_MONTHS if _reached(compared, months)), None)
        if months is None:
            self.notes.append(f"{compared.rows.name}: follow-up of a group is too short for a restricted mean.")
            return
        reference = compared.levels[0]
        labels = self.factor.labels(compared.rows.members)
        found = restricted_mean_difference(
            compared.rows.follow_up, months * DAYS_PER_MONTH, labels, reference=reference
        )
        self._two(compared, f"restricted_mean_to_{months}_months", found.values, "days")
        self._record(
            compared, f"restricted_mean_difference_to_{months}_months", found.difference, unit="days",
            p=found.difference_p, analysis="restricted mean",
        )  # fmt: skip
        one, other = (months_text(value) for value in found.values)
        contrast = difference_months_text(found.difference)
        self._add(f"restricted mean to {months} months, months", one, other, contrast, p_text(found.difference_p))

    def _milestone(self, compared: ComparedRows, months: int) -> None:
        """Survival at a month; without a contrast where a curve is still at 1 or already at 0: it has no variance."""
        found = milestone_difference(
            compared.rows.follow_up,
            months * DAYS_PER_MONTH,
            self.factor.labels(compared.rows.members),
            reference=compared.levels[0],
        )
        self._two(compared, f"survival_at_{months}_months", found.values, "proportion")
        varies = all(0 < (value.estimate or 0) < 1 for value in found.values)
        change, p = (_within_one(found.difference), found.log_log_p) if varies else (None, None)
        note = "p on the log(−log) scale" if varies else "a curve is at 0 or 1 and has no variance"
        told: dict[str, Any] = {"unit": "proportion", "analysis": "milestone", "p": p, "note": note}
        self._record(compared, f"survival_difference_at_{months}_months", change, **told)
        one, other = (percent_text(value) for value in found.values)
        contrast = difference_percent_text(change) if change else NONE
        self._add(f"free of the event at {months} months, %", one, other, contrast, p_text(p))

    def _two(self, compared: ComparedRows, statistic: str, values: tuple[Estimate, Estimate], unit: str) -> None:
        for level, value in zip(compared.levels, values, strict=True):
            part = compared.rows.follow_up.at(compared.side(level))
            self._record(compared, statistic, value, unit=unit, level=level, n=part.n, events=int(part.event.sum()))


def _within_one(change: Estimate) -> Estimate:
    """A difference of shares with its limits cut at −1 and 1."""
    low, high = change.lower, change.upper
    return replace(
        change, lower=None if low is None else max(low, -1.0), upper=None if high is None else min(high, 1.0)
    )


def _reached(compared: ComparedRows, months: int) -> bool:
    """Whether both groups are followed that long, or have had all their events before."""
    for level in compared.levels:
        curve = kaplan_meier(compared.rows.follow_up.at(compared.side(level)))
        if curve.survival[-1] > 0 and curve.times[-1] < months * DAYS_PER_MONTH:
            return False
    return True


def _rank_p(compared: ComparedRows, stratum: Factor | None) -> float | None:
    """The log-rank p between the two groups, stratified where a factor is given."""
    rows = compared.rows
    kept = complete_rows(rows, [stratum])[0] if stratum is not None else np.arange(rows.n)
    members = rows.members[kept]
    labels = compared.factor.labels(members)
    if len(set(labels)) < 2:
        return None
    strata = stratum.labels(members) if stratum is not None else None
    found = log_rank(rows.follow_up.at(kept), labels, strata=strata)
    return found.p if found.why is None else None
