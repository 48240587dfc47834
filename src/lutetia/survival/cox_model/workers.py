"""Work on parts of an array, on several cores: plain threads over kernels that release the interpreter's lock.

Threads of our own instead of numba's: they survive a fork of the process, and the parts do not depend on their number,
so that an answer is the same to the last bit on one core and on many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

MOST_THREADS = 8


def thread_count(threads: int | None, cells: int) -> int:
    """The number asked for, else the cores this process may use (8 at most); 1 for fewer than 200,000 cells."""
    if threads is not None:
        return max(1, threads)
    if cells < 200_000:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_THREADS, cores)


def for_each(function: Callable[[Any], None], parts: Iterable[Any], threads: int) -> None:
    """Call the function with each part; the first error of a part is raised."""
    if threads == 1:
        for part in parts:
            function(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(function, parts):
            pass


def row_blocks(rows: int, block_rows: int = 16_384) -> list[tuple[int, int]]:
    """Consecutive (first, end) ranges that cover all rows."""
    return [(first, min(first + block_rows, rows)) for first in range(0, rows, block_rows)]
