"""Best overall response of one course, unconfirmed or confirmed; disease control; duration of response."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.days import (
    Counting,
    DayRules,
    PartialDates,
    VisitDate,
    as_day,
    days_of_visits,
    one_course,
)
from lutetia.scoring.recist.progression import TimeToEvent, progression_free_survival
from lutetia.scoring.recist.rules import Response, reason, table
from lutetia.scoring.recist.visit import VisitResponse

RESPONSES = ("CR", "PR")


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
    confirmation_asked: bool
    left_out: tuple[tuple[str, str], ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def responder(self) -> bool:
        """Whether the best response is CR or PR."""
        return self.value in RESPONSES


@dataclass(frozen=True, slots=True)
class _Counted:
    """A visit that counts: its response, its day, and how many days after the reference date."""

    response: Response
    day: date
    since_days: int
    visit: str


def best_response(
    visits: Sequence[VisitResponse],
    *,
    reference_date: date | str,
    min_sd_days: int,
    confirm_days: int | None,
    max_ne_between: int | None = None,
    accept_sd_between: bool = False,
    cr_breaks_pr: bool = False,
    reread_as_pr: Collection[str] = (),
    new_therapy: date | str | None = None,
    visit_date: VisitDate | None = None,
    partial_dates: PartialDates | None = None,
) -> BestResponse:
    """Best overall response of one reader of one patient.

    Visits count up to and including the first PD, and not after the day a new therapy starts. SD and NON-CR/NON-PD
    (and a CR or PR that stands in for SD) count from `min_sd_days` after `reference_date` on; else NE.
    `confirm_days`: None asks for no confirmation; else CR and PR need a second one at least so many days later, with
    at most `max_ne_between` NE between (required then), one SD between a PR and its confirmation only with
    `accept_sd_between`. `cr_breaks_pr`: a PR after a CR within the interval ends it. `reread_as_pr`: names of
    visits whose CR the reader has re-read as PR.
    Raises InputError with all faults of the arguments.
    Source: Eisenhauer et al. 2009, "best overall response" and its table for confirmed responses (VER-RE-02 to 04).
    """
    ordered = one_course(visits, "best overall response")
    reference, stop = _arguments(
        reference_date, new_therapy, min_sd_days, confirm_days, max_ne_between, reread_as_pr, ordered
    )
    rules = DayRules(visit_date=visit_date, partial_dates=partial_dates)
    counted, left_out = _counted(ordered, days_of_visits(ordered, rules), reference, stop, reread_as_pr)
    options = _Confirmation(confirm_days or 0, max_ne_between or 0, accept_sd_between, cr_breaks_pr)
    standing = _stable(ordered)
    if confirm_days is None:
        value, at, why, first = _unconfirmed(counted, min_sd_days)
    else:
        value, at, why, first = _confirmed(counted, min_sd_days, options, standing)
    return BestResponse(
        subject=ordered[0].subject if ordered else "",
        reader=ordered[0].reader if ordered else None,
        value=value,
        visit=at.visit if at else None,
        day=at.day if at else None,
        response_day=first.day if first and value in RESPONSES else None,
        confirmation_asked=confirm_days is not None,
        left_out=left_out,
        because=(reason(why, *_used(value, at, counted)),),
        conventions=(
            f"reference_date={reference}, min_sd_days={min_sd_days}, days counted as date − reference date",
            _confirm_convention(confirm_days, options),
            f"reread_as_pr: {', '.join(sorted(reread_as_pr)) or 'none'}",
            f"new_therapy={stop or 'none'}: visits after that day do not count",
            "order CR, PR, SD, NON-CR/NON-PD, PD, NE; without targets NON-CR/NON-PD stands where SD would",
            *rules.conventions,
            *(ordered[0].conventions if ordered else ()),
        ),
    )


def disease_control(best: BestResponse, *, non_cr_non_pd_counts: bool) -> bool:
    """Whether the best response is disease control: CR, PR or SD, and NON-CR/NON-PD where it is said to count.

    NETTER-2 counts it: 50 of 75 controls = 7 PR, 42 SD and one NON-CR/NON-PD (Singh 2024, table 3).
    """
    return best.value in table()["disease_control"] or (non_cr_non_pd_counts and best.value == "NON-CR/NON-PD")


def duration_of_response(visits: Sequence[VisitResponse], best: BestResponse, **policy: Any) -> TimeToEvent | None:
    """From the first response that counts to progression or death; None for a patient who did not respond.

    `policy`: the arguments of `progression_free_survival` except `start`; `counting` and `policy` have no default.
    Raises InputError when `best` belongs to another course.
    """
    for visit in visits:
        if (visit.subject, visit.reader) != (best.subject, best.reader):
            got = f"{best.subject}, {best.reader}"
            must = "best must be of the same patient and reader"
            raise InputError("duration of response", [Fault(place=visit.subject, must=must, got=got)])
    if best.response_day is None:
        return None
    return progression_free_survival(visits, start=best.response_day, endpoint="duration of response", **policy)
