"""Quality-of-life scores of the EORTC questionnaires QLQ-C30 (version 3.0) and QLQ-GI.NET21 (provisional).

Item numbers only: the wording is copyright of the EORTC. Scales, items, ranges: `data/qlq_c30.yaml`,
`data/qlq_ginet21.yaml`. `score` takes one form, `score_many` an array of forms (needs numpy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]

Missing = Literal["half", "complete"]
Kind = Literal["functional", "global", "symptom"]
Items = Mapping[int, int | None] | Mapping[str, int | None] | Sequence[int | None]

INSTRUMENTS: Mapping[str, str] = {"QLQ-C30": "data/qlq_c30.yaml", "QLQ-GI.NET21": "data/qlq_ginet21.yaml"}
SUMMARY = "summary"
_MISSING = {
    "half": "a scale needs answers to at least half of its items",
    "complete": "a scale needs answers to all of its items",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One scale: its items, and the highest answer of each."""

    name: str
    says: str
    kind: Kind
    items: tuple[int, ...]
    highest: int

    @property
    def step(self) -> float:
        """Points by which the score moves when one item moves by one answer."""
        return 100 / (len(self.items) * (self.highest - 1))

    def scored(self, mean: float) -> float:
        """The score 0 to 100 for a mean answer."""
        share = (mean - 1) / (self.highest - 1)
        return (1 - share) * 100 if self.kind == "functional" else share * 100

    @property
    def formula(self) -> str:
        """The transformation in words."""
        share = f"(mean − 1) / {self.highest - 1}"
        return f"(1 − {share}) · 100" if self.kind == "functional" else f"{share} · 100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire in one layout of its scales."""

    name: str
    version: str
    layout: str
    provisional: bool
    rule: str
    items: range
    highest_of: Mapping[int, int]
    scales: tuple[Scale, ...]
    summary: tuple[str, ...]

    @property
    def steps(self) -> Mapping[str, float]:
        """Scale → points per answer of one item."""
        return MappingProxyType({scale.name: scale.step for scale in self.scales})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireScore:
    """The scores of one form, 0 to 100; None where too few items were answered.

    `value` maps each scale, and "summary" where the instrument has one, to its score; `steps` says by how many
    points a scale moves when one item moves by one answer.
    """

    value: Mapping[str, float | None]
    steps: Mapping[str, float]
    instrument: str
    layout: str
    provisional: bool
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def summary(self) -> float | None:
        """The summary score; None where the instrument has none or a scale is missing."""
        return self.value.get(SUMMARY)

    @property
    def missing(self) -> tuple[str, ...]:
        """The scales that could not be scored."""
        return tuple(name for name, score in self.value.items() if score is None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuestionnaireScores:
    """The scores of n forms: scale → array of shape (n,), NaN where too few items were answered.

    `rows_left_out` lists the forms on which no scale could be scored at all.
    """

    value: Mapping[str, Scores]
    steps: Mapping[str, float]
    instrument: str
    layout: str
    provisional: bool
    rows_left_out: tuple[int, ...]
    conventions: tuple[str, ...]


def score(
    items: Items, instrument: str = "QLQ-C30", *, layout: str | None = None, missing: Missing = "half"
) -> QuestionnaireScore:
    """Scores of one form. `items`: item number → answer, or all answers in the order of their items; None: blank.

    `layout` must be named for the QLQ-GI.NET21, whose item map is provisional; `missing` says how many items of a
    scale must be answered ("half", the rule of the manual, or "complete").
    Raises InputError with all faults: unknown instrument or layout, items that the instrument has not, answers
    out of range.
    Source: EORTC QLQ-C30 Scoring Manual, 3rd edition 2001 (sidecar of `data/qlq_c30.yaml`).
    """
    known = instrument_named(instrument, layout, missing)
    answers = _answers(items, known)
    scored = {scale.name: _score(scale, answers, missing) for scale in known.scales}
    if known.summary:
        scored[SUMMARY] = _summary(known, scored)
    return QuestionnaireScore(
        value=MappingProxyType(scored),
        steps=known.steps,
        instrument=known.name,
        layout=known.layout,
        provisional=known.provisional,
        because=tuple(_reasons(known, answers, scored)),
        conventions=_conventions(known, missing),
    )


def score_many(
    answers: Any, instrument: str = "QLQ-C30", *, layout: str | None = None, missing: Missing = "half"
) -> QuestionnaireScores:
    """Scores of n forms. `answers`: array of shape (n, items), columns in the order of the items, NaN: blank.

    The other arguments are those of `score`. Needs numpy.
    Raises InputError with all faults; an answer out of range is named with its form (counted from 0) and item.
    """
    import numpy as np

    known = instrument_named(instrument, layout, missing)
    table = np.asarray(answers, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(known.items):
        must = f"must have {len(known.items)} columns, one for each item of {known.name}"
        raise InputError(known.name, [Fault(place="answers", must=must, got=f"shape {table.shape}")])
    _refuse_answers(known, table)
    scored = {scale.name: _score_column(scale, table, known, missing) for scale in known.scales}
    nothing = np.all([np.isnan(column) for column in scored.values()], axis=0)
    if known.summary:
        reversed_ = [_reversed(known, name, scored[name]) for name in known.summary]
        scored[SUMMARY] = np.mean(reversed_, axis=0)
    return QuestionnaireScores(
        value=MappingProxyType(scored),
        steps=known.steps,
        instrument=known.name,
        layout=known.layout,
        provisional=known.provisional,
        rows_left_out=tuple(np.flatnonzero(nothing).tolist()),
        conventions=_conventions(known, missing),
    )


def instrument_named(name: str, layout: str | None = None, missing: str = "half") -> Instrument:
    """The instrument in a layout. Raises InputError for an unknown one, and where a layout must be named."""
    faults = []
    if missing not in _MISSING:
        faults.append(Fault(place="missing", must=f"must be one of {', '.join(_MISSING)}", got=repr(missing)))
    if name not in INSTRUMENTS:
        must = f"must be one of {', '.join(INSTRUMENTS)}"
        raise InputError("Questionnaire", [Fault(place="instrument", must=must, got=repr(name)), *faults])
    layouts = tuple(_table(name)["layouts"])
    if layout is None and len(layouts) > 1:
        must = f"{name} has no verified item map: the layout must be named"
        faults.append(Fault(place="layout", must=must, do=f"Write layout={' or '.join(map(repr, layouts))}."))
    elif layout is not None and layout not in layouts:
        faults.append(Fault(place="layout", must=f"must be one of {', '.join(layouts)}", got=repr(layout)))
    if faults:
        raise InputError(name, faults)
    return _instrument(name, layout or layouts[0])


@cache
def _table(name: str) -> Mapping[str, Any]:
    return load_yaml_table("lutetia.scoring", INSTRUMENTS[name]).table


@cache
def _instrument(name: str, layout: str) -> Instrument:
    table = _table(name)
    highest_of = dict.fromkeys(range(table["first_item"], table["last_item"] + 1), table["highest"])
    highest_of |= table["highest_of"]
    scales = tuple(
        Scale(
            name=row["scale"],
            says=row["says"],
            kind=row["kind"],
            items=tuple(row["items"]),
            highest=highest_of[row["items"][0]],
        )
        for row in table["layouts"][layout]
    )
    return Instrument(
        name=table["instrument"],
        version=table["version"],
        layout=layout,
        provisional=table["provisional"],
        rule=table["rule"],
        items=range(table["first_item"], table["last_item"] + 1),
        highest_of=MappingProxyType(highest_of),
        scales=scales,
        summary=tuple(table["summary"]),
    )


def _answers(items: Items, known: Instrument) -> dict[int, int]:
    """Item → answer for the items that were answered. Raises InputError with all faults."""
    faults: list[Fault] = []
    answers: dict[int, int] = {}
    for item, answer in _numbered(items, known, faults):
        if answer is None or (isinstance(answer, float) and isnan(answer)):
            continue
        highest = known.highest_of[item]
        if isinstance(answer, bool) or answer not in range(1, highest + 1):
            must = f"must be a whole number from 1 to {highest}, or None when left blank"
            faults.append(Fault(place=f"item {item}", must=must, got=repr(answer)))
        else:
            answers[item] = int(answer)
    if faults:
        raise InputError(known.name, faults)
    return answers


def _numbered(items: Items, known: Instrument, faults: list[Fault]) -> Iterator[tuple[int, Any]]:
    if not isinstance(items, Mapping):
        if len(items) != len(known.items):
            must = f"must be {len(known.items)} answers in the order of their items, or item number → answer"
            faults.append(Fault(place="items", must=must, got=f"{len(items)} answers"))
            return
        yield from zip(known.items, items, strict=True)
        return
    for key, answer in items.items():
        number = int(key) if str(key).isdecimal() and not isinstance(key, bool) else None
        if number is None or number not in known.items:
            must = f"must be an item of {known.name}, {known.items[0]} to {known.items[-1]}"
            faults.append(Fault(place=f"item {key}", must=must))
        else:
            yield number, answer


def _needed(scale: Scale, missing: Missing) -> int:
    return len(scale.items) if missing == "complete" else (len(scale.items) + 1) // 2


def _score(scale: Scale, answers: Mapping[int, int], missing: Missing) -> float | None:
    given = [answers[item] for item in scale.items if item in answers]
    return scale.scored(sum(given) / len(given)) if len(given) >= _needed(scale, missing) else None


def _summary(known: Instrument, scored: Mapping[str, float | None]) -> float | None:
    """Mean of the scales of the summary, symptoms reversed; None unless all of them are there."""
    parts = [_reversed(known, name, scored[name]) for name in known.summary if scored[name] is not None]
    return float(sum(parts) / len(parts)) if len(parts) == len(known.summary) else None


def _reversed(known: Instrument, name: str, scored: Any) -> Any:
    kind = next(scale.kind for scale in known.scales if scale.name == name)
    return 100 - scored if kind == "symptom" else scored


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
    enough = given >= _needed(scale, missing)
    mean = np.divide(total, given, out=np.full(len(table), np.nan), where=enough)
    share = (mean - 1) / (scale.highest - 1)
    scored: Scores = (1 - share) * 100 if scale.kind == "functional" else share * 100
    return scored


def _reasons(known: Instrument, answers: Mapping[int, int], scored: Mapping[str, float | None]) -> Iterator[Reason]:
    for scale in known.scales:
        given = [answers[item] for item in scale.items if item in answers]
        used = [("items", ", ".join(map(str, scale.items))), ("answered", f"{len(given)} of {len(scale.items)}")]
        if given:
            used.append(("mean", f"{sum(given) / len(given):g}"))
        says = f"{scale.name}, {scale.says}: {scale.formula}"
        says = says if scored[scale.name] is not None else f"{scale.name}, {scale.says}: too few answers"
        yield Reason(rule=known.rule, says=says, used=tuple(used))
    if known.summary:
        says = "mean of the thirteen scales without QL and FI, symptoms reversed"
        absent = [name for name in known.summary if scored[name] is None]
        says = says if not absent else f"no summary score: {', '.join(absent)} missing"
        yield Reason(rule="Giesinger 2016", says=says)


def _conventions(known: Instrument, missing: Missing) -> tuple[str, ...]:
    said = [f"{known.name} version {known.version}, layout {known.layout}", f"missing={missing}: {_MISSING[missing]}"]
    if known.provisional:
        said.insert(0, f"PROVISIONAL: the item map of the {known.name} is not verified")
    directions = "functional and global scales: high is good; symptom scales: high is bad"
    return (*said, directions, "blank items are left out of the mean, not replaced")
