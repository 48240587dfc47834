"""The assessment as plain data: keys and vocabularies that others read, unchanged by the order of anything."""

from __future__ import annotations

import json

import pytest

from lutetia.reports.board_json import as_object

KEYS = {
    *("scope", "grade", "candidacy", "options", "label", "missing", "truth", "cautions", "conflicts", "trials"),
    *("id", "as_of", "edition", "version", "knowledge_hash", "jurisdiction", "jurisdiction_from", "grading"),
    *("grade_rests_on_ki67_alone", "conditions", "contraindications", "strengths", "workup", "monitoring"),
    *("leads_to", "answers", "ignored", "remarks", "response", "toxicity"),
}


def test_keys_are_complete_and_sorted(judged):
    made = as_object(judged("plain"))
    assert set(made) == KEYS
    assert list(made) == sorted(made)
    assert list(made["truth"]) == sorted(made["truth"])


def test_a_plain_candidate(judged):
    made = as_object(judged("plain", name="VX-7"))
    assert (made["id"], made["as_of"], made["scope"], made["grade"]) == ("VX-7", "2026-11-20", "in_scope", "G2")
    assert made["candidacy"] == "candidate"
    assert made["options"][0] == ["rlt"]
    assert made["label"] == {"EU": "on_label", "US": "on_label"}
    assert made["missing"]["blocking"] == []
    assert made["truth"]["CONS-Q1-R"] == "t"
    assert made["strengths"]["rlt"]["CONS-Q1-R"] == "1b-A"
    assert made["answers"]["Q4"]["strength"] == "2b-B"


def test_nothing_ranked_is_an_empty_list(judged):
    made = as_object(judged("open"))
    assert made["options"] == []
    assert made["missing"]["blocking"] == ["fdg_sstr_discordant"]
    assert made["leads_to"]["fdg_sstr_discordant"][1] == {
        "answer": "yes",
        "candidacy": "not_candidate",
        "best": "not_candidate",
    }
    assert made["workup"]["mandatory"] == ["fdg_pet"]


def test_an_empty_record(judged):
    made = as_object(judged("empty"))
    assert (made["scope"], made["grade"], made["candidacy"]) == ("unknown", None, "insufficient_data")
    assert made["jurisdiction"] is None
    assert set(made["truth"].values()) <= {"u", "f", "t"}
    assert made["label"] == {"EU": "unknown", "US": "unknown"}


def test_a_closed_trial_that_fits_stands_under_closed(judged):
    trials = as_object(judged("plain", prior_everolimus=False))["trials"]
    assert list(trials) == ["population_fits", "closed", "unknown", "does_not_fit"]
    assert "TR-03" in trials["closed"]  # COMPETE: midgut or pancreas G1-G2, progressive, no everolimus; published
    assert "TR-03" not in trials["population_fits"]


@pytest.mark.parametrize("turn", ["plain", "empty", "contraindicated", "again", "carcinoma"])
def test_it_is_json_and_the_order_of_the_record_changes_nothing(judged, turn, knowledge):
    from lutetia.guideline.assessment import assess

    made = judged(turn)
    backwards = assess(dict(reversed(list(made.facts.record().items()))), knowledge, as_of=made.as_of)
    first, second = as_object(made), as_object(backwards)
    second["id"] = first["id"]
    assert json.dumps(first) == json.dumps(second)


def test_no_level_beside_the_review(judged, knowledge):
    for turn in ("plain", "again", "net g3"):
        for facts in as_object(judged(turn))["strengths"].values():
            assert all(knowledge.resolve(fact).paper != "S004" for fact in facts)
