"""Twin of src/lutetia/scoring/grade.py: by hand, against the guideline's own definitions, and laws."""

from __future__ import annotations

import itertools
from operator import ge, gt, le, lt
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.quantities import Interval
from lutetia.scoring.grade import GRADES, Grade, who_2022

# By hand from the cut-offs: Ki-67 <3, 3-20, >20 % and mitoses <2, 2-20, >20 per 2 mm²; the higher decides.
BY_HAND = [
    ("well", 0, 0, "G1"),
    ("well", 2.9, 1, "G1"),
    ("well", "<3", "<2", "G1"),
    ("well", 3, 0, "G2"),
    ("well", 20, 0, "G2"),
    ("well", "10-15", 1, "G2"),
    ("well", "10-15 %", 20, "G2"),
    ("well", 1, 2, "G2"),
    ("well", 20.1, 0, "G3"),
    ("well", ">20", "<2", "G3"),
    ("well", 2, 21, "G3"),
    ("well", 55, 30, "G3"),
    ("well", "2-5", 1, "G1-G2"),
    ("well", "<=3", 1, "G1-G2"),
    ("well", 1, "1-3", "G1-G2"),
    ("well", "15-25", 1, "G2-G3"),
    ("well", ">=20", 1, "G2-G3"),
    ("well", "2-5", "10-30", "G2-G3"),
    ("well", "2-30", 0, "G1-G3"),
    ("well", "2-5", 3, "G2"),  # mitoses settle what Ki-67 leaves open
    ("well", "2-5", 25, "G3"),
    ("well", None, 25, "G3"),
    ("well", None, 5, None),
    ("well", None, 1, None),
    ("well", None, None, None),
    ("poor", 70, 30, "NEC"),
    ("poor", None, None, "NEC"),
    ("poor", 10, 1, "NEC"),
    (None, 10, 1, None),
    (None, 70, 30, None),  # G3 or NEC: differentiation decides
    (None, None, None, None),
]


@pytest.mark.parametrize(("differentiation", "ki67", "mitoses", "expected"), BY_HAND)
@pytest.mark.parametrize("grading", ["ki67_sufficient", "strict"])
def test_grade_by_hand(differentiation: Any, ki67: Any, mitoses: Any, expected: Any, grading: Any) -> None:
    assert who_2022(differentiation, ki67, mitoses, grading).value == expected


@pytest.mark.parametrize(
    ("ki67", "sufficient", "strict"),
    [(2, "G1", "G1-G3"), (3, "G2", "G2-G3"), ("2-5", "G1-G2", "G1-G3"), (21, "G3", "G3"), (None, None, None)],
)
def test_unrecorded_mitoses(ki67: Any, sufficient: Any, strict: Any) -> None:
    assert who_2022("well", ki67, None).value == sufficient
    assert who_2022("well", ki67, None, grading="strict").value == strict


def test_the_result_says_that_it_rests_on_ki67_alone() -> None:
    alone = who_2022("well", 2, None)
    assert alone.rests_on_ki67_alone
    assert any("rests on Ki-67 alone" in said for said in alone.conventions)
    for grade in (
        who_2022("well", 2, 0),
        who_2022("well", 2, None, "strict"),
        who_2022("well", None, None),
        who_2022("poor", 70, None),
        who_2022(None, 2, None),
    ):
        assert not grade.rests_on_ki67_alone


def test_conventions_name_every_choice() -> None:
    said = " ".join(who_2022("well", 2, None, "strict").conventions)
    assert "higher of the grades" in said
    assert "grading=strict" in said
    assert "lung and thymus" in said
    assert "not recorded" in said


@pytest.mark.parametrize(
    ("differentiation", "ki67", "mitoses", "grading", "told"),
    [
        ("well", 2, 1, "ki67_sufficient", []),
        ("well", 2, None, "ki67_sufficient", ["rests on Ki-67 alone"]),
        ("well", 2, None, "strict", ["at or above that by Ki-67"]),
        ("well", None, 1, "ki67_sufficient", ["Ki-67 unknown"]),
        ("well", None, None, "strict", ["Ki-67 unknown"]),
        (None, 2, 1, "strict", ["carcinoma is not excluded"]),
    ],
)
def test_what_is_missing_is_told_and_nothing_else(
    differentiation: Any, ki67: Any, mitoses: Any, grading: Any, told: list[str]
) -> None:
    said = who_2022(differentiation, ki67, mitoses, grading).conventions[3:]
    assert len(said) == len(told)
    assert all(words in line for words, line in zip(told, said, strict=True))


