"""What lies in a folder: every series with its modality and files, and every file that is not readable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, open_dataset, quietly, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSeries:
    """One series: its modality, its identifiers and its files in order of name."""

    series_uid: str
    modality: str
    description: str
    study_uid: str
    frame_of_reference: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesIdentity:
    """Where an image comes from, for the audit trail: identifiers and file names, no patient."""

    study_uid: str
    series_uid: str
    sop_uids: tuple[str, ...]
    modality: str
    description: str
    device: str
    files: tuple[str, ...]


def find_series(source: str | Path, *, limits: Limits = USUAL) -> tuple[tuple[FoundSeries, ...], tuple[Fault, ...]]:
    """Every series below a folder, ordered by modality and description, and a fault for each file that is none.

    Raises InputError if the folder does not exist or holds more than `limits.files` files.
    """
    folder = Path(source)
    if not folder.is_dir():
        raise InputError(str(source), [Fault(place="folder", must="must be a folder that exists")])
    groups: dict[str, list[tuple[Path, Dataset]]] = {}
    faults = []
    with quietly():
        for path in _files(folder, limits):
            dataset = open_dataset(path, pixels=False, limits=limits)
            if isinstance(dataset, Fault):
                faults.append(dataset)
            else:
                groups.setdefault(text_of(dataset, "SeriesInstanceUID"), []).append((path, dataset))
        found = [_found(uid, members) for uid, members in groups.items()]
    return tuple(sorted(found, key=lambda one: (one.modality, one.description, one.series_uid))), tuple(faults)


def files_of(source: str | Path | Iterable[str | Path], limits: Limits) -> list[Path]:
    """The files named, or all files of the folder named. Raises InputError for none or too many."""
    if isinstance(source, str | Path):
        path = Path(source)
        paths = _files(path, limits) if path.is_dir() else [path]
    else:
        paths = [Path(one) for one in source]
    if not paths:
        raise InputError(str(source), [Fault(place="files", must="must name at least one file")])
    return paths


def read_series(
    source: str | Path | Iterable[str | Path],
    *,
    modality: str,
    sop_classes: Sequence[str],
    series_uid: str | None,
    limits: Limits,
    faults: list[Fault],
) -> list[tuple[str, Dataset]]:
    """(file name, data set) of the one series of this modality among the files; its faults are added to `faults`.

    Files of other modalities are passed over. More than one series is a fault unless `series_uid` chooses.
    """
    found: list[tuple[str, Dataset]] = []
    for path in files_of(source, limits):
        dataset = open_dataset(path, limits=limits)
        if isinstance(dataset, Fault):
            faults.append(dataset)
        elif not text_of(dataset, "Modality"):
            do = "Is it truncated? Fetch it again, or take it out of the folder."
            faults.append(Fault(place=path.name, must="must state its modality (0008,0060)", got="none", do=do))
        elif text_of(dataset, "Modality") == modality and _is_chosen(dataset, series_uid):
            found.append((path.name, dataset))
    faults += _class_faults(found, modality, sop_classes)
    uids = sorted({text_of(dataset, "SeriesInstanceUID") for _, dataset in found})
    if not found:
        chosen = f" of series {series_uid}" if series_uid else ""
        faults.append(Fault(place="files", must=f"must hold {modality} images{chosen}", got="none"))
    elif len(uids) > 1:
        do = f"Choose one by series_uid: {', '.join(uids[:6])}."
        faults.append(Fault(place="files", must=f"must hold one {modality} series", got=f"{len(uids)}", do=do))
    return found


def _is_chosen(dataset: Dataset, series_uid: str | None) -> bool:
    return series_uid is None or text_of(dataset, "SeriesInstanceUID") == series_uid


def identity_of(found: Sequence[tuple[str, Dataset]]) -> SeriesIdentity:
    """The series' identifiers; files in the order given."""
    first = found[0][1]
    device = " ".join(text_of(first, word) for word in ("Manufacturer", "ManufacturerModelName")).strip()
    return SeriesIdentity(
        study_uid=text_of(first, "StudyInstanceUID"),
        series_uid=text_of(first, "SeriesInstanceUID"),
        sop_uids=tuple(text_of(dataset, "SOPInstanceUID") for _, dataset in found),
        modality=text_of(first, "Modality"),
        description=text_of(first, "SeriesDescription"),
        device=device,
        files=tuple(name for name, _ in found),
    )


def _class_faults(found: Sequence[tuple[str, Dataset]], modality: str, sop_classes: Sequence[str]) -> list[Fault]:
    faults = []
    for name, dataset in found:
        own = text_of(dataset, "SOPClassUID")
        if own not in sop_classes:
            named = element_name(own)
            do = "Enhanced multi-frame objects are not read: export the classic form." if "Enhanced" in named else None
            must = f"must be a {modality} image of a class that is read here"
            faults.append(Fault(place=name, must=must, got=named, do=do))
    return faults


def element_name(uid: str) -> str:
    """The name of a UID of the standard, or the UID itself."""
    from pydicom.uid import UID

    name = UID(uid).name if uid else "no class"
    return name or uid


def _files(folder: Path, limits: Limits) -> list[Path]:
    paths = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "DICOMDIR":
            paths.append(path)
        if len(paths) > limits.files:
            must = f"must hold at most {limits.files} files"
            raise InputError(str(folder), [Fault(place="folder", must=must, do="Raise Limits.files if it is meant.")])
    return paths


def _found(uid: str, members: list[tuple[Path, Dataset]]) -> FoundSeries:
    first = members[0][1]
    return FoundSeries(
        series_uid=uid,
        modality=text_of(first, "Modality"),
        description=text_of(first, "SeriesDescription"),
        study_uid=text_of(first, "StudyInstanceUID"),
        frame_of_reference=text_of(first, "FrameOfReferenceUID"),
        paths=tuple(path for path, _ in members),
    )
