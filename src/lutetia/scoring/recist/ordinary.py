"""Ordinary courses, read from TR as arrays: nearly every course of a trial, and what makes a long table quick.

A course is ordinary when nothing in its rows needs a closer look: targets and non-targets identified at its first
visit and no new lesion; every result a diameter in the lesion's axis, or a state; one row for a lesion at a visit;
each visit with one name and at most one full day, in the order of their numbers; targets of their least size at the
baseline. All other courses are read row by row (`results`, `assembly`), where faults are told with their rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lutetia.scoring.recist.cells import OTHER_AXIS, WHERE, Kinds, why_unused
from lutetia.scoring.recist.columns import Cells, Columns, text
from lutetia.scoring.recist.identification import CourseKey, Identified
from lutetia.scoring.recist.layout import (
    KINDS,
    NOT_EVALUABLE,
    PROGRESSION,
    REFUSED,
    SEEN,
    STATES,
    UNKNOWN,
    Followed,
    Rows,
    Visits,
    When,
)
from lutetia.scoring.recist.lesion import Measurement
from lutetia.scoring.recist.rules import Precision
from lutetia.scoring.recist.values import VALUE, Diameters, States

if TYPE_CHECKING:
    from lutetia.scoring.recist.layout import Truth, Whole

THING = ("TRLNKID", "TRTESTCD")
_MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenVisits:
    """The visits of courses, course after course, the baseline of each first; arrays by visit unless said.

    `targets`, `non_targets`: how many, by course. `sum_um`: sum of the targets that count, `measured`: how many they
    are, `standing`: how many have not gone. `evaluated`: non-targets that were evaluated; `visible`, `progressing`:
    whether one is there, or progresses.
    """

    keys: Sequence[CourseKey]
    targets: Whole
    non_targets: Whole
    course: Whole
    when: Sequence[When]
    sum_um: Whole
    measured: Whole
    standing: Whole
    evaluated: Whole
    visible: Truth
    progressing: Truth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordinary:
    """The ordinary courses, what their results do not rest on, and the rows (positions) of the other courses."""

    seen: SeenVisits
    left_out: Counter[str]
    rest: Sequence[int]


def ordinary_courses(tr: Columns, found: Mapping[CourseKey, Identified], precision: Precision) -> Ordinary | None:
    """The ordinary courses of TR, by subject and reader; None where the table is too varied to be laid out.

    Both tables must have visit numbers (VISITNUM). `found`: what TU identified, without faults.
    """
    keys = sorted(found, key=lambda key: (key[0], key[1] or ""))
    things, thing = tr.alike(THING)
    names = {name: at for at, name in enumerate(dict.fromkeys(text(name) for name, _ in things))}
    followed = Followed.of([found[key] for key in keys], names)
    if followed.axis.size > _MOST_CELLS:
        return None
    where, row_where = tr.alike(tr.present(WHERE))
    visits = Visits.of(where, keys, tr.present(WHERE))
    rows = _rows(tr, followed, visits, (things, thing, names), visits.place[row_where], precision)
    plain = followed.plain & visits.plain(followed)
    plain[rows.course[~rows.plain()]] = False
    plain &= _baselines_fit(rows, visits, followed)
    mine = plain[rows.course]
    seen = _seen(rows.of(mine), visits, followed, keys, plain)
    return Ordinary(seen=seen, left_out=rows.left_out(mine), rest=np.flatnonzero(~mine).tolist())


def _rows(
    tr: Columns,
    followed: Followed,
    visits: Visits,
    named: tuple[Sequence[Cells], Whole, dict[str, int]],
    visit: Whole,
    precision: Precision,
) -> Rows:
    """Each row of TR: the lesion it is about, and what was seen or why it is not used."""
    things, thing, names = named
    kinds = Kinds()
    kind = np.array([KINDS[kinds[test]] for _, test in things], np.int64)[thing]
    name = np.array([names[text(name)] for name, _ in things], np.int64)[thing]
    idle = np.array([not text(name) or kinds[test] == "other" for name, test in things], np.bool_)
    course = visits.course[visit]
    shape = followed.shape[course]
    axis = followed.axis[shape, name]
    known = (axis != UNKNOWN) & ~idle[thing]
    state = known & (kind == KINDS["state"])
    diameter = known & (kind == axis)
    # The longest diameter of a node needs a closer look: its short axis may be missing.
    other_axis = known & ~state & ~diameter & (axis == KINDS["longest"])
    unused = {OTHER_AXIS[False]: other_axis}
    for at in np.flatnonzero(idle).tolist():
        why = why_unused(text(things[at][1]), text(things[at][0]))
        unused[why] = unused.get(why, np.False_) | (thing == at)
    um, seen = _values(tr, diameter, state, precision)
    return Rows(
        visit=visit,
        course=course,
        shape=shape,
        name=name,
        used=diameter | state,
        um=um,
        state=seen,
        unused=unused,
        strange=~(diameter | state | other_axis | idle[thing]),
    )


def _values(tr: Columns, diameter: Truth, state: Truth, precision: Precision) -> tuple[Whole, Whole]:
    """Micrometres (-1: not to be counted) and state of every row that is used; different cells are read once."""
    present = tr.present(VALUE)
    cells, value = tr.alike(present)
    um, seen = np.full(tr.rows, -1, np.int64), np.full(tr.rows, SEEN, np.int64)
    for rows, reader in ((diameter, Diameters(present, precision)), (state, States(present))):
        at = np.flatnonzero(rows)
        different = np.flatnonzero(np.bincount(value[at], minlength=len(cells)))
        of_cells = np.zeros((2, len(cells)), np.int64)
        for one in different.tolist():
            of_cells[:, one] = _as_numbers(reader[cells[one]])
        um[at], seen[at] = of_cells[:, value[at]]
    return um, seen


def _as_numbers(said: object) -> tuple[int, int]:
    if not isinstance(said, Measurement):
        return -1, REFUSED
    return -1 if said.sum_um is None else said.sum_um, STATES.get(said.state, SEEN)


def _baselines_fit(rows: Rows, visits: Visits, followed: Followed) -> Truth:
    """By course: whether every target has its least size at the first visit."""
    enough = rows.used & followed.target[rows.shape, rows.name] & (rows.um >= followed.least_um[rows.shape, rows.name])
    found = np.bincount(rows.visit[enough], minlength=len(visits.when))
    course = visits.course[visits.first]
    fits = np.zeros(len(followed.plain), np.bool_)
    fits[course] = found[visits.first] == followed.targets[followed.shape[course]]
    return fits


def _seen(rows: Rows, visits: Visits, followed: Followed, keys: Sequence[CourseKey], plain: Truth) -> SeenVisits:
    """The visits of the plain courses, with what was seen at each of them added up."""
    kept = np.flatnonzero(plain[visits.course])
    gone_below = followed.gone_below_um[rows.shape, rows.name]
    target = followed.target[rows.shape, rows.name]
    counted, other = target & (rows.um >= 0), ~target
    there = (rows.state == SEEN) & ((rows.um < 0) | (rows.um >= gone_below))

    def add_up(some: Truth, weights: Whole | None = None) -> Whole:
        chosen = None if weights is None else weights[some]
        return np.bincount(rows.visit[some], chosen, len(visits.when))[kept].astype(np.int64)

    mine = np.flatnonzero(plain)
    shape = followed.shape[mine]
    return SeenVisits(
        keys=[keys[at] for at in mine.tolist()],
        targets=followed.targets[shape],
        non_targets=followed.non_targets[shape],
        course=(np.cumsum(plain) - 1)[visits.course[kept]],
        when=[visits.when[at] for at in kept.tolist()],
        sum_um=add_up(counted, rows.um),
        measured=add_up(counted),
        standing=add_up(counted & (rows.um >= gone_below)),
        evaluated=add_up(other & (rows.state != NOT_EVALUABLE)),
        visible=add_up(other & there) > 0,
        progressing=add_up(other & (rows.state == PROGRESSION)) > 0,
    )
