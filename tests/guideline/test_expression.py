"""The language of the conditions: what is read, how it is written back, and what is refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import KnowledgeError
from lutetia.guideline.expression import All, Any, Leaf, Not, Ref, leaves, parse, references, walk


@pytest.mark.parametrize(
    ("text", "leaf"),
    [
        ("ki67_pct < 3", Leaf("ki67_pct", "<", 3)),
        ("ki67_pct <= 20", Leaf("ki67_pct", "<=", 20)),
        ("ki67_pct > 20", Leaf("ki67_pct", ">", 20)),
        ("ki67_pct >= 10", Leaf("ki67_pct", ">=", 10)),
        ("ki67_pct == 55", Leaf("ki67_pct", "==", 55)),
        ("liver_lesion_max_cm <= 1.5", Leaf("liver_lesion_max_cm", "<=", 1.5)),
        ("stage != localized", Leaf("stage", "!=", "localized")),
        ("primary in [pancreas, duodenum]", Leaf("primary", "in", ("pancreas", "duodenum"))),
        ("ecog in [0, 1]", Leaf("ecog", "in", (0, 1))),
        ("frail is true", Leaf("frail", "is true")),
        ("frail is false", Leaf("frail", "is false")),
        ("egfr is known", Leaf("egfr", "is known")),
        ("  pace   ==  rapid ", Leaf("pace", "==", "rapid")),
    ],
)
def test_comparisons(text, leaf):
    assert parse(text) == leaf


def test_whole_numbers_stay_whole():
    assert isinstance(parse("ki67_pct < 3").literal, int)
    assert isinstance(parse("ki67_pct < 3.0").literal, float)


def test_nodes_nest():
    source = {"all": [{"ref": "DER-ADV"}, {"any": ["frail is true", {"not": "pace == rapid"}]}]}
    inner = Any((Leaf("frail", "is true"), Not(Leaf("pace", "==", "rapid"))))
    assert parse(source) == All((Ref("DER-ADV"), inner))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "ki67_pct",
        "ki67_pct 3",
        "ki67_pct => 3",
        "ki67_pct = 3",
        "ki67_pct >=",
        "frail is maybe",
        "frail is true or not",
        "ki-67 > 3",
        "primary in pancreas",
        "primary in [pancreas",
        None,
        3,
        True,
        ["frail is true"],
        {},
        {"all": []},
        {"all": "frail is true"},
        {"any": {}},
        {"none": ["frail is true"]},
        {"all": ["frail is true"], "any": ["frail is true"]},
        {"ref": 5},
        {"ref": ["DER-ADV"]},
        {"not": ["frail is true"]},
        {"not": None},
        {"all": ["frail is true", "ki67_pct"]},
        {"any": [{"not": {"all": [{"ref": None}]}}]},
    ],
    ids=repr,
)
def test_what_cannot_be_read_is_refused_with_what_came(source):
    with pytest.raises(KnowledgeError, match="but got"):
        parse(source)


def test_the_error_shows_the_part_that_is_wrong():
    with pytest.raises(KnowledgeError, match="'ki67_pct about 3'"):
        parse({"all": ["frail is true", {"not": "ki67_pct about 3"}]})


def test_written_back_with_brackets_where_order_matters():
    assert str(parse("ki67_pct >= 3")) == "ki67_pct >= 3"
    assert str(parse("frail is true")) == "frail is true"
    assert str(parse("primary in [pancreas, colon]")) == "primary in [pancreas, colon]"
    source = {"not": {"all": [{"ref": "DER-PAN"}, {"any": ["frail is true", "egfr is known"]}]}}
    assert str(parse(source)) == "not (DER-PAN and (frail is true or egfr is known))"


def test_what_an_expression_holds():
    source = {"any": ["frail is true", {"not": {"all": [{"ref": "DER-PAN"}, "egfr < 45"]}}, {"ref": "DER-ADV"}]}
    expression = parse(source)
    kinds = [type(node).__name__ for node in walk(expression)]
    assert kinds == ["Any", "Leaf", "Not", "All", "Ref", "Leaf", "Ref"]
    assert [leaf.field for leaf in leaves(expression)] == ["frail", "egfr"]
    assert list(references(expression)) == ["DER-PAN", "DER-ADV"]


def test_expressions_are_values():
    source = {"all": ["frail is true", {"ref": "DER-PAN"}]}
    assert parse(source) == parse(source)
    assert len({parse(source), parse(source)}) == 1


NAMES = st.from_regex(r"[a-z]{1,8}(_[a-z0-9]{1,4})?", fullmatch=True)
WORDS = st.sampled_from(["rapid", "jejunum_ileum", "locally_advanced", "EU"])
NUMBERS = st.one_of(st.integers(0, 1000), st.floats(0, 1000, allow_nan=False))
LEAVES = st.one_of(
    st.builds(Leaf, NAMES, st.sampled_from(["is true", "is false", "is known"])),
    st.builds(Leaf, NAMES, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS),
    st.builds(Leaf, NAMES, st.sampled_from(["==", "!="]), WORDS),
    st.builds(Leaf, NAMES, st.just("in"), st.lists(WORDS | NUMBERS, min_size=1, max_size=4).map(tuple)),
)


@given(LEAVES)
def test_a_comparison_written_and_read_is_itself(leaf):
    assert parse(str(leaf)) == leaf
