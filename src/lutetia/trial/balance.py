"""What permuted blocks promise and what they give away: bounds of the balance, and how well the next arm is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import comb

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import whole

TITLE = "balance of permuted blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictability:
    """One block of two arms, for somebody who knows the block size and all earlier allocations of the stratum.

    `orders` are the equally likely orders of a block; `certain` the mean number of places whose arm is known before;
    `guessed_fraction` the share that the best guesser hits, `guessed_blindly_fraction` that of always saying the larger
    arm.
    """

    block: tuple[int, int]
    orders: int
    certain: float
    guessed_fraction: float
    guessed_blindly_fraction: float

    @property
    def value(self) -> float:
        """The share guessed right: every result of Lutetia has a `value`."""
        return self.guessed_fraction


def predictability(block: Sequence[int]) -> Predictability:
    """How open a block of (first, second) patients is. Raises InputError unless both are whole numbers from 1 on."""
    if faults := _block_faults(block):
        raise InputError(TITLE, faults)
    first, second = block
    certain, hits = _open(first, second)
    size = first + second
    return Predictability(
        block=(first, second),
        orders=comb(size, first),
        certain=certain,
        guessed_fraction=hits / size,
        guessed_blindly_fraction=max(first, second) / size,
    )


def deviation_bound(block: Sequence[int]) -> float:
    """The furthest that one stratum's first arm can be from its share of the patients so far. Raises InputError."""
    if faults := _block_faults(block):
        raise InputError(TITLE, faults)
    first, second = block
    share = first / (first + second)
    low, high = _partial(first, second)
    return max(max(high[k] - share * k, share * k - low[k]) for k in range(first + second))


def arm_bounds(block: Sequence[int], patients: Mapping[str, int] | Sequence[int]) -> tuple[int, int]:
    """Least and most patients of the first arm if the strata have so many patients. Raises InputError."""
    counts = list(patients.values()) if isinstance(patients, Mapping) else list(patients)
    faults = [*_block_faults(block), *(f for i, n in enumerate(counts) for f in whole(f"patients[{i}]", n, 0))]
    if faults:
        raise InputError(TITLE, faults)
    first, second = block
    low, high = _partial(first, second)
    size = first + second
    least = sum(n // size * first + low[n % size] for n in counts)
    return least, sum(n // size * first + high[n % size] for n in counts)


def arm_bounds_in_all(block: Sequence[int], *, patients: int, strata: int) -> tuple[int, int]:
    """Least and most patients of the first arm, however the patients fall into that many strata. Raises InputError."""
    faults = [*_block_faults(block), *whole("patients", patients, 0), *whole("strata", strata)]
    if faults:
        raise InputError(TITLE, faults)
    first, second = block
    size = first + second
    low, high = _partial(first, second)
    least: dict[int, int] = {0: 0}  # patients in unfinished blocks → least of the first arm among them
    most: dict[int, int] = {0: 0}
    for _ in range(strata):
        least = _best(least, low, min)
        most = _best(most, high, max)
    fits = [open_ for open_ in least if open_ <= patients and (patients - open_) % size == 0]
    whole_blocks = {open_: (patients - open_) // size * first for open_ in fits}
    return (
        min(whole_blocks[open_] + least[open_] for open_ in fits),
        max(whole_blocks[open_] + most[open_] for open_ in fits),
    )


def _best(so_far: dict[int, int], partial: list[int], better: Callable[[int, int], int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for open_, first in so_far.items():
        for k, more in enumerate(partial):
            value = first + more
            found[open_ + k] = better(found.get(open_ + k, value), value)
    return found


def _partial(first: int, second: int) -> tuple[list[int], list[int]]:
    """Least and most of the first arm among the first k patients of a block."""
    size = first + second
    return [max(0, k - second) for k in range(size)], [min(k, first) for k in range(size)]


@cache
def _open(first: int, second: int) -> tuple[float, float]:
    """Mean number of certain places, and of right guesses, in what is left of a block."""
    if not first or not second:
        return float(first + second), float(first + second)
    share = first / (first + second)
    after_first, after_second = _open(first - 1, second), _open(first, second - 1)
    certain = share * after_first[0] + (1 - share) * after_second[0]
    hits = share * after_first[1] + (1 - share) * after_second[1]
    return certain, hits + max(share, 1 - share)


def _block_faults(block: Sequence[int]) -> list[Fault]:
    if len(block) != 2:
        return [Fault(place="block", must="must hold two whole numbers, such as (4, 2)", got=repr(tuple(block)))]
    return [fault for i, part in enumerate(block) for fault in whole(f"block[{i}]", part)]
