"""Twin of src/lutetia/scoring/uptake.py: tables by hand, all completions of unknowns, contradictions."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.quantities import Interval
from lutetia.scoring.uptake import (
    DualLesion,
    netpet_of_lesions,
    netpet_of_reading,
    score_extremes,
    sstr_positive,
    visual_score,
)


# --- visual score ---
@pytest.mark.parametrize(
    ("visible", "liver", "spleen", "possible"),
    [
        (False, None, None, (0,)),
        (True, "below", None, (1,)),
        (True, "equal", None, (2,)),
        (True, "above", "below", (3,)),
        (True, "above", "above", (4,)),
        (None, "above", "above", (4,)),
        (True, "above", None, (3, 4)),
        (True, "above", "equal", (3, 4)),
        (True, None, "below", (1, 2, 3)),
        (True, None, None, (1, 2, 3, 4)),
        (None, "below", None, (0, 1)),
        (None, None, None, (0, 1, 2, 3, 4)),
    ],
)
def test_visual_score_by_hand(visible: Any, liver: Any, spleen: Any, possible: tuple[int, ...]) -> None:
    score = visual_score(visible=visible, versus_liver=liver, versus_spleen=spleen)
    assert score.possible == possible
    assert score.value == (possible[0] if len(possible) == 1 else None)


@pytest.mark.parametrize("convention", [3, 4])
def test_equal_to_spleen_follows_the_named_convention(convention: Any) -> None:
    score = visual_score(visible=True, versus_liver="above", versus_spleen="equal", equal_to_spleen=convention)
    assert score.value == convention
    assert f"equal_to_spleen={convention}" in score.conventions[0]


def test_score_names_where_its_parts_come_from() -> None:
    three = visual_score(visible=True, versus_liver="above", versus_spleen="below")
    one = visual_score(visible=True, versus_liver="below")
    assert "S002/Methods" in three.because[0].says
    assert "usual definition" in one.because[0].says
    assert three.because[0].rule == one.because[0].rule == "PRAC-SSTR-4"
    assert one.because[0].used == (("visible", "True"), ("versus_liver", "below"))


@pytest.mark.parametrize(("liver", "spleen"), [("above", None), ("equal", None), ("below", "above")])
def test_not_visible_yet_above_is_refused(liver: Any, spleen: Any) -> None:
    with pytest.raises(InputError, match="must not contradict"):
        visual_score(visible=False, versus_liver=liver, versus_spleen=spleen)


def test_unknown_word_is_refused() -> None:
    with pytest.raises(InputError, match="versus_liver: must be below, equal or above"):
        visual_score(visible=True, versus_liver="brighter")  # type: ignore[arg-type]


# --- extremes ---
@pytest.mark.parametrize(
    ("scores", "complete", "lowest", "highest"),
    [
        ([3, 4, 2], True, Interval(2, 2), Interval(4, 4)),
        ([3, 4, None], True, Interval(0, 3), Interval(4, 4)),
        ([3, 3, None], True, Interval(0, 3), Interval(3, 4)),
        ([0, None], True, Interval(0, 0), Interval(0, 4)),
        ([None], True, Interval(0, 4), Interval(0, 4)),
        ([3, Interval(3, 4)], True, Interval(3, 3), Interval(3, 4)),
        ([3, 4], False, Interval(0, 3), Interval(4, 4)),
        ([1], False, Interval(0, 1), Interval(1, 4)),
    ],
)
def test_extremes_by_hand(scores: Any, complete: bool, lowest: Interval, highest: Interval) -> None:
    extremes = score_extremes(scores, complete=complete)
    assert (extremes.lowest, extremes.highest) == (lowest, highest)
    assert extremes.value == (lowest, highest)
    assert f"complete={complete}" in extremes.conventions[0]


def test_no_lesion_is_unknown_and_never_zero() -> None:
    for complete in (True, False):
        extremes = score_extremes([], complete=complete)
        assert extremes.lowest is extremes.highest is extremes.value is None


@given(st.lists(st.sampled_from([None, 0, 1, 2, 3, 4]), min_size=1, max_size=4))
def test_extremes_hold_every_completion_and_no_more(scores: list[int | None]) -> None:
    extremes = score_extremes(scores, complete=True)
    filled = list(itertools.product(*(range(5) if score is None else [score] for score in scores)))
    lowest = {min(one) for one in filled}
    highest = {max(one) for one in filled}
    assert extremes.lowest == Interval(min(lowest), max(lowest))
    assert extremes.highest == Interval(min(highest), max(highest))


@pytest.mark.parametrize("score", [5, -1, 2.5, Interval(2, 2.5), float("nan"), "high"])
def test_score_outside_the_scale_is_refused(score: Any) -> None:
    with pytest.raises(InputError, match=r"scores\[1\]"):
        score_extremes([3, score], complete=True)


# --- definitions of SSTR-positive ---
@pytest.mark.parametrize(
    ("lowest", "netter_2", "eu_label"),
    [
        (4, True, True),
        (3, True, True),
        (2, False, True),
        (1, False, False),
        (0, False, False),
        (None, None, None),
        (Interval(2, 3), None, True),
        (Interval(0, 2), False, None),
        (Interval(0, 4), None, None),
    ],
)
def test_score_definitions(lowest: Any, netter_2: Any, eu_label: Any) -> None:
    met = sstr_positive(lowest_score=lowest).value
    assert (met["netter_2"], met["eu_label"]) == (netter_2, eu_label)


@pytest.mark.parametrize(
    ("all_lesions", "heterogeneous", "review"),
    [
        (True, False, True),
        (True, True, False),
        (False, False, False),
        (False, None, False),
        (None, True, False),
        (True, None, None),
        (None, False, None),
        (None, None, None),
    ],
)
def test_review_definition(all_lesions: Any, heterogeneous: Any, review: Any) -> None:
    result = sstr_positive(all_lesions_positive=all_lesions, heterogeneous=heterogeneous)
    assert result.value["review"] is review


def test_definitions_stay_apart_and_are_named() -> None:
    result = sstr_positive(lowest_score=2, all_lesions_positive=True, heterogeneous=True)
    assert result.value == {"netter_2": False, "eu_label": True, "review": False}
    assert [reason.rule for reason in result.because] == ["N2-I7", "EXT-L-03", "PRAC-SSTR-2"]
    assert "GAP-02" in result.conventions[0]
    unknown = sstr_positive().definitions[0].because
    assert unknown.used == (("lowest_score", "unknown"),)


# --- NETPET ---
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


# --- results ---
@pytest.mark.parametrize(
    "result",
    [
        visual_score(visible=True),
        score_extremes([3], complete=True),
        sstr_positive(),
        sstr_positive().definitions[0],
        P1,
        netpet_of_lesions([P1], complete=True),
    ],
    ids=lambda result: type(result).__name__,
)
def test_results_are_frozen(result: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, dataclasses.fields(result)[0].name, None)
