"""All checks of a paper's printed numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from lutetia.evidence.integrity import duplicates, events, flow, medians, ratios, shares, statements
from lutetia.evidence.integrity.finding import Finding
from lutetia.evidence.paper import Paper

_CHECKS: tuple[Callable[[Paper], Iterator[Finding]], ...] = (
    shares.share_findings,
    flow.flow_findings,
    medians.median_findings,
    ratios.ratio_findings,
    duplicates.duplicate_findings,
    events.event_findings,
    statements.statement_findings,
)

RULES: Mapping[str, str] = MappingProxyType(
    {
        shares.PERCENTAGE: "a printed percentage is the printed count over its denominator",
        shares.GRIM: "a percentage without a count is one that some count of the group gives",
        shares.SUM: "the counts of parts add up to the whole",
        shares.GROUP: "a count is that of its group, and not more than the whole",
        flow.DENOMINATORS: "groups fit into the groups they are part of, and splits add up",
        flow.VANISHED: "values missing in a group do not all vanish in a part of it",
        ratios.INSIDE: "an estimate lies inside its interval",
        ratios.SYMMETRY: "a ratio is the middle of its interval on the log scale",
        ratios.IMPLIED_P: "p is what ratio and interval imply",
        duplicates.ROW: "two rows about different things do not share estimate, limits and p",
        duplicates.INTERVAL: "two estimates do not share one interval",
        events.EVENTS: "standard errors do not need more events than there are patients, or than other rows imply",
        events.STATED: "the events stated are those that the standard error implies",
        events.UNREPORTED: "the number of events is printed",
        medians.MIDPOINT: "whether medians are the middle of their interval",
        statements.SUBTRACTION: "a difference is the first row minus the second",
        statements.RATE_INTERVAL: "the interval of a percentage is one of the known ones",
        statements.DIFFERENCE_INTERVAL: "the interval of a difference is not the plain Wald interval alone",
        statements.TWICE: "a number given twice is the same",
        statements.BALANCE: "randomised arms are alike at baseline",
        statements.CLAIM: "claims agree with the p of their rows",
    }
)
"""Every rule and what holds when it is kept."""


def check(tables: Paper | Mapping[str, Any]) -> list[Finding]:
    """Every disagreement among the printed numbers of a paper, hard findings first, each with its computation.

    `tables` is a `Paper` (`lutetia.exchange.paper_tables.read_tables` reads one from a file) or the same as plain
    data. An empty list means that no rule was broken, not that the numbers are true.
    Raises pydantic's ValidationError when plain data do not have the form of a paper.
    """
    paper = tables if isinstance(tables, Paper) else Paper.model_validate(tables)
    found = [finding for run in _CHECKS for finding in run(paper)]
    return sorted(found, key=lambda finding: finding.severity != "hard")
