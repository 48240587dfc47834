"""Randomisation lists: permuted blocks within strata, reproducible from a seed for ever.

Random numbers are the raw 64-bit words of Philox 4×64-10, whose output is fixed for all versions of numpy. Each
stratum has its own stream: the key is the first half of SHA-256 of "lutetia permuted blocks 1|seed|stratum|purpose".
The slots of a block are ordered by their words, and the arms are dealt out in that order: every order is equally
likely. A stratum keeps its list when other strata are added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from itertools import product
from operator import add

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import whole

Codes = NDArray[np.int64]
ALGORITHM = "lutetia permuted blocks 1"
TITLE = "randomisation list"
Levels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the list. `number` counts from 1 within the stratum, `block` from 1, `place` from 1 in its block."""

    stratum: str
    number: int
    block: int
    place: int
    arm: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomisationList:
    """The list of each stratum. Secret: with it, the next allocation is known.

    `codes[s][i]` is the arm (its position in `arms`) of record i + 1 of stratum s, `ends[s]` where its blocks end.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    block_lengths: tuple[int, ...]
    factors: Mapping[str, tuple[str, ...]]
    strata: tuple[str, ...]
    codes: tuple[NDArray[np.int8], ...]
    ends: tuple[Codes, ...]
    seed: int
    algorithm: str
    conventions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Records in all."""
        return sum(codes.size for codes in self.codes)

    @property
    def value(self) -> dict[str, int]:
        """Records of each arm."""
        counts = np.bincount(np.concatenate(self.codes), minlength=len(self.arms))
        return dict(zip(self.arms, counts.tolist(), strict=True))

    def stratum_of(self, levels: Levels) -> str:
        """The stratum of a patient with these levels. Raises InputError unless every factor is known."""
        if faults := level_faults(self.factors, levels):
            raise InputError("stratum", faults)
        return stratum_label({name: levels[name] for name in self.factors})

    def record(self, stratum: str, number: int) -> Record:
        """Record `number` (from 1) of the stratum. Raises InputError where there is none."""
        codes, ends = self._of(stratum)
        if not 1 <= number <= codes.size:
            must = f"must lie between 1 and {codes.size} in {stratum}"
            raise InputError(TITLE, [Fault(place="number", must=must, got=str(number))])
        block = int(np.searchsorted(ends, number - 1, side="right"))
        before = int(ends[block - 1]) if block else 0
        return Record(
            stratum=stratum, number=number, block=block + 1, place=number - before, arm=self.arms[codes[number - 1]]
        )

    def records(self, stratum: str | None = None) -> Iterator[Record]:
        """Every record, stratum by stratum, or those of one stratum."""
        for name in self.strata if stratum is None else (stratum,):
            for number in range(1, self._of(name)[0].size + 1):
                yield self.record(name, number)

    def blocks(self, stratum: str) -> list[tuple[int, ...]]:
        """The arms (positions) of each block of the stratum."""
        codes, ends = self._of(stratum)
        return [tuple(block.tolist()) for block in np.split(codes, ends[:-1])]

    def _of(self, stratum: str) -> tuple[NDArray[np.int8], Codes]:
        if stratum not in self.strata:
            known = "; ".join(self.strata[:10])
            raise InputError(TITLE, [Fault(place="stratum", must=f"must be one of {known}", got=repr(stratum))])
        at = self.strata.index(stratum)
        return self.codes[at], self.ends[at]


def make_list(
    *,
    arms: Sequence[str],
    ratio: Sequence[int],
    factors: Mapping[str, Sequence[str]],
    records_per_stratum: int,
    seed: int,
    block_lengths: Sequence[int] | None = None,
) -> RandomisationList:
    """The list of every stratum, each combination of the factors' levels; no factors: one stratum, "all".

    `block_lengths` are drawn evenly if there are several; not given: twice the sum of the ratio. Blocks are whole: with
    several lengths a stratum has at least so many records. Raises InputError with all faults: a ratio with 0, lengths
    that do not fit the ratio, records that do not fit the blocks, levels named twice.
    """
    lengths = tuple(block_lengths) if block_lengths is not None else _usual_lengths(ratio)
    if faults := _faults(arms, ratio, factors, records_per_stratum, seed, lengths):
        raise InputError(TITLE, faults)
    names = strata_of(factors)
    made = [_stratum(name, tuple(ratio), lengths, records_per_stratum, int(seed)) for name in names]
    return RandomisationList(
        arms=tuple(arms),
        ratio=tuple(ratio),
        block_lengths=lengths,
        factors={name: tuple(levels) for name, levels in factors.items()},
        strata=names,
        codes=tuple(codes for codes, _ in made),
        ends=tuple(ends for _, ends in made),
        seed=int(seed),
        algorithm=ALGORITHM,
        conventions=_conventions(arms, ratio, lengths, factors, int(seed)),
    )


