"""Facts on records: comparisons by hand, ranges, unknowns, the two grading modes, and truth under less data."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lutetia.errors import KnowledgeError
from lutetia.guideline.evaluate import GRADINGS, MITOSES, Evaluator, as_value, evaluator, truths
from lutetia.guideline.expression import Leaf, parse
from lutetia.guideline.truth import Truth
from lutetia.quantities import Interval

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def truth_of(knowledge, source, record, grading="strict"):
    known = {name: as_value(value) for name, value in record.items()}
    return Truth.of(evaluator(knowledge, grading).expression(parse(source), known, {})).letter


# ------------------------------------------------------------------------------------------- comparisons by hand
@pytest.mark.parametrize(
    ("op", "below", "on", "above"),
    [
        ("<", "t", "f", "f"),
        ("<=", "t", "t", "f"),
        (">", "f", "f", "t"),
        (">=", "f", "t", "t"),
        ("==", "f", "t", "f"),
        ("!=", "t", "f", "t"),
    ],
)
def test_numbers_on_below_and_above_a_limit(knowledge, op, below, on, above):
    for value, expected in ((44.9, below), (45, on), (45.1, above)):
        assert truth_of(knowledge, f"egfr {op} 45", {"egfr": value}) == expected


@pytest.mark.parametrize(
    ("typed", "source", "expected"),
    [
        ("<3", "ki67_pct < 3", "t"),
        ("<3", "ki67_pct < 2", "u"),
        ("<3", "ki67_pct >= 3", "f"),
        ("<3", "ki67_pct <= 20", "t"),
        ("<=3", "ki67_pct < 3", "u"),
        (">20", "ki67_pct > 20", "t"),
        (">20", "ki67_pct <= 20", "f"),
        (">=20", "ki67_pct > 20", "u"),
        (">20", "ki67_pct <= 55", "u"),
        ("10-15", "ki67_pct >= 10", "t"),
        ("10-15", "ki67_pct > 10", "u"),
        ("10-15 %", "ki67_pct <= 15", "t"),
        ("10-15", "ki67_pct < 15", "u"),
        ("10-15", "ki67_pct > 15", "f"),
        ("10-15", "ki67_pct == 12", "u"),
        ("10-15", "ki67_pct == 9", "f"),
        ("10-15", "ki67_pct != 9", "t"),
        ("10", "ki67_pct == 10", "t"),
        ("2-3", "ecog in [2, 3]", "u"),
        ("2-3", "ecog in [0, 1]", "f"),
        ("2", "ecog in [1, 2]", "t"),
    ],
)
def test_a_range_is_judged_by_all_its_numbers(knowledge, typed, source, expected):
    field = source.split()[0]
    assert truth_of(knowledge, source, {field: typed}) == expected


def test_words_and_yes_or_no(knowledge):
    assert truth_of(knowledge, "pace == rapid", {"pace": "rapid"}) == "t"
    assert truth_of(knowledge, "pace != rapid", {"pace": "slow"}) == "t"
    assert truth_of(knowledge, "peritoneal in [minor, diffuse]", {"peritoneal": "none"}) == "f"
    assert truth_of(knowledge, "peritoneal in [minor, diffuse]", {"peritoneal": "diffuse"}) == "t"
    for value in (True, False):
        assert truth_of(knowledge, "frail is true", {"frail": value}) == ("t" if value else "f")
        assert truth_of(knowledge, "frail is false", {"frail": value}) == ("f" if value else "t")


def test_only_is_known_is_two_valued(knowledge):
    for source in ("egfr < 45", "egfr != 45", "egfr in [45, 46]", "frail is true", "frail is false"):
        assert truth_of(knowledge, source, {}) == "u"
        assert truth_of(knowledge, {"not": source}, {}) == "u"
    assert truth_of(knowledge, "egfr is known", {}) == "f"
    assert truth_of(knowledge, "egfr is known", {"egfr": "<60"}) == "t"
    assert truth_of(knowledge, {"not": "egfr is known"}, {}) == "t"


def test_nodes_join_in_three_values(knowledge):
    record = {"frail": True, "egfr": 30}
    assert truth_of(knowledge, {"all": ["frail is true", "crcl < 30"]}, record) == "u"
    assert truth_of(knowledge, {"all": ["frail is false", "crcl < 30"]}, record) == "f"
    assert truth_of(knowledge, {"any": ["frail is true", "crcl < 30"]}, record) == "t"
    assert truth_of(knowledge, {"any": ["egfr > 30", {"not": "crcl < 30"}]}, record) == "u"


def test_a_reference_is_the_truth_of_the_fact(knowledge):
    assert truth_of(knowledge, {"ref": "EXT-L-05"}, {"crcl": 29}) == "t"
    assert truth_of(knowledge, {"not": {"ref": "EXT-L-05"}}, {"crcl": 29}) == "f"
    assert truth_of(knowledge, {"ref": "EXT-L-05"}, {"egfr": 29}) == "u"  # eGFR never stands in for clearance


# ------------------------------------------------------------------------------------------- the grading modes
@pytest.mark.parametrize(
    ("fact", "record", "strict", "sufficient"),
    [
        ("DER-G1", {"ki67_pct": 2}, "u", "t"),
        ("DER-G1", {"ki67_pct": 2, "mitoses_2mm2": 1}, "t", "t"),
        ("DER-G1", {"ki67_pct": 2, "mitoses_2mm2": 2}, "f", "f"),
        ("DER-G1", {"ki67_pct": 3}, "f", "f"),
        ("DER-G2", {"ki67_pct": 5}, "u", "t"),
        ("DER-G2", {"ki67_pct": 2, "mitoses_2mm2": 2}, "t", "t"),
        ("DER-G2", {"ki67_pct": 5, "mitoses_2mm2": 20}, "t", "t"),
        ("DER-G2", {"ki67_pct": 5, "mitoses_2mm2": 21}, "f", "f"),
        ("DER-G3", {"ki67_pct": 5}, "u", "f"),
        ("DER-G3", {"ki67_pct": 5, "mitoses_2mm2": 21}, "t", "t"),
        ("DER-G3", {"ki67_pct": 21}, "t", "t"),
        ("DER-G12", {"ki67_pct": 20}, "u", "t"),
        ("DER-G2", {"ki67_pct": "2-5"}, "u", "u"),
        ("DER-G2", {"ki67_pct": "10-15"}, "u", "t"),
        ("DER-G1", {"ki67_pct": "<3", "mitoses_2mm2": 0}, "t", "t"),
    ],
)
def test_an_unrecorded_mitotic_count(knowledge, fact, record, strict, sufficient):
    """Only `ki67_sufficient` reads it as not raising the grade; a recorded count counts in both modes."""
    record = {"differentiation": "well", **record}
    assert truths(knowledge, record, "strict")[fact].letter == strict
    assert truths(knowledge, record, "ki67_sufficient")[fact].letter == sufficient


def test_no_other_field_is_read_as_no(knowledge):
    absent = Evaluator(knowledge, "ki67_sufficient")
    for name, field in knowledge.fields.items():
        literal = {"bool": None, "enum": "x"}.get(field.type, 2)
        leaf = Leaf(name, "is true") if literal is None else Leaf(name, "==" if field.type == "enum" else ">=", literal)
        assert absent.expression(leaf, {}, {}) is (False if name == MITOSES else None), name


# ------------------------------------------------------------------------------------------------ what is open
@pytest.mark.parametrize(
    ("source", "record", "fields"),
    [
        ({"ref": "DER-ADV"}, {}, ("stage", "resectable")),
        ({"ref": "DER-ADV"}, {"stage": "locally_advanced"}, ("resectable",)),
        ({"ref": "DER-ADV"}, {"stage": "localized"}, ()),
        ({"ref": "DER-ADV"}, {"resectable": "unresectable"}, ("stage",)),
        ({"not": {"ref": "CONS-Q10-C3"}}, {"rlt_best_response": "PR"}, ("rlt_control_months",)),
        ({"any": ["egfr < 45", "frail is true"]}, {"frail": True}, ()),
        ({"all": ["crcl < 45", "egfr is known"]}, {"egfr": 60}, ("crcl",)),
        ("ki67_pct <= 20", {"ki67_pct": "15-25"}, ("ki67_pct",)),
    ],
)
def test_open_fields_are_those_that_keep_it_unknown(knowledge, source, record, fields):
    known = {name: as_value(value) for name, value in record.items()}
    assert evaluator(knowledge, "strict").open_fields(parse(source), known, {}) == fields


def test_open_fields_stand_in_the_order_of_the_dictionary(knowledge):
    source = parse({"all": ["crcl < 45", "age_years >= 18", {"ref": "DER-ADV"}]})
    found = evaluator(knowledge, "strict").open_fields(source, {}, {})
    assert found == ("age_years", "stage", "resectable", "crcl")


# ------------------------------------------------------------------------------------------------- the evaluator
def test_an_unknown_grading_is_refused(knowledge):
    with pytest.raises(KnowledgeError, match="grading must be one of ki67_sufficient, strict, but got 'loose'"):
        Evaluator(knowledge, "loose")


@pytest.mark.parametrize(("fact", "reason"), [("CONS-Q2-R", "has none"), ("CONS-Q99-R", "must exist")])
def test_a_fact_that_cannot_be_judged_is_named(knowledge, fact, reason):
    with pytest.raises(KnowledgeError, match=f"(?s)(?=.*{fact})(?=.*{reason})"):
        evaluator(knowledge).fact(fact, {}, {})


def test_compiled_once_per_knowledge_and_grading(knowledge):
    assert evaluator(knowledge, "strict") is evaluator(knowledge, "strict")
    assert evaluator(knowledge, "strict") is not evaluator(knowledge, "ki67_sufficient")


def test_a_changed_copy_of_the_knowledge_is_compiled_anew(knowledge):
    record = {"crcl": 35}
    assert truths(knowledge, record)["EXT-L-05"] is Truth.FALSE
    changed = knowledge.with_expression("EXT-L-05", "when", parse("crcl < 40"))
    assert truths(changed, record)["EXT-L-05"] is Truth.TRUE
    assert truths(knowledge, record)["EXT-L-05"] is Truth.FALSE


def test_one_memo_serves_one_record(knowledge):
    """The memo is the caller's: the same expression on another record starts from another memo."""
    judge = evaluator(knowledge, "strict")
    expression = parse({"all": [{"ref": "EXT-L-05"}, "frail is true"]})
    assert judge.expression(expression, {"crcl": 29, "frail": True}, {}) is True
    assert judge.expression(expression, {"crcl": 31, "frail": True}, {}) is False


