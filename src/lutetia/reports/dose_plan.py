"""The ledger of cycles and the plan as printed: what was given, what each limit leaves, where each cycle leads."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.dosimetry.ledger import Ledger
from lutetia.dosimetry.plan import Limit, Plan, PlanRequest, Standing, plan_cycles, probability_above
from lutetia.errors import InputError
from lutetia.plots.cumulative_dose import CumulativePanel, CumulativeStep, probability_words
from lutetia.reports.cycle_report import CycleReport, Part
from lutetia.reports.dose_numbers import NONE, UNKNOWN, gbq, significant, with_u

MOST_LIMITS = 3  # beside each other on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One limit: where it stands, and what it alone would leave. `cycles` in words, such as "2 full, then 4.54 GBq"."""

    name: str
    limit: str
    source: str
    so_far: str
    probability_now: str
    gy_per_gbq: str
    left_gbq: str
    cycles: str
    probability_then: str
    ends_plan: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One cycle, given or planned: its activity and, for each limit, cumulative value and probability of exceeding."""

    number: int
    words: str
    activity_gbq: str
    planned: bool
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBlock:
    """Ledger and plan; `headline` says what is left in one sentence; `why` where there is nothing to show."""

    headline: str
    limits: tuple[LimitLine, ...]
    columns: tuple[str, ...]
    lines: tuple[LedgerLine, ...]
    panels: tuple[CumulativePanel, ...]
    why: tuple[str, ...]


def plan_block(report: CycleReport) -> PlanBlock:
    """The block of a report; what cannot be added up over the cycles is left out, and `why` says so."""
    ledger, plan = report.ledger, report.plan
    parts: tuple[Part, ...] = ("ledger", "plan")
    why = [f"No {part}: {report.why_not.get(part, 'not given')}." for part in parts if _lacks(report, part)]
    if ledger is None or not ledger.cycles:
        return PlanBlock(headline="", limits=(), columns=(), lines=(), panels=(), why=tuple(why))
    limits = [standing.limit for standing in plan.now] if plan is not None else _organs(report, ledger)
    kept = []
    for limit in limits:
        try:
            kept.append((limit, _panel(report, ledger, limit)))
        except InputError as error:
            why.append(f"{_name(limit)}: {error.faults[0].must}, but got {error.faults[0].got}.")
    panels = [panel for _, panel in kept]
    return PlanBlock(
        headline=_headline(plan, len(ledger.cycles)) if plan is not None else "",
        limits=tuple(_limit_line(report, plan, standing) for standing in plan.now) if plan is not None else (),
        columns=tuple(_short(limit) for limit, _ in kept[:MOST_LIMITS]),
        lines=_lines(report, ledger, panels[:MOST_LIMITS]),
        panels=tuple(panels),
        why=tuple(why),
    )


def _lacks(report: CycleReport, part: str) -> bool:
    return (report.ledger is None or not report.ledger.cycles) if part == "ledger" else report.plan is None


def _organs(report: CycleReport, ledger: Ledger) -> list[Limit]:
    """Without a plan: the organs that every cycle knows, as limits without end."""
    organs = [r.name for r in report.cycle.regions if r.role in ("organ", "marrow")]
    known = [name for name in organs if all(name in cycle.absorbed for cycle in ledger.cycles)]
    known.sort(key=lambda name: -ledger.cycles[-1].absorbed[name].gy)
    return [Limit(organ=name, limit_gy=float("inf"), source="") for name in known[:MOST_LIMITS]]


def _short(limit: Limit) -> str:
    return _organ(limit) if limit.tissue is None else f"{_organ(limit)} BED"


def _name(limit: Limit) -> str:
    return f"{_organ(limit)}, {limit.quantity}"


def _organ(limit: Limit) -> str:
    return limit.organ.replace("_", " ")


def _panel(report: CycleReport, ledger: Ledger, limit: Limit) -> CumulativePanel:
    steps = [
        _step(number, *_so_far(Ledger(cycles=ledger.cycles[:number]), limit), limit, report.plan_request)
        for number in range(1, len(ledger.cycles) + 1)
    ]
    plan = report.plan
    for cycle in plan.cycles if plan is not None else ():
        standing = next(standing for standing in cycle.standings if standing.limit == limit)
        steps.append(
            CumulativeStep(
                cycle=cycle.number,
                value_gy=standing.value_gy,
                u_gy=standing.u_gy,
                probability_of_exceeding=standing.probability_of_exceeding,
                planned=True,
            )
        )
    limit_gy = limit.limit_gy if limit.limit_gy < float("inf") else None
    return CumulativePanel(organ=_organ(limit), quantity=limit.quantity, limit_gy=limit_gy, steps=tuple(steps))


def _so_far(ledger: Ledger, limit: Limit) -> tuple[float, float | None]:
    if limit.tissue is not None:
        effective = ledger.cumulative_bed(limit.organ, limit.tissue)
        return effective.bed_gy, effective.u_bed_gy
    absorbed = ledger.cumulative(limit.organ)
    return absorbed.gy, absorbed.u_gy


def _step(number: int, value: float, u: float | None, limit: Limit, request: PlanRequest | None) -> CumulativeStep:
    shape = request.distribution if request is not None else "normal"
    known = u is not None and limit.limit_gy < float("inf")
    p = probability_above(limit.limit_gy, value, u, shape) if known and u is not None else None
    return CumulativeStep(cycle=number, value_gy=value, u_gy=u, probability_of_exceeding=p, planned=False)


def _lines(report: CycleReport, ledger: Ledger, panels: list[CumulativePanel]) -> tuple[LedgerLine, ...]:
    planned = report.plan.cycles if report.plan is not None else ()
    activities = [*(cycle.activity_mbq for cycle in ledger.cycles), *(cycle.activity_mbq for cycle in planned)]
    given = len(ledger.cycles)
    words = [*[*report.earlier, *[""] * given][: given - 1], _this(report)]
    lines = []
    for at, activity in enumerate(activities):
        steps = [panel.steps[at] for panel in panels]
        word = "planned" if at >= given else words[at]
        lines.append(
            LedgerLine(
                number=at + 1,
                words=word,
                activity_gbq=gbq(activity),
                planned=at >= given,
                cells=tuple(
                    (
                        with_u(step.value_gy, step.u_gy),
                        NONE if panel.limit_gy is None else probability_words(step.probability_of_exceeding),
                    )
                    for panel, step in zip(panels, steps, strict=True)
                ),
            )
        )
    return tuple(lines)


def _this(report: CycleReport) -> str:
    day = report.administered_on
    return "this cycle" if day is None else day.isoformat()


def _headline(plan: Plan, given: int) -> str:
    if not plan.cycles:
        ended = f" ({_name(plan.active)})" if plan.active is not None else ""
        return f"After cycle {given} the limits leave no further cycle{ended}."
    count, end = len(plan.cycles), plan.active
    more = f"{count} further cycle{'s' if count > 1 else ''}, {gbq(plan.remaining_activity_mbq)} GBq in all"
    if end is None:
        return f"The limits leave at least {more}; the plan was asked for no more."
    return f"The limits leave {more}; the next would be {gbq(plan.next_activity_mbq)} GBq. What ends it: {_name(end)}."


def _limit_line(report: CycleReport, plan: Plan, standing: Standing) -> LimitLine:
    limit = standing.limit
    per_gbq = plan.gy_per_gbq.get(limit.organ)
    alone = _alone(report, limit)
    return LimitLine(
        name=_short(limit),
        limit=f"{limit.limit_gy:g}",
        source=limit.source,
        so_far=with_u(standing.value_gy, standing.u_gy),
        probability_now=probability_words(standing.probability_of_exceeding),
        gy_per_gbq=significant(per_gbq),
        left_gbq=UNKNOWN if alone is None else _left(alone),
        cycles=UNKNOWN if alone is None else _cycles(alone, report.plan_request),
        probability_then=UNKNOWN if alone is None else _then(alone),
        ends_plan=plan.active == limit,
    )


def _alone(report: CycleReport, limit: Limit) -> Plan | None:
    """What this limit alone would leave; None where the request is not known or the limit cannot be planned."""
    if report.ledger is None or report.plan_request is None:
        return None
    try:
        return plan_cycles(report.ledger, [limit], report.plan_request)
    except InputError:
        return None


def _left(plan: Plan) -> str:
    return f"{'' if plan.active is not None else '≥ '}{gbq(plan.remaining_activity_mbq)}"


def _cycles(plan: Plan, request: PlanRequest | None) -> str:
    if not plan.cycles:
        return "none"
    standard = request.standard_activity_mbq if request is not None else plan.cycles[0].activity_mbq
    full = sum(cycle.activity_mbq >= standard * (1 - 1e-9) for cycle in plan.cycles)
    rest = [cycle.activity_mbq for cycle in plan.cycles if cycle.activity_mbq < standard * (1 - 1e-9)]
    parts = ([f"{full} × {gbq(standard)}"] if full else []) + [gbq(mbq) for mbq in rest]
    return f"{' + '.join(parts)} GBq"


def _then(plan: Plan) -> str:
    standings = plan.cycles[-1].standings if plan.cycles else plan.now
    return probability_words(standings[0].probability_of_exceeding)
