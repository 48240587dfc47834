"""NETPET class of a patient from lesions, or from an overall reading, on SSTR and FDG imaging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.uptake.readings import Relation, fits, refuse_contradiction, shown, table


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
    possible = {row["class"] for row in _netpet_rows() if fits(row, readings)}
    if discordant is not False and fdg_positive is not False and sstr_positive is not False:
        possible.add("P5")  # an overall positive reading may hide one SSTR-negative, FDG-positive lesion
    if discordant is not None:
        possible = possible & {"P5"} if discordant else possible - {"P5"}
    if lesions_fdg_above is not None:
        possible = possible & {"P4", "P5"} if lesions_fdg_above else possible - {"P4"}
    said = {**readings, "discordant": discordant, "lesions_fdg_above": lesions_fdg_above}
    refuse_contradiction("NETPET class", possible, said)
    return _netpet(
        _split([name for name in _order() if name in possible], lesions_fdg_above or 1, lesions_fdg_above),
        shown(said),
        ("from an overall reading, not from single lesions", "a discordant lesion makes the class P5"),
    )


def _netpet_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table()["netpet"]["rows"]
    return rows


def _order() -> list[str]:
    return [row["class"] for row in _netpet_rows()]


def _refuse_count(lesions: object) -> None:
    if lesions is not None and (not isinstance(lesions, int) or isinstance(lesions, bool) or lesions < 0):
        must = "must be a whole number of lesions, 0 or more"
        raise InputError("NETPET class", [Fault(place="lesions_fdg_above", must=must, got=repr(lesions))])


def _lesion_classes(lesion: DualLesion, place: str) -> tuple[str, ...]:
    readings = {name: getattr(lesion, name) for name in ("sstr_positive", "fdg_positive", "fdg_vs_sstr")}
    classes = tuple(row["class"] for row in _netpet_rows() if fits(row, readings))
    refuse_contradiction(f"NETPET class of {place}", classes, readings)
    return classes


def _may_be_highest(name: str, classes: Sequence[Sequence[str]]) -> bool:
    """Whether a class can be the highest over lesions: one lesion may have it, none must exceed it."""
    order = _order()
    none_must_exceed = all(order.index(lesion[0]) <= order.index(name) for lesion in classes)
    return none_must_exceed and any(name in lesion for lesion in classes)


def _p4_count(classes: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Fewest and most lesions with the P4 pattern, where P4 is the patient's class."""
    split = table()["netpet"]["split"]["class"]
    certain = sum(1 for lesion in classes if _upto(lesion, split) == [split])
    return max(certain, 1), sum(1 for lesion in classes if split in lesion)


def _upto(lesion: Sequence[str], highest: str) -> list[str]:
    order = _order()
    return [name for name in lesion if order.index(name) <= order.index(highest)]


def _split(possible: Sequence[str], fewest: int, most: int | None) -> tuple[str, ...]:
    """The possible classes with P4 split into P4a and P4b, as far as the number of lesions tells."""
    split = table()["netpet"]["split"]
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
    netpet = table()["netpet"]
    split = netpet["split"]
    rows = [row for row in netpet["rows"] if set(row["suitability"]) & set(possible)]
    suitable = {verdict for row in rows for name, verdict in row["suitability"].items() if name in possible}
    value = possible[0] if len(possible) == 1 else None
    if set(possible) == {split["few"], split["many"]}:
        value = split["class"]
    return NetpetClass(
        value=value,
        possible=possible,
        suitability_as_tabulated=suitable.pop() if len(suitable) == 1 else None,
        provenance=netpet["provenance"],
        because=tuple(Reason(rule=netpet["rule"], says=f"{row['class']}: {row['says']}", used=used) for row in rows),
        conventions=(*conventions, "SSTR-positive: above background, as the table has it for this score"),
    )