def strata_of(factors: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The label of each combination of levels, the last factor running fastest."""
    return tuple(stratum_label(dict(zip(factors, levels, strict=True))) for levels in product(*factors.values()))


def stratum_label(levels: Levels) -> str:
    """ "grade=G2, origin=pancreas"; "all" without factors."""
    return ", ".join(f"{name}={level}" for name, level in levels.items()) or "all"


def level_faults(factors: Mapping[str, Sequence[str]], levels: Levels) -> list[Fault]:
    """What keeps a patient from being randomised: factors unknown, levels or factors never declared."""
    faults = []
    for name, known in factors.items():
        level = levels.get(name)
        if level is None:
            do = "Nobody is randomised until every stratification factor is known."
            faults.append(Fault(place=name, must="must be known", got="unknown", do=do))
        elif level not in known:
            faults.append(Fault(place=name, must=f"must be one of {', '.join(known)}", got=repr(level)))
    for name in levels:
        if name not in factors:
            faults.append(Fault(place=name, must="must be a factor of the list", got=repr(name)))
    return faults


def stream(seed: int, stratum: str, purpose: str) -> np.random.Philox:
    """The stream of one stratum for one purpose; see the head of this file."""
    digest = sha256(f"{ALGORITHM}|{seed}|{stratum}|{purpose}".encode()).digest()
    return np.random.Philox(key=int.from_bytes(digest[:16], "little"))


def _stratum(
    name: str, ratio: tuple[int, ...], allowed: tuple[int, ...], records: int, seed: int
) -> tuple[NDArray[np.int8], Codes]:
    lengths = _drawn(name, allowed, records, seed)
    ends = np.cumsum(lengths)
    words = stream(seed, name, "slots").random_raw(int(ends[-1]))
    codes = np.empty(words.size, dtype=np.int8)
    for slots in allowed:
        mine = np.flatnonzero(lengths == slots)
        if not mine.size:
            continue
        places = (ends[mine] - slots)[:, None] + np.arange(slots)
        order = np.argsort(words[places], axis=1, kind="stable")
        dealt = np.repeat(np.arange(len(ratio), dtype=np.int8), np.array(ratio) * (slots // sum(ratio)))
        codes[np.take_along_axis(places, order, axis=1)] = dealt
    codes.flags.writeable = False
    return codes, ends


def _drawn(name: str, allowed: tuple[int, ...], records: int, seed: int) -> Codes:
    """Block lengths that reach the records."""
    if len(allowed) == 1:
        return np.full(records // allowed[0], allowed[0], dtype=np.int64)
    most = -(-records // min(allowed))
    which = stream(seed, name, "lengths").random_raw(most) % np.uint64(len(allowed))
    lengths = np.array(allowed)[which.astype(np.int64)]
    return np.asarray(lengths[: int(np.searchsorted(np.cumsum(lengths), records)) + 1])


def _usual_lengths(ratio: Sequence[int]) -> tuple[int, ...]:
    try:
        return (2 * int(sum(ratio)),)
    except (TypeError, ValueError):
        return (0,)


def _faults(
    arms: Sequence[str],
    ratio: Sequence[int],
    factors: Mapping[str, Sequence[str]],
    records: int,
    seed: int,
    lengths: tuple[int, ...],
) -> list[Fault]:
    faults = []
    if len(arms) < 2 or len(set(arms)) < len(arms):
        faults.append(Fault(place="arms", must="must name at least two, none twice", got=repr(tuple(arms))))
    if len(ratio) != len(arms) or len(arms) > 100:
        faults.append(
            Fault(place="ratio", must=f"must hold one number for each of the {len(arms)} arms", got=str(ratio))
        )
    bad = [fault for i, part in enumerate(ratio) for fault in whole(f"ratio[{i}]", part)]
    faults += [*bad, *whole("records_per_stratum", records), *whole("seed", seed, 0)]
    for name, levels in factors.items():
        if not levels or len(set(levels)) < len(levels):
            must = "must name at least one level, none twice"
            faults.append(Fault(place=f"factor {name}", must=must, got=repr(tuple(levels))))
    if not bad:
        faults += _block_faults(lengths, reduce(add, ratio, 0), records)
    return faults


def _block_faults(lengths: tuple[int, ...], total: int, records: int) -> list[Fault]:
    faults = [fault for i, slots in enumerate(lengths) for fault in whole(f"block_lengths[{i}]", slots)]
    if not lengths or len(set(lengths)) < len(lengths):
        faults.append(Fault(place="block_lengths", must="must hold at least one, none twice", got=str(lengths)))
    if faults or total < 1:
        return faults
    for i, slots in enumerate(lengths):
        if slots % total:
            must = f"must be a multiple of {total}, the sum of the ratio"
            faults.append(Fault(place=f"block_lengths[{i}]", must=must, got=str(slots)))
    if not faults and len(lengths) == 1 and not whole("", records) and records % lengths[0]:
        more = -(-records // lengths[0]) * lengths[0]
        must = f"must be a multiple of the block length {lengths[0]}"
        faults.append(Fault(place="records_per_stratum", must=must, got=str(records), do=f"{more}, say."))
    return faults


def _conventions(
    arms: Sequence[str], ratio: Sequence[int], lengths: tuple[int, ...], factors: Mapping[str, Sequence[str]], seed: int
) -> tuple[str, ...]:
    said = [
        f"Algorithm: {ALGORITHM} (Philox 4×64-10 raw words, one stream for each stratum).",
        f"Arms {', '.join(arms)} in the ratio {':'.join(map(str, ratio))}, exact in every block of "
        f"{' or '.join(map(str, lengths))}.",
        f"Strata: {' × '.join(factors) or 'none'}.",
    ]
    if seed < 2**64:
        said.append("The seed is below 2^64: who can guess it knows the list. Draw secrets.randbits(128) for a trial.")
    return tuple(said)
