"""Twin of src/lutetia/sources.py, and of scripts/seal_data.py that keeps its checksums."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lutetia.errors import DataFileError
from lutetia.sources import Source, load_yaml_table, read_sourced

ROOT = Path(__file__).resolve().parent.parent
# SHA-256 of the three bytes "abc": FIPS 180-2, appendix B.1.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
SIDECAR = """\
title: Three letters
source: FIPS 180-2, appendix B.1
licence: public domain
transcribed_by: a test
sha256: {digest}
kind: made_up
"""

Write = Callable[..., tuple[str, str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Write]:
    """Put one data file with its sidecar into a package of its own; gives (package, name)."""
    package = f"sourced_{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"
    monkeypatch.syspath_prepend(tmp_path)

    def put(content: bytes = b"abc", sidecar: str | None = None, name: str = "letters.txt") -> tuple[str, str]:
        data = tmp_path / package / "data"
        data.mkdir(parents=True, exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
        (data / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        text = SIDECAR.format(digest=digest) if sidecar is None else sidecar
        (data / f"{name}.source.yaml").write_text(text, encoding="utf-8")
        return package, f"data/{name}"

    yield put
    sys.modules.pop(package, None)


def test_text_and_source_of_a_sealed_file(write: Write) -> None:
    package, name = write(sidecar=SIDECAR.format(digest=ABC))
    sourced = read_sourced(package, name)
    assert sourced.text == "abc"
    assert sourced.source.title == "Three letters"
    assert sourced.source.sha256 == ABC
    assert (sourced.source.doi, sourced.source.checked_by) == (None, None)


def test_data_folder_may_be_named_as_package(write: Write) -> None:
    package, _ = write()
    assert read_sourced(f"{package}.data", "letters.txt").text == "abc"


def test_changed_byte_is_refused(write: Write) -> None:
    package, name = write(content=b"abd", sidecar=SIDECAR.format(digest=ABC))
    with pytest.raises(DataFileError, match=r"letters\.txt: the file must have the SHA-256.*(?s:.)*seal_data"):
        read_sourced(package, name)


def test_absent_file_is_named(write: Write) -> None:
    package, _ = write()
    with pytest.raises(DataFileError, match=r"data/none\.yaml: the data file must exist"):
        read_sourced(package, "data/none.yaml")


def test_absent_sidecar_is_named(write: Write, tmp_path: Path) -> None:
    package, name = write()
    (tmp_path / package / f"{name}.source.yaml").unlink()
    with pytest.raises(DataFileError, match="its sidecar must exist"):
        read_sourced(package, name)


def test_absent_package_is_a_data_file_error() -> None:
    with pytest.raises(DataFileError, match="ModuleNotFoundError"):
        read_sourced("lutetia.no_such_room", "data/x.yaml")


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "data/../../x"])
def test_path_out_of_the_package_is_refused(name: str) -> None:
    with pytest.raises(DataFileError, match="must lie inside its package"):
        read_sourced("lutetia", name)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("title: Three letters\n", "title"),
        ("licence: public domain\n", "licence"),
        ("transcribed_by: a test\n", "transcribed_by"),
        ("kind: made_up\n", "kind"),
        (f"sha256: {ABC}\n", "sha256"),
    ],
)
def test_sidecar_without_a_field_names_it(write: Write, line: str, named: str) -> None:
    package, name = write(sidecar=SIDECAR.format(digest=ABC).replace(line, ""))
    with pytest.raises(DataFileError, match=rf"letters\.txt\.source\.yaml(?s:.)*{named}"):
        read_sourced(package, name)


@pytest.mark.parametrize("extra", ["author: nobody\n", "kind: guess\n", "read_on: yesterday\n"])
def test_sidecar_with_a_wrong_field_is_refused(write: Write, extra: str) -> None:
    key = extra.split(":")[0]
    kept = "".join(s for s in SIDECAR.format(digest=ABC).splitlines(True) if not s.startswith(key))
    package, name = write(sidecar=kept + extra)
    with pytest.raises(DataFileError, match=key):
        read_sourced(package, name)


def test_unquoted_date_in_a_sidecar_is_kept_as_text(write: Write) -> None:
    package, name = write(sidecar=SIDECAR.format(digest=ABC) + "read_on: 2026-11-20\n")
    assert read_sourced(package, name).source.read_on == "2026-11-20"


def test_not_utf8_names_the_byte(write: Write) -> None:
    package, name = write(content=b"ab\xff")
    with pytest.raises(DataFileError, match="byte 2"):
        read_sourced(package, name)


def test_yaml_table_with_its_source(write: Write) -> None:
    package, name = write(content=b"rows: [1, 2]\n", name="t.yaml")
    sourced = load_yaml_table(package, name)
    assert sourced.table == {"rows": [1, 2]}
    assert sourced.source.kind == "made_up"


@pytest.mark.parametrize(("content", "said"), [(b"a: [1\n", "valid YAML"), (b"- 1\n", "a mapping")])
def test_yaml_that_is_no_table_is_refused(write: Write, content: bytes, said: str) -> None:
    package, name = write(content=content, name="t.yaml")
    with pytest.raises(DataFileError, match=said):
        load_yaml_table(package, name)


def test_source_is_frozen(write: Write) -> None:
    package, name = write()
    source = read_sourced(package, name).source
    with pytest.raises(ValueError, match="frozen"):
        source.title = "Other"  # type: ignore[misc]
    assert isinstance(source, Source)


@pytest.fixture(scope="module")
def seal_data() -> ModuleType:
    spec = importlib.util.spec_from_file_location("seal_data", ROOT / "scripts" / "seal_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sealing_writes_the_checksum_and_keeps_the_rest(seal_data: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_bytes(b"abc")
    sidecar = tmp_path / "letters.txt.source.yaml"
    sidecar.write_text("# kept\ntitle: Three letters\nsha256: old\nkind: made_up\n", encoding="utf-8")
    assert seal_data.main(["--check", str(tmp_path)]) == 1
    assert "sha256: old" in sidecar.read_text(encoding="utf-8")
    assert seal_data.main([str(tmp_path)]) == 0
    sealed = sidecar.read_text(encoding="utf-8")
    assert sealed == f"# kept\ntitle: Three letters\nsha256: {ABC}\nkind: made_up\n"
    assert seal_data.main(["--check", str(tmp_path)]) == 0


def test_sealing_adds_a_missing_checksum(seal_data: ModuleType) -> None:
    assert seal_data.sealed("title: x", ABC) == f"title: x\nsha256: {ABC}\n"


def test_file_without_sidecar_and_sidecar_without_file_are_faults(
    seal_data: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "alone.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "gone.yaml.source.yaml").write_text("title: x\n", encoding="utf-8")
    assert seal_data.main(["--check", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "alone.yaml: must have a sidecar" in said
    assert "gone.yaml.source.yaml: must stand beside" in said


def test_the_tables_of_the_scores_are_sealed(seal_data: ModuleType) -> None:
    folder = ROOT / "src" / "lutetia" / "scoring" / "data"
    assert seal_data.data_files(folder)
    assert seal_data.main(["--check", str(folder)]) == 0
