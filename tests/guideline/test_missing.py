"""What is missing: what blocks, what is worth asking for, and by hand what each answer would lead to."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def blocking(assessment):
    return [item.field for item in assessment.missing.blocking]


def advisory(assessment):
    return [item.field for item in assessment.missing.advisory if item.shown]


def leads(assessment):
    return {
        field: [(outcome.answer, outcome.candidacy, outcome.best) for outcome in outcomes]
        for field, outcomes in assessment.leads_to.items()
    }


@pytest.fixture
def no_receptor_no_kidney(turned):
    """The textbook patient before receptor imaging and kidney values, as in VO-06."""
    unknown = ("sstr_positive", "sstr_all_lesions_positive", "sstr_min_score", "sstr_heterogeneous", "fdg_done")
    unknown += ("fdg_positive", "fdg_sstr_discordant", "egfr", "crcl")
    return turned("candidate", **dict.fromkeys(unknown), sstr_imaging_done=False)


# -------------------------------------------------------------------------------------------------- what blocks
def test_nothing_is_missing_from_a_full_record(judged, textbook):
    assert blocking(judged(textbook)) == []
    assert advisory(judged(textbook)) == []


def test_heterogeneous_uptake_waits_for_fdg(judged, turned):
    assert blocking(judged(turned("insufficient_data"))) == ["fdg_sstr_discordant"]


def test_receptors_and_clearance_block(judged, no_receptor_no_kidney):
    assert blocking(judged(no_receptor_no_kidney)) == ["sstr_positive", "sstr_heterogeneous", "crcl"]


def test_what_blocks_is_the_least_that_resolves(judged, no_receptor_no_kidney):
    found = {**no_receptor_no_kidney, "sstr_positive": True, "sstr_heterogeneous": False, "crcl": 80}
    assert judged(found).candidacy == "candidate"
    for field in ("sstr_positive", "sstr_heterogeneous", "crcl"):
        assert blocking(judged({name: value for name, value in found.items() if name != field})) == [field]


def test_what_blocks_is_never_also_advisory(judged, no_receptor_no_kidney):
    assessment = judged(no_receptor_no_kidney)
    assert not {*blocking(assessment)} & {*advisory(assessment)}
    assert {"egfr", "fdg_sstr_discordant"} <= {*advisory(assessment)}


def test_each_missing_field_says_why_and_names_its_facts(knowledge, judged, turned):
    (item,) = judged(turned("insufficient_data")).missing.blocking
    assert item.says == ("The consensus asks for FDG PET/CT before RLT, and its answer can turn the decision.",)
    assert item.facts == ("CONS-Q3-R", "PRAC-FDG-2")
    for entry in judged({}).missing.blocking + judged({}).missing.advisory:
        assert entry.says
        assert set(entry.facts) <= set(knowledge.facts)
        assert entry.facts


def test_two_reasons_for_one_field_are_one_line(judged, turned):
    """A pace not recorded keeps question 3 open and the exception of question 5 too."""
    (pace,) = [item for item in judged(turned("candidate", pace=None)).missing.advisory if item.field == "pace"]
    assert len(pace.says) == len(set(pace.says)) >= 2
    assert {"CONS-Q3-R", "CONS-Q5-X2"} <= {*pace.facts}


def test_fields_stand_in_the_order_of_the_dictionary(knowledge, judged):
    order = list(knowledge.fields)
    for listed in (blocking(judged({})), advisory(judged({}))):
        assert listed == sorted(listed, key=order.index)
        assert len(listed) == len(set(listed))


# ------------------------------------------------------------------------------------- what is worth asking for
@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"mitoses_2mm2": None}, "mitoses_2mm2", True),
        ({"behaviour_change": None}, "behaviour_change", True),
        ({"behaviour_change": None, "stage": "localized"}, "behaviour_change", False),
        ({"ki67_pct": 12, "fdg_done": None}, "fdg_done", True),
        ({"ki67_pct": 12, "fdg_done": False}, "fdg_done", True),  # known, yet still to be done
        ({"ki67_pct": 9, "fdg_done": False}, "fdg_done", False),
        ({"frail": True, "geriatric_assessment_done": False}, "geriatric_assessment_done", True),
        ({"frail": True, "geriatric_assessment_done": True}, "geriatric_assessment_done", False),
        ({"geriatric_assessment_done": None}, "geriatric_assessment_done", False),
        ({"hb_g_l": None}, "hb_g_l", True),
        ({"platelets_e9_l": None}, "platelets_e9_l", True),
        ({"ast_alt_xuln": None}, "ast_alt_xuln", True),
        ({"egfr": None}, "egfr", True),
        ({"ct_or_mri_done": False}, "ct_or_mri_done", True),
        ({"age_years": None}, "age_years", True),
        ({"sstr_min_score": None}, "sstr_min_score", True),
        ({"jurisdiction": None}, "jurisdiction", True),
        ({"unfit_for_antitumour": None}, "unfit_for_antitumour", True),
        ({"weight_kg": None}, "weight_kg", False),
    ],
    ids=str,
)
def test_advisory_fields_by_hand(judged, turned, changes, field, expected):
    assert (field in advisory(judged(turned("candidate", **changes)))) is expected


@pytest.mark.parametrize("record", [{"primary": "lung"}, {"differentiation": "poor", "primary": "colon"}], ids=str)
def test_nothing_is_asked_where_the_consensus_does_not_reach(judged, record):
    assessment = judged(record)
    assert assessment.candidacy == "out_of_scope"
    assert (assessment.missing.blocking, assessment.missing.advisory) == ((), ())


# ------------------------------------------------------------------------------------------- what it leads to
def test_fdg_after_heterogeneous_uptake_by_hand(judged, turned):
    """VO-04's question: without mismatch RLT holds with the condition of question 3, with mismatch it is removed."""
    assert leads(judged(turned("insufficient_data"))) == {
        "fdg_sstr_discordant": [
            ("no", "candidate_with_conditions", "candidate_with_conditions"),
            ("yes", "not_candidate", "not_candidate"),
        ]
    }


