"""Something that does not hold in a record, as data; many of them are raised as one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that does not hold, at a place below the record in hand."""

    place: tuple[str | int, ...]
    must: str
    got: str | None = None
    do: str | None = None

    def as_error(self) -> PydanticCustomError:
        """The same as an error that pydantic carries, its parts in the context."""
        got = f", but got {self.got}" if self.got is not None else ""
        sentence = f"{self.must}{got}. {self.do or ''}".strip()
        context = {"sentence": sentence, "must": self.must, "got": self.got, "do": self.do}
        return PydanticCustomError("must_hold", "{sentence}", context)


def refuse(title: str, problems: Iterable[Problem]) -> None:
    """Raise one pydantic ValidationError that holds all problems, or do nothing when there are none."""
    errors = [InitErrorDetails(type=p.as_error(), loc=p.place, input=p.got) for p in problems]
    if errors:
        raise ValidationError.from_exception_data(title, errors)
