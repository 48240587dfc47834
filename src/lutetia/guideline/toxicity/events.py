"""Adverse events as recorded: the worst grade of each term since the line began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lutetia.course.assessment import AdverseEvent
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.guideline.toxicity.period import Period
from lutetia.rows import LeftOut

NO_VERSION = "version not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventToxicity:
    """The worst recorded grade of one term, and the entry that has it; None: no grade of the term is recorded.

    `ctcae_version` is the version of that entry, or "version not recorded". `ungraded` counts entries of the term
    without a grade: then the grade is a lower limit.
    """

    term: str
    grade: int | None
    ctcae_version: str
    on: PartialDate
    entry_id: str
    count: int
    ungraded: int

    @property
    def text(self) -> str:
        """The grade: "2", "at least 2" when other entries of the term have none, "not recorded"."""
        if self.grade is None:
            return "not recorded"
        return f"at least {self.grade}" if self.ungraded else str(self.grade)


def event_toxicity(timeline: Timeline, period: Period | None) -> tuple[tuple[EventToxicity, ...], tuple[LeftOut, ...]]:
    """The worst grade of each term, worst first; without a period every event on record counts."""
    known: Sequence[AdverseEvent] = timeline.known("adverse_event")
    by_term: dict[str, list[AdverseEvent]] = {}
    left: dict[str, list[int]] = {}
    for row, entry in enumerate(known):
        place = "after" if period is None else period.onset(entry.date)
        if place == "after":
            by_term.setdefault(" ".join(entry.term.split()).casefold(), []).append(entry)
        else:
            left.setdefault(_WHY[place], []).append(row)
    found = sorted((_worst(entries) for entries in by_term.values()), key=lambda one: (-(one.grade or 0), one.term))
    return tuple(found), tuple(LeftOut.at(rows, why) for why, rows in left.items())


_WHY = {
    "before": "adverse events that began before the line",
    "open": "adverse events whose partial date leaves open whether they began after the start of the line",
}


def _worst(entries: Sequence[AdverseEvent]) -> EventToxicity:
    """The entry of the greatest grade, the first of equals."""
    worst = max(entries, key=lambda entry: entry.grade if isinstance(entry.grade, int) else 0)
    version = worst.ctcae_version
    return EventToxicity(
        term=worst.term,
        grade=worst.grade if isinstance(worst.grade, int) else None,
        ctcae_version=version if isinstance(version, str) else NO_VERSION,
        on=worst.date,
        entry_id=worst.id,
        count=len(entries),
        ungraded=sum(not isinstance(entry.grade, int) for entry in entries),
    )
