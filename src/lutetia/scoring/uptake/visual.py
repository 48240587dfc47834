"""SSTR visual score (Krenning type) of a lesion, and its lowest and highest over lesions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lutetia.quantities import Interval
from lutetia.scoring.reason import Reason
from lutetia.scoring.uptake.readings import (
    HIGHEST,
    LOWEST,
    Relation,
    fits,
    refuse_contradiction,
    score_ranges,
    shown,
    table,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisualScore:
    """SSTR visual (Krenning-type) score of one lesion: `value` 0 to 4, or None while several remain."""

    value: int | None
    possible: tuple[int, ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreExtremes:
    """Lowest and highest visual score over lesions, as ranges that keep what was not scored."""

    lowest: Interval | None
    highest: Interval | None
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> tuple[Interval, Interval] | None:
        """(lowest, highest), or None when no lesion was given."""
        return None if self.lowest is None or self.highest is None else (self.lowest, self.highest)


def visual_score(
    *,
    visible: bool | None,
    versus_liver: Relation | None = None,
    versus_spleen: Relation | None = None,
    equal_to_spleen: Literal[3, 4] | None = None,
) -> VisualScore:
    """SSTR visual score of one lesion from how its uptake compares with normal liver and spleen.

    `equal_to_spleen`: the score given to uptake equal to spleen, which no source defines; None leaves 3 and 4
    open. Raises InputError when no score fits the readings (not visible, yet above liver).
    Source: scores 3 and 4 NETTER-2 Methods (PRAC-SSTR-4); 0 to 2 usual Krenning-type definition.
    """
    readings = {"visible": visible, "versus_liver": versus_liver, "versus_spleen": versus_spleen}
    scale = table()["visual_score"]
    rows = [row for row in scale["rows"] if fits(row, readings)]
    if versus_spleen == "equal" and equal_to_spleen is not None:
        rows = [row for row in rows if row["score"] not in {3, 4} - {equal_to_spleen}]
    refuse_contradiction("SSTR visual score", rows, readings)
    possible = tuple(row["score"] for row in rows)
    return VisualScore(
        value=possible[0] if len(possible) == 1 else None,
        possible=possible,
        because=tuple(_score_reason(scale["rule"], row, readings) for row in rows),
        conventions=(
            f"equal_to_spleen={equal_to_spleen}: uptake equal to spleen is not defined by the sources",
            "2 means equal to liver; newer tables also count slightly below liver as 2",
            "the scale takes it that normal spleen lies above normal liver",
        ),
    )


def score_extremes(scores: Iterable[int | Interval | None], *, complete: bool) -> ScoreExtremes:
    """Lowest and highest visual score over lesions; None or an Interval is a lesion (partly) not scored.

    `complete`: whether these are all the lesions in question; if not, an unlisted one may have any score.
    No lesion gives None, never 0. Raises InputError for a score that is not a whole number from 0 to 4.
    """
    ranges = score_ranges(scores)
    said = "all lesions in question are listed" if complete else "further lesions may exist: both ends stay open"
    conventions = (f"complete={complete}: {said}", "a lesion without a score may have any score from 0 to 4")
    if not ranges:
        return ScoreExtremes(lowest=None, highest=None, because=(), conventions=conventions)
    seen = ranges if complete else [*ranges, Interval(LOWEST, HIGHEST)]
    lowest = Interval(min(one.low for one in seen), min(one.high for one in seen))
    highest = Interval(max(one.low for one in seen), max(one.high for one in seen))
    used = (("scores", ", ".join(str(one) for one in ranges)),)
    rule = table()["visual_score"]["rule"]
    reason = Reason(rule=rule, says=f"lowest score {lowest}, highest {highest}", used=used)
    return ScoreExtremes(lowest=lowest, highest=highest, because=(reason,), conventions=conventions)


def _score_reason(rule: str, row: Mapping[str, Any], readings: Mapping[str, object]) -> Reason:
    return Reason(rule=rule, says=f"{row['score']}: {row['says']} ({row['origin']})", used=shown(readings))
