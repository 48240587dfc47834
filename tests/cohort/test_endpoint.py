"""Times to event worked on paper, then laws: order, shifted dates and an earlier cut-off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lutetia.cohort.endpoint import Endpoint, endpoint_table
from lutetia.cohort.follow_up_rules import FollowUpRules
from lutetia.cohort.story import stories_of
from lutetia.cohort.time_point import TimePoint
from lutetia.course.course import Course

LINE_1 = TimePoint(event="line_start", line=1)


def table_of(courses, rules, *, cut_off="2030-01-01", time_zero=LINE_1, entry=None, **endpoint):
    stories = stories_of(courses, partial_dates=rules.partial_dates, data_cut_off=date.fromisoformat(cut_off))
    made = Endpoint(**endpoint)
    return endpoint_table(stories, made, rules, time_zero=time_zero.of, cohort_entry=entry.of if entry else None)


def ends(table):
    return {row.patient_id: (row.stop_days, row.event, row.cause) for row in table.rows}


def reasons(table):
    return {reason.why: reason.rows for reason in table.left_out}


# On paper (whole days):
# A: 2015-01-01 to 2020-01-01 is 5 · 365 + 1 (29 Feb 2016) = 1826; to 2015-12-31 364; to 2016-02-01 365 + 31 = 396;
#    2016-02-01 to 2018-02-01 is 366 + 365 = 731, so second progression comes on day 396 + 731 = 1127.
# B: 2015-01-01 to 2015-07-01 is 31 + 28 + 31 + 30 + 31 + 30 = 181.
# C: 2018-03-01 to 2020-03-01 is 365 + 366 = 731; the free scan on 2019-03-01 is day 365.
# D: 2016-01-01 to 2017-06-01 is 366 + 151 = 517; 2016-06-01 to 2017-06-01 is 365; to the stop 31 + 29 + 31 + 30 = 121;
#    to line 2 121 + 31 = 152.


def test_overall_survival_by_hand(four, rules):
    table = table_of(four, rules(), endpoint="OS")
    assert ends(table) == {"A": (1826, 1, "death"), "B": (181, 1, "death"), "C": (731, 0, None), "D": (517, 0, None)}
    assert (table.n, table.events, table.left_out) == (4, 2, ())
    assert table.reasons == {"alive at last contact": 2, "death": 2}


def test_first_progression_or_death_by_hand(four, rules):
    table = table_of(four, rules(), endpoint="PFS1")
    assert ends(table) == {"A": (364, 1, "progression"), "B": (181, 1, "death"), "C": (731, 0, None)}
    assert reasons(table) == {"progressed on line 1 (it stopped for progression), but the day is not recorded": (3,)}


def test_progression_without_its_day_may_count_on_the_stop_of_the_line(four, rules):
    table = table_of(four, rules(undated_progression="stop_of_line"), endpoint="PFS1")
    assert ends(table)["D"] == (121, 1, "progression")


def test_progression_free_time_may_end_with_the_last_free_assessment(four, rules):
    table = table_of(four, rules(without_event="last_assessment"), endpoint="PFS1")
    assert ends(table)["C"] == (365, 0, None)
    assert table.rows[2].reason == "last assessment without progression"
    again = table_of(four, rules(), endpoint="PFS1", without_event="last_assessment")
    assert ends(again) == ends(table)


def test_without_any_assessment_it_ends_on_day_0(course, rules):
    (row,) = table_of(
        [course(lines=[("rlt", "2018-03-01")], last_contact="2019-03-01")],
        rules(without_event="last_assessment"),
        endpoint="PFS1",
    ).rows
    assert (row.stop_days, row.event, row.reason) == (0, 0, "no assessment after the start")


def test_second_line_and_second_progression_by_hand(four, rules):
    assert ends(table_of(four, rules(), endpoint="PFS2")) == {"A": (731, 1, "progression"), "D": (365, 0, None)}
    assert reasons(table_of(four, rules(), endpoint="PFS2")) == {"no line 2": (1, 2)}
    second = ends(table_of(four, rules(), endpoint="PFS_SECOND"))
    assert second == {"A": (1127, 1, "progression"), "B": (181, 1, "death"), "C": (731, 0, None), "D": (517, 0, None)}


def test_next_line_and_discontinuation_by_hand(four, rules):
    table = table_of(four, rules(), endpoint="TTNT")
    assert ends(table) == {
        "A": (396, 1, "next line"),
        "B": (181, 2, "death"),
        "C": (731, 0, None),
        "D": (152, 1, "next line"),
    }
    assert table.events == 2
    assert ends(table_of(four, rules(), endpoint="TTNT", death="event"))["B"] == (181, 1, "death")
    stops = ends(table_of(four, rules(), endpoint="TTD"))
    assert stops == {"A": (364, 1, "stop"), "B": (181, 2, "death"), "C": (731, 0, None), "D": (121, 1, "stop")}


def test_duration_of_response_by_hand(course, rules):
    """2018-01-01 start, PR seen on 2018-04-01, progression on 2019-04-01: 365 days of response."""
    seen = {
        "kind": "disease_assessment",
        "date": "2018-04-01",
        "response": "PR",
        "progression": False,
        "line": "line-1",
    }
    line = ("rlt", "2018-01-01", {"progression": "2019-04-01", "best_response": "PR"})
    responder = course("R", lines=[line], last_contact="2020-01-01", entries=[seen])
    undated = course("U", lines=[line], last_contact="2020-01-01")
    stable = course("S", lines=[("rlt", "2018-01-01", {"best_response": "SD"})], last_contact="2020-01-01")
    silent = course("N", lines=[("rlt", "2018-01-01")], last_contact="2020-01-01")
    table = table_of([responder, undated, stable, silent], rules(), endpoint="DOR")
    assert ends(table) == {"R": (365, 1, "progression")}
    assert table.rows[0].entries == ("e1", "line-1")
    assert reasons(table) == {
        "responded, but the day of the response is not recorded": (1,),
        "no response": (2,),
        "response not known": (3,),
    }


def test_each_row_names_the_entries_it_comes_from(four, rules):
    rows = {row.patient_id: row for row in table_of(four, rules(), endpoint="OS").rows}
    assert rows["A"].entries == ("line-1", "death")
    assert rows["C"].entries == ("line-1", "contact")
    assert rows["A"].start_on == date(2015, 1, 1)
    assert rows["A"].months == pytest.approx(1826 / 30.4375)


def test_the_cut_off_hides_what_came_later(four, rules):
    """2019-12-31 is one day before A's death (day 1825), and day 670 of C (365 + 305)."""
    table = table_of(four, rules(), cut_off="2019-12-31", endpoint="OS")
    assert ends(table)["A"] == (1825, 0, None)
    assert ends(table)["C"] == (670, 0, None)
    assert {row.reason for row in table.rows if row.patient_id in "AC"} == {"data cut-off"}
    early = table_of(four, rules(), cut_off="2015-06-30", endpoint="PFS1")
    assert ends(early) == {"A": (180, 0, None), "B": (180, 0, None)}
    assert reasons(early) == {"no line 1": (2, 3)}


