"""The subgroup forest of the compared groups for one endpoint: table, records and figure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.compared import ComparedRows, compared_rows, comparison_factor
from lutetia.cohort.endpoint import Endpoint
from lutetia.cohort.factor import Factor, clock_rank, covariate_factor
from lutetia.cohort.factor_model import factor_model
from lutetia.cohort.study import Study
from lutetia.estimate import Estimate
from lutetia.results.figure_data import ForestFigure, RatioRow
from lutetia.results.printed import INDENT, NONE, NOT_ESTIMABLE, p_text, ratio_text
from lutetia.results.record import record
from lutetia.results.subgroup import SubgroupRow, Subgroups, subgroup_rows
from lutetia.results.table import Table, TableRow


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """One forest as a table and as the data of its figure."""

    table: Table
    figure: ForestFigure


def forest(data: AnalysisData, endpoint: str, *, key: str) -> Forest | None:
    """Hazard ratios of the compared groups over all and in each declared subgroup, with interaction tests.

    None where no subgroup is declared or a group has no patient with the endpoint. A covariate that is known only after
    the endpoint's clock starts makes no subgroup. Raises InputError if the study declares no comparison.
    """
    compared = compared_rows(data, endpoint)
    if compared is None or not data.study.subgroups:
        comparison_factor(data)
        return None
    made = _Made(compared)
    made.everybody()
    whole = {subgroup.covariate for subgroup in data.study.subgroups if subgroup.level is None}
    for subgroup in data.study.subgroups:
        if subgroup.level is not None and subgroup.covariate in whole:
            continue
        factor, why = subgroup_factor(data, subgroup.covariate, compared.rows.endpoint)
        if factor is None:
            made.notes.append(why)
            continue
        labels = factor.labels(compared.rows.members)
        levels = factor.levels if subgroup.level is None else (subgroup.level,)
        made.subgroup(
            factor, subgroup_rows(compared.rows.follow_up, compared.exposed, labels, levels=factor.levels), levels
        )
    return made.forest(key)


def subgroup_factor(data: AnalysisData, column: str, endpoint: Endpoint) -> tuple[Factor | None, str]:
    """The factor of a declared subgroup; None with the reason where it is known only after the clock starts."""
    covariate = data.study.covariate(column)
    if covariate is None:
        return None, f"{column}: not declared"
    known = covariate.known_at
    if known is not None and known.rank > clock_rank(data.study, endpoint):
        return None, f"{covariate.title}: known at {known}, after the clock starts; no subgroup"
    return covariate_factor(data, covariate), ""


class _Made:
    """Rows, records and figure rows as they are made."""

    def __init__(self, compared: ComparedRows) -> None:
        self.compared = compared
        self.printed: list[TableRow] = []
        self.records: list[dict[str, Any]] = []
        self.ratios: list[RatioRow] = []
        self.notes: list[str] = []

    def everybody(self) -> None:
        """The first row: all patients of the two groups."""
        rows, exposed = self.compared.rows, self.compared.exposed
        model = factor_model(rows, [self.compared.factor])
        event = rows.follow_up.event
        counts = [(int(event[side].sum()), int(side.sum())) for side in (exposed, ~exposed)]
        ratio = model.ratio(self.compared.factor, self.compared.levels[1])
        p = model.p(self.compared.factor, self.compared.levels[1])
        self._row("All patients", "", "", counts, ratio, p, model.why, "")

    def subgroup(self, factor: Factor, found: Subgroups, levels: tuple[str, ...]) -> None:
        """One factor: its interaction test, then its levels."""
        test = found.interaction if len(levels) > 1 else None
        p = p_text(test.p) if test is not None else NONE
        self.printed.append(TableRow(cells=(factor.title, "", "", "", "", p)))
        self.ratios.append(RatioRow(label=factor.title, beside=p))
        if len(levels) > 1:
            self.records.append(
                record(
                    "interaction",
                    test.chi2 if test else None,
                    unit="chi2",
                    endpoint=self.compared.rows.name,
                    analysis="subgroups",
                    term=factor.key,
                    p=test.p if test else None,
                    n=found.n,
                    events=found.events,
                    method=f"likelihood ratio, {test.df:.0f} degrees of freedom" if test else "",
                    note=found.why,
                )
            )
        if found.why and len(levels) > 1:
            self.notes.append(f"{factor.title}, interaction not estimable: {found.why}")
        for row in found.rows:
            if row.level in levels:
                self._level(factor, row)
        self.notes += [f"{factor.title}: {left.count} left out, {left.why}" for left in found.left_out]

    def _level(self, factor: Factor, row: SubgroupRow) -> None:
        counts = list(zip(row.events, row.n, strict=True))
        self._row(INDENT + row.level, factor.key, row.level, counts, row.ratio, row.p, row.why, factor.title)

    def _row(
        self,
        text: str,
        term: str,
        level: str,
        counts: list[tuple[int, int]],
        ratio: Estimate | None,
        p: float | None,
        why: str,
        title: str,
    ) -> None:
        told = [f"{events}/{n}" for events, n in counts]
        events, n = (sum(pair[at] for pair in counts) for at in (0, 1))
        printed = ratio_text(ratio) if ratio else NOT_ESTIMABLE
        self.printed.append(TableRow(cells=(text, *told, printed, p_text(p), "")))
        nothing = Estimate(estimate=None, lower=None, upper=None, method="not estimable")
        self.ratios.append(
            RatioRow(label=text.strip(), ratio=ratio or nothing, counts=" vs ".join(told), events=float(max(events, 1)))
        )
        reference, other = self.compared.levels
        note = f"{other} against {reference}" + (f"; {why}" if why else "")
        names = {"endpoint": self.compared.rows.name, "analysis": "subgroups", "term": term, "level": level}
        self.records.append(record("hazard_ratio", ratio, unit="ratio", p=p, n=n, events=events, note=note, **names))
        if why:
            self.notes.append(f"{title or 'All patients'}, {level or 'all'}: not estimable, {why}")

    def forest(self, key: str) -> Forest:
        """Table and figure."""
        rows, (reference, other) = self.compared.rows, self.compared.levels
        title = f"{rows.name}: {other} against {reference} in subgroups"
        head = ("Subgroup", f"{other}, events/n", f"{reference}, events/n", "HR (95 % CI)", "p", "p of interaction")
        notes = (
            *rows.conventions,
            "Each hazard ratio: a Cox model in that level alone, not stratified, Efron's ties, Wald's interval and p.",
            "p of interaction: likelihood ratio, in one model. Subgroups are not corrected for their number.",
            *self.notes,
        )
        return Forest(
            table=Table(
                key=key, title=title, head=head, rows=tuple(self.printed), records=tuple(self.records), notes=notes
            ),
            figure=ForestFigure(
                key=key,
                title=title,
                rows=tuple(self.ratios),
                ratio="Hazard ratio",
                favours=(f"{other} better", f"{reference} better"),
                counts_title=f"Events/n: {other} vs {reference}",
                beside_title="Interaction p",
                conventions=notes,
            ),
        )


def single_levels(study: Study) -> tuple[tuple[str, str], ...]:
    """The declared subgroups of one level only, which are analysed as cohorts of their own: column and level."""
    return tuple((subgroup.covariate, subgroup.level) for subgroup in study.subgroups if subgroup.level is not None)
