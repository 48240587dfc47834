"""The published definitions of SSTR-positive, each by itself; none is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lutetia.quantities import Interval
from lutetia.scoring.reason import Reason
from lutetia.scoring.uptake.readings import score_ranges, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One published definition of SSTR-positive and whether it is met (None: cannot be told)."""

    name: str
    met: bool | None
    because: Reason
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SstrPositivity:
    """Every definition of SSTR-positive on its own; there is no common verdict."""

    definitions: tuple[Definition, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> dict[str, bool | None]:
        """Name of each definition → met (True), not met (False), cannot be told (None)."""
        return {definition.name: definition.met for definition in self.definitions}


def sstr_positive(
    *,
    lowest_score: int | Interval | None = None,
    all_lesions_positive: bool | None = None,
    heterogeneous: bool | None = None,
) -> SstrPositivity:
    """Which published definitions of SSTR-positive are met: `netter_2`, `eu_label`, `review`, each by itself.

    `lowest_score`: lowest visual score over the target lesions. The consensus gives no definition (GAP-02).
    Raises InputError for a score outside 0 to 4. Source: N2-I7, EXT-L-03, PRAC-SSTR-2.
    """
    ranges = score_ranges([lowest_score])
    readings = {
        "lowest_score": None if lowest_score is None else ranges[0],
        "all_lesions_positive": all_lesions_positive,
        "heterogeneous": heterogeneous,
    }
    published = table()["sstr_positive"]
    definitions = tuple(_definition(row, readings) for row in published["definitions"])
    undefined = published["undefined"]
    return SstrPositivity(
        definitions=definitions,
        because=tuple(definition.because for definition in definitions),
        conventions=(
            f"{undefined['says']} ({undefined['rule']}): each definition is reported, none is chosen",
            "NETTER-2 asks for all target lesions, the EU label for tumour uptake: both read on lowest_score",
        ),
    )


def _definition(row: Mapping[str, Any], readings: Mapping[str, Any]) -> Definition:
    needs = {name: row[name] for name in readings if name in row}
    truths = [_met(need, readings[name]) for name, need in needs.items()]
    met = False if False in truths else None if None in truths else True
    used = tuple((name, "unknown" if readings[name] is None else str(readings[name])) for name in needs)
    because = Reason(rule=row["rule"], says=row["says"], used=used)
    return Definition(name=row["name"], met=met, because=because, source=row["source"])


def _met(need: Any, value: bool | Interval | None) -> bool | None:
    if value is None:
        return None
    if isinstance(value, Interval):
        op, number = need
        return value.certainly(op, number)
    return value is need
