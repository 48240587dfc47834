"""What pydantic says of a field, as a sentence to act on: what must hold, what came, what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from lutetia.course.entry import UNKNOWN, Unknown
from lutetia.course.problem import Problem
from lutetia.exchange.documents import Place
from lutetia.quantities import number_text

_QUOTED = re.compile(r"'([^']*)'")
_FOR_UNKNOWN = {"", "?", "-", "unknown", "n/a", "na", "nd", "nk", "none", "missing", "not known", "not done"}
_TYPES = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_unicode": "text without broken characters",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping (name: value)",
    "mapping_type": "a mapping (name: value)",
    "model_type": "a mapping (name: value)",
    "model_attributes_type": "a mapping (name: value)",
}
_YES_NO = {
    "yes": "true",
    "y": "true",
    "true": "true",
    "1": "true",
    "no": "false",
    "n": "false",
    "false": "false",
    "0": "false",
}


def problem_of(error: ErrorDetails, place: tuple[str | int, ...], model: type[BaseModel] | None) -> Problem:
    """The problem that a pydantic error reports at a place; `model` is what the place belongs to, for hints."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "must_hold":
        return Problem(place=place, must=context["must"], got=context["got"], do=context["do"])
    if kind == "value_error":
        return _from_sentence(str(context["error"]), error["input"], place, model)
    if kind == "missing":
        return _missing(place, model)
    if kind == "extra_forbidden":
        return _not_a_field(place, model)
    must, do = _expectation(kind, context, error)
    do = do or _if_meant_unknown(error["input"], place, model)
    return Problem(place=place, must=f"{name_of(place)} {must}", got=shown(error["input"]), do=do)


def name_of(place: Sequence[str | int]) -> str:
    """The last word of a place: activity_mbq, or lesions[0]."""
    words = [step for step in place if isinstance(step, str)]
    numbers = "".join(f"[{step}]" for step in place[len(place) - _trailing_numbers(place) :])
    return f"{words[-1] if words else 'document'}{numbers}"


def _trailing_numbers(place: Sequence[str | int]) -> int:
    return next((n for n, step in enumerate(reversed(place)) if isinstance(step, str)), len(place))


def shown(value: Any) -> str:
    """A value as it stands in the file, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number_text(value) if abs(value) < 1e15 else str(value)[:30]
    if isinstance(value, str):
        return f'"{value[:57]}…"' if len(value) > 60 else f'"{value}"'
    return "a mapping" if isinstance(value, Mapping) else "a list"


def did_you_mean(wrong: str, known: Sequence[str]) -> str | None:
    """The known word nearest to a wrong one, as a question; None when nothing is near."""
    simple = wrong.casefold().replace("-", "_").replace(" ", "_")
    folded = {word.casefold(): word for word in known}
    starts = [word for word in folded if simple and (word.startswith(f"{simple}_") or simple.startswith(f"{word}_"))]
    starts += [word for word in folded if simple and word.endswith(f"_{simple}")]
    near = ([simple] if simple in folded else []) or starts or difflib.get_close_matches(simple, folded, 1, 0.6)
    return f"Did you mean {folded[near[0]]}?" if near else None


def _from_sentence(sentence: str, given: Any, place: tuple[str | int, ...], model: type[BaseModel] | None) -> Problem:
    """The parts of "must …, but got …; do …", the form of the sentences of `dates` and `quantities`."""
    must, _, rest = sentence.partition(", but got ")
    got, _, do = rest.rpartition("; ") if "; " in rest else (rest, "", "")
    if must.startswith("must "):
        must, got = f"{name_of(place)} {must}", shown(given)
    advice = _if_meant_unknown(given, place, model) or (f"{do[0].upper()}{do[1:]}." if do else None)
    got = shown(given) if got in ("", repr(given)) else got
    return Problem(place=place, must=must, got=got, do=advice)


def _missing(place: tuple[str | int, ...], model: type[BaseModel] | None) -> Problem:
    field = model.model_fields.get(str(place[-1])) if model is not None else None
    what = f": {field.description}" if field is not None and field.description else ""
    return Problem(place=place, must=f"{name_of(place)} must be given", do=f"Add {name_of(place)}{what}.")


def _not_a_field(place: tuple[str | int, ...], model: type[BaseModel] | None) -> Problem:
    known = list(model.model_fields) if model is not None else []
    do = did_you_mean(str(place[-1]), known) or (f"Known here: {', '.join(known)}." if known else None)
    return Problem(place=place, must="each field must be one that the schema knows", got=shown(str(place[-1])), do=do)


def _expectation(kind: str, context: Mapping[str, Any], error: ErrorDetails) -> tuple[str, str | None]:
    """What must hold, and what to do, for the error types of pydantic."""
    given = error["input"]
    if kind in ("literal_error", "union_tag_invalid"):
        expected = context.get("expected") or context.get("expected_tags") or ""
        known = _QUOTED.findall(expected) or [expected]
        wrong = given.get("kind") if isinstance(given, Mapping) else given
        return f"must be one of {', '.join(known)}", did_you_mean(str(wrong), known)
    if kind in _TYPES:
        meant = _YES_NO.get(str(given).casefold()) if kind.startswith("bool") else None
        return f"must be {_TYPES[kind]}", f"Write {meant}." if meant else None
    bounds: dict[str, Callable[[], str]] = {
        "greater_than_equal": lambda: f"must be at least {context['ge']}",
        "greater_than": lambda: f"must be above {number_text(context['gt'])}",
        "less_than": lambda: f"must be below {number_text(context['lt'])}",
        "less_than_equal": lambda: f"must be at most {context['le']}",
        "string_too_short": lambda: "must not be empty",
        "string_too_long": lambda: f"must have at most {context['max_length']} characters",
        "string_pattern_mismatch": lambda: "must consist of letters, digits and the signs . _ - only, without spaces",
        "too_short": lambda: f"must list at least {context['min_length']}",
    }
    if kind in bounds:
        return bounds[kind](), None
    message = error["msg"]
    return f"is not usable: {message[0].lower()}{message[1:]}", None


def _if_meant_unknown(given: Any, place: tuple[str | int, ...], model: type[BaseModel] | None) -> str | None:
    """How to write a value that is not known, when the text given says so ("unknown", "n/a", "?")."""
    field = model.model_fields.get(str(place[-1])) if model is not None and place else None
    if field is None or not isinstance(given, str) or given.strip().casefold() not in _FOR_UNKNOWN:
        return None
    name = name_of(place)
    ways = [] if field.is_required() else [f"leave {name} out"]
    ways += [f"write {name}: {{unknown: not_recorded}}"] if Unknown in get_args(field.annotation) else []
    return f"Not known? {', or '.join(ways).capitalize()}." if ways else None


def model_at(model: type[BaseModel], loc: Place) -> type[BaseModel]:
    """The model that a place belongs to, for names and descriptions of its fields."""
    for step in loc[:-1]:
        if step == UNKNOWN:
            return Unknown
        field = model.model_fields.get(step) if isinstance(step, str) else None
        model = (_model_in(field.annotation) if field is not None else None) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model named in an annotation, `Unknown` apart."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not Unknown:
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
