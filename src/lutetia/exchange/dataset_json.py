"""One dataset as CDISC Dataset-JSON 1.1: columns described, then rows as lists; dates as ISO 8601 text.

After the specification "Dataset-JSON v1.1" of CDISC (github.com/cdisc-org/DataExchange-DatasetJson): one dataset a
file, missing values null, `keySequence` the order of the key columns.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.trial.adam import Column, Dataset, Layout

VERSION = "1.1.0"
TYPES = {"string": "string", "flag": "string", "integer": "integer", "float": "double", "date": "date"}
REQUIRED = ("datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns")
MOST = 10  # faults named one by one


def dataset_json(dataset: Dataset, cut_off: date, *, originator: str) -> bytes:
    """The dataset as one file. Its time of creation is the start of the cut-off day, so that bytes repeat."""
    from lutetia import __version__

    layout = dataset.layout
    study = next(iter(dataset["STUDYID"]), "")
    head = {
        "datasetJSONCreationDateTime": f"{cut_off.isoformat()}T00:00:00",
        "datasetJSONVersion": VERSION,
        "fileOID": f"FILE.{study}.{layout.name}",
        "originator": originator,
        "sourceSystem": {"name": "Lutetia", "version": __version__},
        "studyOID": f"STUDY.{study}",
        "metaDataVersionOID": f"MDV.{study}.1",
        "itemGroupOID": f"IG.{layout.name}",
        "records": len(dataset),
        "name": layout.name,
        "label": layout.label,
        "columns": [_column(layout, column, dataset) for column in layout.columns],
    }
    rows = ",\n".join(json.dumps([_plain(v) for v in row.values()], ensure_ascii=False) for row in dataset.rows())
    text = json.dumps(head, ensure_ascii=False, indent=1)
    return f'{text[:-2]},\n "rows": [\n{rows}\n ]\n}}\n'.encode()


def _column(layout: Layout, column: Column, dataset: Dataset) -> dict[str, Any]:
    described: dict[str, Any] = {
        "itemOID": f"IT.{layout.name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": TYPES[column.kind],
    }
    if TYPES[column.kind] == "string":
        described["length"] = max((len(v.encode()) for v in dataset[column.name] if v is not None), default=1)
    if column.name in layout.keys:
        described["keySequence"] = layout.keys.index(column.name) + 1
    return described


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def rows_of_dataset_json(content: bytes, layout: Layout) -> list[dict[str, Any]]:
    """The rows of a Dataset-JSON file that must hold this dataset.

    Raises InputError with every fault of the file: not JSON, another version or dataset, columns lacking, unknown or
    of another type, rows of another length, dates that are none, another number of records than it says.
    """
    document = _document(content, layout)
    names = [str(column.get("name")) for column in document["columns"]]
    rows, faults = document.get("rows", []), []
    if len(rows) != document["records"]:
        faults.append(
            Fault(place="records", must=f"must be the number of rows, {len(rows)}", got=str(document["records"]))
        )
    uneven = [at for at, row in enumerate(rows, start=1) if not isinstance(row, list) or len(row) != len(names)]
    if uneven:
        got = f"row {uneven[0]}" + (f" and {len(uneven) - 1} more" if len(uneven) > 1 else "")
        faults.append(Fault(place="rows", must=f"must have {len(names)} values each", got=got))
    if faults:
        raise InputError(layout.name, faults)
    kinds = {column.name: column.kind for column in layout.columns}
    made = []
    for at, row in enumerate(rows, start=1):
        made.append({n: _value(v, kinds[n], f"{n}, row {at}", faults) for n, v in zip(names, row, strict=True)})
    if faults:
        more = len(faults) - MOST
        said = faults[:MOST] + ([Fault(place="rows", must=f"have {more} more such faults")] if more > 0 else [])
        raise InputError(layout.name, said)
    return made


def _document(content: bytes, layout: Layout) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:  # not UTF-8, or not JSON
        fault = Fault(place="file", must="must be a whole Dataset-JSON file", got=str(error)[:80])
        raise InputError(layout.name, [fault]) from None
    if not isinstance(document, dict):
        raise InputError(layout.name, [Fault(place="file", must="must be a JSON object", got=type(document).__name__)])
    faults = [Fault(place=name, must="must be there (Dataset-JSON 1.1)") for name in REQUIRED if name not in document]
    if faults:
        raise InputError(layout.name, faults)
    if not str(document["datasetJSONVersion"]).startswith("1.1"):
        got = str(document["datasetJSONVersion"])[:20]
        faults.append(Fault(place="datasetJSONVersion", must="must be 1.1", got=got))
    if document["name"] != layout.name:
        faults.append(Fault(place="name", must=f"must be {layout.name}", got=repr(document["name"])[:40]))
    if not isinstance(document.get("rows", []), list) or not _are_columns(document["columns"]):
        faults.append(Fault(place="columns, rows", must="must be lists, of descriptions with a name and of rows"))
    else:
        faults += _column_faults(document["columns"], layout)
    if faults:
        raise InputError(layout.name, faults)
    return document


def _are_columns(columns: Any) -> bool:
    return isinstance(columns, list) and all(isinstance(column, dict) and "name" in column for column in columns)


def _column_faults(columns: list[dict[str, Any]], layout: Layout) -> list[Fault]:
    known = {column.name: column for column in layout.columns}
    given = [str(column["name"]) for column in columns]
    faults = [Fault(place=f"{layout.name}.{name}", must="must be there") for name in known if name not in given]
    for column in columns:
        name = str(column["name"])
        if name not in known:
            must = f"must be a column of {layout.name}: {', '.join(known)}"
            faults.append(Fault(place=f"{layout.name}.{name}", must=must))
        elif column.get("dataType") not in _accepted(known[name]):
            must = f"must have dataType {TYPES[known[name].kind]}"
            faults.append(Fault(place=f"{layout.name}.{name}", must=must, got=str(column.get("dataType"))))
    for name in dict.fromkeys(name for name in given if given.count(name) > 1):
        faults.append(Fault(place=f"{layout.name}.{name}", must="must be there once", got=str(given.count(name))))
    return faults


def _accepted(column: Column) -> tuple[str, ...]:
    """Types of Dataset-JSON that a column may have: numbers may come as float or as whole ones."""
    return ("double", "float", "integer") if column.kind == "float" else (TYPES[column.kind],)


def _value(value: Any, kind: str, place: str, faults: list[Fault]) -> Any:
    """The value as Python has it; a day is made of its text."""
    if value is None or kind != "date":
        return value if not isinstance(value, float) or kind != "integer" or not value.is_integer() else int(value)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.append(Fault(place=place, must="must be a day such as 2023-07-20", got=repr(value)[:40]))
        return None
