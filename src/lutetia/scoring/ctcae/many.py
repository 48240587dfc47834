"""CTCAE grades of a whole table of laboratory values at once; the same rules as `grading`, on arrays.

Needs numpy (imported on first use). Rows at fault are all named together; none is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.scoring.ctcae.criteria import OPPOSITES, SILENT, Limit, Row, Term, analyte_named
from lutetia.scoring.ctcae.options import (
    BaselineRule,
    IntegerBands,
    LimitsUsed,
    Options,
    Sides,
    Unstated,
    column,
    conversion,
    sides_not_graded,
    terms_judged,
)
from lutetia.scoring.ctcae.sheet import (
    Part,
    Sheet,
    as_column,
    check_arguments,
    fault_with_rows,
    grouped,
    part_of,
    wrong_rows,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lutetia.scoring.ctcae.sheet import Grades, Numbers, RowNumbers, Truth

FaultyRows = Literal["refuse", "leave_out"]
NOT_GRADED = -1
# Comparisons hold to twelve digits, as in `grading`: 3 × 0.1 is 0.3.
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows that got no grade, and why; `rows` are counted from 0."""

    reason: str
    rows: tuple[int, ...]


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
        return sum(len(part.rows) for part in self.left_out)


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
    post_baseline: bool | Sequence[bool] = True,
    baseline_rule: BaselineRule = "post_baseline_only",
    clinical: Mapping[str, bool | Sequence[float]] | None = None,
    unstated: Unstated = "range",
    limits: LimitsUsed = "as_reported",
    integer_bands: IntegerBands = "half_open",
    side: Sides = "both",
    faulty_rows: FaultyRows = "refuse",
    check_plausible: bool = True,
) -> CtcaeGrades:
    """CTCAE grades of n laboratory values; the arguments are those of `ctcae.grade`, each one value or n of them.

    NaN (or None in a list) stands for unknown; a row without a value gets no grade and is counted in `left_out`.
    `clinical` maps a word to one truth or to n numbers: 1 yes, 0 no, NaN not stated. Rows at fault (unknown analyte
    or unit, negative or implausible value, lln above uln) raise one InputError that lists them all, or, with
    `faulty_rows="leave_out"`, get no grade and are counted in `left_out`.
    """
    import numpy as np

    options = Options(
        baseline_rule=baseline_rule, unstated=unstated, limits=limits, integer_bands=integer_bands, side=side
    )
    values = np.asarray(value, dtype=np.float64)
    given = {"lln": lln, "uln": uln, "baseline": baseline, "baseline_lln": baseline_lln, "baseline_uln": baseline_uln}
    criteria, shape_faults = check_arguments(version, options, values, clinical or {}, faulty_rows)
    if isinstance(criteria, Fault) or shape_faults:
        raise InputError("CTCAE grades", shape_faults)
    sheet = Sheet(
        version=criteria,
        options=options,
        value=values,
        references={name: as_column(name, array, values) for name, array in given.items()},
        post_baseline=np.broadcast_to(np.asarray(post_baseline, dtype=np.bool_), values.shape),
        clinical={word: as_column(word, said, values) for word, said in (clinical or {}).items()},
        check_plausible=check_plausible,
    )
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
    for reason, rows in [("the value is missing", absent), *((str(fault), rows) for fault, rows in wrong)]:
        fresh = rows[~left[rows]]
        left[fresh] = True
        if fresh.size:
            parts.append(LeftOut(reason=reason, rows=tuple(fresh.tolist())))
    said: dict[str, None] = {}
    for given, unit, rows in groups:
        kept = rows[~left[rows]]
        if kept.size:
            part = part_of(sheet, analyte_named(given), unit, kept)
            low[kept], high[kept], side[kept] = _gradepart_of(part)
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
    notes = [f"{term.name}: {term.note}" for term in terms if term.note]
    notes += [f"{t.name}: v{version.version} text not read, limits of v5.0 carried over" for t in terms if t.unread]
    return [*options.said(terms), *notes, *sides_not_graded(version, part.analyte, options.side)]


def _gradepart_of(part: Part) -> tuple[Grades, Grades, Grades]:
    """Low, high and side of the rows of one analyte in one unit."""
    import numpy as np

    terms = terms_judged(part.sheet.version, part.analyte, part.sheet.options.side)
    lows, highs = map(list, zip(*(_judge(part, term) for term in terms), strict=True))
    for one, other in ((0, 1), (1, 0)) if len(terms) == 2 else ():
        certain = lows[one] > 0
        highs[other][certain & (lows[other] == 0)] = 0
    signs = [np.where(high > 0, -1 if term.side == "low" else 1, 0) for term, high in zip(terms, highs, strict=True)]
    return np.maximum.reduce(lows), np.maximum.reduce(highs), np.sum(signs, axis=0).astype(np.int8)


