"""One visit of one reader: target, non-target, new-lesion and overall response by RECIST 1.1.

The order of the target rules matters: CR, PD, NE, PR, SD. Partial response is judged against the baseline sum,
progression against the nadir. All comparisons are between integers (micrometres, cross-multiplied).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from lutetia.dates import PartialDate
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.lesion import Lesion, Measurement
from lutetia.scoring.recist.rules import UM_PER_MM, Response, VisitRules, limits, mm_text, overall_table, reason


class Visit(NamedTuple):
    """What one reader saw at one visit: lesion name → measurement; a lesion that is not named was not read.

    `number` orders the visits of a course. `dates`: the days of the scans, earliest first. `accepted`: the central
    reading took this reader's record (None: not said). `marker_normal`: tumour markers at this visit (None: not
    given).
    """

    name: str
    number: float
    dates: tuple[PartialDate, ...] = ()
    seen: Mapping[str, Measurement] = MappingProxyType({})
    accepted: bool | None = None
    marker_normal: bool | None = None


class TargetSum(NamedTuple):
    """Sum of the targets at one visit in micrometres: `complete` when every target was measured.

    `some`: at least one was. `gone`: every target has disappeared, nodes below 10 mm; then the sum may still
    exceed 0. `seen`: at least one target is certainly there.
    """

    sum_um: int
    complete: bool
    some: bool
    gone: bool
    seen: bool


class VisitResponse(NamedTuple):
    """The response at one post-baseline visit of one reader, with the numbers it rests on.

    `target` and `nontarget` are None where the baseline has no such lesion. `new_lesion`: a new lesion counts at
    this visit; `equivocal_new_lesion`: one was seen that does not count (yet). `new_lesion_seen`: the days of the
    visit at which the counted new lesion was first seen. `sum_um` is None when not every target was measured;
    `measured_um` is what was measured. `sticky`: PR was continued by the named option.
    """

    subject: str
    reader: str | None
    visit: str
    number: float
    dates: tuple[PartialDate, ...]
    target: Response | None
    nontarget: Response | None
    new_lesion: bool
    overall: Response
    baseline_um: int | None
    nadir_um: int | None
    sum_um: int | None
    measured_um: int
    target_rule: str
    nontarget_rule: str
    equivocal_new_lesion: bool
    new_lesion_seen: tuple[PartialDate, ...]
    accepted: bool | None
    conventions: tuple[str, ...]

    @property
    def value(self) -> Response:
        """The overall response."""
        return self.overall

    @property
    def sum_mm(self) -> float | None:
        """Sum of the targets in mm; None without targets or when not every one was measured."""
        return None if self.sum_um is None else self.sum_um / UM_PER_MM

    @property
    def baseline_sum_mm(self) -> float | None:
        """Sum of the targets at baseline in mm; None without targets."""
        return None if self.baseline_um is None else self.baseline_um / UM_PER_MM

    @property
    def nadir_mm(self) -> float | None:
        """Smallest earlier sum in mm, baseline included; None without targets."""
        return None if self.nadir_um is None else self.nadir_um / UM_PER_MM

    @property
    def change_from_baseline_pct(self) -> float | None:
        """Change of the sum against the baseline in percent; None without a complete sum."""
        if self.sum_um is None or not self.baseline_um:
            return None
        return 100 * (self.sum_um - self.baseline_um) / self.baseline_um

    @property
    def because(self) -> tuple[Reason, ...]:
        """The rule behind the target, non-target, new-lesion and overall response, with the numbers used."""
        overall, rule = overall_table()[self.target, self.nontarget, self.new_lesion]
        used = (("target", self.target or "none"), ("non-target", self.nontarget or "none"))
        return (
            reason(self.target_rule, *self._sums()),
            reason(self.nontarget_rule),
            self._because_new(),
            reason(rule, *used, ("new lesion", "yes" if self.new_lesion else "no"), ("overall", overall)),
        )

    def _sums(self) -> tuple[tuple[str, str], ...]:
        if self.baseline_um is None:
            return ()
        total = mm_text(self.sum_um) if self.sum_um is not None else f"{mm_text(self.measured_um)}, incomplete"
        return (("baseline", mm_text(self.baseline_um)), ("nadir", mm_text(self.nadir_um)), ("sum", total))

    def _because_new(self) -> Reason:
        if not self.new_lesion:
            return reason("RECIST-NEW-EQUIVOCAL" if self.equivocal_new_lesion else "RECIST-NEW-NONE")
        seen = ", ".join(map(str, self.new_lesion_seen)) or "date not given"
        return reason("RECIST-NEW", ("first seen", seen))


def target_sum(targets: Sequence[Lesion], seen: Mapping[str, Measurement]) -> TargetSum:
    """Sum of the targets at a visit; a target that was not read, or not evaluable, makes it incomplete."""
    total, complete, some, gone, visible = 0, True, False, True, False
    for lesion in targets:
        measurement = seen.get(lesion.name)
        um = None if measurement is None else measurement.sum_um
        if um is None:
            complete = gone = False
            continue
        total += um
        some = True
        if um >= lesion.gone_below_um:
            gone, visible = False, True
    return TargetSum(total, complete, some, gone, visible)


def target_response(
    now: TargetSum,
    *,
    baseline_um: int,
    nadir_um: int,
    rules: VisitRules,
    after_overall_cr: bool,
    after_target_response: bool,
) -> tuple[Response, str]:
    """Target response and the rule that gave it.

    `after_overall_cr`: an earlier overall response was CR; `after_target_response`: an earlier target response was
    CR or PR (used by `sticky_pr` alone).
    """
    if now.gone:
        return "CR", "RECIST-TL-CR"
    if after_overall_cr and now.seen and rules.reappearance_is_pd:
        return "PD", "RECIST-REAPPEARANCE"
    sum_um, limit = now.sum_um, limits()
    up, down = limit.progression_share
    if sum_um - nadir_um >= limit.progression_growth_um and down * sum_um >= up * nadir_um:
        return "PD", "RECIST-TL-PD" if now.complete else "RECIST-TL-PD-INCOMPLETE"
    if not now.complete:
        return "NE", "RECIST-TL-NE"
    up, down = limit.partial_response_share
    if down * sum_um <= up * baseline_um:
        return "PR", "RECIST-TL-PR"
    if rules.sticky_pr and after_target_response:
        return "PR", "RECIST-TL-PR-CONTINUED"
    return "SD", "RECIST-TL-SD"


def nontarget_response(
    non_targets: Sequence[Lesion],
    seen: Mapping[str, Measurement],
    *,
    marker_normal: bool | None,
    marker_followed: bool,
    after_overall_cr: bool,
    rules: VisitRules,
) -> tuple[Response | None, str]:
    """Non-target response and the rule that gave it; None where the baseline has no non-target disease.

    `marker_followed`: a tumour marker above normal at baseline is part of the non-target disease;
    `marker_normal`: whether it is normal now (None: not measured).
    """
    if not non_targets and not marker_followed:
        return None, "RECIST-NT-NONE"
    unread = marker_followed and marker_normal is None
    persisting = marker_followed and marker_normal is False
    visible = False
    for lesion in non_targets:
        measurement = seen.get(lesion.name)
        if measurement is None or measurement.state == "not_evaluable":
            unread = True
        elif measurement.state == "progression":
            return "PD", "RECIST-NT-PD"
        elif measurement.sum_um is None or measurement.sum_um >= lesion.gone_below_um:
            visible = True
    if visible and after_overall_cr and rules.reappearance_is_pd:
        return "PD", "RECIST-REAPPEARANCE"
    if unread:
        return "NE", "RECIST-NT-NE"
    if visible or persisting:
        return "NON-CR/NON-PD", "RECIST-NT-PERSISTING"
    return "CR", "RECIST-NT-CR"


def overall_response(target: Response | None, nontarget: Response | None, new_lesion: bool) -> Response:
    """Overall response by the visit tables; None stands for no such lesion at baseline."""
    return overall_table()[target, nontarget, new_lesion][0]
