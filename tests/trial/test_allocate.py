"""Allocation: the next free record, refusal until every stratum is known, and 226 patients within their bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial import AllocationBook, arm_bounds, book_faults, make_list

START = datetime(2020, 1, 22, 9, tzinfo=UTC)
MADE = make_list(
    arms=("177Lu-DOTATATE", "octreotide"),
    ratio=(2, 1),
    factors={"grade": ("G2", "G3"), "origin": ("pancreas", "other")},
    records_per_stratum=240,
    seed=99,
)
LEVELS = {"grade": "G3", "origin": "other"}


def filled(n: int, seed: int = 1) -> AllocationBook:
    """A book of n made-up patients in strata as common as in NETTER-2."""
    rng = np.random.default_rng(seed)
    book = AllocationBook(made=MADE)
    for i in range(n):
        levels = {"grade": rng.choice(["G2", "G3"], p=[0.65, 0.35]), "origin": rng.choice(["pancreas", "other"])}
        book, _ = book.allocate(
            subject=f"S{i:03}", levels={k: str(v) for k, v in levels.items()}, at=START + timedelta(days=i)
        )
    return book


def test_the_next_free_record_of_the_stratum():
    book = AllocationBook(made=MADE)
    for number in range(1, 8):
        book, found = book.allocate(subject=f"P{number}", levels=LEVELS, at=START)
        assert found.number == number
        assert found.value == MADE.record("grade=G3, origin=other", number).arm
    book, found = book.allocate(subject="P8", levels={"grade": "G2", "origin": "other"}, at=START)
    assert (found.number, found.stratum) == (1, "grade=G2, origin=other")
    assert book_faults(MADE, book.allocations) == ()


@pytest.mark.parametrize("seed", range(5))
def test_226_patients_land_between_146_and_156(seed):
    book = filled(226, seed)
    lu = sum(one.arm == "177Lu-DOTATATE" for one in book.allocations)
    assert 146 <= lu <= 156
    strata = {stratum: sum(arms.values()) for stratum, arms in book.counts().items()}
    low, high = arm_bounds((4, 2), strata)
    assert low <= lu <= high
    assert book_faults(MADE, book.allocations) == ()


@pytest.mark.parametrize("levels", [{"grade": "G3"}, {"grade": "G3", "origin": None}, {}])
def test_nobody_is_randomised_until_every_factor_is_known(levels):
    with pytest.raises(InputError, match="until every stratification factor is known"):
        AllocationBook(made=MADE).allocate(subject="P1", levels=levels, at=START)


def test_all_faults_are_told():
    book, _ = AllocationBook(made=MADE).allocate(subject="P1", levels=LEVELS, at=START)
    with pytest.raises(InputError) as wrong:
        book.allocate(subject="P1", levels={"grade": "G1", "sex": "f"}, at=START - timedelta(days=1))
    assert [fault.place for fault in wrong.value.faults] == ["grade", "origin", "sex", "subject", "at"]
    with pytest.raises(InputError, match="time zone"):
        book.allocate(subject="P2", levels=LEVELS, at=datetime(2020, 1, 1))
    with pytest.raises(InputError, match="subject: must be named"):
        book.allocate(subject="", levels=LEVELS, at=START)


def test_a_used_up_stratum_is_said():
    small = make_list(arms=("A", "B"), ratio=(1, 1), factors={}, records_per_stratum=2, block_lengths=(2,), seed=1)
    book = AllocationBook(made=small)
    for name in ("P1", "P2"):
        book, _ = book.allocate(subject=name, levels={}, at=START)
    with pytest.raises(InputError, match="all 2 of all are used"):
        book.allocate(subject="P3", levels={}, at=START)


def test_a_skipped_record_is_found():
    lines = filled(30).allocations
    stratum = lines[-1].stratum
    skipped = replace(lines[-1], number=lines[-1].number + 1)
    faults = book_faults(MADE, (*lines[:-1], skipped))
    assert any("skipped" in str(fault) and stratum in str(fault) for fault in faults)


def test_a_forced_arm_is_found():
    lines = filled(30).allocations
    other = {"177Lu-DOTATATE": "octreotide", "octreotide": "177Lu-DOTATATE"}
    forced = replace(lines[9], arm=other[lines[9].arm])
    faults = book_faults(MADE, (*lines[:9], forced, *lines[10:]))
    assert any("must have the arm of its record" in str(fault) for fault in faults)
    assert all("allocation 10, S009" in fault.place for fault in faults)


def test_a_line_taken_out_breaks_the_chain():
    lines = filled(30).allocations
    places = {fault.place for fault in book_faults(MADE, (*lines[:9], *lines[10:]))}
    assert "allocation 10, S010" in places


def test_other_meddling_is_found():
    lines = filled(12).allocations
    twice = (*lines, lines[-1])
    assert any("randomised twice" in str(fault) for fault in book_faults(MADE, twice))
    moved = replace(lines[5], levels={"grade": "G2", "origin": "other"}, stratum="grade=G3, origin=other")
    assert any("stratum of its levels" in str(fault) for fault in book_faults(MADE, (*lines[:5], moved, *lines[6:])))
    late = replace(lines[3], at=START - timedelta(days=9))
    assert any("before the allocation above" in str(f) for f in book_faults(MADE, (*lines[:3], late, *lines[4:])))
    lost = replace(lines[0], stratum="nowhere")
    assert any("stratum of the list" in str(fault) for fault in book_faults(MADE, (lost,)))
    beyond = replace(lines[0], number=500)
    assert any("between 1 and 240" in str(fault) for fault in book_faults(MADE, (beyond,)))