def _judge(part: Part, term: Term) -> tuple[Grades, Grades]:
    """Lowest and highest grade of one term over every sense of the words that were not stated."""
    import numpy as np

    asked = [*term.asks, *([SILENT] if term.is_silent_somewhere else [])]
    stated = {word: _stated(part, word) for word in asked}
    low = np.full(len(part.rows), 9, dtype=np.int8)
    high = np.full(len(part.rows), -1, dtype=np.int8)
    for sense in product((False, True), repeat=len(asked)):
        words = {word: np.full(len(part.rows), said) for word, said in zip(asked, sense, strict=True)}
        allowed = np.ones(len(part.rows), dtype=np.bool_)
        for word in asked:
            allowed &= np.isnan(stated[word]) | (stated[word] == words[word])
        if not allowed.any():
            continue
        lowest, highest = _under(part, term, words)
        if part.sheet.options.unstated == "worst":
            better = allowed & ((highest > high) | ((highest == high) & (lowest > low)))
            low[better], high[better] = lowest[better], highest[better]
        else:
            low[allowed] = np.minimum(low, lowest)[allowed]
            high[allowed] = np.maximum(high, highest)[allowed]
    return _raised(part, term, low), _raised(part, term, high)


def _stated(part: Part, word: str) -> Numbers:
    """1 yes, 0 no, NaN not stated, for every row."""
    import numpy as np

    said = part.sheet.clinical.get(word)
    numbers = np.full(len(part.rows), np.nan) if said is None else said[part.rows]
    return np.where(part.at_baseline, 0.0, numbers) if word in OPPOSITES.values() else numbers


def _raised(part: Part, term: Term, reached: Grades) -> Grades:
    for word, level in term.words.items():
        said = part.sheet.clinical.get(word)
        if said is not None:
            reached[(reached > 0) & (reached < level) & (said[part.rows] == 1)] = level
    return reached


def _under(part: Part, term: Term, words: Mapping[str, Truth]) -> tuple[Grades, Grades]:
    import numpy as np

    low, high = (np.zeros(len(part.rows), dtype=np.int8) for _ in range(2))
    for row in term.rows:
        yes, maybe = _row_holds(part, row, words)
        low[yes & (low < row.grade)] = row.grade
        high[maybe & (high < row.grade)] = row.grade
    return low, high


def _row_holds(part: Part, row: Row, words: Mapping[str, Truth]) -> tuple[Truth, Truth]:
    """Where the row certainly holds, and where it may hold."""
    import numpy as np

    yes = np.ones(len(part.rows), dtype=np.bool_)
    maybe = yes.copy()
    for number, limit in enumerate(part.sheet.options.comparisons(row.limits, row.as_written)):
        holds, known = _holds(part, limit)
        if number and limit.reference == "baseline":
            holds, known = holds | part.at_baseline, known | part.at_baseline
        yes &= holds & known
        maybe &= holds | ~known
    for word in row.when:
        said = _said(part, word, words)
        yes &= said[0]
        maybe &= said[1]
    if row.only_if_given:
        given = ~np.isnan(part.reference("baseline"))
        yes, maybe = yes & given, maybe & given
    return yes, maybe


def _said(part: Part, word: str, words: Mapping[str, Truth]) -> tuple[Truth, Truth]:
    import numpy as np

    if word in OPPOSITES:
        return ~words[OPPOSITES[word]], ~words[OPPOSITES[word]]
    if word in words:
        return words[word], words[word]
    end = "lln" if word == "baseline_low" else "uln"
    then, today = part.reference(f"baseline_{end}"), part.reference(end)
    reference, baseline = np.where(np.isnan(then), today, then), part.reference("baseline")
    beyond = _compare(baseline, "<" if word == "baseline_low" else ">", reference)
    holds = ~beyond if word == "baseline_not_high" else beyond
    absent, open_end = np.isnan(baseline), np.isnan(reference)
    without = word == "baseline_not_high"
    yes = np.where(absent, without, holds & ~open_end)
    maybe = np.where(absent, without, holds | open_end)
    return yes, maybe


def _holds(part: Part, limit: Limit) -> tuple[Truth, Truth]:
    """Where the value lies beyond the limit, and where that can be told."""
    import numpy as np

    if limit.reference == "value":
        unit = column(limit, part.unit, part.sheet.options.limits)
        factor = float(conversion(part.analyte, part.unit, unit))
        numbers = part.value * factor if factor != 1 else part.value
        return _compare(numbers, limit.op, limit.by_unit[unit]), np.ones(len(part.rows), dtype=np.bool_)
    reference = part.reference(limit.reference)
    return _compare(part.value, limit.op, reference * limit.factor), ~np.isnan(reference)


def _compare(numbers: Numbers, op: str, limit: Numbers | float) -> Truth:
    import numpy as np

    margin = _TOLERANCE * np.abs(limit)
    if op == "<":
        return numbers < limit - margin
    if op == "<=":
        return numbers <= limit + margin
    return numbers > limit + margin if op == ">" else numbers >= limit - margin
