"""The files of a page, and a manifest that keeps what is secret to itself."""

from __future__ import annotations

import hashlib
import json

from lutetia.reports.page_files import page_files, with_manifest
from lutetia.reports.result_page import Part, Provenance, ResultPage
from lutetia.results.table import Table, TableRow


def page() -> ResultPage:
    table = Table(key="t", title="T", head=("",), rows=(TableRow(cells=("a",)),), records=({"x": 1},))
    return ResultPage(kind="k", title="t", made_up="", day=None, facts=(), lead_title="", lead=(), conventions=(),
                      not_made=(), parts=(Part(key="p", title="P", contents=(table,)),),
                      provenance=Provenance(version="1"))  # fmt: skip


def test_page_tables_and_pdf_when_asked():
    told: list[str] = []
    files = page_files(page(), "design", pdf=True, told=told.append)
    assert list(files) == ["design.html", "design.pdf", "tables/t.csv", "tables/t.json"]
    assert told == ["design.html", "design.pdf"]
    assert files["tables/t.csv"] == b"x\n1\n"
    assert "design.pdf" not in page_files(page(), "design")


def test_the_manifest_has_the_checksum_of_what_is_public():
    files = with_manifest({"a": b"A", "private/b": b"B"}, format="f/1", about={"title": "t"}, secret=("private/b",))
    said = json.loads(files["manifest.json"])
    assert (said["format"], said["title"]) == ("f/1", "t")
    assert said["files"][0] == {"file": "a", "bytes": 1, "sha256": hashlib.sha256(b"A").hexdigest()}
    assert said["files"][1] == {"file": "private/b", "bytes": 1}
