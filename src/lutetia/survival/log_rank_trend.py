"""Log-rank test for trend: do events grow, or fall, along ordered groups?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.log_rank import conventions, rank_rows, sums
from lutetia.survival.rank_weight import WeightName, rank_weight
from lutetia.survival.ties import Floats

NAME = "log-rank test for trend"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trend:
    """One degree of freedom: z² = chi2; `z` above 0 means more events than expected at higher scores."""

    chi2: float
    p: float
    z: float
    df: int
    labels: tuple[Hashable, ...]
    scores: tuple[float, ...]
    n: tuple[int, ...]
    events: tuple[int, ...]
    observed: Floats
    expected: Floats
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    why: str | None = None


def trend(
    f: FollowUp,
    group: Grouping,
    scores: Sequence[float] | Mapping[Hashable, float] | None = None,
    strata: Grouping | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    weights: WeightName | None = None,
    modest_until: float | None = None,
) -> Trend:
    """Trend over the groups with U = Σ score · (observed − expected), chi2 = U² / (scores' V scores).

    `scores` follow the sorted labels, or map labels to scores; without them the labels count 1, 2, 3 … in their order.
    The rest as in log_rank. Raises InputError as log_rank does, and for scores that miss a group, are not finite or all
    equal. Tarone, Biometrika 1975; 62: 679.
    """
    weight = rank_weight(weights, rho, gamma, modest_until)
    rows = rank_rows(f, group, strata, NAME)
    s = _scores(scores, rows.labels)
    observed, expected, variance = sums(rows, weight)
    u, v = float(s @ (observed - expected)), float(s @ variance @ s)
    why = None if v > 1e-12 * float(s @ s) * max(float(np.trace(variance)), 1e-300) else _why(rows.f)
    z = u / np.sqrt(v) if why is None else float("nan")
    told = ", ".join(f"{label} = {score:g}" for label, score in zip(rows.labels, s, strict=True))
    return Trend(
        chi2=float(z * z),
        p=float(chdtrc(1, z * z)),
        z=float(z),
        df=1,
        labels=rows.labels,
        scores=tuple(s.tolist()),
        n=rows.per_group(),
        events=rows.per_group(rows.f.event > 0),
        observed=observed,
        expected=expected,
        conventions=(f"Scores: {told}.", *conventions(rows, weight)),
        left_out=rows.left_out,
        why=why,
    )


def _why(f: FollowUp) -> str:
    if not f.event.any():
        return "no event: nothing to compare"
    return "at no event time were groups of different score at risk together, so that nothing is compared"


def _scores(scores: Sequence[float] | Mapping[Hashable, float] | None, labels: tuple[Hashable, ...]) -> Floats:
    """One score per label, or InputError."""
    if scores is None:
        return np.arange(1.0, len(labels) + 1)
    if isinstance(scores, Mapping):
        absent = [str(label) for label in labels if label not in scores]
        if absent:
            must = "must give every group its score"
            raise InputError(NAME, [Fault(place="scores", must=must, got=f"none for {', '.join(absent)}")])
        scores = [scores[label] for label in labels]
    found = np.asarray(scores, dtype=np.float64)
    if found.shape != (len(labels),) or not np.isfinite(found).all() or np.ptp(found) == 0:
        must = f"must be {len(labels)} finite numbers, not all equal, for {', '.join(map(str, labels))}"
        raise InputError(NAME, [Fault(place="scores", must=must, got=f"{found.tolist()}")])
    return found
