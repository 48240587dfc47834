"""Design checks on the models: selection, proportionality, overlap, size, number of tests, missing data (6-10, 12)."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_matrix import DesignMatrix, adjustment_set, design_matrix
from lutetia.cohort.design_rules import contrasts, finding, limit, share
from lutetia.cohort.group_contrast import group_contrast, group_follow_up, group_model
from lutetia.cohort.imputation import imputed_contrast
from lutetia.dates import DAYS_PER_MONTH
from lutetia.estimate import Estimate
from lutetia.proportion.multiplicity import adjusted_p
from lutetia.rows import LeftOut
from lutetia.survival import CoxFit, FollowUp, cox, firth, log_rank
from lutetia.survival.restricted_mean import restricted_mean_difference
from lutetia.survival.selection import stepwise

Floats = NDArray[np.float64]


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
    matrix, stop, event = _modelled(data, endpoint)
    follow_up = FollowUp(stop=stop, event=event)
    terms = {term: [matrix.names[at] for at in columns] for term, columns in matrix.terms.items()}
    selection = data.study.selection
    assert selection is not None
    chosen = stepwise(
        follow_up,
        matrix.table,
        names=matrix.names,
        terms=terms,
        enter_below=selection.pin,
        remove_above=selection.pout,
        bootstrap=bootstrap,
        seed=seed,
    )
    rows = _ratios(cox(follow_up, matrix.table, names=matrix.names, terms=terms), "full model: ")
    said = ", ".join(chosen.selected) or "nothing"
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


def _modelled(data: AnalysisData, endpoint: str) -> tuple[DesignMatrix, Floats, NDArray[np.bool_]]:
    """All patients with a row and every candidate covariate: their matrix, days and events, in one order."""
    matrix = design_matrix(data, _columns(data))
    row_of = {row.position: row for row in data.endpoint(endpoint).rows if row.stop_days > 0}
    members = data.selection.members
    kept = [n for n, place in enumerate(matrix.rows.tolist()) if members[place].story.position in row_of]
    rows = [row_of[members[int(matrix.rows[n])].story.position] for n in kept]
    table = matrix.table[kept]
    varies = np.flatnonzero(table.std(axis=0) > 0)
    place = {int(old): new for new, old in enumerate(varies)}
    terms = {term: tuple(place[at] for at in columns if at in place) for term, columns in matrix.terms.items()}
    reduced = DesignMatrix(
        table=table[:, varies],
        names=tuple(matrix.names[at] for at in varies),
        terms={term: columns for term, columns in terms.items() if columns},
        references=matrix.references,
        rows=matrix.rows[kept],
        left_out=matrix.left_out,
    )
    stop = np.array([row.stop_days for row in rows], dtype=np.float64)
    return reduced, stop, np.array([row.event == 1 for row in rows])


def not_proportional(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 7: the score test of the compared groups (Grambsch, Therneau 1994, as cox.zph since 2019)."""
    if data.study.comparison is None:
        return finding("DC-07", None, "no comparison is declared")
    fit, groups, _ = group_model(data, endpoint)
    if not fit.converged:
        return finding("DC-07", None, f"the model has no estimate: {fit.why}")
    p = fit.zph().tests[0].p
    says = (
        f"{groups.levels[1]} against {groups.levels[0]}, test of proportional hazards (Kaplan-Meier scale): p {p:.3f}"
    )
    fired = p < limit("proportional_hazards_p")
    return finding("DC-07", fired, says, partial(_restricted_means, data, endpoint))


def _restricted_means(data: AnalysisData, endpoint: str) -> Remedy:
    groups = group_follow_up(data, endpoint)
    last = [float(groups.follow_up.stop[groups.exposed == side].max()) for side in (False, True)]
    horizon = min(last)
    found = restricted_mean_difference(groups.follow_up, horizon, groups.group, reference=groups.levels[0])
    rows = (
        RemedyRow(
            analysis=f"difference of restricted means to {horizon / DAYS_PER_MONTH:.0f} months",
            estimate=_in_months(found.difference),
            n=groups.follow_up.n,
        ),
    )
    return Remedy(
        title=f"{endpoint} without proportional hazards", quantity="months", rows=rows, conventions=found.conventions
    )


def _in_months(days: Estimate) -> Estimate:
    values = [None if v is None else v / DAYS_PER_MONTH for v in (days.estimate, days.lower, days.upper)]
    return Estimate(estimate=values[0], lower=values[1], upper=values[2], method=days.method)


def overlapping_factors(data: AnalysisData) -> DesignFinding:
    """Check 8: Cramér's V of every pair of categories (the groups are one), variance inflation of every column."""
    categories = {
        covariate.column: data.column(covariate.column)
        for covariate in data.study.covariates
        if covariate.kind != "number"
    }
    categories["group"] = tuple(member.group for member in data.selection.members)
    pairs = [(a, b, cramers_v(categories[a], categories[b])) for a, b in combinations(categories, 2)]
    alike = [(a, b, v) for a, b, v in pairs if v >= limit("cramers_v")]
    matrix = design_matrix(data, [covariate.column for covariate in data.study.covariates])
    inflated = [(n, v) for n, v in zip(matrix.names, variance_inflation(matrix.table), strict=True)
                if v >= limit("variance_inflation")]  # fmt: skip
    said = [f"{a} and {b} (Cramér's V {v:.2f})" for a, b, v in alike]
    said += [f"{name} (variance inflation {'without limit' if v > 1e6 else f'{v:.1f}'})" for name, v in inflated]
    says = "; ".join(said) or "no pair of factors, no column above the limits"
    run = partial(_cells, categories, alike[0]) if alike else None
    return finding("DC-08", bool(said), says, run)


