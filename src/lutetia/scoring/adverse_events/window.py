"""The window of observation of a patient, and whether an event is treatment-emergent in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from lutetia.dates import PartialDate
from lutetia.errors import Fault, InputError
from lutetia.scoring.adverse_events.event import Event

Worsening = Literal["counts", "ignored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days of observation of one patient, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Days in the window."""
        return (self.last - self.first).days + 1


def treatment_window(first_dose: date, last_dose: date, days_after: int) -> Window:
    """The window from the first dose (or the randomisation) to so many days after the last dose.

    Raises InputError when the last dose lies before the first or `days_after` is negative.
    """
    faults = []
    if last_dose < first_dose:
        faults.append(Fault(place="last_dose", must=f"must not lie before {first_dose}", got=str(last_dose)))
    if days_after < 0:
        faults.append(Fault(place="days_after", must="must be at least 0", got=str(days_after)))
    if faults:
        raise InputError("Window", faults)
    return Window(first=first_dose, last=last_dose + timedelta(days=days_after))


def treatment_emergent(event: Event, window: Window, *, worsening: Worsening) -> bool | None:
    """Whether the event began in the window, or (worsening="counts") began before it and became worse in it.

    None where a partial or missing date leaves it open.
    """
    began = _within(event.start, window)
    if began is not False:
        return began
    before = event.start is not None and event.start.certainly_before(window.first)
    if not before or worsening == "ignored":
        return False
    if event.grade is None or event.grade_before is None:
        return None if event.worsened_on is None else _within(event.worsened_on, window)
    return _within(event.worsened_on, window) if event.grade > event.grade_before else False


def _within(when: PartialDate | None, window: Window) -> bool | None:
    if when is None:
        return None
    if when.certainly_before(window.first) or when.certainly_after(window.last):
        return False
    return True if window.first <= when.earliest and when.latest <= window.last else None
