"""Twin of src/lutetia/guideline/modification/rules.py: the data file holds what the verified facts allow, no more."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from lutetia.errors import InputError, KnowledgeError
from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.modification.rules import (
    Applied,
    applied,
    dose_rules,
    jurisdiction_fault,
    rule,
    section,
    shown,
    unverified,
    variant,
)
from lutetia.sources import load_yaml_table


def verified() -> dict[str, Any]:
    """The verification facts of the packaged edition by id, and their sources."""
    table = load_yaml_table("lutetia.guideline", "data/itanet-2024/verified.yaml").table
    return {row["id"]: row for part in table.values() if isinstance(part, list) for row in part}


def test_every_rule_has_an_id_a_source_and_a_verification() -> None:
    rows = section("rules")
    assert len({row["id"] for row in rows}) == len(rows) > 60
    for row in rows:
        assert re.fullmatch(r"DM-[A-Z]{3}-\d+", row["id"]), row["id"]
        assert row["status"] in ("verified", "still_unverified", "review", "convention"), row["id"]
        assert row["source"], row["id"]
        assert row["support"], row["id"]
        assert row.get("jurisdiction") in (None, "EU", "US"), row["id"]


def test_every_fact_named_exists() -> None:
    knowledge = load_knowledge()
    for found in dose_rules().values():
        for fact in (*found.facts, *found.see):
            assert knowledge.resolve(fact).id == fact


def test_every_place_of_reading_is_a_known_source() -> None:
    table = load_yaml_table("lutetia.guideline", "data/itanet-2024/verified.yaml").table
    known = {*table["sources"], *section("sources")}
    for row in section("rules"):
        assert set(row.get("where", ())) <= known, row["id"]


def test_no_rule_claims_more_than_its_verification_fact() -> None:
    """A rule is verified only if the fact behind it is; what is unverified there is unverified here."""
    facts = verified()
    for found in dose_rules().values():
        behind = [facts[fact]["status"] for fact in found.see if fact.startswith("VER-")]
        if behind and found.status in ("verified", "still_unverified"):
            assert found.status == ("verified" if "verified" in behind else "still_unverified"), found.id


# The numbers of the rules, written out by hand from the verification facts named beside them.
NUMBERS = {
    "thrombocytopenia": (2, 1),  # VER-US-07: from grade 2, back to 0-1
    "anaemia": (3, 2),
    "neutropenia": (3, 2),
    "other": (3, 2),
    "hypersensitivity": (3, None),  # VER-US-03
    "renal": (None, None),
    "hepatic": (None, None),
}


def test_the_limits_of_the_classes_are_those_of_the_table() -> None:
    found = {name: (row.get("grade_from"), row.get("recovers_to")) for name, row in section("classes").items()}
    assert found == NUMBERS


def test_the_numbers_agree_with_the_verification_facts() -> None:
    facts = {fact: row.get("numbers", {}) for fact, row in verified().items()}
    half = variant("reduction", "half_then_full")
    assert (half["reduced_mbq"], half["next_mbq"]) == (
        1000 * facts["VER-US-09"]["reduced_gbq"],
        1000 * facts["VER-US-09"]["full_gbq"],
    )
    for reading in ("delay_of_16_weeks", "interval_of_16_weeks"):
        assert variant("delay_reading", reading)["weeks"] == facts["VER-US-07"]["delay_weeks_at_least"]
    renal = variant("renal_criteria", "clearance_40_or_change_40_pct")
    assert {
        name: renal[key]
        for name, key in {
            "crcl_ml_min_below": "clearance_below_ml_min",
            "creatinine_rise_pct": "creatinine_rise_pct",
            "crcl_fall_pct": "clearance_fall_pct",
        }.items()
    } == facts["VER-US-10"]
    hepatic = section("hepatic_criteria")
    assert hepatic["bilirubin_above_xuln"] == facts["VER-US-11"]["bilirubin_xuln_above"]
    assert hepatic["albumin_below_g_l"] == facts["VER-US-11"]["albumin_g_l_below"]
    assert rule("DM-PRE-4").values["clearance_below_ml_min"] == facts["VER-EU-01"]["crcl_ml_min_below"]
    assert rule("DM-PRE-7").values["haemoglobin_below_g_l"] == facts["VER-EU-04"]["hb_g_l_below"]
    assert rule("DM-PRE-8").values["platelets_below_e9_l"] == facts["VER-EU-04"]["platelets_e9_l_below"]
    assert rule("DM-PRE-9").values["leukocytes_below_e9_l"] == facts["VER-EU-04"]["leukocytes_e9_l_below"]


def test_what_could_not_be_read_is_marked() -> None:
    marked = {found.id for found in dose_rules().values() if found.is_unverified}
    assert {"DM-RED-1", "DM-RED-2", "DM-REN-5", "DM-HEP-5", "DM-HEP-6", "DM-HEP-7", "DM-CAL-17"} <= marked


def test_in_every_graded_class_what_is_no_trigger_may_be_resumed() -> None:
    """finding.py relies on it: between recovery and trigger there is no grade."""
    for row in section("classes").values():
        if "recovers_to" in row:
            assert row["recovers_to"] + 1 == row["grade_from"]


def test_every_rule_that_a_class_or_variant_names_exists() -> None:
    for row in section("classes").values():
        for name in ("withhold", "resume", "recurs", "delayed", "stops_at_once"):
            assert name not in row or rule(row[name]).id == row[name]
    for variants in section("variants").values():
        for row in variants.values():
            assert rule(row["rule"])


def test_an_applied_rule_prints_its_numbers_and_its_mark() -> None:
    assert str(applied("DM-RED-1", activity_mbq=3700.0)) == (
        "The reduced dose is 3.7 GBq. [activity_mbq 3700] (DM-RED-1; not verified)"
    )
    assert str(applied("DM-LYM-1")).endswith("no change of the dose. (DM-LYM-1)")
    assert [shown(value) for value in (None, 7.0, 0.1, 3, "x")] == ["unknown", "7", "0.1", "3", "x"]


def test_unverified_rules_are_told_once() -> None:
    reasons: list[Applied] = [applied("DM-RED-1", a=1), applied("DM-RED-1", a=2), applied("DM-PLT-1")]
    assert unverified(reasons) == (
        "DM-RED-1 is not verified: secondary (one public program); the journal table says only a reduced dose",
    )


def test_unknown_ids_and_variants_are_refused() -> None:
    with pytest.raises(KnowledgeError, match="DM-ZZZ-1"):
        rule("DM-ZZZ-1")
    with pytest.raises(InputError, match="must be one of inr_above_1_5, prothrombin_ratio_below_70_pct"):
        variant("clotting", "inr")
    assert jurisdiction_fault("EU") is None
    assert jurisdiction_fault(None) is None
    assert "EU, US or None" in str(jurisdiction_fault("UK"))


# --- the page ---
PAGE = Path(__file__).resolve().parents[3] / "docs" / "knowledge" / "dose-rules.md"


def test_the_examples_of_the_page_run() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, PAGE.name, 0)
    assert len(test.examples) >= 8
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_page_tells_every_class_every_variant_and_every_group_of_rules() -> None:
    page = PAGE.read_text(encoding="utf-8")
    variants = [name for named in section("variants").values() for name in named]
    groups = {found.rsplit("-", 1)[0] for found in dose_rules()}
    for name in (*section("classes"), *variants, *groups):
        assert name in page, name
