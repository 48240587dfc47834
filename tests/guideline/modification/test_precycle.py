"""Twin of src/lutetia/guideline/modification/precycle.py: windows in days by hand, EU and US apart."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification.precycle import LabValue, precycle_check
from lutetia.quantities import Interval

DOSE = date(2024, 5, 30)
VALUES: dict[str, Any] = {
    "haemoglobin": 125,
    "leukocytes": 5.0,
    "platelets": 210,
    "creatinine": 75,
    "creatinine_clearance": 85,
    "alt": 25,
    "ast": 22,
    "albumin": 41,
    "bilirubin": 10,
}


def nine_tests(days_before: int = 20, **changes: Any) -> list[LabValue]:
    """All nine tests so many days before the dose, some values changed (None: not measured)."""
    values = {**VALUES, **changes}
    day = DOSE - timedelta(days=days_before)
    return [LabValue(analyte=name, on=day, value=value) for name, value in values.items()]


def check(values: Any = None, **choices: Any) -> Any:
    """The check in the EU before a first dose, pregnancy excluded."""
    usual: dict[str, Any] = {
        "first_dose": True,
        "window": "two_to_four_weeks",
        "jurisdiction": "EU",
        "pregnancy": "excluded",
        "lymphopenia_alone": False,
    }
    return precycle_check(DOSE, nine_tests() if values is None else values, **{**usual, **choices})


def test_all_done_is_clear() -> None:
    found = check()
    assert (found.value, found.missing, found.because) == ("clear", (), ())


# VER-EU-12: at least once within 2 to 4 weeks before: day 28 to day 14, both included.
@pytest.mark.parametrize(
    ("days_before", "strict", "loose"),
    [
        (29, "incomplete", "incomplete"),
        (28, "clear", "clear"),
        (14, "clear", "clear"),
        (13, "incomplete", "clear"),
        (0, "incomplete", "clear"),
    ],
)
def test_the_window_in_both_readings(days_before: int, strict: str, loose: str) -> None:
    values = nine_tests(days_before)
    assert check(values, window="two_to_four_weeks").value == strict
    assert check(values, window="at_most_four_weeks").value == loose


def test_each_missing_test_is_named_with_its_last_day() -> None:
    values = [value for value in nine_tests() if value.analyte != "albumin"]
    values.append(LabValue(analyte="albumin", on=date(2024, 4, 1), value=40))
    found = check(values)
    values.append(LabValue(analyte="albumin", on=DOSE + timedelta(days=3), value=40))
    assert found.missing == check(values).missing
    assert found.missing == ("albumin measured between 2024-05-02 and 2024-05-16 (last: 2024-04-01)",)
    assert [reason.rule for reason in found.because] == ["DM-PRE-2"]
    assert len(check([]).missing) == 9 + 1 + 4  # nine tests, the clearance, the four start limits


def test_a_value_after_the_dose_is_not_used() -> None:
    later = LabValue(analyte="creatinine_clearance", on=DOSE + timedelta(days=1), value=20)
    assert check([*nine_tests(), later]).value == "clear"


@pytest.mark.parametrize(
    ("clearance", "jurisdiction", "value"),
    [
        (30, "EU", "caution"),  # start not recommended below 40, unverified
        (29.9, "EU", "blocked"),
        (29.9, "US", "incomplete"),
        (29.9, None, "incomplete"),
        (Interval.parse("25-35"), "EU", "incomplete"),
        (None, "EU", "incomplete"),
        (40, "EU", "clear"),
    ],
)
def test_the_clearance_blocks_in_the_eu_only(clearance: Any, jurisdiction: Any, value: str) -> None:
    assert check(nine_tests(creatinine_clearance=clearance), jurisdiction=jurisdiction).value == value


def test_a_low_clearance_outside_the_eu_asks_the_board_or_the_jurisdiction() -> None:
    asked = {who: check(nine_tests(creatinine_clearance=25), jurisdiction=who).missing[0] for who in ("US", None)}
    assert asked["US"].startswith("the board's decision")
    assert asked[None].startswith("the jurisdiction")


def test_the_conventions_are_told() -> None:
    said = check(jurisdiction="US").conventions
    assert said[:3] == (
        "laboratory window: two_to_four_weeks",
        "jurisdiction: US",
        "first dose: the start limits are shown",
    )
    assert check(jurisdiction=None, first_dose=False).conventions[1:3] == (
        "jurisdiction: not chosen",
        "later dose: the start limits do not apply",
    )


def test_a_warning_that_holds_is_among_the_reasons() -> None:
    found = check(nine_tests(creatinine_clearance=25), jurisdiction="US", first_dose=False)
    assert [(reason.rule, dict(reason.used)["clearance_ml_min"]) for reason in found.because] == [("DM-PRE-4", "25")]


def test_the_newest_clearance_counts() -> None:
    newer = LabValue(analyte="creatinine_clearance", on=DOSE - timedelta(days=1), value=25)
    assert check([newer, *nine_tests()]).value == "blocked"
    assert check([*nine_tests(), newer]).value == "blocked"


@pytest.mark.parametrize(
    ("pregnancy", "jurisdiction", "value"),
    [
        ("pregnant", "EU", "blocked"),
        ("not_excluded", "EU", "blocked"),
        ("not_possible", "EU", "clear"),
        (None, "EU", "incomplete"),
        ("pregnant", "US", "blocked"),
        ("pregnant", None, "blocked"),
        ("not_excluded", "US", "incomplete"),
        ("not_excluded", None, "incomplete"),
        ("excluded", "US", "clear"),
        (None, "US", "incomplete"),
    ],
)
def test_pregnancy(pregnancy: Any, jurisdiction: Any, value: str) -> None:
    assert check(pregnancy=pregnancy, jurisdiction=jurisdiction).value == value


@pytest.mark.parametrize(("jurisdiction", "rule"), [("EU", "DM-PRE-5"), ("US", "DM-PRE-11"), (None, "DM-PRE-11")])
def test_an_established_pregnancy_blocks_everywhere_and_says_by_which_rule(jurisdiction: Any, rule: str) -> None:
    assert [reason.rule for reason in check(pregnancy="pregnant", jurisdiction=jurisdiction).because] == [rule]
    assert check(pregnancy="not_excluded", jurisdiction="US").because[0].rule == "DM-PRE-6"


# VER-EU-04: haemoglobin below 80 g/L, platelets below 75, leukocytes below 2; a caution on starting, no block.
@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"haemoglobin": 80, "platelets": 75, "leukocytes": 2}, []),
        ({"haemoglobin": 79}, ["DM-PRE-7"]),
        ({"platelets": 74}, ["DM-PRE-8"]),
        ({"leukocytes": 1.9}, ["DM-PRE-9"]),
        ({"creatinine_clearance": 39}, ["DM-PRE-10"]),
    ],
)
def test_start_limits_are_cautions_of_the_first_dose(changes: dict[str, Any], rules: list[str]) -> None:
    first, later = check(nine_tests(**changes)), check(nine_tests(**changes), first_dose=False)
    assert [reason.rule for reason in first.because] == rules
    assert first.value == ("caution" if rules else "clear")
    assert (later.value, later.because) == ("clear", ())


def test_leukocytes_low_through_lymphopenia_alone_are_excepted() -> None:
    values = nine_tests(leukocytes=1.5)
    assert check(values, lymphopenia_alone=True).value == "clear"
    unknown = check(values, lymphopenia_alone=None)
    assert unknown.value == "caution"
    assert unknown.missing == ("leukocytes of the last 28 days (DM-PRE-9)",)


def test_the_unverified_start_limit_is_marked() -> None:
    found = check(nine_tests(creatinine_clearance=35))
    assert found.because[0].status == "still_unverified"
    assert any("DM-PRE-10 is not verified" in line for line in found.conventions)


def test_all_faults_at_once() -> None:
    values = [
        LabValue(analyte="haemoglobin", on=DOSE, value=12.5),
        LabValue(analyte="ferritin", on=DOSE, value=100),
        LabValue(analyte="platelets", on=DOSE, value=-1),
    ]
    with pytest.raises(InputError) as caught:
        check(values, jurisdiction="UK", pregnancy="no")
    assert [fault.place for fault in caught.value.faults] == [
        *("jurisdiction", "pregnancy", "values[0].value", "values[1].analyte", "values[2].value")
    ]
    with pytest.raises(InputError, match="laboratory_window"):
        check(window="recent")
