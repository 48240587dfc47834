"""Table 3: best responses, objective response and disease control with exact intervals, their comparison, duration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.proportion import contingency, difference, interval
from lutetia.proportion.stratified import cochran_mantel_haenszel, mantel_haenszel_odds_ratio
from lutetia.results.median_days import median_days
from lutetia.results.printed import (
    INDENT,
    count_text,
    difference_percent_text,
    in_one_line,
    months_text,
    p_text,
    percent_text,
    ratio_text,
)
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import FollowUp, kaplan_meier
from lutetia.trial.adam import TrialData
from lutetia.trial.arms import Arms, arms_of

WORDS = {
    "CR": "Complete response",
    "PR": "Partial response",
    "SD": "Stable disease",
    "NON-CR/NON-PD": "Non-CR/non-PD",
    "PD": "Progressive disease",
    "NE": "Not known",
}
RESPONDED, CONTROLLED = ("CR", "PR"), ("CR", "PR", "SD", "NON-CR/NON-PD")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseAnalysis:
    """Rates (experimental, control) and their comparison. `p_one_sided`: stratified Mantel-Haenszel test against "no
    more responses in the experimental arm"."""

    arms: Arms
    best: tuple[str, ...]
    objective_response: tuple[Estimate, Estimate]
    disease_control: tuple[Estimate, Estimate]
    difference: Estimate
    odds_ratio: Estimate
    p_one_sided: float | None
    duration_days: tuple[Estimate, Estimate]
    conventions: tuple[str, ...]


def response_analysis(data: TrialData, *, difference_method: str = "wald", level: float = 0.95) -> ResponseAnalysis:
    """Best response (BOR, central reading) of all randomised patients; unknown counts as no response.

    Raises InputError for an unknown response or a patient of the full analysis set without one.
    """
    arms = arms_of(data, "FASFL")
    best = _best_of(data, arms)
    responded = np.array([value in RESPONDED for value in best])
    controlled = np.array([value in CONTROLLED for value in best])
    (x1, x2), (n1, n2) = arms.count(responded), arms.n
    tables = _by_stratum(arms, responded)
    odds, p, why = _stratified(tables, level)
    return ResponseAnalysis(
        arms=arms,
        best=best,
        objective_response=(interval(x1, n1, level=level), interval(x2, n2, level=level)),
        disease_control=tuple(interval(x, n, level=level) for x, n in zip(arms.count(controlled), arms.n, strict=True)),  # type: ignore[arg-type]
        difference=difference(x1, n1, x2, n2, method=difference_method, level=level),
        odds_ratio=odds,
        p_one_sided=p,
        duration_days=_durations(data, arms, level),
        conventions=(
            "Rates are of all randomised patients, response not known included; intervals exact (Clopper-Pearson).",
            f"Difference of rates: {difference_method}, not stratified. Odds ratio: Mantel-Haenszel over "
            f"{len(tables)} strata; one-sided p of the stratified Mantel-Haenszel test without correction.",
            "Best response as recorded for the central reader; confirmation is not asked for here.",
            *([f"No stratified comparison: {why}."] if why else []),
        ),
    )


def _stratified(tables: np.ndarray[Any, Any], level: float) -> tuple[Estimate, float | None, str]:
    """Odds ratio, one-sided p, and why there is none."""
    try:
        z = cochran_mantel_haenszel(tables, correction=False).z
        return mantel_haenszel_odds_ratio(tables, level=level), None if z is None else float(ndtr(-z)), ""
    except InputError as error:
        nothing = Estimate(estimate=None, lower=None, upper=None, level=level, method="not estimable")
        return nothing, None, in_one_line(error)


