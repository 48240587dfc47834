"""The declared hierarchy of endpoints, tested in its order: what may be called shown, and where testing stops."""

from __future__ import annotations

from typing import Any

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.compared import comparison_factor
from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.factor import Factor, treatment_factor
from lutetia.cohort.rank_table import treatment_test
from lutetia.cohort.response_comparison import RATES, response_lines, responses
from lutetia.errors import InputError
from lutetia.proportion import contingency, multiplicity
from lutetia.results.printed import chi2_text, p_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow

ALPHA = 0.05


def hierarchy_table(data: AnalysisData, *, key: str, alpha: float = ALPHA) -> Table | None:
    """Fixed-sequence test of the declared hierarchy, two-sided; None where none is declared.

    Endpoints: log-rank between the two compared groups, or between all groups where no comparison is declared. ORR and
    DCR (chi-square without correction) are of the last line that the groups look at.
    """
    if not data.study.hierarchy:
        return None
    factor = comparison_factor(data) if data.study.comparison is not None else treatment_factor(data)
    tests = {name: _test(data, factor, name) for name in data.study.hierarchy}
    found = multiplicity.fixed_sequence({name: test[2] for name, test in tests.items()}, alpha=alpha)
    printed, records = [], []
    for place, step in enumerate(found.steps, 1):
        name, chi2, p, why = tests[step.name]
        cells = (str(place), step.name, name, chi2_text(chi2), p_text(p), p_text(step.adjusted_p), step.decision)
        printed.append(TableRow(cells=cells))
        note = "; ".join(text for text in (step.decision, why) if text)
        told: dict[str, Any] = {"endpoint": step.name, "analysis": "fixed sequence", "term": factor.key, "unit": "chi2"}
        records.append(record(f"step_{place}", chi2, p=p, method=name, note=note, **told))
    groups = " / ".join(factor.levels)
    stopped = f"testing stopped at {found.stopped_at}" if found.stopped_at else "every hypothesis was rejected"
    reasons = [f"{name}: {test[3]}" for name, test in tests.items() if test[3]]
    return Table(
        key=key,
        title="Hierarchical testing of the declared endpoints",
        head=("Order", "Endpoint", "Test", "Chi-square", "p", "Adjusted p", "Decision"),
        rows=tuple(printed),
        records=tuple(records),
        notes=(
            f"Groups: {groups}. Adjusted p: the largest p up to and with the step.",
            *found.conventions,
            f"{stopped}; a small p after the stop must not be interpreted.",
            *reasons,
        ),
    )


_Test = tuple[str, float | None, float | None, str]


def _test(data: AnalysisData, factor: Factor, name: str) -> _Test:
    """Name of the test, chi-square, p, and why there is none."""
    if name in RATES:
        return _rate_test(data, factor, name)
    rows = endpoint_rows(data, name)
    test = treatment_test(rows, factor, factor.levels) if rows is not None else None
    if test is None or test.why:
        return "log-rank", None, None, test.why if test else "fewer than two groups have patients with this endpoint"
    return "log-rank", test.chi2, test.p, ""


def _rate_test(data: AnalysisData, factor: Factor, name: str) -> _Test:
    line = response_lines(data)[-1]
    text = f"chi-square, line {line}"
    if len(factor.levels) != 2:
        return text, None, None, "no comparison of two groups is declared"
    try:
        test = contingency.chi_square(responses(data, factor, name, line).table(), correction=False)
    except InputError:
        return text, None, None, "no response differs, or a group has no evaluable patient"
    return text, test.statistic, test.p, ""
