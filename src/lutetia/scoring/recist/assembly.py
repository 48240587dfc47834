"""From the rows read to the course of one reader: its baseline, its visits in order, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from operator import itemgetter

from lutetia.dates import PartialDate
from lutetia.errors import Fault
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.identification import CourseKey, Identified, VisitKey, place_of
from lutetia.scoring.recist.lesion import PRESENT, REFUSED, Lesion, Measurement
from lutetia.scoring.recist.results import ReadVisit
from lutetia.scoring.recist.rules import limits, mm_text
from lutetia.scoring.recist.shape import seen_at
from lutetia.scoring.recist.targets import Finding, Target, check_targets, crowded, least_um
from lutetia.scoring.recist.visit import Visit

NO_BASELINE = float("-inf")
_Placed = tuple[float, str, ReadVisit]
"""A visit with its number and label, by which it is ordered."""


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

    def course(self, key: CourseKey, identified: Identified, read: dict[VisitKey, ReadVisit]) -> ReaderCourse:
        """The course of one reader of one patient; where it has faults, it must not be used."""
        self._add_visits_of_tu(key, identified, read)
        ordered = self._ordered(key, read)
        first = self._baseline(key, identified, ordered)
        visits = [self._visit(visit, number) for number, _, visit in ordered]
        merged = [made for made, (_, _, visit) in zip(visits, ordered, strict=True) if visit in first]
        baseline = self._merged(key, merged)
        later = tuple(visit for visit in visits if visit.number > baseline.number)
        self._leave_out_earlier(ordered, first, baseline.number)
        rows = [visit.rows for number, _, visit in ordered if number > baseline.number]
        self._refuse_out_of_order(key, baseline, list(zip(later, rows, strict=True)))
        lesions = tuple(identified.lesions[name] for name in sorted(identified.lesions))
        self._check_lesions(key, identified, lesions, baseline, read)
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

    def _add_visits_of_tu(self, key: CourseKey, identified: Identified, read: dict[VisitKey, ReadVisit]) -> None:
        """A visit that stands in TU alone is a visit too; a new lesion without a result there is simply there."""
        for name, at in identified.at.items():
            visit = read.get(at)
            if visit is None:
                days = identified.dates.get(at, ())
                visit = read[at] = ReadVisit(at, key, identified, identified.labels[at], days)
            if identified.lesions[name].role == "new" and name not in visit.measures:
                visit.states = visit.states or {}
                visit.states.setdefault(name, PRESENT)
                visit.plain = False

    def _ordered(self, key: CourseKey, read: dict[VisitKey, ReadVisit]) -> list[_Placed]:
        """The visits with their numbers, in order; a fault for each that cannot be placed."""
        placed: list[_Placed] = []
        for visit in read.values():
            number = visit.key if isinstance(visit.key, float) else _first_day(visit.days)
            if number is None:
                must = f"{visit.label} must have a date (TRDTC), for there is no VISITNUM to order visits by"
                self.faults.append(Fault(place=_course(key), must=must))
            else:
                placed.append((number, visit.label, visit))
        placed.sort(key=itemgetter(0, 1))
        return placed

    def _baseline(self, key: CourseKey, identified: Identified, ordered: Sequence[_Placed]) -> list[ReadVisit]:
        """The visits that make up the baseline, in order; a fault for each lesion identified elsewhere."""
        known = [name for name, lesion in identified.lesions.items() if lesion.role != "new"]
        at = {identified.at[name] for name in known}
        if self.baseline_visits is None:
            first = next(([visit] for _, _, visit in ordered if visit.key in at), [])
        else:
            first = [visit for _, _, visit in ordered if visit.label in self.baseline_visits]
        elsewhere = at.difference(visit.key for visit in first)
        for name in known if elsewhere else ():
            if identified.at[name] in elsewhere:
                labels = ", ".join(visit.label for visit in first) or "absent"
                place = _row(key, identified, name)
                must = f"targets and non-targets must be identified at the baseline ({labels})"
                do = "A lesion that appears later is NEW. Baseline on two visits? Name both in baseline_visits."
                self.faults.append(Fault(place=place, must=must, do=do))
        return first

    def _visit(self, visit: ReadVisit, number: float) -> Visit:
        marker_normal = None
        if self.markers:
            marker = (visit.course[0], visit.label)
            marker_normal = self.markers.get(marker)
            self.used_markers.add(marker)
        dates = visit.days if len(visit.days) < 2 else tuple(sorted(visit.days, key=_by_day))
        accepted = visit.accepted[0] if len(visit.accepted) == 1 else None
        return Visit(visit.label, number, dates, seen_at(visit, self.faults), accepted, marker_normal)

    def _leave_out_earlier(self, ordered: Sequence[_Placed], first: Sequence[ReadVisit], baseline: float) -> None:
        for number, _, visit in ordered:
            if number > baseline:
                break
            if visit not in first:
                rows = len(visit.measures) + len(visit.states or ())
                self.left_out["TR rows of visits before the baseline"] += rows

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
            dates=tuple(sorted(dates, key=_by_day)),
            seen=seen,
            marker_normal=all(normal) if normal else None,
        )

    def _refuse_out_of_order(
        self, key: CourseKey, baseline: Visit, visits: Sequence[tuple[Visit, Sequence[int]]]
    ) -> None:
        dated = [(visit, rows) for visit, rows in [(baseline, ()), *visits] if visit.dates]
        for (earlier, _), (later, rows) in pairwise(dated):
            if _before(later.dates[0], earlier.dates[0]):
                got = f"{earlier.name} on {earlier.dates[0]}, {later.name} on {later.dates[0]}"
                must = "visits must follow each other in time as their numbers say"
                do = "Correct VISITNUM or the date (TRDTC)."
                place = place_of("TR", ", ".join(map(str, rows)), *key, later.name) if rows else _course(key)
                self.faults.append(Fault(place=place, must=must, got=got, do=do))

    def _check_lesions(
        self,
        key: CourseKey,
        identified: Identified,
        lesions: Sequence[Lesion],
        baseline: Visit,
        read: dict[VisitKey, ReadVisit],
    ) -> None:
        """Every target needs a diameter at baseline, in millimetres and not too small; a new lesion comes later."""
        small = False
        targets = [lesion for lesion in lesions if lesion.role == "target"]
        for lesion in lesions:
            if lesion.role == "target":
                seen = baseline.seen.get(lesion.name)
                if seen is None or not seen.sum_um:
                    if seen is not REFUSED:  # what is wrong with the row has been said
                        self.faults.append(_unmeasured(lesion, seen, _row(key, identified, lesion.name)))
                elif seen.sum_um < least_um(lesion.node):
                    small = True
                    self._refuse_small(seen.sum_um, _row(key, identified, lesion.name))
            elif lesion.role == "new" and _at(read[identified.at[lesion.name]]) <= baseline.number:
                must = "a new lesion must be identified after the baseline"
                do = "At the baseline it is TARGET or NON-TARGET."
                self.faults.append(Fault(place=_row(key, identified, lesion.name), must=must, do=do))
        if small or crowded(targets):
            self._caution(key, targets, baseline)

    def _refuse_small(self, diameter_um: int, place: str) -> None:
        """A target below 10 mm is no target by RECIST 1.1, and most often a length in centimetres."""
        if diameter_um < limits().target_um and not self.accept_small:
            must = f"a target must measure at least {mm_text(limits().target_um)} at the baseline"
            do = "Given in cm? Multiply by 10. Truly so small? Say small_targets='accept'."
            self.faults.append(Fault(place=place, must=must, got=mm_text(diameter_um), do=do))

    def _caution(self, key: CourseKey, targets: Sequence[Lesion], baseline: Visit) -> None:
        chosen = []
        for lesion in targets:
            seen = baseline.seen.get(lesion.name)
            diameter_mm = seen.diameter_mm if seen is not None else None
            chosen.append(Target(name=lesion.name, organ=lesion.organ, node=lesion.node, diameter_mm=diameter_mm))
        for finding in check_targets(chosen).findings:
            self.cautions.append(Finding(lesions=finding.lesions, because=finding.because, where=_course(key)))


def _unmeasured(lesion: Lesion, seen: Measurement | None, place: str) -> Fault:
    axis = "short axis (LPERP)" if lesion.node else "longest diameter (LDIAM)"
    must = f"a target must have its {axis}, above 0, at the baseline"
    return Fault(place=place, must=must, got=str(seen) if seen else "none")


def _row(key: CourseKey, identified: Identified, name: str) -> str:
    return place_of("TU", identified.row_of[name], *key, name, identified.labels[identified.at[name]])


def _before(day: PartialDate, other: PartialDate) -> bool:
    if day.day and other.day:  # the usual case, without making dates
        return (day.year, day.month, day.day) < (other.year, other.month, other.day)
    return day.certainly_before(other)


def _first_day(days: Sequence[PartialDate]) -> float | None:
    return min((float(day.earliest.toordinal()) for day in days), default=None)


def _at(visit: ReadVisit) -> float:
    return visit.key if isinstance(visit.key, float) else _first_day(visit.days) or NO_BASELINE


def _by_day(day: PartialDate) -> tuple[date, date]:
    return day.earliest, day.latest


def _course(key: CourseKey) -> str:
    return ", ".join(part for part in key if part)
