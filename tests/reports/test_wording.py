"""The words of the sheet: unknown is its own word, values keep what was entered, levels are never translated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.guideline.decide import CANDIDACIES
from lutetia.guideline.evaluate import GRADINGS
from lutetia.guideline.facts import FactValue
from lutetia.quantities import Interval
from lutetia.reports import wording


def test_every_word_of_the_engine_has_words_on_the_sheet(knowledge):
    assert set(wording.CANDIDACY) == set(wording.OUTCOME) == set(CANDIDACIES)
    assert set(wording.GRADING) == set(GRADINGS)
    answers = {rule["answer"] for rules in knowledge.policy["label"].values() for rule in rules} | {"unknown"}
    assert answers <= set(wording.LABEL)
    tasks = {entry["name"] for key in ("workup", "monitoring") for entry in knowledge.policy[key]}
    assert tasks <= set(wording.TASKS)
    assert list(wording.TOPICS) == [f"Q{number}" for number in range(1, 11)]


@pytest.mark.parametrize("words", [wording.CANDIDACY["insufficient_data"], wording.LABEL["unknown"], wording.NOT_KNOWN])
def test_unknown_is_never_negative(words):
    assert not {"no", "negative", "normal"} & {*words.lower().split()}


@pytest.mark.parametrize(
    ("field", "value", "entered", "shown"),
    [
        ("ki67_pct", 15, None, "15 %"),
        ("ki67_pct", Interval.parse("<3"), "<3", "<3 %"),
        ("hb_g_l", 122.0, "12.2 g/dL", "122 g/L (entered 12.2 g/dL)"),
        ("platelets_e9_l", 150, "150 G/L", "150 × 10⁹/L"),
        ("egfr", 68, "68 mL/min/1.73m2", "68 mL/min/1.73 m²"),
        ("primary", "jejunum_ileum", "jejunum_ileum", "jejunum/ileum"),
        ("sstr_positive", False, None, "no"),
        ("ssa_months", Interval(low=196.870968, high=199.6), None, "196.9-199.6 months"),
        ("crcl", None, None, "not known"),
    ],
)
def test_a_value_as_a_person_reads_it(knowledge, field, value, entered, shown):
    assert wording.value_text(knowledge, FactValue(field=field, value=value, entered=entered)) == shown


def test_an_unknown_value_says_why(knowledge):
    item = FactValue(field="ki67_pct", value=None, unknown_because="not measurable")
    assert wording.value_text(knowledge, item) == "not known (not measurable)"


def test_an_origin_is_day_and_author_without_the_entry_unless_asked_for():
    item = FactValue(field="crcl", value=24, origin="lab-7, clinical chemistry")
    assert wording.origin_text(item) == "clinical chemistry"
    assert wording.origin_text(item, with_entry=True) == "lab-7, clinical chemistry"
    assert wording.origin_text(FactValue(field="crcl", value=24, origin="flat record")) == ""


def test_the_review_never_shows_a_level(knowledge):
    review = [fact for fact in knowledge.facts.values() if fact.paper == "S004"]
    assert len(review) > 50
    assert all(wording.strength(fact) is None for fact in review)
    assert wording.strength(knowledge.resolve("CONS-Q8-R")) == "5-B"
    graded = replace(review[0], level="1b", grade="A", attributes={"strength": "1b-A"})
    assert graded.strength == "1b-A"
    assert wording.strength(graded) is None
    assert "1b" not in wording.standing(graded)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("no or yes", "no, yes"),
        ("30 mL/min or more", "30 mL/min or more"),
        ("a or b or c or d or e", "a, b, c, … (5 values)"),
        ("unknown primary or lung", "unknown primary, lung"),
    ],
)
def test_long_lists_of_answers_are_shortened(given, shown):
    assert wording.answers(given) == shown


def test_codes_of_papers_become_names_and_units_are_set():
    assert (
        wording.named("S001 Q5 and S004: 2 per mm2, 75 x 10^9/L")
        == "consensus Q5 and PRRT review: 2 per mm², 75 × 10⁹/L"
    )


def test_sites_read_as_a_clinician_writes_them():
    assert wording.condition("Primary site is jejunum ileum") == "Primary site is jejunum/ileum"


def test_a_first_sentence_does_not_end_at_an_abbreviation_or_a_number():
    text = "Ki-67 above 1.5 % counts, e.g. here. The rest stands in the HTML sheet."
    assert wording.first_sentence(text) == "Ki-67 above 1.5 % counts, e.g. here."
    assert wording.sentence("once approved") == "Once approved."
    assert wording.sentence("Ready?") == "Ready?"
