"""A whole trial from its datasets: flow, tables, figures. Nothing is drawn or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.results.figure_data import CurveFigure, FigureData, FlowBox, FlowFigure
from lutetia.results.table import Table
from lutetia.rows import LeftOut
from lutetia.scoring.ctcae import VERSIONS
from lutetia.trial.adam import TrialData
from lutetia.trial.adverse_event_tables import adverse_event_table, special_interest_table
from lutetia.trial.arms import Arms, arms_of
from lutetia.trial.checked import between, whole
from lutetia.trial.crossover_analysis import METHODS, Method, crossover_table
from lutetia.trial.flow import FlowBox as Box
from lutetia.trial.flow import ParticipantFlow
from lutetia.trial.hierarchy_table import hierarchy_table
from lutetia.trial.laboratory_table import laboratory_table
from lutetia.trial.patient_tables import baseline_table, exposure_table
from lutetia.trial.response_analysis import response_analysis, response_table
from lutetia.trial.subgroup_forest import subgroup_forest
from lutetia.trial.time_to_event_analysis import ENDPOINTS, TimeToEvent, time_to_event, time_to_event_table

TIES = ("efron", "breslow", "exact")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisChoices:
    """What a trial's analysis plan fixes; printed with the results. `screened` and `excluded` (by reason) come from
    outside the datasets; None where they are not known. Raises InputError for shares outside (0, 1), ties or a CTCAE
    version that are not known, and reasons for exclusion without the number screened."""

    level: float = 0.95
    alpha_one_sided: float = 0.025
    ties: str = "efron"
    difference_method: str = "wald"
    hierarchy: tuple[str, ...] = ("PFS", "ORR", "TTDQL")
    subgroups: tuple[str, ...] = ("STRAT1", "STRAT2", "SEX", "AGE", "UPTAKE", "LIVERFL", "BONEFL")
    crossover: tuple[Method, ...] = METHODS
    ctcae_version: str = "5.0"
    screened: int | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        faults = [*between("level", self.level), *between("alpha_one_sided", self.alpha_one_sided, 0.0, 0.5)]
        for name, known in (("ties", TIES), ("ctcae_version", tuple(VERSIONS))):
            if getattr(self, name) not in known:
                must = f"must be one of {', '.join(known)}"
                faults.append(Fault(place=name, must=must, got=repr(getattr(self, name))))
        if self.excluded and self.screened is None:
            must = "must be there where reasons for exclusion are"
            faults.append(Fault(place="screened", must=must, got="nothing"))
        if self.screened is not None:
            faults += whole("screened", self.screened)
        faults += [fault for why, count in self.excluded.items() for fault in whole(f"excluded, {why}", count, 0)]
        if faults:
            raise InputError("analysis", faults)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialAnalysis:
    """Everything a report of a trial prints, in its order. `made_up` says who is invented, "" when nobody is."""

    title: str
    made_up: str
    cut_off: date
    flow: ParticipantFlow
    tables: tuple[Table, ...]
    figures: tuple[FigureData, ...]
    endpoints: Mapping[str, TimeToEvent]
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def analyse_trial(data: TrialData, choices: AnalysisChoices = AnalysisChoices()) -> TrialAnalysis:
    """The analysis of a two-arm trial. A table that cannot be made for want of data is left out and named.

    Raises InputError for data without two arms or best responses, or choices that name what is not there.
    """
    full = arms_of(data, "FASFL")
    ties = choices.ties
    found = {code: time_to_event(data, code, ties=ties, level=choices.level) for code in ENDPOINTS}  # type: ignore[arg-type]
    endpoints = {code: one for code, one in found.items() if one is not None}
    response = response_analysis(data, difference_method=choices.difference_method, level=choices.level)
    p = {"ORR": response.p_one_sided, **{code: one.p_one_sided for code, one in endpoints.items()}}
    crossover = crossover_table(data, choices.crossover, seed=choices.seed, level=choices.level)
    tables = [
        baseline_table(data),
        exposure_table(data),
        response_table(response),
        adverse_event_table(data),
        special_interest_table(data),
        laboratory_table(data, version=choices.ctcae_version),
        *([time_to_event_table(list(endpoints.values()))] if endpoints else []),
        hierarchy_table(choices.hierarchy, p, alpha=choices.alpha_one_sided),
        *([crossover] if crossover is not None else []),
    ]
    flow = participant_flow(full, choices, not_in_set=_not_in_set(data, full))
    return TrialAnalysis(
        title=str(full.facts["STUDYID"][0]),
        made_up=next((said for said in data.conventions if "made up" in said), ""),
        cut_off=data.cut_off,
        flow=flow,
        tables=tuple(tables),
        figures=tuple(_figures(flow, full, endpoints, choices)),
        endpoints=endpoints,
        conventions=(*data.conventions, f"Data cut-off {data.cut_off}; one-sided level {choices.alpha_one_sided:g}."),
        left_out=tuple(
            LeftOut(count=1, why=f"{title}: not in the datasets")
            for code, title in ENDPOINTS.items()
            if code not in endpoints
        ),
    )


def participant_flow(full: Arms, choices: AnalysisChoices, *, not_in_set: tuple[int, int] = (0, 0)) -> ParticipantFlow:
    """From screening (where it is known) to those on randomised treatment at cut-off; closes by sums or is refused.

    `not_in_set`: patients of ADSL outside the full analysis set, (experimental, control); they were randomised too.
    """
    sides = zip(full.sides(), full.names, not_in_set, strict=True)
    arms = tuple(_arm_box(full, side, name, outside) for side, name, outside in sides)
    randomised = Box(name="randomised", n=sum(full.n) + sum(not_in_set), then=arms)
    if choices.screened is None:
        return ParticipantFlow(first=randomised)
    return ParticipantFlow(
        first=Box(name="screened", n=choices.screened, left=dict(choices.excluded), then=(randomised,))
    )


def _not_in_set(data: TrialData, full: Arms) -> tuple[int, int]:
    planned = Counter(data.adsl["TRT01P"])
    one, other = (planned[name] - n for name, n in zip(full.names, full.n, strict=True))
    return one, other


def _arm_box(full: Arms, side: NDArray[np.bool_], name: str, outside: int) -> Box:
    facts = full.facts
    mine = [i for i, here in enumerate(side) if here]
    treated = [i for i in mine if facts["SAFFL"][i] == "Y"]
    stopped = Counter(facts["DCTREAS"][i] or "reason not known" for i in treated if facts["ONTRTFL"][i] != "Y")
    on = len(treated) - sum(stopped.values())
    left = {"not in the full analysis set": outside, "not treated": len(mine) - len(treated)}
    return Box(
        name=name,
        n=len(mine) + outside,
        left={why: count for why, count in left.items() if count},
        then=(
            Box(
                name=f"{name}, treated",
                n=len(treated),
                left=dict(sorted(stopped.items())),
                then=(Box(name=f"{name}, on treatment at cut-off", n=on),),
            ),
        ),
    )


def _figures(
    flow: ParticipantFlow, full: Arms, endpoints: Mapping[str, TimeToEvent], choices: AnalysisChoices
) -> list[FigureData]:
    figures: list[FigureData] = [_flow_figure(flow, full)]
    for code in ("PFS", "OS"):
        if code in endpoints:
            one = endpoints[code]
            curves = dict(zip(full.names, one.curves, strict=True))
            figures.append(
                CurveFigure(
                    key=f"figure-{code.lower()}",
                    title=one.title,
                    outcome=one.title.split(",")[0],
                    curves=curves,
                    conventions=one.conventions,
                )
            )
    if "PFS" in endpoints and choices.subgroups:
        figures.append(subgroup_forest(endpoints["PFS"], choices.subgroups))
    return figures


def _flow_figure(flow: ParticipantFlow, full: Arms) -> FlowFigure:
    """The trunk of the flow until the arms part; the arms side by side."""
    steps, box = [], flow.first
    while len(box.then) == 1:
        steps.append(FlowBox(label=box.name, patients=box.n, left_out=tuple(box.left.items())))
        box = box.then[0]
    steps.append(FlowBox(label=box.name, patients=box.n, left_out=tuple(box.left.items())))
    groups = tuple((part.name, part.n) for part in box.then)
    return FlowFigure(key="figure-flow", title="Participant flow", steps=tuple(steps), groups=groups)
