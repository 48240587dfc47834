"""A page of results that is not a cohort report: a design, a list, a simulation, a trial. As HTML and as PDF/A.

One headed list of facts, a few sentences to begin with, sections of tables and figures, conventions, provenance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lutetia.reports.result_blocks import Block, FigureBlock, Section, numbers_of, table_block
from lutetia.reports.result_figures import Drawn
from lutetia.reports.result_html import environment, inline_svg, script_json
from lutetia.reports.result_pdf import section_data, template
from lutetia.reports.typesetting import font_faces, typeset
from lutetia.reports.typography import sentence
from lutetia.results.table import Table

INTENDED_USE = (
    "Research and education software, not a medical device. It shows what the numbers hold and what they cannot show; "
    "it recommends no treatment."
)
NO_DAY = date(2000, 1, 1)  # of a PDF whose page has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a page was made of: version, rows to print, and the input files, each (name, sha256)."""

    version: str
    rows: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def printed(self) -> tuple[tuple[str, str], ...]:
        """Version first."""
        return (("Lutetia", self.version), *self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with what stands under it, in order: tables, and figures that are drawn."""

    key: str
    title: str
    intro: tuple[str, ...] = ()
    contents: tuple[Table | Drawn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResultPage:
    """A whole page. `made_up` says who is invented, "" when nobody is; `lead` are the sentences it begins with under
    `lead_title`; `not_made` says what could not be made and why; `day` dates the PDF;
    `unnumbered` are keys of tables and figures that are not counted."""

    kind: str
    title: str
    made_up: str
    day: date | None
    facts: tuple[tuple[str, str], ...]
    lead_title: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    conventions: tuple[str, ...]
    not_made: tuple[str, ...]
    provenance: Provenance
    unnumbered: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[Section, ...]:
        """The parts as they are set."""
        return tuple(
            Section(key=part.key, title=part.title, intro=part.intro, blocks=tuple(map(_block, part.contents)))
            for part in self.parts
        )

    @property
    def numbers(self) -> dict[tuple[bool, str], str]:
        """What every table and figure is called."""
        counted = [
            replace(section, blocks=tuple(block for block in section.blocks if block.key not in self.unnumbered))
            for section in self.sections
        ]
        blocks = (block for section in self.sections for block in section.blocks)
        bare = {(block.is_table, block.key): "" for block in blocks if block.key in self.unnumbered}
        return {**numbers_of(counted, None), **bare}

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(one for part in self.parts for one in part.contents if isinstance(one, Table))

    @property
    def figures(self) -> tuple[Drawn, ...]:
        """Every figure, in order."""
        return tuple(one for part in self.parts for one in part.contents if isinstance(one, Drawn))

    @property
    def running(self) -> str:
        """What stands at the foot of every page."""
        said = f"{self.title} · {self.kind}"
        return f"{said} · made-up patients" if self.made_up else said


def _block(one: Table | Drawn) -> Block:
    return table_block(one) if isinstance(one, Table) else FigureBlock(drawn=one)


def page_html(page: ResultPage, *, links: bool = True) -> str:
    """The page as one self-contained HTML text. `links` points to tables/ and figures/ beside it."""
    from markupsafe import Markup

    return (
        environment()
        .get_template("result_page.html.j2")
        .render(
            report=page,
            sections=page.sections,
            links=links,
            svg_of={figure.key: inline_svg(figure) for figure in page.figures},
            readout_of={figure.key: script_json(figure.readout) for figure in page.figures if figure.readout},
            intended_use=INTENDED_USE,
            font_faces=Markup(font_faces()),
        )
    )


def page_pdf(page: ResultPage) -> bytes:
    """The page as PDF/A-2b; the same page gives the same bytes."""
    return typeset(template("result_page.typ"), page_data(page))


def page_data(page: ResultPage) -> dict[str, Any]:
    """What the PDF's template sets, as plain data."""
    day = page.day or NO_DAY
    numbers = page.numbers
    return {
        "day": [day.year, day.month, day.day],
        "title": page.title,
        "kind": page.kind,
        "running": page.running,
        "made_up": page.made_up,
        "facts": page.facts,
        "lead_title": page.lead_title,
        "lead": page.lead,
        "sections": [section_data(section, numbers) for section in page.sections],
        "conventions": [sentence(line) for line in page.conventions],
        "not_made": [sentence(line) for line in page.not_made],
        "provenance": page.provenance.printed,
        "inputs": page.provenance.inputs,
        "intended_use": INTENDED_USE,
    }