def response_table(found: ResponseAnalysis, *, key: str = "table-3") -> Table:
    """The analysis as it is printed."""
    arms = found.arms
    printed = [TableRow(cells=("Best response", "", ""))]
    records: list[dict[str, Any]] = []
    for code, words in WORDS.items():
        counts = arms.count([value == code for value in found.best])
        if any(counts):
            cells = (count_text(c, n) for c, n in zip(counts, arms.n, strict=True))
            printed.append(TableRow(cells=(INDENT + words, *cells)))
        for name, count, n in zip(arms.names, counts, arms.n, strict=True):
            records.append(record("count", count, analysis="best response", level=code, group=name, n=n))
    ci = f"({100 * (found.difference.level or 0.95):g} % CI)"
    for words, rates in (
        (f"Objective response, % {ci}", found.objective_response),
        (f"Disease control, % {ci}", found.disease_control),
    ):
        printed.append(TableRow(cells=(words, percent_text(rates[0]), percent_text(rates[1]))))
        for name, rate, n in zip(arms.names, rates, arms.n, strict=True):
            records.append(record(words.split(",")[0].lower(), rate, unit="proportion", group=name, n=n))
    months = tuple(months_text(days) for days in found.duration_days)
    printed.append(TableRow(cells=(f"Duration of response, median months {ci}", *months)))
    for name, days in zip(arms.names, found.duration_days, strict=True):
        records.append(record("median", days, unit="days", endpoint="DOR", group=name))
    compared = (
        ("Difference of response rates, percentage points", difference_percent_text(found.difference)),
        ("Odds ratio, stratified", ratio_text(found.odds_ratio)),
        ("One-sided p, stratified", p_text(found.p_one_sided)),
    )
    printed += [TableRow(cells=(words, text, "")) for words, text in compared]
    records.append(record("risk_difference", found.difference, unit="proportion", analysis="objective response"))
    records.append(
        record("odds_ratio", found.odds_ratio, unit="ratio", analysis="objective response", p=found.p_one_sided)
    )
    head = ("", *(f"{name} (n = {n})" for name, n in zip(arms.names, arms.n, strict=True)))
    return Table(
        key=key,
        title="Tumour response, central reading",
        head=head,
        rows=tuple(printed),
        records=tuple(records),
        notes=found.conventions,
    )


def _best_of(data: TrialData, arms: Arms) -> tuple[str, ...]:
    rows = {row["USUBJID"]: row["AVALC"] for row in data.adrs.where(PARAMCD="BOR", PARQUAL="central").rows()}
    lacking = [subject for subject in arms.subjects if subject not in rows]
    strange = sorted({value for value in rows.values() if value not in WORDS})
    faults = []
    if lacking:
        got = f"{len(lacking)} lack it, {', '.join(lacking[:5])} among them"
        must, do = "must hold a best response of every patient", "Write NE where it is not known."
        faults.append(Fault(place="ADRS, PARAMCD BOR", must=must, got=got, do=do))
    if strange:
        faults.append(Fault(place="ADRS.AVALC", must=f"must be one of {', '.join(WORDS)}", got=", ".join(strange)))
    if faults:
        raise InputError("response", faults)
    return tuple(rows[subject] for subject in arms.subjects)


def _by_stratum(arms: Arms, responded: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """(strata, 2, 2): experimental, control × responded, not; strata with patients of both sides or of one."""
    stratum = np.array(arms.stratum)
    tables = []
    for name in sorted(set(arms.stratum)):
        here = stratum == name
        tables.append(
            [[int((here & side & responded).sum()), int((here & side & ~responded).sum())] for side in arms.sides()]
        )
    return np.array(tables)


def _durations(data: TrialData, arms: Arms, level: float) -> tuple[Estimate, Estimate]:
    rows = {row["USUBJID"]: row for row in data.adtte.where(PARAMCD="DOR").rows()}
    medians = []
    for side in arms.sides():
        mine = [rows[s] for s, here in zip(arms.subjects, side, strict=True) if here and s in rows]
        if not mine:
            medians.append(Estimate(estimate=None, lower=None, upper=None, method="no responders"))
            continue
        follow = FollowUp(stop=[row["AVAL"] for row in mine], event=[int(row["CNSR"] == 0) for row in mine])
        medians.append(median_days(kaplan_meier(follow), level=level))
    return medians[0], medians[1]


def fisher_p(found: ResponseAnalysis) -> float:
    """Two-sided exact p of the response rates without strata, as a second look."""
    responded = [value in RESPONDED for value in found.best]
    (x1, x2), (n1, n2) = found.arms.count(responded), found.arms.n
    return float(contingency.fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).p)
