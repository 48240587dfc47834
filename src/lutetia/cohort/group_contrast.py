"""The two compared groups of a study: their follow-up for one endpoint, and the hazard ratio between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_matrix import design_matrix
from lutetia.cohort.endpoint import EndpointRow
from lutetia.cohort.time_point import TimePoint
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival import CoxFit, FollowUp, cox

Ties = Literal["efron", "breslow", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupFollowUp:
    """Follow-up of the patients of the compared groups for one endpoint, from time zero or from cohort entry.

    `exposed` (n,): in the group that is not the reference. `members` (n,): positions among the analysed patients.
    `rows`: the endpoint's rows. Competing events (code 2) count as censored here.
    """

    endpoint: str
    levels: tuple[str, str]
    follow_up: FollowUp
    exposed: NDArray[np.bool_]
    members: NDArray[np.int64]
    rows: tuple[EndpointRow, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def group(self) -> NDArray[np.str_]:
        """The name of each patient's group."""
        return np.where(self.exposed, self.levels[1], self.levels[0])


def compared_levels(data: AnalysisData) -> tuple[str, str]:
    """Reference and other group. Raises InputError if the study declares no comparison."""
    comparison = data.study.comparison
    if comparison is None:
        do = "Declare comparison: with levels and reference."
        raise InputError(data.study.title, [Fault(place="comparison", must="must be declared", do=do)])
    other = next(level for level in comparison.levels if level != comparison.reference)
    return comparison.reference, other


def group_follow_up(data: AnalysisData, endpoint: str, *, delayed_entry: bool = False) -> GroupFollowUp:
    """The follow-up of the two compared groups. Raises KeyError for an endpoint that is not declared.

    Left out: patients of other groups, without a row, and with `delayed_entry` those whose follow-up ends on or before
    cohort entry. An event on the first day (day 0) counts, as in every table. Raises InputError if no comparison is
    declared, or none of its patients has a row.
    """
    levels = compared_levels(data)
    table = data.endpoint(endpoint)
    place_of = {member.story.position: place for place, member in enumerate(data.selection.members)}
    group_of = [member.group for member in data.selection.members]
    kept, other, late = [], [], []
    for row in table.rows:
        place = place_of[row.position]
        if group_of[place] not in levels:
            other.append(place)
        elif delayed_entry and row.stop_days <= row.entry_days:
            late.append(place)
        else:
            kept.append((place, row))
    reasons = ((other, "in none of the compared groups"), (late, "follow-up ends on or before cohort entry"))
    if not kept:
        raise InputError(data.study.title, [Fault(place=endpoint, must="must have patients in the compared groups")])
    rows = tuple(row for _, row in kept)
    return GroupFollowUp(
        endpoint=endpoint,
        levels=levels,
        follow_up=FollowUp(
            stop=[row.stop_days for row in rows],
            event=[row.event == 1 for row in rows],
            start=[row.entry_days for row in rows] if delayed_entry else None,
        ),
        exposed=np.array([group_of[place] == levels[1] for place, _ in kept]),
        members=np.array([place for place, _ in kept]),
        rows=rows,
        left_out=(*table.left_out, *(LeftOut.at(places, why) for places, why in reasons if places)),
    )


def from_entry(data: AnalysisData, groups: GroupFollowUp) -> tuple[FollowUp, NDArray[np.int64], TimePoint | None]:
    """The groups at risk from the moment on that the cohort requires everybody to have reached; places of the rows.

    Nobody of the cohort can die before it, nor belong to a group that later lines make. The clock still runs from the
    endpoint's start, so that patients are compared who have lived as long. Without such a moment (None) entry is as in
    `groups`. Rows that end on or before it, or whose moment is not known, are not among the rows; raises InputError if
    none is left.
    """
    implied, follow_up = data.study.implied_entry(), groups.follow_up
    waits = np.zeros(follow_up.n) if follow_up.start is None else follow_up.start
    if implied is not None:
        at = [implied.of(data.selection.members[int(member)].story) for member in groups.members]
        days = [
            np.inf if isinstance(moment, str) else moment.day - row.start_on.toordinal()
            for moment, row in zip(at, groups.rows, strict=True)
        ]
        waits = np.maximum(waits, np.array(days, dtype=np.float64))
    kept = np.flatnonzero(follow_up.stop > waits)
    if not kept.size:
        must = f"must last beyond {implied or 'the first day'} in some patients"
        raise InputError(data.study.title, [Fault(place=groups.endpoint, must=must)])
    risk = FollowUp(start=waits[kept], stop=follow_up.stop[kept], event=follow_up.event[kept])
    return risk, kept, implied


