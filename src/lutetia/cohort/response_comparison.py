"""Response rates of the two compared groups: differences by named methods, odds ratios plain and over strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.compared import comparison_factor, strata_factors
from lutetia.cohort.factor import Factor
from lutetia.cohort.response_rate import CONTROLLED, NOT_EVALUABLE, OBJECTIVE, UNKNOWN
from lutetia.errors import InputError
from lutetia.proportion import contingency, difference, interval, stratified
from lutetia.results.printed import (
    INDENT,
    NONE,
    NOT_ESTIMABLE,
    difference_percent_text,
    in_one_line,
    p_text,
    percent_text,
    ratio_text,
)
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow

METHODS = ("wald", "newcombe", "miettinen-nurminen")
RATES = {"ORR": OBJECTIVE, "DCR": CONTROLLED}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responses:
    """Evaluable patients of the two groups for one rate and line: who is exposed, who responded, which member."""

    name: str
    line: int
    exposed: tuple[bool, ...]
    responded: tuple[bool, ...]
    members: tuple[int, ...]
    not_evaluable: int

    def table(self) -> list[list[int]]:
        """[[responded, not], [responded, not]]: the other group first, then the reference."""
        pairs = list(zip(self.exposed, self.responded, strict=True))
        return [[pairs.count((side, True)), pairs.count((side, False))] for side in (True, False)]


def responses(data: AnalysisData, factor: Factor, name: str, line: int) -> Responses:
    """The evaluable best responses of the two groups to a line; NE and unknown ones are counted apart."""
    exposed, responded, members = [], [], []
    unknown = 0
    for place, member in enumerate(data.selection.members):
        had = member.story.line(line) if member.story.unusable is None else None
        if had is None or factor.values[place] not in factor.levels:
            continue
        best = had.best_response or UNKNOWN
        if best in NOT_EVALUABLE:
            unknown += 1
            continue
        exposed.append(factor.values[place] == factor.levels[1])
        responded.append(best in RATES[name])
        members.append(place)
    return Responses(
        name=name,
        line=line,
        exposed=tuple(exposed),
        responded=tuple(responded),
        members=tuple(members),
        not_evaluable=unknown,
    )


def response_lines(data: AnalysisData) -> tuple[int, ...]:
    """The lines whose responses are compared: those the groups look at, line 1 where they look at all."""
    return tuple(range(1, min(data.study.exposure.last_line or 1, 3) + 1))


def response_comparison(data: AnalysisData, *, key: str, lines: Sequence[int] | None = None) -> Table:
    """ORR and DCR of the two groups by line. Raises InputError if the study declares no comparison.

    Differences and odds ratios are of the other group against the reference, in evaluable patients.
    """
    factor = comparison_factor(data)
    reference, other = factor.levels
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes = ["Of patients with an evaluable best response to the line. CMH: without continuity correction."]
    for line in lines or response_lines(data):
        for name in RATES:
            found = responses(data, factor, name, line)
            if found.not_evaluable:
                notes.append(f"line {line}: {found.not_evaluable} not evaluable or not known, left out")
            printed.append(TableRow(cells=(f"{name}, line {line}",), kind="heading"))
            made = _Made(found, factor, printed, records)
            made.rates()
            for stratum in strata_factors(data):
                made.stratified(stratum)
            notes += made.notes
    return Table(
        key=key,
        title=f"Response: {other} against {reference}",
        head=("", reference, other, "Contrast (95 % CI)", "p"),
        rows=tuple(printed),
        records=tuple(records),
        notes=tuple(dict.fromkeys(notes)),
    )


class _Made:
    """Rows and records of one rate as they are made."""

    def __init__(
        self, found: Responses, factor: Factor, printed: list[TableRow], records: list[dict[str, Any]]
    ) -> None:
        self.found, self.factor, self.printed, self.records = found, factor, printed, records
        self.notes: list[str] = []

    def rates(self) -> None:
        """Counts, exact intervals, differences by every method, and the plain odds ratio with Fisher's test."""
        (x1, no1), (x2, no2) = self.found.table()
        n1, n2 = x1 + no1, x2 + no2
        cells = []
        for level, x, n in ((self.factor.levels[0], x2, n2), (self.factor.levels[1], x1, n1)):
            share = interval(x, n, method="clopper-pearson") if n else None
            cells.append(f"{x}/{n}: {percent_text(share)}" if share else "0/0")
            self._record(self.found.name, share, "proportion", level=level, reference="", n=n, events=x)
        self._add("rate, % (exact 95 % CI)", *cells)
        if not n1 or not n2:
            self.notes.append(f"{self.found.name}, line {self.found.line}: a group has no evaluable patient.")
            return
        for method in METHODS:
            change = difference(x1, n1, x2, n2, method=method)
            self._record(f"{self.found.name}_difference", change, "proportion")
            self._add(f"difference, percentage points ({method})", "", "", difference_percent_text(change))
        test = contingency.fisher_exact(self.found.table())
        ratio = contingency.odds_ratio(self.found.table(), method="woolf")
        self._record("odds_ratio", ratio, "ratio", p=test.p, note="std_error of the logarithm; p: Fisher")
        text = ratio_text(ratio) if ratio.lower is not None else NOT_ESTIMABLE
        self._add("odds ratio (Woolf); p Fisher, exact", "", "", text, p_text(test.p))

    def stratified(self, stratum: Factor) -> None:
        """The Mantel-Haenszel odds ratio and the CMH test over the levels of a factor."""
        text = f"odds ratio, stratified by {stratum.title}; p CMH"
        labels = [stratum.values[member] for member in self.found.members]
        tables = [
            _of(self.found, np.array([label == level for label in labels], dtype=bool)) for level in stratum.levels
        ]
        n = sum(map(sum, (row for table in tables for row in table)))
        analysis = f"stratified by {stratum.title}"
        try:
            test = stratified.cochran_mantel_haenszel(tables, correction=False)
            ratio = stratified.mantel_haenszel_odds_ratio(tables)
        except InputError as error:
            why = in_one_line(error)
            self._record("odds_ratio", None, "ratio", analysis=analysis, n=n, note=why)
            self._add(text, "", "", NOT_ESTIMABLE, NONE)
            return
        note = "; ".join(("std_error of the logarithm", *test.conventions))
        self._record("odds_ratio", ratio, "ratio", analysis=analysis, p=test.p, n=test.n, note=note)
        printed = ratio_text(ratio) if ratio.lower is not None else NOT_ESTIMABLE
        self._add(text, "", "", printed, p_text(test.p))
        if unknown := len(labels) - n:
            self.notes.append(f"{stratum.title} not known in {unknown}: left out where stratified by it")

    def _add(self, text: str, one: str, other: str, contrast: str = "", p: str = "") -> None:
        self.printed.append(TableRow(cells=(INDENT + text, one, other, contrast, p)))

    def _record(self, statistic: str, value: Any, unit: str, **more: Any) -> None:
        told: dict[str, Any] = {"analysis": "plain", "term": self.factor.key, "unit": unit}
        told |= {"level": self.factor.levels[1], "reference": self.factor.levels[0], "n": len(self.found.members)}
        told |= {"events": sum(self.found.responded), "endpoint": f"{self.found.name} line {self.found.line}"}
        self.records.append(record(statistic, value, **(told | more)))


def _of(found: Responses, here: Any) -> list[list[int]]:
    """The 2 × 2 table of those patients."""
    exposed, responded = np.array(found.exposed, dtype=bool)[here], np.array(found.responded, dtype=bool)[here]
    return [
        [int((exposed & responded).sum()), int((exposed & ~responded).sum())],
        [int((~exposed & responded).sum()), int((~exposed & ~responded).sum())],
    ]
