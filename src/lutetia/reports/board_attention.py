"""What the board must keep in mind: contraindications, cautions, conflicts between sources, trials, monitoring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lutetia.guideline.assessment import Assessment
from lutetia.guideline.attention import Caution
from lutetia.guideline.conflicts import Conflict
from lutetia.guideline.expression import leaves
from lutetia.guideline.knowledge import Fact
from lutetia.guideline.options import Argument
from lutetia.guideline.trials import TrialMatch
from lutetia.reports import wording
from lutetia.reports.statement import Clerk, Statement

# Whose word weighs more comes first on the page, which may not hold all.
KINDS = ("label", "trial", "study exclusion", "consensus", "review")
DOSE_LIMITS = {"kidney_dose_gy": ("kidney_gy", "PRAC-TOX-5"), "marrow_dose_gy": ("marrow_gy", "PRAC-TOX-6")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial held against the patient, with its criteria for the HTML sheet and the annex."""

    statement: Statement
    name: str
    nct: str
    fits: str
    closed: bool
    status: str
    status_as_of: str
    criteria: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialGroup:
    """Trials that stand alike: population fits (by status), cannot be judged, does not fit."""

    lead: str
    truth: str
    count: int
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsBlock:
    """Trials in groups for the page, and all of them for the details."""

    groups: tuple[TrialGroup, ...]
    all: tuple[Trial, ...]


def warnings(assessment: Assessment) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Contraindications that hold, and cautions: each with value, date, threshold and whose threshold."""
    clerk = Clerk(assessment)
    blocking = assessment.rlt.blocking
    held = {argument.fact for argument in blocking}
    cautions = [caution for caution in assessment.cautions if not set(caution.facts) <= held]
    cautions.sort(key=lambda caution: KINDS.index(caution.kind) if caution.kind in KINDS else len(KINDS))
    return (
        tuple(_contraindication(clerk, argument) for argument in blocking),
        (*(_caution(clerk, caution) for caution in cautions), *_doses(clerk)),
    )


def _contraindication(clerk: Clerk, argument: Argument) -> Statement:
    fact = clerk.fact(argument.fact)
    fields = [leaf.field for leaf in leaves(fact.when)] if fact.when is not None else []
    values = [clerk.dated(name) for name in dict.fromkeys(fields) if clerk.known(name)]
    return Statement(
        lead="; ".join(values),
        text=wording.named(fact.says),
        facts=(argument.fact,),
        truth="t",
        word="contraindication",
        whose=_whose(fact, "contraindication"),
    )


def _caution(clerk: Clerk, caution: Caution) -> Statement:
    text = wording.named(caution.says)
    if clerk.fact(caution.facts[0]).id.startswith("N2-X"):
        text = f"NETTER-2 excluded: {text}"
    values = [clerk.dated(item.field) for item in caution.values]
    return Statement(
        lead="; ".join(values),
        text=wording.sentence(text),
        facts=caution.facts,
        truth="t",
        word="caution",
        whose=_whose(clerk.fact(caution.facts[0]), caution.kind),
    )


def _whose(fact: Fact, kind: str) -> str:
    """Whose threshold it is; a label with its section and whether the text was read."""
    if fact.id.startswith("N2-X"):
        return "exclusion of NETTER-2"
    if fact.file != "labels.yaml":
        return {"study exclusion": "study exclusion, not a contraindication", "trial": "trial"}.get(kind, kind)
    verification = fact.attributes.get("verification") or {}
    checked = verification.get("status") == "verified"
    read = f"read {verification.get('read_on')}" if checked else "not verified: the board must confirm"
    return f"{fact.attributes.get('jurisdiction')} label {fact.attributes.get('section', '')}, {read}"


def _doses(clerk: Clerk) -> Iterable[Statement]:
    """Absorbed dose so far beside the limit used in practice; what is left is arithmetic, not advice."""
    limits = clerk.fact("PRAC-TOX-4").attributes.get("values", {})
    for name, (key, limit_fact) in DOSE_LIMITS.items():
        given = clerk.value(name).value
        limit = limits.get(key)
        if not isinstance(given, int | float) or isinstance(given, bool) or limit is None or given >= limit:
            continue
        left = f"Limit used in practice {limit:g} Gy: {limit - given:.3g} Gy below it"
        yield Statement(
            lead=clerk.dated(name),
            text=f"{left}; the physicist sets the activity.",
            facts=("PRAC-TOX-4", limit_fact),
            truth="t",
            word="dose so far",
            whose="review",
        )


def conflict_lines(assessment: Assessment) -> tuple[Statement, ...]:
    """Conflicts between sources that touch this patient: both sides, and the rule the tool follows."""
    return tuple(_conflict(conflict) for conflict in assessment.conflicts)


def _conflict(conflict: Conflict) -> Statement:
    return Statement(
        lead=wording.sentence(conflict.what).rstrip("."),
        text=f"{wording.named(conflict.one_side)}; but {wording.named(conflict.other_side)}",
        facts=(conflict.id,),
        more=(wording.named(conflict.rule),),
    )


def trials_block(assessment: Assessment) -> TrialsBlock:
    """The trials in groups: fits and may be open, fits but closed, cannot be judged, does not fit (count only)."""
    found = tuple(_trial(match) for match in assessment.trials)
    fits = [trial for trial in found if trial.fits == "t"]
    groups = [
        *_by_status([trial for trial in fits if not trial.closed]),
        _group("Population fits, but closed", "t", [trial for trial in fits if trial.closed]),
        _group("Cannot be judged", "u", [trial for trial in found if trial.fits == "u"]),
        _group("Does not fit", "f", [trial for trial in found if trial.fits == "f"]),
    ]
    return TrialsBlock(groups=tuple(group for group in groups if group.count), all=found)


def _by_status(trials: list[Trial]) -> list[TrialGroup]:
    """Trials that may be open, newest status first; none is stated to be recruiting."""
    days = sorted({trial.status_as_of for trial in trials}, reverse=True)
    return [
        _group(
            f"Population fits, entry not verified, status of {day}",
            "t",
            [trial for trial in trials if trial.status_as_of == day],
        )
        for day in days
    ]


def _group(lead: str, truth: str, trials: list[Trial]) -> TrialGroup:
    return TrialGroup(lead=lead, truth=truth, count=len(trials), statements=tuple(t.statement for t in trials))


def _trial(match: TrialMatch) -> Trial:
    status = f"{match.status} ({match.status_as_of})" if match.status_as_of else match.status
    return Trial(
        statement=Statement(
            lead=match.name,
            text=match.population,
            facts=(match.id,),
            truth=match.fits.letter,
            word={"t": "population fits", "f": "does not fit", "u": "cannot be judged"}[match.fits.letter],
            whose=wording.sentence(wording.named(status)),
        ),
        name=match.name,
        nct=match.nct or "",
        fits=match.fits.letter,
        closed=match.entry == "closed",
        status=match.status,
        status_as_of=match.status_as_of,
        criteria=tuple(
            Statement(
                text=wording.sentence(wording.condition(criterion.wording)).rstrip("."),
                facts=(match.id,),
                truth=criterion.truth.letter,
                word={"t": "met", "f": "not met", "u": "cannot be judged"}[criterion.truth.letter],
            )
            for criterion in match.criteria
        ),
    )


def monitoring_lines(assessment: Assessment) -> tuple[Statement, ...]:
    """Monitoring if RLT is given."""
    return tuple(
        Statement(lead=wording.task(task.name), text=wording.sentence(task.says), facts=task.facts)
        for task in assessment.monitoring
    )