@pytest.mark.parametrize(
    ("ki67", "mitoses", "discordant"),
    [
        (10, 1, True),
        (2, 5, True),
        (25, 10, True),
        ("10-15", "<2", True),
        (10, 5, False),
        (2, 1, False),
        ("2-5", 1, None),
        ("2-5", 25, True),
        (10, None, None),
        (None, 5, None),
    ],
)
def test_discordant_inputs_are_shown(ki67: Any, mitoses: Any, discordant: Any) -> None:
    assert who_2022("well", ki67, mitoses).discordant is discordant


def test_discordance_shows_both_inputs_and_both_grades() -> None:
    grade = who_2022("well", "10-15 %", 1)
    assert (grade.by_ki67, grade.by_mitoses, grade.value) == ("G2", "G1", "G2")
    reason = next(reason for reason in grade.because if reason.rule == "GAP-10")
    assert reason.used == (("ki67_pct", "10-15"), ("mitoses_per_2mm2", "1"))


def test_because_carries_rule_and_number() -> None:
    grade = who_2022("well", "2-5", 1)
    assert [(reason.rule, dict(reason.used)) for reason in grade.because] == [
        ("PRAC-CLS-2", {"ki67_pct": "2-5"}),
        ("PRAC-CLS-3", {"ki67_pct": "2-5"}),
        ("PRAC-CLS-5", {"mitoses_per_2mm2": "1"}),
    ]


def test_carcinoma_with_low_ki67_is_pointed_out() -> None:
    assert [reason.rule for reason in who_2022("poor", 15, None).because] == ["PRAC-CLS-6", "GRADE-NEC-USUAL"]
    assert [reason.rule for reason in who_2022("poor", 20, None).because][1:] == ["GRADE-NEC-USUAL"]
    for usual in (20.5, "15-25", ">20", None):
        assert [reason.rule for reason in who_2022("poor", usual, None).because] == ["PRAC-CLS-6"]


def test_all_faults_at_once() -> None:
    with pytest.raises(InputError) as caught:
        who_2022("moderate", 101, -1, grading="loose")  # type: ignore[arg-type]
    places = [fault.place for fault in caught.value.faults]
    assert places == ["differentiation", "grading", "ki67_pct", "mitoses_per_2mm2"]


@pytest.mark.parametrize("ki67", ["about 5", "5,5", float("nan"), True, "30-10"])
def test_unreadable_ki67_is_refused(ki67: Any) -> None:
    with pytest.raises(InputError, match="ki67_pct"):
        who_2022("well", ki67, None)


# --- against the definitions of the guideline facts (DER-*), evaluated here by an own three-valued logic ---
# Transcribed from the consensus facts; truth of a leaf by trying every point of a fine grid, not by Interval.
DER = yaml.safe_load("""
G1: {all: ["differentiation == well", "ki67_pct < 3", {not: "mitoses_2mm2 >= 2"}]}
G2: {all: ["differentiation == well", {any: ["ki67_pct >= 3", "mitoses_2mm2 >= 2"]},
     {not: {any: ["ki67_pct > 20", "mitoses_2mm2 > 20"]}}]}
G3: {all: ["differentiation == well", {any: ["ki67_pct > 20", "mitoses_2mm2 > 20"]}]}
NEC: "differentiation == poor"
""")
POINTS = sorted({n / 2 for n in range(201)} | {c + d for c in (2, 3, 20) for d in (-0.01, 0.01)})
Points = list[float] | str | None


def _leaf(leaf: str, fields: dict[str, Points], absent_mitoses_are_few: bool) -> bool | None:
    name, op, literal = leaf.split()
    value = fields[name]
    if value is None:
        return False if name == "mitoses_2mm2" and absent_mitoses_are_few else None
    if isinstance(value, str):
        return value == literal
    limit = float(literal)
    truths = {{"<": x < limit, ">=": x >= limit, ">": x > limit}[op] for x in value}
    return truths.pop() if len(truths) == 1 else None


