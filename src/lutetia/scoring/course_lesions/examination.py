"""The examinations around a start: what lies before it, what after, what is left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lutetia.course.imaging import CtMri
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.rows import LeftOut

Phase = Literal["portal_venous", "arterial", "none", "mixed"]

_PHASES: dict[str, Phase] = {
    "portal_venous": "portal_venous",
    "arterial": "arterial",
    "none": "none",
    "multiphase": "mixed",  # from which phase an attenuation was read is not recorded
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One CT or MRI with measured lesions, or all of one day read as one; `name` joins the ids of the entries."""

    name: str
    date: PartialDate
    recorded_by: str
    entries: tuple[CtMri, ...]

    @property
    def modalities(self) -> tuple[str, ...]:
        """What was done, as far as it is recorded, each once."""
        return tuple(sorted({entry.modality for entry in self.entries if isinstance(entry.modality, str)}))

    @property
    def phase(self) -> Phase | None:
        """The contrast phase of the attenuation; "mixed" for several, None where it is not recorded."""
        phases = {_PHASES[entry.contrast] if isinstance(entry.contrast, str) else None for entry in self.entries}
        if None in phases:
            return None
        return phases.pop() if len(phases) == 1 else "mixed"

    @property
    def attenuation_hu(self) -> dict[str, float]:
        """Lesion → mean attenuation in HU, where it was measured."""
        lesions = (lesion for entry in self.entries for lesion in entry.lesions)
        return {one.lesion: float(one.attenuation_hu) for one in lesions if isinstance(one.attenuation_hu, float)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The entries with measured lesions certainly on or before a start, and those certainly after it until an end.

    `undecided`: those whose date leaves open whether they lie before or after the start.
    """

    before: tuple[CtMri, ...]
    after: tuple[CtMri, ...]
    undecided: tuple[CtMri, ...]
    left_out: tuple[LeftOut, ...]


def window(timeline: Timeline, since: PartialDate, until: PartialDate | None) -> Window:
    """The entries known on the timeline's day, placed around the start; what has no place is counted."""
    measured = [entry for entry in timeline.known("ct_mri") if entry.lesions]
    before = [entry for entry in measured if _certainly_by(entry.date, since)]
    later = [entry for entry in measured if entry.date.certainly_after(since)]
    undecided = [entry for entry in measured if entry not in before and entry not in later]
    after = [entry for entry in later if until is None or _certainly_by(entry.date, until)]
    beyond = [entry for entry in later if until is not None and entry.date.certainly_after(until)]
    open_end = [entry for entry in later if entry not in after and entry not in beyond]
    left_out = [
        left_out_of(undecided, f"that may lie before or after the start ({since})"),
        left_out_of(beyond, f"after {until}, when another line began or the window ends"),
        left_out_of(open_end, f"that may lie before or after {until}, the end of the window"),
        *_not_measured(timeline, since, until),
    ]
    return Window(
        before=tuple(before),
        after=tuple(after),
        undecided=tuple(undecided),
        left_out=tuple(left for left in left_out if left.count),
    )


def examinations(entries: Iterable[CtMri]) -> tuple[Examination, ...]:
    """The entries as examinations, oldest first; those of one full date are one examination."""
    groups: dict[object, list[CtMri]] = {}
    for entry in entries:
        groups.setdefault(entry.date if entry.date.precision == "day" else entry.id, []).append(entry)
    return tuple(_examination(group) for group in groups.values())


def _examination(entries: Sequence[CtMri]) -> Examination:
    return Examination(
        name=" + ".join(entry.id for entry in entries),
        date=entries[0].date,
        recorded_by=" + ".join(dict.fromkeys(entry.recorded_by for entry in entries)),
        entries=tuple(entries),
    )


def _certainly_by(day: PartialDate, limit: PartialDate) -> bool:
    """Whether a date lies on or before another one, whatever the two may mean."""
    return day.latest <= limit.earliest


def left_out_of(entries: Sequence[CtMri], why: str) -> LeftOut:
    """Entries that were left out, by their ids."""
    what = "examination" if len(entries) == 1 else "examinations"
    return LeftOut(count=len(entries), why=f"{what} {why}: {', '.join(entry.id for entry in entries)}")


def _not_measured(timeline: Timeline, since: PartialDate, until: PartialDate | None) -> Iterable[LeftOut]:
    """Examinations after the start whose lesions nobody listed, and entries that are not known on the day."""
    known = timeline.known("ct_mri")
    bare = [
        entry
        for entry in known
        if entry.status == "performed" and not entry.lesions and entry.date.certainly_after(since)
        if until is None or not entry.date.certainly_after(until)
    ]
    yield left_out_of(bare, "after the start without lesions listed one by one")
    on_record = [entry for entry in timeline.course.entries if isinstance(entry, CtMri) and entry.lesions]
    hidden = len(on_record) - sum(bool(entry.lesions) for entry in known)
    why = f"with measured lesions corrected, or not known by {timeline.as_of}"
    yield LeftOut(count=hidden, why=f"{'entry' if hidden == 1 else 'entries'} {why}")
