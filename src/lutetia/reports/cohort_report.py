"""The report of a cohort study: what the page and the PDF print, in one order; nothing is formatted for either here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lutetia.cohort.analysis import CohortAnalysis
from lutetia.reports.cohort_belief import made_up, what_to_believe
from lutetia.reports.cohort_design import FIRED, OPEN, QUIET, Examined, examined
from lutetia.reports.cohort_sections import result_sections
from lutetia.reports.result_blocks import Section, numbers_of
from lutetia.reports.result_figures import Drawn, drawn

INTENDED_USE = (
    "Research and education software, not a medical device. The report shows what the records hold and what they "
    "cannot show; it recommends no treatment."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the report was made of: version, seed, the study's file and the input files, each (name, sha256).

    `origin` says in words where the courses came from; `as_of` is the day printed as the report's, None for none.
    """

    version: str
    study_file: str
    origin: str
    seed: int
    as_of: date | None
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """A whole report. `made_up` says who is invented, "" when nobody is. `figures` are all of them, `flow` is one.

    `numbers` calls every table and figure by its number, by (is it a table, key); `not_made` says what could not be.
    """

    title: str
    made_up: str
    data_cut_off: date
    facts: tuple[tuple[str, str], ...]
    believe: tuple[str, str, str]
    flow: Drawn | None
    reasons: tuple[tuple[str, int], ...]
    checks: tuple[Examined, ...]
    sections: tuple[Section, ...]
    numbers: dict[tuple[bool, str], str]
    conventions: tuple[str, ...]
    left_out: tuple[str, ...]
    not_made: tuple[str, ...]
    provenance: Provenance
    figures: tuple[Drawn, ...]
    analysis: CohortAnalysis

    @property
    def counts(self) -> dict[str, int]:
        """How many checks fired, did not, and cannot be told."""
        return {state: sum(check.state == state for check in self.checks) for state in (FIRED, QUIET, OPEN)}

    @property
    def running(self) -> str:
        """What stands at the foot of every page."""
        return f"{self.title} · made-up patients" if self.made_up else self.title


def report_of(
    analysis: CohortAnalysis, provenance: Provenance, *, told: Callable[[str], None] = lambda step: None
) -> Report:
    """The report of an analysis: remedies run, figures drawn. `told` hears what is being done."""
    checks = examined(analysis.design, told=lambda title: told(f"Design check: {title}"))
    pictures = []
    for data in analysis.figures:
        told(f"Figure: {data.title}")
        pictures.append(drawn(data))
    study = analysis.study
    flow = next((picture for picture in pictures if picture.kind == "flow"), None)
    sections = result_sections(analysis.tables, [picture for picture in pictures if picture is not flow])
    return Report(
        title=study.title,
        made_up=made_up(analysis),
        data_cut_off=study.data_cut_off,
        facts=_facts(analysis, provenance),
        believe=what_to_believe(analysis, checks),
        flow=flow,
        reasons=analysis.flow.all_reasons,
        checks=checks,
        sections=sections,
        numbers=numbers_of(sections, flow),
        conventions=analysis.conventions,
        left_out=tuple(str(left) for left in analysis.left_out),
        not_made=analysis.not_made,
        provenance=provenance,
        figures=tuple(pictures),
        analysis=analysis,
    )


def _facts(analysis: CohortAnalysis, provenance: Provenance) -> tuple[tuple[str, str], ...]:
    """The head of the report: what, until when, how many, compared in what."""
    study = analysis.study
    facts = [
        ("Data cut-off", study.data_cut_off.isoformat()),
        ("Patients", f"{analysis.flow.screened} screened, {analysis.flow.analysed} analysed"),
        ("Courses", provenance.origin),
        ("Time zero", str(study.time_zero)),
        ("Endpoints", ", ".join(table.name for table in analysis.data.endpoints)),
    ]
    if study.comparison is not None:
        other = [level for level in study.comparison.levels if level != study.comparison.reference]
        facts.append(("Comparison", f"{other[0]} against {study.comparison.reference}"))
    if provenance.as_of is not None:
        facts.append(("Report of", provenance.as_of.isoformat()))
    return tuple(facts)
