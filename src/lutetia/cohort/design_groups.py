"""Design checks on the groups: who was chosen, how their follow-up ended, what may be claimed (checks 4, 5, 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.balance import balance, e_value, effective_n, weighted_contrast, weights
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_matrix import adjustment_set, design_matrix
from lutetia.cohort.design_rules import contrasts, finding, limit
from lutetia.cohort.group_contrast import GroupFollowUp, group_contrast, group_follow_up
from lutetia.cohort.propensity import PropensityScore, propensity_score
from lutetia.survival import FollowUp, cox


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Choice:
    """The compared patients in whom all covariates of the adjustment set are known; `kept`: their places."""

    kept: NDArray[np.int64]
    exposed: NDArray[np.bool_]
    table: NDArray[np.float64]
    names: tuple[str, ...]

    @property
    def comparable(self) -> bool:
        return bool(self.exposed.any() and not self.exposed.all())

    def score(self) -> tuple[PropensityScore, tuple[str, ...]]:
        """The score, and the columns that had to be left out because they separate the groups."""
        table, names, without = self.table, list(self.names), []
        while (found := propensity_score(self.exposed, table, tuple(names))).separated_by is not None:
            at = names.index(found.separated_by)
            without.append(names.pop(at))
            table = np.delete(table, at, axis=1)
        return found, tuple(without)


def _choice(data: AnalysisData, groups: GroupFollowUp) -> _Choice:
    matrix = design_matrix(data, adjustment_set(data.study))
    place_of = {int(row): place for place, row in enumerate(matrix.rows)}
    kept = np.array([n for n, m in enumerate(groups.members.tolist()) if m in place_of], dtype=np.int64)
    table = matrix.table[[place_of[int(m)] for m in groups.members[kept]]]
    varies = table.std(axis=0) > 0 if kept.size else np.zeros(table.shape[1], dtype=bool)
    return _Choice(
        kept=kept,
        exposed=groups.exposed[kept],
        table=table[:, varies],
        names=tuple(name for name, v in zip(matrix.names, varies, strict=True) if v),
    )


def unlike_at_choice(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 4: standardised differences of the covariates between the compared groups."""
    if data.study.comparison is None or not data.study.covariates:
        return finding("DC-04", None, "no comparison, or no covariate, is declared")
    choice = _choice(data, group_follow_up(data, endpoint))
    if not choice.comparable:
        return finding("DC-04", None, "one of the compared groups has no patient with every covariate on record")
    rows = balance(choice.table, choice.names, choice.exposed, np.ones(choice.kept.size))
    unlike = sorted((row for row in rows if abs(row.before) > limit("imbalance_smd")), key=lambda r: -abs(r.before))
    said = "; ".join(f"{row.name} {row.before:+.2f}" for row in unlike[:6])
    more = f" and {len(unlike) - 6} more" if len(unlike) > 6 else ""
    above = f"standardised differences above {limit('imbalance_smd'):g}"
    says = f"{above}: {said}{more}" if unlike else f"no {above}"
    return finding("DC-04", bool(unlike), f"{says} (n = {choice.kept.size})", partial(_weighted, data, endpoint))


def _weighted(data: AnalysisData, endpoint: str) -> Remedy:
    groups = group_follow_up(data, endpoint)
    choice = _choice(data, groups)
    score, without = choice.score()
    crude = group_contrast(data, endpoint, analysis="unadjusted", believe=False)
    title = f"{endpoint}, weighted to patients who could have had either"
    if not score.converged:
        row = RemedyRow(analysis="overlap weights", says=f"cannot be made: {score.why}")
        return Remedy(title=title, quantity="hazard ratio", rows=(*contrasts("", crude).rows, row))
    weighted = weighted_contrast(groups.follow_up.at(choice.kept), choice.exposed, score, target="overlap")
    made = contrasts(title, crude, weighted)
    found = e_value(weighted.hazard_ratio, outcome="common")
    weight = weights(score, choice.exposed, target="overlap")
    left = [
        RemedyRow(analysis=f"not balanced: {name}", says="separates the groups: nobody to compare") for name in without
    ]
    notes = (
        *left,
        RemedyRow(analysis="effective patients", n=round(effective_n(weight))),
        RemedyRow(
            analysis="E-value",
            says=f"{found.estimate:.2f} for the ratio, {found.limit:.2f} for the limit nearest 1",
        ),
    )
    said = (*made.conventions, *found.conventions)
    return Remedy(title=title, quantity=made.quantity, rows=(*made.rows, *notes), conventions=said)


