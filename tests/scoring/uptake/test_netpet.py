"""NETPET class of lesions and of an overall reading."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring.uptake import (
    DualLesion,
    netpet_of_lesions,
    netpet_of_reading,
)


def _kind(sstr: bool, fdg: bool, relation: str | None) -> str:
    """The class of one fully read lesion, written out from the table."""
    if not sstr:
        return "P5" if fdg else "P0"
    if not fdg:
        return "P1"
    return {"below": "P2", "equal": "P3", "above": "P4"}[str(relation)]


# Every lesion that can exist: readings that fit together, relation included where it follows from them.
WHOLE = [
    *((False, False, relation) for relation in ("below", "equal", "above")),
    (True, False, "below"),
    *((True, True, relation) for relation in ("below", "equal", "above")),
    (False, True, "above"),
]


def _fitting(lesion: DualLesion) -> list[tuple[bool, bool, str]]:
    seen = (lesion.sstr_positive, lesion.fdg_positive, lesion.fdg_vs_sstr)
    return [w for w in WHOLE if all(s is None or s == x for s, x in zip(seen, w, strict=True))]


def _patient(kinds: tuple[str, ...]) -> str:
    highest = max(kinds)
    return highest if highest != "P4" else ("P4a" if kinds.count("P4") <= 2 else "P4b")


LESIONS = [
    DualLesion(sstr_positive=sstr, fdg_positive=fdg, fdg_vs_sstr=relation)  # type: ignore[arg-type]
    for sstr, fdg, relation in itertools.product(
        (True, False, None), (True, False, None), ("below", "equal", "above", None)
    )
]
POSSIBLE_LESIONS = [lesion for lesion in LESIONS if _fitting(lesion)]


@pytest.mark.parametrize("whole", WHOLE, ids=str)
def test_single_lesion_by_the_table(whole: tuple[bool, bool, str]) -> None:
    sstr, fdg, relation = whole
    lesion = DualLesion(sstr_positive=sstr, fdg_positive=fdg, fdg_vs_sstr=relation)  # type: ignore[arg-type]
    netpet = netpet_of_lesions([lesion], complete=True)
    expected = _kind(*whole)
    assert netpet.value == ("P4a" if expected == "P4" else expected)


@given(st.lists(st.sampled_from(POSSIBLE_LESIONS), min_size=1, max_size=4))
def test_netpet_lists_every_completion_and_no_more(lesions: list[DualLesion]) -> None:
    netpet = netpet_of_lesions(lesions, complete=True)
    completions = itertools.product(*(sorted({_kind(*w) for w in _fitting(lesion)}) for lesion in lesions))
    expected = {_patient(kinds) for kinds in completions}
    assert set(netpet.possible) == expected
    if len(expected) == 1:
        assert netpet.value == expected.pop()
    else:
        assert netpet.value == ("P4" if expected == {"P4a", "P4b"} else None)


@given(st.lists(st.sampled_from(POSSIBLE_LESIONS), max_size=3))
def test_an_incomplete_list_only_adds_possibilities(lesions: list[DualLesion]) -> None:
    complete = netpet_of_lesions(lesions, complete=True)
    incomplete = netpet_of_lesions(lesions, complete=False)
    assert set(complete.possible) <= set(incomplete.possible)
    assert "P5" in incomplete.possible


P4 = DualLesion(sstr_positive=True, fdg_positive=True, fdg_vs_sstr="above")
P1 = DualLesion(sstr_positive=True, fdg_positive=False)
P5 = DualLesion(sstr_positive=False, fdg_positive=True)


@pytest.mark.parametrize(
    ("lesions", "value", "suitability"),
    [
        ([P1], "P1", "probable"),
        ([P1, P4, P4], "P4a", "probable"),
        ([P4, P4, P4], "P4b", "maybe_with_addition"),
        ([P4, P4, P4, P5], "P5", "not_suitable"),
        ([DualLesion(sstr_positive=False, fdg_positive=False)], "P0", "not_suitable"),
        ([DualLesion(sstr_positive=True, fdg_positive=True)], None, "probable"),  # P2, P3 or P4a
        ([], None, None),
    ],
)
def test_patient_class_and_suitability_as_tabulated(lesions: Any, value: Any, suitability: Any) -> None:
    netpet = netpet_of_lesions(lesions, complete=True)
    assert (netpet.value, netpet.suitability_as_tabulated) == (value, suitability)
    assert netpet.provenance == "external review table; definition not in S004"


def test_one_certain_mismatch_settles_the_class() -> None:
    assert netpet_of_lesions([P5, DualLesion()], complete=False).value == "P5"


@pytest.mark.parametrize("lesion", [le for le in LESIONS if not _fitting(le)], ids=str)
def test_contradictory_lesion_is_refused_with_its_place(lesion: DualLesion) -> None:
    with pytest.raises(InputError, match=r"lesions\[1\]"):
        netpet_of_lesions([P1, lesion], complete=True)


@pytest.mark.parametrize(
    ("sstr", "fdg", "discordant", "relation", "above", "value", "possible"),
    [
        (True, True, True, None, None, "P5", {"P5"}),
        (True, None, True, None, None, "P5", {"P5"}),
        (True, False, False, None, None, "P1", {"P1"}),
        (True, False, None, None, None, "P1", {"P1"}),
        (False, False, False, None, None, "P0", {"P0"}),
        (False, True, None, None, None, "P5", {"P5"}),
        (True, True, False, None, None, None, {"P2", "P3", "P4a", "P4b"}),
        (True, True, None, None, None, None, {"P2", "P3", "P4a", "P4b", "P5"}),
        (True, True, False, "below", None, "P2", {"P2"}),
        (True, True, None, "below", None, None, {"P2", "P5"}),
        (True, True, False, "equal", None, "P3", {"P3"}),
        (True, True, False, "above", None, "P4", {"P4a", "P4b"}),
        (True, True, False, "above", 2, "P4a", {"P4a"}),
        (True, True, False, None, 3, "P4b", {"P4b"}),
        (True, True, False, None, 0, None, {"P2", "P3"}),
        (None, None, None, None, None, None, {"P0", "P1", "P2", "P3", "P4a", "P4b", "P5"}),
        (None, False, None, None, None, None, {"P0", "P1"}),
    ],
)
def test_overall_reading(
    sstr: Any, fdg: Any, discordant: Any, relation: Any, above: Any, value: Any, possible: set[str]
) -> None:
    netpet = netpet_of_reading(
        sstr_positive=sstr,
        fdg_positive=fdg,
        discordant=discordant,
        fdg_vs_sstr=relation,
        lesions_fdg_above=above,
    )
    assert netpet.value == value
    assert set(netpet.possible) == possible


@pytest.mark.parametrize(
    ("sstr", "fdg", "discordant", "relation"),
    [(True, False, True, None), (False, True, False, None), (True, False, None, "above")],
)
def test_contradictory_reading_is_refused(sstr: Any, fdg: Any, discordant: Any, relation: Any) -> None:
    with pytest.raises(InputError, match="must not contradict"):
        netpet_of_reading(sstr_positive=sstr, fdg_positive=fdg, discordant=discordant, fdg_vs_sstr=relation)


@pytest.mark.parametrize("count", [-1, 1.5, True])
def test_wrong_number_of_lesions_is_refused(count: Any) -> None:
    with pytest.raises(InputError, match="whole number of lesions"):
        netpet_of_reading(sstr_positive=True, fdg_positive=True, discordant=False, lesions_fdg_above=count)
