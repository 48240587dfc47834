"""Entries of a course as tables that the scores read: laboratory values with their limits, questionnaires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    from lutetia.course.timeline import Timeline
    from lutetia.exchange.tabular import Table
    from lutetia.guideline.toxicity import Period


LABORATORY = ("analyte", "value", "unit", "lln", "uln")
BASELINE = ("baseline", "baseline_lln", "baseline_uln", "post_baseline")


def laboratory_table(path: Path, day: date, baseline: str = "none") -> Table:
    """The laboratory values of a course as known on a day, as the table that `ctcae` reads.

    `baseline`: "none", or "line_start": the newest value before the latest line of RLT (else the current line) began;
    a value whose partial date may lie on either side of the start is then left out. Raises InputError without a line.
    """
    from lutetia.guideline.toxicity import baseline_entry

    timeline = _timeline(path, day)
    if baseline == "none":

        def plain(entry: Any) -> dict[str, str]:
            sample = _sample(entry, None)
            return {column: sample[column] for column in LABORATORY}

        return _entries(path, timeline, "laboratory", LABORATORY, plain, lambda entry: None)
    period = _period(path, timeline)
    known = timeline.known("laboratory")
    analytes = {entry.analyte for entry in known}
    before = {name: baseline_entry([one for one in known if one.analyte == name], period) for name in analytes}

    def cells(entry: Any) -> dict[str, str]:
        after = "yes" if period.sample(entry.date) == "after" else "no"
        return _sample(entry, before[entry.analyte]) | {"post_baseline": after}

    def open_date(entry: Any) -> str | None:
        is_open = period.sample(entry.date) == "open"
        return f"values that may lie before or after the start of {period.line.id}" if is_open else None

    return _entries(path, timeline, "laboratory", (*LABORATORY, *BASELINE), cells, open_date)


def _sample(entry: Any, baseline: Any) -> dict[str, str]:
    """A laboratory entry as cells, with its own limits and the baseline in its unit."""
    from lutetia.course.entry import Unknown
    from lutetia.guideline.toxicity import references_of

    named = entry.analyte if entry.analyte != "other" else entry.name
    value = "" if isinstance(entry.value, Unknown) else str(entry.value)
    numbers = references_of(entry, baseline)
    shown = {name: "" if number is None else str(float(number)) for name, number in numbers.items()}
    return {"analyte": named, "value": value, "unit": entry.unit or ""} | shown


def _period(path: Path, timeline: Timeline) -> Period:
    from lutetia.guideline.toxicity import period_of

    period = period_of(timeline)
    if period is None:
        must = "the course must hold a line of RLT, or a line recorded as ongoing, to take a baseline from"
        raise InputError(str(path), [Fault(place="--baseline", must=must, do="Write --baseline none.")])
    return period


def _timeline(path: Path, day: date) -> Timeline:
    from lutetia.course.timeline import Timeline
    from lutetia.exchange.courses import read_course

    return Timeline(read_course(path), day)


def questionnaire_table(path: Path, day: date, instrument: str, layout: str | None) -> Table:
    """The questionnaires of a course as known on a day, as the table that `qlq` reads."""
    from lutetia.scoring.questionnaire import instrument_named

    items = [str(item) for item in instrument_named(instrument, layout).items]

    def cells(entry: Any) -> dict[str, str]:
        given = {str(item): "" if answer is None else str(answer) for item, answer in entry.answers.items()}
        return dict.fromkeys(items, "") | given

    def other(entry: Any) -> str | None:
        return None if entry.instrument == instrument else f"questionnaire {entry.instrument}, not {instrument}"

    return _entries(path, _timeline(path, day), "questionnaire", tuple(items), cells, other)


def _entries(
    path: Path,
    timeline: Timeline,
    kind: str,
    columns: tuple[str, ...],
    cells: Callable[[Any], dict[str, str]],
    why_not: Callable[[Any], str | None],
) -> Table:
    """The entries of a kind known on a day; what is corrected, later or not wanted is counted as left out."""
    from lutetia.exchange.tabular import Table

    course, known = timeline.course, timeline.known(kind)
    left_out = Counter(why for entry in known if (why := why_not(entry)))
    hidden = sum(entry.kind == kind for entry in course.entries) - len(known)
    if hidden:
        left_out[f"{kind} entries corrected, or not known by {timeline.as_of}"] = hidden
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