def test_truths_takes_what_people_type_and_leaves_none_out(knowledge):
    found = truths(knowledge, {"differentiation": "well", "ki67_pct": "≤ 2", "crcl": None}, "ki67_sufficient")
    assert found["DER-G1"] is Truth.TRUE
    assert found["EXT-L-05"] is Truth.UNKNOWN
    assert set(found) == {fact.id for fact in knowledge.facts.values() if fact.when is not None}


def test_text_that_begins_like_a_number_is_a_range():
    assert as_value("10-15") == Interval(low=10, high=15)
    assert as_value("<3") == Interval(high=3, high_open=True)
    assert as_value("rapid") == "rapid"
    assert as_value(7) == 7


# ------------------------------------------------------------------------------------------------ shared sweeps
def test_shared_sweeps_hold_in_strict(knowledge, sweep):
    for value, letter in sweep["cases"]:
        found = truths(knowledge, {**sweep["base"], sweep["field"]: value}, "strict")
        assert found[sweep["fact"]].letter == letter, f"{sweep['id']}: {sweep['field']} = {value}"


# ------------------------------------------------------------------------------------------------ less is unknown
@pytest.mark.parametrize(("grading", "kept"), [("strict", ()), ("ki67_sufficient", (MITOSES,))])
def test_deleting_data_never_turns_a_fact_round(knowledge, records, grading, kept):
    judge = evaluator(knowledge, grading)

    @settings(CALM, max_examples=1200)
    @given(st.data())
    def law(data):
        record = {name: as_value(value) for name, value in data.draw(records).items()}
        names = st.sampled_from(sorted({*record} - {*kept}) or ["frail"])
        deleted = data.draw(st.sets(names, min_size=1))
        before = judge.all_facts(record)
        after = judge.all_facts({name: value for name, value in record.items() if name not in deleted})
        turned = {fact for fact, value in after.items() if value is not None and value is not before[fact]}
        assert not turned, f"without {sorted(deleted)}"

    law()


