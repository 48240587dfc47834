"""Best overall response of one course, unconfirmed or confirmed, and disease control."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.days import DayRules, PartialDates, VisitDate, as_day, days_of_visits, one_course
from lutetia.scoring.recist.rules import Response, reason, table
from lutetia.scoring.recist.visit import VisitResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponse:
    """Best overall response of one reader of one patient.

    `visit` and `day`: where `value` was first met; None when no visit counts. `response_day`: the day of the first
    CR or PR that counts (confirmed, where confirmation was asked for); None without one. `left_out`: visits that do
    not count, and why.
    """

    subject: str
    reader: str | None
    value: Response
    visit: str | None
    day: date | None
    response_day: date | None
    reference_date: date
    left_out: tuple[tuple[str, str], ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def responder(self) -> bool:
        """Whether the best response is CR or PR."""
        return self.value in ("CR", "PR")


def best_response(
    visits: Sequence[VisitResponse],
    *,
    reference_date: date | str,
    min_sd_days: int,
    confirm_days: int | None,
    max_ne_between: int | None = None,
    accept_sd_between: bool | None = None,
    cr_breaks_pr: bool | None = None,
    reread_as_pr: Collection[str] = (),
    new_therapy: date | str | None = None,
    visit_date: VisitDate | None = None,
    partial_dates: PartialDates | None = None,
) -> BestResponse:
    """Best overall response of one reader of one patient.

    Visits count up to and including the first PD, and not after the day a new therapy starts. SD and NON-CR/NON-PD
    (and a CR or PR that stands in for SD) count from `min_sd_days` after `reference_date` on; else NE.
    `confirm_days`: None asks for no confirmation; else CR and PR need a second one at least so many days later, and
    three choices must be named: at most `max_ne_between` NE between the two; one SD between a PR and its confirmation
    or none (`accept_sd_between`); whether a PR after a CR within the interval fails to confirm an earlier PR
    (`cr_breaks_pr`).
    `reread_as_pr`: names of visits whose CR the reader has re-read as PR.
    Raises InputError with all faults of the arguments.
    Source: Eisenhauer et al. 2009, "best overall response" and its table for confirmed responses (VER-RE-02 to 04).
    """
    ordered = one_course(visits, "best overall response")
    confirmation = None
    if confirm_days is not None:
        confirmation = _Confirmation(confirm_days, max_ne_between, accept_sd_between, cr_breaks_pr)
    faults = _faults(min_sd_days, confirmation, reread_as_pr, ordered)
    reference = as_day(reference_date, "reference_date", faults, required=True)
    stop = as_day(new_therapy, "new_therapy", faults)
    if faults or reference is None:
        raise InputError("best overall response", faults)
    rules = DayRules(visit_date=visit_date, partial_dates=partial_dates)
    course = _Course.of(ordered, days_of_visits(ordered, rules), reference, stop, reread_as_pr)
    value, at, rule, first = course.best(min_sd_days, confirmation)
    return BestResponse(
        subject=ordered[0].subject if ordered else "",
        reader=ordered[0].reader if ordered else None,
        value=value,
        visit=at.visit if at else None,
        day=at.day if at else None,
        response_day=first.day if first else None,
        reference_date=reference,
        left_out=course.left_out,
        because=(reason(rule, *course.used(value)),),
        conventions=(
            f"reference_date={reference}, min_sd_days={min_sd_days}: days counted as date − reference date",
            "no confirmation asked (confirm_days=None)" if confirmation is None else str(confirmation),
            f"reread_as_pr: {', '.join(sorted(reread_as_pr)) or 'none'}",
            f"new_therapy={stop or 'none'}: visits after that day do not count",
            "order CR, PR, SD, NON-CR/NON-PD, PD, NE; without targets NON-CR/NON-PD stands where SD would",
            *rules.conventions,
            *(ordered[0].conventions if ordered else ()),
        ),
    )


def disease_control(best: BestResponse, *, non_cr_non_pd_counts: bool) -> bool:
    """Whether the best response is disease control: CR, PR or SD, and NON-CR/NON-PD where it is said to count.

    NETTER-2 counts it: 50 of 75 controls are 7 PR, 42 SD and one NON-CR/NON-PD (Singh 2024, table 3).
    """
    return best.value in table()["disease_control"] or (non_cr_non_pd_counts and best.value == "NON-CR/NON-PD")


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """What confirms a response."""

    days: int
    max_ne: int | None
    accept_sd: bool | None
    cr_breaks_pr: bool | None

    def __str__(self) -> str:
        return (
            f"confirm_days={self.days}, max_ne_between={self.max_ne}, accept_sd_between={self.accept_sd}, "
            f"cr_breaks_pr={self.cr_breaks_pr}"
        )


@dataclass(frozen=True, slots=True)
class _Counted:
    """A visit that counts: its response, its day, how many days after the reference date, its name."""

    response: Response
    day: date
    since_days: int
    visit: str


_Found = tuple[Response, _Counted | None, str, _Counted | None]
"""Best response, the visit where it was first met, the rule, the first CR or PR that counts."""


@dataclass(frozen=True, slots=True)
class _Course:
    """The visits of one course that count, in order; `standing`: what an unconfirmed or continued control is called."""

    counted: tuple[_Counted, ...]
    left_out: tuple[tuple[str, str], ...]
    standing: Response

    @classmethod
    def of(
        cls,
        visits: Sequence[VisitResponse],
        days: Sequence[date],
        reference: date,
        stop: date | None,
        reread_as_pr: Collection[str],
    ) -> _Course:
        counted: list[_Counted] = []
        left_out: list[tuple[str, str]] = []
        progressed = False
        for visit, day in zip(visits, days, strict=True):
            if progressed:
                left_out.append((visit.visit, "after progression"))
            elif stop is not None and day > stop:
                left_out.append((visit.visit, "after the start of a new therapy"))
            elif day < reference:
                left_out.append((visit.visit, "before the reference date"))
            else:
                response: Response = "PR" if visit.visit in reread_as_pr else visit.overall
                counted.append(_Counted(response, day, (day - reference).days, visit.visit))
                progressed = response == "PD"
        with_targets = any(visit.target is not None for visit in visits)
        return cls(tuple(counted), tuple(left_out), "SD" if with_targets else "NON-CR/NON-PD")

    def best(self, min_sd_days: int, confirmation: _Confirmation | None) -> _Found:
        """The best response by the tables of RECIST 1.1."""
        if confirmation is None:
            first = self._first("CR", "PR")
            for value in ("CR", "PR"):
                at = self._first(value)
                if at is not None:
                    return at.response, at, "RECIST-BEST", first
        else:
            confirmed = [*self._confirmed_cr(confirmation), *self._confirmed_pr(confirmation)]
            if confirmed:
                at, first = confirmed[0], min(confirmed, key=_day)
                return at.response, at, "RECIST-BEST-CONFIRMED", first
        return self._without_response(min_sd_days, with_confirmation=confirmation is not None)

    def used(self, value: Response) -> tuple[tuple[str, str], ...]:
        """The responses that count with their days, as shown."""
        shown = ", ".join(f"{counted.response} day {counted.since_days}" for counted in self.counted)
        return (("visits", shown or "none"), ("best", value))

    def _without_response(self, min_sd_days: int, *, with_confirmation: bool) -> _Found:
        lasting = [counted for counted in self.counted if counted.since_days >= min_sd_days]
        stands_in = ("CR", "PR", "SD") if self.standing == "SD" else ("CR", "PR")
        for counted in lasting:
            if counted.response in stands_in:
                return self.standing, counted, "RECIST-BEST-DURATION", None
        for counted in lasting:
            if counted.response == "NON-CR/NON-PD":
                return "NON-CR/NON-PD", counted, "RECIST-BEST-DURATION", None
        progression = self._first("PD")
        if progression is not None:
            return "PD", progression, "RECIST-BEST", None
        if with_confirmation and (again := self._disease_after_cr()) is not None:
            return "PD", again, "RECIST-BEST-AFTER-CR", None
        at = self.counted[0] if self.counted else None
        return "NE", at, "RECIST-BEST-DURATION" if self.counted else "RECIST-BEST-NONE", None

    def _first(self, *values: str) -> _Counted | None:
        return next((counted for counted in self.counted if counted.response in values), None)

    def _disease_after_cr(self) -> _Counted | None:
        """The first PR, SD or NON-CR/NON-PD after a CR: if the CR was true, this is progression (table, note 1)."""
        after = False
        for counted in self.counted:
            if after and counted.response in ("PR", "SD", "NON-CR/NON-PD"):
                return counted
            after = after or counted.response == "CR"
        return None

    def _confirmed_cr(self, rule: _Confirmation) -> Iterator[_Counted]:
        for first, between, _ in self._pairs(("CR",), ("CR",), rule):
            if all(seen in ("CR", "NE") for seen in between) and between.count("NE") <= (rule.max_ne or 0):
                yield first

    def _confirmed_pr(self, rule: _Confirmation) -> Iterator[_Counted]:
        for first, between, last in self._pairs(("PR",), ("PR", "CR"), rule):
            allowed = ("CR", "PR", "NE", "SD") if rule.accept_sd else ("CR", "PR", "NE")
            fits = all(seen in allowed for seen in between)
            if not fits or between.count("NE") > (rule.max_ne or 0) or between.count("SD") > 1:
                continue
            if rule.cr_breaks_pr and _has_pr_after_cr([*between, last.response]):
                continue
            yield first

    def _pairs(
        self, starts: Collection[str], ends: Collection[str], rule: _Confirmation
    ) -> Iterator[tuple[_Counted, list[Response], _Counted]]:
        """(first, the responses between, second) of visits far enough apart, by the first visit."""
        for at, first in enumerate(self.counted):
            if first.response not in starts:
                continue
            for until, last in enumerate(self.counted[at + 1 :], start=at + 1):
                if last.response in ends and (last.day - first.day).days >= rule.days:
                    yield first, [counted.response for counted in self.counted[at + 1 : until]], last


def _has_pr_after_cr(responses: Sequence[str]) -> bool:
    return "CR" in responses and "PR" in responses[responses.index("CR") :]


def _day(counted: _Counted) -> date:
    return counted.day


def _faults(
    min_sd_days: object,
    confirmation: _Confirmation | None,
    reread_as_pr: Collection[str],
    visits: Sequence[VisitResponse],
) -> list[Fault]:
    numbers: list[tuple[str, object]] = [("min_sd_days", min_sd_days)]
    if confirmation is not None:
        numbers += [("confirm_days", confirmation.days), ("max_ne_between", confirmation.max_ne)]
    faults = [
        Fault(place=place, must="must be a whole number of 0 or more", got=repr(number))
        for place, number in numbers
        if isinstance(number, bool) or not isinstance(number, int) or number < 0
    ]
    if confirmation is not None:
        choices = (("accept_sd_between", confirmation.accept_sd), ("cr_breaks_pr", confirmation.cr_breaks_pr))
        must = "must be True or False when a confirmation is asked for"
        faults += [Fault(place=p, must=must, got=repr(c)) for p, c in choices if not isinstance(c, bool)]
    if isinstance(reread_as_pr, str):
        return [*faults, Fault(place="reread_as_pr", must="must be a list of visit names", got=repr(reread_as_pr))]
    with_cr = {visit.visit for visit in visits if visit.overall == "CR"}
    unknown = sorted(set(reread_as_pr) - with_cr)
    return [*faults, *(Fault(place="reread_as_pr", must="must name visits with CR", got=repr(n)) for n in unknown)]
