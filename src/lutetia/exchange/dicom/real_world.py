"""Real World Value Mapping (0040,9096): what stored values mean, and in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.errors import Fault
from lutetia.exchange.dicom.file import items_of, number_of, numbers_of, text_of
from lutetia.exchange.dicom.pixels import Stored

# UCUM spellings of an activity concentration (L and l are both the litre) → Lutetia's unit.
ACTIVITY_UNITS = {
    **dict.fromkeys(("Bq/ml", "Bq/mL", "Bq/cm3", "Bq.ml-1"), "Bq/mL"),
    **dict.fromkeys(("kBq/ml", "kBq/mL", "kBq/cm3"), "kBq/mL"),
    **dict.fromkeys(("MBq/ml", "MBq/mL", "MBq/cm3"), "MBq/mL"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One mapping: stored values from `first` to `last` are slope · value + intercept (or a table) in `unit`."""

    first: float
    last: float
    slope: float
    intercept: float
    table: tuple[float, ...]
    unit: str

    def apply(self, stored: Stored) -> NDArray[np.float64]:
        """The real-world values of stored values inside the range."""
        if self.table:
            place = np.clip(stored.astype(np.int64) - int(self.first), 0, len(self.table) - 1)
            return np.asarray(self.table)[place]
        return np.asarray(stored * np.float64(self.slope) + self.intercept, dtype=np.float64)


def activity_mappings(dataset: Dataset, name: str, faults: list[Fault]) -> tuple[Mapping, ...]:
    """The mappings to an activity concentration, all in one unit; others (SUV, counts) are passed over."""
    found = []
    for item in items_of(dataset, "RealWorldValueMappingSequence"):
        codes = items_of(item, "MeasurementUnitsCodeSequence")
        unit = ACTIVITY_UNITS.get(text_of(codes[0], "CodeValue")) if codes else None
        if unit is None:
            continue
        mapping = _mapping(item, unit)
        if mapping is None:
            must = "must state range and slope with intercept (or a table) in its Real World Value Mapping"
            faults.append(Fault(place=name, must=must))
        else:
            found.append(mapping)
    if len({mapping.unit for mapping in found}) > 1:
        must = "must map stored values to one unit of activity"
        faults.append(Fault(place=name, must=must, got=", ".join(sorted({m.unit for m in found}))))
        return ()
    return tuple(found)


def mapped(stored: Stored, mappings: Sequence[Mapping], name: str, faults: list[Fault]) -> NDArray[np.float64] | None:
    """The real-world values; None after a fault: values outside every range, or two mappings that disagree."""
    values = np.zeros(stored.shape)
    done = np.zeros(stored.shape, dtype=bool)
    for mapping in mappings:
        here: NDArray[Any] = (stored >= mapping.first) & (stored <= mapping.last)
        new = mapping.apply(stored[here])
        twice = done[here]
        if twice.any() and not np.allclose(values[here][twice], new[twice], rtol=1e-4):
            must = "must map each stored value to one activity"
            do = "Two real-world mappings disagree: which one holds must be settled at the scanner."
            faults.append(Fault(place=name, must=must, got="mappings that disagree", do=do))
            return None
        values[here] = new
        done |= here
    if not done.all():
        low, high = mappings[0].first, mappings[0].last
        must = f"must hold stored values inside its real-world mapping ({low:g} to {high:g} …)"
        faults.append(Fault(place=name, must=must, got=f"{int(done.size - done.sum())} outside"))
        return None
    return values


def _mapping(item: Dataset, unit: str) -> Mapping | None:
    first = _end(item, "RealWorldValueFirstValueMapped", "DoubleFloatRealWorldValueFirstValueMapped")
    last = _end(item, "RealWorldValueLastValueMapped", "DoubleFloatRealWorldValueLastValueMapped")
    slope, intercept = number_of(item, "RealWorldValueSlope"), number_of(item, "RealWorldValueIntercept")
    table = numbers_of(item, "RealWorldValueLUTData")
    if first is None or last is None or first > last:
        return None
    if table and len(table) == int(last - first) + 1:
        return Mapping(first=first, last=last, slope=0.0, intercept=0.0, table=table, unit=unit)
    if table or slope is None or slope == 0 or intercept is None:
        return None
    return Mapping(first=first, last=last, slope=slope, intercept=intercept, table=(), unit=unit)


def _end(item: Dataset, *keywords: str) -> float | None:
    return next((value for word in keywords if (value := number_of(item, word)) is not None), None)
