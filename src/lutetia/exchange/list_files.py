"""A randomisation list as files: the private list with nonces, the public seal; the check of one by the other."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

from lutetia.errors import Fault, InputError
from lutetia.exchange.documents import read_text
from lutetia.trial.permuted_blocks import RandomisationList
from lutetia.trial.sealed_list import OpenedRecord, Seal, Tampered, all_opened, seal_from, verify_records

COLUMNS = ("stratum", "number", "arm", "nonce")
MOST = 20  # places named one by one


def list_csv(made: RandomisationList) -> bytes:
    """The list as CSV, one line a record with its nonce. Private: with it, the next allocation is known."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((one.stratum, one.number, one.arm, one.nonce) for one in all_opened(made))
    return text.getvalue().encode()


def seal_json(seal: Seal) -> bytes:
    """The seal as JSON: what may be published."""
    return (json.dumps(seal.document(), indent=1, ensure_ascii=False) + "\n").encode()


def read_list(path: str | Path) -> tuple[OpenedRecord, ...]:
    """The records of a list file. Raises InputError with every fault: columns, numbers that are none, no records."""
    lines = list(csv.reader(StringIO(read_text(path), newline="")))
    if not lines or tuple(lines[0]) != COLUMNS:
        got = ", ".join(lines[0])[:80] if lines else "an empty file"
        fault = Fault(place="columns", must=f"must be {', '.join(COLUMNS)}", got=got, line=1)
        raise InputError(str(path), [fault])
    faults, records = [], []
    for at, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(COLUMNS):
            must, got = f"must have {len(COLUMNS)} cells", str(len(cells))
            faults.append(Fault(place="record", must=must, got=got, line=at))
            continue
        stratum, number, arm, nonce = cells
        if not number.isascii() or not number.isdigit():
            faults.append(Fault(place="number", must="must be a whole number", got=number[:20], line=at))
            continue
        records.append(OpenedRecord(stratum=stratum, number=int(number), arm=arm, nonce=nonce))
    if faults or not records:
        faults = faults or [Fault(place="list", must="must hold records", got="none")]
        more = len(faults) - MOST
        said = faults[:MOST] + ([Fault(place="list", must=f"has {more} more such lines")] if more > 0 else [])
        raise InputError(str(path), said)
    return tuple(records)


def read_seal(path: str | Path) -> Seal:
    """The seal in a JSON file. Raises InputError with every fault."""
    try:
        document = json.loads(read_text(path))
    except ValueError as error:
        fault = Fault(place="seal", must="must be a JSON file that lutetia trial randomise wrote", got=str(error)[:80])
        raise InputError(str(path), [fault]) from None
    if not isinstance(document, dict):
        fault = Fault(place="seal", must="must be a JSON object", got=type(document).__name__)
        raise InputError(str(path), [fault])
    return seal_from(document)


def verified(
    list_path: str | Path, seal_path: str | Path, *, root: str | None = None, part: bool = False
) -> tuple[int, Seal]:
    """How many records of the list were checked against the seal, and the seal. `part`: not all need be there.

    Raises InputError that names every place where list and seal do not belong together.
    """
    records, seal = read_list(list_path), read_seal(seal_path)
    places = verify_records(records, seal, root=root, complete=not part)
    if places:
        faults = [_fault(place) for place in places[:MOST]]
        if len(places) > MOST:
            faults.append(Fault(place="list", must=f"has {len(places) - MOST} more such places"))
        raise InputError(f"{list_path}: not the list that was sealed", faults)
    return len(records), seal


def _fault(place: Tampered) -> Fault:
    where = "seal" if place.stratum is None else f"stratum {place.stratum}"
    return Fault(place=where if place.number is None else f"{where}, record {place.number}", must=place.why)
