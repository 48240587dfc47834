"""A published stepwise selection repeated: its path and final model, with the warning and how stable the choice is."""

from __future__ import annotations

from typing import Any

import numpy as np

from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import EndpointFactors, Factor
from lutetia.cohort.factor_model import column_name, complete_rows, factor_columns
from lutetia.cohort.study import Selection as Declared
from lutetia.errors import InputError
from lutetia.results.printed import INDENT, NONE, NOT_ESTIMABLE, chi2_text, in_one_line, p_text, ratio_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import Selection, stepwise

HEAD = ("Step or factor", "Chi-square", "df", "p", "HR (95 % CI)", "p of the HR", "Chosen in bootstrap samples, %")


def selection_table(
    rows: EndpointRows, factors: EndpointFactors, declared: Declared, *, key: str, bootstrap: int, seed: int = 0
) -> Table:
    """Forward selection among the factors of the model as SPSS does it, with inclusion frequencies of the whole path.

    `bootstrap`: number of samples, 0 for none. A selection that cannot be made is a table that says why.
    """
    title = f"{rows.name}: forward selection (a replication of the published method)"
    kept, left_out = complete_rows(rows, factors.model)
    columns = factor_columns(factors.model, rows.members[kept])
    notes = [*rows.conventions, *columns.dropped]
    notes += [f"{left.count} left out of every step: {left.why}" for left in left_out]
    try:
        found = stepwise(
            rows.follow_up.at(kept),
            columns.table,
            names=columns.names,
            terms=columns.terms,
            enter_below=declared.pin,
            remove_above=declared.pout,
            bootstrap=bootstrap,
            seed=seed,
        )
    except InputError as error:
        said = (*notes, f"not estimable: {in_one_line(error)}")
        return Table(key=key, title=title, head=HEAD, rows=(), records=(), notes=said)
    made = _Path(rows.name, found, factors.model, columns.references)
    made.steps()
    made.final()
    made.inclusion()
    said = (found.warning, *notes, *found.conventions, *found.cautions, f"stopped: {found.stopped}")
    if found.same_model is not None:
        share = f"exactly this model in {100 * found.same_model:.0f} % of the bootstrap samples"
        said = (*said, share, *(str(left) for left in found.left_out))
    return Table(key=key, title=title, head=HEAD, rows=tuple(made.printed), records=tuple(made.records), notes=said)


class _Path:
    """Rows and records of a path as they are made."""

    def __init__(
        self, endpoint: str, found: Selection, factors: tuple[Factor, ...], references: dict[str, str]
    ) -> None:
        self.endpoint, self.found, self.references = endpoint, found, references
        self.factors = {factor.key: factor for factor in factors}
        self.printed: list[TableRow] = []
        self.records: list[dict[str, Any]] = []

    def steps(self) -> None:
        """What entered and left, in order."""
        self._heading("Path")
        for step in self.found.steps:
            test, title = step.test, self.factors[step.test.term].title
            text = f"{INDENT}{step.number}. {step.action} {title}"
            cells = (text, chi2_text(test.chi2), str(test.df), p_text(test.p), "", "", "")
            self.printed.append(TableRow(cells=cells))
            self._record(f"step {step.number}: {step.action}", test.chi2, term=test.term, unit="chi2", p=test.p)
        if not self.found.steps:
            self.printed.append(TableRow(cells=(INDENT + "no factor met the condition to enter", *[""] * 6)))

    def final(self) -> None:
        """The final model's hazard ratios."""
        fit = self.found.fit
        if fit is None:
            return
        self._heading("Final model")
        ratios, p_values = fit.hazard_ratio(), fit.p
        for factor in self.factors.values():
            for level in factor.levels or (None,):
                name = column_name(factor, level)
                if name not in fit.names:
                    continue
                at = fit.names.index(name)
                ratio, p = (ratios[at], float(p_values[at])) if fit.converged else (None, None)
                of = f"{factor.title}: {level}" if level else f"{factor.title}, per unit"
                text = (ratio_text(ratio), p_text(p)) if ratio else (NOT_ESTIMABLE, NONE)
                self.printed.append(TableRow(cells=(INDENT + of, "", "", "", *text, "")))
                self._record("hazard_ratio", ratio, term=factor.key, level=level or "per unit", unit="ratio", p=p)

    def inclusion(self) -> None:
        """How often each factor was chosen again."""
        if not self.found.inclusion:
            return
        self._heading("Stability")
        for key, share in self.found.inclusion.items():
            mark = " (chosen)" if key in self.found.selected else ""
            cells = (f"{INDENT}{self.factors[key].title}{mark}", "", "", "", "", "", f"{100 * share:.0f}")
            self.printed.append(TableRow(cells=cells))
            self._record("inclusion_frequency", share, term=key, unit="proportion")

    def _heading(self, text: str) -> None:
        self.printed.append(TableRow(cells=(text,), kind="heading"))

    def _record(
        self, statistic: str, value: Any, *, term: str, unit: str, level: str = "", p: float | None = None
    ) -> None:
        number = value if value is None or not isinstance(value, float) or np.isfinite(value) else None
        self.records.append(
            record(
                statistic,
                number,
                unit=unit,
                endpoint=self.endpoint,
                analysis="forward selection",
                term=term,
                level=level,
                reference=self.references.get(term, "") if level else "",
                p=p,
                n=self.found.n,
                events=self.found.events,
                note=(self.found.fit.why or "") if self.found.fit is not None else "",
            )
        )
