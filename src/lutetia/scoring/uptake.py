"""Uptake on receptor and FDG imaging: SSTR visual score, named definitions of SSTR-positive, NETPET class.

A reader types what was seen; no image is analysed here. What was not read stays open, and a result lists
everything that the readings leave possible. Tables: `data/uptake.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.quantities import Interval
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

Relation = Literal["below", "equal", "above"]
_RELATIONS = ("below", "equal", "above")
_LOWEST, _HIGHEST = 0, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VisualScore:
    """SSTR visual (Krenning-type) score of one lesion: `value` 0 to 4, or None while several remain."""

    value: int | None
    possible: tuple[int, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreExtremes:
    """Lowest and highest visual score over lesions, as ranges that keep what was not scored."""

    lowest: Interval | None
    highest: Interval | None
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[Interval, Interval] | None:
        """(lowest, highest), or None when no lesion was given."""
        return None if self.lowest is None or self.highest is None else (self.lowest, self.highest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One published definition of SSTR-positive and whether it is met (None: cannot be told)."""

    name: str
    met: bool | None
    because: Reason
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SstrPositivity:
    """Every definition of SSTR-positive on its own; there is no common verdict."""

    definitions: tuple[Definition, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> dict[str, bool | None]:
        """Name of each definition → met (True), not met (False), cannot be told (None)."""
        return {definition.name: definition.met for definition in self.definitions}


@dataclass(frozen=True, slots=True, kw_only=True)
class DualLesion:
    """What a reader says of one lesion seen on SSTR and FDG imaging; None stands for unknown."""

    sstr_positive: bool | None = None
    fdg_positive: bool | None = None
    fdg_vs_sstr: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetpetClass:
    """NETPET class: `value` "P0" to "P5", "P4a" and "P4b" where lesions were counted, or None while open.

    `suitability_as_tabulated` repeats the external table where all possible classes agree; it is no verdict.
    """

    value: str | None
    possible: tuple[str, ...]
    suitability_as_tabulated: str | None
    provenance: str
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def visual_score(
    *,
    visible: bool | None,
    versus_liver: Relation | None = None,
    versus_spleen: Relation | None = None,
    equal_to_spleen: Literal[3, 4] | None = None,
) -> VisualScore:
    """SSTR visual score of one lesion from how its uptake compares with normal liver and spleen.

    `equal_to_spleen`: the score given to uptake equal to spleen, which no source defines; None leaves 3 and 4
    open. Raises InputError when no score fits the readings (not visible, yet above liver).
    Source: scores 3 and 4 NETTER-2 Methods (PRAC-SSTR-4); 0 to 2 usual Krenning-type definition.
    """
    readings = {"visible": visible, "versus_liver": versus_liver, "versus_spleen": versus_spleen}
    table = _table()["visual_score"]
    rows = [row for row in table["rows"] if _fits(row, readings)]
    if versus_spleen == "equal" and equal_to_spleen is not None:
        rows = [row for row in rows if row["score"] not in {3, 4} - {equal_to_spleen}]
    _refuse_contradiction("SSTR visual score", rows, readings)
    possible = tuple(row["score"] for row in rows)
    return VisualScore(
        value=possible[0] if len(possible) == 1 else None,
        possible=possible,
        because=tuple(_score_reason(table["rule"], row, readings) for row in rows),
        conventions=(
            f"equal_to_spleen={equal_to_spleen}: uptake equal to spleen is not defined by the sources",
            "2 means equal to liver; newer tables also count slightly below liver as 2",
            "the scale takes it that normal spleen lies above normal liver",
        ),
    )


def score_extremes(scores: Iterable[int | Interval | None], *, complete: bool) -> ScoreExtremes:
    """Lowest and highest visual score over lesions; None or an Interval is a lesion (partly) not scored.

    `complete`: whether these are all the lesions in question; if not, an unlisted one may have any score.
    No lesion gives None, never 0. Raises InputError for a score that is not a whole number from 0 to 4.
    """
    ranges = _score_ranges(scores)
    said = "all lesions in question are listed" if complete else "further lesions may exist: both ends stay open"
    conventions = (f"complete={complete}: {said}", "a lesion without a score may have any score from 0 to 4")
    if not ranges:
        return ScoreExtremes(lowest=None, highest=None, because=(), conventions=conventions)
    seen = ranges if complete else [*ranges, Interval(_LOWEST, _HIGHEST)]
    lowest = Interval(min(one.low for one in seen), min(one.high for one in seen))
    highest = Interval(max(one.low for one in seen), max(one.high for one in seen))
    used = (("scores", ", ".join(str(one) for one in ranges)),)
    rule = _table()["visual_score"]["rule"]
    reason = Reason(rule=rule, says=f"lowest score {lowest}, highest {highest}", used=used)
    return ScoreExtremes(lowest=lowest, highest=highest, because=(reason,), conventions=conventions)


def sstr_positive(
    *,
    lowest_score: int | Interval | None = None,
    all_lesions_positive: bool | None = None,
    heterogeneous: bool | None = None,
) -> SstrPositivity:
    """Which published definitions of SSTR-positive are met: `netter_2`, `eu_label`, `review`, each by itself.

    `lowest_score`: lowest visual score over the target lesions. The consensus gives no definition (GAP-02).
    Raises InputError for a score outside 0 to 4. Source: N2-I7, EXT-L-03, PRAC-SSTR-2.
    """
    ranges = _score_ranges([lowest_score])
    readings = {
        "lowest_score": None if lowest_score is None else ranges[0],
        "all_lesions_positive": all_lesions_positive,
        "heterogeneous": heterogeneous,
    }
    table = _table()["sstr_positive"]
    definitions = tuple(_definition(row, readings) for row in table["definitions"])
    undefined = table["undefined"]
    return SstrPositivity(
        definitions=definitions,
        because=tuple(definition.because for definition in definitions),
        conventions=(
            f"{undefined['says']} ({undefined['rule']}): each definition is reported, none is chosen",
            "NETTER-2 asks for all target lesions, the EU label for tumour uptake: both read on lowest_score",
        ),
    )


def netpet_of_lesions(lesions: Sequence[DualLesion], *, complete: bool) -> NetpetClass:
    """NETPET class of a patient from lesions read on both tracers: the class of the highest lesion.

    `complete`: whether all lesions are listed; if not, an unlisted one may raise the class.
    Raises InputError when the readings of a lesion contradict each other. Source: PRAC-NETPET-1.
    """
    classes = [_lesion_classes(lesion, f"lesions[{index}]") for index, lesion in enumerate(lesions)]
    open_ended = not complete or not lesions
    if open_ended:
        classes.append(tuple(_order()))  # any lesion that was not listed
    possible = [name for name in _order() if _may_be_highest(name, classes)]
    fewest, most = _p4_count(classes)
    said = "further lesions may exist and raise the class" if open_ended else "all lesions are listed"
    return _netpet(
        _split(possible, fewest, None if open_ended else most),
        (("lesions", str(len(lesions))),),
        (f"complete={complete}: {said}", "the highest class of any lesion is the patient's (P5 highest)"),
    )


def netpet_of_reading(
    *,
    sstr_positive: bool | None,
    fdg_positive: bool | None,
    discordant: bool | None,
    fdg_vs_sstr: Relation | None = None,
    lesions_fdg_above: int | None = None,
) -> NetpetClass:
    """NETPET class from a reader's overall reading, where lesions were not listed.

    `discordant`: at least one lesion FDG-positive and SSTR-negative. `fdg_vs_sstr`: of the SSTR-positive
    lesion with most FDG uptake. `lesions_fdg_above`: number of SSTR-positive lesions with FDG above SSTR.
    Raises InputError when the readings contradict each other. Source: PRAC-NETPET-1.
    """
    readings = {"sstr_positive": sstr_positive, "fdg_positive": fdg_positive, "fdg_vs_sstr": fdg_vs_sstr}
    _refuse_count(lesions_fdg_above)
    possible = {row["class"] for row in _netpet_rows() if _fits(row, readings)}
    if discordant is not False and fdg_positive is not False and sstr_positive is not False:
        possible.add("P5")  # an overall positive reading may hide one SSTR-negative, FDG-positive lesion
    if discordant is not None:
        possible = possible & {"P5"} if discordant else possible - {"P5"}
    if lesions_fdg_above is not None:
        possible = possible & {"P4", "P5"} if lesions_fdg_above else possible - {"P4"}
    shown = {**readings, "discordant": discordant, "lesions_fdg_above": lesions_fdg_above}
    _refuse_contradiction("NETPET class", possible, shown)
    return _netpet(
        _split([name for name in _order() if name in possible], lesions_fdg_above or 1, lesions_fdg_above),
        _shown(shown),
        ("from an overall reading, not from single lesions", "a discordant lesion makes the class P5"),
    )


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/uptake.yaml").table)


def _netpet_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _table()["netpet"]["rows"]
    return rows


def _order() -> list[str]:
    return [row["class"] for row in _netpet_rows()]


def _fits(row: Mapping[str, Any], readings: Mapping[str, object]) -> bool:
    """Whether a row is left open: every reading given is among those the row allows."""
    return all(value is None or name not in row or value in row[name] for name, value in readings.items())


def _shown(readings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in readings.items() if value is not None)


def _refuse_contradiction(name: str, left_open: object, readings: Mapping[str, object]) -> None:
    faults = [
        Fault(place=place, must="must be below, equal or above", got=repr(readings[place]))
        for place in ("versus_liver", "versus_spleen", "fdg_vs_sstr")
        if readings.get(place) not in (None, *_RELATIONS)
    ]
    if not left_open and not faults:
        got = ", ".join(f"{place} {value}" for place, value in _shown(readings))
        do = "Ask the reader which of the readings is meant; leave out what was not read."
        faults.append(Fault(place="readings", must="must not contradict each other", got=got, do=do))
    if faults:
        raise InputError(name, faults)


def _refuse_count(lesions: object) -> None:
    if lesions is not None and (not isinstance(lesions, int) or isinstance(lesions, bool) or lesions < 0):
        must = "must be a whole number of lesions, 0 or more"
        raise InputError("NETPET class", [Fault(place="lesions_fdg_above", must=must, got=repr(lesions))])


def _score_reason(rule: str, row: Mapping[str, Any], readings: Mapping[str, object]) -> Reason:
    return Reason(rule=rule, says=f"{row['score']}: {row['says']} ({row['origin']})", used=_shown(readings))


def _score_ranges(scores: Iterable[int | Interval | None]) -> list[Interval]:
    ranges, faults = [], []
    for index, score in enumerate(scores):
        place = f"scores[{index}]"
        try:
            whole = Interval(_LOWEST, _HIGHEST) if score is None else score
            ranges.append(Interval.parse(whole, minimum=_LOWEST, maximum=_HIGHEST, unit=None))
        except ValueError as fault:
            faults.append(Fault(place=place, must=str(fault)))
            continue
        if not all(float(end).is_integer() for end in (ranges[-1].low, ranges[-1].high)):
            faults.append(Fault(place=place, must="must be a whole number", got=str(score)))
    if faults:
        raise InputError("SSTR visual score", faults)
    return ranges


def _definition(row: Mapping[str, Any], readings: Mapping[str, Any]) -> Definition:
    needs = {name: row[name] for name in readings if name in row}
    truths = [_met(need, readings[name]) for name, need in needs.items()]
    met = False if False in truths else None if None in truths else True
    used = tuple((name, "unknown" if readings[name] is None else str(readings[name])) for name in needs)
    because = Reason(rule=row["rule"], says=row["says"], used=used)
    return Definition(name=row["name"], met=met, because=because, source=row["source"])


def _met(need: Any, value: bool | Interval | None) -> bool | None:
    if value is None:
        return None
    if isinstance(value, Interval):
        op, number = need
        return value.certainly(op, number)
    return value is need


def _lesion_classes(lesion: DualLesion, place: str) -> tuple[str, ...]:
    readings = {name: getattr(lesion, name) for name in ("sstr_positive", "fdg_positive", "fdg_vs_sstr")}
    classes = tuple(row["class"] for row in _netpet_rows() if _fits(row, readings))
    _refuse_contradiction(f"NETPET class of {place}", classes, readings)
    return classes


def _may_be_highest(name: str, classes: Sequence[Sequence[str]]) -> bool:
    """Whether a class can be the highest over lesions: one lesion may have it, none must exceed it."""
    order = _order()
    none_must_exceed = all(order.index(lesion[0]) <= order.index(name) for lesion in classes)
    return none_must_exceed and any(name in lesion for lesion in classes)


def _p4_count(classes: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Fewest and most lesions with the P4 pattern, where P4 is the patient's class."""
    split = _table()["netpet"]["split"]["class"]
    certain = sum(1 for lesion in classes if _upto(lesion, split) == [split])
    return max(certain, 1), sum(1 for lesion in classes if split in lesion)


def _upto(lesion: Sequence[str], highest: str) -> list[str]:
    order = _order()
    return [name for name in lesion if order.index(name) <= order.index(highest)]


def _split(possible: Sequence[str], fewest: int, most: int | None) -> tuple[str, ...]:
    """The possible classes with P4 split into P4a and P4b, as far as the number of lesions tells."""
    split = _table()["netpet"]["split"]
    parts: list[str] = []
    for name in possible:
        if name != split["class"]:
            parts.append(name)
            continue
        if fewest < split["many_from_lesions"]:
            parts.append(split["few"])
        if most is None or most >= split["many_from_lesions"]:
            parts.append(split["many"])
    return tuple(parts)


def _netpet(possible: tuple[str, ...], used: tuple[tuple[str, str], ...], conventions: tuple[str, ...]) -> NetpetClass:
    table = _table()["netpet"]
    split = table["split"]
    rows = [row for row in table["rows"] if set(row["suitability"]) & set(possible)]
    suitable = {verdict for row in rows for name, verdict in row["suitability"].items() if name in possible}
    value = possible[0] if len(possible) == 1 else None
    if set(possible) == {split["few"], split["many"]}:
        value = split["class"]
    return NetpetClass(
        value=value,
        possible=possible,
        suitability_as_tabulated=suitable.pop() if len(suitable) == 1 else None,
        provenance=table["provenance"],
        because=tuple(Reason(rule=table["rule"], says=f"{row['class']}: {row['says']}", used=used) for row in rows),
        conventions=(*conventions, "SSTR-positive: above background, as the table has it for this score"),
    )
