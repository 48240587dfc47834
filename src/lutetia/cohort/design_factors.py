"""Design check on the factors: which of them say the same thing twice (check 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import combinations
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_matrix import design_matrix, varying
from lutetia.cohort.design_rules import finding, limit

Floats = NDArray[np.float64]
WITHOUT_LIMIT = 1e6  # variance inflation from here on is a repetition, up to rounding


def overlapping_factors(data: AnalysisData) -> DesignFinding:
    """Check 8: Cramér's V of every pair of categories (the groups are one), variance inflation of every covariate."""
    categories = {
        covariate.column: data.column(covariate.column)
        for covariate in data.study.covariates
        if covariate.kind != "number"
    }
    categories["group"] = tuple(member.group for member in data.selection.members)
    pairs = [(a, b, cramers_v(categories[a], categories[b])) for a, b in combinations(categories, 2)]
    alike = [(a, b, v) for a, b, v in pairs if v >= limit("cramers_v")]
    matrix = varying(design_matrix(data, [covariate.column for covariate in data.study.covariates]))
    inflation = variance_inflation(matrix.table, tuple(matrix.terms.values()))
    inflated = [(n, v) for n, v in zip(matrix.terms, inflation, strict=True) if v >= limit("variance_inflation")]
    said = [f"{a} and {b} (Cramér's V {v:.2f})" for a, b, v in alike]
    for name, v in inflated:
        said.append(f"{name} (variance inflation {'without limit' if v >= WITHOUT_LIMIT else f'{v:.1f}'})")
    says = "; ".join(said) or "no pair of factors, no covariate above the limits"
    run = partial(_cells, categories, tuple((a, b) for a, b, _ in alike)) if alike else None
    return finding("DC-08", bool(said), says, run)


def cramers_v(one: tuple[object, ...], other: tuple[object, ...]) -> float:
    """Cramér's V of two categories, among patients in whom both are known; 0 where one of them does not vary."""
    pairs = Counter((str(a), str(b)) for a, b in zip(one, other, strict=True) if a is not None and b is not None)
    rows, columns = sorted({a for a, _ in pairs}), sorted({b for _, b in pairs})
    if len(rows) < 2 or len(columns) < 2:
        return 0.0
    table = np.array([[pairs[a, b] for b in columns] for a in rows])
    chi2 = float(chi2_contingency(table, correction=False).statistic)
    return sqrt(chi2 / (pairs.total() * (min(len(rows), len(columns)) - 1)))


def variance_inflation(table: Floats, terms: Sequence[Sequence[int]] | None = None) -> list[float]:
    """Variance inflation of each column of (n, p), or of each term (places of its columns), on all others.

    1 / (1 − R²) of a single column; of a term of d columns the d-th root of how much smaller the determinant of their
    cross-products is beside the others (Fox, Monette 1992, doi 10.1080/01621459.1992.10475190): no choice of the
    reference level changes it. 1 where columns do not vary or patients are no more than columns.
    """
    chosen = [(at,) for at in range(table.shape[1])] if terms is None else terms
    if table.shape[0] <= table.shape[1]:
        return [1.0] * len(chosen)
    spread = table.std(axis=0)
    centred = (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return [_inflation(centred, [at for at in columns if spread[at] > 0]) for columns in chosen]


def _inflation(centred: Floats, columns: list[int]) -> float:
    if not columns:
        return 1.0
    own, others = centred[:, columns], np.delete(centred, columns, axis=1)
    residual = own - others @ np.linalg.lstsq(others, own, rcond=None)[0]
    alone, beside = (float(np.linalg.slogdet(part.T @ part)[1]) for part in (own, residual))
    return WITHOUT_LIMIT if alone == -inf else exp(min((alone - beside) / len(columns), log(WITHOUT_LIMIT)))


def _cells(categories: dict[str, tuple[object, ...]], pairs: tuple[tuple[str, str], ...]) -> Remedy:
    """How many patients have each combination of the levels of every overlapping pair."""
    rows = []
    for first, second in pairs:
        seen = Counter(zip(categories[first], categories[second], strict=True))
        rows += [
            RemedyRow(analysis=f"{first} {_level(a)}, {second} {_level(b)}", n=seen[a, b])
            for a in dict.fromkeys(categories[first])
            for b in dict.fromkeys(categories[second])
        ]
    title = "; ".join(f"{first} and {second}" for first, second in pairs)
    return Remedy(title=f"Cells of {title}", quantity="patients", rows=tuple(rows))


def _level(value: object) -> str:
    if value is None:
        return "not known"
    return {"True": "yes", "False": "no"}.get(str(value), str(value))
