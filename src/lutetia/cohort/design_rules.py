"""The words and limits of the sixteen design checks (`data/design_checks.yaml`), and how a finding is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.sources import load_yaml_table


@cache
def _table() -> Mapping[str, Any]:
    return load_yaml_table("lutetia.cohort", "data/design_checks.yaml").table


def limit(name: str) -> float:
    """A limit of the checks. Raises KeyError for a name that is none."""
    return float(_table()["limits"][name])


def checks() -> tuple[str, ...]:
    """The ids of all checks, in order."""
    return tuple(row["check"] for row in _table()["checks"])


def finding(check: str, fired: bool | None, trigger: str, run: Callable[[], Remedy] | None = None) -> DesignFinding:
    """A finding of one check: its words from the table, its trigger and remedy from the study."""
    row = next(row for row in _table()["checks"] if row["check"] == check)
    return DesignFinding(
        check=check,
        title=row["title"],
        fired=fired,
        trigger=trigger,
        direction=row["direction"],
        remedy=row["remedy"],
        source="Lutetia design checks (policy), notes on the design of S000",
        run=run,
    )


def contrasts(title: str, *found: Contrast) -> Remedy:
    """Hazard ratios side by side; an analysis not to be believed, or that failed, says so."""
    rows = []
    for contrast in found:
        says = "" if contrast.believe else "biased by design, shown to be compared"
        says = says if contrast.converged else f"not estimable: {contrast.why}"
        rows.append(
            RemedyRow(
                analysis=contrast.analysis,
                estimate=contrast.hazard_ratio if contrast.converged else None,
                n=contrast.n,
                events=contrast.events,
                says=says,
            )
        )
    said = tuple(dict.fromkeys(line for contrast in found for line in contrast.conventions))
    return Remedy(title=title, quantity="hazard ratio", rows=tuple(rows), conventions=said)


def share(count: int, of: int) -> str:
    """A count with its share: "12 of 80 (15 %)"."""
    return f"{count} of {of} ({100 * count / of:.0f} %)" if of else f"{count} of 0"
