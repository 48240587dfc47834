"""Endpoints of a cohort: whole days to event or censoring, with the reason and the entries behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from lutetia.cohort.dated import Dated
from lutetia.cohort.declared import Declared, LineNumber
from lutetia.cohort.follow_up_rules import DeathBefore, FollowUpRules, NewLine, WithoutEvent
from lutetia.cohort.outcome import Outcome, discontinuation, next_line, overall_survival, progression_free
from lutetia.cohort.story import Story
from lutetia.course.entry import Id
from lutetia.course.problem import Problem
from lutetia.dates import DAYS_PER_MONTH
from lutetia.rows import LeftOut

if TYPE_CHECKING:
    from lutetia.survival.followup import FollowUp

EndpointName = Literal["PFS1", "PFS2", "PFS_SECOND", "OS", "TTNT", "DOR", "TTD"]
_FIXED_LINE = {"PFS1": 1, "PFS2": 2, "PFS_SECOND": 2}
_OF_A_LINE = ("TTNT", "DOR", "TTD")

SAYS: dict[str, str] = {
    "PFS1": "from the start of line 1 to the first progression or death",
    "PFS2": "from the start of line 2 to the next progression or death (the clock of S000, not the PFS2 of trials)",
    "PFS_SECOND": "from time zero to progression on line 2 or death (PFS2 as trials define it)",
    "OS": "from time zero to death from any cause",
    "TTNT": "from the start of the line to the start of the next",
    "DOR": "from the first assessment with CR or PR on the line to progression or death; responders only",
    "TTD": "from the start of the line to its stop, whatever the reason (treatment discontinuation)",
}


class Endpoint(Declared):
    """One endpoint of the study; what is not given follows the study's follow_up rules."""

    endpoint: EndpointName = Field(description="PFS1, PFS2, PFS_SECOND, OS, TTNT, DOR or TTD")
    line: LineNumber | None = Field(default=None, description="the line, for TTNT, DOR and TTD (default 1)")
    name: Id | None = Field(default=None, description="its name in tables; default: the endpoint, with _LINE_n from 2")
    without_event: WithoutEvent | None = Field(default=None, description="instead of the study's rule")
    new_line: NewLine | None = Field(default=None, description="instead of the study's rule")
    death: DeathBefore | None = Field(default=None, description="instead of the study's rule")

    def contradictions(self) -> Iterable[Problem]:
        if self.line is not None and self.endpoint not in _OF_A_LINE:
            must = f"{self.endpoint} has no line to choose (only {', '.join(_OF_A_LINE)} have)"
            yield Problem(place=("line",), must=must, got=str(self.line))
        for field, takers in (("without_event", _FREE), ("new_line", _FREE), ("death", ("TTNT", "TTD"))):
            if getattr(self, field) is not None and self.endpoint not in takers:
                must = f"{field} bears on {', '.join(takers)} only"
                yield Problem(place=(field,), must=must, got=f"{field} for {self.endpoint}", do="Remove it.")

    @property
    def key(self) -> str:
        """Its name: the prefix of its columns."""
        number = self.line or 1
        return self.name or (self.endpoint if number == 1 else f"{self.endpoint}_LINE_{number}")

    @property
    def of_line(self) -> int | None:
        """The number of the line it is about; None for OS."""
        return _FIXED_LINE.get(self.endpoint, None if self.endpoint == "OS" else self.line or 1)

    @property
    def from_time_zero(self) -> bool:
        """Whether its clock starts at the study's time zero rather than at its own line."""
        return self.endpoint in ("OS", "PFS_SECOND")

    def rules(self, study: FollowUpRules) -> FollowUpRules:
        """The study's rules with those this endpoint has of its own."""
        own = {name: getattr(self, name) for name in ("without_event", "new_line", "death")}
        return study.model_copy(update={name: value for name, value in own.items() if value is not None})


