"""From the rows read to the course of one reader: its baseline, its visits in order, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lutetia.dates import PartialDate
from lutetia.errors import Fault
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.identification import CourseKey, Identified, VisitKey, place_of
from lutetia.scoring.recist.lesion import PRESENT, Lesion, Measurement
from lutetia.scoring.recist.results import ReadVisit, seen_at
from lutetia.scoring.recist.rules import mm_text
from lutetia.scoring.recist.targets import Finding, Target, check_targets, least_um
from lutetia.scoring.recist.visit import Visit

NO_BASELINE = float("-inf")


@dataclass(slots=True, kw_only=True)
class Assembly:
    """Makes one course after the other; gathers faults, rows left out, and cautions on the choice of targets."""

    baseline_visits: Collection[str] | None
    accept_small: bool
    markers: dict[tuple[str, str], bool]
    faults: list[Fault]
    left_out: Counter[str]
    cautions: list[Finding] = field(default_factory=list)
    used_markers: set[tuple[str, str]] = field(default_factory=set)

    def course(
        self, key: CourseKey, identified: Identified, read: dict[VisitKey, ReadVisit]
    ) -> ReaderCourse | None:
        """The course of one reader of one patient; None, with faults, when it cannot be made."""
        self._add_visits_of_tu(key, identified, read)
        numbers = {visit: _number(visit, read[visit].days) for visit in read}
        for visit, number in numbers.items():
            if number is None:
                must = f"{read[visit].label} must have a date (TRDTC), for there is no VISITNUM to order visits by"
                self.faults.append(Fault(place=_course(key), must=must))
        ordered = sorted((v for v in read if numbers[v] is not None), key=lambda v: (numbers[v] or 0.0, str(v)))
        visits = {visit: self._visit(read[visit], numbers[visit] or 0.0) for visit in ordered}
        first = self._baseline(key, identified, ordered, read)
        baseline = self._merged(key, [visits[visit] for visit in first])
        later = tuple(visits[visit] for visit in ordered if visits[visit].number > baseline.number)
        for visit in ordered:
            if visit not in first and visits[visit].number <= baseline.number:
                self.left_out["TR rows of visits before the baseline"] += len(read[visit].rows)
        self._refuse_out_of_order(key, [*([baseline] if first else []), *later])
        self._refuse_new_at_baseline(identified, read, first, ordered)
        lesions = tuple(identified.lesions[name] for name in sorted(identified.lesions))
        self._check_targets(key, identified, lesions, baseline)
        return ReaderCourse(
            subject=key[0],
            reader=key[1],
            lesions=lesions,
            baseline=baseline,
            visits=later,
            marker_followed=baseline.marker_normal is False,
        )

    def refuse_unused_markers(self) -> None:
        """A fault for each marker of a patient or visit that the tables do not hold."""
        for subject, label in sorted(set(self.markers) - self.used_markers):
            must = "the marker must belong to a patient and a visit (VISIT) of TR"
            self.faults.append(Fault(place=f"markers ({subject}, {label})", must=must))

    def _add_visits_of_tu(
        self, key: CourseKey, identified: Identified, read: dict[VisitKey, ReadVisit]
    ) -> None:
        """A visit that stands in TU alone is a visit too; a new lesion without a result there is simply there."""
        for name, at in identified.at.items():
            visit = read.get(at)
            if visit is None:
                visit = read[at] = ReadVisit(key=at, course=key, identified=identified)
                visit.days.update(identified.dates[at])
                visit.labels.add(identified.labels[at])
            unread = name not in visit.states and name not in visit.measures
            if identified.lesions[name].role == "new" and unread:
                visit.states[name] = PRESENT

    def _visit(self, visit: ReadVisit, number: float) -> Visit:
        labels = sorted(label for label in visit.labels if label)
        if len(labels) > 1:
            must = f"VISITNUM {visit.key:g} must have one name (VISIT)" if isinstance(visit.key, float) else "one name"
            self.faults.append(Fault(place=_course(visit.course), must=must, got=" and ".join(labels)))
        marker = (visit.course[0], visit.label)
        if marker in self.markers:
            self.used_markers.add(marker)
        return Visit(
            name=visit.label,
            number=number,
            dates=tuple(sorted(visit.days, key=lambda day: (day.earliest, day.latest))),
            seen=seen_at(visit, self.faults),
            accepted=next(iter(visit.accepted)) if len(visit.accepted) == 1 else None,
            marker_normal=self.markers.get(marker),
        )

    def _baseline(
        self,
        key: CourseKey,
        identified: Identified,
        ordered: Sequence[VisitKey],
        read: dict[VisitKey, ReadVisit],
    ) -> list[VisitKey]:
        """The visits that make up the baseline, in order; a fault for each lesion identified elsewhere."""
        known = [name for name, lesion in identified.lesions.items() if lesion.role != "new"]
        at = {identified.at[name] for name in known}
        if self.baseline_visits is None:
            first = [visit for visit in ordered if visit in at][:1]
        else:
            first = [visit for visit in ordered if read[visit].label in self.baseline_visits]
        for name in known:
            if identified.at[name] not in first:
                labels = ", ".join(read[visit].label for visit in first) or "absent"
                place = place_of("TU", identified.row_of[name], *key, name, read[identified.at[name]].label)
                must = f"targets and non-targets must be identified at the baseline ({labels})"
                do = "A lesion that appears later is NEW. Baseline on two visits? Name both in baseline_visits."
                self.faults.append(Fault(place=place, must=must, do=do))
        return first

    def _merged(self, key: CourseKey, visits: Sequence[Visit]) -> Visit:
        """One baseline of one or more visits; none at all where a reader identified no disease there."""
        if len(visits) == 1:
            return visits[0]
        seen: dict[str, Measurement] = {}
        for visit in visits:
            for name, what in visit.seen.items():
                if name in seen:
                    must = f"{name} must be measured once in the baseline"
                    self.faults.append(Fault(place=_course(key), must=must, got=f"again at {visit.name}"))
                seen[name] = what
        dates = {day for visit in visits for day in visit.dates}
        normal = [visit.marker_normal for visit in visits if visit.marker_normal is not None]
        return Visit(
            name=" + ".join(visit.name for visit in visits),
            number=max((visit.number for visit in visits), default=NO_BASELINE),
            dates=tuple(sorted(dates, key=lambda day: (day.earliest, day.latest))),
            seen=seen,
            marker_normal=all(normal) if normal else None,
        )

    def _refuse_out_of_order(self, key: CourseKey, visits: Sequence[Visit]) -> None:
        dated = [visit for visit in visits if visit.dates]
        for earlier, later in pairwise(dated):
            if later.dates[0].certainly_before(earlier.dates[0]):
                got = f"{earlier.name} on {earlier.dates[0]}, {later.name} on {later.dates[0]}"
                must = "visits must follow each other in time as their numbers say"
                do = "Correct VISITNUM or the date (TRDTC)."
                self.faults.append(Fault(place=_course(key), must=must, got=got, do=do))

    def _refuse_new_at_baseline(
        self,
        identified: Identified,
        read: dict[VisitKey, ReadVisit],
        first: Sequence[VisitKey],
        ordered: Sequence[VisitKey],
    ) -> None:
        upto = set(ordered[: ordered.index(first[-1]) + 1]) if first else set()
        for name, at in identified.at.items():
            if identified.lesions[name].role == "new" and at in upto:
                place = place_of("TU", identified.row_of[name], *read[at].course, name, read[at].label)
                must = "a new lesion must be identified after the baseline"
                self.faults.append(Fault(place=place, must=must, do="At the baseline it is TARGET or NON-TARGET."))

    def _check_targets(
        self, key: CourseKey, identified: Identified, lesions: Sequence[Lesion], baseline: Visit
    ) -> None:
        """Every target needs a measure at baseline; together they must look like a choice in millimetres."""
        targets = [lesion for lesion in lesions if lesion.role == "target"]
        small = []
        for lesion in targets:
            seen = baseline.seen.get(lesion.name)
            um = None if seen is None else seen.sum_um
            if not um:
                place = place_of("TU", identified.row_of[lesion.name], *key, lesion.name)
                axis = "short axis (LPERP)" if lesion.node else "longest diameter (LDIAM)"
                must = f"a target must have its {axis} above 0 at the baseline"
                self.faults.append(Fault(place=place, must=must, got=str(seen) if seen else "none"))
            elif um < least_um(lesion.node):
                small.append(f"{lesion.name} {mm_text(um)}")
        if targets and len(small) == len(targets) and not self.accept_small:
            must = "targets must measure at least 10 mm (nodes 15 mm in the short axis) at the baseline"
            do = "Given in cm? Multiply by 10. Truly so small? Say small_targets='accept'."
            self.faults.append(Fault(place=_course(key), must=must, got=", ".join(small), do=do))
        if small or len(targets) > 2:
            self._caution(key, targets, baseline)

    def _caution(self, key: CourseKey, targets: Sequence[Lesion], baseline: Visit) -> None:
        chosen = []
        for lesion in targets:
            seen = baseline.seen.get(lesion.name)
            diameter_mm = seen.diameter_mm if seen is not None else None
            chosen.append(Target(name=lesion.name, organ=lesion.organ, node=lesion.node, diameter_mm=diameter_mm))
        for finding in check_targets(chosen).findings:
            self.cautions.append(Finding(lesions=finding.lesions, because=finding.because, where=_course(key)))


def _number(visit: VisitKey, days: Collection[PartialDate]) -> float | None:
    if isinstance(visit, float):
        return visit
    return min((float(day.earliest.toordinal()) for day in days), default=None)


def _course(key: CourseKey) -> str:
    return ", ".join(part for part in key if part)
