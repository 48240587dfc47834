"""The assessment as a whole: the 14 vignettes, jurisdiction, grading, the empty record, why and what if."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.guideline.assessment import assess
from lutetia.guideline.comparison import answer_parts
from lutetia.guideline.edition import build_knowledge
from lutetia.guideline.evaluate import GRADINGS
from lutetia.guideline.facts import read_flat
from lutetia.guideline.truth import Truth

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
AS_OF = date(2026, 11, 20)


# ----------------------------------------------------------------------------------------------- the vignettes
def test_vignette_truth_scope_grade_and_candidacy(judged, vignette):
    assessment, expected = judged(vignette["record"]), vignette["expected"]
    found = {fact: assessment.truth[fact].letter for fact in expected["truth"]}
    assert found == expected["truth"]
    assert assessment.scope == expected["scope"]
    assert assessment.grade == expected["grade"]
    assert assessment.candidacy == expected["candidacy"]


def test_vignette_label(judged, vignette):
    label = judged(vignette["record"]).label
    assert {place: status.answer for place, status in label.items()} == vignette["expected"]["label"]


def test_vignette_tiers(judged, vignette):
    """Members of a tier are not ranked: sets. Empty tiers of a vignette say that nothing is ranked yet."""
    expected = [set(tier) for tier in vignette["expected"]["options"] if tier]
    found = [set(tier) for tier in judged(vignette["record"]).tiers.tiers]
    assert found[:1] == expected[:1]
    assert found == expected


def test_vignette_missing_data(judged, vignette):
    missing, expected = judged(vignette["record"]).missing, vignette["expected"]["missing"]
    assert [item.field for item in missing.blocking] == expected["blocking"]
    assert set(expected["advisory"]) <= {item.field for item in missing.advisory}


def test_vignette_facts_all_resolve(knowledge, vignette):
    for fact in (*vignette["expected"]["truth"], *vignette["expected"]["justify"]):
        assert knowledge.resolve(fact).id == fact


def test_vignette_if_resolved(judged, vignettes):
    """What VO-04 and VO-06 say their missing data would lead to."""
    waiting = judged(vignettes["VO-04"]["record"])
    resolved = vignettes["VO-04"]["expected"]["if_resolved"]
    assert waiting.what_if(fdg_sstr_discordant=False).candidacy == resolved["fdg_no_discordance"]
    assert waiting.what_if(fdg_sstr_discordant=True).candidacy == resolved["fdg_discordant"]
    before = judged(vignettes["VO-06"]["record"])
    resolved = vignettes["VO-06"]["expected"]["if_resolved"]
    fine = before.what_if(sstr_positive=True, sstr_heterogeneous=False, crcl=80, egfr=75, ast_alt_xuln=0.8)
    assert fine.candidacy == resolved["sstr_homogeneous_and_labs_fine"]
    assert before.what_if(sstr_positive=False).candidacy == resolved["sstr_negative"]


# ------------------------------------------------------------------------------------------------- jurisdiction
def test_the_argument_wins_over_the_record(judged, turned):
    record = turned("contraindicated", jurisdiction="EU")
    assert judged(record).candidacy == "contraindicated"
    assessment = judged(record, "US")
    assert (assessment.jurisdiction, assessment.jurisdiction_from) == ("US", "argument")
    assert assessment.candidacy == "candidate_with_conditions"
    assert assessment.answers["Q9"].recommendation.precondition is Truth.TRUE


def test_without_an_argument_the_record_speaks(judged, turned):
    assessment = judged(turned("candidate", jurisdiction="US"))
    assert (assessment.jurisdiction, assessment.jurisdiction_from) == ("US", "record")


def test_with_neither_what_depends_on_the_label_is_unknown(judged, turned):
    assessment = judged(turned("contraindicated", jurisdiction=None))
    assert (assessment.jurisdiction, assessment.jurisdiction_from) == (None, "not given")
    assert assessment.candidacy == "insufficient_data"
    assert assessment.answers["Q9"].recommendation.precondition is Truth.UNKNOWN
    assert set(assessment.label) == {"EU", "US"}
    assert assessment.label["EU"].answer == "contraindicated"


@pytest.mark.parametrize("place", ["eu", "DE", ""])
def test_an_unknown_jurisdiction_is_refused(judged, textbook, place):
    with pytest.raises(InputError, match="jurisdiction must be one of EU, US, other"):
        judged(textbook, place)


def differing(judged, record):
    """The parts of the answer that are not the same in the EU and in the US."""
    eu, us = (answer_parts(judged(record, place)) for place in ("EU", "US"))
    return {part for part in eu.keys() | us.keys() if eu.get(part) != us.get(part)}


def test_eu_and_us_differ_only_in_what_depends_on_the_label(judged, vignette):
    record = vignette["record"]
    eu, us = judged(record, "EU"), judged(record, "US")
    assert eu.truth == us.truth
    assert {place: status.answer for place, status in eu.label.items()} == {
        place: status.answer for place, status in us.label.items()
    }
    if eu.truth["EXT-L-05"] is Truth.TRUE:  # the renal limit of the EU text: VO-11, who is unfit besides
        assert (eu.candidacy, us.candidacy) == ("contraindicated", "candidate_alternative_preferred")
        assert differing(judged, record) <= {"candidacy", "conditions", "options", "CONS-Q9-R precondition"}
    else:
        assert eu.candidacy == us.candidacy
        assert differing(judged, record) <= {"CONS-Q9-R precondition"}


def test_eu_and_us_differ_in_nothing_else_for_any_record(judged, records):
    @settings(CALM, max_examples=150)
    @given(records)
    def law(record):
        found = differing(judged, record)
        if judged(record).truth["EXT-L-05"] is not Truth.TRUE:
            assert found <= {"CONS-Q9-R precondition"}
        else:
            assert found <= {"candidacy", "conditions", "options", "missing", "CONS-Q9-R precondition"}

    law()


# ------------------------------------------------------------------------------------------------------ grading
@pytest.mark.parametrize(
    ("record", "sufficient", "strict"),
    [
        ({"differentiation": "well", "ki67_pct": 2}, "G1", "unknown"),
        ({"differentiation": "well", "ki67_pct": 2, "mitoses_2mm2": 1}, "G1", "G1"),
        ({"differentiation": "well", "ki67_pct": 3}, "G2", "G2-G3"),
        ({"differentiation": "well", "ki67_pct": 20, "mitoses_2mm2": 0}, "G2", "G2"),
        ({"differentiation": "well", "ki67_pct": 20.1}, "G3", "G3"),
        ({"differentiation": "well", "ki67_pct": 2, "mitoses_2mm2": 20}, "G2", "G2"),  # the higher of the two
        ({"differentiation": "well", "ki67_pct": 2, "mitoses_2mm2": 21}, "G3", "G3"),
        ({"differentiation": "well", "ki67_pct": "2-5"}, "G1-G2", "unknown"),
        ({"differentiation": "well", "ki67_pct": "2-5", "mitoses_2mm2": 1}, "G1-G2", "G1-G2"),
        ({"differentiation": "well", "ki67_pct": "10-15 %"}, "G2", "G2-G3"),
        ({"differentiation": "well", "ki67_pct": "15-25"}, "G2-G3", "G2-G3"),
        ({"differentiation": "well", "ki67_pct": "<3", "mitoses_2mm2": 1}, "G1", "G1"),
        ({"differentiation": "well", "ki67_pct": "<25"}, "unknown", "unknown"),
        ({"differentiation": "well"}, "unknown", "unknown"),
        ({"differentiation": "well", "mitoses_2mm2": 5}, "G2-G3", "G2-G3"),
        ({"differentiation": "well", "mitoses_2mm2": 21}, "G3", "G3"),
        ({"differentiation": "poor"}, "NEC", "NEC"),
        ({"differentiation": "poor", "ki67_pct": 2}, "NEC", "NEC"),
        ({"ki67_pct": 5, "mitoses_2mm2": 1}, "unknown", "unknown"),  # NEC is not ruled out
        ({}, "unknown", "unknown"),
    ],
    ids=str,
)
def test_grade_by_hand_in_both_modes(judged, record, sufficient, strict):
    """WHO 2022: G1 below 3 %, G2 3-20 %, G3 above 20 %; mitoses below 2, 2-20, above 20; the higher one decides."""
    assert (judged(record).grade or "unknown") == sufficient
    assert (judged(record, grading="strict").grade or "unknown") == strict


def test_a_grade_without_a_mitotic_count_says_that_it_rests_on_ki67(judged, turned):
    assert judged(turned("candidate", mitoses_2mm2=None)).grade_rests_on_ki67_alone
    assert not judged(turned("candidate")).grade_rests_on_ki67_alone
    assert not judged(turned("candidate", mitoses_2mm2=None, ki67_pct=None)).grade_rests_on_ki67_alone
    assert not judged(turned("candidate", mitoses_2mm2=None, differentiation="poor")).grade_rests_on_ki67_alone


def test_the_grading_mode_is_part_of_the_answer_and_must_exist(judged, textbook):
    assert judged(textbook).grading == "ki67_sufficient"
    assert judged(textbook, grading="strict").grading == "strict"
    with pytest.raises(InputError, match="grading must be one of ki67_sufficient, strict, but got 'who'"):
        judged(textbook, grading="who")


def test_a_grade_is_always_one_of_the_words(judged, records):
    @settings(CALM, max_examples=150)
    @given(records, st.sampled_from(GRADINGS))
    def law(record, grading):
        assert judged(record, grading=grading).grade in {None, "G1", "G2", "G3", "NEC", "G1-G2", "G2-G3"}

    law()


# ------------------------------------------------------------------------------------------------ empty record
def test_an_empty_record_is_insufficient_and_nothing_is_false(judged):
    for grading in GRADINGS:
        assessment = judged({}, grading=grading)
        assert assessment.candidacy == "insufficient_data"
        assert (assessment.scope, assessment.grade) == ("unknown", None)
        assert set(assessment.truth.values()) == {Truth.UNKNOWN}
        assert {status.answer for status in assessment.label.values()} == {"unknown"}
        assert assessment.missing.blocking
        assert assessment.tiers.tiers == ()
        assert assessment.cautions == assessment.conflicts == assessment.workup == assessment.monitoring == ()
        assert {match.fits for match in assessment.trials} == {Truth.UNKNOWN}
        assert len(assessment.answers) == 10


def spoken(assessment):
    """What an assessment itself says of a patient: reasons, missing data with their outcomes, labels, options."""
    yield from (assessment.candidacy, assessment.scope, assessment.grade or "", assessment.tiers.says)
    yield from (ground.says for ground in assessment.decision.grounds)
    for item in (*assessment.missing.blocking, *assessment.missing.advisory):
        yield from (assessment.knowledge.fields[item.field].label, *item.says)
    for outcomes in assessment.leads_to.values():
        yield from (word for outcome in outcomes for word in (outcome.answer, outcome.candidacy, outcome.best))
    yield from (status.answer for status in assessment.label.values())
    yield from (fact.shown for fact in assessment.facts)


FORBIDDEN = re.compile(r"\b(negative|not eligible|normal)\b", re.IGNORECASE)


def test_an_empty_record_is_never_called_negative_or_normal(judged):
    text = "\n".join(spoken(judged({}))).replace("_", " ")
    assert FORBIDDEN.findall(text) == []


# --------------------------------------------------------------------------------------- what changes nothing
def test_order_extra_keys_and_older_duplicates_change_nothing(judged, records, field_values):
    @settings(CALM, max_examples=200)
    @given(st.data())
    def law(data):
        record = data.draw(records)
        rewritten = {"zz_remark": "extra"}
        for name in data.draw(st.permutations(sorted(record))):
            older = {"value": data.draw(st.sampled_from(field_values[name])), "date": "2023"}
            newest = {"value": record[name], "date": "2026-11-01", "origin": "made up"}
            rewritten[name] = data.draw(st.sampled_from([record[name], newest, [older, newest], [newest, older]]))
        before, after = judged(record), judged(rewritten)
        assert after.truth == before.truth
        assert answer_parts(after) == answer_parts(before)
        assert after.missing == before.missing

    law()


def test_the_newest_value_decides(judged, turned):
    older, newer = {"value": 24, "date": "2025-03"}, {"value": 62, "date": "2026-10-02"}
    assert judged(turned("candidate", crcl=[older, newer])).candidacy == "candidate"
    assert judged(turned("candidate", crcl=[newer, {**older, "date": "2026-11"}])).candidacy == "contraindicated"


def test_values_of_one_day_that_disagree_block_with_their_reason(judged, turned):
    both = [{"value": 24, "date": "2026-10-02"}, {"value": 62, "date": "2026-10-02"}]
    assessment = judged(turned("candidate", crcl=both))
    assert assessment.candidacy == "insufficient_data"
    assert [item.field for item in assessment.missing.blocking] == ["crcl"]
    assert assessment.facts.get("crcl").unknown_because == "contradictory: 24 and 62, order of the dates not certain"


def test_facts_and_flat_record_are_assessed_alike(judged, knowledge, textbook):
    facts = read_flat(textbook, name="made-up patient")
    assert answer_parts(judged(facts)) == answer_parts(judged(textbook))
    assert judged(facts).facts.name == "made-up patient"


def test_the_same_record_gives_the_same_assessment(judged, textbook):
    first, second = judged(textbook), judged(textbook)
    assert first.options == second.options
    assert first.decision == second.decision
    assert first.trials == second.trials
    assert first.decision is first.decision  # a section is computed once


def test_bad_values_are_refused_all_at_once(judged, textbook):
    with pytest.raises(InputError) as caught:
        judged({**textbook, "age_years": -3, "frail": "perhaps", "hb_g_l": 12.8, "primary": "kidney"})
    assert {fault.place for fault in caught.value.faults} == {"age_years", "frail", "hb_g_l", "primary"}


# -------------------------------------------------------------------------------------------- why and what if
def test_why_gives_every_fact_that_bears_on_an_option(knowledge, judged, turned):
    assessment = judged(turned("insufficient_data"))
    reasons = {reason.fact: reason for reason in assessment.why("rlt")}
    assert reasons["CONS-Q1-R"].truth is Truth.TRUE
    assert reasons["CONS-Q1-R"].strength == "1b-A"
    assert reasons["CONS-Q3-R"].truth is Truth.TRUE
    assert reasons["PRAC-FDG-2"].truth is Truth.UNKNOWN
    assert reasons["PRAC-FDG-2"].strength is None
    assert reasons["EXT-L-05"].truth is Truth.FALSE
    for reason in reasons.values():
        assert reason.source == knowledge.resolve(reason.fact).source


def test_why_shows_the_value_behind_each_leaf(judged, turned):
    record = turned("candidate", crcl={"value": 62, "date": "2026-10-02", "origin": "laboratory e7"})
    text = "\n".join(line for reason in judged(record).why("rlt") for line in reason.lines())
    assert "Creatinine clearance < 30 mL/min — 62 (laboratory e7, 2026-10-02)" in text


def test_why_can_be_asked_of_every_option(knowledge, judged, textbook):
    for option in knowledge.policy["options"]:
        facts = [reason.fact for reason in judged(textbook).why(option)]
        assert facts
        assert len(facts) == len(set(facts))


def test_an_unknown_option_is_refused(judged, textbook):
    with pytest.raises(InputError, match=r"an option must be one of rlt, .*but got chemo"):
        judged(textbook).why("chemo")


def test_what_if_changes_only_what_it_says(judged, textbook):
    assessment = judged(textbook, grading="strict")
    other = assessment.what_if(frail=True)
    assert (assessment.candidacy, other.candidacy) == ("candidate", "candidate_with_conditions")
    assert (other.as_of, other.grading, other.knowledge) == (AS_OF, "strict", assessment.knowledge)
    assert {name for name, value in other.record.items() if assessment.record.get(name) != value} == {"frail"}


def test_what_if_a_field_were_unknown(judged, textbook):
    other = judged(textbook).what_if(crcl=None)
    assert other.candidacy == "insufficient_data"
    assert "crcl" not in other.record


def test_what_if_takes_ranges(judged, textbook):
    assert judged(textbook).what_if(crcl="<30").candidacy == "contraindicated"
    assert judged(textbook).what_if(crcl="25-35").candidacy == "insufficient_data"


@pytest.mark.parametrize("start", ["EU", "US", None])
def test_what_if_the_jurisdiction_were_another(judged, turned, start):
    assessment = judged(turned("contraindicated", jurisdiction=None), start)
    assert assessment.what_if(jurisdiction="EU").candidacy == "contraindicated"
    assert assessment.what_if(jurisdiction="US").candidacy == "candidate_with_conditions"
    assert assessment.what_if(jurisdiction=None).candidacy == "insufficient_data"


def test_what_if_keeps_the_jurisdiction_of_the_argument(judged, turned):
    assessment = judged(turned("contraindicated", jurisdiction="EU"), "US")
    assert assessment.what_if(age_years=40).jurisdiction == "US"


def test_what_if_keeps_where_the_jurisdiction_comes_from(judged, textbook):
    assert judged(textbook).jurisdiction_from == "record"
    assert judged(textbook).what_if(age_years=40).jurisdiction_from == "record"


def test_what_if_refuses_an_unknown_field_and_a_bad_value(judged, textbook):
    with pytest.raises(InputError, match="no such field"):
        judged(textbook).what_if(creatinine_clearance=40)
    with pytest.raises(InputError, match="must lie between 0 and 4"):
        judged(textbook).what_if(ecog=7)


def test_what_if_uses_the_fields_of_its_own_knowledge(judged, textbook, tables, levels):
    tables["fields.yaml"]["fields"]["asthma"] = {"type": "bool", "label": "Asthma"}
    draft = build_knowledge(tables, levels, "0" * 64)
    assert judged(textbook, knowledge=draft).what_if(asthma=True).record["asthma"] is True


# ----------------------------------------------------------------------------------------------- the frame
@pytest.mark.parametrize(
    ("day", "overdue"), [(date(2026, 11, 20), False), (date(2027, 5, 31), False), (date(2027, 6, 1), True)]
)
def test_an_edition_past_its_review_says_so(knowledge, textbook, day, overdue):
    assert assess(textbook, knowledge, as_of=day).review_overdue is overdue


def test_the_knowledge_itself_is_named(knowledge, judged, textbook):
    assert judged(textbook).knowledge is knowledge


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        ({}, "in_scope"),
        ({"primary": "lung"}, "out_of_scope"),
        ({"primary": "rectum"}, "in_scope"),
        ({"differentiation": "poor"}, "out_of_scope"),
        ({"hereditary_syndrome": True}, "out_of_scope"),
        ({"hereditary_syndrome": None}, "unknown"),
        ({"primary": None, "differentiation": "poor"}, "out_of_scope"),  # one no decides
    ],
    ids=str,
)
def test_scope_by_hand(judged, turned, changes, scope):
    assert judged(turned("candidate", **changes)).scope == scope


def test_nothing_from_the_narrative_review_shows_a_strength(knowledge, judged, turned):
    for turn in ("candidate", "first line", "net g3", "retreatment", "candidate_alternative_preferred"):
        assessment = judged(turned(turn, primary="pancreas", liver_diffuse=True))
        options = (*assessment.options, assessment.rlt)
        shown = [
            (argument.fact, argument.strength)
            for option in options
            for argument in (*option.arguments_for, *option.arguments_against, *option.required, *option.blocking)
        ]
        reasons = [reason for option in options for reason in assessment.why(option.name)]
        shown += [(reason.fact, reason.strength) for reason in reasons]
        assert shown
        assert [fact for fact, strength in shown if strength and knowledge.resolve(fact).paper == "S004"] == []
