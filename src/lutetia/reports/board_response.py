"""The response lines of the sheet: the last visit by RECIST 1.1, all visits, best response, growth, and what is open.

The numbers come from the measured lesions on record. A response that a reader recorded is never overruled: where the
two differ, both are printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lutetia.course.therapy import TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.guideline.assessment import Assessment
from lutetia.guideline.response import (
    RECORDED,
    MeasuredGrowth,
    MeasuredResponse,
    NotAssessable,
    measured_response,
    response_conventions,
)
from lutetia.reports import wording
from lutetia.reports.published_rules import as_id
from lutetia.reports.statement import DETAILS, Statement
from lutetia.scoring.recist.rules import mm_text
from lutetia.scoring.recist.visit import VisitResponse

LONGEST_LIST = 5
LONGEST_NAME = 40
NO_LESIONS = "not known: no measured lesions on record"
RESPONSES = {"NON-CR/NON-PD": "non-CR/non-PD"}
_SIDES = {"below": "below", "at_or_above": "at or above"}


def response(assessment: Assessment, timeline: Timeline | None) -> tuple[Statement, ...]:
    """The lines of the section, the first ones first to be kept on a full page; one that says "not known" for a flat
    record or a course without measured lesions."""
    if timeline is None:
        return (_unknown(NO_LESIONS),)
    found = measured_response(timeline)
    if found.newest is None:
        return tuple(_open_line(one) for one in found.not_assessable[:2])
    lines = (
        _newest(found, found.newest),
        *_disagreements(found),
        *(_open_line(one) for one in found.not_assessable),
        _course(found),
        *_cautions(found),
        _growth(found),
        _judged_by(found),
    )
    return tuple(line for line in lines if line is not None)


def _unknown(text: str) -> Statement:
    return Statement(text=text, facts=("POL-UNKNOWN",), truth="u")


def _newest(found: MeasuredResponse, visit: VisitResponse) -> Statement:
    """The overall response at the last visit with the sums that decide it and the rules that gave it."""
    parts = list(_sums(found, visit))
    parts += ["new lesion"] if visit.new_lesion else []
    parts += [f"non-target {_said(visit.nontarget)}"] if visit.nontarget is not None else []
    overall = visit.because[-1].rule
    rules = [visit.target_rule, *([visit.nontarget_rule] if visit.nontarget else [])]
    rules += [why.rule for why in visit.because if why.rule in ("RECIST-NEW", "RECIST-NEW-EQUIVOCAL")]
    text = f"{_line_name(found.line)}: {', '.join(parts)}" if parts else _line_name(found.line)
    return Statement(lead=f"{_said(visit.overall)} on {visit.dates[0]}", text=text, facts=_once(*rules, overall))


def _sums(found: MeasuredResponse, visit: VisitResponse) -> Iterator[str]:
    """The sum with its changes against nadir and baseline; of the nadir only where it lies below the baseline."""
    if visit.baseline_um is None:
        return
    if visit.sum_um is None:
        yield f"sum incomplete ({mm_text(visit.measured_um)} measured)"
        return
    yield f"sum {mm_text(visit.sum_um)}"
    day, _ = found.nadir_visit
    if visit.nadir_um is not None and visit.nadir_um < visit.baseline_um:
        whose = {"reader": "same reader", "all_readers": "any reader"}[response_conventions()["nadir"]]
        yield f"{_change(visit.sum_um, visit.nadir_um)} the nadir {mm_text(visit.nadir_um)} ({whose}, {day})"
    baseline = found.series.baseline.date if found.series else ""
    yield f"{_change(visit.sum_um, visit.baseline_um)} the baseline {mm_text(visit.baseline_um)} ({baseline})"


def _change(now_um: int, then_um: int) -> str:
    if now_um == then_um:
        return "as at"
    return f"{100 * (now_um - then_um) / then_um:+.1f} % from".replace("-", "−") if then_um else "up from"


def _course(found: MeasuredResponse) -> Statement | None:
    """The best response, unconfirmed or confirmed, with every visit it rests on and what was recorded of the line."""
    if found.best is None or found.line is None:
        return None
    best, chosen = found.best, response_conventions()
    stated = found.line.best_response
    recorded = RECORDED.get(stated, stated) if isinstance(stated, str) else best.value
    differs = recorded != best.value
    days = chosen["confirm_days"]
    confirmed = "no confirmation asked" if days is None else f"confirmed after {days} days or more"
    when = f" ({best.day})" if best.day is not None else ""
    least = f", SD counts from {chosen['min_sd_days']} days on" if best.value in ("SD", "NE") else ""
    text = f"{_said(best.value)}{when}, {confirmed}{least}. Visits: {_visits(found.visits)}"
    if differs:
        text += f". Recorded as best response of the line: {_said(recorded)}"
    return Statement(
        lead="Best",
        text=text,
        facts=_once(*(why.rule for why in best.because), *(["LES-RECORDED"] if differs else [])),
    )


def _visits(visits: tuple[VisitResponse, ...]) -> str:
    shown = [f"{visit.dates[0]} {_said(visit.overall)}{_of_sum(visit)}" for visit in visits]
    if len(shown) > LONGEST_LIST:
        left = len(shown) - LONGEST_LIST + 1
        shown = [shown[0], f"… {left} more …", *shown[left + 1 :]]
    return ", ".join(shown)


def _of_sum(visit: VisitResponse) -> str:
    return f" {mm_text(visit.sum_um)}" if visit.sum_um is not None else ""


def _growth(found: MeasuredResponse) -> Statement | None:
    """The rates with their bands: to the first examination with the side of the cut-off, and the newest one."""
    if not found.growth:
        return None
    chosen = response_conventions()
    level, error = f"{100 * chosen['growth_confidence']:g} %", f"{chosen['growth_reading_error_pct']:g} %"
    whys = [why for one in found.growth for part in (one.rate, one.side) if part for why in part.because]
    return Statement(
        lead="Growth",
        text=f"{'; '.join(map(_rate, found.growth))}. Bands {level}, reading error {error} a sum assumed",
        facts=_once(*(as_id(why.rule) for why in whys)),
    )


def _rate(one: MeasuredGrowth) -> str:
    """One rate: "first −6.9 %/month (−13.4 to +0.1) to 2025-12-09, below the cut-off 0.8 %/month"."""
    rate, pair = one.rate, one.pair
    when = f"to {pair.after_date}" if pair.from_baseline else f"{pair.before_date} to {pair.after_date}"
    if rate.value is None or rate.low is None or rate.high is None:
        return f"undefined {when}, a sum is 0"
    name = "first" if pair.from_baseline else "last"
    text = f"{name} {_signed(rate.value)} %/month ({_signed(rate.low)} to {_signed(rate.high)}) {when}"
    return ", ".join([text, *_side(one), *(["new lesions not in it"] if pair.new_lesions else [])])


def _side(one: MeasuredGrowth) -> Iterator[str]:
    if one.side is None:
        return
    cut_off = one.side.conventions[0].split(" at ")[0]
    if one.side.value == "undecided":
        yield f"{cut_off} undecided ({one.side.because[0].says})"
    else:
        yield f"{_SIDES[one.side.value]} the {cut_off}"


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _disagreements(found: MeasuredResponse) -> Iterator[Statement]:
    for one in found.disagreements:
        yield Statement(
            lead="Recorded and computed differ",
            text=f"{one.day}: {_said(one.recorded)} by {one.recorded_by}, {_said(one.computed)} from measured lesions",
            facts=("LES-RECORDED",),
            truth="u",
            word="for the board to settle",
        )


def _open_line(one: NotAssessable) -> Statement:
    if one.line is None:
        text = NO_LESIONS if "measured lesions" in one.why else f"not assessable: {one.why}"
        return Statement(text=text, facts=("POL-UNKNOWN",), truth="u")
    return Statement(
        lead=_line_name(one.line),
        text=f"not assessable: {one.why}",
        facts=_once(*(why.rule for why in one.because)),
        truth="u",
    )


def _cautions(found: MeasuredResponse) -> Iterator[Statement]:
    """One line with everything that must be kept in mind about these measurements."""
    if not found.cautions:
        return
    by_rule: dict[str, list[dict[str, str]]] = {}
    for caution in found.cautions:
        by_rule.setdefault(caution.because.rule, []).append(dict(caution.because.used))
    text = "; ".join(_caution(rule, each) for rule, each in by_rule.items())
    yield Statement(lead="Keep in mind", text=text, facts=tuple(by_rule))


def _caution(rule: str, each: Sequence[Mapping[str, str]]) -> str:
    """The cautions of one rule in few words; the whole sentences stand in the details and in the JSON."""
    first = each[0]
    match rule:
        case "LES-BASELINE-AGE":
            return f"baseline {first['days']} days before the start (at most {first['at most']})"
        case "LES-METHOD":
            later = first["later"].upper().replace(" ON ", " on ")
            return f"baseline on {first['baseline'].upper()}, {later}"
        case "LES-INCOMPLETE":
            return f"nadir may have been lower, not every target measured on {first['without all targets']}"
        case "LES-ORDER":
            return f"order of examinations open ({'; '.join(used['taken as'] for used in each)})"
        case "LES-PROCEDURE":
            done = [f"{used['procedure']} {used['on']}" for used in each]
            left = f" and {len(done) - 2} more" if len(done) > 2 else ""
            return f"in between {', '.join(done[:2])}{left}"
        case "RECIST-SEL-COUNT" | "RECIST-SEL-ORGAN":
            counted = [f"{used['targets'].split(':')[0]} targets{_in(used.get('organ'))}" for used in each]
            return f"{', '.join(counted)}, more than RECIST 1.1 allows"
        case "RECIST-SEL-SIZE":
            return ", ".join(f"target {used['lesion']} only {used['diameter']}" for used in each)
        case _:
            return "; ".join(f"{name} {value}" for used in each for name, value in used.items())


def _in(organ: str | None) -> str:
    return f" in {organ}" if organ else ""


def _judged_by(found: MeasuredResponse) -> Statement:
    """Every choice made and what was left out: for the details, not for the page."""
    left = [f"left out: {one}" for one in found.left_out]
    cautions = [f"keep in mind: {one}" for one in found.cautions]
    rules = ("RECIST-TL-SD", "LES-RECORDED")
    text = f"{len(found.conventions)} made, {len(left) or 'nothing'} left out"
    return Statement(lead="Choices", text=text, facts=rules, word=DETAILS, more=(*found.conventions, *left, *cautions))


def _line_name(line: TherapyLine | None) -> str:
    """A line as its regimen or drug is called, with its start."""
    if line is None:
        return ""
    name = line.name if isinstance(line.name, str) else wording.plain(line.regimen)
    short = re.split(r"[,(]| +[0-9]", name)[0].strip()
    return f"{short if len(short) <= LONGEST_NAME else short[:LONGEST_NAME].rstrip() + '…'} since {line.date}"


def _said(value: str | None) -> str:
    return RESPONSES.get(value or "", value or "none")


def _once(*rules: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rules))
