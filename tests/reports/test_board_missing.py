"""Missing first: the blocking fields with the reason and where each answer leads; a verdict is never a reason."""

from __future__ import annotations


def test_a_single_blocking_item_with_both_ways(sheet):
    missing = sheet("open").missing
    assert (
        missing.headline.text == "Bring this to the board: 1 item that is not known can change whether RLT is offered."
    )
    (need,) = missing.needs
    (asked,) = need.asked
    assert asked.label == "FDG/SSTR mismatch"
    assert [(path.answer, path.leads_to) for path in asked.paths] == [
        ("no", "candidate with conditions"),
        ("yes", "not a candidate"),
    ]
    assert {"CONS-Q3-R", "PRAC-FDG-2"} <= {*need.statement.facts}
    assert [(item.lead, item.text) for item in missing.workup] == [("FDG PET/CT", "mandatory")]


def test_receptors_and_kidney_not_known(sheet):
    asked = {item.label: item.paths for need in sheet("no receptors known").missing.needs for item in need.asked}
    assert set(asked) == {"SSTR uptake in the tumour", "SSTR uptake heterogeneous", "Creatinine clearance"}
    kidney = {path.answer: path.leads_to for path in asked["Creatinine clearance"]}
    assert kidney == {"below 30 mL/min": "contraindicated", "30 mL/min or more": "candidate"}


def test_a_verdict_never_stands_beside_an_unknown_value(any_sheet):
    policy = any_sheet.assessment.knowledge.policy
    verdicts = {step["says"] for step in policy["steps"] if {"fails_to", "stops_to"} & step.keys()}
    said = {need.statement.text for need in any_sheet.missing.needs} | {
        item.text for item in any_sheet.missing.advisory
    }
    assert not said & verdicts


def test_the_reason_is_the_fact_that_reads_the_field(sheet):
    reasons = {item.lead: item.text for item in sheet("plain", pregnant=None).missing.advisory}
    assert reasons["Pregnant"].startswith("EU label, contraindication: pregnancy")
    assert {item.lead: item.text for item in sheet(mitoses_2mm2=None).missing.advisory}["Mitoses"] == (
        "The grade rests on Ki-67 alone."
    )


def test_fields_with_one_reason_stand_together(sheet):
    missing = sheet("empty").missing
    fields = {item.field for item in sheet("empty").assessment.missing.blocking}
    assert sum(len(need.asked) for need in missing.needs) == len(fields)
    assert any(len(need.asked) > 1 for need in missing.needs)
    assert len({(need.statement.text, need.statement.facts) for need in missing.needs}) == len(missing.needs)


def test_what_is_not_shown_stays_on_the_list_for_machines_only(judged, sheet):
    hidden = [item for item in judged("plain").missing.advisory if not item.shown]
    labels = {judged("plain").knowledge.fields[item.field].label for item in hidden}
    assert labels == {"Kidney absorbed dose so far", "Marrow absorbed dose so far"}
    assert sheet("plain").missing.advisory == ()


def test_nothing_missing_says_so(sheet):
    assert sheet("plain").missing.headline.text == "Nothing this sheet asks for is missing."
    one = sheet(mitoses_2mm2=None).missing
    assert one.headline.text == "Nothing that blocks the answer is missing; 1 item is worth asking for."
    assert one.needs == ()
