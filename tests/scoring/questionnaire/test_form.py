"""One form: limits, the half rule at every edge, the summary score, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring import questionnaire

FUNCTIONAL = ("PF", "RF", "EF", "CF", "SF")
SYMPTOM = ("FA", "NV", "PA", "DY", "SL", "AP", "CO", "DI", "FI")
# Item numbers by hand from the scoring program of 1998/2002 (SAS), not from the data file.
ITEMS = {
    "QL": (29, 30), "PF": (1, 2, 3, 4, 5), "RF": (6, 7), "EF": (21, 22, 23, 24), "CF": (20, 25), "SF": (26, 27),
    "FA": (10, 12, 18), "NV": (14, 15), "PA": (9, 19), "DY": (8,), "SL": (11,), "AP": (13,), "CO": (16,), "DI": (17,),
    "FI": (28,),
}  # fmt: skip
# At least half: 3 of 5, 2 of 4, 2 of 3, 1 of 2, 1 of 1.
NEEDED = {5: 3, 4: 2, 3: 2, 2: 1, 1: 1}


def test_all_items_1() -> None:
    got = questionnaire.score([1] * 30)
    assert got.value["QL"] == 0
    assert [got.value[name] for name in FUNCTIONAL] == [100] * 5
    assert [got.value[name] for name in SYMPTOM] == [0] * 9
    assert got.summary == 100


def test_all_items_at_their_highest() -> None:
    got = questionnaire.score([4] * 28 + [7, 7])
    assert got.value["QL"] == 100
    assert [got.value[name] for name in FUNCTIONAL] == [0] * 5
    assert [got.value[name] for name in SYMPTOM] == [100] * 9
    assert got.summary == 0


def test_one_form_by_hand() -> None:
    answers = [1, 2, 1, 1, 2, 3, 2, 2, 3, 4, 2, 3, 1, 2, 1, 4, 2, 3, 4, 2, 1, 2, 3, 2, 1, 2, 1, 3, 5, 4]
    got = questionnaire.score(answers).value
    expected = {
        "QL": (4.5 - 1) / 6 * 100,           # (5 + 4) / 2
        "PF": (1 - (1.4 - 1) / 3) * 100,     # 7 / 5
        "RF": (1 - (2.5 - 1) / 3) * 100,
        "EF": (1 - (2 - 1) / 3) * 100,       # 1 2 3 2
        "CF": (1 - (1.5 - 1) / 3) * 100,     # items 20 and 25: 2, 1
        "SF": (1 - (1.5 - 1) / 3) * 100,
        "FA": (10 / 3 - 1) / 3 * 100,        # items 10, 12, 18: 4, 3, 3
        "NV": (1.5 - 1) / 3 * 100,
        "PA": (3.5 - 1) / 3 * 100,           # items 9, 19: 3, 4
        "DY": 100 / 3, "SL": 100 / 3, "AP": 0, "CO": 100, "DI": 100 / 3, "FI": 200 / 3,
    }  # fmt: skip
    assert {name: got[name] for name in expected} == pytest.approx(expected)
    # 86.6667 + 50 + 66.6667 + 83.3333 + 83.3333 + (100 - each symptom: 22.2222, 83.3333, 16.6667, 66.6667, 66.6667,
    # 100, 0, 66.6667) = 370 + 422.2222; / 13
    assert got["summary"] == pytest.approx(792.2222 / 13, abs=1e-4)


@pytest.mark.parametrize(("scale", "items"), ITEMS.items())
def test_the_half_rule_at_its_edge(scale: str, items: tuple[int, ...]) -> None:
    full = dict.fromkeys(range(1, 31), 2)
    needed = NEEDED[len(items)]
    enough = {item: 2 if item not in items[needed:] else None for item in full}
    too_few = {item: 2 if item not in items[needed - 1 :] else None for item in full}
    assert questionnaire.score(enough).value[scale] == questionnaire.score(full).value[scale]
    assert questionnaire.score(too_few).value[scale] is None
    assert questionnaire.score(too_few).missing == ((scale,) if scale in ("QL", "FI") else (scale, "summary"))
    if needed < len(items):
        assert questionnaire.score(enough, missing="complete").value[scale] is None


@pytest.mark.parametrize(("scale", "items"), ITEMS.items())
def test_each_item_moves_its_scale_by_the_step_and_no_other(scale: str, items: tuple[int, ...]) -> None:
    base = dict.fromkeys(range(1, 31), 2)
    before = questionnaire.score(base)
    for item in items:
        after = questionnaire.score({**base, item: 3})
        moved = {name for name in ITEMS if after.value[name] != pytest.approx(before.value[name])}
        assert moved == {scale}
        assert abs((after.value[scale] or 0) - (before.value[scale] or 0)) == pytest.approx(before.steps[scale])


def test_blank_items_may_be_none_nan_or_absent() -> None:
    whole = dict.fromkeys(range(1, 31), 2)
    absent = {item: answer for item, answer in whole.items() if item != 5}
    for form in ({**whole, 5: None}, {**whole, 5: float("nan")}, absent):
        assert questionnaire.score(form).value == questionnaire.score(whole).value  # type: ignore[arg-type]
    assert questionnaire.score({str(item): answer for item, answer in whole.items()}).value["PF"] == pytest.approx(
        66.6667, abs=1e-4
    )


def test_an_empty_form_has_no_score() -> None:
    got = questionnaire.score({})
    assert set(got.value.values()) == {None}
    assert got.summary is None


@given(st.lists(st.one_of(st.none(), st.integers(1, 4)), min_size=30, max_size=30))
def test_scores_lie_between_0_and_100(form: list[int | None]) -> None:
    for value in questionnaire.score(form).value.values():
        assert value is None or -1e-9 <= value <= 100 + 1e-9


@pytest.mark.parametrize(
    ("items", "places"),
    [
        ({1: 5, 29: 8, 30: 0, 2: 1.5, 3: True, 4: "2"}, ["item 1", "item 29", "item 30", "item 2", "item 3", "item 4"]),
        ({0: 1, 31: 1, "q5": 2}, ["item 0", "item 31", "item q5"]),
        ([1] * 29, ["items"]),
    ],
)
def test_all_faults_at_once(items: Any, places: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        questionnaire.score(items)
    assert [fault.place for fault in caught.value.faults] == places


def test_reasons_show_items_and_mean() -> None:
    reason = questionnaire.score([2] * 28 + [5, 6]).because[0]
    assert reason.used == (("items", "29, 30"), ("answered", "2 of 2"), ("mean", "5.5"))
    assert "(mean − 1) / 6 · 100" in reason.says


@pytest.mark.parametrize("items", [None, 7, "1111"])
def test_what_is_no_form_is_refused(items: Any) -> None:
    with pytest.raises(InputError, match="items: must be 30 answers"):
        questionnaire.score(items)
