"""The test of proportional hazards of every model behind the tables of factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor_model import FactorModel
from lutetia.cohort.factor_table import FactorModels
from lutetia.errors import InputError
from lutetia.results.printed import INDENT, chi2_text, in_one_line, p_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow


def proportionality_table(models: Mapping[str, tuple[EndpointRows, FactorModels]], *, key: str) -> Table:
    """Score tests (cox.zph of 2019, km scale) of every factor: of the multivariable model, and of the treatment alone.

    `models` maps the name of a table to its rows and models. A small p says that the hazard ratio changes with time.
    """
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes = [
        "Score test of a linear change with 1 − Kaplan-Meier (cox.zph of 2019). A small p: the hazard ratio changes "
        "over time, so that one number does not describe it; see the restricted means."
    ]
    for name, (rows, found) in models.items():
        treatment = next((f for f in found.multivariable.factors if f.treatment), None)
        chosen = {"multivariable": found.multivariable}
        if treatment is not None:
            chosen["treatment alone"] = found.univariable[treatment.key]
        for text, model in chosen.items():
            printed.append(TableRow(cells=(f"{name}: {text}",), kind="heading"))
            why = _add(rows, model, text, printed, records)
            notes += [f"{name}, {text}: {why}"] if why else []
    return Table(
        key=key,
        title="Proportional hazards",
        head=("Model and factor", "Chi-square", "df", "p"),
        rows=tuple(printed),
        records=tuple(records),
        notes=tuple(notes),
    )


def _add(
    rows: EndpointRows, model: FactorModel, text: str, printed: list[TableRow], records: list[dict[str, Any]]
) -> str:
    """Rows of one model; or why there are none."""
    if model.fit is None or not model.usable:
        return f"not estimable: {model.why}"
    try:
        found = model.fit.zph("km")
    except InputError as error:
        return in_one_line(error)
    titles = {factor.key: factor.title for factor in model.factors} | {found.whole.name: "all together"}
    tests = [*found.tests, found.whole] if len(found.tests) > 1 else list(found.tests)
    for test in tests:
        title = titles.get(test.name, test.name)
        printed.append(TableRow(cells=(INDENT + title, chi2_text(test.chi2), f"{test.df:.0f}", p_text(test.p))))
        told: dict[str, Any] = {"endpoint": rows.name, "analysis": text, "term": test.name, "unit": "chi2"}
        told |= {"n": model.n, "events": model.events, "method": f"zph, km, {test.df:.0f} degrees of freedom"}
        records.append(record("proportional_hazards", test.chi2, p=test.p, **told))
    return ""
