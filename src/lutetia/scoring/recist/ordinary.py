"""Ordinary courses, read from TR as arrays: nearly every course of a trial, and what makes a long table quick.

A course is ordinary when nothing in its rows needs a closer look: targets and non-targets identified at its first
visit and no new lesion; every result a diameter in the lesion's axis, or a state; one row for a lesion at a visit;
each visit with one name and at most one full day, in the order of their numbers; targets of their least size at the
baseline. All other courses are read row by row (`results`, `assembly`), where faults are told with their rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lutetia.dates import PartialDate
from lutetia.scoring.recist.cells import OTHER_AXIS, WHERE, WHO, Courses, Kinds, Whens, why_unused
from lutetia.scoring.recist.columns import CellReader, Cells, Columns, text
from lutetia.scoring.recist.identification import CourseKey, Identified
from lutetia.scoring.recist.lesion import Lesion, Measurement
from lutetia.scoring.recist.rules import Precision
from lutetia.scoring.recist.targets import crowded, least_um
from lutetia.scoring.recist.values import VALUE, Diameters, States

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Truth = NDArray[np.bool_]

LONGEST, SHORT_AXIS, STATE, OTHER, UNKNOWN = 0, 1, 2, 3, -1
_KIND = {"longest": LONGEST, "short_axis": SHORT_AXIS, "state": STATE, "other": OTHER}
_MOST_CELLS = 20_000_000


class When(NamedTuple):
    """When a visit was: `day` as an ordinal, 0 where none is given; `plain`: at most one day, and a full one."""

    number: float
    label: str
    days: tuple[PartialDate, ...]
    accepted: bool
    day: int
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenVisits:
    """The visits of ordinary courses, course after course, the baseline of each first; arrays by visit.

    `sum_um`: sum of the targets that count, `measured` how many they are, `standing` how many have not gone.
    `evaluated`: how many non-targets were evaluated; `visible`, `progressing`: whether one is there, or progresses.
    """

    keys: Sequence[CourseKey]
    targets: Whole  # number of them, by course
    non_targets: Whole
    course: Whole  # of each visit, a place in `keys`
    when: Sequence[When]
    sum_um: Whole
    measured: Whole
    standing: Whole
    evaluated: Whole
    visible: Truth
    progressing: Truth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordinary:
    """The ordinary courses, what their results do not rest on, and the rows of TR that belong to other courses."""

    seen: SeenVisits
    left_out: Counter[str]
    rest: Sequence[int]


def ordinary_courses(tr: Columns, found: Mapping[CourseKey, Identified], precision: Precision) -> Ordinary | None:
    """The ordinary courses of TR, by subject and reader; None where the table is too varied to be laid out.

    Visits must have numbers (VISITNUM). `found`: what TU identified, without faults.
    """
    keys = sorted(found, key=lambda key: (key[0], key[1] or ""))
    things, row_thing = tr.alike(("TRLNKID", "TRTESTCD"))
    names = {text(name): 0 for name, _ in things}
    names = {name: at for at, name in enumerate(names)}
    shapes = _Shapes.of([found[key] for key in keys], names)
    if shapes.axis.size > _MOST_CELLS:
        return None
    visits = _Visits.of(*tr.alike(tr.present(WHERE)), keys, tr.present(WHERE))
    plain = shapes.plain & visits.plain(shapes.number)
    rows = _Rows.of(tr, things, row_thing, names, visits, shapes, precision)
    plain &= rows.plain(len(keys))
    seen = rows.seen(visits, shapes, keys)
    plain &= _baselines(seen, rows, visits, shapes)
    kept = _kept(seen, plain)
    return Ordinary(seen=kept, left_out=rows.left_out(plain), rest=np.flatnonzero(~plain[rows.course]).tolist())
