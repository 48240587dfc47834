"""What the commands of a trial share: what is listed, what is printed."""

from __future__ import annotations

import pytest

from lutetia.cli.trial_files import about, listed, printed, provenance_of, refuse_without
from lutetia.errors import InputError
from lutetia.results.table import Table, TableRow


def test_folders_of_many_are_counted_and_others_named(tmp_path):
    names = ("report.html", "parquet/adsl.parquet", "tables/a.csv", "tables/a.json", "public/tables/b.csv")
    assert listed(dict.fromkeys(names, b""), tmp_path) == [
        str(tmp_path / "report.html"),
        str(tmp_path / "parquet" / "adsl.parquet"),
        f"{tmp_path / 'tables'}: 1 CSV, 1 JSON",
        f"{tmp_path / 'public' / 'tables'}: 1 CSV",
    ]


def test_a_table_fits_a_terminal(capsys):
    rows = (TableRow(cells=("x" * 80, "1")), TableRow(cells=("heading", ""), kind="heading"))
    printed(Table(key="t", title="T", head=("Name", "n"), rows=rows, records=()))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "T"
    assert max(map(len, lines)) <= 2 + 40 + 2 + 1
    assert lines[2].endswith("…  1")
    assert not any("heading" in line for line in lines)


def test_the_manifest_names_inputs_with_their_checksums(tmp_path):
    (tmp_path / "trial.yaml").write_bytes(b"a")
    made = provenance_of(tmp_path / "trial.yaml", ("Seed", "1"))

    class Page:
        provenance, title, made_up = made, "t", ""

    said = about(Page())  # type: ignore[arg-type]
    assert said["seed"] == "1"
    assert said["inputs"][0]["file"] == "trial.yaml"
    assert said["inputs"][0]["sha256"].startswith("ca978112")  # sha256 of "a", FIPS 180 example tables


def test_a_lacking_package_is_named():
    with pytest.raises(InputError, match=r"lutetia\[cohort\]"):
        refuse_without("no_such_package_of_ours")
