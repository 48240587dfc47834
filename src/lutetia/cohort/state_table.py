"""The path through the lines as a multi-state model: the probability to be on line 1, 2, 3 or later, or dead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lutetia.cohort.outcome import overall_survival
from lutetia.cohort.story import Story
from lutetia.dates import DAYS_PER_MONTH
from lutetia.results.printed import months_text, percent_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.rows import LeftOut
from lutetia.survival import FollowUp, StateOccupation, aalen_johansen

STATES = ("line 1", "line 2", "line 3 or later", "dead")
TIMES_MONTHS = (12, 24, 36, 60, 120)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinePath:
    """Pieces (start, stop] in days from the start of line 1; `event` is the state entered (1, 2: lines; 3: dead)."""

    follow_up: FollowUp
    from_state: tuple[int, ...]
    left_out: tuple[LeftOut, ...]


def line_path(stories: Sequence[Story]) -> LinePath | None:
    """The pieces of all stories with a line of known order; None where there is none.

    Line 4 and later stay in "line 3 or later". A patient whose follow-up ends on the first day is left out.
    """
    pieces: list[tuple[int, int, int, int, int]] = []
    gone: dict[str, list[int]] = {}
    for story in stories:
        found = _pieces(story)
        if isinstance(found, str):
            gone.setdefault(found, []).append(story.position)
        else:
            pieces += [(*piece, story.position) for piece in found]
    if not pieces:
        return None
    start, stop, origin, target, patient = (list(column) for column in zip(*pieces, strict=True))
    return LinePath(
        follow_up=FollowUp(start=start, stop=stop, event=target, cluster=patient),
        from_state=tuple(origin),
        left_out=tuple(LeftOut.at(positions, why) for why, positions in gone.items()),
    )


def _pieces(story: Story) -> list[tuple[int, int, int, int]] | str:
    """Start, stop, state, state entered at the stop (0: none) of one story; or why it has none."""
    if story.unusable is not None or not story.lines:
        return story.unusable or "no line of therapy"
    end = overall_survival(story)
    if isinstance(end, str):
        return end
    zero = story.lines[0].start.day
    last = end.at.day - zero
    starts = [line.start.day - zero for line in story.lines[:3]]
    if last <= 0 or starts[-1] > last:
        return "follow-up ends on or before the start of a line"
    dead = len(STATES) - 1
    pieces = [(one, two, state, state + 1) for state, (one, two) in enumerate(pairwise(starts))]
    if last > starts[-1]:
        pieces.append((starts[-1], last, len(starts) - 1, dead if end.event == 1 else 0))
    elif end.event == 1:  # died on the day the last line began: that line never counted
        pieces[-1] = (*pieces[-1][:3], dead)
    return pieces


def state_table(stories: Sequence[Story], *, key: str) -> Table | None:
    """Aalen-Johansen probabilities of the states at fixed months, the counted moves, and mean times to 60 months.

    None where no story has a line.
    """
    path = line_path(stories)
    if path is None:
        return None
    found = aalen_johansen(path.follow_up, from_state=np.array(path.from_state), states=STATES)
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    for months in TIMES_MONTHS:
        cells = [percent_text(_state_record(found, months, state, records)) for state in STATES]
        printed.append(TableRow(cells=(f"{months} months, % (95 % CI)", *cells)))
    _mean_times(found, path.follow_up, printed, records)
    for origin in range(len(STATES) - 1):
        moves = [int(count) for count in found.transitions[origin]]
        cells = ["" if place == origin else str(count) for place, count in enumerate(moves)]
        printed.append(TableRow(cells=(f"moves from {STATES[origin]} to", *cells)))
        for place, count in enumerate(moves):
            if place != origin:
                told = {"level": f"{STATES[origin]} to {STATES[place]}", "unit": "patients", "n": found.n_patients}
                records.append(record("moves", count, analysis="Aalen-Johansen", **told))  # type: ignore[arg-type]
    return Table(
        key=key,
        title="Where patients are: state probabilities from the start of line 1",
        head=("From the start of line 1", *STATES),
        rows=tuple(printed),
        records=tuple(records),
        notes=(
            f"{found.n_patients} patients; a line lasts until the next one starts",
            *found.conventions,
            *(f"{left.count} left out: {left.why}" for left in path.left_out),
        ),
    )


def _state_record(found: StateOccupation, months: int, state: str, records: list[dict[str, Any]]) -> Any:
    share = found.probability_at(months * DAYS_PER_MONTH, state)
    name = f"state_probability_at_{months}_months"
    told: dict[str, Any] = {"analysis": "Aalen-Johansen", "level": state, "n": found.n_patients}
    records.append(record(name, share, unit="proportion", **told))
    return share


def _mean_times(
    found: StateOccupation, follow_up: FollowUp, printed: list[TableRow], records: list[dict[str, Any]]
) -> None:
    """Mean time in each state up to 60 months, where follow-up reaches that far."""
    horizon = 60 * DAYS_PER_MONTH
    if follow_up.stop.max() < horizon:
        return
    means = found.mean_times(horizon)
    printed.append(TableRow(cells=("mean time to 60 months, months", *(months_text(means[state]) for state in STATES))))
    for state in STATES:
        told: dict[str, Any] = {"analysis": "Aalen-Johansen", "level": state, "n": found.n_patients}
        records.append(record("mean_time_to_60_months", means[state], unit="days", **told))
