"""TU and TR laid out as arrays: what each course follows, its visits in order, and what each row of TR says.

Places of visits and courses are positions; the place after the last course stands for rows of no known course.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lutetia.dates import PartialDate
from lutetia.scoring.recist.cells import WHERE, WHO, Courses, Whens
from lutetia.scoring.recist.columns import CellReader, Cells
from lutetia.scoring.recist.identification import CourseKey, Identified
from lutetia.scoring.recist.lesion import Lesion
from lutetia.scoring.recist.targets import crowded, least_um

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Truth = NDArray[np.bool_]

KINDS = {"longest": 0, "short_axis": 1, "state": 2, "other": 3}
UNKNOWN = -1
REFUSED, NOT_EVALUABLE, PROGRESSION, SEEN = range(4)
STATES = {"not_evaluable": NOT_EVALUABLE, "progression": PROGRESSION}


class When(NamedTuple):
    """When a visit was: `day` as an ordinal, 0 where none is given; `plain`: no fault and no partial date."""

    number: float
    label: str
    days: tuple[PartialDate, ...]
    accepted: bool
    day: int
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """What courses follow. Courses with the same lesions share one shape, a row of the arrays by shape and name.

    By course: `shape`, `number` (of the visit at which all was identified, NaN when at several), `plain`. By shape and
    name: `axis` as in `KINDS`, `target`, `gone_below_um`, `least_um`. By shape: `targets`, `non_targets`, how many.
    """

    shape: Whole
    number: NDArray[np.float64]
    plain: Truth
    axis: Whole
    target: Truth
    gone_below_um: Whole
    least_um: Whole
    targets: Whole
    non_targets: Whole

    @classmethod
    def of(cls, courses: Sequence[Identified], names: dict[str, int]) -> Followed:
        """The layout of these courses; `names`: name of a lesion in TR → its column."""
        shapes: dict[tuple[int, ...], int] = {}
        lesions: list[tuple[Lesion, ...]] = []
        shape, number = [], []
        for course in courses:
            followed = tuple(course.lesions.values())
            alike = tuple(map(id, followed))  # lesions that are read the same are the same object
            if alike not in shapes:
                shapes[alike] = len(lesions)
                lesions.append(followed)
            shape.append(shapes[alike])
            visits = set(course.at.values())
            number.append(float(visits.pop()) if len(visits) == 1 else nan)
        of_shape = [_plain(followed) for followed in lesions]
        table = _by_shape_and_name([*lesions, ()], names)
        return cls(
            shape=np.array([*shape, len(lesions)], np.int64),
            number=np.array([*number, nan]),
            plain=np.array([*(of_shape[at] for at in shape), False], np.bool_),
            targets=np.array([sum(one.role == "target" for one in some) for some in (*lesions, ())], np.int64),
            non_targets=np.array([sum(one.role == "non_target" for one in some) for some in (*lesions, ())], np.int64),
            **table,
        )


def _plain(lesions: Sequence[Lesion]) -> bool:
    """Whether a course follows nothing that needs a closer look: no new lesion, not too many targets."""
    return not any(lesion.role == "new" for lesion in lesions) and not crowded(
        [lesion for lesion in lesions if lesion.role == "target"]
    )


def _by_shape_and_name(shapes: Sequence[Sequence[Lesion]], names: dict[str, int]) -> dict[str, Any]:
    size = (len(shapes), max(len(names), 1))
    axis, target = np.full(size, UNKNOWN, np.int64), np.zeros(size, np.bool_)
    gone_below, least = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for at, lesions in enumerate(shapes):
        for lesion in lesions:
            if lesion.name in names:
                place = at, names[lesion.name]
                axis[place], target[place] = KINDS[lesion.axis], lesion.role == "target"
                gone_below[place], least[place] = lesion.gone_below_um, least_um(lesion.node)
    return {"axis": axis, "target": target, "gone_below_um": gone_below, "least_um": least}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Visits:
    """The different visits of TR, ordered by course and number; `place`: row's where-cells → visit."""

    course: Whole
    when: Sequence[When]
    place: Whole
    first: Whole

    @classmethod
    def of(cls, where: Sequence[Cells], keys: Sequence[CourseKey], present: Sequence[str]) -> Visits:
        """The visits of these different cells (columns `WHERE` that are there)."""
        split = sum(column in WHO for column in present)
        courses, whens = Courses(WHO, present[:split]), _Whens(present[split:])
        known = {key: at for at, key in enumerate(keys)}
        course = np.fromiter((known.get(courses[cells[:split]], len(keys)) for cells in where), np.int64, len(where))
        when = [whens[cells[split:]] for cells in where]
        order = np.lexsort((np.array([one.number for one in when], np.float64), course))
        place = np.empty(len(where), np.int64)
        place[order] = np.arange(len(where))
        course = course[order]
        return cls(
            course=course,
            when=[when[at] for at in order.tolist()],
            place=place,
            first=np.flatnonzero(np.diff(course, prepend=-1)),
        )

    def plain(self, followed: Followed) -> Truth:
        """By course: whether its visits are in order, named once, fully dated, and the first is the one of TU."""
        number = np.array([one.number for one in self.when], np.float64)
        day = np.array([one.day for one in self.when], np.int64)
        wrong = ~np.array([one.plain for one in self.when], np.bool_)
        follows = self.course[1:] == self.course[:-1]
        again, undated = number[1:] == number[:-1], (day[1:] == 0) != (day[:-1] == 0)
        wrong[1:] |= follows & (again | undated | (day[1:] < day[:-1]))
        wrong[self.first] |= number[self.first] != followed.number[self.course[self.first]]
        plain = np.zeros(len(followed.plain), np.bool_)
        plain[self.course] = True
        plain[self.course[wrong]] = False
        return plain


