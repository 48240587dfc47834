"""YAML and JSON as plain data with lines; everything that could be read in two ways is refused."""

from __future__ import annotations

import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.exchange import documents
from lutetia.exchange.documents import MAX_BYTES, parse_document, place_text, read_document, read_text


def fault_of(text, name="a.yaml"):
    with pytest.raises(InputError) as caught:
        parse_document(text, name)
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("NO", "NO"),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("007", "007"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("7.4", 7.4),
        ("1e3", 1000.0),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("2024-05-17", "2024-05-17"),
        ("2024-05", "2024-05"),
        ("2024-05-17T10:30:00+02:00", "2024-05-17T10:30:00+02:00"),
        ("<3", "<3"),
        ("10-15 %", "10-15 %"),
        ("=", "="),
        ("1" * 30, int("1" * 30)),
        ("1" * 400, "1" * 400),
        ("'true'", "true"),
        ('"7"', "7"),
        ("'2024'", "2024"),
    ],
)
def test_plain_words_of_yaml(word, value):
    data = parse_document(f"a: {word}\n", "a.yaml").data["a"]
    assert data == value
    assert type(data) is type(value)


def test_keys_are_text():
    assert parse_document("{1: a, true: b, 2024-05: c}", "a.yaml").data == {"1": "a", "true": "b", "2024-05": "c"}


YAML = """\
# a comment
a: 1
b:
  c: x

  d: [1, 2,
    {e: 3}]
"""
JSON = """{
  "a": 1,
  "b": {
    "c": "x\\\\\\"}",
    "d": [1, 2,
      {"e": 3}]
  }
}"""


@pytest.mark.parametrize(
    ("text", "name", "lines"),
    [
        (YAML, "a.yaml", {("a",): 2, ("b",): 3, ("b", "c"): 4, ("b", "d"): 6, ("b", "d", 1): 6, ("b", "d", 2, "e"): 7}),
        (JSON, "a.json", {("a",): 2, ("b",): 3, ("b", "c"): 4, ("b", "d"): 5, ("b", "d", 1): 5, ("b", "d", 2, "e"): 6}),
    ],
)
def test_lines(text, name, lines):
    document = parse_document(text, name)
    assert {place: document.locate(place) for place in lines} == lines
    assert document.locate(("b", "nothing", "below")) == 3  # what is missing is placed where it is missing
    assert document.locate(("nothing",)) == document.locate(())


def test_the_format_comes_from_name_or_text():
    assert parse_document('{"a": 1}', "course").data == {"a": 1}
    assert parse_document("a: 1", "course").data == {"a": 1}
    assert parse_document('{"a": 007}', "a.yaml").data == {"a": "007"}
    assert parse_document("[1]", "x.txt", "yaml").data == [1]
    with pytest.raises(InputError):
        parse_document("a: 1", "a.JSON")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\n\n"])
def test_an_empty_file_holds_nothing(text):
    assert parse_document(text, "a.yaml").data is None


def test_malformed_yaml_names_line_and_column():
    fault = fault_of("a: 1\nb: [1, 2\nc: 3\n")
    assert fault.line == 3
    assert "well-formed YAML" in fault.must
    assert "column" in fault.got
    assert fault_of("a: 1\n b: 2\n").line == 2
    assert fault_of("a: 'x\n").line is not None
    assert fault_of("a: 1\n\tb: 2\n").line == 2


def test_malformed_json_names_line_and_column():
    fault = fault_of('{"a": 1,\n "b": }', "a.json")
    assert (fault.line, fault.got) == (2, "expecting value (column 7)")
    assert "well-formed JSON" in fault.must
    assert "NaN" in fault_of('{"a": NaN}', "a.json").got
    assert fault_of("", "a.json").line == 1
    assert fault_of('{"a": ' + "9" * 5000 + "}", "a.json").must == "the text must be well-formed JSON"


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: &x 1\nb: *x\n", "anchors and aliases", 1),
        ("a: 1\nb: *x\n", "anchors and aliases", 2),
        ("a: &x {b: 1}\n", "anchors and aliases", 1),
        ("a: &x [1]\n", "anchors and aliases", 1),
        ("&x a: 1\n", "a key must be a plain word", 1),
        ("a: !!python/object:os.system ls\n", "tags", 1),
        ("a: !!str 7\n", "tags", 1),
        ("a: 1\n---\nb: 2\n", "one document", 2),
        ("? [a, b]\n: 1\n", "a key must be a plain word", 1),
        ("a: " + "[" * 60 + "]" * 60 + "\n", "nesting must not be deeper", 1),
        ("a: \x07\n", "printable characters", 1),
        ("a: 1\nb: 2\nc: \x00\n", "printable characters", 3),
    ],
)
def test_what_yaml_must_not_hold(text, words, line):
    fault = fault_of(text)
    assert words in fault.must
    assert fault.line == line


