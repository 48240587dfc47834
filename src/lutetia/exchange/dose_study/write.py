"""Everything that a study writes apart from its report: record, tables, images, the entry of the course."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lutetia.course.course import Course
from lutetia.errors import Fault, InputError
from lutetia.exchange.courses import dump_course
from lutetia.exchange.dose_study.course_out import entry_for, entry_text, with_doses
from lutetia.exchange.dose_study.gather import Told, silent
from lutetia.exchange.dose_study.images_out import write_images
from lutetia.exchange.dose_study.outcome import DoseOutcome
from lutetia.exchange.dose_study.record_out import record_text
from lutetia.exchange.dose_study.tables_out import csv_text, tables


def write_outcome(
    outcome: DoseOutcome, folder: Path, *, at: datetime, course: Course | None = None, told: Told = silent
) -> tuple[str, ...]:
    """Writes dose.json, the tables, the images and, for a `course`, that with the doses; sentences on what is not.

    Same outcome and moment, same bytes. Raises InputError for a moment without a time zone and as the writers do.
    """
    if at.utcoffset() is None:
        raise InputError("moment", [Fault(place="--at", must="must have a time zone", got=at.isoformat())])
    told("writing the course entry")
    left_out = _write_course(outcome, folder, at, course)
    told("writing the tables")
    (folder / "dose.json").write_text(record_text(outcome, at=at), encoding="utf-8")
    for name, rows in tables(outcome).items():
        (folder / name).write_text(csv_text(name, rows), encoding="utf-8")
    told("writing DICOM and NIfTI")
    return (*left_out, *write_images(outcome, folder, at=at))


def _write_course(outcome: DoseOutcome, folder: Path, at: datetime, course: Course | None) -> tuple[str, ...]:
    if course is not None:
        (folder / "course.yaml").write_text(dump_course(with_doses(course, outcome, at=at)), encoding="utf-8")
        return ()
    entry = entry_for(outcome, at=at)
    if entry is None:
        return ("No entry for a course: give --course, or course: {line: …, recorded_by: …} in the study.",)
    (folder / "course-entry.yaml").write_text(entry_text(entry), encoding="utf-8")
    return ()
