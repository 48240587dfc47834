"""The design check: sixteen pitfalls of a treatment-sequence cohort, held against a study before its results are read.

Every check states what triggered it, which way the printed result errs, and the remedy; `finding.run()` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from lutetia.cohort.analysis_rows import AnalysisData, analysis_data
from lutetia.cohort.design_clock import immortal_groups, late_entry, second_line_required
from lutetia.cohort.design_factors import overlapping_factors
from lutetia.cohort.design_finding import DesignFinding
from lutetia.cohort.design_follow_up import centre_and_calendar, death_competes, later_treatment, seen_at_visits
from lutetia.cohort.design_groups import beyond_the_model, unlike_at_choice, unlike_censoring
from lutetia.cohort.design_models import incomplete_covariates, stepwise_selection, too_few_events
from lutetia.cohort.design_rules import checked, checks, finding
from lutetia.cohort.design_testing import many_tests, not_proportional
from lutetia.cohort.study import Study
from lutetia.cohort.target_trial import decision_data
from lutetia.cohort.time_point import TimePoint
from lutetia.cohort.treatment_sequence import Exposure
from lutetia.course.course import Course


def design_check(
    data: AnalysisData,
    courses: Sequence[Course] = (),
    *,
    endpoint: str | None = None,
    claims: Sequence[str] = (),
    bootstrap: int = 200,
    seed: int = 1,
) -> tuple[DesignFinding, ...]:
    """All sixteen findings, in order, whether they fired or not.

    `courses`: those the data were made of; checks 1 to 3 need them for their remedies, which take in patients whom
    the study left out. `endpoint`: the one looked at, by default overall survival where it is declared, else the first.
    `bootstrap` and `seed` belong to the remedies that resample. A check that this study cannot bear (nobody in a
    group, say) cannot be told, and a remedy that it cannot bear says so in its result: neither raises. Raises KeyError
    for an endpoint that is not declared.
    """
    name = endpoint or _endpoint(data)
    data.endpoint(name)
    if not data.n:
        return tuple(finding(check, None, "nobody is analysed") for check in checks())
    looks: tuple[Callable[[], DesignFinding], ...] = (
        lambda: second_line_required(data, _starters(data, courses)),
        lambda: immortal_groups(data, name, _deciding(data, courses)),
        lambda: late_entry(data, name, _entered(data, courses)),
        partial(unlike_at_choice, data, name),
        partial(unlike_censoring, data, name),
        partial(stepwise_selection, data, name, bootstrap=bootstrap, seed=seed),
        partial(not_proportional, data, name),
        partial(overlapping_factors, data),
        partial(too_few_events, data, name),
        partial(many_tests, data),
        partial(centre_and_calendar, data, name),
        partial(incomplete_covariates, data, name, seed=seed),
        partial(seen_at_visits, data),
        partial(death_competes, data),
        partial(later_treatment, data, name),
        partial(beyond_the_model, data, name, claims),
    )
    return tuple(checked(check, look) for check, look in zip(checks(), looks, strict=True))


def _endpoint(data: AnalysisData) -> str:
    overall = [table.name for table in data.endpoints if table.endpoint.endpoint == "OS"]
    return overall[0] if overall else data.endpoints[0].name


def _starters(data: AnalysisData, courses: Sequence[Course]) -> AnalysisData | None:
    """The same study with everybody who starts line 1, grouped by that line's treatment, however it went on."""
    if not courses:
        return None
    study = data.study
    rules = tuple(
        rule
        for rule in study.eligibility
        if rule.line is None or (rule.line.number == 1 and rule.line.progressed is None)
    )
    started = {
        "eligibility": rules,
        "exposure": Exposure(rule="treatment_of_line", line=1),
        "time_zero": TimePoint(event="line_start", line=1),
    }
    return analysis_data(courses, _changed(study, **started))


def _deciding(data: AnalysisData, courses: Sequence[Course]) -> AnalysisData | None:
    return decision_data(courses, data.study) if courses and data.study.emulation is not None else None


def _entered(data: AnalysisData, courses: Sequence[Course]) -> AnalysisData | None:
    """The same study with cohort entry at the moment that every patient had to reach."""
    entry = data.study.implied_entry()
    if not courses or entry is None:
        return None
    return analysis_data(courses, data.study.model_copy(update={"cohort_entry": entry}))


def _changed(study: Study, **changes: object) -> Study:
    """The study without what hangs on its groups, and with these changes."""
    bare = {"comparison": None, "emulation": None, "cohort_entry": None}
    return study.model_copy(update={**bare, **changes})