def cramers_v(one: tuple[object, ...], other: tuple[object, ...]) -> float:
    """Cramér's V of two categories, among patients in whom both are known; 0 where one of them does not vary."""
    pairs = [(str(a), str(b)) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    rows, columns = sorted({a for a, _ in pairs}), sorted({b for _, b in pairs})
    if len(rows) < 2 or len(columns) < 2:
        return 0.0
    table = np.array([[pairs.count((a, b)) for b in columns] for a in rows])
    chi2 = float(chi2_contingency(table, correction=False).statistic)
    return sqrt(chi2 / (len(pairs) * (min(len(rows), len(columns)) - 1)))


def variance_inflation(table: Floats) -> list[float]:
    """1 / (1 − R²) of each column on all others; 1 for a column that does not vary."""
    found = []
    for at in range(table.shape[1]):
        y = table[:, at]
        total = float(((y - y.mean()) ** 2).sum())
        if total == 0 or table.shape[0] <= table.shape[1]:
            found.append(1.0)
            continue
        others = np.column_stack([np.ones(y.size), np.delete(table, at, axis=1)])
        residual = y - others @ np.linalg.lstsq(others, y, rcond=None)[0]
        found.append(total / max(float((residual**2).sum()), total * 1e-12))
    return found


def _cells(categories: dict[str, tuple[object, ...]], pair: tuple[str, str, float]) -> Remedy:
    first, second, _ = pair
    seen = list(zip(categories[first], categories[second], strict=True))
    rows = [
        RemedyRow(analysis=f"{first} {a}, {second} {b}", n=seen.count((a, b)))
        for a in dict.fromkeys(categories[first])
        for b in dict.fromkeys(categories[second])
    ]
    return Remedy(title=f"Cells of {first} and {second}", quantity="patients", rows=tuple(rows))


def too_few_events(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 9."""
    matrix, _, event = _modelled(data, endpoint)
    parameters = max(len(matrix.names), 1)
    per = float(event.sum()) / parameters
    small = {g: n for g, n in data.selection.groups.items() if n < limit("smallest_group")}
    says = f"{int(event.sum())} events of {endpoint} for {len(matrix.names)} parameters ({per:.1f} each)"
    says += "".join(f"; {group} has {n} patients" for group, n in small.items())
    fired = bool(matrix.names) and (per < limit("events_per_parameter") or bool(small))
    return finding("DC-09", fired, says, partial(_penalised, data, endpoint) if matrix.names else None)


def _penalised(data: AnalysisData, endpoint: str) -> Remedy:
    matrix, stop, event = _modelled(data, endpoint)
    follow_up = FollowUp(stop=stop, event=event)
    plain = _ratios(cox(follow_up, matrix.table, names=matrix.names), "maximum likelihood: ")
    shrunk = _ratios(cox(follow_up, matrix.table, names=matrix.names, penalty=firth), "Firth: ")
    rows = tuple(row for pair in zip(plain, shrunk, strict=False) for row in pair)
    return Remedy(title=f"{endpoint}, penalised", quantity="hazard ratio", rows=rows)


def many_tests(data: AnalysisData) -> DesignFinding:
    """Check 10: p-values that the declared analyses print, against a declared order of testing."""
    endpoints = [table.name for table in data.endpoints]
    factors = len(data.study.covariates) + 1
    printed = len(endpoints) * factors
    ordered = data.study.hierarchy
    says = f"{len(endpoints)} endpoints × {factors} factors: {printed} p-values; "
    says += (
        f"tested in the order {', '.join(ordered)}, all others exploratory" if ordered else "no hierarchy is declared"
    )
    run = partial(_adjusted, data) if data.study.comparison is not None else None
    return finding("DC-10", printed > limit("p_values") and not ordered, says, run)


def _adjusted(data: AnalysisData) -> Remedy:
    tested, untested = {}, []
    for table in data.endpoints:
        groups = group_follow_up(data, table.name)
        found = log_rank(groups.follow_up, groups.group)
        if found.why is None:
            tested[table.name] = found.p
        else:
            untested.append(RemedyRow(analysis=f"{table.name}, log-rank", says=f"not tested: {found.why}"))
    raw = list(tested.values())
    holm, rate = (adjusted_p(raw, method=method) if raw else [] for method in ("holm", "benjamini-hochberg"))
    rows = [
        RemedyRow(analysis=f"{name}, log-rank", says=f"p {p:.4f}, Holm {h:.4f}, Benjamini-Hochberg {q:.4f}")
        for name, p, h, q in zip(tested, raw, holm, rate, strict=True)
    ]
    return Remedy(title="All endpoints together", quantity="p", rows=(*rows, *untested))


def incomplete_covariates(data: AnalysisData, endpoint: str, *, seed: int) -> DesignFinding:
    """Check 12."""
    matrix = design_matrix(data, adjustment_set(data.study))
    gone = data.n - matrix.rows.size
    reasons = "; ".join(f"{left.why} {left.count}" for left in matrix.left_out)
    says = f"in the models with all covariates: {share(int(matrix.rows.size), data.n)}"
    says += f"; left out: {reasons}" if reasons else ""
    can = data.study.comparison is not None and gone > 0
    run = partial(_imputed, data, endpoint, seed, matrix.left_out) if can else None
    return finding("DC-12", gone > 0, says, run)


def _imputed(data: AnalysisData, endpoint: str, seed: int, left_out: tuple[LeftOut, ...]) -> Remedy:
    columns = adjustment_set(data.study)
    complete = group_contrast(data, endpoint, analysis="complete cases", adjust=columns)
    return contrasts(f"{endpoint}, missing covariates", complete, imputed_contrast(data, endpoint, columns, seed=seed))