@pytest.mark.parametrize(
    ("policy", "ends_as"),
    [("ignore", (1127, 1, "progression")), ("censor", (396, 0, None)), ("event", (396, 1, "new line"))],
)
def test_a_new_line_before_progression_follows_the_named_policy(course, rules, policy, ends_as):
    """Line 1 stopped for toxicity; line 2 began on day 396, and the first progression came on day 1127."""
    lines = [
        ("ssa_standard", "2015-01-01", {"stop": "2016-01-15", "stop_reason": "toxicity"}),
        ("rlt", "2016-02-01", {"progression": "2018-02-01"}),
    ]
    table = table_of([course(lines=lines, death="2020-01-01")], rules(new_line=policy), endpoint="PFS1")
    assert ends(table) == {"P1": ends_as}


def test_progression_on_the_day_of_the_new_line_comes_first(course, rules):
    lines = [("ssa_standard", "2015-01-01", {"progression": "2016-02-01"}), ("rlt", "2016-02-01")]
    table = table_of([course(lines=lines, death="2020-01-01")], rules(new_line="censor"), endpoint="PFS1")
    assert ends(table) == {"P1": (396, 1, "progression")}


@pytest.mark.parametrize(("policy", "days"), [("earliest", 181), ("midpoint", 196), ("latest", 211), ("exclude", None)])
def test_partial_dates_follow_the_named_policy(course, rules, policy, days):
    """Death in July 2015: day 181 is the 1st, 196 the 16th (of 31 days the middle one), 211 the 31st."""
    table = table_of(
        [course(lines=[("rlt", "2015-01-01")], death="2015-07")], rules(partial_dates=policy), endpoint="OS"
    )
    if days is None:
        assert reasons(table) == {"rests on a date known to the month or year only": (0,)}
    else:
        assert ends(table) == {"P1": (days, 1, "death")}
        assert table.partial == 1


