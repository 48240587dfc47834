"""The flat facts of one patient: a value per field of the dictionary, each with its date and origin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from lutetia.dates import PartialDate
from lutetia.errors import Fault, InputError
from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.knowledge import Field, Knowledge
from lutetia.quantities import Interval

Value = bool | int | float | str | Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FactValue:
    """A value with where it comes from; `value` None is unknown, with the reason in `unknown_because`."""

    field: str
    value: Value | None
    date: PartialDate | None = None
    origin: str | None = None
    entered: str | None = None
    unknown_because: str | None = None

    @property
    def shown(self) -> str:
        """The value as a person reads it."""
        if self.value is None:
            return "not known" + (f" ({self.unknown_because})" if self.unknown_because else "")
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, float):
            return f"{self.value:.4g}" if self.value < 1000 else f"{self.value:.0f}"
        return str(self.value).replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The flat facts of one patient, as given or as derived from a course."""

    name: str
    values: Mapping[str, FactValue]
    ignored: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def record(self) -> dict[str, Value]:
        """Field name → known value; a field that is not known is absent."""
        return {name: item.value for name, item in self.values.items() if item.value is not None}

    def get(self, field: str) -> FactValue:
        """The value of a field, or an unknown one."""
        return self.values.get(field) or FactValue(field=field, value=None)

    def changed(self, knowledge: Knowledge | None = None, /, **changes: Any) -> Facts:
        """A copy with other values (None makes a field unknown); InputError for all that cannot be, at once."""
        fields = (knowledge or load_knowledge()).fields
        faults = [_no_such_field(field) for field in changes if field not in fields]
        values = _read_all(changes, fields, faults)
        if faults:
            raise InputError(self.name, faults)
        return replace(self, values={**self.values, **values})

    def __iter__(self) -> Iterator[FactValue]:
        return iter(self.values.values())


def read_flat(record: Mapping[str, Any], *, name: str = "record", knowledge: Knowledge | None = None) -> Facts:
    """Facts from a flat record with the field names of the consensus.

    A value may be plain, an interval as text ("<3", "10-15"), `{value, date, origin}`, or a list of those, of which
    the newest dated one counts. `id` names the patient; other unknown keys are kept in `ignored`. InputError lists
    every value that cannot be.
    """
    fields = (knowledge or load_knowledge()).fields
    faults: list[Fault] = []
    values = _read_all(record, fields, faults)
    if faults:
        raise InputError(name, faults)
    ignored = tuple(sorted(str(key) for key in record if key not in fields and key != "id"))
    return Facts(name=name, values=values, ignored=ignored)


def _read_all(record: Mapping[str, Any], fields: Mapping[str, Field], faults: list[Fault]) -> dict[str, FactValue]:
    read = {key: _read(fields[key], raw, faults) for key, raw in record.items() if key in fields}
    return {key: item for key, item in read.items() if item is not None}


def _no_such_field(field: str) -> Fault:
    return Fault(place=field, must="a changed field must stand in the field dictionary", got="no such field")


def _read(field: Field, raw: Any, faults: list[Fault]) -> FactValue | None:
    if isinstance(raw, list):
        return _newest(field, [_read(field, item, faults) for item in raw], faults)
    if isinstance(raw, Mapping):
        return _read_dated(field, raw, faults)
    if raw is None:
        return FactValue(field=field.name, value=None)
    return FactValue(field=field.name, value=_checked(field, raw, faults), entered=_entered(raw), origin="flat record")


def _entered(raw: Any) -> str | None:
    return raw if isinstance(raw, str) else None


def _read_dated(field: Field, raw: Mapping[str, Any], faults: list[Fault]) -> FactValue | None:
    if extra := sorted(set(raw) - {"value", "date", "origin", "unknown"}):
        must = "a dated value must hold only value, date, origin, unknown"
        faults.append(Fault(place=field.name, must=must, got=", ".join(extra)))
        return None
    when: PartialDate | None = None
    if raw.get("date") is not None:
        try:
            when = PartialDate.parse(str(raw["date"]))
        except ValueError as error:
            faults.append(Fault(place=f"{field.name}.date", must=str(error)))
    value = None if raw.get("value") is None else _checked(field, raw["value"], faults)
    return FactValue(
        field=field.name,
        value=value,
        date=when,
        origin=str(raw.get("origin") or "flat record"),
        entered=_entered(raw.get("value")),
        unknown_because=str(raw["unknown"]) if raw.get("unknown") else None,
    )


def _newest(field: Field, items: Iterable[FactValue | None], faults: list[Fault]) -> FactValue | None:
    known = [item for item in items if item is not None and item.value is not None]
    if any(item.date is None for item in known) and len(known) > 1:
        must = "every value of a list must carry a date, so that the newest can be told"
        faults.append(Fault(place=field.name, must=must, do="Write {value: 5, date: 2024-05-17}."))
        return None
    if not known:
        return FactValue(field=field.name, value=None)
    best = known[0]
    for item in known[1:]:
        if item.date and best.date and (item.date.latest, item.date.earliest) > (best.date.latest, best.date.earliest):
            best = item
    rivals = [item for item in known if item.value != best.value and not _is_before(item, best)]
    if rivals:
        shown = " and ".join(sorted({str(item.value) for item in [best, *rivals]}))
        reason = f"contradictory: {shown}, order of the dates not certain"
        return FactValue(field=field.name, value=None, date=best.date, unknown_because=reason)
    return best


def _is_before(item: FactValue, other: FactValue) -> bool:
    return item.date is not None and other.date is not None and item.date.certainly_before(other.date)


def _checked(field: Field, raw: Any, faults: list[Fault]) -> Value | None:
    """The value in the field's type, or None after adding a fault."""
    check = {"bool": _bool, "enum": _word, "int": _number, "number": _number}[field.type]
    value, must = check(field, raw)
    if must:
        unit = f" in {field.unit}" if field.unit else ""
        faults.append(Fault(place=field.name, must=must, got=repr(raw), do=_hint(field, unit)))
    return value


def _hint(field: Field, unit: str) -> str | None:
    if field.type in {"number", "int"}:
        return f'Write a number{unit}, or a range such as "<3" or "10-15".'
    return None


def _bool(field: Field, raw: Any) -> tuple[Value | None, str | None]:
    return (raw, None) if isinstance(raw, bool) else (None, "must be true or false")


def _word(field: Field, raw: Any) -> tuple[Value | None, str | None]:
    if isinstance(raw, str) and raw in field.values:
        return raw, None
    return None, f"must be one of {', '.join(field.values)}"


def _number(field: Field, raw: Any) -> tuple[Value | None, str | None]:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Interval):
        return None, "must be a number"
    low = 0.0 if field.low is None else field.low
    high = inf if field.high is None else field.high
    try:
        written = Interval.parse(raw, unit=field.unit)
    except ValueError as error:
        return None, f"must be a number ({error})"
    try:
        interval = Interval.parse(written, minimum=low, maximum=high)
    except ValueError:
        return None, f"must lie between {low:g} and {high:g}" if high != inf else f"must be at least {low:g}"
    if not written.is_exact:
        return interval, None
    if field.type == "int" and not interval.value.is_integer():
        return None, "must be a whole number"
    return (interval.value if not isinstance(raw, int | float) else raw), None
