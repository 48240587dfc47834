"""Entries become findings of the right class, or are left out with a reason; nothing is decided in silence."""

from __future__ import annotations

from datetime import date

from lutetia.dates import PartialDate
from lutetia.guideline.modification import Finding
from lutetia.guideline.toxicity import board_conventions
from lutetia.guideline.toxicity.findings import DosePeriod, Findings, findings_of
from lutetia.guideline.toxicity.laboratory import laboratory_toxicity
from lutetia.guideline.toxicity.period import Period

from .conftest import START, cycle, event, lab, rlt, timeline

COURSE = (rlt(), cycle(1, 0))
OTHER_LINE = {"kind": "therapy_line", "id": "eve", "date": "2024-01-15", "regimen": "everolimus"}


def findings(*entries, version: str = "5.0", until: date = date(2025, 6, 1), days: str = "first_day") -> Findings:
    known = timeline(*COURSE, *entries, week=200)
    line = next(line for line in known.lines() if line.id == "rlt")
    first = PartialDate.parse(START)
    period = DosePeriod(line=line, first_dose=first, until=until, partial_days=days)  # type: ignore[arg-type]
    analytes, _ = laboratory_toxicity(known, Period(line=line), board_conventions())
    return findings_of(known, analytes, period, version=version, conventions=board_conventions())


def one(*entries, **options) -> Finding:
    (finding,) = findings(*entries, **options).found
    return finding


def reasons(result: Findings) -> list[str]:
    return [str(line) for line in result.left_out]


def test_platelets_of_70_are_a_trigger_by_their_rule():
    finding = one(lab("platelets", 70, 6))
    assert (finding.toxicity, finding.grade, finding.triggers) == ("thrombocytopenia", (2, 2), True)
    assert finding.because[0].rule == "DM-PLT-1"
    assert finding.on == date(2024, 2, 12)


def test_a_platelet_count_without_limit_is_a_range_that_is_no_trigger():
    finding = one(lab("platelets", 112, 6, lower_limit=None))
    assert (finding.grade, finding.triggers) == ((0, 1), False)


def test_lymphocytes_are_never_a_trigger():
    finding = one(lab("lymphocytes", 0.3, 6))
    assert (finding.triggers, finding.assesses, finding.because[0].rule) == (False, False, "DM-LYM-1")


def test_low_lymphocytes_have_no_grade_by_6_0_and_are_counted():
    result = findings(lab("lymphocytes", 0.3, 6), version="6.0")
    assert result.found == ()
    assert reasons(result) == ["1 lymphocytes values that CTCAE 6.0 does not grade as too low"]


def leukopenia(neutrophils: float | None, lymphocytes: float | None) -> Finding:
    counts = {"neutrophils": neutrophils, "lymphocytes": lymphocytes}
    same_day = [lab(name, value, 6) for name, value in counts.items() if value is not None]
    found = findings(lab("leukocytes", 1.5, 6), *same_day).found
    return next(
        finding for finding in found if finding.term in ("leukopenia", "lymphopenia") and finding.grade == (3, 3)
    )


def test_leukopenia_is_lymphopenia_alone_only_by_the_other_cells_of_its_day():
    # Leukocytes 1.5 are grade 3. Limits: neutrophils from 1.8, lymphocytes from 1.0.
    assert leukopenia(2.0, 0.6).triggers is False
    assert leukopenia(2.0, 0.6).because[0].rule == "DM-LYM-1"
    assert leukopenia(0.9, 0.6).triggers is True
    assert leukopenia(2.0, 1.2).triggers is True
    assert leukopenia(None, 0.6).triggers is None
    assert leukopenia(2.0, None).triggers is None


def test_renal_and_hepatic_values_are_never_graded_into_a_finding():
    result = findings(lab("creatinine", 400, 6), lab("bilirubin", 90, 6))
    assert result.found == ()
    assert reasons(result) == [
        "1 hepatic values: the criteria are not verified, a judge is needed",
        "1 renal values: the criteria are not verified, a judge is needed",
    ]


def test_another_value_asks_from_grade_3_whether_it_is_related():
    # ALT above 5 x 40 = 200 is grade 3; the later one recovers to grade 1.
    bad, good = findings(lab("alt", 30, -1), lab("alt", 210, 4), lab("alt", 50, 8)).found
    assert (bad.term, bad.triggers) == ("alanine aminotransferase increased", None)
    assert "possibly related" in bad.missing[-1]
    assert (good.term, good.triggers) == (bad.term, False)


