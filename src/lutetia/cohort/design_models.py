"""Design checks on the models: selection, size, missing data (checks 6, 9, 12)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_matrix import DesignMatrix, adjustment_set, design_matrix, varying
from lutetia.cohort.design_rules import attempted, contrasts, finding, in_words, limit, share
from lutetia.cohort.group_contrast import group_contrast
from lutetia.cohort.imputation import imputed_contrast
from lutetia.errors import Fault, InputError
from lutetia.survival import CoxFit, FollowUp, cox, firth
from lutetia.survival.selection import stepwise


def stepwise_selection(data: AnalysisData, endpoint: str, *, bootstrap: int, seed: int) -> DesignFinding:
    """Check 6."""
    selection = data.study.selection
    if selection is None:
        return finding("DC-06", False, "no selection is declared: the model is the one declared")
    says = f"{selection.method}, entry p < {selection.pin:g}, removal p > {selection.pout:g}"
    return finding("DC-06", True, says, partial(_full_model, data, endpoint, bootstrap, seed))


def _columns(data: AnalysisData) -> tuple[str, ...]:
    chosen = data.study.selection.candidates if data.study.selection is not None else ()
    return chosen or tuple(covariate.column for covariate in data.study.covariates)


def _full_model(data: AnalysisData, endpoint: str, bootstrap: int, seed: int) -> Remedy:
    model = _modelled(data, endpoint)
    selection = data.study.selection
    assert selection is not None
    if not model.matrix.names:
        must = "must vary among the patients in whom all are known"
        raise InputError(data.study.title, [Fault(place="candidates", must=must, got="none that does")])
    fit = cox(model.follow_up, model.matrix.table, names=model.matrix.names, terms=model.terms)
    rows = _ratios(fit, "full model: ")
    chosen = stepwise(
        model.follow_up,
        model.matrix.table,
        names=model.matrix.names,
        terms=model.terms,
        enter_below=selection.pin,
        remove_above=selection.pout,
        bootstrap=bootstrap,
        seed=seed,
    )
    said = ", ".join(chosen.selected) or "nothing"
    said = said if chosen.converged else f"{said}; the path failed: {chosen.stopped}"
    rows.append(RemedyRow(analysis="stepwise path keeps", n=chosen.n, events=chosen.events, says=said))
    for term, inclusion in chosen.inclusion.items():
        rows.append(RemedyRow(analysis=f"chosen in bootstrap samples: {term}", says=f"{100 * float(inclusion):.0f} %"))
    notes = (chosen.warning, *chosen.conventions)
    return Remedy(title=f"{endpoint}: the full model", quantity="hazard ratio", rows=tuple(rows), conventions=notes)


def _ratios(fit: CoxFit, prefix: str) -> list[RemedyRow]:
    if not fit.converged:
        return [RemedyRow(analysis=f"{prefix}all", says=f"not estimable: {fit.why}", n=fit.n, events=fit.events)]
    return [
        RemedyRow(analysis=f"{prefix}{name}", estimate=ratio, n=fit.n, events=fit.events)
        for name, ratio in zip(fit.names, fit.hazard_ratio(), strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Modelled:
    """All patients with a row and every candidate covariate: their follow-up and matrix, in one order."""

    follow_up: FollowUp
    matrix: DesignMatrix

    @property
    def terms(self) -> dict[str, list[str]]:
        """The names of the columns of each covariate."""
        return {term: [self.matrix.names[at] for at in columns] for term, columns in self.matrix.terms.items()}


def _modelled(data: AnalysisData, endpoint: str) -> _Modelled:
    """With a declared cohort entry, patients count from it on. Raises InputError where nobody is left."""
    delayed, table = data.study.cohort_entry is not None, data.endpoint(endpoint)
    row_of = {row.position: row for row in (table.at_risk_after_entry()[0] if delayed else table.rows)}
    members = data.selection.members
    there = [place for place, member in enumerate(members) if member.story.position in row_of]
    matrix = varying(design_matrix(data, _columns(data), among=there))
    if not matrix.rows.size:
        must = "must be known together, with a row of the endpoint, in some patients"
        raise InputError(data.study.title, [Fault(place=f"covariates, {endpoint}", must=must)])
    rows = [row_of[members[int(place)].story.position] for place in matrix.rows]
    return _Modelled(
        follow_up=FollowUp(
            stop=[row.stop_days for row in rows],
            event=[row.event == 1 for row in rows],
            start=[row.entry_days for row in rows] if delayed else None,
        ),
        matrix=matrix,
    )


def too_few_events(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 9: events for each column of the model (without covariates: of the comparison), patients in each group."""
    compared = data.study.comparison.levels if data.study.comparison is not None else None
    if not _columns(data) and compared is None:
        return finding("DC-09", None, "no model is declared: neither covariates nor a comparison")
    try:
        model = _modelled(data, endpoint)
    except InputError as error:
        return finding("DC-09", True, f"the model holds nobody: {in_words(error)}")
    parameters, events = max(len(model.matrix.names), 1), int(model.follow_up.event.sum())
    groups = {level: data.selection.groups.get(level, 0) for level in compared or data.selection.groups}
    small = {group: n for group, n in groups.items() if n < limit("smallest_group")}
    says = f"{events} events of {endpoint} for {parameters} parameters ({events / parameters:.1f} each)"
    says += "".join(f"; {group} has {n} patients" for group, n in small.items())
    fired = events / parameters < limit("events_per_parameter") or bool(small)
    run = partial(_penalised, data, endpoint) if model.matrix.names else None
    return finding("DC-09", fired, says, run)


def _penalised(data: AnalysisData, endpoint: str) -> Remedy:
    """Maximum likelihood beside Firth's, covariate by covariate."""
    model = _modelled(data, endpoint)
    table, names = model.matrix.table, model.matrix.names
    plain = _ratios(cox(model.follow_up, table, names=names), "maximum likelihood: ")
    shrunk = _ratios(cox(model.follow_up, table, names=names, penalty=firth), "Firth: ")
    rows = [row for pair in zip_longest(plain, shrunk) for row in pair if row is not None]
    return Remedy(title=f"{endpoint}, penalised", quantity="hazard ratio", rows=tuple(rows))


def incomplete_covariates(data: AnalysisData, endpoint: str, *, seed: int) -> DesignFinding:
    """Check 12."""
    matrix = design_matrix(data, adjustment_set(data.study))
    gone = data.n - matrix.rows.size
    reasons = "; ".join(f"{left.why} {left.count}" for left in matrix.left_out)
    says = f"in the models with all covariates: {share(int(matrix.rows.size), data.n)}"
    says += f"; left out: {reasons}" if reasons else ""
    can = data.study.comparison is not None and gone > 0
    run = partial(_imputed, data, endpoint, seed) if can else None
    return finding("DC-12", gone > 0, says, run)


def _imputed(data: AnalysisData, endpoint: str, seed: int) -> Remedy:
    columns, delayed = adjustment_set(data.study), data.study.cohort_entry is not None
    complete = attempted(
        "complete cases",
        lambda: group_contrast(data, endpoint, analysis="complete cases", adjust=columns, delayed_entry=delayed),
    )
    imputed = attempted("imputations", lambda: imputed_contrast(data, endpoint, columns, seed=seed))
    return contrasts(f"{endpoint}, missing covariates", complete, imputed)
