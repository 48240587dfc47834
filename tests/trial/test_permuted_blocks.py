"""NETTER-2's list: 4 strata of 240 records, blocks of 4:2; what a seed promises; what is refused."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.trial import make_list

NETTER2 = {
    "arms": ("177Lu-DOTATATE", "octreotide"),
    "ratio": (2, 1),
    "factors": {"grade": ("G2", "G3"), "origin": ("pancreas", "other")},
    "records_per_stratum": 240,
}


def test_960_records_in_blocks_of_four_to_two():
    made = make_list(**NETTER2, seed=2020)
    assert made.n == 960
    assert made.value == {"177Lu-DOTATATE": 640, "octreotide": 320}
    assert made.strata == (
        "grade=G2, origin=pancreas",
        "grade=G2, origin=other",
        "grade=G3, origin=pancreas",
        "grade=G3, origin=other",
    )
    orders = Counter()
    for stratum in made.strata:
        blocks = made.blocks(stratum)
        assert len(blocks) == 40
        assert {tuple(sorted(block)) for block in blocks} == {(0, 0, 0, 0, 1, 1)}
        orders.update(blocks)
    assert len(orders) == 15


def test_same_seed_same_list_other_seed_other_list():
    first, again, other = (make_list(**NETTER2, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first.codes, again.codes, strict=True))
    assert any((a != b).any() for a, b in zip(first.codes, other.codes, strict=True))
    assert (first.codes[0] != first.codes[1]).any()


def test_the_documented_algorithm_by_plain_means():
    """Philox keyed by SHA-256, six words to a block, arms dealt in the order of the words."""
    made = make_list(**NETTER2, seed=7)
    text = "lutetia permuted blocks 1|7|grade=G3, origin=other|slots"
    key = int.from_bytes(sha256(text.encode()).digest()[:16], "little")
    words = np.random.Philox(key=key).random_raw(240).tolist()
    for b, block in enumerate(made.blocks("grade=G3, origin=other")):
        mine = words[6 * b : 6 * b + 6]
        order = sorted(range(6), key=mine.__getitem__)
        arms = [0] * 6
        for slot, arm in zip(order, (0, 0, 0, 0, 1, 1), strict=True):
            arms[slot] = arm
        assert block == tuple(arms)


def test_this_list_stays_as_it_is():
    """Regression: a list once made must come out of its seed for ever."""
    made = make_list(**NETTER2, seed=2020)
    assert made.algorithm == "lutetia permuted blocks 1"
    assert sha256(b"".join(codes.tobytes() for codes in made.codes)).hexdigest()[:16] == "2004cc0b96fa5123"


def test_other_strata_leave_a_stratum_alone():
    more = make_list(**{**NETTER2, "factors": {"grade": ("G1", "G2", "G3"), "origin": ("other", "pancreas")}}, seed=5)
    made = make_list(**NETTER2, seed=5)
    for stratum in made.strata:
        assert made.blocks(stratum) == more.blocks(stratum)


def test_every_order_is_equally_likely():
    made = make_list(arms=("A", "B"), ratio=(2, 1), factors={}, records_per_stratum=60_000, seed=3)
    counts = np.array(list(Counter(made.blocks("all")).values()))
    assert counts.size == 15
    assert ((counts - 10_000 / 15) ** 2 / (10_000 / 15)).sum() < 36.1  # chi-square, 14 degrees of freedom, 0.1 %


def test_records_say_where_they_stand():
    made = make_list(**NETTER2, seed=1)
    record = made.record("grade=G2, origin=other", 9)
    assert (record.block, record.place, record.number) == (2, 3, 9)
    assert record.arm == made.arms[made.blocks("grade=G2, origin=other")[1][2]]
    assert len(list(made.records())) == 960
    assert [r.number for r in made.records("grade=G3, origin=other")][:3] == [1, 2, 3]


@settings(max_examples=25, deadline=None)
@given(
    ratio=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    multiples=st.sets(st.integers(1, 3), min_size=1, max_size=3),
    seed=st.integers(0, 2**130),
)
def test_blocks_of_several_lengths_keep_the_ratio(ratio, multiples, seed):
    lengths = tuple(m * sum(ratio) for m in sorted(multiples))
    records = 5 * max(lengths) if len(lengths) > 1 else 5 * lengths[0]
    made = make_list(
        arms=tuple("ABCD"[: len(ratio)]),
        ratio=ratio,
        factors={"site": ("x", "y")},
        records_per_stratum=records,
        block_lengths=lengths,
        seed=seed,
    )
    for stratum in made.strata:
        blocks = made.blocks(stratum)
        assert records <= sum(map(len, blocks)) < records + max(lengths)
        for block in blocks:
            assert len(block) in lengths
            assert [block.count(arm) * sum(ratio) for arm in range(len(ratio))] == [len(block) * r for r in ratio]


def test_several_lengths_all_occur():
    made = make_list(
        arms=("A", "B"), ratio=(1, 1), factors={}, records_per_stratum=400, block_lengths=(2, 4, 6), seed=1
    )
    assert {len(block) for block in made.blocks("all")} == {2, 4, 6}


def test_a_seed_that_can_be_guessed_is_said():
    assert any("who can guess it" in said for said in make_list(**NETTER2, seed=1).conventions)
    assert not any("who can guess it" in said for said in make_list(**NETTER2, seed=2**127).conventions)


def test_strata_of_patients():
    made = make_list(**NETTER2, seed=1)
    assert made.stratum_of({"origin": "other", "grade": "G3"}) == "grade=G3, origin=other"
    with pytest.raises(InputError) as wrong:
        made.stratum_of({"grade": "G4", "origin": None, "sex": "f"})
    assert [fault.place for fault in wrong.value.faults] == ["grade", "origin", "sex"]


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({"ratio": (0, 1)}, ["ratio[0]"]),
        ({"ratio": (2, 1, 1)}, ["ratio"]),
        ({"arms": ("A", "A")}, ["arms"]),
        ({"block_lengths": (5,)}, ["block_lengths[0]"]),
        ({"block_lengths": ()}, ["block_lengths"]),
        ({"records_per_stratum": 241}, ["records_per_stratum"]),
        ({"records_per_stratum": 0, "seed": -1}, ["records_per_stratum", "seed"]),
        ({"factors": {"grade": (), "origin": ("a", "a")}}, ["factor grade", "factor origin"]),
    ],
)
def test_all_faults_are_told(changed, places):
    with pytest.raises(InputError) as wrong:
        make_list(**{**NETTER2, "seed": 1, **changed})
    assert [fault.place for fault in wrong.value.faults] == places


def test_unknown_places_in_the_list_are_refused():
    made = make_list(**NETTER2, seed=1)
    with pytest.raises(InputError, match="between 1 and 240"):
        made.record("grade=G2, origin=other", 241)
    with pytest.raises(InputError, match="stratum"):
        made.blocks("grade=G1")
