"""Label status and the options in tiers: settings, sites and exclusions by hand; arguments with their own strength."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def tiers_of(assessment):
    return [set(tier) for tier in assessment.tiers.tiers]


def ids(arguments):
    return [argument.fact for argument in arguments]


# ------------------------------------------------------------------------------------------------- label status
@pytest.mark.parametrize(
    ("turn", "changes", "eu", "us"),
    [
        ("candidate", {}, "on_label", "on_label"),
        ("candidate", {"age_years": 17}, "off_label", "on_label"),
        ("candidate", {"age_years": 18}, "on_label", "on_label"),
        ("candidate", {"age_years": 12}, "off_label", "on_label"),
        ("candidate", {"age_years": 11.9}, "off_label", "off_label"),
        ("candidate", {"pd_confirmed": False}, "off_label", "on_label"),  # the US label asks for no progression
        ("candidate", {"ki67_pct": 20.1}, "off_label", "on_label"),  # nor for a grade
        ("candidate", {"sstr_positive": False}, "off_label", "off_label"),
        ("candidate", {"sstr_positive": None}, "unknown", "unknown"),
        ("candidate", {"sstr_min_score": 2}, "on_label", "on_label"),
        ("candidate", {"sstr_min_score": 1}, "depends_on_uptake_definition", "on_label"),
        ("candidate", {"sstr_min_score": None}, "unknown", "on_label"),
        ("candidate", {"crcl": 29}, "contraindicated", "board_must_read_label"),
        ("candidate", {"pregnant": True}, "contraindicated", "board_must_read_label"),
        ("retreatment", {}, "off_label_retreatment", "board_must_read_label"),
        ("out_of_scope", {}, "off_label", "board_must_read_label"),
        ("candidate", {"primary": "lung"}, "off_label", "off_label"),
    ],
)
def test_label_status_by_hand(judged, turned, turn, changes, eu, us):
    label = judged(turned(turn, **changes)).label
    assert {place: status.answer for place, status in label.items()} == {"EU": eu, "US": us}


def test_label_status_does_not_depend_on_the_jurisdiction(judged, turned):
    for place in ("EU", "US", "other", None):
        assessment = judged(turned("candidate", age_years=15, jurisdiction=None), place)
        assert [status.answer for status in assessment.label.values()] == ["off_label", "on_label"]


def test_label_status_names_the_facts_that_decide_it(knowledge, judged, turned):
    status = judged(turned("candidate", crcl=29)).label["EU"]
    assert status.jurisdiction == "EU"
    assert "EXT-L-05" in status.facts
    for record in ({}, turned("candidate"), turned("retreatment")):
        for status in judged(record).label.values():
            assert status.facts
            assert set(status.facts) <= set(knowledge.facts)


@pytest.mark.parametrize(("turn", "field"), [("contraindicated", "crcl"), ("retreatment", "prior_rlt")])
@pytest.mark.parametrize("place", ["EU", "US"])
def test_label_status_does_not_become_on_label_when_data_are_taken_away(judged, turned, turn, field, place):
    assert judged(turned(turn)).label[place].answer != "on_label"
    assert judged(turned(turn, **{field: None})).label[place].answer == "unknown"


def test_no_deletion_makes_a_label_on_label_but_that_of_pregnancy(judged, records):
    """On label needs every exclusion known; pregnancy alone is not asked of everybody (VO-03) and listed as missing."""

    @settings(CALM, max_examples=300)
    @given(st.data())
    def law(data):
        record = data.draw(records)
        deleted = data.draw(st.sets(st.sampled_from(sorted(record) or ["frail"]), min_size=1)) - {"pregnant"}
        before = judged(record, grading="strict").label
        after = judged({name: record[name] for name in record if name not in deleted}, grading="strict").label
        for place, status in after.items():
            assert status.answer in {before[place].answer, "unknown"} or status.answer != "on_label", place

    law()


# ------------------------------------------------------------------------------------------------------- tiers
@pytest.mark.parametrize(
    ("turn", "changes", "tiers"),
    [
        # after SSA: RLT first; sunitinib, CAPTEM and STZ/5-FU are pancreatic, FOLFOX is not
        ("candidate", {}, [{"rlt"}, {"everolimus", "folfox"}, {"ssa_high_dose_bridge"}]),
        (
            "candidate",
            {"primary": "pancreas"},
            [{"rlt"}, {"everolimus", "sunitinib", "captem", "stz5fu"}, {"ssa_high_dose_bridge"}],
        ),
        ("candidate", {"prior_everolimus": True}, [{"rlt"}, {"folfox"}, {"ssa_high_dose_bridge"}]),
        (
            "candidate",
            {"primary": "pancreas", "prior_sunitinib": True, "prior_everolimus": False},
            [{"rlt"}, {"everolimus", "captem", "stz5fu"}, {"ssa_high_dose_bridge"}],
        ),
        ("candidate", {"frail": True}, [{"rlt"}, {"ssa_high_dose_bridge"}, {"everolimus"}]),
        # G3: every chemotherapy, whatever the primary
        (
            "net g3",
            {},
            [{"rlt"}, {"captem", "stz5fu"}, {"folfox", "everolimus"}, {"platinum_etoposide"}],
        ),
        ("first line", {}, [{"rlt"}, {"captem", "stz5fu"}, {"ssa_standard", "everolimus", "sunitinib"}]),
        ("first line", {"ki67_pct": 5}, [{"ssa_standard"}, {"rlt"}]),
        ("retreatment", {}, [{"rlt_retreatment"}, {"everolimus"}, {"folfox", "ssa_high_dose"}]),
        (
            "retreatment",
            {"pace": "rapid"},
            [{"folfox"}, {"rlt_retreatment"}, {"everolimus"}, {"ssa_high_dose"}],
        ),
        ("retreatment too early", {}, [{"folfox", "everolimus"}, {"ssa_high_dose"}]),
        # an exception puts the alternative first and keeps RLT
        (
            "candidate_alternative_preferred",
            {"primary": "pancreas"},
            [{"captem", "stz5fu"}, {"rlt"}, {"everolimus", "sunitinib"}, {"ssa_high_dose_bridge"}],
        ),
        ("candidate", {"pace": "rapid"}, [{"folfox"}, {"rlt"}, {"everolimus"}, {"ssa_high_dose_bridge"}]),
        ("peritoneal", {}, [{"everolimus", "folfox"}, {"rlt"}, {"ssa_high_dose_bridge"}]),
        ("unfit", {}, [{"ssa_high_dose"}, {"rlt"}, {"locoregional"}]),
        # RLT removed: it stands in no tier
        ("not_candidate", {}, [{"folfox"}, {"everolimus"}]),
        ("contraindicated", {}, [{"everolimus", "folfox"}, {"ssa_high_dose"}]),
        ("contraindicated", {"unfit_for_antitumour": True}, [{"ssa_high_dose"}, {"locoregional"}]),
        ("contraindicated", {"crcl": 80, "pregnant": True}, []),
        ("candidate", {"ki67_pct": 1, "pd_confirmed": False}, [{"ssa_standard"}]),
        # resectable disease: surgery first
        ("candidate", {"resectable": "resectable"}, [{"surgery"}, {"rlt"}]),
        ("retreatment", {"resectable": "resectable"}, [{"surgery"}, {"rlt_retreatment"}]),
        ("not_candidate", {"resectable": "resectable"}, [{"surgery"}]),
        # out of scope, and not decided
        ("out_of_scope", {}, [{"platinum_etoposide"}, {"trial"}]),
        ("candidate", {"primary": "lung"}, []),
        ("insufficient_data", {}, []),
    ],
)
def test_tiers_by_hand(judged, turned, turn, changes, tiers):
    assert tiers_of(judged(turned(turn, **changes))) == tiers


def test_nothing_is_ranked_while_data_that_decide_are_missing(judged, turned):
    for record in ({}, turned("insufficient_data"), turned("candidate", crcl=None)):
        assessment = judged(record)
        assert assessment.candidacy == "insufficient_data"
        assert (assessment.tiers.setting, assessment.tiers.tiers, assessment.options) == (None, (), ())


def test_a_setting_says_why_and_names_its_facts(knowledge, judged, turned):
    ranked = judged(turned("net g3")).tiers
    assert ranked.setting == "POL-T-G3"
    assert "not ranked by level" in ranked.says
    assert set(ranked.facts) <= set(knowledge.facts)
    assert "CONS-Q9-R" in ranked.facts


def test_ties_stay_ties(judged, turned):
    options = judged(turned("candidate", primary="pancreas")).options
    assert [(option.name, option.tier) for option in options] == [
        ("rlt", 1),
        ("everolimus", 2),
        ("sunitinib", 2),
        ("captem", 2),
        ("stz5fu", 2),
        ("ssa_high_dose_bridge", 3),
    ]


def test_no_option_stands_twice_and_rlt_only_where_it_is_offered(judged, turned):
    turns = ("candidate", "first line", "net g3", "retreatment", "unfit", "not_candidate", "contraindicated")
    for turn in turns:
        for primary in ("pancreas", "jejunum_ileum"):
            assessment = judged(turned(turn, primary=primary))
            names = [option.name for option in assessment.options]
            assert len(names) == len(set(names))
            offered = assessment.candidacy.startswith("candidate")
            assert bool({"rlt", "rlt_retreatment"} & set(names)) == offered, turn


# --------------------------------------------------------------------------------------------------- arguments
def test_arguments_for_rlt_carry_the_strength_of_their_own_line(judged, textbook):
    option = judged(textbook).rlt
    assert (option.name, option.tier) == ("rlt", 1)
    strength = {argument.fact: argument.strength for argument in option.arguments_for}
    assert strength["CONS-Q1-R"] == "1b-A"
    assert strength["CONS-Q4-R"] == "2b-B"
    assert strength["CONS-Q5-R"] == "3b-A"
    assert strength["CONS-Q6-R"] == "1b-A"
    assert strength["PRAC-SSTR-2"] is None  # the review grades nothing
    assert option.arguments_against == ()
    assert option.required == ()
    assert option.blocking == ()


def test_only_what_holds_is_an_argument(judged, turned):
    assert "CONS-Q8-R" in ids(judged(turned("candidate", frail=True)).rlt.arguments_for)
    assert "CONS-Q8-R" not in ids(judged(turned("candidate", frail=None)).rlt.arguments_for)
    assert "PRAC-LIM-1" in ids(judged(turned("candidate", bone_diffuse=True)).rlt.arguments_against)


def test_question_9_argues_only_where_question_1_does_not_reach(judged, turned):
    """Question 9 waits for approval; it is no second 1b-A beside that of question 1."""
    assert "CONS-Q9-R" not in ids(judged(turned("candidate")).rlt.arguments_for)
    assert "CONS-Q9-R" in ids(judged(turned("first line")).rlt.arguments_for)
    assert "CONS-Q9-R" in ids(judged(turned("net g3")).rlt.arguments_for)


def test_the_preference_for_a_first_course_argues_against_nothing_after_rlt(judged, turned):
    """Questions 4 to 6 put a first course before everolimus, chemotherapy and high-dose SSA, no second one."""
    first = {option.name: ids(option.arguments_against) for option in judged(turned("candidate")).options}
    assert first["everolimus"] == ["CONS-Q4-R"]
    assert first["folfox"] == ["CONS-Q5-R"]
    again = {option.name: ids(option.arguments_against) for option in judged(turned("retreatment")).options}
    assert (again["everolimus"], again["folfox"], again["ssa_high_dose"]) == ([], [], [])


def test_a_criterion_that_fails_argues_against_and_an_unknown_one_does_not(judged, turned):
    """Every lesion positive (PRAC-SSTR-2) and uptake at least as liver (EXT-L-03)."""
    failed = judged(turned("candidate", sstr_all_lesions_positive=False, sstr_min_score=1)).rlt
    assert {"PRAC-SSTR-2", "EXT-L-03"} <= {*ids(failed.arguments_against)}
    unknown = judged(turned("candidate", sstr_all_lesions_positive=None, sstr_min_score=None)).rlt
    assert not {"PRAC-SSTR-2", "EXT-L-03"} & {*ids(unknown.arguments_against)}
    assert not {"PRAC-SSTR-2", "EXT-L-03"} & {*ids(unknown.arguments_for)}


@pytest.mark.parametrize(
    ("changes", "required"),
    [
        ({}, {}),
        ({"sstr_modality": "scintigraphy"}, {"CONS-Q2-R": ("sstr_imaging_done", "sstr_modality")}),
        ({"ct_or_mri_done": False}, {"CONS-Q2-R": ("ct_or_mri_done",)}),
        ({"egfr": None, "hb_g_l": None}, {"PRAC-TOX-1": ("egfr", "hb_g_l")}),
        ({"fdg_done": False}, {}),  # question 3 does not apply here
        ({"fdg_done": False, "sstr_heterogeneous": True}, {"CONS-Q3-R": ("fdg_done",)}),
        ({"frail": True, "egfr": None}, {"CONS-Q8-R": ("egfr",), "PRAC-TOX-1": ("egfr",)}),
    ],
    ids=str,
)
def test_what_is_required_and_not_there_by_hand(judged, turned, changes, required):
    option = judged(turned("candidate", **changes)).rlt
    assert {argument.fact: argument.open_fields for argument in option.required} == required


def test_what_blocks_names_who_says_so(judged, turned):
    assert ids(judged(turned("contraindicated")).rlt.blocking) == ["EXT-L-05"]
    assert ids(judged(turned("retreatment", kidney_dose_gy=24)).rlt.blocking) == ["PRAC-TOX-5"]


def test_rlt_is_described_even_where_it_is_not_offered(judged, turned):
    assert (judged(turned("not_candidate")).rlt.name, judged(turned("not_candidate")).rlt.tier) == ("rlt", 0)
    assert "PRAC-FDG-2" in ids(judged(turned("not_candidate")).rlt.arguments_against)
    again = judged(turned("retreatment too early")).rlt
    assert (again.name, again.tier) == ("rlt_retreatment", 0)
    assert "CONS-Q10-C3" in ids(again.arguments_against)
    assert judged({}).rlt.tier == 0


def test_every_argument_is_a_fact_in_its_own_words(knowledge, judged, turned):
    for turn in ("candidate", "first line", "net g3", "retreatment", "candidate_alternative_preferred"):
        for option in judged(turned(turn, primary="pancreas", frail=True)).options:
            assert option.title
            arguments = (*option.arguments_for, *option.arguments_against, *option.required, *option.blocking)
            for argument in arguments:
                fact = knowledge.resolve(argument.fact)
                assert (argument.says, argument.strength) == (fact.says, fact.standing)
                if fact.paper == "S004":
                    assert argument.strength is None