_FREE = ("PFS1", "PFS2", "PFS_SECOND", "DOR")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One patient's time to event, in whole days from `start_on`.

    `event`: 0 censored, 1 the event, 2 a competing event. `cause` names the event ("progression", "death", "next line",
    "stop"), None when censored; `reason` says in words how the row ends. `entry_days`: days from the start to cohort
    entry (0 when observed from the start). `entries`: ids of the course entries that gave start and end.
    """

    patient_id: str
    position: int
    start_on: date
    stop_days: int
    event: int
    cause: str | None
    reason: str
    entry_days: int
    entries: tuple[str, ...]
    partial: bool

    @property
    def months(self) -> float:
        """The days in months of 30.4375 days, for display."""
        return self.stop_days / DAYS_PER_MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTable:
    """The rows of one endpoint; `left_out` counts the patients without a row, by reason, with their positions."""

    endpoint: Endpoint
    rows: tuple[EndpointRow, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.endpoint.key

    @property
    def n(self) -> int:
        """Number of patients with a row."""
        return len(self.rows)

    @property
    def events(self) -> int:
        """Number of events of the endpoint itself (code 1)."""
        return sum(row.event == 1 for row in self.rows)

    @property
    def reasons(self) -> dict[str, int]:
        """How rows end, most frequent first."""
        counts: dict[str, int] = {}
        for row in self.rows:
            counts[row.reason] = counts.get(row.reason, 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def partial(self) -> int:
        """How many rows rest on a date of which only the month or year is known."""
        return sum(row.partial for row in self.rows)

    def at_risk_after_entry(self) -> tuple[tuple[EndpointRow, ...], tuple[LeftOut, ...]]:
        """The rows that last beyond cohort entry, and those left out of a delayed-entry analysis."""
        kept = tuple(row for row in self.rows if row.stop_days > row.entry_days)
        gone = [row.position for row in self.rows if row.stop_days <= row.entry_days]
        return kept, (LeftOut.at(gone, "follow-up ends on or before cohort entry"),) if gone else ()

    def follow_up(self, *, delayed_entry: bool = False, rows: Sequence[EndpointRow] | None = None) -> FollowUp:
        """The rows (or those given) as survival's FollowUp in days, with start = cohort entry if `delayed_entry`.

        With `delayed_entry` give `at_risk_after_entry()[0]` or a part of it. Raises InputError as FollowUp does.
        """
        from lutetia.survival.followup import FollowUp

        chosen = self.rows if rows is None else rows
        start = [row.entry_days for row in chosen] if delayed_entry else None
        return FollowUp(stop=[row.stop_days for row in chosen], event=[row.event for row in chosen], start=start)


Origin = Callable[[Story], Dated | str]


def endpoint_table(
    stories: Iterable[Story],
    endpoint: Endpoint,
    follow_up: FollowUpRules,
    *,
    time_zero: Origin,
    cohort_entry: Origin | None = None,
) -> EndpointTable:
    """The times to one endpoint of the patients of these stories, each traceable to its entries.

    `time_zero` and `cohort_entry` give the moment of a story, or the reason why it has none (`TimePoint.of`).
    Left out, with the reason: patients without a start, with an event on an unknown day, whose follow-up ends before
    the start, and with partial_dates="exclude" those whose row rests on a partial date.
    """
    rules = endpoint.rules(follow_up)
    rows: list[EndpointRow] = []
    gone: dict[str, list[int]] = {}
    for story in stories:
        made = _row(story, endpoint, rules, time_zero, cohort_entry)
        if isinstance(made, str):
            gone.setdefault(made, []).append(story.position)
        else:
            rows.append(made)
    return EndpointTable(
        endpoint=endpoint,
        rows=tuple(rows),
        left_out=tuple(LeftOut.at(positions, why) for why, positions in gone.items()),
        conventions=_conventions(endpoint, rules),
    )


def _row(
    story: Story, endpoint: Endpoint, rules: FollowUpRules, time_zero: Origin, cohort_entry: Origin | None
) -> EndpointRow | str:
    start = time_zero(story) if endpoint.from_time_zero else _own_start(story, endpoint)
    if isinstance(start, str):
        return start
    outcome = _outcome(story, endpoint, rules, start)
    if isinstance(outcome, str):
        return outcome
    days = outcome.at.day - start.day
    if days < 0:
        return f"{outcome.cause or 'end of follow-up'} before the clock starts"
    entry = cohort_entry(story) if cohort_entry is not None else start
    if isinstance(entry, str):
        return f"cohort entry: {entry}"
    partial = start.partial or outcome.at.partial
    if partial and rules.partial_dates == "exclude":
        return "rests on a date known to the month or year only"
    return EndpointRow(
        patient_id=story.patient_id,
        position=story.position,
        start_on=start.on,
        stop_days=days,
        event=outcome.event,
        cause=outcome.cause,
        reason=outcome.reason,
        entry_days=max(0, entry.day - start.day),
        entries=tuple(dict.fromkeys((start.entry_id, outcome.at.entry_id))),
        partial=partial,
    )


def _own_start(story: Story, endpoint: Endpoint) -> Dated | str:
    if story.unusable is not None:
        return story.unusable
    number = endpoint.of_line or 1
    line = story.line(number)
    if line is None:
        return f"no line {number}"
    if endpoint.endpoint != "DOR":
        return line.start
    if line.responded is not None:
        return line.responded
    if line.best_response in ("CR", "PR"):
        return "responded, but the day of the response is not recorded"
    return "no response" if line.best_response not in (None, "NE") else "response not known"


def _outcome(story: Story, endpoint: Endpoint, rules: FollowUpRules, start: Dated) -> Outcome | str:
    number = endpoint.of_line or 1
    if endpoint.endpoint == "OS":
        return overall_survival(story)
    if endpoint.endpoint == "TTNT":
        return next_line(story, number, rules)
    if endpoint.endpoint == "TTD":
        return discontinuation(story, number, rules)
    return progression_free(story, number, rules, start)


def _conventions(endpoint: Endpoint, rules: FollowUpRules) -> tuple[str, ...]:
    name = endpoint.endpoint
    bearing = {"partial_dates"}
    if name in _FREE:
        bearing |= {"without_event", "new_line", "undated_progression"}
    if name in ("TTNT", "TTD"):
        bearing |= {"death"}
    if name == "TTNT":
        bearing |= {"lines_complete"}
    line = f" (line {endpoint.of_line})" if name in _OF_A_LINE else ""
    chosen = (text for text in rules.conventions if text.split("=")[0] in bearing)
    return (f"{name}{line}: {SAYS[name]}; whole days, an event on the day the clock starts is day 0", *chosen)
