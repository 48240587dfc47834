"""What every part of a study declaration shares: immutable, and no word that the schema does not know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from lutetia.course.problem import Problem, refuse
from lutetia.dates import PartialDate


class Declared(BaseModel):
    """A part of a declaration; raises pydantic's ValidationError with all that does not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def model_post_init(self, context: Any, /) -> None:
        """Refuse what does not fit together. Raises pydantic's ValidationError, all problems in it."""
        refuse(type(self).__name__, self.contradictions())

    def contradictions(self) -> Iterable[Problem]:
        """What does not fit together; each kind adds its own."""
        return ()


def _day(value: Any) -> date:
    when = PartialDate.parse(value)
    if when.precision != "day":
        raise ValueError(f"must be a whole day such as 2021-06-30, but got {value!r}")
    return when.earliest


Day = Annotated[
    date,
    PlainValidator(_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A calendar day, known to the day."""

LineNumber = Annotated[int, Field(strict=True, ge=1, le=20)]
"""The number of a line of therapy in a course, from 1, by day of start."""

LineKey = Annotated[int, Field(ge=1, le=20)]
"""The same as a key of a mapping, which a file gives as text."""
