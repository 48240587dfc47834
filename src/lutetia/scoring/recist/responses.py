"""RECIST 1.1 responses of every reader, patient and visit, from SDTM tables or from courses made otherwise."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import overload

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.columns import Table
from lutetia.scoring.recist.course import ReaderCourse, respond
from lutetia.scoring.recist.rules import EquivocalNew, Nadir, Precision, VisitRules
from lutetia.scoring.recist.tables import Markers, SmallTargets, Tables
from lutetia.scoring.recist.targets import Finding
from lutetia.scoring.recist.visit import VisitResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitResponses(Sequence[VisitResponse]):
    """The responses of all post-baseline visits, by patient, reader and visit: a sequence of `VisitResponse`.

    `left_out`: rows of the tables the result does not rest on, and why. `cautions`: choices of targets that break a
    rule of RECIST 1.1; they are judged all the same.
    """

    value: tuple[VisitResponse, ...]
    left_out: tuple[LeftOut, ...] = ()
    cautions: tuple[Finding, ...] = ()
    because: tuple[Reason, ...] = ()
    conventions: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.value)

    @overload
    def __getitem__(self, index: int) -> VisitResponse: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[VisitResponse, ...]: ...

    def __getitem__(self, index: int | slice) -> VisitResponse | tuple[VisitResponse, ...]:
        return self.value[index]

    def __iter__(self) -> Iterator[VisitResponse]:
        return iter(self.value)

    def by_course(self) -> dict[tuple[str, str | None], tuple[VisitResponse, ...]]:
        """(subject, reader) → the visits of that reader, in order."""
        found: dict[tuple[str, str | None], list[VisitResponse]] = {}
        for response in self.value:
            found.setdefault((response.subject, response.reader), []).append(response)
        return {key: tuple(visits) for key, visits in found.items()}

    def rows(self) -> list[dict[str, object]]:
        """One dict per visit: subject, reader, visit, target, nontarget, new_lesion, overall."""
        names = ("subject", "reader", "visit", "target", "nontarget", "new_lesion", "overall")
        return [{name: getattr(response, name) for name in names} for response in self.value]


def visit_responses(
    tu: Table,
    tr: Table,
    *,
    nadir: Nadir = "reader",
    reappearance_is_pd: bool = True,
    sticky_pr: bool = False,
    incomplete_sum_updates_nadir: bool = False,
    equivocal_new_lesion: EquivocalNew = "back_date",
    precision: Precision = "as_entered",
    small_targets: SmallTargets = "refuse",
    baseline_visits: Collection[str] | None = None,
    markers: Markers | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VisitResponses:
    """Target, non-target, new-lesion and overall response at every post-baseline visit of every reader.

    `tu` and `tr`: the SDTM domains TU and TR as rows of dicts, a mapping of columns, or a data frame. Diameters in
    mm: longest diameter, for nodes (TULOC holds LYMPH NODE) the short axis. The named arguments are the choices
    that RECIST 1.1 leaves open (see `VisitRules` and `Tables`); all of them stand in `.conventions`. `progress` is
    told how many courses (a reader's of a patient) have been judged, and how many there are.
    Raises InputError with every fault of both tables, each with its row.
    Source: Eisenhauer et al. 2009, doi 10.1016/j.ejca.2008.10.026; EORTC clarifications.
    """
    rules = VisitRules(
        nadir=nadir,
        reappearance_is_pd=reappearance_is_pd,
        sticky_pr=sticky_pr,
        incomplete_sum_updates_nadir=incomplete_sum_updates_nadir,
        equivocal_new_lesion=equivocal_new_lesion,
        precision=precision,
    )
    with _collector_paused():
        tables = Tables(
            tu, tr, precision=precision, small_targets=small_targets, baseline_visits=baseline_visits, markers=markers
        )
        value = tuple(_judged(tables, rules, progress or _nobody_watches))
    used = [(f"{name} rows", str(rows)) for name, rows in tables.rows.items()]
    used += [("left out", str(sum(left.count for left in tables.left_out)))]
    return VisitResponses(
        value=value,
        left_out=tables.left_out,
        cautions=tables.cautions,
        because=(Reason(rule="RECIST-READ", says="visits read from TU and TR", used=tuple(used)),),
        conventions=(*rules.conventions, *tables.conventions),
    )


def _judged(tables: Tables, rules: VisitRules, progress: Callable[[int, int], None]) -> list[VisitResponse]:
    """The responses of all courses: the ordinary ones at once, then the others patient after patient."""
    from lutetia.scoring.recist.many import judge  # needs numpy, which courses made otherwise do not

    courses = tables.courses
    progress(0, courses)
    ordinary = tables.ordinary() if rules.nadir == "reader" else None
    made = [] if ordinary is None else judge(ordinary, rules)
    done = 0 if ordinary is None else len(ordinary.keys)
    others = []
    for readers in tables.patients():
        progress(done, courses)
        others.append(respond(readers, rules))
        done += len(readers)
    tables.refuse_faults()
    progress(done, courses)
    return _in_order(made, others)


def _nobody_watches(done: int, courses: int) -> None:
    """Progress that nobody asked for."""


def _in_order(made: list[VisitResponse], others: list[list[VisitResponse]]) -> list[VisitResponse]:
    """All responses by patient and reader; the visits of a course stay as they are."""
    if not any(others):
        return made
    return sorted(chain(made, *others), key=lambda response: (response.subject, response.reader or ""))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hundreds of thousands of small objects, none of them in a cycle: looking for cycles would take half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def course_responses(courses: Iterable[ReaderCourse], rules: VisitRules) -> VisitResponses:
    """The same for courses that were not read from SDTM tables, such as those of a tumour board's record.

    `rules`: the named choices; its `precision` has no effect here, for the measurements are made already.
    Raises InputError naming every target without a diameter at baseline, lesions or courses that stand twice, and
    visits that do not follow each other by their numbers.
    """
    made = sorted(courses, key=lambda course: (course.subject, course.reader or ""))
    keys = Counter((course.subject, course.reader) for course in made)
    twice = sorted(_course(key) for key, count in keys.items() if count > 1)
    faults = [Fault(place=place, must="each reader must have one course of a patient") for place in twice]
    faults += [fault for course in made for fault in _faults(course)]
    if faults:
        raise InputError("RECIST 1.1 courses", faults)
    by_subject: dict[str, list[ReaderCourse]] = {}
    for course in made:
        by_subject.setdefault(course.subject, []).append(course)
    value = tuple(response for readers in by_subject.values() for response in respond(readers, rules))
    return VisitResponses(value=value, conventions=rules.conventions)


def _faults(course: ReaderCourse) -> Iterator[Fault]:
    place = _course((course.subject, course.reader))
    names = [lesion.name for lesion in course.lesions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(place=f"{place}, {name}", must="each lesion must be listed once")
    for lesion in course.role("target"):
        seen = course.baseline.seen.get(lesion.name)
        if seen is None or not seen.sum_um:
            must = "a target must have a diameter above 0 at the baseline"
            yield Fault(place=f"{place}, {lesion.name}", must=must, got=str(seen) if seen else "none")
    for earlier, later in pairwise((course.baseline, *course.visits)):
        if later.number <= earlier.number:
            must = "visits must follow each other by their numbers"
            yield Fault(place=f"{place}, {later.name}", must=must, got=f"{later.number:g} after {earlier.number:g}")
    for visit in (course.baseline, *course.visits):
        for name in sorted(set(visit.seen) - set(names)):
            yield Fault(place=f"{place}, {visit.name}, {name}", must="the lesion must be listed in the course")


def _course(key: tuple[str, str | None]) -> str:
    return ", ".join(part for part in key if part)
