"""Patients of files, assessed: all files are read before anything is made, and all faults come together."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lutetia.cli.options import tracked

if TYPE_CHECKING:
    from lutetia.course.timeline import Timeline
    from lutetia.errors import Fault
    from lutetia.guideline.assessment import Assessment
    from lutetia.guideline.facts import Facts

    Subject = tuple[Assessment, Timeline | None]


def subjects_of(files: list[Path], day: date, place: str | None, grading: str) -> list[Subject]:
    """Each patient assessed; when any file is faulty one InputError carries all faults of all files."""
    from lutetia.errors import InputError
    from lutetia.guideline.assessment import assess
    from lutetia.guideline.edition import load_knowledge

    knowledge = load_knowledge()
    ready: list[tuple[Facts, Timeline | None]] = []
    faults: list[Fault] = []
    for path in tracked(files, "Reading"):
        try:
            ready += _patients(path, day)
        except InputError as error:
            faults += [_placed(path, fault) for fault in error.faults]
    if faults:
        raise InputError(f"{len(files)} files" if len(files) > 1 else str(files[0]), faults)
    return [(assess(facts, knowledge, place, as_of=day, grading=grading), timeline) for facts, timeline in ready]


def _patients(path: Path, day: date) -> list[tuple[Facts, Timeline | None]]:
    """The facts of every patient of a file, with the timeline where it is a course."""
    from lutetia.course.timeline import Timeline
    from lutetia.errors import InputError
    from lutetia.exchange.records import read_patients
    from lutetia.guideline.derive import facts_on
    from lutetia.guideline.facts import read_flat

    found: list[tuple[Facts, Timeline | None]] = []
    for patient in read_patients(path):
        if patient.course is not None:
            timeline = Timeline(patient.course, day)
            found.append((facts_on(timeline), timeline))
            continue
        try:
            found.append((read_flat(patient.flat or {}, name=patient.name), None))
        except InputError as error:
            raise InputError(error.name, [patient.located(fault) for fault in error.faults]) from None
    return found


def _placed(path: Path, fault: Fault) -> Fault:
    """The fault with its file in front, for a list of faults from several files."""
    from dataclasses import replace

    line = f", line {fault.line}" if fault.line else ""
    return replace(fault, place=f"{path}{line}: {fault.place}", line=None)
