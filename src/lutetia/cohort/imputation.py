"""Multiple imputation of unknown covariates: donors alike in outcome (approximate Bayesian bootstrap), Rubin's rules.

For each unknown value a donor is drawn among patients of the same group with the same event status and nearest
follow-up; the donors themselves are first drawn with replacement, which carries the uncertainty of the draw (Rubin,
Schenker 1986, J Am Stat Assoc 81:366). Right if what is unknown depends on no more than group, event and follow-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_matrix import columns_of
from lutetia.cohort.design_rules import in_words
from lutetia.cohort.group_contrast import GroupFollowUp, group_follow_up
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival import CoxFit, cox

DONORS = 10  # nearest in follow-up, among whom one is drawn


def imputed_contrast(
    data: AnalysisData, endpoint: str, columns: Sequence[str], *, seed: int, imputations: int = 20
) -> Contrast:
    """The adjusted hazard ratio of the compared groups over completed data sets, pooled by Rubin's rules.

    The same seed gives the same answer. A covariate known in fewer than two patients of a group is left out; with a
    declared cohort entry patients count from it on. Raises InputError as `group_follow_up` does, and for fewer than
    two imputations; a data set that cannot be fitted makes a result that has not converged.
    """
    if imputations < 2:
        fault = Fault(place="imputations", must="must be at least 2", got=str(imputations))
        raise InputError("imputation", [fault])
    groups = group_follow_up(data, endpoint, delayed_entry=data.study.cohort_entry is not None)
    values = {name: [data.column(name)[int(m)] for m in groups.members] for name in columns}
    usable = [name for name in columns if _known_enough(values[name], groups.exposed)]
    draw = np.random.default_rng(seed)
    logs, variances, failures = [], [], []
    for _ in range(imputations):
        completed = {
            name: _completed(values[name], groups.exposed, groups.follow_up.event, groups.follow_up.stop, draw)
            for name in usable
        }
        fit = _fitted(data, groups, completed)
        if isinstance(fit, str):
            failures.append(fit)
        else:
            logs.append(float(fit.coef[0]))
            variances.append(float(fit.std_error[0]) ** 2)
    unknown = [n for n in range(groups.members.size) if any(values[name][n] is None for name in usable)]
    estimate, error = _pooled(np.array(logs), np.array(variances))
    return Contrast(
        analysis=f"{imputations} imputations",
        log_hazard_ratio=estimate,
        std_error=error,
        n=groups.follow_up.n,
        events=int(groups.follow_up.event.sum()),
        rows=groups.follow_up.n,
        converged=not failures,
        why=failures[0] if failures else "",
        believe=True,
        conventions=(
            f"{len(unknown)} patients with an unknown covariate, imputed {imputations} times (seed {seed}): donors of "
            f"the same group and event status, nearest in follow-up ({DONORS})",
            "Rubin's rules, normal interval",
            f"adjusted for {', '.join(usable) or 'nothing'}",
        ),
        left_out=(*groups.left_out, *_unusable(columns, usable)),
    )


def _fitted(data: AnalysisData, groups: GroupFollowUp, completed: dict[str, list[Any]]) -> CoxFit | str:
    """The model of one completed data set, or why it has no estimate."""
    table = columns_of(data.study, completed, tuple(completed)) if completed else np.empty((groups.follow_up.n, 0))
    varies = table.std(axis=0) > 0
    try:
        fit = cox(groups.follow_up, np.column_stack([groups.exposed.astype(np.float64), table[:, varies]]))
    except InputError as error:
        return in_words(error)
    return fit if fit.converged else fit.why or "the fit did not converge"


def _known_enough(values: Sequence[Any], exposed: NDArray[np.bool_]) -> bool:
    known = np.array([value is not None for value in values])
    return bool((known & exposed).sum() >= 2 and (known & ~exposed).sum() >= 2)


def _unusable(columns: Sequence[str], usable: Sequence[str]) -> tuple[LeftOut, ...]:
    gone = [name for name in columns if name not in usable]
    return (LeftOut(count=len(gone), why=f"covariates hardly ever known: {', '.join(gone)}"),) if gone else ()


def _completed(
    values: Sequence[Any],
    exposed: NDArray[np.bool_],
    event: NDArray[np.int64],
    stop: NDArray[np.float64],
    draw: np.random.Generator,
) -> list[Any]:
    """The values with every unknown one replaced by a donor's."""
    known = np.array([value is not None for value in values])
    completed = list(values)
    for row in np.flatnonzero(~known):
        alike = np.flatnonzero(known & (exposed == exposed[row]) & (event == event[row]))
        if alike.size < 2:
            alike = np.flatnonzero(known & (exposed == exposed[row]))
        pool = draw.choice(alike, size=alike.size, replace=True)
        nearest = pool[np.argsort(np.abs(stop[pool] - stop[row]), kind="stable")[:DONORS]]
        completed[row] = values[int(draw.choice(nearest))]
    return completed


def _pooled(logs: NDArray[np.float64], variances: NDArray[np.float64]) -> tuple[float, float]:
    """Estimate and standard error over imputations (Rubin 1987)."""
    if not logs.size:
        return float("nan"), float("nan")
    between = float(logs.var(ddof=1)) if logs.size > 1 else 0.0
    return float(logs.mean()), sqrt(float(variances.mean()) + (1 + 1 / logs.size) * between)
