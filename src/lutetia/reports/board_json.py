"""The assessment as plain data for other programs: the keys and vocabularies of the shared vignettes, and more."""

from __future__ import annotations

from typing import Any

from lutetia.course.timeline import Timeline
from lutetia.guideline.answers import Answer
from lutetia.guideline.assessment import Assessment
from lutetia.guideline.missing import Outcome
from lutetia.reports import wording
from lutetia.reports.board_response_json import response_json
from lutetia.reports.board_toxicity import toxicity_json


def as_object(assessment: Assessment, timeline: Timeline | None = None) -> dict[str, Any]:
    """One JSON-ready object with sorted keys; tiers, questions and trials keep the order of the knowledge.

    `response` and `toxicity` are worked out from the timeline of the patient's course; without one they are not known.

    `options` is a list of tiers, each a list of names, empty when nothing is ranked. `truth` maps fact ids to t, f
    or u. A level stands only beside the fact it was printed for.
    """
    knowledge, decision = assessment.knowledge, assessment.decision
    found: dict[str, Any] = {
        "id": assessment.facts.name,
        "as_of": assessment.as_of.isoformat(),
        "edition": knowledge.edition,
        "version": knowledge.version,
        "knowledge_hash": knowledge.hash,
        "jurisdiction": assessment.jurisdiction,
        "jurisdiction_from": assessment.jurisdiction_from,
        "grading": assessment.grading,
        "scope": assessment.scope,
        "grade": assessment.grade,
        "grade_rests_on_ki67_alone": assessment.grade_rests_on_ki67_alone,
        "candidacy": assessment.candidacy,
        "conditions": [condition.id for condition in decision.conditions],
        "contraindications": [argument.fact for argument in assessment.rlt.blocking],
        "options": [list(tier) for tier in assessment.tiers.tiers],
        "strengths": _strengths(assessment),
        "label": {place: status.answer for place, status in assessment.label.items()},
        "missing": {
            "blocking": [item.field for item in assessment.missing.blocking],
            "advisory": [item.field for item in assessment.missing.advisory],
        },
        "leads_to": {field: [_outcome(outcome) for outcome in paths] for field, paths in assessment.leads_to.items()},
        "truth": {fact: truth.letter for fact, truth in sorted(assessment.truth.items())},
        "answers": {name: _answer(assessment, answer) for name, answer in assessment.answers.items()},
        "cautions": [caution.name for caution in assessment.cautions],
        "conflicts": [conflict.id for conflict in assessment.conflicts],
        "trials": _trials(assessment),
        "workup": {
            kind: [task.name for task in assessment.workup if task.kind == kind] for kind in ("mandatory", "optional")
        },
        "monitoring": [task.name for task in assessment.monitoring],
        "response": response_json(timeline),
        "toxicity": toxicity_json(assessment, timeline),
        "ignored": list(assessment.facts.ignored),
        "remarks": list(assessment.facts.remarks),
    }
    return dict(sorted(found.items()))


def _strengths(assessment: Assessment) -> dict[str, dict[str, str]]:
    """Option → fact that speaks for it → level exactly as printed; options without a graded argument are absent."""
    found: dict[str, dict[str, str]] = {}
    for option in assessment.options:
        for argument in option.arguments_for:
            if strength := wording.strength(assessment.knowledge.resolve(argument.fact)):
                found.setdefault(option.name, {})[argument.fact] = strength
    return found


def _outcome(outcome: Outcome) -> dict[str, str]:
    return {"answer": outcome.answer, "candidacy": outcome.candidacy, "best": outcome.best}


def _answer(assessment: Assessment, answer: Answer) -> dict[str, Any]:
    line = answer.recommendation
    return {
        "fact": line.fact,
        "truth": line.truth.letter if line.truth else None,
        "strength": wording.strength(assessment.knowledge.resolve(line.fact)),
        "open_fields": list(line.open_fields),
        "unmet": list(line.unmet),
        "precondition": line.precondition.letter if line.precondition else None,
    }


def _trials(assessment: Assessment) -> dict[str, list[str]]:
    """Ids by how the population fits; those that fit but are closed to entry stand under `closed`."""
    found: dict[str, list[str]] = {"population_fits": [], "closed": [], "unknown": [], "does_not_fit": []}
    for trial in assessment.trials:
        fits = "closed" if trial.entry == "closed" else "population_fits"
        found[{"t": fits, "u": "unknown", "f": "does_not_fit"}[trial.fits.letter]].append(trial.id)
    return found
