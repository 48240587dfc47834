"""Lint: the packaged edition is clean, and every planted fault is found at its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lutetia.errors import KnowledgeError
from lutetia.guideline.edition import build_knowledge
from lutetia.guideline.linter import RULES, is_verified, lint

AS_OF = date(2026, 11, 20)


def fact_in(node: Any, fact_id: str) -> dict[str, Any]:
    """The mapping of that id inside a table."""
    if isinstance(node, dict) and node.get("id") == fact_id:
        return node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return next((found for child in children if (found := fact_in(child, fact_id))), {})


@pytest.fixture
def found(tables, levels):
    """The findings in the packaged tables after one change: (rule, place) pairs, with what is said."""

    def findings(file: str | None = None, fact: str = "", *, as_of: date = AS_OF, **changes: Any):
        if file is not None:
            entry = fact_in(tables[file], fact)
            assert entry, f"no {fact} in {file}"
            for key, value in changes.items():
                entry.pop(key, None)
                entry |= {} if value is None else {key: value}
        knowledge = build_knowledge(tables, levels, "0" * 64)
        return {(finding.rule, finding.place): str(finding) for finding in lint(knowledge, as_of=as_of)}

    return findings


# ----------------------------------------------------------------------------------------------------- clean
def test_the_packaged_edition_is_clean(knowledge):
    assert [str(finding) for finding in lint(knowledge, as_of=AS_OF)] == []


def test_the_tables_are_clean_before_a_fault_is_planted(found):
    assert found() == {}


# --------------------------------------------------------------------------------------------- planted faults
@pytest.mark.parametrize(
    ("file", "fact", "changes", "rule", "place", "says"),
    [
        (
            *("consensus.yaml", "CONS-Q5-M1", {"when": "ki67_percent > 10"}),
            *("unknown field", "consensus.yaml: CONS-Q5-M1.when", "'ki67_percent' must stand in fields.yaml"),
        ),
        (
            *("consensus.yaml", "CONS-Q8-R", {"requires": ["egfr is known", "haemoglobin is known"]}),
            *("unknown field", "consensus.yaml: CONS-Q8-R.requires[1]", "'haemoglobin'"),
        ),
        (
            *("policy.yaml", "POL-K-CT", {"unless": "ct_done is true"}),
            *("unknown field", "policy.yaml: POL-K-CT.unless", "'ct_done'"),
        ),
        (
            *("consensus.yaml", "CONS-Q5-X2", {"when": "pace == fast"}),
            *("literal does not fit its field", "consensus.yaml: CONS-Q5-X2.when", "must be one of slow, rapid"),
        ),
        (
            *("practice.yaml", "PRAC-PER-1", {"when": "peritoneal in [minor, extensive]"}),
            *("literal does not fit its field", "practice.yaml: PRAC-PER-1.when", "none, minor, diffuse"),
        ),
        (
            *("labels.yaml", "EXT-L-04", {"when": "pregnant == yes"}),
            *("literal does not fit its field", "labels.yaml: EXT-L-04.when", "is true"),
        ),
        (
            *("labels.yaml", "EXT-L-05", {"when": "crcl < low"}),
            *("literal does not fit its field", "labels.yaml: EXT-L-05.when", "crcl is a number"),
        ),
        (
            *("consensus.yaml", "CONS-Q8-T4", {"when": "egfr is true"}),
            *("literal does not fit its field", "consensus.yaml: CONS-Q8-T4.when", "not a yes-or-no field"),
        ),
        (
            *("consensus.yaml", "CONS-Q5-M1", {"when": "ki67_pct > 110"}),
            *("impossible threshold", "consensus.yaml: CONS-Q5-M1.when", "between 0 and 100"),
        ),
        (
            *("consensus.yaml", "CONS-Q8-T2", {"when": "hb_g_l < 8"}),  # g/dL by mistake
            *("impossible threshold", "consensus.yaml: CONS-Q8-T2.when", "between 20 and 250"),
        ),
        (
            *("consensus.yaml", "CONS-Q8-T1", {"when": "ecog >= 7"}),
            *("impossible threshold", "consensus.yaml: CONS-Q8-T1.when", "between 0 and 4"),
        ),
        (
            *("consensus.yaml", "CONS-Q9-M4", {"when": {"ref": "DER-GRADE3"}}),
            *("unresolved reference", "consensus.yaml: CONS-Q9-M4.when", "DER-GRADE3"),
        ),
        (
            *("consensus.yaml", "CONS-Q9-M4", {"when": {"not": {"ref": "CONS-Q9-M3"}}}),  # it has no condition
            *("unresolved reference", "consensus.yaml: CONS-Q9-M4.when", "must name a fact with a `when`"),
        ),
        (
            *("policy.yaml", "POL-RENAL", {"stops": {"ref": "EXT-L-55"}}),
            *("unresolved reference", "policy.yaml: POL-RENAL.stops", "EXT-L-55"),
        ),
        (
            *("practice.yaml", "PRAC-DOS-1", {"evidence": ["EV-GARS-1", "EV-GARS-9"]}),
            *("unresolved reference", "practice.yaml: PRAC-DOS-1.evidence", "EV-GARS-9 must exist"),
        ),
        (
            *("policy.yaml", "POL-T-G3", {"facts": ["CONS-Q9-RR"]}),
            *("unresolved reference", "policy.yaml: POL-T-G3.facts", "CONS-Q9-RR must exist"),
        ),
        (
            *("consensus.yaml", "DER-ADV", {"when": {"any": ["stage == metastatic", {"ref": "DER-ADV"}]}}),
            *("circular reference", "consensus.yaml: DER-ADV.when", "DER-ADV → DER-ADV"),
        ),
        (
            *("consensus.yaml", "DER-PAN", {"when": {"all": ["primary == pancreas", {"ref": "CONS-Q5-X1"}]}}),
            *("circular reference", "consensus.yaml: DER-PAN.when", "DER-PAN → CONS-Q5-X1 → DER-PAN"),
        ),
        (
            *("consensus.yaml", "DER-PAN", {"source": None}),
            *("missing source", "consensus.yaml: DER-PAN.source", "must name its source"),
        ),
        (
            *("practice.yaml", "PRAC-SSTR-2", {"level": "3b", "grade": "A"}),
            *("level on a review fact", "practice.yaml: PRAC-SSTR-2.level", "grades nothing, but got 3b-A"),
        ),
        (
            *("consensus.yaml", "CONS-Q4-R", {"level": "1b"}),
            *("level changed without edition", "levels.csv: CONS-Q4-R", "2b-B became 1b-B"),
        ),
        (
            *("consensus.yaml", "CONS-Q8-R", {"grade": "A"}),
            *("level changed without edition", "levels.csv: CONS-Q8-R", "5-B became 5-A"),
        ),
        (
            *("consensus.yaml", "CONS-Q8-R", {"level": None, "grade": None}),
            *("level changed without edition", "levels.csv: CONS-Q8-R", "5-B became none"),
        ),
        (
            *("consensus.yaml", "CONS-Q2-M1", {"level": "4"}),
            *("level changed without edition", "levels.csv: CONS-Q2-M1", "none became 4"),
        ),
        (
            *("labels.yaml", "EXT-L-05", {"review_by": "2026-11-19"}),
            *("expired review date", "labels.yaml: EXT-L-05.review_by", "due by 2026-11-19"),
        ),
        (
            *("practice.yaml", "PRAC-RET-1", {"when": "rlt_control_months >= 12"}),
            *("unguarded history field", "practice.yaml: PRAC-RET-1.when", "in an `all` with `prior_rlt is true`"),
        ),
        (
            *("consensus.yaml", "CONS-Q1-C3", {"when": {"any": ["prior_ssa is true", "pd_on_ssa is true"]}}),
            *("unguarded history field", "consensus.yaml: CONS-Q1-C3.when", "prior_ssa is true"),
        ),
        (
            *("consensus.yaml", "CONS-Q10-C4", {"unguarded_because": None}),
            *("unguarded history field", "consensus.yaml: CONS-Q10-C4.when", "dosimetry_available"),
        ),
        (
            *("policy.yaml", "POL-T-FRAIL", {"tiers": [["rlt"], ["sandostatin"]]}),
            *("unknown option", "policy.yaml: POL-T-FRAIL.tiers", "sandostatin must be defined"),
        ),
        (
            *("labels.yaml", "EXT-L-05", {"verification": {"status": "still_unverified"}}),
            *("unverified block", "policy.yaml: POL-RENAL.stops", "must not block without the board's confirmation"),
        ),
        (
            *("labels.yaml", "EXT-L-04", {"verification": None}),
            *("unverified block", "policy.yaml: POL-PREGNANCY.stops", "EXT-L-04 is not verified"),
        ),
        (
            *("consensus.yaml", "DER-G1", {"when": {"all": ["differentiation == well", "mitoses_2mm2 < 2"]}}),
            *("mitoses asked from above", "consensus.yaml: DER-G1.when", "only be asked with > or >="),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and ":" not in value else "",
)
def test_a_planted_fault_is_found_at_its_place(found, file, fact, changes, rule, place, says):
    findings = found(file, fact, **changes)
    assert (rule, place) in findings, findings
    text = findings[rule, place]
    assert says in text
    assert text.startswith(f"{place}: ")
    assert text.endswith(f"[{rule}]")


def test_a_fault_is_found_alone(found):
    """One planted fault gives one finding: rules do not talk over each other."""
    assert list(found("consensus.yaml", "CONS-Q5-M1", when="ki67_percent > 10")) == [
        ("unknown field", "consensus.yaml: CONS-Q5-M1.when")
    ]


def test_all_faults_are_found_in_one_run(found, tables):
    fact_in(tables["consensus.yaml"], "CONS-Q5-X2")["when"] = "pace == fast"
    fact_in(tables["practice.yaml"], "PRAC-RET-1")["when"] = "rlt_control_months >= 12"
    tables["edition.yaml"]["review_by"] = "2026-11-19"
    assert {rule for rule, _ in found("consensus.yaml", "CONS-Q4-R", level="1b")} == {
        *("literal does not fit its field", "unguarded history field"),
        *("expired review date", "level changed without edition"),
    }


def test_an_edition_past_its_review_is_a_finding(found):
    assert found(as_of=date(2027, 5, 31)) == {}
    ((rule, place),) = found(as_of=date(2027, 6, 1))
    assert (rule, place) == ("expired review date", "edition.yaml: review_by")


def test_an_unknown_fact_of_an_option_is_found(found, tables):
    tables["policy.yaml"]["options"]["rlt"]["for"].append("CONS-Q1-RR")
    ((rule, place),) = found()
    assert (rule, place) == ("unresolved reference", "policy.yaml.options.rlt.for")


def test_a_guard_must_ask_a_field_that_exists(found, tables):
    tables["fields.yaml"]["fields"]["rlt_cycles"]["guard"] = "rlt_before is true"
    assert ("unknown field", "fields.yaml: rlt_cycles.guard") in found()


def test_a_fact_without_words_is_found(found):
    findings = found("consensus.yaml", "CONS-SCOPE-2", says=None)
    assert ("missing wording", "consensus.yaml: CONS-SCOPE-2.says") in findings


def test_what_cannot_be_loaded_is_refused_with_file_and_id(found, tables):
    with pytest.raises(KnowledgeError, match=r"consensus\.yaml: CONS-Q5-M1\.when"):
        found("consensus.yaml", "CONS-Q5-M1", when="Ki-67 above 10")
    fact_in(tables["consensus.yaml"], "CONS-Q5-M1")["when"] = "ki67_pct > 10"
    with pytest.raises(KnowledgeError, match=r"practice\.yaml: fact id DER-PAN must be unique"):
        found("practice.yaml", "PRAC-LIM-2", id="DER-PAN")


@pytest.mark.parametrize("where", ["grounds", "conditional_grounds", "label", "fits_fact", "statements"])
def test_an_unknown_id_anywhere_in_the_policy_is_found(found, tables, where):
    policy = tables["policy.yaml"]
    first_course = fact_in(policy, "POL-FIRST")
    if where in first_course:
        first_course[where] = ["CONS-Q1-RR"]
    elif where == "label":
        policy["label"]["EU"][0]["facts"] = ["CONS-Q1-RR"]
    elif where == "statements":
        fact_in(policy, "POL-SET-ASIDE")[where].append("CONS-Q1-RR")
    else:
        assert where in policy["options"]["captem"]
        policy["options"]["captem"][where] = "CONS-Q1-RR"
    assert any("CONS-Q1-RR" in text for text in found().values())


# ------------------------------------------------------------------------------------------------- the rules
def test_a_changed_copy_is_linted_as_it_stands(knowledge):
    changed = knowledge.with_fact(replace(knowledge.facts["CONS-Q4-R"], level="1b"))
    assert [finding.rule for finding in lint(changed, as_of=AS_OF)] == ["level changed without edition"]


@pytest.mark.parametrize(
    ("verification", "verified"),
    [
        ({"status": "verified", "where": [{"title": "x"}], "read_on": "2026-11-20"}, True),
        ({"status": "verified", "where": [], "read_on": "2026-11-20"}, False),
        ({"status": "verified", "where": [{"title": "x"}]}, False),
        ({"status": "contradicted", "where": [{"title": "x"}], "read_on": "2026-11-20"}, False),
        ("verified", False),
        (None, False),
    ],
)
def test_verified_means_read_somewhere_on_a_day(knowledge, verification, verified):
    fact = knowledge.facts["EXT-L-05"]
    assert is_verified(fact)
    assert is_verified(replace(fact, attributes={"verification": verification})) is verified


def test_every_rule_has_a_planted_fault():
    """A rule that no test can make speak is no rule. The ids of the planted faults are the names of the rules."""
    (mark,) = (m for m in test_a_planted_fault_is_found_at_its_place.pytestmark if m.name == "parametrize")
    planted = {case[3] for case in mark.args[1]}
    assert set(RULES) <= planted
