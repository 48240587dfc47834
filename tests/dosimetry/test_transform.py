"""Rigid motions: worked by hand, inverses, stored and read back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

ANGLES = st.floats(-180, 180)
NUMBERS = st.floats(-300, 300)
POINTS = np.array([[0.0, 0, 0], [10, -20, 30], [-100, 50, 7]])


def test_a_quarter_turn_about_z_by_hand():
    turn = RigidTransform.about((10, 0, 0), angle_deg=90, translation_mm=(0, 0, 5), from_frame="a", to_frame="b")
    # (20, 0, 1): 10 to the left of the axis becomes 10 behind it, then 5 up
    assert turn.apply_mm((20, 0, 1)) == pytest.approx([10, 10, 6])
    assert turn.angle_deg == pytest.approx(90)
    assert turn.displacement_mm([[10, 0, 0]]) == pytest.approx([5])


@settings(max_examples=20, deadline=None)
@given(ANGLES, NUMBERS, NUMBERS, st.tuples(NUMBERS, NUMBERS, st.floats(1, 300)))
def test_the_inverse_brings_back_and_lengths_are_kept(angle, shift, place, axis):
    motion = RigidTransform.about(
        (place, 1, 2), axis=axis, angle_deg=angle, translation_mm=(shift, 3, 4), from_frame="a", to_frame="b"
    )
    there = motion.apply_mm(POINTS)
    assert motion.inverse().apply_mm(there) == pytest.approx(POINTS, abs=1e-9)
    assert np.linalg.norm(there[1] - there[2]) == pytest.approx(np.linalg.norm(POINTS[1] - POINTS[2]))
    both = motion.then(motion.inverse())
    assert both.matrix == pytest.approx(np.eye(4), abs=1e-9)
    assert (both.from_frame, both.to_frame) == ("a", "a")


def test_stored_as_plain_numbers_and_read_back_exactly():
    motion = RigidTransform.about((1, 2, 3), axis=(1, 1, 0), angle_deg=12.3, from_frame="1.2.3", to_frame="4.5.6")
    again = RigidTransform.from_record(json.loads(json.dumps(motion.record())))
    assert np.array_equal(again.matrix, motion.matrix)
    assert (again.from_frame, again.to_frame) == ("1.2.3", "4.5.6")


def test_a_scaling_a_mirror_and_unnamed_frames_are_refused_together():
    with pytest.raises(InputError) as caught:
        RigidTransform(rotation=2 * np.eye(3), translation_mm=(0, 0, np.nan), from_frame="", to_frame="b")
    assert [fault.place for fault in caught.value.faults] == ["rotation", "translation_mm", "from_frame"]
    with pytest.raises(InputError, match="must not mirror"):
        RigidTransform(rotation=np.diag([1, 1, -1]), translation_mm=(0, 0, 0), from_frame="a", to_frame="b")
    with pytest.raises(InputError, match="not all 0"):
        RigidTransform.about((0, 0, 0), axis=(0, 0, 0), from_frame="a", to_frame="b")


def test_motions_that_do_not_meet_and_incomplete_records_are_refused():
    motion = RigidTransform.identity("a", "b")
    with pytest.raises(InputError, match="must start from the frame b"):
        motion.then(motion)
    with pytest.raises(InputError, match="translation_mm: must be given"):
        RigidTransform.from_record({"rotation": np.eye(3).tolist(), "from_frame": "a", "to_frame": "a"})