def group_model(
    data: AnalysisData,
    endpoint: str,
    *,
    adjust: Sequence[str] = (),
    strata: str | None = None,
    delayed_entry: bool = False,
    ties: Ties = "efron",
    penalty: object = None,
) -> tuple[CoxFit, GroupFollowUp, tuple[LeftOut, ...]]:
    """The Cox model of the compared groups: its first column is the group that is not the reference.

    `adjust` names declared covariates, `strata` one whose levels have hazards of their own. Patients in whom one of
    them is not known are left out and counted. Raises InputError if a group has no patient left, nobody has the event,
    or columns repeat each other.
    """
    groups = group_follow_up(data, endpoint, delayed_entry=delayed_entry)
    matrix = design_matrix(data, adjust, among=groups.members)
    labels = data.column(strata) if strata is not None else None
    known = np.isin(groups.members, matrix.rows)
    left_out = [*groups.left_out, *matrix.left_out]
    if labels is not None:
        there = np.array([labels[int(member)] is not None for member in groups.members])
        if (known & ~there).any():
            left_out.append(LeftOut.at(groups.members[known & ~there].tolist(), f"{strata} not known"))
        known &= there
    kept = np.flatnonzero(known)
    _refuse_one_sided(data, groups, kept)
    table = matrix.table[np.searchsorted(matrix.rows, groups.members[kept])]
    varies = table.std(axis=0) > 0
    fit = cox(
        groups.follow_up.at(kept),
        np.column_stack([groups.exposed[kept].astype(np.float64), table[:, varies]]),
        names=["group", *(name for name, there in zip(matrix.names, varies, strict=True) if there)],
        ties=ties,
        penalty=penalty,  # type: ignore[arg-type]
        strata=None if labels is None else [labels[int(member)] for member in groups.members[kept]],
    )
    return fit, groups, tuple(left_out)


def _refuse_one_sided(data: AnalysisData, groups: GroupFollowUp, kept: NDArray[np.int64]) -> None:
    for side, level in enumerate(groups.levels):
        if not (groups.exposed[kept] == bool(side)).any():
            fault = Fault(place=groups.endpoint, must=f"must have patients of the group {level}", got="none")
            raise InputError(data.study.title, [fault])


def group_contrast(
    data: AnalysisData,
    endpoint: str,
    *,
    analysis: str,
    adjust: Sequence[str] = (),
    strata: str | None = None,
    delayed_entry: bool = False,
    ties: Ties = "efron",
    believe: bool = True,
) -> Contrast:
    """The hazard ratio of the other group against the reference, with what it was adjusted for.

    Raises InputError as `group_model`.
    """
    fit, groups, left_out = group_model(
        data, endpoint, adjust=adjust, strata=strata, delayed_entry=delayed_entry, ties=ties
    )
    entry = data.study.cohort_entry if delayed_entry else None
    said = (
        f"{endpoint}: {groups.levels[1]} against {groups.levels[0]}",
        f"adjusted for {', '.join(adjust) or 'nothing'}" + (f", stratified by {strata}" if strata else ""),
        f"at risk from {entry} on" if entry is not None else "at risk from the first day",
        f"ties: {ties}",
    )
    return contrast_of(fit, analysis, conventions=said, left_out=left_out, believe=believe)


def contrast_of(
    fit: CoxFit,
    analysis: str,
    *,
    conventions: tuple[str, ...] = (),
    left_out: tuple[LeftOut, ...] = (),
    believe: bool = True,
) -> Contrast:
    """The first coefficient of a fit as a contrast."""
    return Contrast(
        analysis=analysis,
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=fit.n,
        events=fit.events,
        rows=fit.n,
        converged=fit.converged,
        why=fit.why or "",
        believe=believe,
        conventions=conventions,
        left_out=left_out,
    )
