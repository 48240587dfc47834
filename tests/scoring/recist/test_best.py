"""Twin of src/lutetia/scoring/recist/best.py: the published table, eight published patients, laws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring import recist

START = date(2024, 1, 1)
Overalls = Callable[..., list[Any]]
Shared = Callable[[str], list[dict[str, Any]]]
ORDER = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def best(overalls: Overalls, *visits: tuple[str, int], target: bool = True, **choices: Any) -> recist.BestResponse:
    made = overalls([overall for overall, _ in visits], [day(at) for _, at in visits], target=target)
    rules: dict[str, Any] = {"reference_date": START, "min_sd_days": 42, "confirm_days": None, **choices}
    if rules["confirm_days"] is not None:
        rules = {"max_ne_between": 1, "accept_sd_between": False, "cr_breaks_pr": False, **rules}
    return recist.best_response(made, **rules)


# RECIST 1.1, table of best response when confirmation is required (VER-RE-03): first, later, result where the
# minimum duration of SD is met (visits on days 56 and 84) and where it is not (days 14 and 42, minimum 49).
CONFIRMED = [
    ("CR", "CR", "CR", "CR"),
    ("CR", "PR", "SD", "PD"),
    ("CR", "SD", "SD", "PD"),
    ("CR", "PD", "SD", "PD"),
    ("CR", "NE", "SD", "NE"),
    ("PR", "CR", "PR", "PR"),
    ("PR", "PR", "PR", "PR"),
    ("PR", "PD", "SD", "PD"),
    ("PR", "NE", "SD", "NE"),
    ("NE", "NE", "NE", "NE"),
]


@pytest.mark.parametrize(("first", "later", "met", "not_met"), CONFIRMED)
def test_the_published_table_of_confirmed_responses(
    overalls: Overalls, first: str, later: str, met: str, not_met: str
) -> None:
    asked: dict[str, Any] = {"confirm_days": 28, "min_sd_days": 49}
    assert best(overalls, (first, 56), (later, 84), **asked).value == met
    assert best(overalls, (first, 14), (later, 42), **asked).value == not_met


def test_pr_then_sd_is_sd_once_the_minimum_duration_is_met(overalls: Overalls) -> None:
    # The table has SD without a footnote; that SD needs its minimum duration stands in the text (VER-RE-04).
    assert best(overalls, ("PR", 14), ("SD", 49), confirm_days=28, min_sd_days=49).value == "SD"
    assert best(overalls, ("PR", 14), ("SD", 42), confirm_days=28, min_sd_days=49).value == "NE"


def test_cr_re_read_as_pr(overalls: Overalls) -> None:
    visits = (("CR", 56), ("PR", 84))
    assert best(overalls, *visits, confirm_days=28).value == "SD"
    assert best(overalls, *visits, confirm_days=28, reread_as_pr=["VISIT 1"]).value == "PR"
    with pytest.raises(InputError, match="must name visits with CR"):
        best(overalls, *visits, reread_as_pr=["VISIT 2"])


@pytest.mark.parametrize(("later", "expected"), [(27, "SD"), (28, "PR")])
def test_the_confirmation_interval_is_included(overalls: Overalls, later: int, expected: str) -> None:
    assert best(overalls, ("PR", 42), ("PR", 42 + later), confirm_days=28).value == expected


def test_what_may_lie_between_a_response_and_its_confirmation(overalls: Overalls) -> None:
    one_ne = (("PR", 42), ("NE", 56), ("PR", 84))
    assert best(overalls, *one_ne, confirm_days=28, max_ne_between=1).value == "PR"
    assert best(overalls, *one_ne, confirm_days=28, max_ne_between=0).value == "SD"
    one_sd = (("PR", 42), ("SD", 56), ("PR", 84))
    assert best(overalls, *one_sd, confirm_days=28).value == "SD"
    assert best(overalls, *one_sd, confirm_days=28, accept_sd_between=True).value == "PR"
    two_sd = (("PR", 42), ("SD", 49), ("SD", 56), ("PR", 84))
    assert best(overalls, *two_sd, confirm_days=28, accept_sd_between=True).value == "SD"
    assert best(overalls, ("CR", 42), ("PR", 56), ("CR", 80), confirm_days=28).value == "SD"
    assert best(overalls, ("CR", 42), ("NE", 56), ("CR", 84), confirm_days=28).value == "CR"


def test_a_pr_after_a_cr_within_the_interval_breaks_it_by_the_named_option(overalls: Overalls) -> None:
    visits = (("PR", 42), ("CR", 56), ("PR", 84))
    assert best(overalls, *visits, confirm_days=28).value == "PR"
    assert best(overalls, *visits, confirm_days=28, cr_breaks_pr=True).value == "SD"


def test_unconfirmed_takes_the_best_up_to_progression_and_new_therapy(overalls: Overalls) -> None:
    assert best(overalls, ("SD", 42), ("PR", 84), ("CR", 126)).value == "CR"
    assert best(overalls, ("SD", 42), ("PD", 84), ("CR", 126)).value == "SD"
    assert best(overalls, ("PR", 20), ("PD", 84)).value == "PR"  # a response has no minimum duration
    found = best(overalls, ("SD", 42), ("PR", 84), new_therapy=day(83))
    assert (found.value, found.left_out) == ("SD", (("VISIT 2", "after the start of a new therapy"),))
    assert best(overalls, ("SD", 42), ("PR", 84), new_therapy=day(84)).value == "PR"


@pytest.mark.parametrize(("at", "expected"), [(41, "NE"), (42, "SD")])
def test_stable_disease_has_a_minimum_duration(overalls: Overalls, at: int, expected: str) -> None:
    assert best(overalls, ("SD", at)).value == expected
    without_targets = best(overalls, ("NON-CR/NON-PD", at), target=False)
    assert without_targets.value == ("NON-CR/NON-PD" if expected == "SD" else "NE")


def test_progression_needs_no_duration(overalls: Overalls) -> None:
    assert best(overalls, ("PD", 10)).value == "PD"
    assert best(overalls, ("SD", 20), ("PD", 30)).value == "PD"
    assert best(overalls, ("SD", 20), ("NE", 30)).value == "NE"


def test_without_targets_an_unconfirmed_cr_stands_in_for_non_cr_non_pd(overalls: Overalls) -> None:
    assert best(overalls, ("CR", 56), target=False, confirm_days=28).value == "NON-CR/NON-PD"


def test_no_visit_at_all(overalls: Overalls) -> None:
    found = best(overalls)
    assert (found.value, found.visit, found.because[0].rule) == ("NE", None, "RECIST-BEST-NONE")


def test_where_the_best_response_was_first_met(overalls: Overalls) -> None:
    found = best(overalls, ("PR", 42), ("CR", 84), ("CR", 126), confirm_days=28)
    assert (found.value, found.visit, str(found.day)) == ("CR", "VISIT 2", day(84))
    assert str(found.response_day) == day(42)  # the response began with the confirmed PR
    assert best(overalls, ("PR", 42), confirm_days=28).response_day is None


def test_disease_control(overalls: Overalls) -> None:
    controlled = [best(overalls, (overall, 56), target=overall != "NON-CR/NON-PD") for overall in ORDER]
    assert [recist.disease_control(one, non_cr_non_pd_counts=True) for one in controlled] == [True] * 4 + [False] * 2
    assert [recist.disease_control(one, non_cr_non_pd_counts=False) for one in controlled] == [True] * 3 + [False] * 3
    assert [one.responder for one in controlled] == [True] * 2 + [False] * 4


def test_every_choice_is_printed(overalls: Overalls) -> None:
    said = "\n".join(best(overalls, ("PR", 42), confirm_days=28).conventions)
    for choice in ("min_sd_days=42", "confirm_days=28", "max_ne_between=1", "accept_sd_between=False", "cr_breaks_pr"):
        assert choice in said
    assert "no confirmation asked" in "\n".join(best(overalls, ("PR", 42)).conventions)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"min_sd_days": -1}, "min_sd_days"),
        ({"min_sd_days": None}, "min_sd_days"),
        ({"confirm_days": 28, "max_ne_between": None}, "max_ne_between"),
        ({"confirm_days": 2.5}, "confirm_days"),
        ({"reference_date": "2024"}, "reference_date"),
        ({"reference_date": None}, "reference_date"),
        ({"new_therapy": "soon"}, "new_therapy"),
        ({"reread_as_pr": "VISIT 1"}, "reread_as_pr"),
    ],
)
def test_wrong_arguments_are_refused(overalls: Overalls, change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as refused:
        best(overalls, ("CR", 42), **change)
    assert place in {fault.place for fault in refused.value.faults}


responses = st.sampled_from(ORDER[:3] + ORDER[4:])
visits = st.lists(st.tuples(responses, st.integers(min_value=1, max_value=400)), max_size=6, unique_by=lambda v: v[1])


@given(
    visits=visits,
    extra=st.tuples(responses, st.integers(min_value=1, max_value=400)),
    confirm=st.sampled_from([None, 0, 28]),
    accept_sd=st.booleans(),
)
def test_a_better_visit_never_worsens_the_best_response(
    overalls: Overalls, visits: Any, extra: Any, confirm: Any, accept_sd: bool
) -> None:
    choices = {"confirm_days": confirm, "accept_sd_between": accept_sd}
    before = best(overalls, *sorted(visits, key=lambda v: v[1]), **choices).value
    better = ORDER.index(extra[0]) <= ORDER.index(before) and extra[0] not in ("PD", "NE")
    if not better or extra[1] in {at for _, at in visits}:
        return
    after = best(overalls, *sorted([*visits, extra], key=lambda v: v[1]), **choices).value
    assert ORDER.index(after) <= ORDER.index(before)


@given(visits=visits)
def test_confirmation_never_makes_a_response_better(overalls: Overalls, visits: Any) -> None:
    ordered = sorted(visits, key=lambda v: v[1])
    plain, confirmed = (best(overalls, *ordered, confirm_days=days).value for days in (None, 28))
    assert ORDER.index(confirmed) >= ORDER.index(plain)


# Patient → best response, confirmed best response: trial-and-scoring notes, section 4.
NOTES = {
    "01-701-1015": ("CR", "SD"),
    "01-701-1028": ("PD", "PD"),
    "01-701-1034": ("NON-CR/NON-PD", "NON-CR/NON-PD"),
    "01-701-1097": ("NE", "NE"),
    "01-701-1115": ("CR", "SD"),
    "01-701-1118": ("PR", "PR"),
    "01-701-1130": ("SD", "SD"),
    "01-701-1133": ("CR", "SD"),
}


@pytest.mark.parametrize("reappearance_is_pd", [True, False])
def test_best_responses_of_the_eight_published_patients(shared: Shared, reappearance_is_pd: bool) -> None:
    judged = recist.visit_responses(
        shared("tu_onco_recist"), shared("tr_onco_recist"), reappearance_is_pd=reappearance_is_pd
    )
    published = {
        (row["USUBJID"], row["PARAMCD"]): (row["AVALC"], row["ADT"], row["RANDDT"]) for row in shared("adrs_onco_8")
    }
    courses = judged.by_course()
    for subject, expected in NOTES.items():
        course = courses[subject, "INVESTIGATOR"]
        for at, (name, confirm) in enumerate((("BOR", None), ("CBOR", 28))):
            value, met, start = published[subject, name]
            found = recist.best_response(
                course,
                reference_date=start,
                min_sd_days=42,
                confirm_days=confirm,
                max_ne_between=1,
                accept_sd_between=False,
                cr_breaks_pr=False,
                partial_dates="last_day",
            )
            assert (found.value, str(found.day)) == (value, met)
            assert found.value == expected[at]
            benefit = published[subject, "CB" if confirm is None else "CCB"][0] == "Y"
            assert recist.disease_control(found, non_cr_non_pd_counts=True) is benefit
