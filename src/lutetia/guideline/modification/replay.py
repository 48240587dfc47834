"""A written course replayed: doses and findings in, the state of every toxicity class out, each step with its rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.dose import Administration, Reduction
from lutetia.guideline.modification.finding import CLASSES, Finding, ToxicityClass, range_text
from lutetia.guideline.modification.machine import DelayReading, Machine, State, Step
from lutetia.guideline.modification.rules import (
    Applied,
    Jurisdiction,
    applied,
    jurisdiction_fault,
    once,
    section,
    unverified,
    variant,
)
from lutetia.guideline.modification.walk import ORDER, ClassCourse, Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseCourse:
    """All toxicity classes at the end of a course.

    `value` is the strictest state: stopped before withheld, reduced, restored, none; "undecided" when it stays open.
    `departures`: doses given against the rules. `measures`: what goes with the next dose. `left_out`: what was not
    used, with the reason.
    """

    value: State | Literal["undecided"]
    possible: tuple[State, ...]
    classes: tuple[ClassCourse, ...]
    as_of: date
    doses: tuple[Administration, ...]
    reduction: Reduction
    because: tuple[Applied, ...]
    conventions: tuple[str, ...]
    missing: tuple[str, ...]
    departures: tuple[str, ...]
    measures: tuple[Applied, ...]
    left_out: tuple[str, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every change of state, oldest first."""
        return tuple(sorted((step for found in self.classes for step in found.steps), key=lambda step: step.on))

    def of(self, name: str) -> ClassCourse:
        """The course of one class or of one other toxicity. Raises KeyError for a name that did not occur."""
        return {found.name: found for found in self.classes}[name]


def replay(
    doses: Iterable[Administration],
    findings: Iterable[Finding],
    *,
    as_of: date,
    delay_reading: DelayReading,
    reduction: Literal["half_then_full"] | Reduction,
    jurisdiction: Jurisdiction | None,
) -> DoseCourse:
    """The state of every toxicity class on the day `as_of`, from the doses given and the findings between them.

    The order of the input does not matter. What has no default changes the answer and must be named. Raises InputError
    with every fault: unnamed variants, two doses on a day, implausible activities, grades of different CTCAE versions.
    """
    given, found = tuple(doses), tuple(findings)
    chosen = Reduction.named(reduction) if isinstance(reduction, str) else reduction
    variant("delay_reading", delay_reading)
    if faults := _faults(given, found, as_of, jurisdiction):
        raise InputError("course of doses", faults)
    given = tuple(sorted((dose for dose in given if dose.on <= as_of), key=lambda dose: dose.on))
    used, left_out = _sifted(found, given, as_of)
    walks = [
        _walk(Machine(toxicity=key[0], delay_reading=delay_reading, reduction=chosen), key[1], given, used)
        for key in _followed(used)
    ]
    classes = tuple(walk.result(as_of) for walk in walks)
    possible = _strictest([course.possible for course in classes])
    exempt = [reason for finding in used if not finding.assesses for reason in finding.because]
    because = _deciding(classes, possible, exempt)
    return DoseCourse(
        value=possible[0] if len(possible) == 1 else "undecided",
        possible=possible,
        classes=classes,
        as_of=as_of,
        doses=given,
        reduction=chosen,
        because=because,
        conventions=_conventions(delay_reading, chosen, jurisdiction, used, because),
        missing=once(line for course in classes for line in course.missing),
        departures=once(line for walk in walks for line in walk.departures),
        measures=_measures(used),
        left_out=left_out,
    )


def _walk(machine: Machine, term: str | None, doses: Sequence[Administration], findings: Sequence[Finding]) -> Walk:
    walk = Walk(machine, term)
    mine = [finding for finding in findings if _speaks_for(finding, machine.toxicity, term)]
    events: list[Administration | Finding] = sorted([*doses, *mine], key=_when)
    for event in events:
        if isinstance(event, Administration):
            walk.dose(event)
        else:
            walk.meet(event)
    return walk


def _followed(findings: Iterable[Finding]) -> list[tuple[ToxicityClass, str | None]]:
    """Every class, and every other toxicity under its own term (DM-SEQ-6)."""
    terms = {finding.term for finding in findings if finding.term is not None and finding.assesses}
    return [*((name, None) for name in CLASSES), *(("other", term) for term in sorted(terms))]


def _speaks_for(finding: Finding, toxicity: ToxicityClass, term: str | None) -> bool:
    """A review without a term speaks for every other toxicity (DM-SEQ-6)."""
    return finding.toxicity == toxicity and finding.term in (None, term)


