"""The analysis datasets of a trial as files: Parquet, or Dataset-JSON 1.1 (CDISC); a small trial.json beside them.

A folder holds adsl, adrs, adtte, adae and adlb in one of the two forms, and trial.json with the data cut-off and what
was said of the data. Missing values are null; Dataset-JSON dates are ISO 8601 text. Same trial, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.exchange.dataset_json import dataset_json, rows_of_dataset_json
from lutetia.trial.adam import NAMES, Dataset, TrialData, layout_of

FORMAT = "trial-data/1"
ABOUT = "trial.json"
Form = Literal["parquet", "dataset-json"]
ENDINGS: Mapping[Form, str] = {"parquet": ".parquet", "dataset-json": ".json"}
Rows = list[dict[str, Any]]


def adam_files(data: TrialData, form: Form, *, originator: str = "Lutetia") -> dict[str, bytes]:
    """Every file of a trial's datasets by its name in the folder. Raises InputError for another form."""
    if form not in get_args(Form):
        fault = Fault(place="form", must=f"must be one of {', '.join(get_args(Form))}", got=repr(form))
        raise InputError("datasets", [fault])
    files = {}
    for dataset in data.all():
        whole = parquet(dataset) if form == "parquet" else dataset_json(dataset, data.cut_off, originator=originator)
        files[dataset.name.lower() + ENDINGS[form]] = whole
    files[ABOUT] = _about(data)
    return files


def parquet(dataset: Dataset) -> bytes:
    """One dataset as Parquet: columns of text, whole numbers, numbers and days as its layout names them."""
    import polars as pl

    kinds: dict[str, Any] = {
        "string": pl.String,
        "flag": pl.String,
        "integer": pl.Int64,
        "float": pl.Float64,
        "date": pl.Date,
    }
    columns = [
        pl.Series(column.name, dataset[column.name], dtype=kinds[column.kind]) for column in dataset.layout.columns
    ]
    buffer = BytesIO()
    pl.DataFrame(columns).write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def read_trial_data(folder: str | Path, *, cut_off: date | None = None) -> TrialData:
    """The datasets in a folder, Parquet or Dataset-JSON. `cut_off` wins over that of trial.json.

    Raises InputError with every fault of all five files, then with those of the trial as a whole: a folder that is
    none, files that lack or cannot be read, columns and values that do not fit, subjects not in ADSL, dates after the
    cut-off.
    """
    place = Path(folder)
    form = _form(place)
    read = {name: _read(place / (name.lower() + ENDINGS[form]), name, form) for name in NAMES}
    faults = [fault for found in read.values() if isinstance(found, list) for fault in found]
    about = _read_about(place / ABOUT, faults, required=cut_off is None)
    if faults:
        raise InputError(str(folder), faults)
    sets = {name.lower(): found for name, found in read.items() if isinstance(found, Dataset)}
    when = cut_off or date.fromisoformat(about["cut_off"])
    try:
        return TrialData(**sets, cut_off=when, conventions=tuple(about.get("conventions", ())))
    except InputError as error:
        raise InputError(str(folder), error.faults) from None


def data_file_names(folder: str | Path) -> tuple[str, ...]:
    """The files that `read_trial_data` reads in this folder, those that are there. Raises InputError as it does."""
    place = Path(folder)
    names = [name.lower() + ENDINGS[_form(place)] for name in NAMES]
    return tuple(name for name in (*names, ABOUT) if (place / name).is_file())


def _form(folder: Path) -> Form:
    there = [form for form, ending in ENDINGS.items() if (folder / f"adsl{ending}").is_file()]
    if len(there) == 1:
        return there[0]
    must = "must hold adsl.parquet (Parquet) or adsl.json (Dataset-JSON)"
    if not folder.is_dir():
        fault = Fault(
            place="data", must="must be a folder", got="no such folder", do="lutetia trial simulate makes one."
        )
    elif there:
        fault = Fault(place="data", must=f"{must}, not both", got="both", do="Name the folder of one form.")
    else:
        fault = Fault(
            place="data", must=must, got="neither", do="Datasets of simulate are in parquet/ and dataset-json/."
        )
    raise InputError(str(folder), [fault])


def _read(path: Path, name: str, form: Form) -> Dataset | list[Fault]:
    """The dataset, or what is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError:
        return [Fault(place=path.name, must="must be there and readable", got="nothing")]
    try:
        rows = _parquet_rows(content, name) if form == "parquet" else rows_of_dataset_json(content, layout_of(name))
        return Dataset.of(name, rows)
    except InputError as error:
        return [Fault(place=f"{path.name}, {f.place}", must=f.must, got=f.got, do=f.do) for f in error.faults]


def _parquet_rows(content: bytes, name: str) -> Rows:
    import polars as pl

    try:
        table = pl.read_parquet(BytesIO(content))
    except Exception as error:  # polars raises many kinds for broken bytes
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        fault = Fault(place="file", must="must be a whole Parquet file", got=said, do="Write it again.")
        raise InputError(name, [fault]) from None
    known = [column.name for column in layout_of(name).columns]
    faults = [Fault(place=f"{name}.{lacks}", must="must be there") for lacks in known if lacks not in table.columns]
    if faults:
        raise InputError(name, faults)
    return table.to_dicts()


def _about(data: TrialData) -> bytes:
    said = {"format": FORMAT, "cut_off": data.cut_off.isoformat(), "conventions": list(data.conventions)}
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def _read_about(path: Path, faults: list[Fault], *, required: bool) -> Mapping[str, Any]:
    if not path.is_file() and not required:
        return {}
    do = "Give analysis.cut_off in the declaration, or write trial.json."
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        date.fromisoformat(about["cut_off"])
        if about["format"] != FORMAT:
            raise ValueError(about["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        got = "no such file" if isinstance(error, OSError) else str(error)[:60]
        faults.append(Fault(place=ABOUT, must=f"must hold format {FORMAT} and cut_off, a day", got=got, do=do))
        return {}
    return about if isinstance(about, dict) else {}
