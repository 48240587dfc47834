"""The words and limits of the sixteen design checks (`data/design_checks.yaml`), and how a finding is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.errors import InputError
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
    """A finding of one check: its words from the table, its trigger and remedy from the study.

    A remedy that this study cannot bear (InputError) gives a result that says so.
    """
    row = next(row for row in _table()["checks"] if row["check"] == check)
    return DesignFinding(
        check=check,
        title=row["title"],
        fired=fired,
        trigger=trigger,
        direction=row["direction"],
        remedy=row["remedy"],
        source="Lutetia design checks (policy), notes on the design of S000",
        run=None if run is None else partial(_run, row["remedy"], run),
    )


def _run(title: str, run: Callable[[], Remedy]) -> Remedy:
    try:
        return run()
    except InputError as error:
        row = RemedyRow(analysis="remedy", says=f"cannot be made: {in_words(error)}")
        return Remedy(title=title.rstrip("."), quantity="", rows=(row,))


def checked(check: str, look: Callable[[], DesignFinding]) -> DesignFinding:
    """What a check finds; where the study cannot bear the check itself, a finding that cannot be told."""
    try:
        return look()
    except InputError as error:
        return finding(check, None, f"cannot be told: {in_words(error)}")


def in_words(error: InputError) -> str:
    """The faults of an error in one line, without advice."""
    return "; ".join(f"{f.place} {f.must}" + (f", but got {f.got}" if f.got is not None else "") for f in error.faults)


def attempted(analysis: str, make: Callable[[], Contrast]) -> Contrast | RemedyRow:
    """A contrast, or where it cannot be made a row that says why."""
    try:
        return make()
    except InputError as error:
        return RemedyRow(analysis=analysis, says=f"cannot be made: {in_words(error)}")


def contrasts(title: str, *found: Contrast | RemedyRow) -> Remedy:
    """Hazard ratios side by side; an analysis not to be believed, or that failed, says so."""
    rows = tuple(contrast if isinstance(contrast, RemedyRow) else _row(contrast) for contrast in found)
    made = [contrast for contrast in found if isinstance(contrast, Contrast)]
    said = tuple(dict.fromkeys(line for contrast in made for line in contrast.conventions))
    return Remedy(title=title, quantity="hazard ratio", rows=rows, conventions=said)


def _row(contrast: Contrast) -> RemedyRow:
    says = "" if contrast.believe else "biased by design, shown to be compared"
    estimable = contrast.hazard_ratio.estimate is not None
    return RemedyRow(
        analysis=contrast.analysis,
        estimate=contrast.hazard_ratio if estimable else None,
        n=contrast.n,
        events=contrast.events,
        says=says if estimable else f"not estimable: {contrast.why or 'no finite standard error'}",
    )


def share(count: int, of: int) -> str:
    """A count with its share: "12 of 80 (15 %)"."""
    return f"{count} of {of} ({100 * count / of:.0f} %)" if of else f"{count} of 0"
