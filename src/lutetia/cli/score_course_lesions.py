"""Measured lesions of a course, line by line of therapy: RECIST 1.1, Choi and growth, in the columns of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lutetia.cli.score_lesions import RECIST_COLUMNS
from lutetia.cli.score_output import Scored
from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    from lutetia.course.timeline import Timeline
    from lutetia.scoring.course_lesions import CourseLesions, ReadingSeries
    from lutetia.scoring.recist import VisitResponse

WHOSE = ("subject", "reader", "visit", "date")
CHOI_CHANGES = ("size_change_pct", "growth_pct", "attenuation_change_pct")
_RULES = {
    "nadir": "reader",
    "reappearance_is_pd": True,
    "sticky_pr": False,
    "incomplete_sum_updates_nadir": False,
    "equivocal_new_lesion": "back_date",
    "precision": "as_entered",
}
"""Choices of RECIST 1.1 where only new lesions and sums are taken from it; printed with the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFile:
    """A course, the day it is read on, the line asked for (None: every line with a baseline), how readers are told."""

    path: Path
    day: date
    line: str | None
    reader: str


def recist(file: CourseFile, options: dict[str, Any]) -> Scored:
    """One row for each line, reader and visit after the start of the line."""
    rules = {name: options[name] for name in _RULES}
    found = _Found.of(file, rules, options["small_targets"])
    rows = [
        {name: getattr(visit, name) for name in RECIST_COLUMNS} | {"line": line}
        for line, _, visits in found.series()
        for visit in visits
    ]
    return found.scored((*RECIST_COLUMNS, "line"), rows, ())


def choi(file: CourseFile, options: dict[str, Any], unstated: str) -> Scored:
    """One row for each line, reader and visit after the start of the line; not assessable ones say so."""
    from lutetia.scoring.course_lesions import choi_visits

    found = _Found.of(file, _RULES, "refuse")
    rows: list[dict[str, Any]] = []
    said: dict[str, None] = {}
    why: list[str] = []
    for line, series, visits in found.series():
        judged = choi_visits(series, visits, **options, unstated=unstated)  # type: ignore[arg-type]
        said |= dict.fromkeys(judged.conventions)
        for one in judged.value:
            possible = " or ".join(one.response.possible) if one.response else ""
            value: dict[str, Any] = {"response": one.response.value if one.response else None}
            value |= {"possible": possible or "not assessable"}
            value |= {name: getattr(one.response, name, None) for name in CHOI_CHANGES}
            rows.append(_whose(series, one.visit) | value | {"line": line})
            why += [f"line {line}, {one.visit}: not assessable, {one.why}"] if one.why else []
    return found.scored((*WHOSE, "response", "possible", *CHOI_CHANGES, "line"), rows, said, why)


def growth(file: CourseFile, cut_off: str | None, options: dict[str, Any]) -> Scored:
    """One row for each sum of a line with the sum before it; the cut-off is held against the first one alone."""
    from lutetia.scoring.course_lesions import growth_pairs
    from lutetia.scoring.growth import rate_percent_per_month, side_of_cut_off

    found = _Found.of(file, _RULES, "refuse")
    rows: list[dict[str, Any]] = []
    said: dict[str, None] = {}
    left: list[str] = []
    for line, series, visits in found.series():
        pairs = growth_pairs(series, visits)
        left += [f"line {line}: {one}" for one in pairs.left_out]
        said |= dict.fromkeys(pairs.conventions)
        for pair in pairs.value:
            declared = {"new_lesions": pair.new_lesions, "nodes_in_sum": pair.nodes_in_sum}
            rate = rate_percent_per_month(pair.before_mm, pair.after_mm, pair.days, **options, **declared)
            judged = cut_off is not None and pair.from_baseline
            side = side_of_cut_off(rate, cut_off=cut_off) if judged else None  # type: ignore[arg-type]
            said |= dict.fromkeys((side or rate).conventions)
            value: dict[str, Any] = {
                "rate_percent_per_month": rate.value,
                "low": rate.low,
                "high": rate.high,
                "months": rate.months,
            }
            value |= {"side": side.value if side else None, "line": line}
            rows.append(_whose(series, pair.after) | value)
    sides = ("side",) if cut_off else ()
    if cut_off:
        said["the cut-off is held against the first examination after the baseline alone"] = None
    return found.scored((*WHOSE, "rate_percent_per_month", "low", "high", "months", *sides, "line"), rows, said, left)


