"""WHO grade of a digestive neuroendocrine neoplasm from differentiation, Ki-67 and mitotic count.

Inputs may be unknown (None) or ranges; the grade then stays a range or unknown. Cut-offs: `data/grade.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.quantities import Interval
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

Differentiation = Literal["well", "poor"]
Grading = Literal["ki67_sufficient", "strict"]
Measured = Interval | float | str

GRADES = ("G1", "G2", "G3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A WHO grade with everything it rests on.

    `value` is "G1", "G2", "G3", "NEC", a range such as "G1-G2", or None when nothing can be said; `possible`
    lists every grade that the inputs leave open. `discordant` is True when Ki-67 and mitoses certainly point
    to different grades, False when certainly to the same one, None when that cannot be told.
    """

    value: str | None
    possible: tuple[str, ...]
    by_ki67: str | None
    by_mitoses: str | None
    discordant: bool | None
    rests_on_ki67_alone: bool
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def who_2022(
    differentiation: Differentiation | None,
    ki67_pct: Measured | None,
    mitoses_per_2mm2: Measured | None,
    grading: Grading = "ki67_sufficient",
) -> Grade:
    """WHO grade of a digestive neuroendocrine neoplasm; None stands for unknown.

    `ki67_pct` in percent and `mitoses_per_2mm2` per 2 mm²: a number, an Interval, or a text ("<3", "10-15").
    `grading="ki67_sufficient"`: an unrecorded mitotic count does not block grading, and the result says that
    it rests on Ki-67 alone. `"strict"`: the count stays unknown and the grade a range.
    Raises InputError with all faults of the inputs.
    Source: WHO classification as in PRAC-CLS-2 to PRAC-CLS-6 (sidecar of `data/grade.yaml`).
    """
    ki67, mitoses = _read_inputs(differentiation, ki67_pct, mitoses_per_2mm2, grading)
    if differentiation == "poor":
        return _carcinoma(ki67)
    by_ki67 = _grades_by("ki67_pct", ki67)
    by_mitoses = _grades_by("mitoses_per_2mm2", mitoses)
    possible = _possible(by_ki67, by_mitoses, grading)
    discordant = _discordant(by_ki67, by_mitoses)
    return Grade(
        value=_value(possible, ki67_known=ki67 is not None) if differentiation == "well" else None,
        possible=possible if differentiation == "well" else (*possible, "NEC"),
        by_ki67=_span(by_ki67),
        by_mitoses=_span(by_mitoses),
        discordant=discordant,
        rests_on_ki67_alone=_rests_on_ki67_alone(differentiation, ki67, mitoses, grading),
        because=_because(ki67, mitoses, discordant),
        conventions=_conventions(differentiation, ki67, mitoses, grading),
    )


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/grade.yaml").table)


