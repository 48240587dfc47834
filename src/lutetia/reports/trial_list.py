"""What may be known of a sealed randomisation list: make, root, balance, how well the next arm is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb

import numpy as np

from lutetia.reports.result_page import Part, Provenance, ResultPage
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.balance import arm_bounds_in_all, deviation_bound, predictability
from lutetia.trial.permuted_blocks import RandomisationList
from lutetia.trial.sealed_list import Seal

Expected = Mapping[str, Mapping[str, int]]


def list_page(
    made: RandomisationList, seal: Seal, *, title: str, expected: Expected, provenance: Provenance
) -> ResultPage:
    """The page of a list, fit to be published: no arm of a record and no seed is in it.

    Bounds and predictability are for two arms and one block length; of other lists they are left out and that is said.
    """
    block = _block_of(made)
    parts = [Part(key="list", title="The list", contents=(make_table(made),))]
    not_made = []
    lead = [
        f"{made.n} records in {len(made.strata)} strata, sealed under the root above.",
        "Print the root in the protocol before the first patient: no record can then be changed unnoticed.",
    ]
    if block is not None:
        openness = predictability(block)
        lead.append(
            f"Who knows the block length knows {openness.certain:.2f} of {sum(block)} assignments beforehand, and at "
            f"best guesses {100 * openness.guessed_fraction:.1f}\u00a0% of them "
            f"({100 * openness.guessed_blindly_fraction:.1f}\u00a0% without looking)."
        )
        parts.append(Part(key="balance", title="Balance and openness", contents=_balance(made, block, expected)))
    else:
        not_made.append("Bounds and predictability are known for two arms with one block length only.")
    return ResultPage(
        kind="Sealed randomisation list",
        title=title,
        made_up="",
        day=None,
        facts=(
            ("Arms", " : ".join(made.arms)),
            ("Ratio", " : ".join(map(str, made.ratio))),
            ("Block lengths", ", ".join(map(str, made.block_lengths))),
            ("Records", f"{made.n} in {len(made.strata)} strata"),
            ("Root", seal.root),
        ),
        lead_title="What to know of the list",
        lead=tuple(lead),
        parts=tuple(parts),
        conventions=public_conventions(made),
        not_made=tuple(not_made),
        provenance=provenance,
    )


def public_conventions(made: RandomisationList) -> tuple[str, ...]:
    """The sentences of a list that do not tell its seed."""
    return (
        *(said for said in made.conventions if not said.startswith("The seed")),
        "Sealed by SHA-256 chains, one a stratum; nonces of 16 bytes hide the arms until a record is used.",
        "The seed and the list are with the keeper; neither is on this page.",
    )


def _block_of(made: RandomisationList) -> tuple[int, int] | None:
    if len(made.arms) != 2 or len(made.block_lengths) != 1:
        return None
    unit = made.block_lengths[0] // sum(made.ratio)
    return made.ratio[0] * unit, made.ratio[1] * unit


def make_table(made: RandomisationList) -> Table:
    """Records, blocks and arms of each stratum; the arms add up as the blocks must."""
    rows, records = [], []
    for name, codes in zip(made.strata, made.codes, strict=True):
        blocks = made.blocks(name)
        counts = np.bincount(codes, minlength=len(made.arms)).tolist()
        rows.append(TableRow(cells=(name, str(codes.size), str(len(blocks)), " : ".join(map(str, counts)))))
        records.append(record("records", int(codes.size), unit="records", analysis="list", term=name))
        for arm, count in zip(made.arms, counts, strict=True):
            records.append(record("records", count, unit="records", analysis="list", term=name, group=arm))
    return Table(
        key="strata",
        title="Strata of the list",
        head=("Stratum", "Records", "Blocks", "By arm"),
        rows=tuple(rows),
        records=tuple(records),
        notes=(f"By arm: {' : '.join(made.arms)}.",),
    )


def _balance(made: RandomisationList, block: tuple[int, int], expected: Expected) -> tuple[Table, ...]:
    orders = len({tuple(one) for stratum in made.strata for one in made.blocks(stratum)})
    openness = predictability(block)
    lines = (
        ("Orders of a block, possible", float(comb(sum(block), block[0])), "orders", "{:.0f}"),
        ("Orders that occur in the list", float(orders), "orders", "{:.0f}"),
        ("Assignments of a block certain beforehand, mean", openness.certain, "patients", "{:.2f}"),
        ("Guessed by the best guesser, %", 100 * openness.guessed_fraction, "%", "{:.1f}"),
        ("Guessed by always saying the larger arm, %", 100 * openness.guessed_blindly_fraction, "%", "{:.1f}"),
        ("Furthest of a stratum from its ratio, patients", deviation_bound(block), "patients", "{:.3f}"),
    )
    openness_table = Table(
        key="openness",
        title=f"Blocks of {block[0]} and {block[1]}",
        head=("", "Value"),
        rows=tuple(TableRow(cells=(words, form.format(value))) for words, value, _, form in lines),
        records=tuple(
            record("openness", value, unit=unit, analysis="permuted blocks", term=words)
            for words, value, unit, _ in lines
        ),
    )
    return (openness_table, _bounds(made, block, expected)) if expected else (openness_table,)


def _bounds(made: RandomisationList, block: tuple[int, int], expected: Expected) -> Table:
    """Bounds of the first arm among the patients of each level, however they fall into its strata."""
    rows, records = [], []
    for factor, counts in expected.items():
        rows.append(TableRow(cells=(factor,), kind="heading"))
        strata = len(made.strata) // len(made.factors[factor])
        for level, patients in counts.items():
            low, high = arm_bounds_in_all(block, patients=patients, strata=strata)
            rows.append(TableRow(cells=(level, str(patients), str(low), str(high))))
            for statistic, value in (("least", low), ("most", high)):
                records.append(
                    record(statistic, value, unit="patients", analysis="bounds", term=factor, level=level, n=patients)
                )
        if set(counts) == set(made.factors[factor]):
            everyone = sum(counts.values())
            low, high = arm_bounds_in_all(block, patients=everyone, strata=len(made.strata))
            rows.append(TableRow(cells=("all", str(everyone), str(low), str(high))))
            for statistic, value in (("least", low), ("most", high)):
                records.append(
                    record(statistic, value, unit="patients", analysis="bounds", term=factor, level="all", n=everyone)
                )
    return Table(
        key="bounds",
        title=f"Between how many patients {made.arms[0]} must have",
        head=("Level", "Patients", "Least", "Most"),
        rows=tuple(rows),
        records=tuple(records),
        notes=("Counts outside show that the list was not followed.",),
    )
