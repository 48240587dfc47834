"""Candidacy by the decision list: every way to every answer by hand, and what less data may do to it."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lutetia.guideline.decide import CANDIDACIES, decide
from lutetia.guideline.evaluate import MITOSES, evaluator

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
RANK = {candidacy: rank for rank, candidacy in enumerate(CANDIDACIES)}


def asked(assessment):
    """Every field listed as missing, blocking or advisory."""
    return {item.field for item in (*assessment.missing.blocking, *assessment.missing.advisory)}


# ---------------------------------------------------------------------------------------- every answer by hand
def test_the_order_from_most_to_least_favourable():
    assert CANDIDACIES == (
        "candidate",
        "candidate_with_conditions",
        "candidate_alternative_preferred",
        "insufficient_data",
        "not_candidate",
        "contraindicated",
        "out_of_scope",
    )


@pytest.mark.parametrize("candidacy", CANDIDACIES)
def test_each_answer_is_reached(judged, turned, candidacy):
    assert judged(turned(candidacy)).candidacy == candidacy


@pytest.mark.parametrize(
    ("turn", "changes", "candidacy", "grounds"),
    [
        # scope comes first, whatever else is wrong
        ("candidate", {"primary": "lung"}, "out_of_scope", ["POL-SCOPE"]),
        ("candidate", {"hereditary_syndrome": True, "crcl": 10}, "out_of_scope", ["POL-SCOPE"]),
        ("candidate", {"primary": "unknown_primary"}, "out_of_scope", ["POL-SCOPE"]),
        ("candidate", {"hereditary_syndrome": None}, "insufficient_data", ["POL-SCOPE"]),
        ("candidate", {"prior_rlt": None}, "insufficient_data", ["POL-HISTORY", "CONS-Q1-R"]),
        # indication of a first course: question 1, else question 9, else a syndrome SSA no longer controls
        ("candidate", {}, "candidate", ["CONS-Q1-R"]),
        ("first line", {}, "candidate_with_conditions", ["CONS-Q9-R"]),
        ("net g3", {}, "candidate_with_conditions", ["CONS-Q9-R"]),
        ("syndrome", {"mitoses_2mm2": 1}, "candidate_with_conditions", ["CONS-OTH-4"]),
        ("candidate", {"ki67_pct": 2, "pd_on_ssa": False}, "not_candidate", ["POL-FIRST"]),
        ("candidate", {"sstr_positive": False}, "not_candidate", ["POL-FIRST"]),
        ("candidate", {"stage": "localized"}, "not_candidate", ["POL-FIRST"]),
        ("candidate", {"sstr_positive": None}, "insufficient_data", ["POL-FIRST"]),
        ("candidate", {"pd_confirmed": None}, "insufficient_data", ["POL-FIRST"]),
        # retreatment: question 10 alone, question 1 is not read again
        ("retreatment", {}, "candidate_with_conditions", ["CONS-Q10-R"]),
        ("retreatment", {"rlt_control_months": 12}, "candidate_with_conditions", ["CONS-Q10-R"]),
        ("retreatment", {"rlt_control_months": 11.9}, "not_candidate", ["POL-AGAIN"]),
        ("retreatment", {"rlt_best_response": "PD"}, "not_candidate", ["POL-AGAIN"]),
        ("retreatment", {"rlt_control_months": ">10"}, "insufficient_data", ["POL-AGAIN"]),
        ("retreatment too early", {}, "not_candidate", ["POL-AGAIN"]),
        # what stops
        ("candidate", {"crcl": 29.9}, "contraindicated", ["CONS-Q1-R", "POL-RENAL"]),
        ("candidate", {"crcl": 30}, "candidate", ["CONS-Q1-R"]),
        ("candidate", {"crcl": "25-35"}, "insufficient_data", ["CONS-Q1-R", "POL-RENAL"]),
        ("candidate", {"crcl": None}, "insufficient_data", ["CONS-Q1-R", "POL-RENAL"]),
        ("candidate", {"crcl": None, "egfr": 20}, "insufficient_data", ["CONS-Q1-R", "POL-RENAL"]),
        ("candidate", {"pregnant": True}, "contraindicated", ["CONS-Q1-R", "POL-PREGNANCY"]),
        ("candidate", {"pregnant": None}, "candidate", ["CONS-Q1-R"]),
        ("retreatment", {"kidney_dose_gy": 23}, "contraindicated", ["CONS-Q10-R", "POL-KIDNEY-DOSE"]),
        ("retreatment", {"kidney_dose_gy": 22.9}, "candidate_with_conditions", ["CONS-Q10-R"]),
        ("retreatment", {"marrow_dose_gy": 2}, "contraindicated", ["CONS-Q10-R", "POL-MARROW-DOSE"]),
        ("retreatment", {"marrow_dose_gy": 1.99}, "candidate_with_conditions", ["CONS-Q10-R"]),
        # FDG PET asked for and not there
        ("insufficient_data", {}, "insufficient_data", ["CONS-Q1-R", "POL-FDG-OPEN"]),
        ("candidate", {"sstr_heterogeneous": True}, "candidate_with_conditions", ["CONS-Q1-R"]),
        ("candidate", {"pace": None, "fdg_sstr_discordant": None}, "insufficient_data", ["CONS-Q1-R", "POL-FDG-OPEN"]),
        ("candidate", {"pace": None}, "candidate", ["CONS-Q1-R"]),
        ("first line", {"pace": None, "fdg_sstr_discordant": None}, "candidate_with_conditions", ["CONS-Q9-R"]),
        ("net g3", {"pace": "rapid", "fdg_sstr_discordant": None}, "insufficient_data", ["CONS-Q9-R", "POL-FDG-OPEN"]),
        # mismatch removes, an exception puts the alternative first
        ("candidate", {"fdg_sstr_discordant": True}, "not_candidate", ["CONS-Q1-R", "POL-MISMATCH"]),
        ("candidate", {"pace": "rapid"}, "candidate_alternative_preferred", ["CONS-Q1-R", "POL-DEMOTE"]),
        ("peritoneal", {}, "candidate_alternative_preferred", ["CONS-Q1-R", "POL-DEMOTE"]),
        ("peritoneal", {"peritoneal": "minor"}, "candidate", ["CONS-Q1-R"]),
        (
            "candidate_alternative_preferred",
            {"need_rapid_shrinkage": False},
            "candidate",
            ["CONS-Q1-R"],
        ),
        ("candidate_alternative_preferred", {}, "candidate_alternative_preferred", ["CONS-Q1-R", "POL-DEMOTE"]),
        # nothing progressed and SSA is the established first line: SSA first, unless a syndrome escapes it
        ("first line", {"ki67_pct": 9.9}, "candidate_alternative_preferred", ["CONS-Q9-R", "POL-DEMOTE"]),
        ("first line", {"ki67_pct": 10}, "candidate_with_conditions", ["CONS-Q9-R"]),
        (
            "first line",
            {"ki67_pct": 9, "functional": True, "syndrome_refractory_to_ssa": True},
            "candidate_with_conditions",
            ["CONS-Q9-R", "CONS-OTH-4"],
        ),
        ("unfit", {}, "candidate_alternative_preferred", ["CONS-Q1-R", "POL-UNFIT"]),
        ("unfit", {"crcl": 24}, "contraindicated", ["CONS-Q1-R", "POL-RENAL"]),
        ("unfit", {"unfit_for_antitumour": None}, "candidate", ["CONS-Q1-R"]),
        # the first step that does not pass decides
        ("not_candidate", {"crcl": 29}, "contraindicated", ["CONS-Q1-R", "POL-RENAL"]),
        ("not_candidate", {"pace": "rapid"}, "not_candidate", ["CONS-Q1-R", "POL-MISMATCH"]),
    ],
)
def test_the_first_step_that_does_not_pass_decides(judged, turned, turn, changes, candidacy, grounds):
    decision = judged(turned(turn, **changes)).decision
    assert decision.candidacy == candidacy
    assert [ground.id for ground in decision.grounds] == grounds


@pytest.mark.parametrize(
    ("turn", "changes", "conditions"),
    [
        ("candidate", {}, []),
        ("candidate", {"frail": True}, ["POL-C-FRAIL"]),
        ("candidate", {"sstr_heterogeneous": True}, ["POL-C-FDG"]),
        ("candidate", {"pace": "rapid", "frail": True}, ["POL-C-FRAIL", "POL-C-FDG"]),
        ("first line", {}, ["POL-C-Q9"]),
        ("first line", {"frail": True}, ["POL-C-Q9"]),  # question 8 is about the patient of question 1
        ("syndrome", {}, ["POL-C-FUNCTIONAL"]),
        ("retreatment", {}, ["POL-C-Q10"]),
        ("us renal", {}, ["POL-RENAL"]),
    ],
)
def test_conditions_by_hand(judged, turned, turn, changes, conditions):
    assert [condition.id for condition in judged(turned(turn, **changes)).decision.conditions] == conditions


def test_a_condition_alone_makes_the_difference(judged, turned):
    assert judged(turned("candidate")).candidacy == "candidate"
    assert judged(turned("candidate", frail=True)).candidacy == "candidate_with_conditions"
    assert judged(turned("candidate", frail=None)).candidacy == "candidate"
    assert "frail" in asked(judged(turned("candidate", frail=None)))


# ------------------------------------------------------------------------------- the renal block and its label
@pytest.mark.parametrize(
    ("jurisdiction", "candidacy"),
    [
        ("EU", "contraindicated"),
        ("US", "candidate_with_conditions"),
        ("other", "candidate_with_conditions"),
        (None, "insufficient_data"),
    ],
)
def test_the_renal_limit_binds_only_where_its_label_is_in_force(judged, turned, jurisdiction, candidacy):
    record = turned("candidate", crcl=24, jurisdiction=None)
    assessment = judged(record, jurisdiction)
    assert assessment.candidacy == candidacy
    assert [item.field for item in assessment.missing.blocking] == ([] if jurisdiction else ["jurisdiction"])


def test_elsewhere_the_condition_sends_the_board_to_its_own_label(judged, turned):
    (condition,) = judged(turned("us renal")).decision.conditions
    assert "must read its own label" in condition.says
    assert "EXT-L-05" in condition.facts
    assert judged(turned("us renal")).decision.stops == ()


def test_with_enough_clearance_no_jurisdiction_is_needed(judged, turned):
    assert judged(turned("candidate", jurisdiction=None)).candidacy == "candidate"


@pytest.mark.parametrize("jurisdiction", ["EU", "US", "other"])
def test_pregnancy_stops_everywhere(judged, turned, jurisdiction):
    assert judged(turned("candidate", pregnant=True), jurisdiction).candidacy == "contraindicated"


def test_every_stop_is_named_not_only_the_first(judged, turned):
    decision = judged(turned("candidate", crcl=20, pregnant=True, fdg_sstr_discordant=True, pace="rapid")).decision
    assert decision.candidacy == "contraindicated"
    assert [stop.id for stop in decision.stops] == ["POL-RENAL", "POL-PREGNANCY", "POL-MISMATCH", "POL-DEMOTE"]


@pytest.mark.parametrize(
    ("sex", "prior_rlt", "open_fields"),
    [
        ("female", False, {"pregnant"}),
        ("male", False, set()),
        (None, False, {"pregnant"}),
        ("male", True, {"kidney_dose_gy", "marrow_dose_gy"}),
    ],
)
def test_what_cannot_concern_the_patient_is_not_shown(judged, turned, sex, prior_rlt, open_fields):
    turn = "retreatment" if prior_rlt else "candidate"
    record = turned(turn, sex=sex, pregnant=None, kidney_dose_gy=None, marrow_dose_gy=None)
    assessment = judged(record)
    shown = {item.field for item in assessment.missing.advisory if item.shown}
    assert shown & {"pregnant", "kidney_dose_gy", "marrow_dose_gy"} == open_fields
    assert shown <= asked(assessment)  # a list for machines holds what a sheet leaves out


def test_what_a_decided_answer_no_longer_depends_on_is_not_asked(judged, turned):
    """Contraindicated by clearance: whether she is pregnant or FDG mismatches does not change that."""
    record = turned("contraindicated", pregnant=None, fdg_sstr_discordant=None, frail=None)
    assert not {"pregnant", "fdg_sstr_discordant"} & asked(judged(record))
    assert {"pregnant", "fdg_sstr_discordant"} <= asked(judged({**record, "crcl": 60}))


def test_everything_said_rests_on_facts(knowledge, judged, turned):
    for turn, changes in product(["candidate", "first line", "retreatment"], [{}, {"pace": "rapid"}, {"crcl": 20}]):
        decision = judged(turned(turn, frail=True, **changes)).decision
        for item in (*decision.grounds, *decision.conditions, *decision.stops, *decision.open_points):
            assert item.says
            assert item.facts
            assert set(item.facts) <= set(knowledge.facts)


def test_the_empty_record_leaves_every_step_open(knowledge):
    decision = decide(evaluator(knowledge, "strict"), {}, {}, None)
    assert decision.candidacy == "insufficient_data"
    assert [ground.id for ground in decision.grounds] == ["POL-SCOPE"]
    assert decision.stops == ()
    assert decision.conditions == ()
    assert {point.field for point in decision.open_points if point.blocking} >= {"primary", "prior_rlt", "crcl"}


# --------------------------------------------------------------------------------------------- less data
@pytest.mark.parametrize(("grading", "kept"), [("strict", ()), ("ki67_sufficient", (MITOSES,))])
def test_deleting_data_never_makes_the_answer_more_favourable_unseen(judged, records, grading, kept):
    """The answer stays, or becomes insufficient, or loses something whose field is then listed as missing.

    In `ki67_sufficient` the mitotic count is left alone: what happens without it is shown further down.
    """
    seen: Counter[str] = Counter()

    @settings(CALM, max_examples=1500)
    @given(st.data())
    def law(data):
        record = data.draw(records)
        names = st.sampled_from(sorted({*record} - {*kept}) or ["frail"])
        deleted = data.draw(st.sets(names, min_size=1))
        before = judged(record, grading=grading)
        after = judged({name: record[name] for name in record if name not in deleted}, grading=grading)
        seen[before.candidacy] += 1
        for assessment in (before, after):
            assert bool(assessment.missing.blocking) == (assessment.candidacy == "insufficient_data")
        step = f"{before.candidacy} -> {after.candidacy} without {sorted(deleted)}"
        if after.candidacy not in {before.candidacy, "insufficient_data"}:
            assert RANK[after.candidacy] < RANK[before.candidacy], step
            assert deleted & asked(after), step

    law()
    assert set(seen) == set(CANDIDACIES), seen  # the law was tried on every answer


def test_a_lost_condition_is_listed(judged, turned):
    """By hand, one deletion after the other: each answer that gets better names the field that was taken."""
    for turn, field, after in (
        ("candidate_with_conditions", "frail", "candidate"),
        ("candidate_alternative_preferred", "tumour_burden", "candidate"),
        ("peritoneal", "peritoneal", "candidate"),
        ("not_candidate", "fdg_sstr_discordant", "candidate"),
        ("unfit", "unfit_for_antitumour", "candidate"),
    ):
        assessment = judged(turned(turn, **{field: None}))
        assert (assessment.candidacy, field in asked(assessment)) == (after, True), turn


def test_without_the_mitotic_count_ki67_alone_decides_and_the_sheet_says_so(judged, turned):
    """The exception, in the open: a count of 5 makes this a G2, which question 9 reaches; without it it is G1."""
    record = turned("candidate", ki67_pct=2, mitoses_2mm2=5, pd_on_ssa=False)
    assert judged(record).candidacy == "candidate_with_conditions"
    del record["mitoses_2mm2"]
    without = judged(record)
    assert (without.candidacy, without.grade) == ("not_candidate", "G1")
    assert without.grade_rests_on_ki67_alone
    assert "mitoses_2mm2" in asked(without)
    assert judged(record, grading="strict").candidacy == "insufficient_data"


def test_a_pregnant_man_is_a_contradiction_that_shows(judged, turned):
    record = turned("candidate", sex="male", pregnant=True)
    assert judged(record).candidacy == "contraindicated"
    del record["pregnant"]
    assert judged(record).candidacy != "candidate" or "pregnant" in asked(judged(record))


@pytest.mark.parametrize("dose", [{"kidney_dose_gy": 23}, {"marrow_dose_gy": 2}], ids=str)
def test_a_dose_of_rlt_that_was_never_given_is_a_contradiction_that_shows(judged, turned, dose):
    record = turned("candidate", prior_rlt=False, **dose)
    assert judged(record).candidacy == "contraindicated"
    without = judged(turned("candidate", prior_rlt=False))
    assert without.candidacy != "candidate" or {*dose} & asked(without)
