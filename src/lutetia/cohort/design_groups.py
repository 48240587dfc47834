"""Design checks on the groups: who was chosen, how their follow-up ended, what may be claimed (checks 4, 5, 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isinf

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.balance import (
    RARE,
    BalanceRow,
    balance,
    e_value,
    effective_n,
    weighted_contrast,
    weights,
)
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_matrix import adjustment_set, design_matrix, varying
from lutetia.cohort.design_rules import attempted, contrasts, finding, limit
from lutetia.cohort.group_contrast import GroupFollowUp, contrast_of, from_entry, group_contrast, group_follow_up
from lutetia.cohort.propensity import PropensityScore, propensity_score
from lutetia.survival import FollowUp, cox

AT_CUT_OFF = "data cut-off"  # the reason of a row that the calendar ends, in either group alike


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Choice:
    """The compared patients in whom all covariates of the adjustment set are known; `kept`: their places."""

    kept: NDArray[np.int64]
    exposed: NDArray[np.bool_]
    table: NDArray[np.float64]
    names: tuple[str, ...]

    @property
    def comparable(self) -> bool:
        return bool(self.exposed.sum() > 1 and (~self.exposed).sum() > 1)

    def score(self) -> tuple[PropensityScore, tuple[str, ...]]:
        """The score, and the columns that had to be left out because they separate the groups."""
        table, names, without = self.table, list(self.names), []
        while (found := propensity_score(self.exposed, table, tuple(names))).separated_by is not None:
            at = names.index(found.separated_by)
            without.append(names.pop(at))
            table = np.delete(table, at, axis=1)
        return found, tuple(without)


def _choice(data: AnalysisData, groups: GroupFollowUp, among: NDArray[np.int64]) -> _Choice:
    """`among`: places of the groups' rows."""
    matrix = varying(design_matrix(data, adjustment_set(data.study), among=groups.members[among]))
    kept = among[np.isin(groups.members[among], matrix.rows)]
    return _Choice(
        kept=kept,
        exposed=groups.exposed[kept],
        table=matrix.table[np.searchsorted(matrix.rows, groups.members[kept])],
        names=matrix.names,
    )


