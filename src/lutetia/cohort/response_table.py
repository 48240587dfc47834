"""Response by line and treatment: counts of best responses, objective response and disease control with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.regimen_group import group_names
from lutetia.cohort.response_rate import ResponseRate, response_rates
from lutetia.cohort.story import Story
from lutetia.errors import InputError
from lutetia.estimate import Estimate
from lutetia.proportion import contingency, interval
from lutetia.results.printed import INDENT, p_sentence, percent_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow

EVERYBODY = "all patients"
METHODS = ("clopper-pearson", "wilson")
HEAD = (
    "Line and treatment",
    "Patients",
    "Evaluable",
    "CR",
    "PR",
    "SD or non-CR/non-PD",
    "PD",
    "NE or not known",
    "ORR, % (exact 95 % CI)",
    "ORR, % (Wilson)",
    "DCR, % (exact 95 % CI)",
    "DCR, % (Wilson)",
    "ORR of all patients, % (exact)",
)


def response_table(data: AnalysisData, *, key: str, lines: Sequence[int] = (1, 2)) -> Table:
    """Best responses by line, and within it by the class of treatment.

    Rates are of the patients whose response could be evaluated; beside them the ORR of all patients who had the line.
    Lines that nobody had have no rows.
    """
    stories = [member.story for member in data.selection.members]
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    for number in lines:
        rates = line_rates(stories, number)
        if not rates or not rates[0].n_line:
            continue
        printed.append(TableRow(cells=(f"Line {number}",), kind="heading"))
        for rate in rates:
            printed.append(_row(rate, records))
        notes += _test_note(number, rates, records)
        notes += [f"line {number}: {left.count} left out, {left.why}" for left in rates[0].left_out]
    conventions = (
        "Rates: of patients with an evaluable best response to the line; the last column is of all who had the line.",
        "ORR: CR and PR; DCR: CR, PR, SD and non-CR/non-PD; best responses as recorded, confirmation is not asked for.",
    )
    return Table(
        key=key,
        title="Response by line of therapy",
        head=HEAD,
        rows=tuple(printed),
        records=tuple(records),
        notes=(*conventions, *notes),
    )


def line_rates(stories: Sequence[Story], number: int) -> tuple[ResponseRate, ...]:
    """The response rates of a line: of all patients who had it, then by its class of treatment, in fixed order."""
    usable = [story for story in stories if story.unusable is None]
    had = [(story, line) for story in usable if (line := story.line(number)) is not None]
    everybody = response_rates(stories, [EVERYBODY] * len(stories), number) if stories else ()
    by_group = response_rates([story for story, _ in had], [line.group for _, line in had], number)
    order = {name: place for place, name in enumerate(group_names())}
    return (*everybody, *sorted(by_group, key=lambda rate: order.get(rate.group, len(order))))


def _row(rate: ResponseRate, records: list[dict[str, Any]]) -> TableRow:
    counts = dict(rate.counts)
    of = {"ORR": rate.responded, "DCR": rate.controlled}
    texts = {}
    for name, count in of.items():
        for method in METHODS:
            share = interval(count, rate.n, method=method) if rate.n else None
            texts[name, method] = percent_text(share) if share else "–"
            _record(records, rate, name, share, count, rate.n, "evaluable patients")
    of_all = interval(rate.responded, rate.n_line, method="clopper-pearson")
    _record(records, rate, "ORR", of_all, rate.responded, rate.n_line, "all patients who had the line")
    for name, count in rate.counts:
        told = {"analysis": f"line {rate.line}", "term": "treatment", "level": rate.group}
        records.append(record(f"best_response_{name}", count, unit="patients", n=rate.n_line, **told))  # type: ignore[arg-type]
    stable = counts["SD"] + counts["NON_CR_NON_PD"]
    unknown = rate.n_line - counts["CR"] - counts["PR"] - stable - counts["PD"]
    cells = (rate.n_line, rate.n, counts["CR"], counts["PR"], stable, counts["PD"], unknown)
    shares = [texts[name, method] for name in of for method in METHODS]
    return TableRow(cells=(INDENT + rate.group, *map(str, cells), *shares, percent_text(of_all)))


def _record(
    records: list[dict[str, Any]],
    rate: ResponseRate,
    name: str,
    share: Estimate | None,
    count: int,
    n: int,
    of: str,
) -> None:
    told: dict[str, Any] = {"analysis": f"line {rate.line}", "term": "treatment", "level": rate.group}
    told["note"] = f"of {of}"
    records.append(record(name, share, unit="proportion", n=n, events=count, **told))


def _test_note(number: int, rates: Sequence[ResponseRate], records: list[dict[str, Any]]) -> list[str]:
    """One sentence with the chi-square test of the ORR between the treatments of a line."""
    treated = [rate for rate in rates if rate.group != EVERYBODY and rate.n]
    if len(treated) < 2:
        return []
    table = [[rate.responded, rate.n - rate.responded] for rate in treated]
    try:
        test = contingency.chi_square(table, correction=False)
    except InputError:
        return [f"Line {number}: ORR not compared between treatments, no response differs."]
    told: dict[str, Any] = {"analysis": f"line {number}", "term": "treatment", "unit": "chi2", "n": test.n}
    records.append(record("ORR_chi_square", test.statistic, p=test.p, method=test.method, **told))
    said = "; ".join(test.conventions)
    return [f"Line {number}: ORR between treatments, chi-square {p_sentence(test.p)} ({said})."]
