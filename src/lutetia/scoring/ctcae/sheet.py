"""A table of laboratory values as arrays, its rows grouped by analyte and unit, and what is wrong with which rows.

Needs numpy (imported on first use).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lutetia.course.laboratory import units_of
from lutetia.course.plausible import laboratory_range
from lutetia.errors import Fault, InputError
from lutetia.scoring.arrays import as_numbers
from lutetia.scoring.ctcae.criteria import Version, analyte_named, version_named
from lutetia.scoring.ctcae.options import (
    Options,
    analyte_fault,
    clinical_faults,
    conversion,
    side_fault,
    unit_fault,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Grades = NDArray[np.int8]
    Truth = NDArray[np.bool_]
    RowNumbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """The whole table, checked as to shape: every array has the length of `value`."""

    version: Version
    options: Options
    value: Numbers
    references: Mapping[str, Numbers]
    post_baseline: Truth
    clinical: Mapping[str, Numbers]
    check_plausible: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The rows of one analyte in one unit."""

    sheet: Sheet
    analyte: str
    unit: str
    rows: RowNumbers
    value: Numbers
    at_baseline: Truth

    def reference(self, name: str) -> Numbers:
        """One reference of every row; the baseline is NaN where the rules may not use it."""
        import numpy as np

        numbers = self.sheet.references[name][self.rows]
        return np.where(self.at_baseline, np.nan, numbers) if name == "baseline" else numbers


def check_arguments(
    version: str | None,
    options: Options,
    values: Numbers,
    clinical: Mapping[str, object],
    faulty_rows: str,
) -> tuple[Version | Fault, list[Fault]]:
    """The criteria of the version, and every fault of an argument that is not a row's."""
    criteria = version_named(version)
    faults = options.faults()
    if faulty_rows not in ("refuse", "leave_out"):
        faults.append(Fault(place="faulty_rows", must="must be refuse or leave_out", got=repr(faulty_rows)))
    if values.ndim != 1:
        faults.append(Fault(place="value", must="must be a list or array of numbers", got=f"{values.ndim} dimensions"))
    if isinstance(criteria, Fault):
        return criteria, [criteria, *faults]
    return criteria, [*faults, *clinical_faults(clinical)]


def as_column(name: str, given: Any, values: Numbers, faults: list[Fault]) -> Numbers:
    """One number or n numbers as an array as long as the values; a fault where there are others or too many."""
    import numpy as np

    array = as_numbers(name, given, faults)
    if array.ndim and array.shape != values.shape:
        must = f"must have as many numbers as there are values ({len(values)})"
        faults.append(Fault(place=name, must=must, got=str(array.size)))
        return np.full(values.shape, np.nan)
    return np.broadcast_to(array, values.shape)


def grouped(analyte: Any, unit: Any, values: Numbers) -> Iterator[tuple[Any, Any, RowNumbers]]:
    """Analyte and unit as given, with the rows that have them."""
    import numpy as np

    count = len(values)
    names = [analyte] * count if isinstance(analyte, str) else _texts("analyte", analyte, count)
    units = [unit] * count if isinstance(unit, str) else _texts("unit", unit, count)
    if isinstance(analyte, str) and isinstance(unit, str):
        yield analyte, unit, np.arange(count)
        return
    codes: dict[tuple[Any, Any], int] = {}
    pairs = zip(names, units, strict=True)
    coded = np.fromiter((codes.setdefault(pair, len(codes)) for pair in pairs), np.int32, count)
    # Sixteen bits are sorted by counting, four times as fast.
    order = np.argsort(coded.astype(np.int16) if len(codes) < 2**15 else coded, kind="stable")
    starts = np.cumsum([0, *np.bincount(coded, minlength=len(codes))])
    for number, (name, spelled) in enumerate(codes):
        yield name, spelled, order[starts[number] : starts[number + 1]]


def _texts(name: str, given: Any, count: int) -> list[Any]:
    texts: list[Any] = given.tolist() if hasattr(given, "tolist") else list(given)
    if len(texts) != count:
        must = f"must have as many entries as there are values ({count})"
        raise InputError("CTCAE grades", [Fault(place=name, must=must, got=str(len(texts)))])
    return texts


def wrong_rows(
    sheet: Sheet, groups: Iterable[tuple[Any, Any, RowNumbers]]
) -> tuple[list[tuple[Fault, RowNumbers]], RowNumbers]:
    """Every fault with its rows, and the rows without a value."""
    import numpy as np

    wrong: list[tuple[Fault, RowNumbers]] = []
    for given, unit, rows in groups:
        name = analyte_named(given) if isinstance(given, str) else repr(given)
        unknown = analyte_fault(given, name, sheet.version)
        fault = unknown or unit_fault(name, unit) or side_fault(name, sheet.options.side, sheet.version)
        if fault:
            wrong.append((fault, rows))
        elif sheet.check_plausible:
            wrong += _implausible(sheet, name, unit, rows)
    numbers = {"value": sheet.value, **sheet.references}
    for place, array in numbers.items():
        rows = np.flatnonzero((array < 0) | np.isinf(array))
        if rows.size:
            wrong.append((Fault(place=place, must="must be a number of at least 0"), rows))
    crossed = np.flatnonzero(sheet.references["lln"] > sheet.references["uln"])
    if crossed.size:
        wrong.append((Fault(place="lln", must="must not exceed uln", do="Exchange the two."), crossed))
    return wrong, np.flatnonzero(np.isnan(sheet.value))


def _implausible(sheet: Sheet, name: str, unit: str, rows: RowNumbers) -> list[tuple[Fault, RowNumbers]]:
    canonical = units_of(name).canonical
    expected = laboratory_range(name, canonical)
    if expected is None:
        return []
    found = sheet.value[rows] * float(conversion(name, unit, canonical))
    far = rows[((found < expected.low) & (found >= 0)) | (found > expected.high)]
    if not far.size:
        return []
    do = f"Check the values given in {unit}, or grade them with check_plausible=False."
    return [(Fault(place="value", must=f"{expected.sentence('value')} for {name}", do=do), far)]


def part_of(sheet: Sheet, analyte: str, unit: str, rows: RowNumbers) -> Part:
    """The rows of one analyte in one unit."""
    import numpy as np

    at_baseline = ~sheet.post_baseline[rows]
    if sheet.options.baseline_rule == "always":
        at_baseline = np.zeros_like(at_baseline)
    return Part(sheet=sheet, analyte=analyte, unit=unit, rows=rows, value=sheet.value[rows], at_baseline=at_baseline)
