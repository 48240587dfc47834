"""The truth cases hold every number and word of the conditions in place: at least 90 % of the mutants die.

All mutants of the facts that have an effect count, except those listed in `equivalent_mutants.yaml` with a
reason (at most 5 %). The whole run takes about a second, so there is no short form.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.expression import All, Any, Leaf, Not, Ref, parse
from lutetia.guideline.knowledge import Knowledge

from . import mutation

LEAST_KILLED = 0.90
MOST_EQUIVALENT = 0.05


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def figure_of(knowledge: Knowledge, cases: tuple[mutation.Case, ...]) -> mutation.Figure:
    candidates = mutation.mutants(knowledge, mutation.facts_with_effect(knowledge))
    return mutation.run(knowledge, cases, candidates, mutation.equivalent_reasons())


# ------------------------------------------------------------------------------------------------ the figures
def test_own_sweeps_alone_kill_the_mutants(knowledge: Knowledge, capsys: pytest.CaptureFixture[str]) -> None:
    figure = figure_of(knowledge, mutation.own_cases())
    with capsys.disabled():
        sys.stdout.write(f"\nown sweeps ({len(mutation.own_cases())} cases): {figure}\n")
    assert figure.share_killed >= LEAST_KILLED, str(figure)
    assert figure.share_equivalent <= MOST_EQUIVALENT, str(figure)


def test_the_whole_suite_kills_the_mutants(knowledge: Knowledge, capsys: pytest.CaptureFixture[str]) -> None:
    if not mutation.shared_cases():
        pytest.skip("the shared vignettes do not lie beside the repository; the own sweeps were judged alone")
    cases = (*mutation.own_cases(), *mutation.shared_cases())
    figure = figure_of(knowledge, cases)
    with capsys.disabled():
        sys.stdout.write(f"\nown sweeps and shared vignettes ({len(cases)} cases): {figure}\n")
    assert figure.share_killed >= LEAST_KILLED, str(figure)
    assert figure.share_equivalent <= MOST_EQUIVALENT, str(figure)


def test_each_kind_of_mutant_reaches_the_mark_by_itself(knowledge: Knowledge) -> None:
    figure = figure_of(knowledge, mutation.own_cases())
    for kind in ("boundary", "negation", "and_or"):
        killed = sum(mutant.kind == kind for mutant in figure.killed)
        alive = sum(mutant.kind == kind for mutant in figure.survivors)
        assert killed > 0, f"no {kind} mutant was made"
        assert killed / (killed + alive) >= LEAST_KILLED, kind


def test_facts_without_effect_are_held_as_well(knowledge: Knowledge) -> None:
    candidates = mutation.mutants(knowledge, mutation.facts_with_conditions(knowledge))
    figure = mutation.run(knowledge, mutation.own_cases(), candidates, mutation.equivalent_reasons())
    assert figure.share_killed >= LEAST_KILLED, str(figure)


# ------------------------------------------------------------------- the list of equivalent mutants is honest
def test_equivalent_mutants_exist_live_and_give_a_reason(knowledge: Knowledge) -> None:
    listed = mutation.equivalent_reasons()
    made = {mutant.id: mutant for mutant in mutation.mutants(knowledge, mutation.facts_with_conditions(knowledge))}
    assert set(listed) <= set(made), f"no such mutant: {sorted(set(listed) - set(made))}"
    assert all(len(reason.split()) >= 5 for reason in listed.values()), "a reason is a sentence"
    cases = (*mutation.own_cases(), *mutation.shared_cases())
    lists = mutation.run(knowledge, cases, (made[name] for name in listed))
    assert not lists.killed, f"killed, so not equivalent: {[mutant.id for mutant in lists.killed]}"


# --------------------------------------------------------------------------------- the runner itself can fail
def test_a_mutant_that_changes_nothing_lives(knowledge: Knowledge) -> None:
    original = knowledge.facts["EXT-L-05"].when
    assert original is not None
    same = mutation.Mutant(fact="EXT-L-05", key="when", kind="boundary", change=": none", expression=original)
    assert mutation.run(knowledge, mutation.own_cases(), [same]).survivors == (same,)


def test_a_limit_nobody_sweeps_is_reported(knowledge: Knowledge) -> None:
    elsewhere = [case for case in mutation.own_cases() if case.fact != "EXT-L-05"]
    candidates = list(mutation.mutants(knowledge, ["EXT-L-05"]))
    assert candidates
    assert mutation.run(knowledge, elsewhere, candidates).killed == ()


def test_a_case_that_fails_without_a_mutant_is_refused(knowledge: Knowledge) -> None:
    """It would kill every mutant and make the figure look better than it is."""
    right = next(case for case in mutation.own_cases() if case.fact == "EXT-L-05")
    wrong = replace(right, expected="f" if right.expected == "t" else "t")
    with pytest.raises(ValueError, match="must hold on the knowledge itself"):
        mutation.run(knowledge, [wrong], mutation.mutants(knowledge, ["EXT-L-05"]))


def test_a_change_is_seen_through_a_reference(knowledge: Knowledge) -> None:
    """A mutant of DER-ADV can be killed by a case of CONS-Q1-R, which refers to it."""
    through = [case for case in mutation.own_cases() if case.fact == "CONS-Q1-R"]
    figure = mutation.run(knowledge, through, mutation.mutants(knowledge, ["DER-ADV"]))
    assert figure.killed


# --------------------------------------------------------------------------------------- mutants made by hand
def test_boundary_mutants_of_a_comparison() -> None:
    made = {str(rewrite.expression) for rewrite in mutation.rewrites(parse("ki67_pct < 3"))}
    assert made == {"ki67_pct <= 3", "ki67_pct < 4", "ki67_pct < 2"}


def test_negation_and_membership_mutants() -> None:
    assert [r.expression for r in mutation.rewrites(parse("frail is true"))] == [Leaf("frail", "is false")]
    assert [r.expression for r in mutation.rewrites(parse("pace == rapid"))] == [Leaf("pace", "!=", "rapid")]
    dropped = [r.expression for r in mutation.rewrites(parse("peritoneal in [minor, diffuse]"))]
    assert dropped == [Leaf("peritoneal", "in", ("diffuse",)), Leaf("peritoneal", "in", ("minor",))]


def test_group_mutants_swap_and_with_or_and_reach_every_place() -> None:
    expression = parse({"all": ["frail is true", {"not": {"ref": "DER-PAN"}}]})
    made = [(rewrite.kind, rewrite.place, rewrite.expression) for rewrite in mutation.rewrites(expression)]
    frail = Leaf("frail", "is true")
    assert made == [
        ("and_or", "", Any((frail, Not(Ref("DER-PAN"))))),
        ("negation", "[0]", All((Leaf("frail", "is false"), Not(Ref("DER-PAN"))))),
        ("negation", "[1]", All((frail, Ref("DER-PAN")))),
        ("negation", "[1][not]", All((frail, Not(Not(Ref("DER-PAN")))))),
    ]
