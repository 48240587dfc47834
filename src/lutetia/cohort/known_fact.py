"""What was known about a patient on a day: the facts that eligibility and covariates are made of.

Each function gives a value with the entry it comes from, or None when it is not known: unknown is not no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lutetia.cohort.story import Story
from lutetia.course.entry import Entry
from lutetia.dates import DAYS_PER_MONTH, PartialDate
from lutetia.quantities import Interval
from lutetia.scoring.grade import who_2022

DAYS_PER_YEAR = 365.25


class Known(NamedTuple):
    """A value and the id of the entry it comes from."""

    value: Any
    entry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDay:
    """A patient as known on a day (ordinal): entries dated later do not count, whenever they were recorded."""

    story: Story
    day: int
    found: dict[tuple[str, str], Known | None] = field(default_factory=dict, repr=False)

    def newest(self, kind: str, name: str) -> Known | None:
        """The newest known value of a field up to the day; None when absent, unknown, or in conflict."""
        if (kind, name) not in self.found:
            self.found[kind, name] = self._newest(kind, name)
        return self.found[kind, name]

    def _newest(self, kind: str, name: str) -> Known | None:
        reading = self.story.timeline.newest(kind, name, self.reached)
        if reading is None or reading.value is None or reading.unknown is not None:
            return None
        return Known(reading.value, reading.entry_id)

    def reached(self, entry: Entry) -> bool:
        """Whether an entry may have happened by the day."""
        return entry.date.earliest.toordinal() <= self.day


Fact = Callable[[OnDay], Known | None]


def ki67_pct(at: OnDay) -> Known | None:
    """Ki-67 index of the newest specimen that has one, an Interval in %."""
    return at.newest("specimen", "ki67_pct")


def grade(at: OnDay) -> Known | None:
    """The grades (WHO 2022, Ki-67 sufficient) that newest differentiation, Ki-67 and mitoses leave open, as a tuple."""
    differentiation = at.newest("specimen", "differentiation")
    ki67, mitoses = ki67_pct(at), at.newest("specimen", "mitoses_per_2mm2")
    read = [known.value if known is not None else None for known in (differentiation, ki67, mitoses)]
    graded = who_2022(read[0], read[1], read[2])
    source = ki67 or mitoses or differentiation
    return Known(graded.possible, source.entry_id) if graded.value is not None and source is not None else None


def age_years(at: OnDay) -> Known | None:
    """Age in years on the day (days / 365.25); a date of birth known to month or year counts as its middle."""
    birth = at.story.course.patient.birth
    if not isinstance(birth, PartialDate):
        return None
    first, last = birth.earliest.toordinal(), birth.latest.toordinal()
    return Known((at.day - (first + last) / 2) / DAYS_PER_YEAR, "patient.birth")


def sex(at: OnDay) -> Known | None:
    """female or male."""
    found = at.story.course.patient.sex
    return Known(found, "patient.sex") if isinstance(found, str) else None


def centre(at: OnDay) -> Known | None:
    """Name of the centre."""
    care = at.story.course.care
    return Known(care.centre, "care.centre") if care is not None and care.centre is not None else None


def primary_resected(at: OnDay) -> Known | None:
    """Yes after a resection of the primary; no only where a recorder states that all surgery by then is on record."""
    surgery = [e for e in at.story.timeline.known("procedure") if e.procedure == "primary_resection" and at.reached(e)]
    if surgery:
        return Known(True, surgery[0].id)
    stated = [e for e in at.story.timeline.known("treatment_history") if "surgery" in e.complete_for]
    until = max(stated, key=lambda entry: entry.date.latest, default=None)
    return Known(False, until.id) if until is not None and until.date.latest.toordinal() >= at.day else None


def extrahepatic_disease(at: OnDay) -> Known | None:
    """Whether the newest staging names a metastatic site other than the liver; no sites named: unknown."""
    sites = at.newest("staging", "metastatic_sites")
    return Known(any(site.casefold() != "liver" for site in sites.value), sites.entry_id) if sites else None


def liver_metastases(at: OnDay) -> Known | None:
    """Whether the newest staging names the liver."""
    sites = at.newest("staging", "metastatic_sites")
    return Known(any(site.casefold() == "liver" for site in sites.value), sites.entry_id) if sites else None


def months_since_diagnosis(at: OnDay) -> Known | None:
    """Months (of 30.4375 days) from the first diagnosis entry to the day; its date must be known to the day."""
    found = [entry for entry in at.story.timeline.known("diagnosis") if at.reached(entry)]
    if not found or found[0].date.precision != "day":
        return None
    return Known((at.day - found[0].date.earliest.toordinal()) / DAYS_PER_MONTH, found[0].id)


def field_of(kind: str, field: str) -> Fact:
    """A fact that is simply the newest value of a field of an entry."""
    return lambda at: at.newest(kind, field)


FACTS: dict[str, Fact] = {
    "age_years": age_years,
    "sex": sex,
    "centre": centre,
    "ki67_pct": ki67_pct,
    "grade": grade,
    "differentiation": field_of("specimen", "differentiation"),
    "primary_site": field_of("diagnosis", "primary_site"),
    "functional": field_of("diagnosis", "functional"),
    "hereditary": field_of("diagnosis", "hereditary"),
    "stage": field_of("staging", "stage"),
    "primary_resected": primary_resected,
    "extrahepatic_disease": extrahepatic_disease,
    "liver_metastases": liver_metastases,
    "tumour_burden": field_of("ct_mri", "tumour_burden"),
    "liver_lesion_count": field_of("ct_mri", "liver_lesion_count"),
    "ecog": field_of("clinic_visit", "ecog"),
    "months_since_diagnosis": months_since_diagnosis,
}
"""Name in a declaration → what it is."""


def exactly_or_middle(value: Any, ranges: str) -> float | None:
    """A number out of a number or an Interval; a range gives None, or with ranges="middle" its middle if closed."""
    if not isinstance(value, Interval):
        return float(value)
    if value.is_exact:
        return value.value
    middle = (value.low + value.high) / 2
    return middle if ranges == "middle" and abs(middle) != float("inf") else None
