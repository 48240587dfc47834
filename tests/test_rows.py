"""Rows left out are counted, named and given their reason."""

from __future__ import annotations

from lutetia.rows import LeftOut


def test_rows_left_out_are_said_with_their_number_and_reason():
    assert str(LeftOut(count=3, why="rows without a stop time")) == "3 rows without a stop time"


def test_rows_at_known_positions_are_counted():
    left = LeftOut.at([4, 7], "rows without a grade")
    assert left == LeftOut(count=2, why="rows without a grade", rows=(4, 7))
