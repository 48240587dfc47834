"""Which events count, and the worst grade of each patient and term among them; what is left out is said."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.adverse_events.event import Event
from lutetia.scoring.adverse_events.window import Window, Worsening, treatment_emergent

Undecided = Literal["count", "leave_out"]
OUTSIDE = "not treatment-emergent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The events that count, with what was left out and by which conventions."""

    events: tuple[Event, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGrades:
    """(subject, term) → worst grade; None: the event happened and no grade of it is known.

    `partly_graded` lists the pairs whose grade is a lower limit because some of their events have none.
    """

    value: Mapping[tuple[Hashable, str], int | None]
    partly_graded: tuple[tuple[Hashable, str], ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def select(
    events: Iterable[Event], windows: Mapping[Hashable, Window], *, worsening: Worsening, undecided: Undecided
) -> Selected:
    """The treatment-emergent events of the patients who have a window.

    `undecided` says what becomes of an event that cannot be told: "count" or "leave_out"; both are reported.
    Raises InputError for a choice that is not one of its words, or a window that ends before it begins.
    """
    refuse_choices(windows, worsening=(worsening, Worsening), undecided=(undecided, Undecided))
    kept: list[Event] = []
    left: dict[str, list[int]] = {}
    open_ones = 0
    for place, event in enumerate(events):
        reason = _reason_to_leave(event, windows.get(event.subject), worsening, undecided)
        if reason:
            left.setdefault(reason, []).append(place)
            continue
        open_ones += treatment_emergent(event, windows[event.subject], worsening=worsening) is None
        kept.append(event)
    return Selected(
        events=tuple(kept),
        left_out=tuple(LeftOut.at(rows, why) for why, rows in left.items()),
        conventions=(
            f"worsening={worsening}: an event from before the window that becomes worse in it {worsening}",
            f"undecided={undecided}: {open_ones} counted events have a date that leaves it open",
        ),
    )


def worst_grades(
    events: Iterable[Event], windows: Mapping[Hashable, Window], *, worsening: Worsening, undecided: Undecided
) -> WorstGrades:
    """Worst grade per patient and term among the treatment-emergent events; arguments as in `select`."""
    chosen = select(events, windows, worsening=worsening, undecided=undecided)
    grades: dict[tuple[Hashable, str], list[int | None]] = {}
    for event in chosen.events:
        grades.setdefault((event.subject, event.term), []).append(event.grade)
    known = {pair: [grade for grade in found if grade is not None] for pair, found in grades.items()}
    return WorstGrades(
        value=MappingProxyType({pair: max(found, default=None) for pair, found in known.items()}),
        partly_graded=tuple(pair for pair, found in known.items() if 0 < len(found) < len(grades[pair])),
        left_out=chosen.left_out,
        conventions=chosen.conventions,
    )


def _reason_to_leave(event: Event, window: Window | None, worsening: Worsening, undecided: Undecided) -> str | None:
    if window is None:
        return "the patient has no window"
    emergent = treatment_emergent(event, window, worsening=worsening)
    if emergent is False:
        return OUTSIDE
    return "whether it is treatment-emergent cannot be told" if emergent is None and undecided == "leave_out" else None


def refuse_choices(windows: Mapping[Hashable, Window], **choices: tuple[object, Any]) -> None:
    """Raises InputError for every choice (name → what was said, its words) and window that does not fit."""
    faults = [
        Fault(place=name, must=f"must be one of {', '.join(get_args(words))}", got=repr(said))
        for name, (said, words) in choices.items()
        if said not in get_args(words)
    ]
    faults += [
        Fault(place=f"window of {subject}", must="must not end before it begins", got=f"{one.first} to {one.last}")
        for subject, one in windows.items()
        if one.last < one.first
    ]
    if faults:
        raise InputError("Adverse events", faults)