def test_another_value_that_stays_below_grade_3_or_was_so_at_baseline_says_nothing():
    assert findings(lab("alt", 150, 4)).found == ()
    # Baseline 210 (5.25 x 40) is grade 3 by ULN; 220 later is 1.05 x baseline, no worse.
    assert findings(lab("alt", 210, -1), lab("alt", 220, 4)).found == ()


def test_a_grade_3_that_was_there_before_must_become_worse():
    # Potassium above 6.0 is grade 3, above 7.0 grade 4.
    before = lab("potassium", 6.3, -1)
    assert findings(before, lab("potassium", 6.5, 4)).found == ()
    assert [finding.triggers for finding in findings(before, lab("potassium", 7.2, 4)).found] == [None]


def test_a_related_event_of_that_name_speaks_for_the_value():
    event_ = event("Alanine aminotransferase increased", 3, 4, related_to="rlt")
    value = findings(lab("alt", 30, -1), lab("alt", 210, 4), event_).found[0]
    assert value.triggers is True


def test_events_keep_the_version_of_their_grade():
    finding = one(event("Neutrophil count decreased", 3, 5), version="6.0")
    assert (finding.toxicity, finding.triggers) == ("neutropenia", True)
    assert dict(finding.because[0].used)["ctcae"] == "5.0"
    unsaid = one(event("Neutrophil count decreased", 3, 5, ctcae_version=None))
    assert dict(unsaid.because[0].used)["ctcae"] == "version not recorded"


def test_whether_an_event_is_related_is_as_recorded():
    assert one(event("Vomiting", 3, 5, related_to="rlt")).triggers is True
    assert one(event("Vomiting", 3, 5)).triggers is None
    assert findings(OTHER_LINE, event("Vomiting", 3, 5, related_to="eve")).found[0].triggers is False


def test_an_event_without_a_grade_leaves_it_open():
    finding = one(event("Vomiting", None, 5, related_to="rlt"))
    assert (finding.grade, finding.triggers) == ((1, 5), None)


def test_an_event_that_is_over_has_recovered_on_its_last_day():
    start, over = findings(event("Vomiting", 3, 5, related_to="rlt", end="2024-02-20")).found
    assert (start.triggers, over.triggers, over.on) == (True, False, date(2024, 2, 20))
    start, over = findings(event("Vomiting", 3, 5, related_to="rlt", end="2024-02-05")).found
    assert (start.on, over.on) == (date(2024, 2, 5), date(2024, 2, 6))


def test_an_event_that_goes_on_after_the_last_day_has_not_recovered():
    vomiting = event("Vomiting", 3, 5, related_to="rlt", end="2024-02")
    assert one(vomiting, days="last_day", until=date(2024, 2, 10)).triggers is True
    assert len(findings(vomiting, days="last_day", until=date(2024, 2, 29)).found) == 2


def test_hypersensitivity_never_recovers():
    finding = one(event("Anaphylaxis", 3, 0, end="2024-01-01"))
    assert (finding.toxicity, finding.triggers) == ("hypersensitivity", True)


def test_renal_events_need_a_judge():
    assert reasons(findings(event("Acute kidney injury", 3, 5))) == [
        "1 renal adverse events: the criteria are not verified, a judge is needed"
    ]


def test_what_lies_outside_the_period_is_counted():
    outside = (lab("platelets", 60, 0), event("Nausea", 2, -3), lab("platelets", 60, 120), event("Nausea", 2, 120))
    result = findings(*outside)
    assert result.found == ()
    assert sorted(reasons(result)) == [
        "1 adverse events from after the end of the line",
        "1 adverse events from before the first dose (DM-SEQ-3)",
        "1 laboratory values from after the end of the line",
        "1 laboratory values from before the first dose (DM-SEQ-3)",
    ]


def test_a_partial_date_is_its_first_or_its_last_day():
    month = lab("platelets", 70, 6, date="2024-02")
    assert one(month).on == date(2024, 2, 1)
    assert one(month, days="last_day").on == date(2024, 2, 29)
    assert one(month, days="last_day", until=date(2024, 2, 10)).on == date(2024, 2, 10)
