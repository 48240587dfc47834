"""The scores of many forms at once; the same rules as `form`, on an array. Needs numpy (imported on first use)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.arrays import is_number
from lutetia.scoring.questionnaire.instrument import (
    SUMMARY,
    Instrument,
    Missing,
    Scale,
    conventions_of,
    instrument_scored,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuestionnaireScores:
    """The scores of n forms: scale → array of shape (n,), NaN where too few items were answered.

    `left_out` lists the forms on which no scale could be scored at all.
    """

    value: Mapping[str, Scores]
    steps: Mapping[str, float]
    instrument: str
    layout: str
    provisional: bool
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def score_many(
    answers: Any, instrument: str, *, layout: str | None = None, missing: Missing = "half"
) -> QuestionnaireScores:
    """Scores of n forms. `answers`: array of shape (n, items), columns in the order of the items, NaN: blank.

    The other arguments are those of `score`. Needs numpy.
    Raises InputError with all faults; an answer out of range is named with its form (counted from 0) and item.
    """
    import numpy as np

    known = instrument_scored(instrument, layout, missing)
    table = _table_of(known, answers)
    if table.ndim != 2 or table.shape[1] != len(known.items):
        must = f"must have {len(known.items)} columns, one for each item of {known.name}"
        raise InputError(known.name, [Fault(place="answers", must=must, got=f"shape {table.shape}")])
    _refuse_answers(known, table)
    scored = {scale.name: _score_column(scale, table, known, missing) for scale in known.scales}
    nothing = np.all([np.isnan(column) for column in scored.values()], axis=0)
    if known.summary:
        reversed_ = [known.high_is_good(name, scored[name]) for name in known.summary]
        scored[SUMMARY] = np.mean(reversed_, axis=0)
    return QuestionnaireScores(
        value=MappingProxyType(scored),
        steps=known.steps,
        instrument=known.name,
        layout=known.layout,
        provisional=known.provisional,
        left_out=(LeftOut.at(np.flatnonzero(nothing), "no scale could be scored"),) if nothing.any() else (),
        conventions=conventions_of(known, missing),
    )


def _table_of(known: Instrument, answers: Any) -> Scores:
    """The answers as an array. Raises InputError naming form and item of every answer that is no number."""
    import numpy as np

    try:
        return np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError):
        faults = [
            Fault(place=f"form {form}, item {item}", must="must be a number", got=repr(answer))
            for form, row in enumerate(answers)
            for item, answer in zip(known.items, row if isinstance(row, Iterable) else [row], strict=False)
            if not is_number(answer)
        ]
        unequal = Fault(place="answers", must=f"must have {len(known.items)} answers for each form")
        raise InputError(known.name, faults or [unequal]) from None


def _refuse_answers(known: Instrument, table: Scores) -> None:
    import numpy as np

    highest = np.array([known.highest_of[item] for item in known.items])
    with np.errstate(invalid="ignore"):
        wrong = ~np.isnan(table) & ((table < 1) | (table > highest) | (table != np.floor(table)))
    faults = [
        Fault(
            place=f"form {form}, item {known.items[column]}",
            must=f"must be a whole number from 1 to {highest[column]}, or NaN when left blank",
            got=f"{table[form, column]:g}",
        )
        for form, column in zip(*np.nonzero(wrong), strict=True)
    ]
    if faults:
        raise InputError(known.name, faults)


def _score_column(scale: Scale, table: Scores, known: Instrument, missing: Missing) -> Scores:
    import numpy as np

    part = table[:, [item - known.items[0] for item in scale.items]]
    blank = np.isnan(part)
    given = len(scale.items) - blank.sum(axis=1)
    total = np.where(blank, 0.0, part).sum(axis=1)
    enough = given >= scale.answers_needed(missing)
    mean = np.divide(total, given, out=np.full(len(table), np.nan), where=enough)
    share = (mean - 1) / (scale.highest - 1)
    scored: Scores = (1 - share) * 100 if scale.kind == "functional" else share * 100
    return scored
