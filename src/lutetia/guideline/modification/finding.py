"""Findings between doses, each judged against its trigger and its recovery limit: true, false or undecided.

Grades come in as inputs, as whole numbers or as ranges (`.low`, `.high`) where clinical words are missing; the CTCAE
version is always stated. What the label text could not be read for (renal and hepatic criteria) is a named variant
without default, or the judgement of a named person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, Protocol

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.rules import Applied, applied, once, section, unverified
from lutetia.guideline.truth import Kleene, all_of, negate

ToxicityClass = Literal["thrombocytopenia", "anaemia", "neutropenia", "renal", "hepatic", "hypersensitivity", "other"]
BloodClass = Literal["thrombocytopenia", "anaemia", "neutropenia"]
CLASSES: tuple[ToxicityClass, ...] = (
    *("thrombocytopenia", "anaemia", "neutropenia"),
    *("renal", "hepatic", "hypersensitivity", "other"),
)
_VERSION = re.compile(r"(?:ctcae\s*)?v?(\d)(?:\.(\d{1,2}))?", re.IGNORECASE)


class GradeRange(Protocol):
    """A CTCAE grade as `lutetia.scoring.ctcae` gives it: a range when clinical words are missing."""

    @property
    def low(self) -> int:
        """The least grade it may be."""

    @property
    def high(self) -> int:
        """The greatest grade it may be."""


Grade = int | tuple[int, int] | GradeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding of one toxicity class on one day, judged.

    `triggers`: it asks for a change of the dose. `resolved`: provided that it is no trigger, it has gone back far
    enough to resume the dose. None is undecided, and `missing` says what would decide it. `assesses` is false for a
    finding that says nothing about its class (lymphopenia alone). `term` names another toxicity; without it a finding
    of the class `other` is a review that speaks for all of them.
    """

    on: date
    toxicity: ToxicityClass
    triggers: Kleene
    resolved: Kleene
    because: tuple[Applied, ...]
    conventions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ctcae_version: str | None = None
    grade: tuple[int, int] | None = None
    assesses: bool = True
    term: str | None = None

    @property
    def value(self) -> Kleene:
        """Whether the finding asks for a change of the dose."""
        return self.triggers

    @property
    def recovered(self) -> Kleene:
        """Whether the dose may be resumed after a hold."""
        return all_of((negate(self.triggers), self.resolved))

    @property
    def outcomes(self) -> tuple[tuple[bool, bool], ...]:
        """Every pair (triggers, recovered) that the finding leaves possible."""
        no_trigger = [(False, done) for done in (True, False) if self.resolved in (None, done)]
        pairs = [*([(True, False)] if self.triggers is not False else []), *(no_trigger if not self.triggers else [])]
        return tuple(pairs)


def blood_count(toxicity: BloodClass, on: date, grade: Grade, *, ctcae_version: str) -> Finding:
    """Thrombocytopenia, anaemia or neutropenia of a CTCAE grade, judged by the table of US section 2.4.

    Raises InputError for an unknown class, a grade outside 0-5 or of a value too high, or a version that is absent or
    not the grade's own.
    """
    faults = []
    if toxicity not in ("thrombocytopenia", "anaemia", "neutropenia"):
        must = "must be thrombocytopenia, anaemia or neutropenia"
        faults.append(Fault(place="toxicity", must=must, got=repr(toxicity)))
    if getattr(grade, "side", None) == "high":
        must = "must be the grade of a count that is too low"
        faults.append(Fault(place="grade", must=must, got="the grade of a high count", do='Grade with side="low".'))
    if faults:
        raise InputError("blood count", faults)
    return _graded(toxicity, toxicity, on, grade, ctcae_version)


def hypersensitivity(on: date, grade: Grade, *, ctcae_version: str) -> Finding:
    """A hypersensitivity reaction, anaphylaxis included; grade 0 states that none occurred. It never recovers."""
    return _graded("hypersensitivity", "hypersensitivity", on, grade, ctcae_version)