def unlike_censoring(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 5: shares censored before the median follow-up of the compared groups."""
    if data.study.comparison is None:
        return finding("DC-05", None, "no comparison is declared")
    groups = group_follow_up(data, endpoint)
    early = _early(groups)
    table = np.array(
        [
            [int((early & (groups.exposed == side)).sum()), int((~early & (groups.exposed == side)).sum())]
            for side in (0, 1)
        ]
    )
    if not early.any() or early.all() or (table.sum(axis=1) == 0).any():
        return finding("DC-05", False, "no patient is censored early")
    p = float(chi2_contingency(table, correction=False).pvalue)
    shares = [
        f"{level} {row[0]} of {row.sum()} ({100 * row[0] / row.sum():.0f} %)"
        for level, row in zip(groups.levels, table, strict=True)
    ]
    says = f"censored before {np.median(groups.follow_up.stop):.0f} days (the median follow-up): {', '.join(shares)}; "
    return finding(
        "DC-05", p < limit("censoring_p"), says + f"chi-squared p {p:.3f}", partial(_endings, data, endpoint)
    )


def _early(groups: GroupFollowUp) -> np.ndarray:
    follow_up = groups.follow_up
    return np.asarray((follow_up.event == 0) & (follow_up.stop < np.median(follow_up.stop)))


def _endings(data: AnalysisData, endpoint: str) -> Remedy:
    """How rows end in each group, and the hazard ratio if all early censored of one group had had the event."""
    groups = group_follow_up(data, endpoint)
    rows: list[RemedyRow] = []
    for reason in dict.fromkeys(row.reason for row in groups.rows):
        here = [sum(r.reason == reason and bool(e) is side for r, e in zip(groups.rows, groups.exposed, strict=True))
                for side in (False, True)]  # fmt: skip
        says = ", ".join(f"{level} {count}" for level, count in zip(groups.levels, here, strict=True))
        rows.append(RemedyRow(analysis=f"ended: {reason}", says=says))
    early = _early(groups)
    found = [group_contrast(data, endpoint, analysis="as censored")]
    for side, level in ((False, groups.levels[0]), (True, groups.levels[1])):
        event = (groups.follow_up.event == 1) | (early & (groups.exposed == side))
        fit = cox(FollowUp(stop=groups.follow_up.stop, event=event), groups.exposed.astype(np.float64)[:, None])
        found.append(
            Contrast(
                analysis=f"early censored of {level} taken as events",
                log_hazard_ratio=float(fit.coef[0]),
                std_error=float(fit.std_error[0]),
                n=fit.n,
                events=fit.events,
                rows=fit.n,
                converged=fit.converged,
                why=fit.why or "",
                believe=True,
                conventions=(),
            )
        )
    made = contrasts(f"{endpoint}: how follow-up ends", *found)
    return Remedy(title=made.title, quantity=made.quantity, rows=(*rows, *made.rows), conventions=made.conventions)


def beyond_the_model(data: AnalysisData, endpoint: str, claims: Sequence[str]) -> DesignFinding:
    """Check 16: the group that looks best, against what its interval allows; `claims` are sentences of the authors."""
    if data.study.comparison is None:
        return finding("DC-16", None, "no comparison is declared")
    contrast = group_contrast(data, endpoint, analysis="as grouped")
    ratio = contrast.hazard_ratio
    if not contrast.converged or ratio.estimate is None or ratio.lower is None or ratio.upper is None:
        return finding("DC-16", None, f"the hazard ratio cannot be estimated: {contrast.why}")
    reference, other = group_follow_up(data, endpoint).levels
    better = other if ratio.estimate < 1 else reference
    open_ = ratio.lower <= 1 <= ratio.upper
    says = f"{endpoint}, {other} against {reference}: HR {ratio.estimate:.2f} ({ratio.lower:.2f} to {ratio.upper:.2f})"
    says += f"; {better} looks better, but the interval holds 1" if open_ else f"; the interval favours {better}"
    if claims:
        says += f"; claimed: {' / '.join(claims)}"
    return finding("DC-16", open_, says, partial(_permitted, contrast, better, open_))


def _permitted(contrast: Contrast, better: str, open_: bool) -> Remedy:
    ratio = contrast.hazard_ratio
    if open_:
        words = "the data are compatible with no difference; no ranking follows from them"
    else:
        words = f"the groups differ in favour of {better}; whether the treatment did it is for the checks above to say"
    row = RemedyRow(analysis="what may be said", estimate=ratio, n=contrast.n, events=contrast.events, says=words)
    return Remedy(title="What the interval allows", quantity="hazard ratio", rows=(row,))
