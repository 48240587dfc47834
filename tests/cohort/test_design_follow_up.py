"""Checks on what happens on the way: centre and calendar, visits, competing death, later treatment."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from scipy.optimize import brentq

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_follow_up import centre_and_calendar, death_competes, later_treatment, seen_at_visits
from lutetia.course.patient import Care

SEQUENCES = {
    "exposure": {"rule": "treatment_sequence"},
    "comparison": {"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
    "endpoints": [{"endpoint": "OS"}, {"endpoint": "TTNT", "line": 2}],
}


@pytest.fixture
def sequences(course):
    """Two SSA-RLT and two SSA-other patients; one of the latter has RLT as third line, one dies before a third line."""
    return (
        course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")], death="2019-01-01"),
        course("B", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2017-01-01")], last_contact="2019-06-01"),
        course(
            "C",
            lines=[("ssa_standard", "2015-01-01"), ("everolimus", "2015-06-01"), ("rlt", "2016-06-01")],
            death="2018-01-01",
        ),
        course("D", lines=[("ssa_standard", "2015-01-01"), ("everolimus", "2015-09-01")], death="2016-03-01"),
    )


def test_deaths_before_the_next_line_are_counted(sequences, study):
    found = death_competes(analysis_data(sequences, study(**SEQUENCES)))
    assert found.fired is True
    assert found.trigger == "TTNT_LINE_2: 1 events, 2 deaths before them"


def test_the_later_treatment_of_the_other_group_is_found(sequences, study):
    found = later_treatment(analysis_data(sequences, study(**SEQUENCES)), "OS")
    assert found.fired is True
    assert found.trigger == "SSA-other with later RLT: 1 of 2 (50 %)"
    assert [row.analysis for row in found.run().rows] == [
        "as grouped: SSA-RLT",
        "later RLT counted from its start",
    ]


def test_visits_that_are_not_declared_cannot_be_judged(sequences, study):
    data = analysis_data(sequences, study(**(SEQUENCES | {"endpoints": [{"endpoint": "PFS1"}]})))
    assert seen_at_visits(data).fired is None


def test_the_incidence_stands_below_one_minus_kaplan_meier_by_hand(course, study):
    """Four patients: next line after 100 days, death at 200, next line after 300, alive at 400 without one."""
    made = (
        course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2015-04-11")], last_contact="2017-01-01"),
        course("B", lines=[("ssa_standard", "2015-01-01")], death="2015-07-20"),
        course("C", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2015-10-28")], last_contact="2017-01-01"),
        course("D", lines=[("ssa_standard", "2015-01-01")], last_contact="2016-02-05"),
    )
    remedy = death_competes(analysis_data(made, study(endpoints=[{"endpoint": "OS"}, {"endpoint": "TTNT"}]))).run()
    naive, incidence = (row.estimate.estimate for row in remedy.rows)
    assert remedy.title == "TTNT by 12 months"
    assert naive == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert incidence == pytest.approx(1 / 2)


def test_where_death_is_an_event_or_no_such_endpoint_is_declared_it_does_not_compete(sequences, study):
    declared = SEQUENCES | {"endpoints": [{"endpoint": "TTNT", "line": 2, "death": "event"}]}
    found = death_competes(analysis_data(sequences, study(**declared)))
    assert found.fired is False
    assert found.trigger == "no death counts as competing in TTNT_LINE_2"
    found = death_competes(analysis_data(sequences, study(**(SEQUENCES | {"endpoints": [{"endpoint": "OS"}]}))))
    assert found.trigger.startswith("no endpoint is declared in which death competes")


def test_what_the_visits_leave_open_by_hand(course, study):
    """Progression seen on days 84, 168 and 420, each since the visit 84 days before: two of three before a year."""
    made = [
        course(f"P{n}", lines=[("rlt", "2015-01-01", {"progression": day})], last_contact="2018-01-01")
        for n, day in enumerate(("2015-03-26", "2015-06-18", "2016-02-25"))
    ]
    declared = {"endpoints": [{"endpoint": "PFS1"}], "visit_grid": {"every_days": 84}}
    plain, open_ = seen_at_visits(analysis_data(made, study(**declared))).run().rows
    assert plain.estimate.estimate == pytest.approx(1 / 3)
    # the third progressed between days 336 and 420: at 365 days it may have, or not
    assert (open_.estimate.lower, open_.estimate.upper) == (pytest.approx(0, abs=1e-9), pytest.approx(1 / 3))


def at(made, centre):
    return made.model_copy(update={"care": Care(centre=centre)})


def two_centres(course, late=2010):
    """Two centres, one patient without a centre on record; the second regimen begins some years later."""
    made = []
    for n in range(12):
        regimen, year = ("rlt", late + n % 3) if n % 2 else ("ssa_standard", 2008 + n % 5)
        one = course(f"P{n}", lines=[(regimen, f"{year}-01-01")], death=f"{2013 + n % 5}-0{1 + n // 2}-01")
        made.append(one if n == 11 else at(one, "Rome" if n % 4 < 2 else "Paris"))
    return made


FIRST = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
}


def test_centres_and_a_treatment_that_came_late_fire_and_the_remedy_needs_no_declaration(course, study):
    found = centre_and_calendar(analysis_data(two_centres(course), study(**FIRST)), "OS")
    assert found.fired is True
    assert found.trigger == "2 centres, not among the covariates; calendar years 2008 to 2012; RLT first given 2010"
    plain, stratified = found.run().rows
    assert (plain.n, stratified.n) == (12, 11)


def test_centre_and_year_among_the_covariates_do_not_fire(course, study):
    declared = FIRST | {"covariates": [{"name": "centre"}, {"name": "year_of_line", "line": 1}]}
    assert centre_and_calendar(analysis_data(two_centres(course), study(**declared)), "OS").fired is False


def test_a_year_apart_is_not_late(course, study):
    declared = FIRST | {"covariates": [{"name": "centre"}]}
    assert centre_and_calendar(analysis_data(two_centres(course, late=2009), study(**declared)), "OS").fired is False


def test_no_centre_on_record_is_no_centre(course, study):
    made = [course(f"P{n}", lines=[("rlt" if n % 2 else "ssa_standard", "2008-01-01")], death=f"201{n}-01-01")
            for n in range(8)]  # fmt: skip
    found = centre_and_calendar(analysis_data(made, study(**FIRST)), "OS")
    assert found.fired is False
    assert found.trigger.startswith("0 centres")
    assert found.run().conventions[-1] == "no centre is on record"


def on(days):
    return (date(2015, 1, 1) + timedelta(days=days)).isoformat()


def test_the_later_treatment_counts_from_its_start_by_hand(course, study):
    """Everybody begins line 2 on day 100 and dies. RLT: A and E as line 2, B as line 3 on day 200, C and D never."""
    first, deaths = ("ssa_standard", on(0)), {"A": 300, "B": 500, "C": 250, "D": 600, "E": 700}
    second = {"A": "rlt", "B": "everolimus", "C": "everolimus", "D": "everolimus", "E": "rlt"}
    third = {"B": [("rlt", on(200))]}
    made = [
        course(name, lines=[first, (second[name], on(100)), *third.get(name, [])], death=on(day))
        for name, day in deaths.items()
    ]
    found = later_treatment(analysis_data(made, study(**SEQUENCES)), "OS")
    assert found.trigger == "SSA-other with later RLT: 1 of 3 (33 %)"
    grouped, counted = found.run().rows

    def score(r):  # deaths on 250 (C), 300 (A), 500 (B), 600 (D): exposed and not among those at risk
        return 2 - 3 * r / (3 * r + 2) - 3 * r / (3 * r + 1) - 2 * r / (2 * r + 1) - r / (r + 1)

    assert counted.estimate.estimate == pytest.approx(brentq(score, 1e-6, 1e6, xtol=1e-14), rel=1e-7)
    assert counted.n == 5
    assert grouped.says == "biased by design, shown to be compared"


def test_nobody_waits_for_the_moment_that_all_must_reach(course, study):
    """Line 2 on day 50 in one, on day 400 in the other: who dies on day 300 is not at risk beside the later one."""
    made = (
        course("A", lines=[("ssa_standard", on(0)), ("rlt", on(400))], death=on(800)),
        course("B", lines=[("ssa_standard", on(0)), ("everolimus", on(50)), ("rlt", on(200))], death=on(300)),
    )
    _, counted = later_treatment(analysis_data(made, study(**SEQUENCES)), "OS").run().rows
    assert counted.says == (
        "cannot be made: covariate group must differ between patients who are at risk at the same event, "
        "but got no variation there"
    )


def test_treatments_of_groups_of_the_users_own_are_those_of_their_lines(sequences, study):
    own = {
        "groups": [
            {"group": "early", "lines": {1: ["SSA"], 2: ["RLT"]}},
            {"group": "late", "lines": {1: ["SSA"], 2: ["not RLT"]}},
        ]
    }
    declared = SEQUENCES | {"exposure": own, "comparison": {"levels": ["early", "late"], "reference": "early"}}
    found = later_treatment(analysis_data(sequences, study(**declared)), "OS")
    assert found.trigger == "late with later RLT: 1 of 2 (50 %)"


def test_groups_by_all_lines_cannot_be_told(sequences, study):
    declared = SEQUENCES | {
        "exposure": {"rule": "ever_treated", "treatment": ["RLT"]},
        "comparison": {"levels": ["ever RLT", "never RLT"], "reference": "never RLT"},
    }
    assert later_treatment(analysis_data(sequences, study(**declared)), "OS").fired is None