def test_deleting_the_mitotic_count_turns_the_grade_only_where_ki67_is_sufficient(knowledge):
    """The exception of the law, in the open: a count of 5 makes Ki-67 2 % a G2; without it Ki-67 decides alone."""
    record = {"differentiation": "well", "ki67_pct": 2}
    counted = {**record, "mitoses_2mm2": 5}
    assert [truths(knowledge, counted, mode)["DER-G2"].letter for mode in GRADINGS] == ["t", "t"]
    assert truths(knowledge, record, "ki67_sufficient")["DER-G2"].letter == "f"
    assert truths(knowledge, record, "strict")["DER-G2"].letter == "u"


def test_a_number_inside_a_range_never_turns_a_fact_round(knowledge, records):
    """What is certain of "10-15 %" is certain of 12 %."""
    judge = evaluator(knowledge, "strict")
    numbers = st.floats(0, 60, allow_nan=False).map(lambda number: round(number, 1))

    @settings(CALM, max_examples=300)
    @given(st.data())
    def law(data):
        record = {name: as_value(value) for name, value in data.draw(records).items()}
        field = data.draw(st.sampled_from(["ki67_pct", "crcl", "egfr", "rlt_control_months", "mitoses_2mm2"]))
        low, number, high = sorted(data.draw(st.tuples(numbers, numbers, numbers)))
        broad = judge.all_facts({**record, field: Interval(low=low, high=high)})
        exact = judge.all_facts({**record, field: number})
        assert not {fact for fact, value in broad.items() if value is not None and exact[fact] is not value}

    law()
