"""Cox models of factors: hazard ratios by level, one test per factor; a model that cannot be fitted says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import Factor
from lutetia.errors import InputError
from lutetia.estimate import Estimate
from lutetia.results.printed import in_one_line
from lutetia.rows import LeftOut
from lutetia.survival import CoxFit, cox
from lutetia.survival.cox_model.chi_square import ChiSquare

Ties = Literal["efron", "breslow", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorModel:
    """A fitted model, or why there is none (`why`, then `fit` is None or did not converge).

    `rows` (m,): positions among the endpoint's rows in which every factor is known. `dropped` says of each factor that
    could not be in the model why; `left_out` counts the patients without a value.
    """

    fit: CoxFit | None
    why: str
    factors: tuple[Factor, ...]
    references: dict[str, str]
    rows: NDArray[np.int64]
    n: int
    events: int
    dropped: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    _tests: dict[str, ChiSquare]

    @property
    def usable(self) -> bool:
        """Whether its numbers may be printed."""
        return self.fit is not None and self.fit.converged

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to print beside the numbers."""
        said = [f"not estimable: {self.why}"] if self.why and self.why not in self.dropped else []
        return (*said, *self.dropped, *(self.fit.cautions if self.fit is not None and self.usable else ()))

    def ratio(self, factor: Factor, level: str | None = None, coverage: float = 0.95) -> Estimate | None:
        """The hazard ratio of a level against the reference, or of one unit of a number; None where there is none."""
        place = self._place(factor, level)
        return self.fit.hazard_ratio(coverage)[place] if place is not None and self.fit is not None else None

    def p(self, factor: Factor, level: str | None = None) -> float | None:
        """Wald's p-value of that hazard ratio."""
        place = self._place(factor, level)
        return float(self.fit.p[place]) if place is not None and self.fit is not None else None

    def test(self, factor: Factor) -> ChiSquare | None:
        """Likelihood-ratio test of leaving the factor out, the others fitted again on the same patients."""
        return self._tests.get(factor.key)

    def _place(self, factor: Factor, level: str | None) -> int | None:
        name = column_name(factor, level)
        return self.fit.names.index(name) if self.usable and self.fit is not None and name in self.fit.names else None


def column_name(factor: Factor, level: str | None) -> str:
    """The name of a column of the model."""
    return factor.key if level is None else f"{factor.key}={level}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorColumns:
    """Columns (m, p) with their names, the columns of each factor, and the references."""

    table: NDArray[np.float64]
    names: tuple[str, ...]
    terms: dict[str, tuple[str, ...]]
    references: dict[str, str]
    dropped: tuple[str, ...]


def factor_columns(factors: Sequence[Factor], members: NDArray[np.int64]) -> FactorColumns:
    """0/1 columns for each level but the reference, numbers as they are, of patients in whom every factor is known.

    A factor that does not vary among them is dropped, with the reason.
    """
    parts: list[NDArray[np.float64]] = []
    terms: dict[str, tuple[str, ...]] = {}
    references: dict[str, str] = {}
    dropped = []
    for factor in factors:
        if factor.kind == "number":
            column = np.array(factor.labels(members), dtype=np.float64)
            found = {factor.key: column} if column.size and np.ptp(column) > 0 else {}
        else:
            present = factor.present(members)
            found = {f"{factor.key}={level}": factor.has(level, members).astype(np.float64) for level in present[1:]}
            references |= {factor.key: present[0]} if found else {}
        if found:
            terms[factor.key] = tuple(found)
            parts += found.values()
        else:
            dropped.append(f"{factor.title}: does not vary among these patients")
    return FactorColumns(
        table=np.column_stack(parts) if parts else np.empty((members.size, 0)),
        names=tuple(name for names in terms.values() for name in names),
        terms=terms,
        references=references,
        dropped=tuple(dropped),
    )


def factor_model(
    rows: EndpointRows, factors: Sequence[Factor], *, ties: Ties = "efron", strata: Factor | None = None
) -> FactorModel:
    """The Cox model of these factors together, on the patients in whom all of them are known.

    `strata`: its levels have baseline hazards of their own. Never raises for what the data lack: `why` says it.
    """
    needed = [*factors, strata] if strata is not None else list(factors)
    kept, left_out = complete_rows(rows, needed)
    follow_up, members = rows.follow_up.at(kept), rows.members[kept]
    columns = factor_columns(factors, members)
    fit, why = None, ""
    if not columns.names:
        why = "; ".join(columns.dropped) or "no factor"
    elif not follow_up.event.any():
        why = "no event"
    else:
        labels: Any = None if strata is None else strata.labels(members)
        try:
            fit = cox(follow_up, columns.table, names=columns.names, terms=columns.terms, ties=ties, strata=labels)
            why = fit.why or "" if not fit.converged else ""
        except InputError as error:
            why = in_one_line(error)
    usable = fit is not None and fit.converged
    return FactorModel(
        fit=fit,
        why=why,
        factors=tuple(factors),
        references=columns.references,
        rows=kept,
        n=kept.size,
        events=int(follow_up.event.sum()),
        dropped=columns.dropped,
        left_out=left_out,
        _tests={test.name: test for test in fit.term_tests()} if fit is not None and usable else {},
    )


def complete_rows(rows: EndpointRows, factors: Sequence[Factor]) -> tuple[NDArray[np.int64], tuple[LeftOut, ...]]:
    """The rows in which every factor is known, and the others by the first factor that is not."""
    kept = np.ones(rows.n, dtype=bool)
    left_out = []
    for factor in factors:
        gone = kept & ~factor.known(rows.members)
        if gone.any():
            left_out.append(LeftOut.at(rows.members[gone].tolist(), f"{factor.title} not known"))
        kept &= ~gone
    return np.flatnonzero(kept), tuple(left_out)
