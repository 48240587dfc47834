"""Sections as Typst sets them: names by number, ranges held together."""

from __future__ import annotations

from lutetia.reports.result_blocks import Section, table_block
from lutetia.reports.result_pdf import JOINER, section_data, template
from lutetia.results.table import Table, TableRow


def test_a_section_as_data():
    table = Table(
        key="t", title="T", head=("", "Value"), rows=(TableRow(cells=("a", "1–2")),), records=(), notes=("some note",)
    )
    section = Section(key="s", title="S", intro=("i",), blocks=(table_block(table),))
    data = section_data(section, {(True, "t"): "Table 7."})
    block = data["blocks"][0]
    assert (data["title"], block["name"], block["notes"]) == ("S", "Table 7.", ["Some note."])
    assert block["rows"][0]["cells"][1] == f"1{JOINER}–{JOINER}2"


def test_every_template_stands_on_the_shared_blocks():
    for name in ("cohort.typ", "result_page.typ"):
        text = template(name).decode()
        assert text.index("#let set-table") < text.index("#all-sections(d.sections)")
