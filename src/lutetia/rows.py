"""Rows of an input that a result does not rest on: how many, why, and which. Nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows of the input that the result does not rest on; `rows` are their positions (from 0) where these are known."""

    count: int
    why: str
    rows: tuple[int, ...] = ()

    @classmethod
    def at(cls, rows: Iterable[int], why: str) -> LeftOut:
        """The rows at these positions, left out for one reason."""
        positions = tuple(int(row) for row in rows)
        return cls(count=len(positions), why=why, rows=positions)

    def __str__(self) -> str:
        return f"{self.count} {self.why}"