class _Whens(CellReader):
    """VISITNUM, VISIT, TRDTC, TRACPTFL → `When`."""

    def __init__(self, present: Sequence[str]) -> None:
        super().__init__(WHERE[len(WHO) :], present)
        self._whens = Whens(present, by_number=True)

    def read(self, *texts: str) -> When:
        number, label, days, accepted, wrong = self._whens.read(*texts)
        plain = wrong is None and all(day.precision == "day" for day in days)
        day = days[0].earliest.toordinal() if days and plain else 0
        return When(number if isinstance(number, float) else nan, label, days, accepted, day, plain)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of TR. `used`: a result of a known lesion; `um` what it adds to a sum, -1 when it cannot be counted.

    `state`: REFUSED, NOT_EVALUABLE, PROGRESSION or SEEN (anything else). `unused`: reason → rows left out for it.
    `strange`: rows that are neither.
    """

    visit: Whole
    course: Whole
    shape: Whole
    name: Whole
    used: Truth
    um: Whole
    state: Whole
    unused: dict[str, Truth]
    strange: Truth

    def plain(self) -> Truth:
        """By row: whether it needs no closer look: nothing refused, and one row for a lesion at a visit."""
        plain = ~self.strange & ~(self.used & (self.state == REFUSED))
        rows = np.flatnonzero(self.used)
        seen = self.visit[rows] * (self.name.max(initial=0) + 1) + self.name[rows]
        order = np.argsort(seen, kind="stable")
        twice = np.diff(seen[order], prepend=-1) == 0
        plain[rows[order[twice]]] = False
        return np.asarray(plain, np.bool_)

    def of(self, rows: Truth) -> Rows:
        """The used ones of these rows."""
        chosen = np.flatnonzero(rows & self.used)
        by_row = ("visit", "course", "shape", "name", "used", "um", "state", "strange")
        return replace(self, **{field: getattr(self, field)[chosen] for field in by_row}, unused={})

    def left_out(self, rows: Truth) -> Counter[str]:
        """Reason → how many of the rows are left out for it."""
        counted = {why: int(np.count_nonzero(rows[some])) for why, some in self.unused.items()}
        return Counter({why: count for why, count in counted.items() if count})
