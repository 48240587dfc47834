"""Central reading: two readers of every scan and the adjudicator's word where they differ. Both reads are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.visit import VisitResponse

DisagreeOn = Literal["every_visit", "first_progression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A visit at which the readers differ: (reader, overall response), None where a reader has no such visit."""

    visit: str
    read: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CentralReading:
    """The central reading of one patient.

    `value`: the visits that count, in order; None while an adjudication is missing. `chosen`: the reader whose
    course was taken as a whole (None where records were accepted visit by visit, or nothing is decided). `reads`:
    everything that was read, by reader.
    """

    subject: str
    value: tuple[VisitResponse, ...] | None
    chosen: str | None
    adjudicated: bool
    disagreements: tuple[Disagreement, ...]
    reads: Mapping[str, tuple[VisitResponse, ...]]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def accepted_records(visits: Iterable[VisitResponse]) -> dict[str, CentralReading]:
    """Patient → the central reading by the accepted records (TRACPTFL = Y): at every visit one reader's record.

    Raises InputError naming each visit at which no record, or more than one, is accepted.
    """
    found: dict[str, CentralReading] = {}
    faults: list[Fault] = []
    for subject, reads in _by_subject(visits).items():
        value = []
        by_visit = _by_visit(reads)
        for name, at in by_visit.items():
            accepted = [visit for visit in at if visit.accepted]
            if len(accepted) != 1:
                readers = ", ".join(str(visit.reader) for visit in accepted) or "none"
                must = "exactly one reader's record must be accepted at a visit"
                faults.append(Fault(place=f"{subject}, {name}", must=must, got=readers))
            value += accepted
        used = (("visits", str(len(by_visit))), ("readers", ", ".join(reads)))
        found[subject] = CentralReading(
            subject=subject,
            value=tuple(value),
            chosen=None,
            adjudicated=False,
            disagreements=_disagreements(reads),
            reads=reads,
            because=(Reason(rule="RECIST-CENTRAL-ACCEPTED", says="the accepted record of each visit", used=used),),
            conventions=("accepted records, visit by visit; each response rests on its own reader's nadir",),
        )
    if faults:
        raise InputError("central reading", faults)
    return found


def adjudicate(
    visits: Iterable[VisitResponse],
    *,
    readers: tuple[str, str],
    disagree_on: DisagreeOn,
    choices: Mapping[str, str],
) -> dict[str, CentralReading]:
    """Patient → the central reading by two readers and an adjudicator, who takes one reader's course as a whole.

    `disagree_on`: an adjudicator is asked when the two differ at any visit, or only when they differ on the visit
    of first progression. `choices`: patient → the reader the adjudicator agreed with; where it is missing though
    the readers differ, the value stays None. Where they agree, the first reader's course stands.
    Raises InputError when a choice names neither reader, a patient without any visit, or a reader has no course.
    """
    by_subject = _by_subject(visits)
    faults = [*_choice_faults(choices, readers, by_subject, disagree_on)]
    faults += [
        Fault(place=subject, must=f"must be read by {reader}", got=", ".join(reads))
        for subject, reads in by_subject.items()
        for reader in readers
        if reader not in reads
    ]
    if faults:
        raise InputError("central reading", faults)
    found = {}
    for subject, reads in by_subject.items():
        both = {reader: reads[reader] for reader in readers}
        found[subject] = _adjudicated(subject, both, readers, disagree_on, choices.get(subject))
    return found


def _adjudicated(
    subject: str,
    reads: Mapping[str, tuple[VisitResponse, ...]],
    readers: tuple[str, str],
    disagree_on: DisagreeOn,
    choice: str | None,
) -> CentralReading:
    differing = _disagreements(reads)
    progressions = tuple(_first_progression(reads[reader]) for reader in readers)
    differ = bool(differing) if disagree_on == "every_visit" else progressions[0] != progressions[1]
    chosen = choice if differ else readers[0]
    says = "the readers agree" if not differ else "the readers differ"
    says += "" if not differ else f", the adjudicator agreed with {choice}" if choice else ", adjudication is missing"
    used = (("differing visits", str(len(differing))), ("first progression", " / ".join(map(str, progressions))))
    return CentralReading(
        subject=subject,
        value=reads[chosen] if chosen is not None else None,
        chosen=chosen,
        adjudicated=differ and choice is not None,
        disagreements=differing,
        reads=reads,
        because=(Reason(rule="RECIST-CENTRAL-ADJUDICATED", says=says, used=used),),
        conventions=(
            f"readers {readers[0]} and {readers[1]}; disagree_on={disagree_on}",
            "the adjudicator takes one reader's course as a whole; where they agree the first reader's stands",
        ),
    )


def _first_progression(visits: Sequence[VisitResponse]) -> str | None:
    return next((visit.visit for visit in visits if visit.overall == "PD"), None)


def _disagreements(reads: Mapping[str, tuple[VisitResponse, ...]]) -> tuple[Disagreement, ...]:
    found = []
    for name, at in _by_visit(reads).items():
        read = {visit.reader or "": visit.overall for visit in at}
        overall = tuple((reader, read.get(reader)) for reader in reads)
        if len({response for _, response in overall}) > 1:
            found.append(Disagreement(visit=name, read=overall))
    return tuple(found)


def _by_subject(visits: Iterable[VisitResponse]) -> dict[str, dict[str, tuple[VisitResponse, ...]]]:
    found: dict[str, dict[str, list[VisitResponse]]] = {}
    for visit in sorted(visits, key=lambda visit: (visit.subject, visit.reader or "", visit.number)):
        found.setdefault(visit.subject, {}).setdefault(visit.reader or "", []).append(visit)
    return {subject: {reader: tuple(v) for reader, v in reads.items()} for subject, reads in found.items()}


def _by_visit(reads: Mapping[str, tuple[VisitResponse, ...]]) -> dict[str, list[VisitResponse]]:
    found: dict[str, list[VisitResponse]] = {}
    for visit in sorted((visit for read in reads.values() for visit in read), key=lambda visit: visit.number):
        found.setdefault(visit.visit, []).append(visit)
    return found


def _choice_faults(
    choices: Mapping[str, str],
    readers: tuple[str, str],
    by_subject: Mapping[str, object],
    disagree_on: object,
) -> Iterable[Fault]:
    if disagree_on not in ("every_visit", "first_progression"):
        must = "must be 'every_visit' or 'first_progression'"
        yield Fault(place="disagree_on", must=must, got=repr(disagree_on))
    if len(set(readers)) != 2:
        yield Fault(place="readers", must="must be two different readers", got=repr(readers))
    for subject, reader in sorted(choices.items()):
        if reader not in readers:
            must = f"the adjudicator must choose {readers[0]} or {readers[-1]}"
            yield Fault(place=f"choices ({subject})", must=must, got=repr(reader))
        if subject not in by_subject:
            yield Fault(place=f"choices ({subject})", must="must be a patient with visits")
