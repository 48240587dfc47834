"""What every entry of a course shares: id, date, author, correction; and values unknown for a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar, Union, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from lutetia.course.plausible import implausible_values
from lutetia.course.problem import Problem, refuse
from lutetia.dates import PartialDate

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

T = TypeVar("T")

ID_PATTERN = r"^[A-Za-z0-9._-]+$"

UnknownReason = Literal["not_done", "not_recorded", "pending", "not_measurable", "not_applicable", "other"]


class Record(BaseModel):
    """Anything in a course: immutable, and no field that the schema does not know."""

    # A text that looks like a number (`lesion: 1`, `ctcae_version: 5.0`) is meant as text.
    # Schemas are built on first use (`defer_build`), so that importing the course stays fast.
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, defer_build=True)

    def model_post_init(self, context: Any, /) -> None:
        """Refuse what cannot be. Raises pydantic's ValidationError with all faults of the record."""
        refuse(type(self).__name__, self.contradictions())

    def contradictions(self) -> Iterable[Problem]:
        """What cannot be true, alone or together: slips of unit or digit, and what each kind adds."""
        return implausible_values(self.__dict__)


class Unknown(Record):
    """A value that is not known, with the reason. Never 0, never "no"; an absent field is unknown as well."""

    unknown: UnknownReason = Field(description="why the value is not known")
    note: str | None = Field(default=None, description="what the recorder adds")


class OrUnknown:
    """Pydantic annotation: a mapping with the key `unknown` is an `Unknown`, null is absent, else a value."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        known: Any = Union[tuple(t for t in get_args(source) if t not in (Unknown, type(None)))]  # noqa: UP007
        choices = {KNOWN: handler.generate_schema(known), UNKNOWN: handler.generate_schema(Unknown)}
        value = core_schema.tagged_union_schema(choices, _known_or_unknown)
        return core_schema.nullable_schema(value) if type(None) in get_args(source) else value


KNOWN, UNKNOWN = "·known", "·unknown"
"""Tags that pydantic writes into the place of an error; readers of errors leave them out."""


def _known_or_unknown(value: Any) -> str:
    if isinstance(value, Unknown) or (isinstance(value, dict) and "unknown" in value):
        return UNKNOWN
    return KNOWN


Known: TypeAlias = Annotated[T | Unknown | None, OrUnknown()]
"""A clinical value: known, unknown for a stated reason (`Unknown`), or absent (None: unknown as well)."""


def optional(description: str) -> Any:
    """A field that may be left out: absent is unknown."""
    return Field(default=None, description=description)


YesNo = Annotated[bool, Strict()]
WholeNumber = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Several: TypeAlias = Annotated[tuple[T, ...], BeforeValidator(lambda given: () if given is None else given)]
"""A list in which nothing stands when it is absent."""

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=100)]


def _moment(value: Any) -> datetime:
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        forms = "must be a moment with its offset from UTC, such as 2026-01-05T10:30+01:00"
        raise ValueError(f"{forms}, but got {value!r}")
    return moment


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-05T10:30+01:00"]}),
]
"""A moment on the clock, always with its offset from UTC."""


def _version(value: Any) -> Any:
    return f"{value}.0" if isinstance(value, int) and not isinstance(value, bool) else value


VersionText = Annotated[str, BeforeValidator(_version), Field(min_length=1)]


class Entry(Record):
    """One dated statement about the patient. Never changed: a correction is a new entry, superseding it."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.setdefault("required", []).insert(0, "kind"))

    FINDINGS: ClassVar[tuple[str, ...]] = ()
    """Fields that only a performed examination can have; empty for entries without a status."""

    kind: str
    id: Id = Field(description="unique in the course; other entries refer to it")
    date: PartialDate = Field(description="when it happened or was measured: day, month or year")
    recorded_by: Text = Field(description="who states this: person, role or department")
    recorded_on: PartialDate | None = Field(
        default=None, description="when it became known, if later than `date` (default: `date`)"
    )
    supersedes: Id | None = Field(default=None, description="id of the entry of the same kind that this one replaces")
    note: str | None = Field(default=None, description="free text; no rule reads it")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        status = getattr(self, "status", "performed")
        if status != "performed":
            for name in self.FINDINGS:
                if getattr(self, name) not in (None, ()) and not isinstance(getattr(self, name), Unknown):
                    yield Problem(
                        place=(name,),
                        must=f"{name} must be absent when the examination is {status.replace('_', ' ')}",
                        do="Remove it, or write status: performed.",
                    )
