"""What a figure of a study shows: curves, rows, links or steps as data; drawing is the plots' business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lutetia.estimate import Estimate
from lutetia.survival.kaplan_meier import KaplanMeier


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveFigure:
    """Kaplan-Meier curves of days by name. `outcome` names the vertical axis, `note` stands in the plot."""

    key: str
    title: str
    outcome: str
    curves: Mapping[str, KaplanMeier]
    note: str = ""
    conventions: tuple[str, ...] = ()
    kind: Literal["kaplan_meier"] = "kaplan_meier"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioRow:
    """One row of a forest: a heading when `ratio` is None, else a ratio with its interval.

    `counts` is the text of events/patients by group, `beside` that of the last column, `events` sizes the square.
    """

    label: str
    ratio: Estimate | None = None
    counts: str = ""
    beside: str = ""
    events: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestFigure:
    """Ratios with their intervals; `favours` says who is better off left and right of 1."""

    key: str
    title: str
    rows: tuple[RatioRow, ...]
    ratio: str
    favours: tuple[str, str]
    counts_title: str = "Events/patients"
    beside_title: str = ""
    conventions: tuple[str, ...] = ()
    kind: Literal["forest"] = "forest"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceLink:
    """So many patients went from a node of a column (0 is line 1) to a node of the next one."""

    column: int
    source: str
    target: str
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFigure:
    """Treatment sequences: links between `columns` (line 1, line 2 …); every patient goes in and comes out."""

    key: str
    title: str
    links: tuple[SequenceLink, ...]
    columns: tuple[str, ...]
    conventions: tuple[str, ...] = ()
    kind: Literal["sequence"] = "sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """One box of the participant flow, and those left out on the way to the next box, by reason."""

    label: str
    patients: int
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigure:
    """The participant flow from screened to analysed; `groups` are the analysed patients by group, side by side."""

    key: str
    title: str
    steps: tuple[FlowBox, ...]
    groups: tuple[tuple[str, int], ...] = ()
    kind: Literal["flow"] = "flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePoint:
    """One covariate: standardised mean difference before and after weighting."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceFigure:
    """Balance of the covariates before and after weighting; above `imbalance` (absolute) is called an imbalance."""

    key: str
    title: str
    points: tuple[BalancePoint, ...]
    imbalance: float
    conventions: tuple[str, ...] = ()
    kind: Literal["balance"] = "balance"


FigureData = CurveFigure | ForestFigure | SequenceFigure | FlowFigure | BalanceFigure
"""Any figure; `kind` tells which: kaplan_meier, forest, sequence, flow, balance. All have `key` and `title`."""


def curve_values(figure: CurveFigure) -> tuple[dict[str, Any], ...]:
    """The steps of all curves as tidy records, from day 0 on.

    Keys: curve, days, survival, lower, upper (log-log, None where there is no limit), at_risk, events, censored; the
    counts are sums of weights where the curve is weighted.
    """
    records = []
    for name, curve in figure.curves.items():
        band = curve.band("log-log")
        opened = band.times.size - curve.times.size  # 1 where time 0 was put before the first time
        at_risk = curve.at_risk_at(band.times)
        for place, days in enumerate(band.times.tolist()):
            at = place - opened
            records.append(
                {
                    "curve": name,
                    "days": days,
                    "survival": float(band.survival[place]),
                    "lower": _or_none(float(band.lower[place])),
                    "upper": _or_none(float(band.upper[place])),
                    "at_risk": float(at_risk[place]),
                    "events": float(curve.events[at]) if at >= 0 else 0.0,
                    "censored": float(curve.censored[at]) if at >= 0 else 0.0,
                }
            )
    return tuple(records)


def _or_none(limit: float) -> float | None:
    return None if limit != limit else limit
