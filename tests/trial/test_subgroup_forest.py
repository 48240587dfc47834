"""The forest: every patient in one level of each fact, columns checked."""

import pytest

from lutetia.errors import InputError
from lutetia.trial.subgroup_forest import subgroup_forest
from lutetia.trial.time_to_event_analysis import time_to_event


@pytest.fixture(scope="module")
def forest(replayed):
    return subgroup_forest(time_to_event(replayed, "PFS"), ("SEX", "AGE", "LIVERFL"))


def test_the_first_row_is_everybody(forest, replayed):
    one = time_to_event(replayed, "PFS")
    assert forest.rows[0].ratio == one.hazard_ratio
    assert forest.rows[0].counts == f"{one.events[0]}/{one.arms.n[0]} : {one.events[1]}/{one.arms.n[1]}"


def test_levels_add_up_to_everybody(forest):
    def patients(row):
        return [tuple(int(n) for n in side.split("/")) for side in row.counts.split(" : ")]

    whole = patients(forest.rows[0])
    sex = [patients(row) for row in forest.rows if row.label.strip() in ("F", "M")]
    assert [(a + c, b + d) for (a, b), (c, d) in zip(*sex, strict=True)] == whole


def test_numbers_are_cut_at_their_median(forest):
    labels = [row.label.strip() for row in forest.rows]
    below = next(label for label in labels if label.startswith("below"))
    assert f"{below.removeprefix('below ')} and more" in labels


def test_unknown_columns_are_refused(replayed):
    with pytest.raises(InputError, match="subgroups, COLOUR"):
        subgroup_forest(time_to_event(replayed, "PFS"), ("COLOUR",))


def test_numbers_of_which_half_are_the_least_make_two_groups(by_hand):
    ages = [40, 40, 40, 40, 40, 40, 51, 52, 53, 54, 55, 56]
    patients = [{"arm": "AB"[i % 2], "AGE": age, "times": {"PFS": (90 + i, 1)}} for i, age in enumerate(ages)]
    rows = subgroup_forest(time_to_event(by_hand(patients), "PFS"), ("AGE",)).rows
    assert [row.label.strip() for row in rows[2:]] == ["51 and more", "below 51"]
    assert [row.counts for row in rows[2:]] == ["3/3 : 3/3", "3/3 : 3/3"]


def test_the_median_itself_belongs_to_the_upper_group(by_hand):
    patients = [{"arm": "AB"[i % 2], "AGE": 40 + i, "times": {"PFS": (90 + i, 1)}} for i in range(9)]
    rows = subgroup_forest(time_to_event(by_hand(patients), "PFS"), ("AGE",)).rows
    assert {row.label.strip(): row.counts for row in rows[2:]} == {
        "44 and more": "3/3 : 2/2", "below 44": "2/2 : 2/2",
    }  # fmt: skip
