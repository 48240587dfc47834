"""Reverse Kaplan-Meier: how long the patients would have been followed, had no event ended it."""

from __future__ import annotations

from dataclasses import replace

from lutetia.survival.followup import FollowUp, refuse_causes, with_event
from lutetia.survival.kaplan_meier import KaplanMeier, kaplan_meier


def follow_up_time(f: FollowUp, robust: bool | None = None) -> KaplanMeier:
    """Curve of the potential follow-up: events are censored and censorings are the event (Schemper & Smith 1996).

    `.median()` of it is the median follow-up with its interval. A patient with an event at t is still at risk of being
    censored at t, as R's survfit(Surv(time, event == 0)) counts. Raises InputError as kaplan_meier does.
    """
    refuse_causes(f, "follow-up time")
    curve = kaplan_meier(with_event(f, 1 - f.event), None, robust)
    said = "Reverse Kaplan-Meier: the end of follow-up is the event, the event censors (Schemper & Smith 1996)."
    why = "nobody is censored: every follow-up ended with the event, so its potential length is not seen"
    return replace(curve, conventions=(said, *curve.conventions), why=None if curve.n_events else why)