def other_toxicity(term: str, on: date, grade: Grade, *, ctcae_version: str, possibly_related: bool | None) -> Finding:
    """Any other adverse event; `possibly_related` None leaves a grade 3 or 4 undecided, False makes it no trigger.

    Raises InputError for a blank term, a grade outside 0-5, or a version that is absent or not the grade's own.
    """
    if not isinstance(term, str) or not term.strip():
        raise InputError("other toxicity", [Fault(place="term", must="must name the toxicity", got=repr(term))])
    name = " ".join(term.split()).casefold()
    finding = replace(_graded("other", name, on, grade, ctcae_version), term=name)
    if possibly_related is True or finding.triggers is False:
        return finding
    if possibly_related is False:
        said = (*finding.conventions, f"{name}: not related to the treatment, so no trigger")
        unrelated = _otherwise(finding, False, possibly_related="no")
        return replace(unrelated, conventions=said, missing=())
    missing = (*finding.missing, f"whether {name} on {on} is possibly related to the treatment")
    return replace(_otherwise(finding, None, possibly_related="unknown"), missing=missing)


def no_other_toxicity(on: date, *, reviewed_by: str) -> Finding:
    """The statement of a named person that a review on this day found no other toxicity at all."""
    if not isinstance(reviewed_by, str) or not reviewed_by.strip():
        must = "must name who reviewed the patient"
        raise InputError("review", [Fault(place="reviewed_by", must=must, got=repr(reviewed_by))])
    because = (applied("DM-OTH-1", found="none", reviewed_by=reviewed_by.strip(), met="no"),)
    return Finding(on=_day(on), toxicity="other", triggers=False, resolved=True, because=because, grade=(0, 0))


def lymphopenia(on: date, grade: Grade, *, ctcae_version: str) -> Finding:
    """Lymphopenia alone: never a reason to change the dose (DM-LYM-1), and no assessment of another class."""
    low, high = grade_range(grade, "lymphopenia", ctcae_version)
    because = (applied("DM-LYM-1", grade=range_text(low, high), ctcae=_version(ctcae_version)),)
    return Finding(
        on=_day(on),
        toxicity="other",
        triggers=False,
        resolved=True,
        because=because,
        conventions=_said(ctcae_version),
        ctcae_version=_version(ctcae_version),
        grade=(low, high),
        assesses=False,
        term="lymphopenia",
    )


def leukopenia(on: date, grade: Grade, *, ctcae_version: str, lymphopenia_alone: bool | None) -> Finding:
    """Leukopenia: another toxicity, unless it is lymphopenia alone; None leaves grade 3 or 4 undecided."""
    if lymphopenia_alone is True:
        return lymphopenia(on, grade, ctcae_version=ctcae_version)
    finding = replace(_graded("other", "leukopenia", on, grade, ctcae_version), term="leukopenia")
    if lymphopenia_alone is False or finding.triggers is False:
        return finding
    missing = (*finding.missing, f"whether leukopenia on {on} is lymphopenia alone (DM-LYM-1)")
    return replace(_otherwise(finding, None, lymphopenia_alone="unknown"), missing=missing)


def grade_range(grade: Grade, name: str, ctcae_version: str) -> tuple[int, int]:
    """Least and greatest grade. Raises InputError with every fault of grade and version."""
    low, high = _bounds(grade)
    faults = []
    if not (_whole(low) and _whole(high) and 0 <= low <= high <= 5):
        must = "must be a CTCAE grade from 0 to 5, or a range from low to high"
        faults.append(Fault(place=f"grade of {name}", must=must, got=repr(grade)))
    version = _version(ctcae_version)
    if version is None:
        must = 'must state the CTCAE version of the grade, such as "5.0"; there is no default'
        faults.append(Fault(place="ctcae_version", must=must, got=repr(ctcae_version)))
    own = _version(getattr(grade, "version", None))
    if version is not None and own is not None and own != version:
        must = f"must be the version the grade was made with ({own})"
        faults.append(Fault(place="ctcae_version", must=must, got=repr(ctcae_version)))
    if faults:
        raise InputError(name, faults)
    return int(low), int(high)