def _when(event: Administration | Finding) -> tuple[date, int, int]:
    """Order of a course: values of a dosing day before the dose, reactions after it, the worse finding last."""
    if isinstance(event, Administration):
        return event.on, 1, 0
    severity = {False: 0, None: 1, True: 2}[event.triggers]
    reaction = event.toxicity == "hypersensitivity" and event.grade != (0, 0)
    after = reaction or (event.toxicity == "other" and event.triggers is not False)
    return event.on, 2 if after else 0, severity


def _sifted(
    findings: Iterable[Finding], doses: Sequence[Administration], as_of: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Findings that count, and a line for each left out. A reaction on the first dosing day counts."""
    used, left_out = [], []
    for finding in findings:
        name = finding.term or finding.toxicity
        if finding.on > as_of:
            left_out.append(f"{name} of {finding.on}: after the day asked about ({as_of})")
        elif not doses or _when(finding)[:2] < _when(doses[0])[:2]:
            left_out.append(f"{name} of {finding.on}: before the first dose (DM-SEQ-3)")
        else:
            used.append(finding)
    return tuple(used), tuple(sorted(left_out))


def _strictest(options: Sequence[Sequence[State]]) -> tuple[State, ...]:
    """The strictest states that the classes together leave possible, mildest first."""
    found = {0}
    for states in options:
        found = {max(before, ORDER.index(state)) for before in found for state in states}
    return tuple(ORDER[index] for index in sorted(found))


def _deciding(
    classes: Iterable[ClassCourse], possible: tuple[State, ...], exempt: Iterable[Applied]
) -> tuple[Applied, ...]:
    reasons = [reason for course in classes if course.value == possible[-1] for reason in course.because]
    return tuple({(reason.rule, reason.used): reason for reason in (*reasons, *exempt)}.values())


def _measures(findings: Iterable[Finding]) -> tuple[Applied, ...]:
    """Premedication after a reaction of grade 1 or 2, also when the grade is a range that begins lower."""
    reactions = [finding for finding in findings if finding.toxicity == "hypersensitivity" and finding.grade != (0, 0)]
    worst = max((finding.grade for finding in reactions if finding.grade), key=lambda grade: grade[1], default=None)
    return (applied("DM-HYP-2", grade=range_text(*worst)),) if worst and worst[0] < 3 else ()


def _conventions(
    delay_reading: str,
    reduction: Reduction,
    jurisdiction: Jurisdiction | None,
    findings: Iterable[Finding],
    because: Iterable[Applied],
) -> tuple[str, ...]:
    sequence = [applied(f"DM-SEQ-{number}") for number in range(1, 8)]
    chosen = [applied(rule_id) for rule_id in (*reduction.rules, variant("delay_reading", delay_reading)["rule"])]
    return once(
        (
            f"delay reading: {delay_reading}",
            reduction.says,
            _whose_table(jurisdiction),
            *(line for finding in findings for line in finding.conventions),
            *unverified((*chosen, *because)),
            *map(str, sequence),
        )
    )


def _whose_table(jurisdiction: Jurisdiction | None) -> str:
    if jurisdiction == "US":
        return "the US table of dose modifications, read through a journal table (section 2.4 itself was not readable)"
    who = "EU" if jurisdiction else "no jurisdiction chosen"
    return f"{who}: the US table is applied, because the EU table (section 4.2) was not readable in any copy"


def _faults(
    doses: Sequence[Administration], findings: Sequence[Finding], as_of: date, jurisdiction: object
) -> list[Fault]:
    faults = [fault] if (fault := jurisdiction_fault(jurisdiction)) else []
    limits = section("plausible")["activity_mbq"]
    days: set[date] = set()
    for place, day in [("as_of", as_of), *((f"doses[{n}].on", dose.on) for n, dose in enumerate(doses))]:
        if isinstance(day, datetime) or not isinstance(day, date):
            faults.append(Fault(place=place, must="must be a calendar day (datetime.date)", got=repr(day)))
    for number, dose in enumerate(doses):
        if dose.on in days:
            faults.append(Fault(place=f"doses[{number}].on", must="must be the only dose of its day", got=str(dose.on)))
        days.add(dose.on)
        activity = dose.activity_mbq
        if activity is not None and not limits["low"] <= activity <= limits["high"]:
            must = f"must lie between {limits['low']} and {limits['high']} MBq"
            do = "Given in GBq? Write 7400, not 7.4."
            faults.append(Fault(place=f"doses[{number}].activity_mbq", must=must, got=str(activity), do=do))
    versions = sorted({finding.ctcae_version for finding in findings if finding.ctcae_version})
    if len(versions) > 1:
        must = "must be graded by one CTCAE version"
        faults.append(Fault(place="findings", must=must, got=", ".join(versions), do="Grade all values anew by one."))
    return faults
