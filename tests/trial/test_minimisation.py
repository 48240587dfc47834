"""Minimisation: chances by hand, the ratio kept as a whole, balance better than tossing, replay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial import Minimisation

RULE = Minimisation(
    arms=("Lu", "control"), ratio=(2, 1), factors={"grade": ("G2", "G3"), "origin": ("pancreas", "other")}, seed=4
)


def filled(rule: Minimisation, n: int, seed: int = 1) -> Minimisation:
    rng = np.random.default_rng(seed)
    for i in range(n):
        levels = {name: str(rng.choice(known)) for name, known in rule.factors.items()}
        rule, _ = rule.allocate(subject=str(i), levels=levels)
    return rule


def test_the_first_patient_is_balanced_by_the_larger_arm():
    """Counts over ratio: (½, 0) if Lu, (0, 1) if control; two factors, so imbalances 1 and 2; Lu is preferred."""
    _, found = RULE.allocate(subject="1", levels={"grade": "G2", "origin": "other"})
    assert found.imbalance == {"Lu": 1.0, "control": 2.0}
    assert found.chances == pytest.approx({"Lu": 0.9, "control": 0.1})  # 1 − 0.2 · ½


def test_chances_of_three_arms_by_hand():
    """Ratio 1:1:2, 0.8 for the smallest: not preferred 0.2·1/3, 0.2·1/3, 0.2·2/3 (Han, Enas, McEntegart)."""
    rule = Minimisation(arms=("A", "B", "C"), ratio=(1, 1, 2), factors={"x": ("1",)}, seed=1)
    _, found = rule.allocate(subject="1", levels={"x": "1"})
    assert found.chances == pytest.approx({"A": 0.2 / 3, "B": 0.2 / 3, "C": 1 - 0.4 / 3})


def test_ties_are_tossed_by_the_ratio():
    rule = Minimisation(arms=("A", "B"), ratio=(1, 1), factors={"x": ("1", "2")}, seed=1)
    _, found = rule.allocate(subject="1", levels={"x": "1"})
    assert found.chances == {"A": 0.5, "B": 0.5}


def test_the_variance_measure_by_hand():
    rule = replace(RULE, imbalance="variance", factor_weights={"grade": 3.0})
    _, found = rule.allocate(subject="1", levels={"grade": "G2", "origin": "other"})
    assert found.imbalance == pytest.approx({"Lu": 4 * 0.125, "control": 4 * 0.5})


def test_the_ratio_is_kept_and_every_level_is_balanced():
    done = filled(RULE, 600)
    assert done.counts()["Lu"] == pytest.approx(400, abs=8)
    for name, known in RULE.factors.items():
        for level in known:
            mine = [one.arm for one in done.allocated if one.levels[name] == level]
            assert mine.count("Lu") == pytest.approx(2 * len(mine) / 3, abs=8)  # tossing: standard deviation 8


def test_the_next_arm_is_never_certain():
    assert all(0 < chance < 1 for one in filled(RULE, 60).allocated for chance in one.chances.values())


def test_a_replay_finds_a_changed_arm():
    done = filled(RULE, 40)
    assert done.differs_at() is None
    assert filled(RULE, 40).allocated == done.allocated
    turned = replace(done.allocated[12], arm="control" if done.allocated[12].arm == "Lu" else "Lu")
    forged = replace(done, allocated=(*done.allocated[:12], turned, *done.allocated[13:]))
    assert forged.differs_at() == 12


def test_unknown_factors_and_second_entries_are_refused():
    rule, _ = RULE.allocate(subject="1", levels={"grade": "G2", "origin": "other"})
    with pytest.raises(InputError) as wrong:
        rule.allocate(subject="1", levels={"grade": "G7", "origin": None})
    assert [fault.place for fault in wrong.value.faults] == ["grade", "origin", "subject"]


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        Minimisation(
            arms=("A", "B"),
            ratio=(0, 1),
            factors={"x": ()},
            seed=-1,
            preferred=1.0,
            imbalance="sum",
            factor_weights={"y": 0},
        )
    assert [fault.place for fault in wrong.value.faults] == [
        "ratio[0]",
        "seed",
        "factor x",
        "weight of y",
        "weight of y",
        "imbalance",
        "preferred",
    ]


def test_what_is_decided_is_printed():
    said = " ".join(RULE.conventions)
    assert "0.9 for Lu, 0.8 for control" in said
    assert "lutetia minimisation 1" in said
