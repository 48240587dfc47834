"""Time to deterioration of every patient of a long table: one row for each patient and visit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.deterioration.patient import TimeToDeterioration, time_to_deterioration
from lutetia.scoring.deterioration.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesToDeterioration:
    """One result for each patient; `excluded`: reason → patients, `left_out`: rows of the table without a score."""

    value: Mapping[Hashable, TimeToDeterioration]
    excluded: Mapping[str, tuple[Hashable, ...]]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def times_to_deterioration(
    rules: Rules,
    *,
    subject: Sequence[Hashable],
    day: Sequence[int],
    score: Sequence[float | None],
    baseline_until_day: int,
    death_day: Mapping[Hashable, int] | None = None,
) -> TimesToDeterioration:
    """Time to deterioration of every patient of a long table: one row a patient and visit.

    The baseline is the last score up to `baseline_until_day` (usually 0); later rows are follow-up.
    Raises InputError with the faults of all patients; a row's place names the patient.
    """
    if not len(subject) == len(day) == len(score):
        got = f"{len(subject)}, {len(day)} and {len(score)}"
        raise InputError("Deterioration", [Fault(place="subject, day, score", must="must be equally long", got=got)])
    patients: dict[Hashable, list[tuple[int, float | None]]] = {}
    for who, when, what in zip(subject, day, score, strict=True):
        patients.setdefault(who, []).append((when, _or_none(what)))
    faults: list[Fault] = []
    found: dict[Hashable, TimeToDeterioration] = {}
    for who, rows in patients.items():
        before = sorted((when, what) for when, what in rows if when <= baseline_until_day and what is not None)
        after = [(when, what) for when, what in rows if when > baseline_until_day]
        try:
            found[who] = time_to_deterioration(
                rules,
                baseline=before[-1][1] if before else None,
                follow_up=after,
                death_day=(death_day or {}).get(who),
            )
        except InputError as refused:
            faults += [_of_patient(who, fault) for fault in refused.faults]
    if faults:
        raise InputError("Deterioration", faults)
    without = [row for row, what in enumerate(score) if _or_none(what) is None]
    excluded: dict[str, list[Hashable]] = {}
    for who, result in found.items():
        if result.outcome == "excluded":
            excluded.setdefault(result.because[0].says, []).append(who)
    return TimesToDeterioration(
        value=MappingProxyType(found),
        excluded=MappingProxyType({why: tuple(whom) for why, whom in excluded.items()}),
        left_out=(LeftOut.at(without, "without a score"),) if without else (),
        conventions=(f"baseline: last score up to day {baseline_until_day}", *rules.said),
    )


def _or_none(score: float | None) -> float | None:
    return None if score is None or score != score else score


def _of_patient(who: Hashable, fault: Fault) -> Fault:
    return Fault(place=f"{who}, {fault.place}", must=fault.must, got=fault.got, do=fault.do)
