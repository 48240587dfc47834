"""Duration of response: from the first response that counts to progression or death."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lutetia.errors import Fault, InputError
from lutetia.scoring.recist.best import BestResponse
from lutetia.scoring.recist.censoring import Censoring
from lutetia.scoring.recist.days import one_course
from lutetia.scoring.recist.progression import TimeToEvent, time_to_progression
from lutetia.scoring.recist.visit import VisitResponse


def duration_of_response(
    visits: Sequence[VisitResponse],
    best: BestResponse,
    *,
    censoring: Censoring,
    death: date | str | None = None,
    new_therapy: date | str | None = None,
    stopped: date | str | None = None,
    cutoff: date | str | None = None,
) -> TimeToEvent | None:
    """From the first response that counts to progression or death; None for a patient who did not respond.

    The arguments are those of `progression_free_survival`; the schedule of assessments runs from
    `best.reference_date`. Whether the response is a confirmed one, `best` decides.
    Raises InputError when `best` belongs to another course, and as `progression_free_survival` does.
    """
    ordered = one_course(visits, "duration of response")
    if ordered and (ordered[0].subject, ordered[0].reader) != (best.subject, best.reader):
        must = f"must be of the same patient and reader as the best response ({best.subject}, {best.reader})"
        got = f"{ordered[0].subject}, {ordered[0].reader}"
        raise InputError("duration of response", [Fault(place="visits", must=must, got=got)])
    if best.response_day is None:
        return None
    return time_to_progression(
        ordered,
        start=best.response_day,
        scheduled_from=best.reference_date,
        censoring=censoring,
        dates={"death": death, "new_therapy": new_therapy, "stopped": stopped, "cutoff": cutoff},
        name="duration of response",
        subject=best.subject,
        baseline_assessed=True,  # a response is measured against a baseline
    )
