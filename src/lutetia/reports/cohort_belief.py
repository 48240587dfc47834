"""What to believe, in three sentences: the comparison as grouped, the analysis that answers the question, what is open.

The sentences are made of the design check's findings by fixed rules; nothing is weighed that is not printed below them.
"""

from __future__ import annotations

from collections.abc import Sequence

from lutetia.cohort.analysis import CohortAnalysis
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.group_contrast import compared_levels, group_contrast
from lutetia.errors import InputError
from lutetia.estimate import Estimate
from lutetia.reports.cohort_design import FIRED, OPEN, Examined
from lutetia.results.printed import ratio_text

# The checks whose firing makes the comparison as grouped unfit to answer what the treatment does.
BIAS = {
    "DC-01": "only patients with a second line are in",
    "DC-02": "the groups are defined by what happens after time zero",
    "DC-03": "survival is counted from before patients could be in",
    "DC-04": "the groups were unlike when the treatment was chosen",
}
PREFERRED = ("clone-censor-weight", "time-dependent", "landmark")
TARGET_TRIAL, BELIEVED = "target-trial", "believe: yes"


def what_to_believe(analysis: CohortAnalysis, checks: Sequence[Examined]) -> tuple[str, str, str]:
    """The three sentences of a study."""
    return _as_grouped(analysis, checks), _from_the_decision(analysis), _what_is_open(analysis, checks)


def made_up(analysis: CohortAnalysis) -> str:
    """Who is invented, by the declaration or by the courses; "" when nobody is."""
    members = analysis.data.selection.members
    made = sum(member.story.course.made_up is True for member in members)
    if analysis.study.made_up or (made and made == len(members)):
        return "All patients are made up."
    return f"{made} of {len(members)} analysed patients are made up." if made else ""


def endpoint_of(analysis: CohortAnalysis) -> str:
    """The endpoint the sentences speak of: overall survival where it is declared, else the first."""
    names = [table.name for table in analysis.data.endpoints if table.endpoint.endpoint == "OS"]
    return names[0] if names else analysis.data.endpoints[0].name


def _as_grouped(analysis: CohortAnalysis, checks: Sequence[Examined]) -> str:
    endpoint = endpoint_of(analysis)
    why = [f"{BIAS[c.finding.check]} ({c.finding.check})" for c in checks if _biases(c)]
    fired = sum(c.state == FIRED for c in checks)
    count = f"{fired} of {len(checks)} design checks fired"
    found = _naive(analysis, endpoint)
    if isinstance(found, str):
        return f"No two groups can be compared for {endpoint} ({found}): curves and tables describe, and {count}."
    reference, other = compared_levels(analysis.data)
    ratio = ratio_text(found.hazard_ratio)
    said = f"As grouped, {other} against {reference} has a hazard ratio of {ratio} for {endpoint}"
    said += f", above 1 being worse for {other}"
    if why:
        return f"{said}; do not read it as the effect of treatment, because {_joined(why)}; {count}."
    return f"{said}, and no check that would bias it fired ({count}): read it within its interval."


def _biases(check: Examined) -> bool:
    return check.state == FIRED and check.finding.check in BIAS


def _naive(analysis: CohortAnalysis, endpoint: str) -> Contrast | str:
    if analysis.study.comparison is None:
        return "no comparison is declared"
    try:
        found = group_contrast(analysis.data, endpoint, analysis="as grouped", believe=False)
    except InputError as error:
        return "; ".join(f"{fault.place} {fault.must}" for fault in error.faults)
    return found if found.converged else found.why


def _from_the_decision(analysis: CohortAnalysis) -> str:
    emulation = analysis.study.emulation
    if emulation is None:
        return (
            "No decision is declared (emulation) from which the strategies could be compared like the arms of a trial: "
            "of this cohort, believe what describes it."
        )
    rows = _analyses(analysis)
    chosen = [name for name in PREFERRED if name in rows]
    if not chosen:
        return (
            f"The comparison from the decision on ({emulation.at}) gives no number to believe; "
            "the target trial says why."
        )
    reference, strategy = (strategy.name for strategy in emulation.strategies)
    said = f"The question is answered from the decision on ({emulation.at}): “{strategy}” against “{reference}” "
    said += f"has a hazard ratio of death of {ratio_text(rows[chosen[0]])} by {chosen[0]}, above 1 being worse for the "
    said += f"first, {_verdict(rows[chosen[0]])}"
    others = [f"{name} {ratio_text(rows[name])}" for name in chosen[1:]]
    return said + (f"; beside it, {', '.join(others)}." if others else ".")


def _analyses(analysis: CohortAnalysis) -> dict[str, Estimate]:
    """The hazard ratios of the target trial that are to be believed, by analysis."""
    records = next((table.records for table in analysis.tables if table.key == TARGET_TRIAL), ())
    return {
        str(r["analysis"]): Estimate(
            estimate=r["estimate"], lower=r["lower"], upper=r["upper"], method=str(r["method"])
        )
        for r in records
        if r["statistic"] == "hazard_ratio" and r["estimate"] is not None and BELIEVED in str(r["note"])
    }


def _verdict(ratio: Estimate) -> str:
    if ratio.estimate is None or ratio.lower is None or ratio.upper is None:
        return "without an interval"
    if ratio.lower <= 1 <= ratio.upper:
        return "which is compatible with no difference"
    return "an interval that excludes no difference, if everything that guided the choice was measured"


def _what_is_open(analysis: CohortAnalysis, checks: Sequence[Examined]) -> str:
    names = analysis.study.emulation.adjust_for if analysis.study.emulation is not None else ()
    titles = [c.title for name in names if (c := analysis.study.covariate(name)) is not None]
    given = "everything that guided the choice of treatment"
    if titles:
        count = "one covariate" if len(titles) == 1 else f"{len(titles)} covariates"
        given += f" beyond the {count} adjusted for ({'; '.join(titles)})"
    parts = [f"{given} is unmeasured here and can move these numbers"]
    untold = [c.finding.check for c in checks if c.state == OPEN]
    if untold:
        parts.append(f"{_joined(untold)} cannot be told from these data")
    if made_up(analysis):
        parts.append("patients are made up, so that nothing here is evidence about a treatment")
    return f"What stays open: {'; '.join(parts)}."


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
