"""Tables as a centre exports them: three separators, Excel's habits, and everything that must be refused."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import polars
import pytest

from lutetia.errors import Fault, InputError
from lutetia.exchange import tabular
from lutetia.exchange.tabular import parse_table, read_table


def faults_of(text: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        parse_table(text, "t.csv")
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_each_separator_gives_the_same_rows(sign):
    table = parse_table(f"subject{sign}value\nA{sign} 7.5 \n\nB{sign}\n")
    assert table.rows == [{"subject": "A", "value": "7.5"}, {"subject": "B", "value": ""}]
    assert (table.columns, table.places, table.lines) == (("subject", "value"), ["row 1", "row 2"], [2, 4])


def test_a_table_of_one_column_is_a_table():
    assert parse_table("value\n7\n").rows == [{"value": "7"}]


def test_a_cell_may_hold_separators_quotes_and_line_breaks(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbfnote,value\r\n"liver, ""left""\r\nlobe",7\r\nx,8\r\n')
    table = read_table(path)
    assert table.rows[0] == {"note": 'liver, "left"\r\nlobe', "value": "7"}
    assert table.lines == [2, 4]


def test_decimal_commas_are_refused_with_row_column_and_hint():
    faults = faults_of("subject;value;note\nA;7,5;liver, left\nB;<0,5;1, 2\n")
    assert len(faults) == 2  # words with commas, and commas between words, are no numbers
    assert faults[0].startswith("line 2, row 1, column value: a number must not have a comma, but got '7,5'.")
    assert "decimal point" in faults[1]
    assert len(faults_of('a,b\n"1,234",2\n')) == 1


def test_an_unquoted_decimal_comma_in_a_comma_table_is_explained():
    (fault,) = faults_of("a,b\n7,5,3\n")
    assert "row 1, column 3" in fault
    assert "decimal comma" in fault


def test_all_faults_come_together():
    faults = faults_of('a;b;a;\n1;2;3\n1;"2,5";3;4\n')
    assert [fault.split(":")[0] for fault in faults] == [
        "line 1, header, column 3",
        "line 1, header, column 4",
        "line 2, row 1, column ",
        "line 3, row 2, column b",
    ]
    assert "a again (first in column 1)" in faults[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one row"),
        ("a,b\n", "at least one row"),
        ('a,b\n"1,2\n', "well-formed CSV"),
        ("a;b,c\n1;2,c\n", "one sign"),
    ],
)
def test_what_is_no_table_is_refused(text, says):
    assert says in faults_of(text)[0]


def test_empty_rows_are_counted_not_dropped_in_silence():
    table = parse_table("a;b\n1;2\n;\n;\n")
    assert (len(table.rows), table.left_out) == (1, ("2 empty rows",))


def test_other_encodings_and_absent_files_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\nM\u00fcller,2\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"line 2.*UTF-8"):
        read_table(path)
    with pytest.raises(InputError, match="must exist"):
        read_table(tmp_path / "absent.csv")


def test_the_sizes_are_limited(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n2\n", encoding="utf-8")
    monkeypatch.setattr(tabular, "MAX_ROWS", 1)
    with pytest.raises(InputError, match="at most 1 rows, but got 2"):
        read_table(path)
    monkeypatch.setattr(tabular, "MAX_BYTES", 5)
    with pytest.raises(InputError, match="must not exceed"):
        read_table(path)


def test_a_missing_column_is_named_with_its_nearest():
    table = parse_table("Subject,valeu\nA,1\n", "t.csv")
    with pytest.raises(InputError) as refused:
        table.require(["subject"], ["value", "result"], ["unit"])
    first, second, third = map(str, refused.value.faults)
    assert "Is it Subject?" in first
    assert "a column value or result" in second
    assert "Is it valeu?" in second
    assert "Is it" not in third


def test_a_fault_of_a_row_has_its_line():
    table = parse_table("a\n\n1\n", "t.csv")
    assert str(table.located(0, Fault(place="a", must="must be 2"))) == "line 3, row 1, a: must be 2."


def test_parquet_without_its_library_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(InputError, match="needs the library polars") as refused:
        read_table(path)
    assert "save the table as CSV" in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "kind", "said"),
    [
        (["A ", None], polars.String, ["A", ""]),
        ([7.0, 7.5, float("nan")], polars.Float64, ["7", "7.5", ""]),
        ([12.1, 0.3], polars.Float32, ["12.1", "0.3"]),
        ([3, None], polars.Int16, ["3", ""]),
        ([Decimal("12.50")], polars.Decimal(8, 2), ["12.50"]),
        ([date(2024, 5, 17)], polars.Date, ["2024-05-17"]),
        ([datetime(2024, 5, 17), datetime(2024, 5, 17, 9, 30)], polars.Datetime, ["2024-05-17", "2024-05-17T09:30:00"]),
        ([True, False], polars.Boolean, ["true", "false"]),
        (["PR", "SD"], polars.Categorical, ["PR", "SD"]),
    ],
)
def test_cells_of_a_typed_table_become_text(tmp_path, cells, kind, said):
    path = tmp_path / "t.parquet"
    columns = [polars.Series("row", range(len(cells))), polars.Series("a", cells, dtype=kind, strict=False)]
    polars.DataFrame(columns).write_parquet(path)
    assert [row["a"] for row in read_table(path).rows] == said


def test_parquet_gives_the_rows_of_the_same_csv(tmp_path):
    path = tmp_path / "t.parquet"
    polars.DataFrame({"subject": ["A", "B"], "value": [7.5, None], "count": [1, 2]}).write_parquet(path)
    assert read_table(path).rows == parse_table("subject,value,count\nA,7.5,1\nB,,2\n").rows
    path.rename(tmp_path / "named_otherwise.csv")  # known by its first bytes
    assert len(read_table(tmp_path / "named_otherwise.csv").rows) == 2


def test_empty_rows_of_a_parquet_file_are_left_out_and_counted(tmp_path):
    path = tmp_path / "t.parquet"
    polars.DataFrame({"a": ["1", None, " ", "2"], "b": [None, None, "", "x"]}).write_parquet(path)
    table = read_table(path)
    assert (table.left_out, table.places) == (("2 empty rows",), ["row 1", "row 4"])


def test_what_a_parquet_file_cannot_hold_is_refused_all_at_once(tmp_path):
    path = tmp_path / "t.parquet"
    polars.DataFrame({"a": [[1, 2]], "b": [b"x"], "c": [timedelta(days=1)], " c": ["y"]}).write_parquet(path)
    with pytest.raises(InputError) as refused:
        read_table(path)
    places = [fault.place for fault in refused.value.faults]
    assert places == ["header, column 4", "column a", "column b", "column c"]
    polars.DataFrame({"a": ["1,5", "x"]}).write_parquet(path)
    with pytest.raises(InputError, match="row 1, column a: a number must not have a comma"):
        read_table(path)
    polars.DataFrame({"a": polars.Series([], dtype=polars.String)}).write_parquet(path)
    with pytest.raises(InputError, match="at least one row"):
        read_table(path)


def test_a_parquet_file_of_too_many_rows_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    polars.DataFrame({"a": range(11)}).write_parquet(path)
    monkeypatch.setattr(tabular, "MAX_ROWS", 10)
    with pytest.raises(InputError, match="must have at most 10 rows, but got 11"):
        read_table(path)


def test_a_damaged_parquet_file_is_refused_wherever_it_is_damaged(tmp_path):
    path = tmp_path / "t.parquet"
    polars.DataFrame({"subject": ["A", "B"] * 20, "value": [7.5, None] * 20}).write_parquet(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(InputError):  # and nothing else; damage in the values may go unseen: there is no checksum
            read_table(path)
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="readable Parquet"):
        read_table(path)
