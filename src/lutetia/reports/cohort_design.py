"""The design check as the report prints it: what fired, what did not, what cannot be told, what the remedies gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.errors import LutetiaError
from lutetia.reports.result_cells import estimate_text
from lutetia.reports.typography import aligned, cell_text

FIRED, QUIET, OPEN = "fired", "not fired", "cannot be told"
MOST_ROWS = 12  # of a remedy's result on the page; design-check.json holds all


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A finding with the result of its remedy; `failure` says why there is none where it could not be made."""

    finding: DesignFinding
    remedy: Remedy | None
    failure: str = ""

    @property
    def state(self) -> str:
        """fired, not fired, or cannot be told."""
        return {True: FIRED, False: QUIET, None: OPEN}[self.finding.fired]

    def record(self) -> dict[str, Any]:
        """Everything, with the remedy's numbers in full precision, for JSON."""
        result = None if self.remedy is None else _remedy_record(self.remedy)
        return {**self.finding.record(), "state": self.state, "result": result, "failure": self.failure}


def examined(
    findings: Sequence[DesignFinding], *, told: Callable[[str], None] = lambda title: None
) -> tuple[Examined, ...]:
    """Every finding with its remedy run; `told` hears of each before it runs. A remedy that fails says why."""
    done = []
    for found in findings:
        told(found.title)
        try:
            done.append(Examined(finding=found, remedy=found.run() if found.run is not None else None))
        except LutetiaError as error:
            done.append(Examined(finding=found, remedy=None, failure=" ".join(str(error).split())))
    return tuple(done)


def _remedy_record(remedy: Remedy) -> dict[str, Any]:
    rows = [_row_record(row) for row in remedy.rows]
    return {
        "title": remedy.title,
        "quantity": remedy.quantity,
        "rows": rows,
        "conventions": list(remedy.conventions),
    }


def _row_record(row: RemedyRow) -> dict[str, Any]:
    value = row.estimate
    return {
        "analysis": row.analysis,
        "estimate": None if value is None else value.estimate,
        "lower": None if value is None else value.lower,
        "upper": None if value is None else value.upper,
        "coverage": None if value is None else value.level,
        "method": "" if value is None else value.method,
        "n": row.n,
        "events": row.events,
        "says": row.says,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyCells:
    """The printed result of a remedy, without columns that hold nothing; `more` rows are not shown."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int
    conventions: tuple[str, ...]


def remedy_cells(remedy: Remedy) -> RemedyCells:
    """The result as a small table; estimates and counts aligned."""
    shown = remedy.rows[:MOST_ROWS]
    quantity = "probability, %" if remedy.quantity == "probability" else remedy.quantity
    head = ("Analysis", f"{quantity[:1].upper()}{quantity[1:]} (95 % CI)", "Patients", "Events", "")
    columns = (
        [cell_text(row.analysis) for row in shown],
        aligned([estimate_text(remedy.quantity, row.estimate) for row in shown]),
        aligned(["" if row.n is None else str(row.n) for row in shown]),
        aligned(["" if row.events is None else str(row.events) for row in shown]),
        [cell_text(row.says) for row in shown],
    )
    kept = [at for at, column in enumerate(columns) if at == 0 or any(column)]
    return RemedyCells(
        title=remedy.title,
        head=tuple(head[at] for at in kept),
        rows=tuple(tuple(columns[at][row] for at in kept) for row in range(len(shown))),
        more=len(remedy.rows) - len(shown),
        conventions=remedy.conventions,
    )
