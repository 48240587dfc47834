"""No score has a default that changes an answer in silence: the defaults of all public calls, each one reviewed.

The rule and the table with its reasons: docs/decisions/0008-defaults-of-the-scores.md. A new default fails here until
it stands in that table and below; a kept one fails when a result made with it does not show it in `.conventions`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import lutetia.scoring as scoring
from lutetia.errors import InputError
from lutetia.scoring import ctcae, grade, questionnaire, recist

DECISION = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0008-defaults-of-the-scores.md"

# Score, call, parameter → what its results say when the parameter is left out.
KEPT: dict[tuple[str, str, str], str] = {
    ("recist", "visit_responses", "nadir"): "nadir=reader:",
    ("recist", "visit_responses", "reappearance_is_pd"): "reappearance_is_pd=True:",
    ("recist", "visit_responses", "sticky_pr"): "sticky_pr=False:",
    ("recist", "visit_responses", "incomplete_sum_updates_nadir"): "incomplete_sum_updates_nadir=False:",
    ("recist", "visit_responses", "equivocal_new_lesion"): "equivocal_new_lesion=back_date:",
    ("recist", "visit_responses", "precision"): "precision=as_entered:",
    ("recist", "visit_responses", "small_targets"): "small_targets=refuse:",
    ("recist", "visit_responses", "baseline_visits"): "baseline: the first visit",
    ("recist", "visit_responses", "markers"): "tumour markers: not given",
    ("ctcae", "grade", "post_baseline"): "post_baseline=True:",
    ("ctcae", "grade", "baseline_rule"): "baseline_rule=post_baseline_only:",
    ("ctcae", "grade", "unstated"): "unstated=range:",
    ("ctcae", "grade", "limits"): "limits=as_reported:",
    ("ctcae", "grade", "integer_bands"): "integer_bands=half_open:",
    ("ctcae", "grade", "side"): "side=both:",
    ("ctcae", "grade", "baseline_lln"): "the baseline was judged by today's LLN",
    ("ctcae", "grade", "baseline_uln"): "the baseline was judged by today's ULN",
    ("ctcae", "grade_many", "baseline_lln"): "a baseline without baseline_lln is judged by today's LLN",
    ("ctcae", "grade_many", "baseline_uln"): "a baseline without baseline_uln is judged by today's ULN",
    ("questionnaire", "score", "instrument"): "QLQ-C30 version",
    ("questionnaire", "score", "missing"): "missing=half:",
    ("questionnaire", "score_many", "missing"): "missing=half:",
    ("grade", "who_2022", "grading"): "grading=ki67_sufficient",
}
# A guard refuses what nobody can mean; taking it away changes which inputs are refused, never an answer.
GUARDS = {
    ("ctcae", "grade", "check_plausible"): True,
    ("ctcae", "grade_many", "check_plausible"): True,
    ("ctcae", "grade_many", "faulty_rows"): "refuse",
}
# None (or nothing) stands for "not known" or "not given": refused where it is needed, shown where it matters.
NOT_GIVEN: dict[tuple[str, str], set[str]] = {
    ("adverse_events", "Event"): {"grade", "end", "serious", "grade_before", "worsened_on"},
    ("choi", "Lesion"): {"attenuation_hu"},
    ("choi", "response"): {"nadir_mm"},
    ("ctcae", "grade"): {"version", "lln", "uln", "baseline", "clinical"},
    ("ctcae", "grade_many"): {"version", "lln", "uln", "baseline", "clinical"},
    ("deterioration", "Rules"): {"definitive_by", "last_score", "death_within_days", "step"},
    ("deterioration", "time_to_deterioration"): {"death_day"},
    ("deterioration", "times_to_deterioration"): {"death_day"},
    ("growth", "rate_percent_per_month"): {"reading_error_pct", "confidence", "new_lesions", "nodes_in_sum"},
    ("questionnaire", "score"): {"layout"},
    ("questionnaire", "score_many"): {"layout"},
    ("questionnaire", "instrument_named"): {"layout"},
    ("recist", "Censoring"): {"schedule", "back_date_after_missed", "visit_date", "partial_dates"},
    ("recist", "Measurement"): {"sum_um"},
    ("recist", "Target"): {"diameter_mm", "measurable", "cystic"},
    ("recist", "Visit"): {"dates", "seen", "accepted", "marker_normal"},
    ("recist", "VisitResponses"): {"left_out", "cautions", "because", "conventions"},
    ("recist", "best_response"): {
        *("max_ne_between", "accept_sd_between", "cr_breaks_pr", "reread_as_pr", "new_therapy"),
        *("visit_date", "partial_dates"),
    },
    ("recist", "check_targets"): {"solid_lesions_left"},
    ("recist", "duration_of_response"): {"death", "new_therapy", "stopped", "cutoff"},
    ("recist", "measurability"): {
        *("longest_mm", "short_axis_mm", "slice_thickness_mm", "soft_tissue_part", "treated_locally"),
        "progressed_since_treatment",
    },
    ("recist", "progression_free_survival"): {
        *("death", "new_therapy", "stopped", "cutoff", "baseline_assessed", "subject"),
    },
    ("recist", "visit_responses"): {"progress"},
    ("recist", "spider"): {"visit_date", "partial_dates"},
    ("special_interest", "SearchGroup"): {"at_least_grade", "terms", "includes", "needs"},
    ("uptake", "DualLesion"): {"sstr_positive", "fdg_positive", "fdg_vs_sstr"},
    ("uptake", "visual_score"): {"versus_liver", "versus_spleen", "equal_to_spleen"},
    ("uptake", "sstr_positive"): {"lowest_score", "all_lesions_positive", "heterogeneous"},
    ("uptake", "netpet_of_reading"): {"fdg_vs_sstr", "lesions_fdg_above"},
}


def public_calls(package: Any, names: list[str]) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """(score, name, call) of every public function and class of the scores."""
    for score in names:
        module = importlib.import_module(f"{package.__name__}.{score}")
        own = [name for name, what in vars(module).items() if _is_own(module, name, what)]
        for name in getattr(module, "__all__", own):
            what = getattr(module, name)
            if inspect.isfunction(what) or inspect.isclass(what):
                yield score, name, what


def _is_own(module: Any, name: str, what: Any) -> bool:
    return not name.startswith("_") and getattr(what, "__module__", "").startswith(module.__name__)


def defaults_of(call: Callable[..., Any]) -> dict[str, Any]:
    """Parameter → default of those that have one."""
    parameters = inspect.signature(call).parameters
    return {name: one.default for name, one in parameters.items() if one.default is not inspect.Parameter.empty}


def all_defaults() -> dict[tuple[str, str, str], Any]:
    return {
        (score, name, parameter): default
        for score, name, call in public_calls(scoring, scoring.__all__)
        for parameter, default in defaults_of(call).items()
    }


def test_every_default_of_a_public_call_is_reviewed() -> None:
    not_given = {(*call, parameter) for call, parameters in NOT_GIVEN.items() for parameter in parameters}
    reviewed = {*KEPT, *GUARDS, *not_given}
    assert set(all_defaults()) - reviewed == set(), "new defaults: require the argument, or review it in 0008"
    assert reviewed - set(all_defaults()) == set(), "reviewed defaults that are gone"


def test_what_stands_for_not_given_says_nothing() -> None:
    found = all_defaults()
    empty = (None, (), {})
    says = [(*call, p) for call, parameters in NOT_GIVEN.items() for p in parameters if found[(*call, p)] not in empty]
    assert says == []


def test_guards_refuse_by_default() -> None:
    assert {place: all_defaults()[place] for place in GUARDS} == GUARDS


def published_recist() -> tuple[str, ...]:
    who = {"USUBJID": "MU-1", "TUEVAL": "INVESTIGATOR", "VISITNUM": "1", "VISIT": "BASELINE"}
    tu = [who | {"TULNKID": "T1", "TUTESTCD": "TUMIDENT", "TUSTRESC": "TARGET", "TULOC": "LIVER"}]
    tr = [
        {"USUBJID": "MU-1", "TREVAL": "INVESTIGATOR", "VISITNUM": number, "VISIT": label, "TRDTC": ""}
        | {"TRLNKID": "T1", "TRTESTCD": "LDIAM", "TRSTRESN": "20", "TRSTRESU": "mm"}
        for number, label in (("1", "BASELINE"), ("2", "WEEK 8"))
    ]
    return recist.visit_responses(tu, tr).conventions


def published_ctcae() -> tuple[str, ...]:
    """Calls of the published form that between them meet every kind of term."""
    calls = [
        ctcae.grade("alt", 90, "U/L", "5.0", lln=5, uln=40, baseline=60),
        ctcae.grade("creatinine", 90, "umol/L", "6.0", lln=45, uln=80, baseline=40),
        ctcae.grade("calcium", 1.9, "mmol/L", "5.0", lln=2.1, uln=2.6),
        ctcae.grade("sodium", 127, "mmol/L", "5.0", lln=135, uln=145),
    ]
    return tuple(line for call in calls for line in call.conventions)


def many_ctcae() -> tuple[str, ...]:
    found = ctcae.grade_many(
        ["alt", "creatinine"], [90, 90], ["U/L", "umol/L"], "6.0", lln=5, uln=40, baseline=60, post_baseline=True,
        baseline_rule="always", unstated="range", limits="si", integer_bands="half_open", side="both",
    )  # fmt: skip
    return found.conventions


SAID: dict[tuple[str, str], Callable[[], tuple[str, ...]]] = {
    ("recist", "visit_responses"): published_recist,
    ("ctcae", "grade"): published_ctcae,
    ("ctcae", "grade_many"): many_ctcae,
    ("questionnaire", "score"): lambda: questionnaire.score([1] * 30).conventions,
    ("questionnaire", "score_many"): lambda: questionnaire.score_many([[1] * 30], "QLQ-C30").conventions,
    ("grade", "who_2022"): lambda: grade.who_2022("well", 8, None).conventions,
}


@pytest.mark.parametrize("place", KEPT, ids=".".join)
def test_a_kept_default_is_printed_and_its_reason_stands_in_the_decision(place: tuple[str, str, str]) -> None:
    said = SAID[place[:2]]()
    assert any(line.startswith(KEPT[place]) for line in said), said
    decision = DECISION.read_text(encoding="utf-8")
    assert f"`{place[0]}.{place[1]}`" in decision
    assert f"`{place[2]}" in decision


def test_a_new_default_is_found() -> None:
    def score(items: object, *, rounding: str = "up") -> None: ...

    assert defaults_of(score) == {"rounding": "up"}
    assert ("growth", "GrowthRate") in {(module, name) for module, name, _ in public_calls(scoring, ["growth"])}


def test_choices_without_a_default_are_refused_where_they_decide() -> None:
    schedule = recist.Schedule(weeks=(0, 16), then_every_weeks=12, window_before_days=7, window_after_days=7)
    fda = recist.Censoring(policy="fda_2007_a", counting="elapsed", adequate="any", schedule=schedule)
    with pytest.raises(InputError, match="baseline_assessed"):
        recist.progression_free_survival([], start="2024-01-01", censoring=fda)
    with pytest.raises(InputError) as refused:
        recist.best_response([], reference_date="2024-01-01", min_sd_days=42, confirm_days=28)
    assert [fault.place for fault in refused.value.faults] == ["max_ne_between", "accept_sd_between", "cr_breaks_pr"]
