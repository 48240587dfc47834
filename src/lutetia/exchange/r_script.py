"""The same analysis as an R script: what the study declares, then the functions of `templates/cohort_analysis.R`.

It reads analysis-data.csv beside it and writes analysis-R.csv: medians, log-rank tests, Cox models, the stepwise path
and restricted means, under the names that the report's records have, so that both can be laid side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from lutetia.cohort.analysis import CohortAnalysis, modelled_endpoints
from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.endpoint_rows import EndpointRows, endpoint_rows
from lutetia.cohort.factor import EndpointFactors, Factor, endpoint_factors
from lutetia.cohort.group_contrast import compared_levels

_HORIZON = re.compile(r"restricted_mean_to_(\d+)_months$")
_HEAD = """# {title}{made_up}
# The analysis of Lutetia {version} once more, by R's survival package. In this folder: Rscript analysis.R
# Reads analysis-data.csv, writes analysis-R.csv; endpoint, analysis, term, level and statistic are named as in tables/.

here <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
if (length(here)) setwd(dirname(here[1]))

# ---- what the study declares ----------------------------------------------------------------------------------------

"""


def r_script(analysis: CohortAnalysis, *, version: str) -> str:
    """The script of an analysis, the same text for the same analysis.

    It needs R 4 with the package survival, and repeats what the tables of factors, the selection, the medians by
    treatment and the restricted means of the compared groups hold. Endpoints without a patient are not in it.
    """
    data = analysis.data
    parts = {}
    for table in data.endpoints:
        rows = endpoint_rows(data, table.name)
        if rows is not None:
            parts[table.name] = (rows, endpoint_factors(data, table.endpoint))
    made_up = " (made-up patients)" if data.study.made_up else ""
    title = " ".join(data.study.title.split())
    head = _HEAD.format(title=title, made_up=made_up, version=version)
    declared = [
        _factors(data, parts),
        _endpoints(parts, modelled_endpoints(data.study)),
        _comparison(analysis),
        _selection(data),
    ]
    functions = (resources.files("lutetia.exchange") / "templates" / "cohort_analysis.R").read_text(encoding="utf-8")
    return head + "\n".join(declared) + functions


def _factors(data: AnalysisData, parts: Mapping[str, tuple[EndpointRows, EndpointFactors]]) -> str:
    """Every factor once: its kind, and its levels with the reference first."""
    found: dict[str, Factor] = {}
    for _, factors in parts.values():
        found |= {factor.key: factor for factor in factors.factors}
    lines = [f"  {_quoted(key)} = list({_kind(data, factor)})" for key, factor in found.items()]
    return "factors <- list(\n" + ",\n".join(lines) + "\n)\n"


def _kind(data: AnalysisData, factor: Factor) -> str:
    if factor.kind == "number":
        return 'kind = "number"'
    covariate = data.study.covariate(factor.key)
    kind = "yes_no" if covariate is not None and covariate.kind == "yes_no" else "levels"
    ordered = sorted(factor.levels, key=lambda level: level != factor.reference)
    return f'kind = "{kind}", levels = {_vector(ordered)}'


def _endpoints(parts: Mapping[str, tuple[EndpointRows, EndpointFactors]], modelled: Sequence[str]) -> str:
    """Every endpoint with its factors and its model; those without a table of factors have the treatment alone."""
    blocks = []
    for name, (rows, factors) in parts.items():
        flags = f"delayed_entry = {_flag(rows.delayed_entry)}, competing = {_flag(rows.competing > 0)}"
        chosen = factors.factors if name in modelled else (factors.treatment,)
        keys = _vector(factor.key for factor in chosen)
        model = _vector(factor.key for factor in factors.model if name in modelled)
        blocks.append(f"  {_quoted(name)} = list(\n    {flags},\n    factors = {keys},\n    model = {model}\n  )")
    return "endpoints <- list(\n" + ",\n".join(blocks) + "\n)\n"


def _comparison(analysis: CohortAnalysis) -> str:
    """The compared groups, and the horizon in months to which the report compares restricted means."""
    if analysis.study.comparison is None:
        return "comparison <- NULL\n"
    reference, other = compared_levels(analysis.data)
    horizons: dict[str, str] = {}
    for table in analysis.tables:
        for record in table.records:
            if found := _HORIZON.match(str(record.get("statistic", ""))):
                horizons.setdefault(str(record["endpoint"]), found[1])
    months = ", ".join(f"{_quoted(name)} = {horizon}" for name, horizon in horizons.items())
    return (
        f"comparison <- list(\n  reference = {_quoted(reference)}, other = {_quoted(other)},\n"
        f"  horizon_months = c({months})\n)\n"
    )


def _selection(data: AnalysisData) -> str:
    chosen = data.study.selection
    return "selection <- NULL\n" if chosen is None else f"selection <- list(pin = {chosen.pin}, pout = {chosen.pout})\n"


def _quoted(text: str) -> str:
    """A string of R; a name of a list may be one."""
    safe = " ".join(text.split()) if any(not char.isprintable() for char in text) else text
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _vector(words: Iterable[str]) -> str:
    return f"c({', '.join(_quoted(word) for word in words)})"


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"
