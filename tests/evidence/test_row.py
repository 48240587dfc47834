"""Rows keep what was printed and refuse what no paper prints."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from lutetia.evidence.row import AnyRow, Difference, Median, PValue, Ratio, Share

ROW = TypeAdapter(AnyRow)


def test_each_kind_is_read_by_its_name():
    assert isinstance(ROW.validate_python({"id": "a", "kind": "share", "printed": "3", "of": "g"}), Share)
    assert isinstance(ROW.validate_python({"id": "a", "kind": "ratio", "printed": "1.5"}), Ratio)
    assert isinstance(ROW.validate_python({"id": "a", "kind": "median", "printed": "1.5", "of": "g"}), Median)
    between = {"id": "a", "kind": "difference", "printed": "1.5", "between": ["T/a", "T/b"]}
    assert isinstance(ROW.validate_python(between), Difference)
    assert isinstance(ROW.validate_python({"id": "a", "kind": "p", "p": "ns"}), PValue)


def test_the_printed_text_is_kept_with_its_zeros():
    row = Ratio(id="a", kind="ratio", printed="1.50 (1.00-2.20)", p="0.050")
    assert row.printed == "1.50 (1.00-2.20)"
    assert [number.decimals for number in row.numbers] == [2, 2, 2]
    assert row.p_value.decimals == 3
    assert Share(id="a", kind="share", printed=17, of="g").share.count == 17


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"printed": 1.5}, 'must be a text in quotes, as printed, but got 1.5; write it so: "1.5"'),
        ({"printed": "1.5", "p": 0.05}, "must be a text in quotes"),
        ({"printed": "about 2"}, "printed must be an estimate with its interval, but got 'about 2'"),
        ({"printed": "1.5", "p": "1.2"}, "p must lie between 0 and 1"),
        ({"printed": "1.5", "groups": ["a"]}, "groups"),
        ({"printed": "1.5", "colour": "red"}, "Extra inputs"),
        ({"printed": "1.5", "level": 95}, "less than 1"),
        ({"printed": True}, "valid string"),
    ],
)
def test_what_no_paper_prints_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words.replace("(", r"\(")):
        Ratio(id="a", kind="ratio", **fields)


def test_both_faults_of_one_row_come_at_once():
    with pytest.raises(ValidationError) as refused:
        Ratio(id="a", kind="ratio", printed="x", p="7")
    assert {error["loc"] for error in refused.value.errors()} == {("printed",), ("p",)}
