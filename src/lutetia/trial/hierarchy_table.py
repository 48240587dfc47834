"""The declared order of tests: each endpoint at the full one-sided level until the first that is not significant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.proportion.multiplicity import fixed_sequence
from lutetia.results.printed import NONE, p_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow

WORDS = {
    "PFS": "Progression-free survival",
    "ORR": "Objective response",
    "TTDQL": "Time to deterioration, global health status",
    "OS": "Overall survival",
}


def hierarchy_table(
    order: Sequence[str], p_one_sided: Mapping[str, float | None], *, alpha: float, key: str = "table-hierarchy"
) -> Table:
    """The fixed sequence with adjusted p-values. Raises InputError for an endpoint that was not analysed or comes
    twice."""
    lacking = [name for name in order if name not in p_one_sided]
    known = ", ".join(p_one_sided)
    faults = [Fault(place=f"hierarchy, {name}", must=f"must be one of {known}") for name in lacking]
    twice = dict.fromkeys(name for name in order if order.count(name) > 1)
    faults += [Fault(place=f"hierarchy, {name}", must="must stand once in the order") for name in twice]
    if faults:
        raise InputError("hierarchy", faults)
    found = fixed_sequence({name: p_one_sided[name] for name in order}, alpha=alpha, sides=1)
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    for step in found.steps:
        words = WORDS.get(step.name, step.name)
        adjusted = p_text(step.adjusted_p) if step.adjusted_p is not None else NONE
        printed.append(TableRow(cells=(words, p_text(step.p), adjusted, step.decision)))
        records.append(
            record(
                "p_adjusted", step.adjusted_p, endpoint=step.name, analysis="hierarchy", p=step.p, note=step.decision
            )
        )
    return Table(
        key=key,
        title="Hierarchical testing",
        head=("Endpoint", "One-sided p", "Adjusted p", "Decision"),
        rows=tuple(printed),
        records=tuple(records),
        notes=(
            f"Each endpoint at the one-sided level {alpha:g}, in this order; after the first that is not significant "
            "no other is tested, whatever its p.",
        ),
    )