def _whose(series: ReadingSeries, visit: str) -> dict[str, Any]:
    named = {"subject": series.course.subject, "reader": series.course.reader, "visit": visit}
    return named | {"date": str(series.examination(visit).date)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The lines of a course that have a baseline and a visit, with their responses, and why others have not."""

    path: Path
    lesions: tuple[CourseLesions, ...]
    responses: tuple[dict[tuple[str, str | None], tuple[VisitResponse, ...]], ...]
    rules: tuple[str, ...]
    not_assessable: tuple[str, ...]

    @classmethod
    def of(cls, file: CourseFile, rules: dict[str, Any], small_targets: str) -> _Found:
        """Raises InputError with the faults of the lesions of all lines, or when no line can be assessed."""
        from lutetia.course.timeline import Timeline
        from lutetia.exchange.courses import read_course
        from lutetia.scoring.course_lesions import responses_of
        from lutetia.scoring.recist import VisitRules

        timeline = Timeline(read_course(file.path), file.day)
        judged_by = VisitRules(**rules)
        every = _lesions(timeline, file, rules["precision"], small_targets)
        assessable = tuple(one for one in every if one.assessable)
        why = tuple(f"line {one.line}: {one.why}" for one in every if not one.assessable)
        if not assessable:
            must = "the course must hold a line of therapy with measured lesions before and after its start"
            got = "; ".join(why) or f"no line of therapy begun by {file.day}"
            raise InputError(str(file.path), [Fault(place="entries", must=must, got=got)])
        return cls(
            path=file.path,
            lesions=assessable,
            responses=tuple(responses_of(one, judged_by).by_course() for one in assessable),
            rules=judged_by.conventions,
            not_assessable=why,
        )

    def series(self) -> Iterator[tuple[str, ReadingSeries, tuple[VisitResponse, ...]]]:
        """Line by line, reader by reader: the series and its responses; readers without a visit have none."""
        for lesions, responses in zip(self.lesions, self.responses, strict=True):
            for series in lesions.series:
                if series.visits:
                    visits = responses[series.course.subject, series.course.reader]
                    yield lesions.line or "", series, visits

    def scored(
        self, columns: tuple[str, ...], rows: list[dict[str, Any]], said: Iterable[str], more: Sequence[str] = ()
    ) -> Scored:
        """The rows with everything that is printed below them."""
        conventions = [*said, *self.rules, *(line for one in self.lesions for line in one.conventions)]
        left = [f"line {one.line}: {left}" for one in self.lesions for left in one.left_out]
        return Scored(
            columns=columns,
            rows=rows,
            read=f"{', '.join(_told(one) for one in self.lesions)} of {self.path}",
            left_out=(*self.not_assessable, *dict.fromkeys(left), *more),
            cautions=tuple(f"line {one.line}: {caution}" for one in self.lesions for caution in one.cautions),
            conventions=tuple(dict.fromkeys(conventions)),
        )


def _told(lesions: CourseLesions) -> str:
    """A line with what was taken for it: "line rlt since 2023-10-24 (baseline ct-2023-09, 3 visits)"."""
    taken = "; ".join(
        f"baseline {one.baseline.name}, {len(one.visits)} {'visit' if len(one.visits) == 1 else 'visits'}"
        for one in lesions.series
    )
    return f"line {lesions.line} since {lesions.since} ({taken})"


def _lesions(timeline: Timeline, file: CourseFile, precision: Any, small_targets: Any) -> list[CourseLesions]:
    """The measured lesions of each line asked for, by its start; faults of all lines come together."""
    from lutetia.scoring.course_lesions import lesions_of_line

    found: list[CourseLesions] = []
    faults: list[Fault] = []
    for line in [file.line] if file.line is not None else [line.id for line in timeline.lines()]:
        try:
            found.append(
                lesions_of_line(
                    timeline,
                    line,
                    until="next_line",
                    reader=file.reader,  # type: ignore[arg-type]
                    new_at_baseline="non_target",
                    small_targets=small_targets,
                    precision=precision,
                    baseline_at_most_days=None,
                )
            )
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(str(file.path), list(dict.fromkeys(faults)))
    return found
