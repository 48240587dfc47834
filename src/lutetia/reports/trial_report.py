"""The report of a trial as a page: flow, tables and figures in the order of a publication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from lutetia.reports.result_figures import Drawn, drawn
from lutetia.reports.result_page import Part, Provenance, ResultPage
from lutetia.reports.trial_flow import flow_table
from lutetia.results.printed import months_text, p_sentence, ratio_text
from lutetia.results.table import Table
from lutetia.trial.analyse import TrialAnalysis
from lutetia.trial.time_to_event_analysis import TimeToEvent


class Heading(NamedTuple):
    """A heading with the keys of what belongs under it, in order; `*` stands for any text."""

    key: str
    title: str
    keys: tuple[str, ...]


HEADINGS = (
    Heading("flow", "Participant flow", ("figure-flow", "flow")),
    Heading("patients", "Patients and treatment", ("table-1", "table-2")),
    Heading("efficacy", "Efficacy", ("figure-pfs", "figure-forest", "figure-os", "figure-*", "table-3")),
    Heading("safety", "Safety", ("table-4", "table-5", "table-lab")),
    Heading("testing", "All endpoints, hierarchy, crossover", ("table-efficacy", "table-hierarchy", "table-crossover")),
)
FURTHER = Heading("further", "Further results", ("*",))


def trial_page(
    analysis: TrialAnalysis, *, title: str, provenance: Provenance, told: Callable[[str], None] = lambda step: None
) -> ResultPage:
    """The report of an analysis, figures drawn. `told` hears what is being done."""
    pictures = []
    for data in analysis.figures:
        told(f"Figure: {data.title}")
        pictures.append(drawn(data))
    return ResultPage(
        kind="Trial report",
        title=title,
        made_up=analysis.made_up,
        day=analysis.cut_off,
        facts=_facts(analysis),
        lead_title="What the trial shows",
        lead=_lead(analysis),
        parts=parts_of((*analysis.tables, flow_table(analysis.flow)), pictures),
        conventions=analysis.conventions,
        not_made=tuple(str(left) for left in analysis.left_out),
        provenance=provenance,
        unnumbered=("flow",),
    )


def parts_of(tables: Sequence[Table], figures: Sequence[Drawn]) -> tuple[Part, ...]:
    """Tables and figures under their headings, those that have something; what no heading asks for comes last."""
    taken: dict[str, list[tuple[int, Table | Drawn]]] = {}
    for one in (*tables, *figures):
        heading, place = _home(one.key)
        taken.setdefault(heading.key, []).append((place, one))
    return tuple(
        Part(
            key=heading.key,
            title=heading.title,
            contents=tuple(one for _, one in sorted(taken[heading.key], key=lambda p: p[0])),
        )
        for heading in (*HEADINGS, FURTHER)
        if heading.key in taken
    )


def _home(key: str) -> tuple[Heading, int]:
    for heading in (*HEADINGS, FURTHER):
        for place, pattern in enumerate(heading.keys):
            if fnmatchcase(key, pattern):
                return heading, place
    raise AssertionError(key)  # the last pattern takes everything


def _facts(analysis: TrialAnalysis) -> tuple[tuple[str, str], ...]:
    first = analysis.flow.first
    facts = [("Data cut-off", analysis.cut_off.isoformat()), (first.name.capitalize(), str(first.n))]
    box = first
    while len(box.then) == 1:
        box = box.then[0]
        facts.append((box.name.capitalize(), str(box.n)))
    if box.then:
        facts.append(("Arms", "; ".join(f"{arm.name} {arm.n}" for arm in box.then)))
    return tuple(facts)


def _lead(analysis: TrialAnalysis) -> tuple[str, ...]:
    """One sentence for each of PFS and OS: ratio, medians, p."""
    lines = []
    for code, words in (("PFS", "Progression-free survival"), ("OS", "Overall survival")):
        one = analysis.endpoints.get(code)
        if one is None:
            continue
        lines.append(
            f"{words}: hazard ratio {ratio_text(one.hazard_ratio)}, one-sided {p_sentence(one.p_one_sided)}; "
            f"{_medians(one)}."
        )
    if analysis.made_up:
        lines.append("The patients are made up: nothing here is evidence about a treatment.")
    return tuple(lines)


def _medians(one: TimeToEvent) -> str:
    if all(days.estimate is None for days in one.medians):
        return "the median is reached in neither arm"
    said = ("not reached" if days.estimate is None else f"{months_text(days)} months" for days in one.medians)
    return f"median {' against '.join(said)}"
