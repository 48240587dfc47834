"""The example courses tell the shared vignettes as whole patient stories: same facts, same answers.

Each course is written by hand; the expected values are those of the vignette of the same name, read in place.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from lutetia.course.course import Course
from lutetia.exchange.courses import dump_course, parse_course, read_course
from lutetia.exchange.examples import BOARD_DAY, FOLDER
from lutetia.guideline import assess, facts_of, load_knowledge
from lutetia.guideline.assessment import Assessment

from . import mutation

IDS = [f"VO-{number:02d}" for number in range(1, 15)]
EVERY = pytest.mark.parametrize("name", IDS)
SHARED = pytest.mark.skipif(
    not mutation.SHARED_VIGNETTES.exists(),
    reason="the shared vignettes do not lie beside the repository (../shared/facts/vignettes.yaml)",
)


@cache
def vignettes() -> dict[str, dict[str, Any]]:
    table = yaml.safe_load(mutation.SHARED_VIGNETTES.read_text(encoding="utf-8"))
    return {vignette["id"]: vignette for vignette in table["vignettes"]}


@cache
def course(name: str) -> Course:
    return read_course(FOLDER / f"{name}.yaml")


@cache
def from_course(name: str) -> Assessment:
    return assess(facts_of(course(name), BOARD_DAY), load_knowledge(), as_of=BOARD_DAY)


@cache
def from_record(name: str) -> Assessment:
    return assess(vignettes()[name]["record"], load_knowledge(), as_of=BOARD_DAY)


def expected(name: str) -> dict[str, Any]:
    answers: dict[str, Any] = vignettes()[name]["expected"]
    return answers


def same(value: Any, other: Any) -> bool:
    """Equal, and yes and no are not mistaken for 1 and 0."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


# ---- the course itself


@EVERY
def test_course_is_of_a_made_up_patient_of_that_name(name: str) -> None:
    assert course(name).made_up is True
    assert course(name).patient.id == name


@EVERY
@pytest.mark.parametrize("format", ["yaml", "json"])
def test_written_and_read_again_it_is_the_same_course(name: str, format: Any) -> None:
    again = parse_course(dump_course(course(name), format), name, format)
    changed = [old.id for old, new in zip(course(name).entries, again.entries, strict=True) if old != new]
    assert changed == []
    assert again == course(name)


# ---- its facts


@SHARED
def test_every_vignette_has_its_course() -> None:
    assert sorted(vignettes()) == IDS


@SHARED
@EVERY
def test_facts_of_the_course_are_those_of_the_vignette(name: str) -> None:
    derived = facts_of(course(name), BOARD_DAY).record()
    wrong = [
        f"{field}: expected {value!r}, got {derived.get(field)!r}"
        for field, value in vignettes()[name]["record"].items()
        if not same(derived.get(field), value)
    ]
    assert not wrong, "\n".join(wrong)


@SHARED
@EVERY
def test_what_the_vignette_does_not_know_and_the_answer_waits_for_stays_unknown(name: str) -> None:
    waited_for = expected(name)["missing"]["blocking"]
    assert facts_of(course(name), BOARD_DAY).record().keys().isdisjoint(waited_for)


# ---- its answers


@SHARED
@EVERY
def test_scope_grade_and_candidacy(name: str) -> None:
    found = from_course(name)
    wanted = expected(name)
    assert (found.scope, found.grade, found.candidacy) == (
        wanted["scope"],
        wanted["grade"],
        wanted["candidacy"],
    )


@SHARED
@EVERY
def test_label_in_both_jurisdictions(name: str) -> None:
    label = from_course(name).label
    assert {place: status.answer for place, status in label.items()} == expected(name)["label"]


@SHARED
@EVERY
def test_options_stand_in_the_expected_tiers(name: str) -> None:
    wanted = [set(tier) for tier in expected(name)["options"] if tier]
    assert [set(tier) for tier in from_course(name).tiers.tiers] == wanted


@SHARED
@EVERY
def test_named_facts_have_the_expected_truth(name: str) -> None:
    wanted = expected(name)["truth"]
    assert {fact: from_course(name).truth[fact].letter for fact in wanted} == wanted


@SHARED
@EVERY
def test_what_the_flat_record_settles_stays_settled(name: str) -> None:
    """A course knows more than the flat record: that may settle an open fact, but never turn one round."""
    turned = {
        fact: (truth.letter, from_course(name).truth[fact].letter)
        for fact, truth in from_record(name).truth.items()
        if truth.letter != "u" and from_course(name).truth[fact] != truth
    }
    assert turned == {}


@SHARED
@EVERY
def test_blocking_missing_data(name: str) -> None:
    blocking = {item.field for item in from_course(name).missing.blocking}
    assert blocking == set(expected(name)["missing"]["blocking"])


@SHARED
@EVERY
def test_cautions_of_the_vignette_and_of_the_flat_record_are_among_those_of_the_course(name: str) -> None:
    wanted = {*expected(name).get("cautions", ()), *(item.name for item in from_record(name).cautions)}
    assert wanted <= {item.name for item in from_course(name).cautions}


@SHARED
@EVERY
def test_mandatory_work_up(name: str) -> None:
    tasks = {task.name for task in from_course(name).workup if task.kind == "mandatory"}
    assert tasks == set(expected(name)["workup"]["mandatory"])


@SHARED
@EVERY
def test_trials_whose_population_fits(name: str) -> None:
    fitting = {trial.id for trial in from_course(name).trials if trial.fits.letter == "t"}
    assert set(expected(name).get("trials", {}).get("population_fits", ())) <= fitting
    assert {trial.id for trial in from_record(name).trials if trial.fits.letter == "t"} <= fitting
