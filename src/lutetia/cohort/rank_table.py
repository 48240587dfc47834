"""Log-rank tests of an endpoint between the levels of its factors: overall, trend, pairs, and corrected p-values."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import EndpointFactors, Factor
from lutetia.cohort.factor_table import level_log_rank
from lutetia.proportion import multiplicity
from lutetia.results.printed import INDENT, NONE, chi2_text, p_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import LogRank, log_rank
from lutetia.survival.log_rank_pairwise import pairwise
from lutetia.survival.log_rank_trend import Trend, trend

HEAD = ("Test", "Patients", "Events", "Chi-square", "df", "p", "p, Holm", "p, Benjamini-Hochberg")


@dataclass(frozen=True, slots=True, kw_only=True)
class RankTest:
    """One log-rank test as the table prints it."""

    factor: Factor
    name: str
    level: str
    n: int
    events: int
    chi2: float
    df: int
    p: float
    why: str


def rank_table(rows: EndpointRows, factors: EndpointFactors, *, key: str) -> Table:
    """One overall test per factor, trend where its levels rise, every pair where it has more than two levels.

    Holm and Benjamini-Hochberg correct the overall tests for the number of factors, and the pairs of each factor for
    their number; trend tests stand uncorrected beside the overall ones.
    """
    grouped = [factor for factor in factors.factors if factor.kind == "levels"]
    overall = [test for factor in grouped if (test := _overall(rows, factor)) is not None]
    adjusted = dict(zip([test.factor.key for test in overall], _adjusted(overall), strict=True))
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    for test in overall:
        _add(printed, records, rows, test, adjusted[test.factor.key], "")
        if (rising := _trend(rows, test.factor)) is not None:
            _add(printed, records, rows, rising, (None, None), INDENT)
        pairs = _pairs(rows, test.factor)
        for pair, corrected in zip(pairs, _adjusted(pairs), strict=True):
            _add(printed, records, rows, pair, corrected, INDENT)
    return Table(
        key=key,
        title=f"{rows.name}: log-rank tests",
        head=HEAD,
        rows=tuple(printed),
        records=tuple(records),
        notes=_notes(rows, overall, factors),
    )


def _test(found: LogRank | Trend, factor: Factor, name: str, level: str = "") -> RankTest:
    return RankTest(
        factor=factor,
        name=name,
        level=level,
        n=sum(found.n),
        events=sum(found.events),
        chi2=found.chi2,
        df=found.df,
        p=found.p,
        why=found.why or "",
    )


def _overall(rows: EndpointRows, factor: Factor) -> RankTest | None:
    found = level_log_rank(rows, factor)
    if found is None:
        return None
    return _test(found, factor, factor.title)


def _trend(rows: EndpointRows, factor: Factor) -> RankTest | None:
    """Trend over levels that rise, scored 1, 2, 3 in their order; None for other factors and for two levels."""
    known = np.flatnonzero(factor.known(rows.members))
    labels = factor.labels(rows.members[known])
    order = [level for level in factor.levels if level in set(labels)]
    if not factor.ordered or len(order) < 3:
        return None
    scores: dict[Hashable, float] = {level: float(place) for place, level in enumerate(order, 1)}
    found = trend(rows.follow_up.at(known), labels, scores=scores)
    return _test(found, factor, f"trend: {' < '.join(order)}", "trend")


def _pairs(rows: EndpointRows, factor: Factor) -> list[RankTest]:
    """Every pair of levels on the patients of the two alone; none for a factor of two levels."""
    known = np.flatnonzero(factor.known(rows.members))
    labels = factor.labels(rows.members[known])
    if len(set(labels)) < 3:
        return []
    found = pairwise(rows.follow_up.at(known), labels)
    tests = {}
    for pair, test in zip(found.pairs, found.tests, strict=True):
        first, second = sorted(factor.levels.index(str(level)) for level in pair)
        one, other = factor.levels[first], factor.levels[second]
        tests[first, second] = _test(test, factor, f"{one} against {other}", f"{one} / {other}")
    return [tests[pair] for pair in sorted(tests)]


def _adjusted(tests: Sequence[RankTest]) -> list[tuple[float | None, float | None]]:
    """Holm's and Benjamini-Hochberg's p of each test, among those that could be made."""
    made = [test.p for test in tests if isfinite(test.p)]
    if not made:
        return [(None, None)] * len(tests)
    holm, hochberg = (iter(multiplicity.adjusted_p(made, method=m)) for m in ("holm", "benjamini-hochberg"))
    return [(float(next(holm)), float(next(hochberg))) if isfinite(test.p) else (None, None) for test in tests]


def _add(
    printed: list[TableRow],
    records: list[dict[str, Any]],
    rows: EndpointRows,
    test: RankTest,
    corrected: tuple[float | None, float | None],
    indent: str,
) -> None:
    df = str(test.df) if isfinite(test.chi2) else NONE
    counts = (str(test.n), str(test.events), chi2_text(test.chi2), df)
    cells = (indent + test.name, *counts, p_text(test.p), *(p_text(p) for p in corrected))
    printed.append(TableRow(cells=cells))
    told = {"holm": corrected[0], "benjamini-hochberg": corrected[1]}
    for name, p in {"": test.p, **told}.items():
        if name and p is None:
            continue
        records.append(
            record(
                "log_rank",
                test.chi2,
                unit="chi2",
                endpoint=rows.name,
                analysis="log-rank" if test.level != "trend" else "log-rank trend",
                term=test.factor.key,
                level=test.level,
                p=p,
                n=test.n,
                events=test.events,
                method=f"{test.df} degrees of freedom" + (f", p adjusted: {name}" if name else ""),
                note=test.why,
            )
        )


def _notes(rows: EndpointRows, overall: Sequence[RankTest], factors: EndpointFactors) -> tuple[str, ...]:
    return (
        *rows.conventions,
        f"{len(overall)} overall tests of this endpoint; Holm and Benjamini-Hochberg correct them for their number, "
        "and the pairs of a factor for theirs.",
        "Patients of whom a factor is not known are left out of its tests.",
        *(f"{test.name}: {test.why}" for test in overall if test.why),
        *(why for why in factors.why_not if "no factor" in why),
    )


def treatment_test(rows: EndpointRows, factor: Factor, levels: Sequence[str] | None = None) -> RankTest | None:
    """The log-rank test between the levels of the treatment, or between some of them; None where there is one only."""
    wanted = set(levels or factor.levels)
    kept = np.flatnonzero([value in wanted for value in factor.labels(rows.members)])
    labels = factor.labels(rows.members[kept])
    if len(set(labels)) < 2:
        return None
    found = log_rank(rows.follow_up.at(kept), labels)
    return _test(found, factor, " / ".join(sorted(set(labels))))
