"""The report as one self-contained HTML page: figures inside, no address outside, readable without its script."""

from __future__ import annotations

from lutetia.reports.cohort_design import remedy_cells
from lutetia.reports.cohort_report import INTENDED_USE, Report
from lutetia.reports.cohort_wording import input_rows, provenance_rows
from lutetia.reports.result_html import environment, inline_svg, script_json
from lutetia.reports.typesetting import font_faces


def html(report: Report, *, links: bool = False) -> str:
    """The report as HTML text. `links` points to the files of the whole folder; the same report gives the same text."""
    from markupsafe import Markup

    figures = {figure.key: figure for figure in report.figures}
    return (
        environment()
        .get_template("cohort.html.j2")
        .render(
            report=report,
            links=links,
            svg_of={key: inline_svg(figure) for key, figure in figures.items()},
            readout_of={key: script_json(figure.readout) for key, figure in figures.items() if figure.readout},
            remedy_cells=remedy_cells,
            intended_use=INTENDED_USE,
            font_faces=Markup(font_faces()),
            provenance=provenance_rows(report.provenance),
            inputs=input_rows(report.provenance),
        )
    )
