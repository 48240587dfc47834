"""Faults of many files in one go, each with the place in the declaration; and progress told on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from lutetia.errors import Fault, InputError

T = TypeVar("T")


class Told(Protocol):
    """Hears what is being done: a step in words, and how many of how many are done where that is known."""

    def __call__(self, step: str, done: int = 0, total: int = 0, /) -> None: ...


def silent(step: str, done: int = 0, total: int = 0, /) -> None:
    """Hears and says nothing."""


def gathered(faults: list[Fault], place: str, read: Callable[[], T]) -> T | None:
    """What `read` gives; None after its faults were added, each with the place in front."""
    try:
        return read()
    except InputError as error:
        faults += [
            Fault(place=f"{place}: {fault.place}", must=fault.must, got=fault.got, do=fault.do)
            for fault in error.faults
        ]
        return None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        faults.append(Fault(place=place, must="must be readable", got=why))
        return None