def _rows(criterion: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _table()["criteria"][criterion]["rows"]
    return rows


def _read_inputs(
    differentiation: object, ki67_pct: Measured | None, mitoses: Measured | None, grading: object
) -> tuple[Interval | None, Interval | None]:
    faults: list[Fault] = []
    if differentiation not in (*get_args(Differentiation), None):
        faults.append(_fault("differentiation", 'must be "well", "poor" or None', differentiation))
    if grading not in get_args(Grading):
        faults.append(_fault("grading", 'must be "ki67_sufficient" or "strict"', grading))
    read = tuple(
        _interval(criterion, value, faults)
        for criterion, value in (("ki67_pct", ki67_pct), ("mitoses_per_2mm2", mitoses))
    )
    if faults:
        raise InputError("WHO grade", faults)
    return read[0], read[1]


def _fault(place: str, must: str, got: object) -> Fault:
    return Fault(place=place, must=must, got=repr(got))


def _interval(criterion: str, value: Measured | None, faults: list[Fault]) -> Interval | None:
    if value is None:
        return None
    limits = _table()["criteria"][criterion]
    unit = "%" if limits["unit"] == "%" else None
    try:
        return Interval.parse(value, minimum=limits["minimum"], maximum=limits["maximum"], unit=unit)
    except ValueError as fault:
        faults.append(Fault(place=criterion, must=str(fault)))
        return None


def _grades_by(criterion: str, value: Interval | None) -> tuple[str, ...]:
    """The grades that one criterion leaves open; none of them when it is unknown."""
    if value is None:
        return ()
    return tuple(row["grade"] for row in _rows(criterion) if _may_hold(row, value))


def _may_hold(row: dict[str, Any], value: Interval) -> bool:
    return all(value.certainly(op, number) is not False for op, number in row["when"])


def _possible(by_ki67: Sequence[str], by_mitoses: Sequence[str], grading: Grading) -> tuple[str, ...]:
    """The grades left open when the higher of the two criteria decides; unknown leaves all of them open."""
    ki67 = by_ki67 or GRADES
    mitoses = by_mitoses or (GRADES[:1] if grading == "ki67_sufficient" else GRADES)
    lowest = max(GRADES.index(ki67[0]), GRADES.index(mitoses[0]))
    highest = max(GRADES.index(ki67[-1]), GRADES.index(mitoses[-1]))
    return GRADES[lowest : highest + 1]


def _value(possible: tuple[str, ...], *, ki67_known: bool) -> str | None:
    # Without Ki-67 a grade is only given where the mitoses settle it, whatever Ki-67 would be.
    return _span(possible) if ki67_known or len(possible) == 1 else None


def _span(grades: Sequence[str]) -> str | None:
    if not grades:
        return None
    return grades[0] if len(grades) == 1 else f"{grades[0]}-{grades[-1]}"


def _rests_on_ki67_alone(
    differentiation: str | None, ki67: Interval | None, mitoses: Interval | None, grading: Grading
) -> bool:
    graded = differentiation == "well" and ki67 is not None
    return graded and mitoses is None and grading == "ki67_sufficient"


def _discordant(by_ki67: Sequence[str], by_mitoses: Sequence[str]) -> bool | None:
    if not by_ki67 or not by_mitoses:
        return None
    if not set(by_ki67) & set(by_mitoses):
        return True
    return False if len(by_ki67) == len(by_mitoses) == 1 else None


def _because(ki67: Interval | None, mitoses: Interval | None, discordant: bool | None) -> tuple[Reason, ...]:
    reasons = [
        Reason(rule=row["rule"], says=row["says"], used=((criterion, str(value)),))
        for criterion, value in (("ki67_pct", ki67), ("mitoses_per_2mm2", mitoses))
        if value is not None
        for row in _rows(criterion)
        if _may_hold(row, value)
    ]
    if discordant:
        rule = _table()["discordance"]
        both = (("ki67_pct", str(ki67)), ("mitoses_per_2mm2", str(mitoses)))
        reasons.append(Reason(rule=rule["rule"], says=rule["says"], used=both))
    return tuple(reasons)


def _conventions(
    differentiation: str | None, ki67: Interval | None, mitoses: Interval | None, grading: Grading
) -> tuple[str, ...]:
    said = [
        "the higher of the grades by Ki-67 and by mitoses decides (WHO practice; source papers are silent)",
        "cut-offs for digestive neuroendocrine tumours; lung and thymus have others",
        f"grading={grading}",
    ]
    if differentiation is None:
        said.append("differentiation unknown: a carcinoma is not excluded, so no grade is given")
    if ki67 is None:
        said.append("Ki-67 unknown: a grade is given only where the mitotic count settles it")
    elif mitoses is None and grading == "ki67_sufficient":
        said.append("mitotic count not recorded: the grade rests on Ki-67 alone")
    elif mitoses is None:
        said.append("mitotic count not recorded: every grade at or above that by Ki-67 stays open")
    return tuple(said)


def _carcinoma(ki67: Interval | None) -> Grade:
    rule = _table()["carcinoma"]
    because = [Reason(rule=rule["rule"], says=rule["says"], used=(("differentiation", "poor"),))]
    if ki67 is not None and ki67.certainly(">", rule["usual_ki67_pct_above"]) is False:
        unusual = Reason(rule=rule["unusual_rule"], says=rule["unusual_says"], used=(("ki67_pct", str(ki67)),))
        because.append(unusual)
    return Grade(
        value=rule["grade"],
        possible=(rule["grade"],),
        by_ki67=None,
        by_mitoses=None,
        discordant=None,
        rests_on_ki67_alone=False,
        because=tuple(because),
        conventions=("poor differentiation decides; Ki-67 and mitoses do not grade a carcinoma",),
    )
