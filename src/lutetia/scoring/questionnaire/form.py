"""The scores of one form, with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from types import MappingProxyType
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.scoring.questionnaire.instrument import (
    SUMMARY,
    Instrument,
    Missing,
    Scale,
    conventions_of,
    instrument_scored,
)
from lutetia.scoring.reason import Reason

Items = Mapping[int, int | None] | Mapping[str, int | None] | Sequence[int | None]


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
    known = instrument_scored(instrument, layout, missing)
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
        conventions=conventions_of(known, missing),
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
        given = len(items) if hasattr(items, "__len__") and not isinstance(items, str | bytes) else None
        if given != len(known.items):
            must = f"must be {len(known.items)} answers in the order of their items, or item number → answer"
            faults.append(Fault(place="items", must=must, got=repr(items) if given is None else f"{given} answers"))
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


def _score(scale: Scale, answers: Mapping[int, int], missing: Missing) -> float | None:
    given = [answers[item] for item in scale.items if item in answers]
    return scale.scored(sum(given) / len(given)) if len(given) >= scale.answers_needed(missing) else None


def _summary(known: Instrument, scored: Mapping[str, float | None]) -> float | None:
    """Mean of the scales of the summary, symptoms reversed; None unless all of them are there."""
    parts = [known.high_is_good(name, scored[name]) for name in known.summary if scored[name] is not None]
    return float(sum(parts) / len(parts)) if len(parts) == len(known.summary) else None


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