def test_a_partial_death_is_not_put_before_the_last_contact(course, rules):
    """Alive on 20 July, died "in July 2015": the middle of July cannot be the day."""
    one = course(lines=[("rlt", "2015-01-01")], death="2015-07", last_contact="2015-07-20")
    assert ends(table_of([one], rules(), endpoint="OS")) == {"P1": (200, 1, "death")}


def test_delayed_entry_counts_from_the_same_start(four, rules):
    entry = TimePoint(event="line_start", line=2)
    table = table_of(four, rules(), endpoint="OS", entry=entry)
    assert {row.patient_id: (row.entry_days, row.stop_days) for row in table.rows} == {
        "A": (396, 1826),
        "D": (152, 517),
    }
    assert reasons(table) == {"cohort entry: no line 2": (1, 2)}
    follow_up = table.follow_up(delayed_entry=True)
    assert follow_up.start.tolist() == [396, 152]
    assert follow_up.stop.tolist() == [1826, 517]
    assert follow_up.event.tolist() == [1, 0]


def test_who_is_never_at_risk_after_entry_is_left_out_and_counted(course, rules):
    one = course(lines=[("rlt", "2015-01-01"), ("captem", "2016-01-01")], last_contact="2016-01-01")
    table = table_of([one], rules(), endpoint="OS", entry=TimePoint(event="line_start", line=2))
    kept, left_out = table.at_risk_after_entry()
    assert (kept, left_out[0].count, left_out[0].why) == ((), 1, "follow-up ends on or before cohort entry")


def test_time_zero_may_be_the_second_line(four, rules):
    late = TimePoint(event="line_start", line=2)
    table = table_of(four, rules(), time_zero=late, endpoint="OS")
    assert ends(table) == {"A": (1430, 1, "death"), "D": (365, 0, None)}  # 1826 - 396, 517 - 152
    assert reasons(table) == {"no line 2": (1, 2)}


def test_dead_without_a_day_is_neither_alive_nor_dead_on_a_day(course, rules):
    dead = {"kind": "last_contact", "date": "2019-01-01", "alive": False}
    one = course(lines=[("rlt", "2015-01-01", {"progression": "2016-01-01"})], entries=[dead])
    assert reasons(table_of([one], rules(), endpoint="OS")) == {"dead, but the day of death is not recorded": (0,)}
    assert ends(table_of([one], rules(), endpoint="PFS1")) == {"P1": (365, 1, "progression")}
    known_alive_until = table_of([one], rules(), endpoint="OS", cut_off="2015-12-31")
    assert ends(known_alive_until) == {"P1": (364, 0, None)}


def test_no_further_line_may_have_to_be_stated(course, rules):
    """The lines are stated complete until 2016-07-01 (day 547: 365 + 182), follow-up lasts a year longer."""
    told = {"kind": "treatment_history", "date": "2016-07-01", "complete_for": ["systemic_therapy", "rlt"]}
    one = course("told", lines=[("rlt", "2015-01-01")], last_contact="2017-07-01", entries=[told])
    two = course("silent", lines=[("rlt", "2015-01-01")], last_contact="2017-07-01")
    table = table_of([one, two], rules(lines_complete="stated"), endpoint="TTNT")
    assert ends(table) == {"told": (547, 0, None)}
    assert reasons(table) == {"not known whether a further line was given: no treatment_history states it": (1,)}


