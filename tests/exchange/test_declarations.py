"""Declarations of any kind: one reader, every fault with its line, words in place of parts."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest

from lutetia.cohort.declared import Declared
from lutetia.errors import InputError
from lutetia.exchange.declarations import OrWord, parse_declaration


class Part(Declared):
    count: Annotated[int, "how many"]


class Whole(Declared):
    lutetia: Literal["made-up/1"]
    part: Annotated[Part | Literal["none"], OrWord()]
    parts: Annotated[tuple[Part, ...] | Literal["none"] | None, OrWord()] = None


def read(text: str) -> Whole:
    return parse_declaration(Whole, text, "a.yaml", begin="lutetia: made-up/1")


def refusal(text: str) -> str:
    with pytest.raises(InputError) as error:
        read(text)
    return str(error.value)


def test_a_part_or_a_word():
    assert read("lutetia: made-up/1\npart: none\n").part == "none"
    assert read("lutetia: made-up/1\npart: {count: 3}\nparts: [{count: 4}]\n").parts[0].count == 4


def test_a_fault_names_the_place_in_the_file_and_not_what_was_tried():
    said = refusal("lutetia: made-up/1\npart: {count: x}\nparts:\n- {count: 1}\n- {number: 2}\n")
    assert "line 2, part.count: count must be a whole number" in said
    assert "line 5, parts[1].count: count must be given" in said
    assert "·" not in said


def test_a_wrong_word_and_a_duplicate_key():
    assert "part must be one of none" in refusal("lutetia: made-up/1\npart: nothing\n")
    assert "each key must be given once" in refusal("lutetia: made-up/1\npart: none\npart: none\n")


def test_anything_but_a_mapping_is_refused():
    assert "Begin with lutetia: made-up/1." in refusal("- 1\n")
