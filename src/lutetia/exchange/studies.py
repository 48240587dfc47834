"""Study declarations in, and the courses they name: every fault at once, with its line, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from lutetia.cohort.source import CourseSource
from lutetia.cohort.study import FORMAT, Study
from lutetia.course.course import Course
from lutetia.course.problem import Problem
from lutetia.errors import Fault, InputError
from lutetia.exchange.cohort_tables import read_cohort_tables
from lutetia.exchange.courses import read_course
from lutetia.exchange.documents import Document, Format, parse_document, place_text, read_text
from lutetia.exchange.faults import problem_of, shown
from lutetia.exchange.synthetic import itanet_like, null_courses

COURSE_ENDINGS = (".yaml", ".yml", ".json")
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A study with its courses, and where they came from in words."""

    study: Study
    courses: tuple[Course, ...]
    origin: str


def read_study(path: str | Path) -> Study:
    """The study declared in a YAML or JSON file.

    Raises InputError with every fault, each with its line. What must hold between the parts (a covariate that a
    subgroup names) is judged once each part is right.
    """
    return parse_study(read_text(path), str(path))


def parse_study(text: str, name: str = "study", format: Format | None = None) -> Study:
    """The study in a YAML or JSON text. Raises InputError as `read_study` does."""
    document = parse_document(text, name, format)
    data = document.data
    if not isinstance(data, dict):
        must, do = "a study must be a mapping (name: value)", f"Begin with lutetia: {FORMAT}."
        raise InputError(name, [Fault(place="document", must=must, got=shown(data), do=do, line=1)])
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        faults = [_fault(problem, document) for problem in _problems(error)]
        ordered = sorted([*document.faults, *faults], key=lambda fault: fault.line or 0)
        raise InputError(name, ordered) from None
    if document.faults:
        raise InputError(name, document.faults)
    return study


def load_study(path: str | Path) -> StudyFile:
    """A study file and all courses it names. Raises InputError with every fault of the study, or of its courses."""
    study = read_study(path)
    courses, origin = courses_of(study.courses, Path(path).parent)
    return StudyFile(study=study, courses=courses, origin=origin)


def courses_of(source: CourseSource, folder: Path) -> tuple[tuple[Course, ...], str]:
    """The courses a source names, and in words where they come from; paths are relative to `folder`.

    Raises InputError with the faults of all files.
    """
    if source.synthetic == "itanet_like":
        extra = source.investigational or 0
        made = itanet_like(patients=source.patients or 1, seed=source.seed or 0, investigational=extra)
        return made, f"made up: itanet_like, {source.patients} + {extra} patients, seed {source.seed}"
    if source.synthetic == "null":
        wait = 6.0 if source.mean_wait_months is None else source.mean_wait_months
        made = null_courses(
            source.patients or 1, seed=source.seed or 0, mean_wait_months=wait, indolence=source.indolence or 0.0
        )
        return made, f"made up: null, {source.patients} patients, seed {source.seed}, mean wait {wait:g} months"
    if source.csv is not None:
        mapping = folder / source.csv.mapping if source.csv.mapping else None
        tables = read_cohort_tables(folder / source.csv.patients, folder / source.csv.lines, mapping)
        unused = f"; columns not used: {', '.join(tables.unused_columns)}" if tables.unused_columns else ""
        return tables.courses, f"{source.csv.patients} and {source.csv.lines}{unused}"
    if source.folder is not None:
        return read_courses(_files_in(folder / source.folder)), f"folder {source.folder}"
    return read_courses([folder / name for name in source.files]), f"{len(source.files)} files"


def read_courses(paths: Iterable[Path]) -> tuple[Course, ...]:
    """The courses in these files. Raises InputError with the faults of all of them, each with its file."""
    courses: list[Course] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            courses.append(read_course(path))
        except InputError as error:
            faults += [_in_file(path, fault) for fault in error.faults]
    if faults:
        raise InputError("courses", faults)
    return tuple(courses)


def _in_file(path: Path, fault: Fault) -> Fault:
    line = f", line {fault.line}" if fault.line else ""
    return Fault(place=f"{path}{line}, {fault.place}", must=fault.must, got=fault.got, do=fault.do)


def _files_in(folder: Path) -> list[Path]:
    found = (
        sorted(path for path in folder.glob("*") if path.suffix.lower() in COURSE_ENDINGS) if folder.is_dir() else []
    )
    if not found:
        got = "no such folder" if not folder.is_dir() else "none"
        must, do = f"the folder must hold course files ({', '.join(COURSE_ENDINGS)})", "Correct courses.folder."
        raise InputError(str(folder), [Fault(place="folder", must=must, got=got, do=do)])
    return found


def _problems(error: ValidationError) -> list[Problem]:
    """What pydantic reports, without what only follows from a fault inside (a list that lost its wrong items)."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    own = [
        detail
        for detail, place in zip(details, places, strict=True)
        if detail["type"] != "too_short" or not any(len(p) > len(place) and p[: len(place)] == place for p in places)
    ]
    return [problem_of(detail, _shown_place(detail["loc"]), _model_at(detail["loc"])) for detail in own]


def _shown_place(loc: Place) -> Place:
    return tuple(step for step in loc if step != "[key]")


def _fault(problem: Problem, document: Document) -> Fault:
    line = document.locate(tuple(str(s) if _is_key(problem.place, n) else s for n, s in enumerate(problem.place)))
    return Fault(place=place_text(problem.place), must=problem.must, got=problem.got, do=problem.do, line=line)


def _is_key(place: Place, number: int) -> bool:
    """Whether a number of a place is the key of a mapping (lines: {1: …}), which a file holds as text."""
    return number > 0 and place[number - 1] == "lines" and isinstance(place[number], int)


def _model_at(loc: Place) -> type[BaseModel]:
    """The part of the declaration that a place belongs to, for the names and descriptions of its fields."""
    model: type[BaseModel] = Study
    for step in loc[:-1]:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        model = (_model_in(field.annotation) if field is not None else None) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