def test_every_choice_that_bears_on_it_is_printed(four, rules):
    said = " ".join(table_of(four, rules(), endpoint="PFS1").conventions)
    assert all(word in said for word in ("new_line=ignore", "without_event=last_contact", "partial_dates=midpoint"))
    assert "death=" not in said
    assert "death=competing" in " ".join(table_of(four, rules(), endpoint="TTNT", line=2).conventions)


def test_names_of_endpoints():
    assert Endpoint(endpoint="TTNT").key == "TTNT"
    assert Endpoint(endpoint="TTNT", line=2).key == "TTNT_LINE_2"
    assert Endpoint(endpoint="OS", name="OS-2").key == "OS-2"


@pytest.mark.parametrize("wrong", [{"endpoint": "OS", "line": 1}, {"endpoint": "OS", "new_line": "censor"}])
def test_what_does_not_bear_on_an_endpoint_is_refused(wrong):
    with pytest.raises(ValidationError, match=r"must|only"):
        Endpoint.model_validate(wrong)


# ---- laws

LENGTHS = st.tuples(st.integers(1, 900), st.integers(0, 300), st.integers(1, 900), st.integers(0, 900), st.booleans())
RULES = FollowUpRules(
    partial_dates="midpoint",
    without_event="last_contact",
    new_line="ignore",
    undated_progression="leave_out",
    death="competing",
    lines_complete="assumed",
)
NAMES = ("OS", "PFS1", "PFS2", "PFS_SECOND", "TTNT", "TTD")


def made(name: str, lengths: tuple[int, int, int, int, bool], shift_days: int = 0) -> Course:
    """Two lines with progression on both, then death or last contact."""
    one, gap, two, rest, dead = lengths
    day = date(2001, 2, 3) + timedelta(days=shift_days)
    moments = [day, day + timedelta(one), day + timedelta(one + gap + 1), day + timedelta(one + gap + 1 + two)]
    end = moments[-1] + timedelta(rest)
    entries = [
        {
            "kind": "therapy_line",
            "id": "l1",
            "date": moments[0],
            "regimen": "rlt",
            "progression": moments[1],
            "stop": moments[1],
        },
        {"kind": "therapy_line", "id": "l2", "date": moments[2], "regimen": "captem", "progression": moments[3]},
        {"kind": "death" if dead else "last_contact", "id": "end", "date": end},
    ]
    entries = [{"recorded_by": "x", **entry} for entry in entries]
    return Course.model_validate({"lutetia": "course/1", "made_up": True, "patient": {"id": name}, "entries": entries})


@settings(max_examples=15, deadline=None)
@given(st.lists(LENGTHS, min_size=1, max_size=5), st.randoms(), st.integers(-3000, 3000))
def test_neither_the_order_of_courses_nor_a_shift_of_all_dates_changes_a_time(patients, chance, shift_days):
    here = [made(f"P{n}", lengths) for n, lengths in enumerate(patients)]
    there = [made(f"P{n}", lengths, shift_days) for n, lengths in enumerate(patients)]
    chance.shuffle(there)
    for name in NAMES:
        cut = date(2007, 1, 1)
        moved = (cut + timedelta(days=shift_days)).isoformat()
        one = table_of(here, RULES, cut_off=cut.isoformat(), endpoint=name)
        other = table_of(there, RULES, cut_off=moved, endpoint=name)
        assert ends(one) == ends(other)


@settings(max_examples=25, deadline=None)
@given(LENGTHS, st.integers(0, 2500), st.integers(0, 2500))
def test_an_earlier_cut_off_censors_what_comes_after_it_and_changes_nothing_before(lengths, first, second):
    early, late = sorted((date(2001, 2, 3) + timedelta(first), date(2001, 2, 3) + timedelta(second)))
    for name in NAMES:
        full = ends(table_of([made("P", lengths)], RULES, cut_off=late.isoformat(), endpoint=name))
        cut = table_of([made("P", lengths)], RULES, cut_off=early.isoformat(), endpoint=name)
        for row in cut.rows:
            last = (early - row.start_on).days
            days, event, cause = full["P"]
            expected = (days, event, cause) if event and days <= last else (min(days, last), 0, None)
            assert (row.stop_days, row.event, row.cause) == expected
