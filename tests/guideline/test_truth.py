"""Strong-Kleene truth, held against tables written by hand (Kleene 1952, section 64)."""

from __future__ import annotations

from itertools import product

import pytest

from lutetia.guideline.truth import Truth, all_of, any_of, negate

T, F, U = True, False, None
WORTH = {T: {T}, F: {F}, U: {T, F}}  # what an unknown may turn out to be


@pytest.mark.parametrize(("value", "expected"), [(T, F), (F, T), (U, U)])
def test_not(value, expected):
    assert negate(value) is expected


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (T, T, T, T),
        (T, U, U, T),
        (T, F, F, T),
        (U, T, U, T),
        (U, U, U, U),
        (U, F, F, U),
        (F, T, F, T),
        (F, U, F, U),
        (F, F, F, F),
    ],
)
def test_and_or(left, right, both, either):
    assert all_of([left, right]) is both
    assert any_of([left, right]) is either


def test_nothing_to_join():
    assert all_of([]) is True
    assert any_of([]) is False


@pytest.mark.parametrize(
    ("values", "both", "either"),
    [((U, U, F), F, U), ((U, T, U), U, T), ((F, U, T), F, T), ((T, T, U), U, T), ((F, F, U), F, U)],
)
def test_a_late_value_still_decides(values, both, either):
    assert all_of(values) is both
    assert any_of(iter(values)) is either  # any iterable will do


@pytest.mark.parametrize("values", list(product([T, F, U], repeat=3)))
def test_unknown_is_decided_only_where_every_completion_agrees(values):
    """An independent route: fill every unknown in with yes and no, and join in two-valued logic."""
    completions = list(product(*(WORTH[value] for value in values)))
    for join, two_valued in ((all_of, all), (any_of, any)):
        possible = {two_valued(completion) for completion in completions}
        assert join(values) is (possible.pop() if len(possible) == 1 else None)


@pytest.mark.parametrize("values", list(product([T, F, U], repeat=2)))
def test_de_morgan(values):
    assert negate(all_of(values)) is any_of([negate(value) for value in values])


@pytest.mark.parametrize(
    ("kleene", "truth", "letter", "word"),
    [
        (T, Truth.TRUE, "t", "applies"),
        (F, Truth.FALSE, "f", "does not apply"),
        (U, Truth.UNKNOWN, "u", "cannot be judged"),
    ],
)
def test_at_the_edge_a_truth_has_a_letter_and_a_word(kleene, truth, letter, word):
    assert Truth.of(kleene) is truth
    assert (truth.letter, truth.word) == (letter, word)
