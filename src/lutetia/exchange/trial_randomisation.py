"""The section `randomisation` of a trial declaration: arms, ratio, blocks and strata of the list."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path
from typing import Annotated

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Text
from lutetia.course.problem import Problem
from lutetia.errors import Fault, InputError
from lutetia.exchange.trial_design import Part
from lutetia.trial.adam import TrialData
from lutetia.trial.permuted_blocks import RandomisationList, make_list

SEED_BITS = 128
Levels = Annotated[tuple[Text, ...], Field(min_length=1)]


class RandomisationRequest(Declared):
    """A stratified list in permuted blocks. The seed comes from a file that only the keeper has, or is drawn."""

    arms: Annotated[tuple[Text, ...], Field(min_length=2)] = Field(description="arms, the experimental one first")
    ratio: Annotated[tuple[Part, ...], Field(min_length=2)] = Field(description="patients of each arm, such as [2, 1]")
    factors: dict[Text, Levels] = Field(default_factory=dict, description="stratification factors with their levels")
    records_per_stratum: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = Field(description="in each stratum")
    block_lengths: Annotated[tuple[Part, ...], Field(min_length=1)] | None = Field(
        default=None, description="one length or several drawn evenly; absent: twice the sum of the ratio"
    )
    seed_file: Text | None = Field(
        default=None, description="file with the seed, a whole number; absent: drawn and kept with the list"
    )
    expected_patients: dict[Text, dict[Text, Annotated[int, Field(strict=True, ge=0)]]] = Field(
        default_factory=dict, description="patients expected of each level of a factor: the bounds of arm 1 are printed"
    )

    def contradictions(self) -> Iterable[Problem]:
        if len(self.ratio) != len(self.arms):
            must = f"ratio must have a number for each of the {len(self.arms)} arms"
            yield Problem(place=("ratio",), must=must, got=str(list(self.ratio)))
        yield from _twice(("arms",), self.arms)
        for factor, levels in self.factors.items():
            yield from _twice(("factors", factor), levels)
        for at, length in enumerate(self.block_lengths or ()):
            if length % sum(self.ratio):
                must = f"block_lengths must be multiples of {sum(self.ratio)}, the sum of the ratio"
                yield Problem(place=("block_lengths", at), must=must, got=str(length))
        if self.block_lengths is not None and len(self.block_lengths) == 1:
            length = self.block_lengths[0]
            if length % sum(self.ratio) == 0 and self.records_per_stratum % length:
                must = f"records_per_stratum must be a multiple of the block length, {length}"
                yield Problem(place=("records_per_stratum",), must=must, got=str(self.records_per_stratum))
        yield from self._expected()

    def _expected(self) -> Iterable[Problem]:
        for factor, counts in self.expected_patients.items():
            known = self.factors.get(factor)
            if known is None:
                must = f"{factor} must be one of the factors: {', '.join(self.factors) or 'none is declared'}"
                yield Problem(place=("expected_patients", factor), must=must, got=factor)
                continue
            for level in counts:
                if level not in known:
                    must = f"{level} must be a level of {factor}: {', '.join(known)}"
                    yield Problem(place=("expected_patients", factor, level), must=must, got=level)

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return prod(len(levels) for levels in self.factors.values())

    def seed(self, folder: Path) -> tuple[int, bool]:
        """The seed, and whether it was drawn here. Raises InputError for a file without a whole number."""
        if self.seed_file is None:
            return secrets.randbits(SEED_BITS), True
        path = folder / self.seed_file
        must, do = "must be a file with one whole number from 0 on", "Leave seed_file out to have a seed drawn."
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            fault = Fault(place="randomisation.seed_file", must=must, got=f"{self.seed_file}, not readable", do=do)
            raise InputError("randomisation", [fault]) from None
        if not text.isascii() or not text.isdigit():
            fault = Fault(place="randomisation.seed_file", must=must, got="something else", do=do)
            raise InputError("randomisation", [fault])
        return int(text), False

    def made(self, seed: int) -> RandomisationList:
        """The list of this seed. Raises InputError with all faults."""
        return make_list(
            arms=self.arms,
            ratio=self.ratio,
            factors=self.factors,
            records_per_stratum=self.records_per_stratum,
            seed=seed,
            block_lengths=self.block_lengths,
        )


def strata_faults(data: TrialData, factors: Mapping[str, tuple[str, ...]]) -> list[Fault]:
    """Strata of a trial's patients (STRAT1, STRAT2) that are no levels of the declared factors, in their order."""
    faults = []
    for column, (factor, levels) in zip(("STRAT1", "STRAT2"), factors.items(), strict=False):
        for strange in sorted({level for level in data.adsl[column] if level not in levels}):
            must = f"must be a level of {factor} in randomisation.factors: {', '.join(levels)}"
            faults.append(Fault(place=f"ADSL.{column}", must=must, got=strange))
    return faults


def _twice(place: tuple[str, ...], words: tuple[str, ...]) -> Iterable[Problem]:
    for word in dict.fromkeys(word for word in words if words.count(word) > 1):
        yield Problem(place=place, must=f"{place[-1]} must name each once", got=word)
