"""One number of a table as it was computed: the same keys in every table, so that all of them make one tidy file."""

from __future__ import annotations

from math import isfinite
from typing import Any

from lutetia.estimate import Estimate

KEYS = (
    "endpoint",
    "analysis",
    "group",
    "term",
    "level",
    "reference",
    "statistic",
    "unit",
    "estimate",
    "lower",
    "upper",
    "std_error",
    "coverage",
    "p",
    "n",
    "events",
    "method",
    "note",
)
"""Every key of a record, in the order of the columns."""


def record(
    statistic: str,
    value: Estimate | float | None = None,
    *,
    unit: str = "",
    endpoint: str = "",
    analysis: str = "",
    group: str = "",
    term: str = "",
    level: str = "",
    reference: str = "",
    p: float | None = None,
    n: int | None = None,
    events: int | None = None,
    method: str = "",
    note: str = "",
) -> dict[str, Any]:
    """A record. What does not apply is "" for words and None for numbers; a number that is not finite is None.

    `statistic` names what `estimate` is (hazard_ratio, median, survival …), `unit` its unit (days, proportion, ratio,
    chi2 …); `group` the patients it is of where a table has one column per group; `level` the level of a factor,
    `reference` the one it is compared with; `coverage` that of the interval. `std_error` stands on the scale of the
    estimate unless `note` says otherwise.
    """
    found = value if isinstance(value, Estimate) else None
    number = found.estimate if found is not None else value
    return {
        "endpoint": endpoint,
        "analysis": analysis,
        "group": group,
        "term": term,
        "level": level,
        "reference": reference,
        "statistic": statistic,
        "unit": unit,
        "estimate": finite(number),  # type: ignore[arg-type]
        "lower": finite(found.lower) if found else None,
        "upper": finite(found.upper) if found else None,
        "std_error": finite(found.std_error) if found else None,
        "coverage": found.level if found else None,
        "p": finite(p),
        "n": n,
        "events": events,
        "method": method or (found.method if found else ""),
        "note": note,
    }


def finite(value: float | None) -> float | None:
    """The number as a plain float; None for None, NaN and infinity."""
    return None if value is None or not isfinite(value) else float(value)
