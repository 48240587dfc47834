"""How follow-up is counted: the choices every endpoint depends on, each named in the declaration, none a default."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lutetia.cohort.dated import POLICIES, PartialDates
from lutetia.cohort.declared import Declared

WithoutEvent = Literal["last_contact", "last_assessment"]
NewLine = Literal["ignore", "censor", "event"]
UndatedProgression = Literal["leave_out", "stop_of_line"]
DeathBefore = Literal["competing", "event"]
LinesComplete = Literal["assumed", "stated"]


class FollowUpRules(Declared):
    """The choices that make a time to event out of a course."""

    partial_dates: PartialDates = Field(description="the day of a date of which only month or year is known")
    without_event: WithoutEvent = Field(
        description="where progression-free time ends without an event: last contact, or last free assessment"
    )
    new_line: NewLine = Field(description="a new line before progression: ignored, or it censors, or is an event")
    undated_progression: UndatedProgression = Field(
        description="progression without its day: leave the row out, or count it on the day the line stopped"
    )
    death: DeathBefore = Field(description="death before the next line or the stop (TTNT, TTD): competing, or an event")
    lines_complete: LinesComplete = Field(
        description="no further line on record means none (assumed), or only where a treatment_history states it"
    )

    @property
    def conventions(self) -> tuple[str, ...]:
        """Every choice in words, as printed with a result."""
        return (
            f"partial_dates={self.partial_dates}: {POLICIES[self.partial_dates]}; where events force an order, on the "
            "nearest day that keeps it",
            f"without_event={self.without_event}: {_WITHOUT_EVENT[self.without_event]}",
            f"new_line={self.new_line}: {_NEW_LINE[self.new_line]}",
            f"undated_progression={self.undated_progression}: {_UNDATED[self.undated_progression]}",
            f"death={self.death}: {_DEATH[self.death]}",
            f"lines_complete={self.lines_complete}: {_COMPLETE[self.lines_complete]}",
        )


_WITHOUT_EVENT = {
    "last_contact": "progression-free time without an event ends on the last day the patient is known to be alive",
    "last_assessment": "progression-free time without an event ends with the last assessment that found no progression",
}
_NEW_LINE = {
    "ignore": "a new line before progression changes nothing: the first progression afterwards counts",
    "censor": "a new line that starts before progression censors progression-free time on its first day",
    "event": "a new line that starts before progression counts as an event on its first day",
}
_UNDATED = {
    "leave_out": "a patient who progressed on a day that is not recorded is left out",
    "stop_of_line": "progression without its day counts on the day the line stopped",
}
_DEATH = {
    "competing": "death before the next line or the stop is a competing event (code 2)",
    "event": "death before the next line or the stop counts as the event (code 1)",
}
_COMPLETE = {
    "assumed": "a line that is not on record is taken not to have been given",
    "stated": "that no further line was given counts only up to the day for which a treatment_history states it",
}
