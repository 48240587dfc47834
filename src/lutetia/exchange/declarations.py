"""A declaration (one pydantic document in YAML or JSON) read with every fault at once, each with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreSchema, core_schema

from lutetia.course.entry import KNOWN
from lutetia.course.problem import Problem
from lutetia.errors import Fault, InputError
from lutetia.exchange.documents import Document, Format, parse_document, place_text
from lutetia.exchange.faults import model_at, problem_of, shown

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]
_TAG = KNOWN[0]
WORD, WHOLE = f"{_TAG}word", f"{_TAG}whole"


class OrWord:
    """Pydantic annotation for `Part | Literal["none"]` or `Part | Text`: a text is the word, anything else the part.

    So a fault names the place in the file, not the kinds that were tried.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        parts = [t for t in get_args(source) if t is not type(None)]
        words = [t for t in parts if not _is_part(t)]
        whole = [t for t in parts if _is_part(t)]
        choices = {
            WORD: handler.generate_schema(Union[tuple(words)]),  # noqa: UP007
            WHOLE: handler.generate_schema(Union[tuple(whole)]),  # noqa: UP007
        }
        value = core_schema.tagged_union_schema(choices, lambda given: WORD if isinstance(given, str) else WHOLE)
        return core_schema.nullable_schema(value) if type(None) in get_args(source) else value


def _is_part(kind: Any) -> bool:
    """True for a model or a tuple of models; False for literals and texts."""
    origin = getattr(kind, "__origin__", kind)
    return isinstance(origin, type) and issubclass(origin, BaseModel | tuple)


def parse_declaration(model: type[M], text: str, name: str, *, begin: str, format: Format | None = None) -> M:
    """The declaration in a text; `name` stands in errors, `begin` is the first line it must have.

    Raises InputError with every fault, each with its line. What must hold between the parts is judged once each part
    is right.
    """
    document = parse_document(text, name, format)
    data = document.data
    if not isinstance(data, dict):
        must, do = "a declaration must be a mapping (name: value)", f"Begin with {begin}."
        raise InputError(name, [Fault(place="document", must=must, got=shown(data), do=do, line=1)])
    try:
        declared = model.model_validate(data)
    except ValidationError as error:
        faults = [_fault(problem, document) for problem in _problems(error, model)]
        ordered = sorted([*document.faults, *faults], key=lambda fault: fault.line or 0)
        raise InputError(name, ordered) from None
    if document.faults:
        raise InputError(name, document.faults)
    return declared


def _problems(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """What pydantic reports, without what only follows from a fault inside (a list that lost its wrong items)."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    own = [
        detail
        for detail, place in zip(details, places, strict=True)
        if detail["type"] != "too_short" or not any(len(p) > len(place) and p[: len(place)] == place for p in places)
    ]
    return [problem_of(detail, _shown_place(detail["loc"]), model_at(model, detail["loc"])) for detail in own]


def _shown_place(loc: Place) -> Place:
    return tuple(step for step in loc if step != "[key]" and not str(step).startswith(_TAG))


def _fault(problem: Problem, document: Document) -> Fault:
    line = document.locate(problem.place)
    return Fault(place=place_text(problem.place), must=problem.must, got=problem.got, do=problem.do, line=line)