def _graded(toxicity: ToxicityClass, name: str, on: date, grade: Grade, ctcae_version: str) -> Finding:
    low, high = grade_range(grade, name, ctcae_version)
    row = section("classes")[toxicity]
    triggers = _at_least(low, high, row["grade_from"])
    rule_id = row.get("withhold") or row["stops_at_once"]
    used = {"finding": name, "grade": range_text(low, high), "ctcae": _version(ctcae_version)}
    missing = (_range_missing(name, on, low, high, grade),) if triggers is None else ()
    return Finding(
        on=_day(on),
        toxicity=toxicity,
        triggers=triggers,
        # In every graded class the highest grade to resume at lies one below the trigger (a test holds it).
        resolved=True,
        because=(applied(rule_id, **used, met=met(triggers)),),
        conventions=_said(ctcae_version),
        missing=missing,
        ctcae_version=_version(ctcae_version),
        grade=(low, high),
    )


def organ_finding(
    toxicity: Literal["renal", "hepatic"],
    on: date,
    present: Kleene,
    back_to_baseline: bool | None,
    because: tuple[Applied, ...],
    missing: tuple[str, ...],
    conventions: tuple[str, ...],
) -> Finding:
    """A renal or hepatic finding: toxicity present or not, and whether it has resolved or is back at baseline."""
    asked = list(missing) if present is None else []
    if present is True and back_to_baseline is True:
        present = None
        asked.append(f"whether {toxicity} toxicity on {on} is back to baseline, as stated, though the criterion is met")
    elif present is not True and back_to_baseline is None:
        asked.append(f"whether {toxicity} toxicity has resolved or is back to baseline on {on}")
    return Finding(
        on=_day(on),
        toxicity=toxicity,
        triggers=present,
        resolved=back_to_baseline,
        because=because,
        conventions=once((*conventions, *unverified(because))),
        missing=tuple(asked),
    )


def _otherwise(finding: Finding, triggers: Kleene, **used: str) -> Finding:
    """The finding with another verdict, and the number that turned it."""
    because = applied("DM-OTH-1", **{**dict(finding.because[0].used), **used, "met": met(triggers)})
    return replace(finding, triggers=triggers, because=(because,))


def met(kleene: Kleene) -> str:
    """Whether a criterion is met, as printed."""
    return {True: "yes", False: "no", None: "undecided"}[kleene]


def _bounds(grade: Any) -> tuple[Any, Any]:
    if isinstance(grade, tuple) and len(grade) == 2:
        return grade
    if hasattr(grade, "low") and hasattr(grade, "high"):
        return grade.low, grade.high
    return grade, grade


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _at_least(low: int, high: int, limit: int) -> Kleene:
    if low >= limit:
        return True
    return None if high >= limit else False


def range_text(low: int, high: int) -> str:
    """A grade as printed: "2", or "1-2" for a range."""
    return str(low) if low == high else f"{low}-{high}"


def _range_missing(name: str, on: date, low: int, high: int, grade: Any) -> str:
    words = getattr(grade, "missing", ())
    which = f" ({', '.join(words)})" if isinstance(words, tuple) and words else ""
    return f"what separates grade {low} from grade {high} of {name} on {on}{which}"


def _version(given: object) -> str | None:
    match = _VERSION.fullmatch(given.strip()) if isinstance(given, str) else None
    return f"{match[1]}.{match[2] or '0'}" if match else None


def _said(ctcae_version: str) -> tuple[str, ...]:
    version = _version(ctcae_version)
    said = f"grades by CTCAE v{version}; the label asks for the most current version (DM-CTC-1)"
    if version is not None and version.startswith("6"):
        return (said, "CTCAE v6.0 is provisional: its limits were read in a secondary source")
    return (said,)


def _day(on: date) -> date:
    if isinstance(on, datetime) or not isinstance(on, date):
        raise InputError("finding", [Fault(place="on", must="must be a calendar day (datetime.date)", got=repr(on))])
    return on
