"""Tables 3 to 6 of a cohort paper: for one endpoint, every factor with its medians and hazard ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import EndpointFactors, Factor
from lutetia.cohort.factor_model import FactorModel, factor_model
from lutetia.results.median_days import median_days
from lutetia.results.printed import INDENT, NONE, NOT_ESTIMABLE, months_text, p_text, ratio_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import KaplanMeier, LogRank, kaplan_meier, log_rank

HEAD = (
    "Factor",
    "n",
    "Events",
    "Median, months (95 % CI)",
    "Median, SPSS mode",
    "Log-rank p",
    "Univariable HR (95 % CI)",
    "p",
    "Multivariable HR (95 % CI)",
    "p",
)
UNKNOWN = "not known"
REFERENCE = "1 (reference)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorModels:
    """The models behind the table: one per factor alone, and all factors of the model together."""

    univariable: dict[str, FactorModel]
    multivariable: FactorModel


def factor_models(rows: EndpointRows, factors: EndpointFactors) -> FactorModels:
    """Every univariable model on the patients in whom its factor is known, and the multivariable one."""
    return FactorModels(
        univariable={factor.key: factor_model(rows, [factor]) for factor in factors.factors},
        multivariable=factor_model(rows, factors.model),
    )


def factor_table(rows: EndpointRows, factors: EndpointFactors, models: FactorModels, *, key: str, title: str) -> Table:
    """The table: all patients, then each factor with its test and its levels, patients of unknown level apart.

    n and events of a factor's levels and of "not known" sum to those of all patients. p in a factor's row is the
    likelihood-ratio test of the whole factor, in a level's row Wald's against the reference.
    """
    made = _Made(rows=rows, models=models, in_model=factors.in_model)
    made.everybody()
    for factor in factors.factors:
        made.factor(factor)
    return Table(
        key=key,
        title=title,
        head=HEAD,
        rows=tuple(made.printed),
        records=tuple(made.records),
        notes=_notes(rows, factors, models),
    )


class _Made:
    """Rows and records of a table as they are made."""

    def __init__(self, *, rows: EndpointRows, models: FactorModels, in_model: Sequence[str]) -> None:
        self.rows, self.models, self.in_model = rows, models, in_model
        self.printed: list[TableRow] = []
        self.records: list[dict[str, Any]] = []

    def everybody(self) -> None:
        """The first row: all patients of the endpoint."""
        cells = self._curve_cells("", "", np.arange(self.rows.n))
        self.printed.append(TableRow(cells=("All patients", *cells, "", "", "", "", "")))

    def factor(self, factor: Factor) -> None:
        """A factor: its tests, then its levels, or one unit of a number."""
        if factor.kind == "number":
            self._number(factor)
            return
        groups = {level: np.flatnonzero(factor.has(level, self.rows.members)) for level in _ordered(factor, self.rows)}
        unknown = np.flatnonzero(~factor.known(self.rows.members))
        one, all_ = self._models(factor)
        tests = [self._test(name, model, factor) for name, model in _named(one, all_)]
        p_rank = self._log_rank(factor)
        in_model = factor.key in self.in_model
        cells = (factor.title, "", "", "", "", p_rank, "", tests[0], "", tests[1] if in_model else NONE)
        self.printed.append(TableRow(cells=cells))
        for level, places in groups.items():
            counts = self._curve_cells(factor.key, level, places)
            ratios = self._ratios(one, all_, factor, level)
            self.printed.append(TableRow(cells=(INDENT + level, *counts, "", *ratios)))
        if unknown.size:
            counts = self._curve_cells(factor.key, UNKNOWN, unknown)
            self.printed.append(TableRow(cells=(INDENT + UNKNOWN, *counts, "", "", "", "", "")))

    def _number(self, factor: Factor) -> None:
        one, all_ = self._models(factor)
        for name, model in _named(one, all_):
            self._test(name, model, factor)
        ratios = self._ratios(one, all_, factor, None)
        counts = (str(one.n), str(one.events), "", "", "")
        self.printed.append(TableRow(cells=(f"{factor.title}, per unit", *counts, *ratios)))

    def _ratios(
        self, one: FactorModel, all_: FactorModel | None, factor: Factor, level: str | None
    ) -> tuple[str, str, str, str]:
        """Hazard ratio and p of the univariable and of the multivariable model."""
        alone, together = (self._ratio(name, m, factor, level) for name, m in _named(one, all_))
        return (*alone, *together)

    def _models(self, factor: Factor) -> tuple[FactorModel, FactorModel | None]:
        return self.models.univariable[factor.key], self.models.multivariable if factor.key in self.in_model else None

    def _curve_cells(self, term: str, level: str, places: NDArray[np.int64]) -> tuple[str, str, str, str]:
        """n, events and the medians of these rows."""
        if not places.size:
            return "0", "0", NONE, NONE
        part = self.rows.follow_up.at(places)
        n, events = part.n, int(part.event.sum())
        told = {"endpoint": self.rows.name, "analysis": "Kaplan-Meier", "term": term, "level": level}
        if self.rows.competing:
            self.records.append(record("patients", n, n=n, events=events, **told))  # type: ignore[arg-type]
            return str(n), str(events), NONE, NONE
        curve = kaplan_meier(part)
        medians = [median_days(curve), median_days(curve, "spss")]
        self.records += [
            record("median", median, unit="days", n=n, events=events, note=curve.why or "", **told)  # type: ignore[arg-type]
            for median in medians
        ]
        return str(n), str(events), months_text(medians[0]), months_text(medians[1])

    def _log_rank(self, factor: Factor) -> str:
        found = level_log_rank(self.rows, factor)
        if found is None:
            return NONE
        self.records.append(
            record(
                "log_rank",
                found.chi2,
                unit="chi2",
                endpoint=self.rows.name,
                analysis="log-rank",
                term=factor.key,
                p=found.p,
                n=sum(found.n),
                events=sum(found.events),
                method=f"log-rank, {found.df} degrees of freedom",
                note=found.why or "",
            )
        )
        return p_text(found.p)

    def _test(self, name: str, model: FactorModel | None, factor: Factor) -> str:
        if model is None:
            return NONE
        test = model.test(factor)
        self.records.append(
            record(
                "likelihood_ratio",
                test.chi2 if test else None,
                unit="chi2",
                endpoint=self.rows.name,
                analysis=name,
                term=factor.key,
                p=test.p if test else None,
                n=model.n,
                events=model.events,
                method=f"likelihood ratio, {test.df:.0f} degrees of freedom" if test else "",
                note=model.why,
            )
        )
        return p_text(test.p) if test else NONE

    def _ratio(self, name: str, model: FactorModel | None, factor: Factor, level: str | None) -> tuple[str, str]:
        """Hazard ratio and p as printed; the reference says so."""
        if model is None:
            return NONE, NONE
        reference = model.references.get(factor.key, "")
        if level is not None and factor.key not in model.references:  # one level only, or nothing could be fitted
            return NONE, NONE
        if level is not None and level == reference:
            return (REFERENCE, "") if model.usable else (NONE, NONE)
        ratio, p = model.ratio(factor, level), model.p(factor, level)
        self.records.append(
            record(
                "hazard_ratio",
                ratio,
                unit="ratio",
                endpoint=self.rows.name,
                analysis=name,
                term=factor.key,
                level=level or "per unit",
                reference=reference,
                p=p,
                n=model.n,
                events=model.events,
                note="std_error is that of the ratio" if ratio else model.why or "; ".join(model.dropped),
            )
        )
        return (ratio_text(ratio), p_text(p)) if ratio else (NOT_ESTIMABLE, NONE)


def _named(one: FactorModel, all_: FactorModel | None) -> tuple[tuple[str, FactorModel | None], ...]:
    return ("univariable", one), ("multivariable", all_)


def _ordered(factor: Factor, rows: EndpointRows) -> list[str]:
    """The levels that occur, in the order of the declaration."""
    found = set(factor.labels(rows.members))
    return [level for level in factor.levels if level in found]


def level_log_rank(rows: EndpointRows, factor: Factor) -> LogRank | None:
    """Log-rank test between the levels of a factor on the patients in whom it is known; None for one level."""
    known = np.flatnonzero(factor.known(rows.members))
    labels = factor.labels(rows.members[known])
    if len(set(labels)) < 2:
        return None
    return log_rank(rows.follow_up.at(known), labels)


def level_curves(rows: EndpointRows, factor: Factor) -> dict[str, KaplanMeier]:
    """Kaplan-Meier curves by level, in the order of the declaration."""
    return {
        level: kaplan_meier(rows.follow_up.at(np.flatnonzero(factor.has(level, rows.members))))
        for level in _ordered(factor, rows)
    }


def _notes(rows: EndpointRows, factors: EndpointFactors, models: FactorModels) -> tuple[str, ...]:
    model = models.multivariable
    titles = "; ".join(factor.title for factor in model.factors)
    notes = [
        *rows.conventions,
        "Medians: Kaplan-Meier with log-log limits; SPSS mode: the first time with S ≤ 0.5, with symmetric limits. "
        f"{'NE: not reached.' if not rows.competing else 'With competing events see the cumulative incidence.'}",
        "Hazard ratios: Cox model, Efron's ties, Wald's interval. p of a factor: likelihood ratio; of a level: Wald.",
        f"Multivariable model of {titles}: {model.n} patients in whom all are known, {model.events} events.",
        *model.cautions,
        *(f"{left.count} of the multivariable model left out: {left.why}" for left in model.left_out),
        *(f"{left.count} without this endpoint: {left.why}" for left in rows.left_out),
        *factors.why_not,
    ]
    notes += [
        f"{one.factors[0].title}, alone: {caution}"
        for one in models.univariable.values()
        for caution in one.cautions
        if not one.usable
    ]
    return tuple(dict.fromkeys(notes))
