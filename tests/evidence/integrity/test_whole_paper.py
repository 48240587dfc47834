"""All rules together on made-up papers: a clean one has none, one planted fault is found by its rule alone."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import lutetia.evidence
from lutetia.evidence import integrity
from lutetia.evidence.integrity.finding import Finding
from lutetia.evidence.paper import Paper

# rule → what to change, a cell that must be named, severity
PLANTED = {
    "percentage-of-count": ({"T1/men": {"printed": "120 (66.0%)"}}, "T1/men/percent", "hard"),
    "percentage-without-count": (
        {"T1/liver": {"printed": "31.6%", "of": "second_no_marker"}},
        "T1/liver/percent",
        "hard",
    ),
    "sum-of-parts": ({"T2/cr_new": {"printed": "6"}}, "T2/cr_new/count", "hard"),
    "count-of-group": ({"T1/men": {"printed": "121 (60.5%)", "group": "men"}}, "T1/men/count", "hard"),
    "denominators": ({"groups/failed": {"n": 31}}, "groups/failed/n", "hard"),
    "missing-values-vanish": (
        {
            "groups/second_line": {"n": 170},
            "groups/second_low": {"n": 100},
            "groups/second_high": {"n": 70},
            "splits/second_marker": {"into": ["second_low", "second_high"], "missing": []},
        },
        "groups/second_line/n",
        "hard",
    ),
    "estimate-in-interval": ({"T3/os_late": {"printed": "9.1 (11.1-NE)"}}, "T3/os_late/estimate", "hard"),
    "log-symmetry": ({"T3/middle": {"printed": "1.54 (0.97-2.18)"}}, "T3/middle/estimate", "hard"),
    "implied-p": ({"T3/middle": {"p": "0.037"}}, "T3/middle/p", "hard"),
    "repeated-row": (
        {"T3/men": {"printed": "1.45 (0.97-2.18)", "p": "0.073", "model": "multivariable"}},
        "T3/middle/estimate",
        "hard",
    ),
    "repeated-interval": ({"T3/os_late": {"printed": "31.4 (25.2-39.8)"}}, "T3/os_late/lower", "soft"),
    "implied-events": ({"T3/men": {"printed": "1.10 (0.90-1.34)", "p": "0.348"}}, "T3/men/upper", "hard"),
    "stated-events": ({"T3/arm": {"events": 60}}, "T3/arm/events", "hard"),
    "events-not-reported": ({"T3/arm": {"events": None}}, "T3/arm/lower", "soft"),
    "median-midpoint": (
        {
            "T3/os_new": {"printed": "30.1 (20.2-40.0)"},
            "T3/os_old": {"printed": "21.4 (15.0-27.8)"},
            "T3/os_late": {"printed": "14.0 (11.0-17.0)"},
            "T1/age": {"printed": "61 (51-71)", "spread": "interval"},
            "T3/syndrome": {"kind": "median", "printed": "9.0 (8.0-10.0)", "of": "men", "p": None},
        },
        "T3/os_new/estimate",
        "soft",
    ),
    "difference-of-rows": ({"T3/longer": {"printed": "7.8"}}, "T3/longer/estimate", "hard"),
    "interval-of-proportion": ({"T2/orr_new": {"printed": "40 (40.0%) (33.0-50.3)"}}, "T2/orr_new/lower", "soft"),
    "interval-of-difference": ({"T2/gain": {"printed": "15.0 (2.2 to 27.8)"}}, "T2/gain/lower", "soft"),
    "given-twice": ({"T3/arm_again": {"printed": "0.73 (0.54-0.98)"}}, "T3/arm_again", "soft"),
    "baseline-balance": (
        {"T1/men_new": {"printed": "75 (75%)"}, "T1/men_old": {"printed": "45 (45%)"}},
        "T1/men_new",
        "soft",
    ),
    "claim-against-p": ({"claims/better": {"rows": ["T3/men"]}}, "T3/men", "soft"),
}


def test_the_clean_paper_has_no_finding_at_all(changed):
    assert integrity.check(changed({})) == []


def test_every_rule_has_a_planted_fault():
    assert set(PLANTED) == set(integrity.RULES)


ALSO = {  # what a planted fault breaks besides: a number that is wrong is wrong in every rule that uses it
    "count-of-group": {"sum-of-parts"},
    "median-midpoint": {"difference-of-rows", "repeated-interval"},
    "given-twice": {"repeated-interval"},
    "repeated-row": {"implied-events"},
}


@pytest.mark.parametrize("rule", sorted(PLANTED))
def test_one_planted_fault_is_found_by_its_rule(changed, rule):
    changes, cell, severity = PLANTED[rule]
    findings = integrity.check(changed(changes))
    mine = [f for f in findings if f.rule == rule and cell in f.cells]
    assert mine, findings
    assert mine[0].severity == severity
    assert {f.rule for f in findings} - {rule} <= ALSO.get(rule, set())


def test_hard_findings_come_first_and_plain_data_are_taken(clean):
    clean["tables"][2]["rows"][6]["printed"] = "9.1 (11.1-20.0)"
    clean["tables"][2]["rows"][8]["printed"] = "0.73 (0.54-0.98)"
    findings = integrity.check(clean)
    assert all(isinstance(finding, Finding) for finding in findings)
    assert [f.severity for f in findings] == ["hard", "soft"]
    with pytest.raises(ValidationError):
        integrity.check({"paper": "x"})


def test_groups_of_nobody_stop_no_check(clean):
    """A size of 0 (or a million) is a wrong number like any other: findings, no crash."""
    from lutetia.evidence import packaged_paper

    data = [packaged_paper("S000").model_dump(mode="json"), clean]
    for paper in data:
        for group in paper["groups"]:
            for n in (0, 1, 1_000_000):
                kept, group["n"] = group["n"], n
                said = " ".join(finding.computed for finding in integrity.check(paper))
                assert " inf" not in said
                assert " nan" not in said
                group["n"] = kept


def test_an_empty_paper_has_nothing_to_find():
    assert integrity.check(Paper(paper="x", title="t", source="s")) == []


def test_renaming_every_row_and_group_changes_nothing_but_the_names(clean):
    """General rules, not special cases: the same numbers under other names give the same findings."""
    import json

    from lutetia.evidence import packaged_paper

    for name in ("S000", "S002"):
        paper = packaged_paper(name)
        text = paper.model_dump_json(exclude={"title", "source", "note", "doi", "paper"})
        words = {group.id for group in paper.groups}
        data = json.loads(text)
        renamed = _renamed(data, {word: f"g{i}" for i, word in enumerate(sorted(words))})
        renamed |= {"paper": "other", "title": "t", "source": "s"}
        before = [(f.rule, f.severity, len(f.cells)) for f in integrity.check(paper)]
        assert [(f.rule, f.severity, len(f.cells)) for f in integrity.check(renamed)] == before


def _renamed(data, names):
    """The data with group ids replaced wherever a group is named."""
    where = {"of", "into", "missing", "groups", "group", "population", "arms", "id"}
    if isinstance(data, dict):
        return {
            key: _replaced(value, names) if key in where and not isinstance(value, dict) else _renamed(value, names)
            for key, value in data.items()
        }
    return [_renamed(item, names) for item in data] if isinstance(data, list) else data


def _replaced(value, names):
    if isinstance(value, list):
        return [_replaced(item, names) if isinstance(item, str) else _renamed(item, names) for item in value]
    return names.get(value, value)


def test_the_face_of_the_room():
    assert lutetia.evidence.integrity is integrity
    for module in (lutetia.evidence, integrity):
        with pytest.raises(AttributeError, match="nothing"):
            _ = module.nothing
