"""`lutetia score dose`: the dose rules of 177Lu-DOTATATE replayed on the latest line of RLT of a course."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lutetia.cli.options import Jurisdiction, day_of
from lutetia.cli.score_output import Format, Scored, show

if TYPE_CHECKING:
    from lutetia.guideline.toxicity import DoseOnCourse, DoseReading

DelayReading = StrEnum("DelayReading", ["delay_of_16_weeks", "interval_of_16_weeks"])
Reduction = StrEnum("Reduction", ["half_then_full"])
COLUMNS = ("date", "event", "before", "after", "activity_mbq", "rules")
AFTER_THE_DOSE = ("hypersensitivity", "other")
"""Classes whose findings on a dosing day count after the dose (DM-SEQ-1)."""


def dose(
    file: Annotated[Path, typer.Argument(help="A course.", metavar="COURSE")],
    delay_reading: Annotated[DelayReading, typer.Option(help="How the 16 weeks of a delay are counted.")],
    reduction: Annotated[Reduction, typer.Option(help="The reduced dose and the one after it (not verified).")],
    ctcae_version: Annotated[str, typer.Option(help="Version that grades the values, 5.0 or 6.0.")],
    jurisdiction: Annotated[
        Jurisdiction | None, typer.Option(help="Whose label applies. Default: the course's.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The day the course is read on, YYYY-MM-DD. Default: today.")
    ] = None,
    format: Annotated[Format, typer.Option(help="What to print on stdout.")] = Format.table,
) -> None:
    """Withhold, reduce, resume, stop: what the dose rules asked for on a course, step by step, each with its rules.

    One row for each dose, each change of state and the next dose. Renal and hepatic toxicity are never decided: their
    criteria could not be verified, and the notes name what a judge must say.

    Example:

      lutetia score dose examples/courses/VO-13.yaml --delay-reading delay_of_16_weeks --reduction half_then_full
      --ctcae-version 5.0 --as-of 2026-03-18
    """
    from dataclasses import replace

    from lutetia.course.timeline import Timeline
    from lutetia.errors import Fault, InputError
    from lutetia.exchange.courses import read_course
    from lutetia.guideline.toxicity import board_conventions, toxicity_of

    course = read_course(file)
    timeline = Timeline(course, day_of(as_of, "--as-of", quiet=True))
    options: dict[str, Any] = {"ctcae_versions": (ctcae_version,), "delay_readings": (delay_reading.value,)}
    chosen = replace(board_conventions(), **options, reduction=reduction.value)
    place = jurisdiction.value if jurisdiction else course.care.jurisdiction if course.care else None
    found = toxicity_of(timeline, jurisdiction=place, conventions=chosen).dose
    if found is None or found.why_not:
        must = "the course must hold a line of RLT with cycles of 177Lu-DOTATATE that can be replayed"
        got = found.why_not if found is not None else f"no cycle of the latest line of RLT by {timeline.as_of}"
        raise InputError(str(file), [Fault(place="entries", must=must, got=got)])
    show(scored(found, str(file)), format)


def scored(found: DoseOnCourse, name: str) -> Scored:
    """The replay as rows; two readings of partial dates that differ are both shown, named in `event`."""
    from lutetia.guideline.toxicity import by_reading

    answers = by_reading(found.readings, lambda one: tuple(tuple(row.items()) for row in _rows(one)))
    rows: list[dict[str, Any]] = []
    for answer, which in answers:
        for cells in answer:
            row = dict(cells)
            rows.append(row | {"event": f"{row['event']} [{which}]"} if which else row)
    return Scored(
        columns=COLUMNS,
        rows=rows,
        read=f"{len(found.cycles)} cycles of line {found.line.id} in {name}",
        left_out=tuple(map(str, found.left_out)),
        cautions=tuple(_cautions(found)),
        conventions=found.conventions,
    )


def _rows(reading: DoseReading) -> list[dict[str, Any]]:
    """Doses, changes of state and the next dose, by day; on one day in the order in which the machine takes them."""
    course, following = reading.course, reading.next_dose
    rows = [_row(dose.on, "dose", activity_mbq=dose.activity_mbq) for dose in course.doses]
    after = {one.name for one in course.classes if one.toxicity in AFTER_THE_DOSE}
    rows += [
        _row(step.on, one.name, step.before, step.after, None, [reason.rule for reason in step.because])
        for one in course.classes
        for step in one.steps
    ]
    rows.sort(key=lambda row: (row["date"], 1 if row["event"] == "dose" else 2 if row["event"] in after else 0))
    if following is not None:
        rules = [reason.rule for reason in following.because]
        rows.append(_row(following.on, "next dose", "", following.value, following.activity_mbq, rules))
    return rows


def _row(
    on: object,
    event: str,
    before: str = "",
    after: str = "",
    activity_mbq: float | None = None,
    rules: list[str] | None = None,
) -> dict[str, Any]:
    named = " ".join(dict.fromkeys(rules or []))
    return {
        "date": str(on),
        "event": event,
        "before": before,
        "after": after,
        "activity_mbq": activity_mbq,
        "rules": named,
    }


def _cautions(found: DoseOnCourse) -> Iterator[str]:
    """Departures, what is missing for the next dose, and the judgements that no verified criterion can give."""
    reading = found.readings[0]
    yield from reading.course.departures
    if reading.by_findings is not None and reading.next_dose is not None:
        yield f"by the findings so far: {reading.by_findings}; to be judged: {', '.join(reading.open_classes)}"
    if reading.next_dose is not None:
        yield from (f"missing: {line}" for line in reading.next_dose.missing)
    yield from (question.missing for question in found.questions)
