"""Many forms at once agree with one form at a time, and say what was left out."""

from __future__ import annotations

import random
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import questionnaire

# Item numbers by hand from the scoring program of 1998/2002 (SAS), not from the data file.
ITEMS = {
    "QL": (29, 30), "PF": (1, 2, 3, 4, 5), "RF": (6, 7), "EF": (21, 22, 23, 24), "CF": (20, 25), "SF": (26, 27),
    "FA": (10, 12, 18), "NV": (14, 15), "PA": (9, 19), "DY": (8,), "SL": (11,), "AP": (13,), "CO": (16,), "DI": (17,),
    "FI": (28,),
}  # fmt: skip


def forms(count: int, seed: int) -> list[list[int | None]]:
    """Random forms with blanks; of no patient."""
    lot = random.Random(seed)
    blank = [lot.choice([0, 0, 0.1, 0.4]) for _ in range(count)]
    return [
        [None if lot.random() < share else lot.randint(1, 7 if item >= 29 else 4) for item in range(1, 31)]
        for share in blank
    ]


@pytest.mark.parametrize("missing", ["half", "complete"])
def test_plain_and_array_agree_on_ten_thousand_forms(missing: Any) -> None:
    np = pytest.importorskip("numpy")
    table = forms(10_000, seed=30)
    together = questionnaire.score_many(np.array(table, dtype=float), "QLQ-C30", missing=missing)
    assert set(together.value) == {*ITEMS, "summary"}
    one_by_one = [questionnaire.score(form, missing=missing).value for form in table]
    for name, column in together.value.items():
        alone = np.array([np.nan if scores[name] is None else scores[name] for scores in one_by_one])
        np.testing.assert_allclose(column, alone, rtol=0, atol=1e-9)
        assert np.isnan(column).sum() > 0


def test_forms_without_any_score_are_counted() -> None:
    np = pytest.importorskip("numpy")
    table = np.full((3, 30), 2.0)
    table[1] = np.nan
    got = questionnaire.score_many(table, "QLQ-C30")
    assert [(left.count, left.why, left.rows) for left in got.left_out] == [(1, "no scale could be scored", (1,))]
    assert np.isnan(got.value["summary"]).tolist() == [False, True, False]


def test_answers_out_of_range_are_all_named_with_form_and_item() -> None:
    np = pytest.importorskip("numpy")
    table = np.full((4, 30), 2.0)
    table[0, 4], table[2, 28], table[3, 29] = 5, 8, 1.5
    with pytest.raises(InputError) as caught:
        questionnaire.score_many(table, "QLQ-C30")
    assert [fault.place for fault in caught.value.faults] == ["form 0, item 5", "form 2, item 29", "form 3, item 30"]
    with pytest.raises(InputError, match="must have 30 columns"):
        questionnaire.score_many(table[:, :29], "QLQ-C30")


def test_texts_among_the_answers_are_refused_with_form_and_item() -> None:
    table: list[list[Any]] = [[1] * 30, [None] * 30]
    table[1][4] = "two"
    with pytest.raises(InputError) as caught:
        questionnaire.score_many(table, "QLQ-C30")
    assert [str(fault) for fault in caught.value.faults] == ["form 1, item 5: must be a number, but got 'two'."]
