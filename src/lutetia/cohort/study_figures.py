"""The figures of a study as data: participant flow, survival by treatment, sequences, the target trial."""

from __future__ import annotations

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.balance import IMBALANCE
from lutetia.cohort.emulation_result import EmulationResult
from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import Factor
from lutetia.cohort.factor_model import factor_model
from lutetia.cohort.factor_table import level_curves, level_log_rank
from lutetia.cohort.sequence_flow import sequence_flow
from lutetia.estimate import Estimate
from lutetia.results.figure_data import (
    BalanceFigure,
    BalancePoint,
    CurveFigure,
    FlowBox,
    FlowFigure,
    ForestFigure,
    RatioRow,
    SequenceFigure,
    SequenceLink,
)
from lutetia.results.printed import p_sentence, ratio_text
from lutetia.survival import kaplan_meier

OUTCOMES = {
    "OS": "Overall survival",
    "PFS1": "Progression-free survival, line 1",
    "PFS2": "Progression-free survival, line 2",
    "PFS_SECOND": "Free of second progression",
    "TTNT": "Free of the next line",
    "DOR": "Response maintained",
    "TTD": "Still on treatment",
}
"""Endpoint → the vertical axis of its curve."""
SEQUENCE_LINES = 3


def flow_figure(data: AnalysisData) -> FlowFigure:
    """Screened, then a box after every step at which somebody left, then the analysed patients by group."""
    flow = data.selection.flow
    boxes: list[FlowBox] = []
    label, patients = "Screened", flow.screened
    for step in flow.steps:
        if step.excluded:
            left = tuple((f"{step.name}: {reason.why}", reason.count) for reason in step.left_out)
            boxes.append(FlowBox(label=label, patients=patients, left_out=left))
            label, patients = f"After “{step.name}”", step.after
    boxes.append(FlowBox(label="Analysed", patients=flow.analysed))
    return FlowFigure(
        key="flow",
        title="Participant flow",
        steps=tuple(boxes),
        groups=tuple((name, count) for name, count in data.selection.groups.items() if count),
    )


def curve_figure(rows: EndpointRows, factor: Factor, *, key: str) -> CurveFigure:
    """Kaplan-Meier by treatment; the note holds the log-rank p and, for two groups, the hazard ratio."""
    curves = level_curves(rows, factor)
    test = level_log_rank(rows, factor)
    note = f"log-rank {p_sentence(test.p if test.why is None else None)}" if test is not None else ""
    if len(curves) == 2:
        reference = factor.reference if factor.reference in curves else next(iter(curves))
        other = next(level for level in curves if level != reference)
        ratio = factor_model(rows, [factor]).ratio(factor, other)
        note += f"\nHR, {other} against {reference}: {ratio_text(ratio)}"
    return CurveFigure(
        key=key,
        title=f"{OUTCOMES[rows.endpoint.endpoint]} by {factor.title}",
        outcome=OUTCOMES[rows.endpoint.endpoint],
        curves=curves or {"all patients": kaplan_meier(rows.follow_up)},
        note=note,
        conventions=rows.conventions,
    )


def sequence_figure(data: AnalysisData) -> SequenceFigure | None:
    """Which line followed which, up to line 3; None where no patient has a second column."""
    found = sequence_flow([member.story for member in data.selection.members], lines=SEQUENCE_LINES)
    if not found.links:
        return None
    links = tuple(
        SequenceLink(column=link.line - 1, source=link.source, target=link.target, patients=link.count)
        for link in found.links
    )
    columns = tuple(f"Line {number}" for number in range(1, max(link.line for link in found.links) + 2))
    left_out = tuple(f"{left.count} left out: {left.why}" for left in found.left_out)
    return SequenceFigure(
        key="sequences",
        title="Treatment sequences",
        links=links,
        columns=columns,
        conventions=(*found.conventions, *left_out),
    )


def analyses_figure(found: EmulationResult) -> ForestFigure:
    """Every analysis of the target trial side by side, those to be believed apart from those that are not."""
    reference, strategy = found.trial.emulation.strategies
    rows: list[RatioRow] = []
    for text, believe in (("Not to be believed", False), ("To be believed", True)):
        chosen = [result for result in found.results if result.believe == believe]
        rows += [RatioRow(label=text)] if chosen else []
        for result in chosen:
            contrast = result.contrast
            nothing = Estimate(estimate=None, lower=None, upper=None, method="not estimable")
            rows.append(
                RatioRow(
                    label=result.analysis,
                    ratio=contrast.hazard_ratio if contrast is not None else nothing,
                    counts=f"{contrast.events}/{contrast.n}" if contrast is not None else "",
                    events=float(max(contrast.events, 1)) if contrast is not None else 1.0,
                )
            )
    return ForestFigure(
        key="target-trial",
        title=f"{strategy.name} against {reference.name}: every analysis",
        rows=tuple(rows),
        ratio="Hazard ratio of death",
        favours=(f"{strategy.name} better", f"{reference.name} better"),
        conventions=tuple(f"{result.analysis}: {result.because}" for result in found.results),
    )


def clones_figure(found: EmulationResult) -> CurveFigure | None:
    """Weighted survival of the two arms of the target trial; None where the clones could not be weighted."""
    clones = found.clones
    if clones is None:
        return None
    reference, strategy = found.trial.emulation.strategies
    arms = ((reference.name, ~clones.treat), (strategy.name, clones.treat))
    ratio = ratio_text(clones.contrast.hazard_ratio) if clones.contrast.converged else ratio_text(None)
    return CurveFigure(
        key="target-trial-survival",
        title="Survival if everybody followed the strategy (clone, censor, weight)",
        outcome="Overall survival from the decision",
        curves={name: kaplan_meier(clones.pieces.at(rows), robust=True) for name, rows in arms},
        note=f"HR, {strategy.name} against {reference.name}: {ratio}",
        conventions=(*clones.contrast.conventions, "Numbers at risk are sums of weights."),
    )


def balance_figure(found: EmulationResult) -> BalanceFigure | None:
    """Standardised differences before and after weighting; None where there are none."""
    following = found.next_line
    if not following.balance:
        return None
    return BalanceFigure(
        key="target-trial-balance",
        title="Balance of the covariates at the start of the next line",
        points=tuple(BalancePoint(name=row.name, before=row.before, after=row.after) for row in following.balance),
        imbalance=IMBALANCE,
        conventions=("Standardised mean differences, before and after overlap weights.",),
    )
