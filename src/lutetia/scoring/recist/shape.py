"""What was seen of every lesion at one visit: states and diameters joined, split and merged lesions put together."""

from __future__ import annotations

from lutetia.errors import Fault
from lutetia.scoring.recist.identification import place_of
from lutetia.scoring.recist.lesion import (
    EQUIVOCAL,
    NOT_EVALUABLE,
    PROGRESSION,
    Measurement,
    coalesced,
    fragments,
)
from lutetia.scoring.recist.results import ReadVisit


def seen_at(visit: ReadVisit, faults: list[Fault]) -> dict[str, Measurement]:
    """Lesion → what was seen of it; parts (T04.1) are added, a merged lesion (T02/T03) is carried by its first."""
    if visit.plain:
        return visit.measures
    lesions = visit.identified.lesions
    if visit.states or visit.measures.keys() - lesions.keys():
        named = dict.fromkeys([*visit.measures, *(visit.states or ())])
        whole = {name: _joined(visit, name, faults) for name in named}
        seen = {name: what for name, what in whole.items() if name in lesions}
        _reshape(visit, {name: what for name, what in whole.items() if name not in lesions}, seen, faults)
    else:
        seen = visit.measures
    for name, row in (visit.long_axis_of_node or {}).items():
        if name not in seen:
            must = "a node must be measured in its short axis, but only its longest diameter is there"
            do = "Add the short axis (LPERP) of the node."
            faults.append(Fault(place=place_of("TR", row, *visit.course, name, visit.label), must=must, do=do))
    return seen


def _joined(visit: ReadVisit, name: str, faults: list[Fault]) -> Measurement:
    """Diameter and state of one lesion as one; a fault where they contradict each other."""
    measure, state = visit.measures.get(name), (visit.states or {}).get(name)
    if measure is None or state is None:
        return measure or state or NOT_EVALUABLE
    lesion = visit.identified.lesions.get(name)
    if state in (PROGRESSION, EQUIVOCAL):
        return measure if lesion is not None and lesion.role == "target" else state
    if not _agree(measure, state, 1 if lesion is None else lesion.gone_below_um):
        must = "the state of a lesion and its diameter must agree"
        faults.append(Fault(place=_place(visit, name), must=must, got=f"{state} and {measure}"))
    return measure


def _agree(measure: Measurement, state: Measurement, gone_below_um: int) -> bool:
    if state.state == "not_evaluable":
        return measure.sum_um is None
    if state.state == "absent":
        return measure.sum_um is not None and measure.sum_um < gone_below_um
    return measure.sum_um is None or measure.sum_um > 0


def _reshape(
    visit: ReadVisit, extra: dict[str, Measurement], seen: dict[str, Measurement], faults: list[Fault]
) -> None:
    """Parts added to their lesion, a merged lesion shared out among its lesions."""
    parts: dict[str, list[Measurement]] = {}
    whole: dict[str, Measurement] = {}
    for name, what in extra.items():
        if "/" in name:
            whole.update(coalesced([part.strip() for part in name.split("/")], what))
        else:
            parts.setdefault(name.rpartition(".")[0], []).append(what)
    whole.update({name: fragments(found) for name, found in parts.items()})
    for name, what in whole.items():
        if name in seen:
            must = "a lesion must be measured either whole or by its parts at one visit"
            faults.append(Fault(place=_place(visit, name), must=must, do="Delete the one that is wrong."))
        if name in parts and visit.identified.lesions[name].node:
            must = "a node must have one short axis: RECIST 1.1 adds the parts of other lesions only"
            do = "Record the short axis of the node as a whole."
            faults.append(Fault(place=_place(visit, name), must=must, do=do))
        seen[name] = what


def _place(visit: ReadVisit, name: str) -> str:
    return f"TR ({', '.join(part for part in (*visit.course, name, visit.label) if part)})"
