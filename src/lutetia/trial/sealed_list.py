"""A sealed list: anyone can check later that no record was altered, and nobody can read the list from the seal.

Each stratum has a chain of SHA-256 hashes,

    link 0 = H(header, newline, stratum)      link i = H(link i−1, nonce i, number i, arm i),

with the number in four bytes (big-endian) and the arm's position in one. The nonce, 16 bytes that only the keeper of
the list knows, hides the arm; it is shown when the record is used, and from then on anyone can check that record alone.
The root is the hash over the header and all links: printed in the protocol before the first patient, it binds the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256, shake_256

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.trial.permuted_blocks import RandomisationList

FORMAT = "lutetia sealed list 1"
NONCE, LINK = 16, 32
"""Bytes of a nonce and of a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What may be published: the header (JSON text), the links of each stratum one after the other, the root (hex)."""

    header: str
    links: Mapping[str, bytes]
    root: str

    @property
    def value(self) -> str:
        """The root: every result of Lutetia has a `value`."""
        return self.root

    def records(self, stratum: str) -> int:
        """How many records of the stratum are sealed."""
        return len(self.links[stratum]) // LINK - 1

    def document(self) -> dict[str, object]:
        """The seal as plain text to be written as JSON: header, root, and the links of each stratum as one hex text."""
        return {
            "format": FORMAT,
            "header": self.header,
            "root": self.root,
            "links": {stratum: chain.hex() for stratum, chain in self.links.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRecord:
    """A record with the nonce that proves it; `nonce` is hex."""

    stratum: str
    number: int
    arm: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampered:
    """One place where list and seal do not belong together; `number` is None where a whole stratum or root is meant."""

    stratum: str | None
    number: int | None
    why: str

    def __str__(self) -> str:
        where = "the seal" if self.stratum is None else f"stratum {self.stratum}"
        return f"{where}{'' if self.number is None else f', record {self.number}'}: {self.why}"


def seal(made: RandomisationList) -> Seal:
    """The seal of a list. Every record counts: about half a microsecond each."""
    header = header_of(made)
    links = {name: _chain(header, name, _bodies(made, at)) for at, name in enumerate(made.strata)}
    return Seal(header=header, links=links, root=root_of(header, links))


def seal_from(document: Mapping[str, object]) -> Seal:
    """The seal that `Seal.document` wrote; `verify_seal` says whether it is whole. Raises InputError, every fault."""
    faults = []
    if document.get("format") != FORMAT:
        faults.append(_fault("format", f"must be {FORMAT!r}", document.get("format")))
    texts = {}
    for name in ("header", "root"):
        text = document.get(name)
        if not isinstance(text, str):
            faults.append(_fault(name, "must be text", text))
        texts[name] = str(text)
    given = document.get("links")
    links: dict[str, bytes] = {}
    if not isinstance(given, Mapping):
        faults.append(_fault("links", "must hold a text for each stratum", given))
    else:
        for stratum, text in given.items():
            try:
                links[str(stratum)] = bytes.fromhex(text)
            except (TypeError, ValueError):
                faults.append(_fault(f"links of {stratum}", "must be hexadecimal text", text))
    if faults:
        raise InputError("seal", faults)
    return Seal(header=texts["header"], links=links, root=texts["root"])


def header_of(made: RandomisationList) -> str:
    """What the list is, as JSON with sorted keys: format, algorithm, arms, ratio, blocks, factors; not the seed."""
    said = {
        "format": FORMAT,
        "algorithm": made.algorithm,
        "arms": list(made.arms),
        "ratio": list(made.ratio),
        "block_lengths": list(made.block_lengths),
        "factors": {name: list(levels) for name, levels in made.factors.items()},
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def root_of(header: str, links: Mapping[str, bytes]) -> str:
    """SHA-256 over the header and, for each stratum in order, its label and the hash of its links; hex."""
    whole = sha256(header.encode())
    for stratum, chain in links.items():
        whole.update(sha256(stratum.encode()).digest() + sha256(chain).digest())
    return whole.hexdigest()


def opened(made: RandomisationList, stratum: str, number: int) -> OpenedRecord:
    """A used record with its nonce, to be shown to whoever wants to check it. Raises InputError where there is none."""
    record = made.record(stratum, number)
    nonces = _nonces(made.seed, stratum, number)
    return OpenedRecord(
        stratum=stratum, number=number, arm=record.arm, nonce=nonces[(number - 1) * NONCE : number * NONCE].hex()
    )


def all_opened(made: RandomisationList) -> list[OpenedRecord]:
    """Every record with its nonce: the private list as rows, enough to check it without the seed."""
    rows = []
    for stratum, codes in zip(made.strata, made.codes, strict=True):
        nonces = _nonces(made.seed, stratum, codes.size).hex()
        rows += [
            OpenedRecord(
                stratum=stratum, number=i + 1, arm=made.arms[code], nonce=nonces[2 * NONCE * i : 2 * NONCE * (i + 1)]
            )
            for i, code in enumerate(codes.tolist())
        ]
    return rows


def verify_list(made: RandomisationList, given: Seal, *, root: str | None = None) -> tuple[Tampered, ...]:
    """Every place where the list is not what was sealed; empty if it is whole. `root` is the one that was published."""
    found = [*verify_seal(given, root=root)]
    if header_of(made) != given.header:
        found.append(Tampered(stratum=None, number=None, why="the header names another list"))
    for at, stratum in enumerate(made.strata):
        chain = given.links.get(stratum)
        if chain is None:
            found.append(Tampered(stratum=stratum, number=None, why="is not in the seal"))
            continue
        size, sealed = made.codes[at].size, len(chain) // LINK - 1
        if size != sealed:
            found.append(Tampered(stratum=stratum, number=None, why=f"{sealed} records were sealed, {size} are there"))
        if _first_link(given.header, stratum) != chain[:LINK]:
            found.append(Tampered(stratum=stratum, number=None, why="the chain does not start at this header"))
        bodies = _bodies(made, at)
        step = len(bodies) // size
        for i in range(min(size, sealed)):
            body = bodies[i * step : (i + 1) * step]
            if sha256(chain[i * LINK : (i + 1) * LINK] + body).digest() != chain[(i + 1) * LINK : (i + 2) * LINK]:
                found.append(_altered(stratum, i + 1))
    found += [
        Tampered(stratum=stratum, number=None, why="is sealed, but not in the list")
        for stratum in given.links
        if stratum not in made.strata
    ]
    return tuple(found)


def verify_records(
    records: Iterable[OpenedRecord], given: Seal, *, root: str | None = None, complete: bool = False
) -> tuple[Tampered, ...]:
    """Every record, of a whole list or of those used so far, that is not what was sealed; no seed is needed.

    `complete` demands every sealed record. Raises InputError for a seal whose header cannot be read.
    """
    arms = _arms(given)
    found, seen = [*verify_seal(given, root=root)], set()
    for record in records:
        key = (record.stratum, record.number)
        why = _why(record, given, arms)
        if key in seen:
            why = "is there twice"
        seen.add(key)
        if why is not None:
            found.append(Tampered(stratum=record.stratum, number=record.number, why=why))
    if complete:
        for stratum in given.links:
            missing = [i for i in range(1, given.records(stratum) + 1) if (stratum, i) not in seen]
            found += [Tampered(stratum=stratum, number=i, why="is missing") for i in missing]
    return tuple(found)


def verify_seal(given: Seal, *, root: str | None = None) -> tuple[Tampered, ...]:
    """Whether the links are those of the root, and the root the published one."""
    found = []
    if root_of(given.header, given.links) != given.root:
        found.append(Tampered(stratum=None, number=None, why="the links or the header are not those of its root"))
    if root is not None and root != given.root:
        found.append(Tampered(stratum=None, number=None, why="the root is not the published one"))
    return tuple(found)


def _fault(place: str, must: str, got: object) -> Fault:
    return Fault(place=place, must=must, got=repr(got)[:60])


def _altered(stratum: str, number: int) -> Tampered:
    return Tampered(stratum=stratum, number=number, why="is not the record that was sealed")


def _why(record: OpenedRecord, given: Seal, arms: list[str]) -> str | None:
    chain = given.links.get(record.stratum)
    if chain is None:
        return "its stratum is not in the seal"
    if not 1 <= record.number <= len(chain) // LINK - 1:
        return "no such record was sealed"
    if record.arm not in arms:
        return f"its arm {record.arm!r} is not in the seal"
    try:
        nonce = bytes.fromhex(record.nonce)
    except ValueError:
        return "its nonce is no hexadecimal text"
    i = record.number - 1
    body = nonce + record.number.to_bytes(4, "big") + bytes([arms.index(record.arm)])
    link = sha256(chain[i * LINK : (i + 1) * LINK] + body).digest()
    return None if link == chain[(i + 1) * LINK : (i + 2) * LINK] else "is not the record that was sealed"


def _arms(given: Seal) -> list[str]:
    try:
        said = json.loads(given.header)
        return [str(arm) for arm in said["arms"]]
    except (ValueError, KeyError, TypeError) as wrong:
        fault = Fault(place="header", must="must be the JSON text of a sealed list", got=str(wrong))
        raise InputError("seal", [fault]) from wrong


def _nonces(seed: int, stratum: str, count: int) -> bytes:
    """Nonces of a stratum: SHAKE-256 of "lutetia nonces 1|seed|stratum", 16 bytes each; some tell nothing of others."""
    return shake_256(f"lutetia nonces 1|{seed}|{stratum}".encode()).digest(NONCE * count)


def _bodies(made: RandomisationList, at: int) -> bytes:
    """Nonce, number and arm of every record of a stratum, 21 bytes each."""
    codes = made.codes[at]
    body = np.empty((codes.size, NONCE + 5), dtype=np.uint8)
    nonces = np.frombuffer(_nonces(made.seed, made.strata[at], codes.size), dtype=np.uint8)
    body[:, :NONCE] = nonces.reshape(codes.size, NONCE)
    numbers = np.arange(1, codes.size + 1, dtype=">u4")
    body[:, NONCE : NONCE + 4] = numbers.view(np.uint8).reshape(codes.size, 4)
    body[:, NONCE + 4] = codes
    return body.tobytes()


def _first_link(header: str, stratum: str) -> bytes:
    return sha256(f"{header}\n{stratum}".encode()).digest()


def _chain(header: str, stratum: str, bodies: bytes) -> bytes:
    step = NONCE + 5
    link = _first_link(header, stratum)
    links = [link]
    for start in range(0, len(bodies), step):
        link = sha256(link + bodies[start : start + step]).digest()
        links.append(link)
    return b"".join(links)
