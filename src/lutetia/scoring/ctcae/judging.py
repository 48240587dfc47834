"""The rules of `grading` on arrays: the grades of all rows of one analyte in one unit at once.

Needs numpy (imported on first use).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

from lutetia.scoring.ctcae.criteria import OPPOSITES, SILENT, Limit, Row, Term
from lutetia.scoring.ctcae.options import column, conversion, terms_judged
from lutetia.scoring.ctcae.sheet import Part

if TYPE_CHECKING:
    from lutetia.scoring.ctcae.sheet import Grades, Numbers, Truth

# Comparisons hold to twelve digits, as in `grading`: 3 × 0.1 is 0.3.
_TOLERANCE = 1e-12


def grades_of(part: Part) -> tuple[Grades, Grades, Grades]:
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
