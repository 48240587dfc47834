"""Entries of a course as tables that the scores read: laboratory values with their limits, questionnaires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    from lutetia.exchange.tabular import Table


def laboratory_table(path: Path, day: date) -> Table:
    """The laboratory values of a course as known on a day, as the table that `ctcae` reads."""
    from lutetia.course.entry import Unknown

    def cells(entry: Any) -> dict[str, str]:
        limits = {"lln": entry.lower_limit, "uln": entry.upper_limit}
        return {
            "analyte": entry.analyte if entry.analyte != "other" else entry.name,
            "value": "" if isinstance(entry.value, Unknown) else str(entry.value),
            "unit": entry.unit or "",
        } | {name: str(float(limit)) if isinstance(limit, float) else "" for name, limit in limits.items()}

    return _entries(path, day, "laboratory", ("analyte", "value", "unit", "lln", "uln"), cells, lambda entry: None)


def questionnaire_table(path: Path, day: date, instrument: str, layout: str | None) -> Table:
    """The questionnaires of a course as known on a day, as the table that `qlq` reads."""
    from lutetia.scoring.questionnaire import instrument_named

    items = [str(item) for item in instrument_named(instrument, layout).items]

    def cells(entry: Any) -> dict[str, str]:
        given = {str(item): "" if answer is None else str(answer) for item, answer in entry.answers.items()}
        return dict.fromkeys(items, "") | given

    def other(entry: Any) -> str | None:
        return None if entry.instrument == instrument else f"questionnaire {entry.instrument}, not {instrument}"

    return _entries(path, day, "questionnaire", tuple(items), cells, other)


def _entries(
    path: Path,
    day: date,
    kind: str,
    columns: tuple[str, ...],
    cells: Callable[[Any], dict[str, str]],
    why_not: Callable[[Any], str | None],
) -> Table:
    """The entries of a kind known on a day; what is corrected, later or not wanted is counted as left out."""
    from lutetia.course.timeline import Timeline
    from lutetia.exchange.courses import read_course
    from lutetia.exchange.tabular import Table

    course = read_course(path)
    known = Timeline(course, day).known(kind)
    left_out = Counter(why for entry in known if (why := why_not(entry)))
    hidden = sum(entry.kind == kind for entry in course.entries) - len(known)
    if hidden:
        left_out[f"{kind} entries corrected, or not known by {day}"] = hidden
    wanted = [entry for entry in known if why_not(entry) is None]
    if not wanted:
        must = f"the course must hold {kind} entries that can be scored"
        got = "; ".join(f"{count} {why}" for why, count in left_out.items()) or "none"
        raise InputError(str(path), [Fault(place="entries", must=must, got=got)])
    rows = [{"subject": course.patient.id, "date": str(entry.date)} | cells(entry) for entry in wanted]
    return Table(
        name=str(path),
        columns=("subject", "date", *columns),
        rows=rows,
        places=[f"{kind} {entry.id}" for entry in wanted],
        left_out=tuple(f"{count} {why}" for why, count in left_out.items()),
    )
