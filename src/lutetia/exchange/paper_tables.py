"""The printed tables of a paper from a file: YAML, JSON or CSV; all faults at once, each with its line.

In CSV each line is a row, a group or a split: columns `table`, `row`, `kind` (share, ratio, median, difference, p,
group, split) and the fields of that kind by name; lists are separated by semicolons. Sums and claims need YAML.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lutetia.course.problem import Problem
from lutetia.errors import Fault, InputError
from lutetia.evidence.paper import Claim, Group, Paper, Split, Sum, Table
from lutetia.evidence.row import Difference, Median, PValue, Ratio, Share
from lutetia.exchange.documents import Locate, place_text, read_document
from lutetia.exchange.faults import problem_of
from lutetia.exchange.tabular import read_table

Place = tuple[str | int, ...]

KINDS: Mapping[str, type[BaseModel]] = {
    "share": Share,
    "ratio": Ratio,
    "median": Median,
    "difference": Difference,
    "p": PValue,
}
_PARTS: Mapping[str, type[BaseModel]] = {
    "groups": Group,
    "splits": Split,
    "tables": Table,
    "claims": Claim,
    "sums": Sum,
}
_LISTS = frozenset({"into", "missing", "groups", "between"})
_WHOLE = frozenset({"n", "events", "sides"})
_NUMBERS = frozenset({"level"})


def read_tables(path: str | Path) -> Paper:
    """The printed tables of a paper in a YAML, JSON or CSV file.

    Raises InputError with every fault: unreadable file, unknown fields or kinds, decimal numbers without quotes,
    texts that are no printed number, ids given twice, groups and rows that do not exist.
    """
    if Path(path).suffix.lower() in (".csv", ".tsv"):
        data, locate = _from_rows(Path(path))
    else:
        data, locate = read_document(path)
    try:
        return Paper.model_validate(data)
    except ValidationError as error:
        faults = [_fault(problem, locate) for problem in _problems(data, error)]
        raise InputError(str(path), sorted(faults, key=lambda fault: fault.line or 0)) from error


def _problems(data: Any, error: ValidationError) -> Iterator[Problem]:
    """What is wrong, and what shows only once the wrong parts are taken out: names that point nowhere."""
    details = [_about_kind(detail) for detail in error.errors(include_url=False)]
    for detail in details:
        yield problem_of(detail, _without_kind(detail["loc"]), _model_at(detail["loc"]))
    if not isinstance(data, dict):
        return
    rest, gone, removed = copy.deepcopy(data), set[str](), dict[Place, list[int]]()
    for item in sorted({_item(_without_kind(detail["loc"])) for detail in details}, reverse=True, key=_order):
        gone |= _take_out(rest, item)
        if item and isinstance(item[-1], int):
            removed.setdefault(item[:-1], []).append(item[-1])
    try:
        Paper.model_validate(rest)
    except ValidationError as later:
        for detail in later.errors(include_url=False):
            named = str(detail.get("ctx", {}).get("got")).strip('"').rpartition("/")[2]
            if detail["type"] == "must_hold" and named not in gone:
                yield problem_of(detail, _before(_without_kind(detail["loc"]), removed), None)


def _about_kind(detail: ErrorDetails) -> ErrorDetails:
    """The fault of a row whose kind is absent or unknown, as one of its field `kind`."""
    if not detail["type"].startswith("union_tag") or not isinstance(detail["input"], dict):
        return detail
    detail["loc"] = (*detail["loc"], "kind")
    detail["input"] = detail["input"].get("kind")
    if detail["input"] is None:
        detail["type"] = "missing"
    return detail


def _before(place: Place, removed: Mapping[Place, list[int]]) -> Place:
    """A place in the data before items were taken out of its lists."""
    original: Place = ()
    for step in place:
        if isinstance(step, int):
            for position in sorted(removed.get(original, ())):
                step += position <= step
        original = (*original, step)
    return original


def _item(place: Place) -> Place:
    """The part of the paper that a fault is in: an item of the innermost list of parts."""
    inner = [i for i, step in enumerate(place) if step in ("rows", "sums") and i + 1 < len(place)]
    return place[: inner[0] + 2] if inner else place[:2]


def _order(place: Place) -> tuple[str, ...]:
    return tuple(f"{step:09d}" if isinstance(step, int) else step for step in place)


def _take_out(data: Any, place: Place) -> set[str]:
    """Take an item out of the data; the ids that are gone with it."""
    holder = data
    for step in place[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return set()
    last = place[-1] if place else None
    listed = isinstance(holder, list) and isinstance(last, int) and last < len(holder)
    if not listed and not (isinstance(holder, dict) and last in holder):
        return set()
    return set(_ids(holder.pop(last)))


def _ids(item: Any) -> Iterator[str]:
    if isinstance(item, dict):
        if "id" in item:
            yield str(item["id"])
        for value in item.values():
            yield from _ids(value)
    elif isinstance(item, list):
        for value in item:
            yield from _ids(value)


def _without_kind(loc: Place) -> Place:
    """The place of a fault in the file: pydantic also names the kind of a row."""
    return tuple(s for i, s in enumerate(loc) if not (s in KINDS and i >= 2 and loc[i - 2] == "rows"))


def _model_at(loc: Place) -> type[BaseModel]:
    """The model that the last word of a place is a field of."""
    model: type[BaseModel] = Paper
    for i, step in enumerate(loc[:-1]):
        if isinstance(step, str) and step in _PARTS:
            model = _PARTS[step]
        elif step in KINDS and i >= 2 and loc[i - 2] == "rows":
            model = KINDS[str(step)]
    return model


def _fault(problem: Problem, locate: Locate) -> Fault:
    line = locate(problem.place)
    return Fault(place=place_text(problem.place), must=problem.must, got=problem.got, do=problem.do, line=line)


# ---- CSV


def _from_rows(path: Path) -> tuple[dict[str, Any], Locate]:
    """The plain data of a paper from a table of rows, and the line of each place."""
    table = read_table(path)
    table.require(["row"], ["kind"])
    data: dict[str, Any] = {"paper": _id_of(path), "title": path.stem, "source": path.name}
    data |= {"groups": [], "splits": [], "tables": []}
    lines: dict[Place, int] = {}
    faults: list[Fault] = []
    place: Place
    for position, cells in enumerate(table.rows):
        kind = cells["kind"]
        if kind in ("group", "split"):
            holder, place = data[f"{kind}s"], (f"{kind}s",)
        elif kind in KINDS and cells.get("table"):
            holder, place = _rows_of(data["tables"], cells["table"])
        else:
            must = f"must be one of {', '.join(KINDS)}, group, split" if kind not in KINDS else "table must be given"
            place_ = "kind" if kind not in KINDS else "table"
            faults.append(table.located(position, Fault(place=place_, must=must, got=repr(kind))))
            continue
        if table.lines is not None:
            lines[*place, len(holder)] = table.lines[position]
        holder.append(_fields(cells, kind))
    if faults:
        raise InputError(str(path), faults)
    return data, lambda at: next((lines[at[:end]] for end in range(len(at), 0, -1) if at[:end] in lines), None)


def _rows_of(tables: list[dict[str, Any]], name: str) -> tuple[list[Any], Place]:
    """The rows of a table, begun where it does not exist yet, and their place."""
    for position, table in enumerate(tables):
        if table["id"] == name:
            return table["rows"], ("tables", position, "rows")
    tables.append({"id": name, "rows": []})
    return tables[-1]["rows"], ("tables", len(tables) - 1, "rows")


def _fields(cells: Mapping[str, str], kind: str) -> dict[str, Any]:
    """The fields of one line: `row` is the id, empty cells are absent, lists and whole numbers read as such."""
    fields: dict[str, Any] = {"id": cells["row"]}
    if kind in KINDS:
        fields["kind"] = kind
    for name, text in cells.items():
        if text and name not in ("table", "row", "kind"):
            fields[name] = _value(name, text)
    return fields


def _value(name: str, text: str) -> Any:
    if name in _LISTS:
        return [part.strip() for part in text.split(";")]
    if name == "complete":
        return {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
    if name in _WHOLE and text.isdecimal():
        return int(text)
    if name in _NUMBERS and _is_decimal(text):
        return float(text)
    return text


def _is_decimal(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _id_of(path: Path) -> str:
    return "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in path.stem) or "paper"
