"""Hand-written truth cases: each condition says what its sentence says, on, below and above each number.

The sweeps in `sweeps/` were written from the statements of the sources; their letters come from no program.
The shared vignettes and sweeps are read in place when they lie beside the repository.
"""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.evaluate import GRADINGS, truths

from . import mutation

SWEEPS = mutation.own_sweeps()
SHARED = pytest.mark.skipif(
    not mutation.SHARED_VIGNETTES.exists(),
    reason="the shared vignettes do not lie beside the repository (../shared/facts/vignettes.yaml)",
)


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep["id"])
def test_condition_says_what_its_sentence_says(sweep: dict[str, Any]) -> None:
    knowledge = load_knowledge()
    wrong = [
        f"{case.id}: expected {case.expected}, got {actual}"
        for case in mutation.cases_of(sweep)
        if (actual := case.actual(knowledge)) != case.expected
    ]
    assert not wrong, "\n".join([f"{sweep['file']}: {sweep['fact']}: {sweep['why']}", *wrong])


@SHARED
def test_shared_sweeps_and_vignette_truths_hold() -> None:
    knowledge = load_knowledge()
    wrong = [
        f"{case.id}: expected {case.expected}, got {actual}"
        for case in mutation.shared_cases()
        if (actual := case.actual(knowledge)) != case.expected
    ]
    assert not wrong, "\n".join(wrong)


def test_public_truths_agree_with_the_sweeps() -> None:
    """Cases judge one fact at a time; `truths` must say the same of the whole record as people type it."""
    knowledge = load_knowledge()
    for sweep in SWEEPS[::7]:
        if sweep.get("key", "when") == "when":
            for value, letter in sweep["cases"]:
                record = {**sweep["base"], sweep["field"]: value}
                found = truths(knowledge, record, grading=sweep["mode"])
                assert found[sweep["fact"]].letter == letter, sweep["id"]


def test_every_condition_has_a_true_and_a_false_case() -> None:
    knowledge = load_knowledge()
    letters: dict[tuple[str, str], set[str]] = {}
    for case in mutation.own_cases():
        letters.setdefault((case.fact, case.key), set()).add(case.expected)
    conditions = {
        (fact, key.split("[")[0])
        for fact in mutation.facts_with_conditions(knowledge)
        for key, _ in knowledge.facts[fact].expressions()
        if key.split("[")[0] in mutation.MUTATED_KEYS
    }
    thin = sorted(place for place in conditions if not letters.get(place, set()) >= {"t", "f"})
    assert not thin, f"conditions without a true and a false sweep case: {thin}"


def test_sweeps_are_well_formed() -> None:
    knowledge = load_knowledge()
    faults = []
    for sweep in SWEEPS:
        unknown = {*sweep["base"], sweep["field"]} - set(knowledge.fields)
        if unknown:
            faults.append(f"{sweep['id']}: no such field: {sorted(unknown)}")
        if sweep["mode"] not in GRADINGS:
            faults.append(f"{sweep['id']}: no such mode: {sweep['mode']}")
        if {letter for _, letter in sweep["cases"]} - set("tfu"):
            faults.append(f"{sweep['id']}: letters must be t, f or u")
        if not sweep["why"].strip():
            faults.append(f"{sweep['id']}: must say why")
    assert not faults, "\n".join(faults)
    assert len({sweep["id"] for sweep in SWEEPS}) == len(SWEEPS), "sweep ids must be unique"


def test_sweeps_use_values_that_exist() -> None:
    """A misspelt word would make a leaf false for the wrong reason."""
    knowledge = load_knowledge()
    faults = [
        f"{sweep['id']}: {name}={value!r} must be one of {knowledge.fields[name].values}"
        for sweep in SWEEPS
        for name, value in (*sweep["base"].items(), *((sweep["field"], value) for value, _ in sweep["cases"]))
        if value is not None and knowledge.fields[name].values and value not in knowledge.fields[name].values
    ]
    assert not faults, "\n".join(faults)
