"""Renal and hepatic toxicity: what a judge must decide, with the values and what each unverified criterion would say.

No criterion is applied: none could be verified (DM-REN-5, DM-HEP-5 to 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lutetia.course.laboratory import Laboratory
from lutetia.course.timeline import Timeline
from lutetia.guideline.modification import Applied, Finding, hepatic_finding, renal_finding
from lutetia.guideline.modification.rules import section
from lutetia.guideline.toxicity.terms import class_of_term
from lutetia.guideline.truth import Kleene
from lutetia.quantities import Interval

Organ = Literal["renal", "hepatic"]
SHOWN: dict[Organ, tuple[str, ...]] = {
    "renal": ("creatinine_clearance", "creatinine", "egfr"),
    "hepatic": ("bilirubin", "albumin", "inr"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSays:
    """What one named, unverified criterion would say of the values; it decides nothing."""

    variant: str
    met: Kleene
    because: tuple[Applied, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganQuestion:
    """The judgement asked for: values since the last dose with their baseline, events, and the named variants."""

    organ: Organ
    values: tuple[str, ...]
    events: tuple[str, ...]
    variants: tuple[VariantSays, ...]
    missing: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules of all variants."""
        return tuple(dict.fromkeys(reason.rule for one in self.variants for reason in one.because))


def organ_questions(
    timeline: Timeline, last_dose: date, baselines: dict[str, Laboratory | None]
) -> tuple[OrganQuestion, ...]:
    """The renal and the hepatic question since the last dose. `baselines`: analyte → its value before the line."""
    newest = _newest_since(timeline, last_dose)
    return (
        _question("renal", timeline, last_dose, newest, baselines, _renal(newest, baselines, timeline.as_of)),
        _question("hepatic", timeline, last_dose, newest, baselines, _hepatic(newest, timeline.as_of)),
    )


def _question(
    organ: Organ,
    timeline: Timeline,
    last_dose: date,
    newest: dict[str, Laboratory],
    baselines: dict[str, Laboratory | None],
    variants: Sequence[VariantSays],
) -> OrganQuestion:
    events = [
        f"{event.term} grade {event.grade if isinstance(event.grade, int) else 'not recorded'} ({event.date})"
        for event in timeline.known("adverse_event")
        if class_of_term(event.term) == organ and event.date.latest >= last_dose
    ]
    names = " or ".join(one.variant for one in variants)
    return OrganQuestion(
        organ=organ,
        values=tuple(_shown(newest[name], baselines.get(name)) for name in SHOWN[organ] if name in newest),
        events=tuple(events),
        variants=tuple(variants),
        missing=f"a named judge on {organ} toxicity since {last_dose} (criteria not verified: {names})",
    )


def _renal(newest: dict[str, Laboratory], baselines: dict[str, Laboratory | None], on: date) -> list[VariantSays]:
    values = {name: _canonical(newest.get(name)) for name in ("creatinine_clearance", "creatinine")}
    before = {name: _canonical(baselines.get(name)) for name in values}
    return [
        _says(
            name,
            renal_finding(
                on,
                criteria=name,
                clearance_ml_min=values["creatinine_clearance"],
                baseline_clearance_ml_min=before["creatinine_clearance"],
                creatinine_umol_l=values["creatinine"],
                baseline_creatinine_umol_l=before["creatinine"],
                back_to_baseline=None,
            ),
        )
        for name in section("variants")["renal_criteria"]
    ]


def _hepatic(newest: dict[str, Laboratory], on: date) -> list[VariantSays]:
    bilirubin = newest.get("bilirubin")
    return [
        _says(
            name,
            hepatic_finding(
                on,
                clotting=name,
                bilirubin_xuln=bilirubin.times_upper_limit if bilirubin is not None else None,
                albumin_g_l=_canonical(newest.get("albumin")),
                clotting_value=_canonical(newest.get("inr")) if name == "inr_above_1_5" else None,
                back_to_baseline=None,
            ),
        )
        for name in section("variants")["clotting"]
    ]


def _says(variant: str, finding: Finding) -> VariantSays:
    return VariantSays(variant=variant, met=finding.triggers, because=finding.because)


def _newest_since(timeline: Timeline, last_dose: date) -> dict[str, Laboratory]:
    """Analyte → the newest known value certainly taken after the last dose."""
    since = [entry for entry in timeline.known("laboratory") if entry.date.earliest > last_dose]
    return {entry.analyte: entry for entry in since if isinstance(entry.value, Interval)}


def _canonical(entry: Laboratory | None) -> Interval | None:
    return entry.canonical if entry is not None else None


def _shown(entry: Laboratory, baseline: Laboratory | None) -> str:
    name = entry.analyte.replace("_", " ")
    before = f"; baseline {baseline.entered}, {baseline.date}" if baseline is not None else ""
    return f"{name} {entry.entered} ({entry.date}{before})"
