"""One patient: every named variant by hand, and laws."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring.deterioration import Rules, time_to_deterioration

BASE: dict[str, Any] = {
    "threshold": 10, "worse": "lower", "kind": "first", "reference": "baseline", "death": "censored_at_last_score",
    "no_baseline": "censored_day_0", "no_follow_up": "censored_day_1",
}  # fmt: skip
CONFIRMED = {"kind": "confirmed", "last_score": "censored"}
DEFINITIVE = {"kind": "definitive", "last_score": "event", "definitive_by": "all_later_worse"}


def course(
    rules: dict[str, Any], baseline: float | None, scores: list[float | None], death: int | None = None
) -> tuple[int | None, int | None]:
    """Days and event of a course with a score every 84 days."""
    follow_up = {84 * (place + 1): score for place, score in enumerate(scores)}
    got = time_to_deterioration(Rules(**BASE | rules), baseline=baseline, follow_up=follow_up, death_day=death)
    return got.days, got.event


@pytest.mark.parametrize(
    ("worse", "scores", "expected"),
    [
        ("lower", [70.1, 60], (168, 1)),
        ("lower", [70, 90], (84, 1)),  # exactly ten points worse than 80 counts
        ("lower", [70.1, 71, 90], (252, 0)),
        ("higher", [90, 60], (84, 1)),
        ("higher", [89.9, 60], (168, 0)),
    ],
)
def test_first_deterioration_from_baseline(worse: str, scores: list[float | None], expected: tuple[int, int]) -> None:
    assert course({"worse": worse}, 80, scores) == expected


def test_ten_points_out_of_thirds_count() -> None:
    # Mean answers 1.2 and 1.5 differ by 0.3, that is ten points; in binary by 9.99999999999.
    before, after = (1 - (1.2 - 1) / 3) * 100, (1 - (1.5 - 1) / 3) * 100
    assert before - after < 10
    assert course({}, before, [after]) == (84, 1)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("baseline", (252, 0)), ("best", (168, 1)), ("previous", (168, 1))],
)
def test_reference_best_and_previous_see_a_fall_from_a_gain(reference: str, expected: tuple[int, int]) -> None:
    assert course({"reference": reference}, 60, [80, 65, 60]) == expected


def test_the_best_score_stays_the_previous_moves_on() -> None:
    scores: list[float | None] = [75, 70, 65]  # best 80 from baseline: 65 is the first that is 10 worse than 75 or 80
    assert course({"reference": "best"}, 80, scores) == (168, 1)
    assert course({"reference": "previous"}, 80, scores) == (252, 0)
    assert course({"reference": "best", "worse": "higher"}, 30, [20, 30]) == (168, 1)


def test_a_confirmed_deterioration_is_seen_again_at_the_next_score() -> None:
    assert course(CONFIRMED, 80, [70, 75, 65, 60, 80]) == (252, 1)
    assert course(CONFIRMED, 80, [70, None, 69]) == (84, 1)  # the next score that is there
    assert course({}, 80, [70, 75]) == (84, 1)
    assert course(CONFIRMED, 80, [70, 75]) == (168, 0)


@pytest.mark.parametrize(
    ("last_score", "death", "expected"),
    [
        ("censored", None, (168, 0)),
        ("event", None, (168, 1)),
        ("event_if_death_follows", None, (168, 0)),
        ("event_if_death_follows", 200, (168, 1)),
    ],
)
def test_a_deterioration_at_the_last_score(last_score: str, death: int | None, expected: tuple[int, int]) -> None:
    assert course({**CONFIRMED, "last_score": last_score}, 80, [80, 60], death) == expected


@pytest.mark.parametrize(
    ("definitive_by", "expected"),
    [
        ("all_later_worse", (252, 1)),  # 75 is not 10 worse than 80
        ("no_gain_on_reference", (84, 1)),  # nothing later above 90
        ("no_gain_on_deteriorated", (252, 1)),  # from 60, 75 is a gain of more than 10
    ],
)
def test_three_meanings_of_definitive(definitive_by: str, expected: tuple[int, int]) -> None:
    assert course({**DEFINITIVE, "definitive_by": definitive_by}, 80, [60, 75, 65, 70]) == expected


def test_a_gain_of_exactly_the_threshold_does_not_undo_a_definitive_deterioration() -> None:
    rules = {**DEFINITIVE, "definitive_by": "no_gain_on_deteriorated"}
    assert course(rules, 80, [60, 70]) == (84, 1)
    assert course(rules, 80, [60, 70.1]) == (168, 0)
    rules = {**DEFINITIVE, "definitive_by": "no_gain_on_reference"}
    assert course(rules, 80, [60, 90]) == (84, 1)
    assert course(rules, 80, [60, 90.1]) == (168, 0)


def test_a_definitive_deterioration_does_not_come_back() -> None:
    assert course(DEFINITIVE, 80, [60, 80, 60, 60]) == (252, 1)
    assert course({}, 80, [60, 80, 60, 60]) == (84, 1)
    assert course({**DEFINITIVE, "last_score": "censored"}, 80, [80, 60]) == (168, 0)


@pytest.mark.parametrize(
    ("death", "within", "expected"),
    [
        ("censored_at_last_score", None, (168, 0)),
        ("event", "any", (300, 1)),
        ("event", 132, (300, 1)),
        ("event", 131, (168, 0)),
        ("competing", "any", (300, 2)),
    ],
)
def test_death_without_deterioration(death: str, within: Any, expected: tuple[int, int]) -> None:
    assert course({"death": death, "death_within_days": within}, 80, [80, 75], death=300) == expected


def test_a_death_after_a_deterioration_changes_nothing() -> None:
    assert course({"death": "event", "death_within_days": "any"}, 80, [60, 75], death=300) == (84, 1)


@pytest.mark.parametrize(
    ("no_baseline", "expected"),
    [
        ("censored_day_0", (0, 0)),
        ("event_day_0", (0, 1)),
        ("excluded", (None, None)),
        ("first_score_is_reference", (168, 1)),
    ],
)
def test_no_baseline(no_baseline: str, expected: tuple[int | None, int | None]) -> None:
    assert course({"no_baseline": no_baseline}, None, [80, 60]) == expected


@pytest.mark.parametrize(
    ("no_follow_up", "expected"),
    [
        ("censored_day_0", (0, 0)),
        ("censored_day_1", (1, 0)),
        ("event_day_1", (1, 1)),
        ("excluded", (None, None)),
    ],
)
def test_no_follow_up(no_follow_up: str, expected: tuple[int | None, int | None]) -> None:
    assert course({"no_follow_up": no_follow_up}, 80, [None, None]) == expected


def test_no_follow_up_but_death() -> None:
    assert course({"death": "event", "death_within_days": "any"}, 80, [], death=40) == (40, 1)
    assert course({"death": "event", "death_within_days": 30}, 80, [], death=40) == (1, 0)
    assert course({"death": "censored_at_last_score"}, 80, [], death=40) == (1, 0)


def test_neither_baseline_nor_follow_up_under_first_score_is_excluded() -> None:
    got = time_to_deterioration(
        Rules(**BASE | {"no_baseline": "first_score_is_reference"}), baseline=None, follow_up={84: None}
    )
    assert (got.outcome, got.value, got.months) == ("excluded", None, None)
    assert got.because[0].says == "no score at all"


def test_result_reason_and_conventions() -> None:
    rules = Rules(**BASE | {"death": "event", "death_within_days": "any", "step": 100 / 3})
    got = time_to_deterioration(rules, baseline=80, follow_up=[(168, 60), (84, 78)], death_day=400)
    assert (got.outcome, got.value) == ("deteriorated", 168)
    assert got.months == pytest.approx(168 / 30.4375)
    assert got.because[0].used == (("day", "168"), ("score", "60"), ("baseline", "80"))
    assert "threshold 10 points, reached counts" in got.conventions
    assert "kind=first" in got.conventions
    assert "death_within_days=any" in got.conventions
    assert "one answer moves the scale by 33.3 points: the threshold takes 1" in got.conventions
    assert not any("definitive_by" in said for said in got.conventions)


scores = st.lists(st.one_of(st.none(), st.integers(0, 12).map(lambda n: n * 100 / 12)), max_size=7)
VARIANTS = [
    {"kind": "first"},
    {"kind": "confirmed", "last_score": "event"},
    {"kind": "definitive", "last_score": "event", "definitive_by": "all_later_worse"},
]


@given(scores, st.sampled_from(["baseline", "best", "previous"]))
def test_definitive_is_never_before_confirmed_nor_confirmed_before_first(
    values: list[float | None], reference: str
) -> None:
    found = [course({**variant, "reference": reference}, 75, values) for variant in VARIANTS]
    days = [day if event == 1 else float("inf") for day, event in found]
    assert days == sorted(days)  # type: ignore[type-var]


@given(scores, st.randoms())
def test_the_order_of_rows_changes_nothing(values: list[float | None], lot: random.Random) -> None:
    rows: list[tuple[int, float | None]] = [(84 * (place + 1), score) for place, score in enumerate(values)]
    mixed = lot.sample(rows, len(rows))
    rules = Rules(**BASE | DEFINITIVE)
    straight, shuffled = (time_to_deterioration(rules, baseline=75, follow_up=one) for one in (rows, mixed))
    assert straight == shuffled


@given(scores)
def test_a_symptom_scale_mirrors_a_functional_one(values: list[float | None]) -> None:
    mirrored = [None if score is None else 100 - score for score in values]
    assert course({}, 75, values) == course({"worse": "higher"}, 25, mirrored)


def test_all_faults_of_a_course_at_once() -> None:
    with pytest.raises(InputError) as caught:
        time_to_deterioration(
            Rules(**BASE), baseline=-1, follow_up=[(0, 50), (84, 50), (84, 60), (168, 120), (400, 50)], death_day=300
        )
    assert [fault.place for fault in caught.value.faults] == ["baseline", "day 0", "day 84", "day 400", "day 168"]