def test_an_anchor_bomb_is_refused_at_once():
    levels = "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]" for n in range(1, 12))
    fault = fault_of(f"b0: &b0 [x, x]\n{levels}\n")
    assert (fault.line, fault.got) == (1, "&b0")


def test_deeply_nested_texts_are_refused_without_a_crash():
    assert "nest" in fault_of("[" * 100_000, "a.yaml").must
    assert "nesting too deep" in fault_of("[" * 100_000 + "]" * 100_000, "a.json").got


@pytest.mark.parametrize(
    ("text", "name"),
    [("a: 1\nb: {c: 1,\n  c: 2}\na: 3\n", "a.yaml"), ('{"a": 1,\n"b": {"c": 1,\n"c": 2},\n"a": 3}', "a.json")],
)
def test_every_duplicate_key_is_found(text, name):
    document = parse_document(text, name)
    lines = [fault.line for fault in document.faults]
    assert sorted(lines) == [3, 4]
    assert {fault.place for fault in document.faults} == {"a", "b.c"}
    assert all("once" in fault.must for fault in document.faults)
    assert document.data == {"a": 1, "b": {"c": 1}}


def test_files(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffa: é\n".encode())
    data, locate = read_document(path)
    assert (data, locate(("a",))) == ({"a": "é"}, 1)
    path.write_bytes(b"a: 1\na: 2\n")
    with pytest.raises(InputError, match="each key must be given once"):
        read_document(path)


def test_a_file_that_is_not_utf8_names_byte_and_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(InputError) as caught:
        read_text(path)
    (fault,) = caught.value.faults
    assert (fault.line, fault.got) == (2, "byte 0xe9 at position 11")


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(InputError, match="the file must not exceed 10 MB, but got 50 MB"):
        read_text(path)
    path.write_bytes(b"#" * MAX_BYTES)
    assert len(read_text(path)) == MAX_BYTES


def test_an_unreadable_file(tmp_path):
    with pytest.raises(InputError, match="the file must exist and be readable, but got no such file or directory"):
        read_text(tmp_path / "nothing.yaml")
    with pytest.raises(InputError, match="is a directory"):
        read_text(tmp_path)


def test_places_as_people_write_them():
    assert place_text(("entries", 3, "date")) == "entries[3].date"
    assert place_text(()) == "document"
    assert place_text((3, "a")) == "[3].a"


def test_without_libyaml_the_same_is_read(monkeypatch):
    monkeypatch.setattr(documents, "_LOADER", yaml.SafeLoader)
    assert parse_document(YAML, "a.yaml").data == {"a": 1, "b": {"c": "x", "d": [1, 2, {"e": 3}]}}
    assert parse_document(YAML, "a.yaml").locate(("b", "d", 2, "e")) == 7
    assert fault_of("a: &x 1\n").line == 1
    assert fault_of("a: 1\nb: \x07\n").line == 2
    assert fault_of("a: 1\n b: 2\n").line == 2


plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(plain_data)
def test_json_is_read_as_the_standard_library_reads_it(data):
    document = parse_document(json.dumps(data), "a.json")
    assert document.data == data
    assert document.faults == ()
    assert document.locate(()) == 1


@given(st.dictionaries(st.text(max_size=5), plain_data, max_size=5))
def test_each_part_of_a_json_text_has_its_own_line(data):
    text = json.dumps(data, indent=1)
    document = parse_document(text, "a.json")
    for key in data:
        line = document.locate((key,))
        assert text.splitlines()[line - 1].startswith(f" {json.dumps(key)}:")


def test_numbers_of_json_keep_their_kind():
    data = parse_document('{"a": 1, "b": 1.0, "c": 1e999}', "a.json").data
    assert [type(value) for value in data.values()] == [int, float, float]
    assert data["c"] == math.inf
