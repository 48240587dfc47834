"""A line on whole days: which progression is its own, what its best response is, what a cut-off leaves of it."""

from __future__ import annotations

from datetime import date

TWO_LINES = [("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")]


def assessment(day, line=None, **said):
    named = {"line": line} if line else {}
    return {"kind": "disease_assessment", "date": day, **named, **said}


def test_an_assessment_belongs_to_the_line_it_names_else_to_the_last_one_begun(course, story):
    entries = [assessment("2015-06-01", progression=True), assessment("2016-06-01", "line-1", response="PR")]
    one, two = story(course(lines=TWO_LINES, entries=entries)).lines
    assert one.progression.on == date(2015, 6, 1)
    assert one.progression.entry_id == "e1"
    assert [response for _, response in one.responses] == ["PR"]
    assert two.progression is None
    late = story(course(lines=TWO_LINES, entries=[assessment("2016-01-01", progression=True)]))
    assert [line.progression is not None for line in late.lines] == [False, True]


def test_the_date_in_the_line_wins_and_markers_alone_do_not_count(course, story):
    marker = assessment("2015-03-01", progression=True, basis="biochemical_only")
    later = assessment("2015-06-01", progression=True)
    lines = [("rlt", "2015-01-01", {"progression": "2015-09-01"})]
    assert story(course(lines=lines, entries=[marker, later])).lines[0].progression.on == date(2015, 9, 1)
    lines = [("rlt", "2015-01-01", {"progression": "2015-02-01", "progression_basis": "biochemical_only"})]
    assert story(course(lines=lines, entries=[marker, later])).lines[0].progression.on == date(2015, 6, 1)


def test_progression_known_without_its_day_says_why(course, story):
    def why(**fields):
        return story(course(lines=[("rlt", "2015-01-01", fields)])).lines[0].undated_progression

    assert why(stop_reason="progression") == "it stopped for progression"
    assert why(best_response="PD") == "its best response was progression"
    assert why(progression={"unknown": "not_recorded"}) == "its progression is stated as not known"
    assert why(progression={"unknown": "not_applicable"}) is None
    assert why(progression="2016-01-01", stop_reason="progression") is None


def test_best_response_is_recorded_or_the_best_of_the_assessments(course, story):
    seen = [assessment(f"2015-0{n}-01", response=r) for n, r in ((3, "SD"), (6, "PR"), (9, "PD"))]
    assert story(course(lines=TWO_LINES[:1], entries=seen)).lines[0].best_response == "PR"
    recorded = [("rlt", "2015-01-01", {"best_response": "SD"})]
    assert story(course(lines=recorded, entries=seen)).lines[0].best_response == "SD"
    unknown = [("rlt", "2015-01-01", {"best_response": {"unknown": "not_done"}})]
    assert story(course(lines=unknown, entries=seen)).lines[0].best_response is None


def test_the_cut_off_takes_away_what_came_later_and_what_it_meant(course, story):
    fields = {"stop": "2016-03-01", "stop_reason": "progression", "progression": "2016-03-01", "best_response": "CR"}
    seen = [assessment("2015-06-01", response="PR", progression=False), assessment("2015-12-01", response="CR")]
    one = course(lines=[("rlt", "2015-01-01", fields)], entries=seen)
    (line,) = story(one, cut_off="2015-10-01").lines
    assert (line.stop, line.stop_reason, line.progression, line.undated_progression) == (None, None, None, None)
    assert (line.ongoing, line.best_response, line.responded.on) == (True, "PR", date(2015, 6, 1))
    (whole,) = story(one, cut_off="2017-01-01").lines
    assert (whole.best_response, whole.ongoing, len(whole.free)) == ("CR", None, 2)


def test_a_partial_stop_is_not_put_before_the_start(course, story):
    (line,) = story(course(lines=[("rlt", "2015-06-20", {"stop": "2015-06"})]), partial_dates="earliest").lines
    assert line.stop.on == date(2015, 6, 20)
    assert line.partial_dates == 1