BEFORE_IMAGING = {
    "sstr_positive": [
        ("no", "not_candidate", "not_candidate"),  # neither question 1 nor 9 without receptors
        ("yes", "insufficient_data", "candidate"),
    ],
    "sstr_heterogeneous": [
        ("no", "insufficient_data", "candidate"),
        ("yes", "insufficient_data", "insufficient_data"),  # FDG PET would then be asked for
    ],
    "crcl": [
        ("below 30 mL/min", "insufficient_data", "contraindicated"),
        ("30 mL/min or more", "insufficient_data", "candidate"),
    ],
}


def test_receptors_and_clearance_by_hand(judged, no_receptor_no_kidney):
    assert leads(judged(no_receptor_no_kidney)) == BEFORE_IMAGING


def test_the_shared_vignettes_lead_where_they_say(judged, vignettes):
    """VO-04 and VO-06 as written: `if_resolved` of the vignettes, and the other answers by hand."""
    assert leads(judged(vignettes["VO-04"]["record"])) == {
        "fdg_sstr_discordant": [
            ("no", "candidate_with_conditions", "candidate_with_conditions"),
            ("yes", "not_candidate", "not_candidate"),
        ]
    }
    assert leads(judged(vignettes["VO-06"]["record"])) == BEFORE_IMAGING


def test_a_jurisdiction_not_given_by_hand(judged, turned):
    assert leads(judged(turned("candidate", crcl=24, jurisdiction=None))) == {
        "jurisdiction": [
            ("EU", "contraindicated", "contraindicated"),
            ("US or other", "candidate_with_conditions", "candidate_with_conditions"),
        ]
    }


def test_months_of_control_are_cut_at_one_year(judged, turned):
    """12 months exactly is enough (Delphi: at least one year)."""
    assert leads(judged(turned("retreatment", rlt_control_months=None))) == {
        "rlt_control_months": [
            ("below 12 months", "not_candidate", "not_candidate"),
            ("12 months or more", "candidate_with_conditions", "candidate_with_conditions"),
        ]
    }


def test_stretches_between_two_limits_by_hand(judged, turned):
    """First line: below 3 % is G1, which question 9 does not reach; below 10 % SSA comes first (PROMID, CLARINET)."""
    assert leads(judged(turned("first line", ki67_pct=None))) == {
        "ki67_pct": [
            ("below 3 %", "not_candidate", "not_candidate"),
            ("3 to below 10 %", "candidate_alternative_preferred", "candidate_alternative_preferred"),
            ("10 % or more", "candidate_with_conditions", "candidate_with_conditions"),
        ]
    }


def test_words_with_one_outcome_are_joined(judged, turned):
    """Question 10 counts complete and partial response and stable disease alike."""
    found = leads(judged(turned("retreatment", rlt_best_response=None)))["rlt_best_response"]
    assert [(answer, candidacy) for answer, candidacy, _ in found] == [
        ("CR or PR or SD", "candidate_with_conditions"),
        ("PD", "not_candidate"),
    ]


def test_nothing_leads_anywhere_when_nothing_blocks(judged, textbook):
    assert judged(textbook).leads_to == {}


def test_too_many_open_fields_still_say_what_each_leads_to(judged):
    found = judged({}).leads_to
    assert [outcome.candidacy for outcome in found["differentiation"]] == ["insufficient_data", "out_of_scope"]
    assert all(outcome.best == outcome.candidacy for outcomes in found.values() for outcome in outcomes)


# ------------------------------------------------------------------------------------------------------- laws
def test_what_is_said_of_missing_data_is_true(judged, records):
    """Listed fields are unknown or worth doing again, none twice; and a yes-or-no answer leads where `what_if` goes."""

    @settings(CALM, max_examples=250)
    @given(st.data())
    def law(data):
        record = data.draw(records)
        dropped = data.draw(st.sets(st.sampled_from(sorted(record) or ["frail"]), max_size=6))
        assessment = judged({name: value for name, value in record.items() if name not in dropped})
        blocked = blocking(assessment)
        assert bool(blocked) == (assessment.candidacy == "insufficient_data")
        assert not {*blocked} & {*advisory(assessment)}
        open_fields = {point.field for point in assessment.decision.open_points}
        assert {*blocked} <= open_fields
        for field, outcomes in assessment.leads_to.items():
            answers = {"yes": True, "no": False}
            for outcome in outcomes:
                if outcome.answer in answers:
                    assert assessment.what_if(**{field: answers[outcome.answer]}).candidacy == outcome.candidacy

    law()
