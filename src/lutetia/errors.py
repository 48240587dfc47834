"""The one small tree of errors: a message is a sentence that ends the search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class LutetiaError(Exception):
    """Anything Lutetia refuses to do; the message says what must hold, what came, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with an input, with its place, so that a person can mend it without searching."""

    place: str
    must: str
    got: str | None = None
    do: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}, {self.place}" if self.line else self.place
        got = f", but got {self.got}" if self.got is not None else ""
        todo = f"\n    {self.do}" if self.do else ""
        return f"{where}: {self.must}{got}.{todo}"


class InputError(LutetiaError):
    """An input that cannot be used; carries every fault found, not only the first."""

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        return "\n".join([f"{self.name}: {count}", *(f"  {fault}" for fault in self.faults)])


class DataFileError(LutetiaError):
    """A data file of the package that lacks its sidecar or does not match its checksum."""


class KnowledgeError(LutetiaError):
    """Guideline knowledge that cannot be loaded or asked for a fact it does not hold."""
