"""Strong-Kleene three-valued truth: unknown is a value of its own and never printed as no.

Inside the evaluator a truth is `True`, `False` or `None` (unknown), which keeps it fast; at the edge it is a
`Truth`, which has a letter for files and a word for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

Kleene = bool | None


class Truth(StrEnum):
    """Truth of a fact for one patient."""

    TRUE = "t"
    FALSE = "f"
    UNKNOWN = "u"

    @property
    def letter(self) -> str:
        """`t`, `f` or `u`, as files write it."""
        return self.value

    @property
    def word(self) -> str:
        """The word a sheet prints."""
        return {"t": "applies", "f": "does not apply", "u": "cannot be judged"}[self.value]

    @classmethod
    def of(cls, kleene: Kleene) -> Truth:
        """The truth that stands for True, False or None."""
        if kleene is None:
            return cls.UNKNOWN
        return cls.TRUE if kleene else cls.FALSE


def negate(value: Kleene) -> Kleene:
    """Not: unknown stays unknown."""
    return None if value is None else not value


def all_of(values: Iterable[Kleene]) -> Kleene:
    """And: one false decides, else one unknown keeps it open."""
    result: Kleene = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def any_of(values: Iterable[Kleene]) -> Kleene:
    """Or: one true decides, else one unknown keeps it open."""
    result: Kleene = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result
