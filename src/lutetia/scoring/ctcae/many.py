"""CTCAE grades of a whole table of laboratory values at once; the same rules as `grading`, on arrays.

Needs numpy (imported on first use). Rows at fault are all named together; none is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.arrays import as_numbers, as_truth, fault_with_rows
from lutetia.scoring.ctcae.criteria import BASELINE_STATES, Term, analyte_named
from lutetia.scoring.ctcae.judging import grades_of
from lutetia.scoring.ctcae.options import (
    BaselineRule,
    IntegerBands,
    LimitsUsed,
    Options,
    Sides,
    Unstated,
    sides_not_graded,
    terms_judged,
)
from lutetia.scoring.ctcae.sheet import (
    Part,
    Sheet,
    as_column,
    check_arguments,
    grouped,
    part_of,
    wrong_rows,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lutetia.scoring.ctcae.sheet import Grades, RowNumbers

FaultyRows = Literal["refuse", "leave_out"]
NOT_GRADED = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CtcaeGrades:
    """CTCAE grades of many laboratory values, arrays of shape (n,).

    `low` and `high` are the ends of the grades that the inputs leave open, -1 where a row was left out; `side` is
    -1 for a low value, 1 for a high one, 0 without a grade or where both sides are open.
    """

    low: Grades
    high: Grades
    side: Grades
    version: str
    provisional: bool
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> NDArray[np.str_]:
        """The grades as text: "2", "1-2", "" where a row was left out."""
        import numpy as np

        words = [[str(low) if low == high else f"{low}-{high}" for high in range(5)] for low in range(5)]
        text: NDArray[np.str_] = np.array(words)[self.low, self.high]
        text[self.low == NOT_GRADED] = ""
        return text

    @property
    def rows_left_out(self) -> int:
        """The number of rows without a grade; `left_out` says why."""
        return sum(part.count for part in self.left_out)


def grade_many(
    analyte: str | Sequence[str],
    value: Sequence[float],
    unit: str | Sequence[str],
    version: str | None = None,
    lln: float | Sequence[float] | None = None,
    uln: float | Sequence[float] | None = None,
    baseline: float | Sequence[float] | None = None,
    *,
    baseline_lln: float | Sequence[float] | None = None,
    baseline_uln: float | Sequence[float] | None = None,
    clinical: Mapping[str, bool | Sequence[float]] | None = None,
    post_baseline: bool | Sequence[bool],
    baseline_rule: BaselineRule,
    unstated: Unstated,
    limits: LimitsUsed,
    integer_bands: IntegerBands,
    side: Sides,
    faulty_rows: FaultyRows = "refuse",
    check_plausible: bool = True,
) -> CtcaeGrades:
    """CTCAE grades of n laboratory values; the arguments are those of `ctcae.grade`, each one value or n of them.

    Here the choices from `post_baseline` to `side` have no default.
    NaN (or None in a list) stands for unknown; a row without a value gets no grade and is counted in `left_out`.
    `clinical` maps a word to one truth or to n numbers: 1 yes, 0 no, NaN not stated. Rows at fault (unknown analyte
    or unit, negative or implausible value, lln above uln) raise one InputError that lists them all, or, with
    `faulty_rows="leave_out"`, get no grade and are counted in `left_out`.
    """

    options = Options(
        baseline_rule=baseline_rule, unstated=unstated, limits=limits, integer_bands=integer_bands, side=side
    )
    faults: list[Fault] = []
    values = as_numbers("value", value, faults)
    given = {"lln": lln, "uln": uln, "baseline": baseline, "baseline_lln": baseline_lln, "baseline_uln": baseline_uln}
    criteria, shape_faults = check_arguments(version, options, values, clinical or {}, faulty_rows)
    if isinstance(criteria, Fault) or shape_faults:
        raise InputError("CTCAE grades", [*shape_faults, *faults])
    sheet = Sheet(
        version=criteria,
        options=options,
        value=values,
        references={name: as_column(name, array, values, faults) for name, array in given.items()},
        post_baseline=as_truth("post_baseline", post_baseline, len(values), faults),
        clinical={word: as_column(word, said, values, faults) for word, said in (clinical or {}).items()},
        check_plausible=check_plausible,
    )
    if faults:
        raise InputError("CTCAE grades", faults)
    groups = list(grouped(analyte, unit, values))
    wrong, absent = wrong_rows(sheet, groups)
    if wrong and faulty_rows == "refuse":
        raise InputError("CTCAE grades", [fault_with_rows(fault, rows) for fault, rows in wrong])
    return _graded(sheet, groups, wrong, absent)


def _graded(
    sheet: Sheet,
    groups: Iterable[tuple[Any, Any, RowNumbers]],
    wrong: list[tuple[Fault, RowNumbers]],
    absent: RowNumbers,
) -> CtcaeGrades:
    import numpy as np

    low, high, side = (np.zeros(len(sheet.value), dtype=np.int8) for _ in range(3))
    left = np.zeros(len(sheet.value), dtype=np.bool_)
    parts: list[LeftOut] = []
    for why, rows in [("the value is missing", absent), *((str(fault), rows) for fault, rows in wrong)]:
        fresh = rows[~left[rows]]
        left[fresh] = True
        if fresh.size:
            parts.append(LeftOut.at(fresh.tolist(), why))
    said: dict[str, None] = {}
    for given, unit, rows in groups:
        kept = rows[~left[rows]]
        if kept.size:
            part = part_of(sheet, analyte_named(given), unit, kept)
            low[kept], high[kept], side[kept] = grades_of(part)
            said |= dict.fromkeys(_conventions(part))
    for array in (low, high):
        array[left] = NOT_GRADED
    return CtcaeGrades(
        low=low,
        high=high,
        side=side,
        version=sheet.version.version,
        provisional=sheet.version.provisional,
        left_out=tuple(parts),
        conventions=(sheet.version.says, "a value on a limit belongs to the lower grade", *said),
    )


def _conventions(part: Part) -> list[str]:
    options, version = part.sheet.options, part.sheet.version
    terms = terms_judged(version, part.analyte, options.side)
    about_baseline = _about_baseline(part, terms)
    notes = [f"{term.name}: {term.note}" for term in terms if term.note]
    notes += [f"{t.name}: v{version.version} text not read, limits of v5.0 carried over" for t in terms if t.unread]
    return [
        *options.said(terms),
        *options.side_said(terms),
        *about_baseline,
        *notes,
        *sides_not_graded(version, part.analyte, options.side),
    ]


def _about_baseline(part: Part, terms: Iterable[Term]) -> list[str]:
    rows = [row for term in terms for row in term.rows]
    if not any(limit.reference == "baseline" for row in rows for limit in row.limits):
        return []
    said = ["post_baseline: as given for each row"]
    ends = {"lln" if word == "baseline_low" else "uln" for row in rows for word in row.when if word in BASELINE_STATES}
    said += [f"a baseline without baseline_{end} is judged by today's {end.upper()}" for end in sorted(ends)]
    return said
