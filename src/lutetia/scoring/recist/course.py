"""The visits of one reader of one patient, walked in order: nadir, reappearance, new lesions from first sight on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lutetia.dates import PartialDate
from lutetia.scoring.recist.lesion import Lesion, Measurement
from lutetia.scoring.recist.rules import Response, VisitRules, limits
from lutetia.scoring.recist.visit import (
    TargetSum,
    Visit,
    VisitResponse,
    nontarget_response,
    overall_response,
    target_response,
    target_sum,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCourse:
    """One reader's lesions, baseline and later visits of one patient; `visits` in the order of their numbers.

    `marker_followed`: a tumour marker was above normal at baseline and is part of the non-target disease.
    """

    subject: str
    reader: str | None
    lesions: tuple[Lesion, ...]
    baseline: Visit
    visits: tuple[Visit, ...]
    marker_followed: bool

    def role(self, role: str) -> tuple[Lesion, ...]:
        """The lesions of one role."""
        return tuple(lesion for lesion in self.lesions if lesion.role == role)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesions:
    """From which visit (its position) on a new lesion counts, and the positions of equivocal sightings."""

    counts_from: int | None
    first_seen: int | None
    equivocal_at: frozenset[int]


def respond(courses: Sequence[ReaderCourse], rules: VisitRules) -> list[VisitResponse]:
    """The responses of all readers of ONE patient, by reader and visit.

    All readers of the patient are needed together, because `nadir="all_readers"` looks across them.
    """
    sums = [_sums(course) for course in courses]
    pooled = None
    if rules.nadir == "all_readers":
        pooled = [pair for course, found in zip(courses, sums, strict=True) for pair in _nadirs(course, found, rules)]
    conventions = rules.conventions
    responses: list[VisitResponse] = []
    for course, found in zip(courses, sums, strict=True):
        responses.extend(_walk(course, found, pooled, rules, conventions))
    return responses


def new_lesions(course: ReaderCourse, rules: VisitRules) -> NewLesions:
    """When new lesions of a course count: unequivocal at once, equivocal by `rules.equivocal_new_lesion`.

    A new node counts as disease from 10 mm short axis on; once counted, a new lesion counts at every later visit.
    """
    starts: list[tuple[int, int]] = []
    equivocal: set[int] = set()
    for lesion in course.role("new"):
        seen = [(at, visit.seen[lesion.name]) for at, visit in enumerate(course.visits) if lesion.name in visit.seen]
        certain = [at for at, measurement in seen if _is_certain(lesion, measurement)]
        doubtful = [at for at, measurement in seen if measurement.state == "equivocal"]
        if certain:
            first = min([*certain, *doubtful]) if rules.equivocal_new_lesion == "back_date" else certain[0]
            starts.append((first, first))
        equivocal.update(doubtful)
    counts_from, first_seen = min(starts, default=(None, None))
    return NewLesions(counts_from=counts_from, first_seen=first_seen, equivocal_at=frozenset(equivocal))


def _is_certain(lesion: Lesion, measurement: Measurement) -> bool:
    if measurement.state in ("present", "progression", "too_small"):
        return True
    smallest_um = limits().node_pathological_um if lesion.node else 1
    return measurement.state == "measured" and (measurement.sum_um or 0) >= smallest_um


def _sums(course: ReaderCourse) -> list[TargetSum]:
    """Baseline first, then every visit."""
    targets = course.role("target")
    return [target_sum(targets, visit.seen) for visit in (course.baseline, *course.visits)]


def _nadirs(course: ReaderCourse, sums: Sequence[TargetSum], rules: VisitRules) -> list[tuple[float, int]]:
    """(visit number, sum) of every sum that may become a nadir."""
    visits = (course.baseline, *course.visits)
    return [(v.number, found.sum_um) for v, found in zip(visits, sums, strict=True) if _is_sum(found, rules)]


def _is_sum(now: TargetSum, rules: VisitRules) -> bool:
    """Whether a sum may become a nadir."""
    return now.some and (now.complete or rules.incomplete_sum_updates_nadir)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """What earlier visits of a course leave behind for the next one."""

    course: ReaderCourse
    rules: VisitRules
    targets: tuple[Lesion, ...]
    non_targets: tuple[Lesion, ...]
    new: NewLesions
    baseline_um: int
    nadir_um: int
    after_overall_cr: bool = False
    after_target_response: bool = False

    def judge(self, at: int, visit: Visit, now: TargetSum, conventions: tuple[str, ...]) -> VisitResponse:
        """The response at one visit; the history moves on by it."""
        followed = bool(self.targets)
        target, target_rule = self._target(now) if followed else (None, "RECIST-TL-NONE")
        nontarget, nontarget_rule = self._nontarget(visit)
        counts = self.new.counts_from is not None and at >= self.new.counts_from
        overall = overall_response(target, nontarget, counts)
        response = VisitResponse(
            self.course.subject,
            self.course.reader,
            visit.name,
            visit.number,
            visit.dates,
            target,
            nontarget,
            counts,
            overall,
            self.baseline_um if followed else None,
            self.nadir_um if followed else None,
            now.sum_um if followed and now.complete else None,
            now.sum_um,
            target_rule,
            nontarget_rule,
            not counts and at in self.new.equivocal_at,
            self._first_seen() if counts else (),
            visit.accepted,
            conventions,
        )
        if overall == "CR":
            self.after_overall_cr = True
        if target == "PR" or target == "CR":
            self.after_target_response = True
        if now.sum_um < self.nadir_um and _is_sum(now, self.rules):
            self.nadir_um = now.sum_um
        return response

    def _target(self, now: TargetSum) -> tuple[Response | None, str]:
        return target_response(
            now,
            baseline_um=self.baseline_um,
            nadir_um=self.nadir_um,
            rules=self.rules,
            after_overall_cr=self.after_overall_cr,
            after_target_response=self.after_target_response,
        )

    def _nontarget(self, visit: Visit) -> tuple[Response | None, str]:
        if not self.non_targets and not self.course.marker_followed:
            return None, "RECIST-NT-NONE"
        return nontarget_response(
            self.non_targets,
            visit.seen,
            marker_normal=visit.marker_normal,
            marker_followed=self.course.marker_followed,
            after_overall_cr=self.after_overall_cr,
            rules=self.rules,
        )

    def _first_seen(self) -> tuple[PartialDate, ...]:
        first = self.new.first_seen
        return () if first is None else self.course.visits[first].dates


def _walk(
    course: ReaderCourse,
    sums: Sequence[TargetSum],
    pooled: Sequence[tuple[float, int]] | None,
    rules: VisitRules,
    conventions: tuple[str, ...],
) -> Iterable[VisitResponse]:
    walk = _Walk(
        course=course,
        rules=rules,
        targets=course.role("target"),
        non_targets=course.role("non_target"),
        new=new_lesions(course, rules),
        baseline_um=sums[0].sum_um,
        nadir_um=sums[0].sum_um,
    )
    for at, (visit, now) in enumerate(zip(course.visits, sums[1:], strict=True)):
        if pooled is not None:
            earlier = (um for number, um in pooled if number < visit.number)
            walk.nadir_um = min(earlier, default=walk.baseline_um)
        yield walk.judge(at, visit, now, conventions)