def _kleene(node: Any, fields: dict[str, Points], few: bool) -> bool | None:
    if isinstance(node, str):
        return _leaf(node, fields, few)
    if "not" in node:
        inner = _kleene(node["not"], fields, few)
        return None if inner is None else not inner
    decisive = "any" in node  # one true decides any, one false decides all
    truths = [_kleene(child, fields, few) for child in node["any" if decisive else "all"]]
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _points(text: float | str | None) -> list[float] | None:
    """The grid points a value stands for, read here without Interval."""
    if text is None or isinstance(text, int | float):
        return None if text is None else [float(text)]
    for sign, holds in (("<=", le), (">=", ge), ("<", lt), (">", gt)):
        if text.startswith(sign):
            return [x for x in POINTS if holds(x, float(text[len(sign) :]))]
    low, high = (float(part) for part in text.split("-"))
    return [x for x in POINTS if low <= x <= high]


KI67 = [None, 0, 1, 2.9, 3, 3.1, 10, 20, 20.1, 55, 100, "<3", "<=3", "<2", ">20", ">=20", ">=3", "10-15"]
KI67 += ["2-5", "2-30", "15-25", "3-20", "0-3", "20-25", "0-20"]
MITOSES = [
    None,
    0,
    1,
    1.9,
    2,
    2.1,
    10,
    20,
    20.1,
    21,
    50,
    "<2",
    "<=2",
    ">20",
    ">=2",
    "1-3",
    "2-20",
    "10-30",
    "0-30",
]


@pytest.mark.parametrize("grading", ["ki67_sufficient", "strict"])
def test_grade_agrees_with_the_guideline_definitions_everywhere(grading: Any) -> None:
    disagreements = []
    for differentiation, ki67, mitoses in itertools.product(("well", "poor", None), KI67, MITOSES):
        fields: dict[str, Points] = {
            "differentiation": differentiation,
            "ki67_pct": _points(ki67),
            "mitoses_2mm2": _points(mitoses),
        }
        possible = who_2022(differentiation, ki67, mitoses, grading).possible  # type: ignore[arg-type]
        for name, expression in DER.items():
            expected = _kleene(expression, fields, few=grading == "ki67_sufficient")
            seen = None if name in possible and len(possible) > 1 else name in possible
            if seen is not expected:
                disagreements.append((differentiation, ki67, mitoses, name, seen, expected))
    assert not disagreements


def _intervals(top: float) -> st.SearchStrategy[Interval]:
    number = st.integers(0, int(top * 2)).map(lambda n: n / 2)
    return st.tuples(number, number).map(lambda pair: Interval(min(pair), max(pair)))


@given(
    _intervals(100),
    _intervals(40),
    st.sampled_from(["well", "poor", None]),
    st.sets(st.sampled_from(["differentiation", "ki67", "mitoses"])),
)
def test_deleting_data_never_excludes_a_grade_in_strict(
    ki67: Interval, mitoses: Interval, differentiation: Any, deleted: set[str]
) -> None:
    full = who_2022(differentiation, ki67, mitoses, "strict")
    less = who_2022(
        None if "differentiation" in deleted else differentiation,
        None if "ki67" in deleted else ki67,
        None if "mitoses" in deleted else mitoses,
        "strict",
    )
    assert set(full.possible) <= set(less.possible)
    if less.value in (*GRADES, "NEC"):
        assert full.value == less.value


@given(_intervals(100), _intervals(40), st.floats(0, 1), st.floats(0, 1))
def test_a_range_holds_the_grade_of_every_number_in_it(
    ki67: Interval, mitoses: Interval, at_ki67: float, at_mitoses: float
) -> None:
    point = who_2022(
        "well",
        min(ki67.low + at_ki67 * (ki67.high - ki67.low), ki67.high),
        min(mitoses.low + at_mitoses * (mitoses.high - mitoses.low), mitoses.high),
    )
    assert point.value in who_2022("well", ki67, mitoses).possible


def test_result_is_frozen() -> None:
    grade = who_2022("well", 2, 1)
    assert isinstance(grade, Grade)
    with pytest.raises(AttributeError):
        grade.value = "G3"  # type: ignore[misc]