def unlike_at_choice(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 4: standardised differences of the covariates between the compared groups."""
    if data.study.comparison is None or not adjustment_set(data.study):
        return finding("DC-04", None, "no comparison, or no covariate that could have guided the choice, is declared")
    groups = group_follow_up(data, endpoint)
    choice = _choice(data, groups, np.arange(groups.members.size))
    if not choice.comparable:
        return finding("DC-04", None, "one of the compared groups has fewer than two patients with every covariate")
    rows = balance(choice.table, choice.names, choice.exposed, np.ones(choice.kept.size))
    unlike = sorted((row for row in rows if abs(row.before) > limit("imbalance_smd")), key=lambda r: -abs(r.before))
    said = "; ".join(f"{row.name} {_difference(row)}" for row in unlike[:6])
    more = f" and {len(unlike) - 6} more" if len(unlike) > 6 else ""
    above = f"standardised differences above {limit('imbalance_smd'):g}"
    says = f"{above}: {said}{more}" if unlike else f"no {above}"
    return finding("DC-04", bool(unlike), f"{says} (n = {choice.kept.size})", partial(_weighted, data, endpoint))


def _difference(row: BalanceRow) -> str:
    return "without overlap" if isinf(row.before) else f"{row.before:+.2f}"


def _weighted(data: AnalysisData, endpoint: str) -> Remedy:
    """The groups as they are, then from the choice on: unadjusted, and weighted to those who could have had either."""
    groups = group_follow_up(data, endpoint)
    follow_up, kept, entry = from_entry(data, groups)
    naive = attempted(
        "from time zero, unadjusted",
        lambda: group_contrast(data, endpoint, analysis="from time zero, unadjusted", believe=False),
    )
    place = {int(row): at for at, row in enumerate(kept)}
    choice = _choice(data, groups, kept)
    mine = follow_up.at(np.array([place[int(row)] for row in choice.kept], dtype=np.int64))
    since = f"at risk from {entry}" if entry is not None else "from the first day"
    title = f"{endpoint}, weighted to patients who could have had either"
    if not choice.comparable:
        row = RemedyRow(analysis=since, says="cannot be made: fewer than two patients with every covariate in a group")
        return Remedy(title=title, quantity="hazard ratio", rows=(*contrasts("", naive).rows, row))
    crude = attempted(
        f"{since}, unadjusted",
        lambda: contrast_of(
            cox(mine, choice.exposed.astype(np.float64)[:, None], names=["group"]),
            f"{since}, unadjusted",
            believe=False,
        ),
    )
    rows = [*contrasts("", *([naive] if entry is not None else []), crude).rows]
    score, without = choice.score()
    if not score.converged:
        rows.append(RemedyRow(analysis="overlap weights", says=f"cannot be made: {score.why}"))
        return Remedy(title=title, quantity="hazard ratio", rows=tuple(rows))
    weighted = attempted(
        f"{since}, overlap weights",
        lambda: replace(
            weighted_contrast(mine, choice.exposed, score, target="overlap"), analysis=f"{since}, overlap weights"
        ),
    )
    made = contrasts(title, weighted)
    left = [
        RemedyRow(analysis=f"not balanced: {name}", says="separates the groups: nobody to compare") for name in without
    ]
    rows += [*made.rows, *left, *_strength(weighted, score, choice, mine)]
    return replace(made, rows=tuple(rows))


def _strength(
    weighted: Contrast | RemedyRow, score: PropensityScore, choice: _Choice, follow_up: FollowUp
) -> list[RemedyRow]:
    """How alike the weighted groups are, how many patients carry the ratio, what a hidden confounder would need."""
    if not isinstance(weighted, Contrast):
        return []
    weight, names = weights(score, choice.exposed, target="overlap"), score.names
    kept = [choice.names.index(name) for name in names]
    found = balance(choice.table[:, kept], names, choice.exposed, weight)
    before, after = (max((abs(getattr(row, when)) for row in found), default=0.0) for when in ("before", "after"))
    rows = [
        RemedyRow(analysis="balance", says=f"largest standardised difference {before:.2f}, weighted {after:.2f}"),
        RemedyRow(analysis="effective patients", n=round(effective_n(weight))),
    ]
    if weighted.hazard_ratio.estimate is not None:
        common = follow_up.event.mean() >= RARE
        value = e_value(weighted.hazard_ratio, outcome="common" if common else "rare")
        says = f"{value.estimate:.2f} for the ratio, {value.limit:.2f} for the limit nearest 1"
        rows.append(RemedyRow(analysis="E-value", says=f"{says} ({'; '.join(value.conventions)})"))
    return rows


def unlike_censoring(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 5: shares censored before the median follow-up of the compared groups, the data cut-off apart."""
    if data.study.comparison is None:
        return finding("DC-05", None, "no comparison is declared")
    groups = group_follow_up(data, endpoint)
    early = _early(groups)
    sides = [groups.exposed == side for side in (False, True)]
    table = np.array([[int((early & side).sum()), int((~early & side).sum())] for side in sides])
    if (table.sum(axis=1) == 0).any():
        return finding("DC-05", None, "one of the compared groups has no patient")
    if not early.any():
        return finding("DC-05", False, "no patient is censored early, before the data cut-off")
    p = float(chi2_contingency(table, correction=False).pvalue)
    shares = [
        f"{level} {row[0]} of {row.sum()} ({100 * row[0] / row.sum():.0f} %)"
        for level, row in zip(groups.levels, table, strict=True)
    ]
    says = f"censored before {np.median(groups.follow_up.stop):.0f} days (the median follow-up) and the data cut-off: "
    says += f"{', '.join(shares)}; chi-squared p {p:.3f}"
    return finding("DC-05", p < limit("censoring_p"), says, partial(_endings, data, endpoint))


def _early(groups: GroupFollowUp) -> NDArray[np.bool_]:
    follow_up = groups.follow_up
    calendar = np.array([row.reason == AT_CUT_OFF for row in groups.rows])
    return np.asarray((follow_up.event == 0) & (follow_up.stop < np.median(follow_up.stop)) & ~calendar)


def _endings(data: AnalysisData, endpoint: str) -> Remedy:
    """How rows end in each group, and the hazard ratio if all early censored of one group had had the event."""
    groups = group_follow_up(data, endpoint, delayed_entry=data.study.cohort_entry is not None)
    rows: list[RemedyRow] = []
    for reason in dict.fromkeys(row.reason for row in groups.rows):
        here = [sum(r.reason == reason and bool(e) is side for r, e in zip(groups.rows, groups.exposed, strict=True))
                for side in (False, True)]  # fmt: skip
        says = ", ".join(f"{level} {count}" for level, count in zip(groups.levels, here, strict=True))
        rows.append(RemedyRow(analysis=f"ended: {reason}", says=says))
    early, follow_up = _early(groups), groups.follow_up
    readings = {"as censored": np.zeros_like(early)} | {
        f"early censored of {level} taken as events": early & (groups.exposed == bool(side))
        for side, level in enumerate(groups.levels)
    }
    found = []
    for analysis, changed in readings.items():
        event = (follow_up.event == 1) | changed
        read = FollowUp(stop=follow_up.stop, event=event, start=follow_up.start)
        found.append(attempted(analysis, partial(_reading, read, groups.exposed, analysis)))
    made = contrasts(f"{endpoint}: how follow-up ends", *found)
    return replace(made, rows=(*rows, *made.rows))


def _reading(follow_up: FollowUp, exposed: NDArray[np.bool_], analysis: str) -> Contrast:
    return contrast_of(cox(follow_up, exposed.astype(np.float64)[:, None], names=["group"]), analysis)


def beyond_the_model(data: AnalysisData, endpoint: str, claims: Sequence[str]) -> DesignFinding:
    """Check 16: the group that looks better, against what the intervals allow; `claims` are sentences of the authors.

    It fires where the interval of the ratio, as grouped or adjusted for the declared covariates, holds 1.
    """
    if data.study.comparison is None:
        return finding("DC-16", None, "no comparison is declared")
    delayed, columns = data.study.cohort_entry is not None, adjustment_set(data.study)
    found = [group_contrast(data, endpoint, analysis="as grouped", delayed_entry=delayed)]
    if found[0].hazard_ratio.estimate is None:
        return finding("DC-16", None, f"the hazard ratio cannot be estimated: {found[0].why or 'no standard error'}")
    name = "adjusted for the declared covariates"
    adjusted = attempted(
        name, lambda: group_contrast(data, endpoint, analysis=name, adjust=columns, delayed_entry=delayed)
    )
    if columns and isinstance(adjusted, Contrast) and adjusted.hazard_ratio.estimate is not None:
        found.append(adjusted)
    levels = group_follow_up(data, endpoint).levels
    says = f"{endpoint}, {levels[1]} against {levels[0]}, "
    says += "; ".join(_interval_in_words(contrast, levels) for contrast in found)
    if claims:
        says += f"; claimed: {' / '.join(claims)}"
    return finding("DC-16", any(map(_open, found)), says, partial(_permitted, tuple(found), levels))


def _open(contrast: Contrast) -> bool:
    ratio = contrast.hazard_ratio
    return ratio.lower is not None and ratio.upper is not None and ratio.lower <= 1 <= ratio.upper


def _interval_in_words(contrast: Contrast, levels: tuple[str, str]) -> str:
    ratio, better = contrast.hazard_ratio, levels[contrast.log_hazard_ratio < 0]
    said = f"{contrast.analysis}: HR {ratio.estimate:.2f} ({ratio.lower:.2f} to {ratio.upper:.2f}), "
    return said + (f"{better} looks better, but the interval holds 1" if _open(contrast) else f"it favours {better}")


def _permitted(found: tuple[Contrast, ...], levels: tuple[str, str]) -> Remedy:
    rows = []
    for contrast in found:
        better = levels[contrast.log_hazard_ratio < 0]
        words = f"the groups differ in favour of {better}; whether the treatment did it is for the checks above to say"
        if _open(contrast):
            words = "the data are compatible with no difference; no ranking follows from them"
        rows.append(
            RemedyRow(
                analysis=f"what may be said, {contrast.analysis}",
                estimate=contrast.hazard_ratio,
                n=contrast.n,
                events=contrast.events,
                says=words,
            )
        )
    return Remedy(title="What the interval allows", quantity="hazard ratio", rows=tuple(rows))
