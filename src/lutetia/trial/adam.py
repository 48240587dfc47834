"""A trial's analysis datasets under their CDISC ADaM names: the form in which a trial comes in, simulated or real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import isfinite
from typing import Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.sources import load_yaml_table

Kind = Literal["string", "integer", "float", "date", "flag"]
NAMES = ("ADSL", "ADRS", "ADTTE", "ADAE", "ADLB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: name, label, kind of value, and whether a value may be missing (None)."""

    name: str
    label: str
    kind: Kind
    may_be_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of one dataset and those that together name a row."""

    name: str
    label: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Rows of one dataset, column by column in the order of its layout; missing is None, flags are "Y" or "N"."""

    layout: Layout
    columns: Mapping[str, tuple[Any, ...]]

    @classmethod
    def of(cls, name: str, rows: Sequence[Mapping[str, Any]]) -> Dataset:
        """The dataset from rows. Raises InputError with every fault: columns lacking or unknown, values of another
        kind, missing where they must not be, rows with the same key."""
        layout = layout_of(name)
        if faults := list(_faults(layout, rows)):
            raise InputError(name, faults)
        names = [column.name for column in layout.columns]
        return cls(layout=layout, columns={n: tuple(row.get(n) for row in rows) for n in names})

    @property
    def name(self) -> str:
        """ADSL, ADRS …"""
        return self.layout.name

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, column: str) -> tuple[Any, ...]:
        return self.columns[column]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row by column name."""
        names = list(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, values, strict=True))

    def where(self, **wanted: Any) -> Dataset:
        """The rows in which these columns have these values."""
        places = [i for i in range(len(self)) if all(self.columns[c][i] == v for c, v in wanted.items())]
        return Dataset(layout=self.layout, columns={c: tuple(v[i] for i in places) for c, v in self.columns.items()})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialData:
    """The five datasets of one trial and its data cut-off. Raises InputError for rows of subjects not in ADSL, dates
    after the cut-off, times that are not ADT − STARTDT + 1 or below one day, negative CNSR (0 is an event, 1 and above
    are kinds of censoring), crossover without its date or a date without crossover."""

    adsl: Dataset
    adrs: Dataset
    adtte: Dataset
    adae: Dataset
    adlb: Dataset
    cut_off: date
    conventions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = set(self.adsl["USUBJID"])
        faults = []
        for dataset in self.all():
            strangers = sorted({subject for subject in dataset["USUBJID"] if subject not in known})
            if strangers:
                got = ", ".join(strangers[:10]) + (f" and {len(strangers) - 10} more" if len(strangers) > 10 else "")
                faults.append(Fault(place=f"{dataset.name}.USUBJID", must="must be subjects of ADSL", got=got))
            faults += _late(dataset, self.cut_off)
        faults += [*_wrong_times(self.adtte), *_wrong_crossover(self.adsl)]
        if faults:
            raise InputError("trial data", faults)

    def all(self) -> tuple[Dataset, ...]:
        """ADSL first."""
        return self.adsl, self.adrs, self.adtte, self.adae, self.adlb


@cache
def layout_of(name: str) -> Layout:
    """The layout of a dataset. Raises InputError for a name that is none."""
    table = load_yaml_table("lutetia.trial", "data/adam_columns.yaml").table
    if name not in table:
        raise InputError("dataset", [Fault(place="name", must=f"must be one of {', '.join(table)}", got=repr(name))])
    entry = table[name]
    columns = tuple(
        Column(name=column, label=label, kind=kind, may_be_missing=missing == "missing")
        for column, label, kind, missing in entry["columns"]
    )
    return Layout(name=name, label=entry["label"], keys=tuple(entry["keys"]), columns=columns)


def _is(value: Any, kind: Kind) -> bool:
    if kind == "string":
        return isinstance(value, str) and value != ""
    if kind == "flag":
        return value in ("Y", "N")
    if kind == "date":
        return type(value) is date
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if kind == "integer" else isinstance(value, int | float) and isfinite(value)


_MUST = {
    "string": "must be text",
    "flag": "must be Y or N",
    "date": "must be a date",
    "integer": "must be a whole number",
    "float": "must be a number",
}


def _faults(layout: Layout, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    known = {column.name: column for column in layout.columns}
    unknown = sorted({name for row in rows for name in row if name not in known})
    for name in unknown:
        yield Fault(place=f"{layout.name}.{name}", must=f"must be a column of {layout.name}: {', '.join(known)}")
    for column in layout.columns:
        bad = [
            i
            for i, row in enumerate(rows)
            if ((value := row.get(column.name)) is not None and not _is(value, column.kind))
            or (value is None and not column.may_be_missing)
        ]
        if bad:
            got = f"{rows[bad[0]].get(column.name)!r} in row {bad[0] + 1}"
            got += f" and {len(bad) - 1} more rows" if len(bad) > 1 else ""
            yield Fault(place=f"{layout.name}.{column.name}", must=_MUST[column.kind], got=got)
    seen: dict[tuple[Any, ...], int] = {}
    for i, row in enumerate(rows):
        key = tuple(row.get(name) for name in layout.keys)
        if key in seen:
            place, got = f"{layout.name} {', '.join(layout.keys)}", f"rows {seen[key] + 1} and {i + 1}"
            yield Fault(place=place, must="must name one row only", got=got)
        seen[key] = i


def _late(dataset: Dataset, cut_off: date) -> Iterator[Fault]:
    for column in dataset.layout.columns:
        if column.kind != "date":
            continue
        late = [i for i, day in enumerate(dataset[column.name]) if day is not None and day > cut_off]
        if late:
            must = f"must not lie after the cut-off, {cut_off}"
            got = f"{dataset[column.name][late[0]]} in row {late[0] + 1}"
            got += f" and {len(late) - 1} more rows" if len(late) > 1 else ""
            yield Fault(place=f"{dataset.name}.{column.name}", must=must, got=got)


def _wrong_times(adtte: Dataset) -> Iterator[Fault]:
    wrong = [i for i, row in enumerate(adtte.rows()) if row["AVAL"] != (row["ADT"] - row["STARTDT"]).days + 1]
    if wrong:
        must = "must be ADT − STARTDT + 1 days"
        got = f"{adtte['AVAL'][wrong[0]]} in row {wrong[0] + 1}" + (
            f" and {len(wrong) - 1} more rows" if len(wrong) > 1 else ""
        )
        yield Fault(place="ADTTE.AVAL", must=must, got=got)
    for column, low, must in (("AVAL", 1, "must be one day or more"), ("CNSR", 0, "must not be negative")):
        below = [i for i, value in enumerate(adtte[column]) if value < low]
        if below:
            got = f"{adtte[column][below[0]]} in row {below[0] + 1}"
            got += f" and {len(below) - 1} more rows" if len(below) > 1 else ""
            yield Fault(place=f"ADTTE.{column}", must=must, got=got)


def _wrong_crossover(adsl: Dataset) -> Iterator[Fault]:
    wrong = [i for i, row in enumerate(adsl.rows()) if (row["XOVERFL"] == "Y") != (row["XOVERDT"] is not None)]
    if wrong:
        must = "must be there for those with XOVERFL Y and for nobody else"
        got = f"row {wrong[0] + 1}" + (f" and {len(wrong) - 1} more rows" if len(wrong) > 1 else "")
        yield Fault(place="ADSL.XOVERDT", must=must, got=got)
