"""One cell of a tumour result → what was seen: a diameter in mm, a state in words, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lutetia.errors import Fault
from lutetia.scoring.recist.columns import CellReader
from lutetia.scoring.recist.identification import sdtm
from lutetia.scoring.recist.lesion import (
    ABSENT,
    EQUIVOCAL,
    NOT_EVALUABLE,
    PRESENT,
    PROGRESSION,
    Measurement,
    measured,
    too_small,
)
from lutetia.scoring.recist.rules import Precision

VALUE = ("TRSTRESN", "TRSTRESC", "TRORRES", "TRSTRESU", "TRORRESU", "TRSTAT")

_SEEN = {
    "absent": ABSENT,
    "present": PRESENT,
    "equivocal": EQUIVOCAL,
    "progression": PROGRESSION,
    "not_evaluable": NOT_EVALUABLE,
}
_NUMBER_DO = "Write the diameter in mm with a decimal point, or say TOO SMALL TO MEASURE or NOT EVALUABLE."


@dataclass(frozen=True, slots=True)
class Refused:
    """Cells that cannot be read, and why; `course`: whose they are, where it is the visit that cannot be read."""

    must: str
    got: str | None = None
    do: str | None = None
    course: tuple[str, str | None] = ("", None)

    def fault(self, place: str) -> Fault:
        """The fault this makes at its place."""
        return Fault(place=place, must=self.must, got=self.got, do=self.do)


class Diameters(CellReader):
    """The cells `VALUE` of a measured diameter → a `Measurement`, or `Refused`."""

    def __init__(self, present: Sequence[str], precision: Precision) -> None:
        super().__init__(VALUE, present)
        self._precision: Precision = precision

    def read(self, *texts: str) -> Measurement | Refused:
        return _diameter(texts, self._precision)


class States(CellReader):
    """The cells `VALUE` of a state in words → a `Measurement`, or `Refused`."""

    def __init__(self, present: Sequence[str]) -> None:
        super().__init__(VALUE, present)

    def read(self, *texts: str) -> Measurement | Refused:
        return _state(texts)


def _state(cells: Sequence[str]) -> Measurement | Refused:
    _, standard, entered, _, _, status = cells
    said = (standard or entered or status).upper()
    if not said:
        return NOT_EVALUABLE
    state = sdtm()["states"].get(said)
    if state is None:
        return Refused(f"the state of a lesion must be one of {', '.join(sorted(sdtm()['states']))}", repr(said))
    return too_small() if state == "too_small" else _SEEN[state]


def _diameter(cells: Sequence[str], precision: Precision) -> Measurement | Refused:
    number, standard, entered, unit, unit_entered, status = cells
    said = number or standard
    if not said:
        said, unit = entered, unit_entered
    if not said or said.upper() in sdtm()["states"]:
        return _state(cells)
    if unit != "mm":
        return _wrong_unit(unit, said)
    try:
        seen = measured(said, precision)
    except ValueError as fault:
        return Refused(f"the diameter {fault}", repr(said), _NUMBER_DO)
    return _contradicted(seen, number, standard, status) or _disagreeing(seen, said, entered, unit_entered) or seen


def _contradicted(seen: Measurement, number: str, standard: str, status: str) -> Refused | None:
    """A refusal when the standardised text or the status says another thing than the number."""
    if sdtm()["states"].get(status.upper()) == "not_evaluable":
        return Refused("a lesion that was not measured (TRSTAT) must have no diameter", f"{status} and {seen}")
    if not number or number == standard:
        return None
    state = sdtm()["states"].get(standard.upper())
    try:
        same = float(standard) == float(number)
    except ValueError:
        same = state not in ("absent", "not_evaluable") or (state == "absent" and seen.sum_um == 0)
    if same:
        return None
    return Refused(
        "TRSTRESC and TRSTRESN must say the same", f"{standard} and {number}", "Correct the one that is wrong."
    )


def _wrong_unit(unit: str, said: str) -> Refused:
    known = sdtm()["lengths_mm"]
    if unit.lower() in known:
        do = f"Given in {unit}? Multiply by {known[unit.lower()]:g} and write mm."
    else:
        do = "Write the unit mm (TRSTRESU) with every diameter."
    return Refused("the diameter must be in mm", f"{said} {unit}" if unit else f"{said} without a unit", do)


def _disagreeing(seen: Measurement, said: str, entered: str, unit_entered: str) -> Refused | None:
    """A refusal when the result as entered and the standardised one are not the same length (to 0.1 mm)."""
    if said == entered and unit_entered == "mm":
        return None
    factor = sdtm()["lengths_mm"].get(unit_entered.lower())
    try:
        entered_mm = float(entered) * factor if factor else None
    except ValueError:
        return None
    if entered_mm is None or seen.diameter_mm is None or abs(entered_mm - seen.diameter_mm) <= 0.1:
        return None
    must = "TRORRES and TRSTRESN must be the same length"
    return Refused(must, f"{entered} {unit_entered} and {said} mm", "Correct the one that is wrong.")
