"""Work in parts."""

from __future__ import annotations

import pytest

from lutetia.survival.cox_model.workers import for_each, row_blocks, thread_count


def test_blocks_cover_all_rows_once():
    assert row_blocks(10, 4) == [(0, 4), (4, 8), (8, 10)]
    assert row_blocks(0) == []


@pytest.mark.parametrize("threads", [1, 3])
def test_every_part_is_done_and_errors_come_through(threads):
    done = []
    for_each(done.append, range(7), threads)
    assert sorted(done) == list(range(7))
    with pytest.raises(ZeroDivisionError):
        for_each(lambda part: 1 // part, [1, 0], threads)


def test_small_work_takes_one_thread():
    assert thread_count(None, 1000) == 1
    assert 1 <= thread_count(None, 10**9) <= 8
    assert (thread_count(3, 10), thread_count(0, 10)) == (3, 1)
