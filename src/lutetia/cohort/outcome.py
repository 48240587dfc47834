"""How a time to event ends: event, competing event or censoring, and on which day, of one story."""

from __future__ import annotations

from typing import NamedTuple

from lutetia.cohort.dated import Dated
from lutetia.cohort.follow_up_rules import FollowUpRules
from lutetia.cohort.line_story import LineStory
from lutetia.cohort.story import Story

DEAD_UNDATED = "dead, but the day of death is not recorded"
NOTHING = "no day on which the patient is known to be alive"


class Outcome(NamedTuple):
    """The end of a row: `event` 0 censored, 1 the event, 2 a competing event; `cause` None when censored."""

    at: Dated
    event: int
    cause: str | None
    reason: str


def overall_survival(story: Story) -> Outcome | str:
    """Death from any cause, else censored on the last day known to be alive; or why the patient has no row."""
    if story.death is not None:
        return _death(story.death)
    return _alive(story)


def progression_free(story: Story, number: int, rules: FollowUpRules, start: Dated) -> Outcome | str:
    """Progression on this line (with new_line="ignore" also on a later one) or death, whichever is first."""
    if story.unusable is not None:
        return story.unusable
    line = story.line(number)
    if line is None:  # PFS to second progression of a patient without a second line
        return _death(story.death) if story.death is not None else _alive(story)
    following = story.line(number + 1)
    progression = _progression(story, line, rules)
    if isinstance(progression, str):
        return progression
    if following is not None and (progression is None or progression.day > following.start.day):
        if rules.new_line == "event":
            return Outcome(following.start, 1, "new line", f"new line ({following.group}) before progression")
        if rules.new_line == "censor":
            return Outcome(following.start, 0, None, "new line before progression")
    if progression is not None:
        return Outcome(progression, 1, "progression", "progression")
    if story.death is not None:
        return _death(story.death)
    return _last_assessment(story, number, start) if rules.without_event == "last_assessment" else _alive(story)


def next_line(story: Story, number: int, rules: FollowUpRules) -> Outcome | str:
    """The start of the next line; death before it is competing or an event; else censored."""
    if story.unusable is not None:
        return story.unusable
    following = story.line(number + 1)
    if following is not None:
        return Outcome(following.start, 1, "next line", f"next line ({following.group})")
    if rules.lines_complete == "stated" and story.complete_until_day is None:
        return "not known whether a further line was given: no treatment_history states it"
    end = _death_before(story, rules)
    return _up_to_statement(end, story) if isinstance(end, Outcome) and rules.lines_complete == "stated" else end


def discontinuation(story: Story, number: int, rules: FollowUpRules) -> Outcome | str:
    """The stop of the line for any reason; death before it is competing or an event; else censored while it goes on."""
    if story.unusable is not None:
        return story.unusable
    line = story.line(number)
    if line is None:
        return f"no line {number}"
    if line.stop is not None:
        reason = (line.stop_reason or "reason not recorded").replace("_", " ")
        return Outcome(line.stop, 1, "stop", f"stopped: {reason}")
    if line.ongoing is False or line.stop_reason is not None:
        return "the line was stopped, but the day is not recorded"
    if line.ongoing is None and (story.death is None or story.line(number + 1) is not None):
        return "not known whether the line goes on"
    return _death_before(story, rules)


def _death(death: Dated) -> Outcome:
    return Outcome(death, 1, "death", "death")


def _death_before(story: Story, rules: FollowUpRules) -> Outcome | str:
    if story.death is None:
        return _alive(story)
    return Outcome(story.death, 1 if rules.death == "event" else 2, "death", "death")


def _alive(story: Story) -> Outcome | str:
    """Censored on the last day known to be alive."""
    last = story.last_alive
    if story.dead_by is not None and (last is None or last.day < story.cut_off_day):
        return DEAD_UNDATED
    if last is None:
        return NOTHING
    return Outcome(last, 0, None, "data cut-off" if last.day >= story.cut_off_day else "alive at last contact")


def _progression(story: Story, line: LineStory, rules: FollowUpRules) -> Dated | str | None:
    """The first progression that counts for this line; a reason when its day is not known; None without one."""
    later = story.lines[line.number :] if rules.new_line == "ignore" else ()
    for candidate in (line, *later):
        if candidate.progression is not None:
            return candidate.progression
        if candidate.undated_progression is None:
            continue
        if rules.undated_progression == "stop_of_line" and candidate.stop is not None:
            return candidate.stop._replace(what="progression")
        return f"progressed on line {candidate.number} ({candidate.undated_progression}), but the day is not recorded"
    return None


def _last_assessment(story: Story, number: int, start: Dated) -> Outcome | str:
    if story.dead_by is not None:
        return DEAD_UNDATED
    free = [day for line in story.lines[number - 1 :] for day in line.free if day.day >= start.day]
    if not free:
        return Outcome(start, 0, None, "no assessment after the start")
    return Outcome(max(free, key=lambda day: day.day), 0, None, "last assessment without progression")


def _up_to_statement(end: Outcome, story: Story) -> Outcome:
    """Censored on the day up to which the lines are stated to be complete, when follow-up lasts longer."""
    until = story.complete_until_day
    if until is None or until >= end.at.day:
        return end
    return Outcome(end.at._replace(day=until), 0, None, "lines stated complete until then")
