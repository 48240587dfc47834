"""The one-page report of a cycle: what it is made of, and its three files (page, PDF, data)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lutetia.dosimetry.cycle_dose import CycleDose
    from lutetia.dosimetry.ledger import Ledger
    from lutetia.dosimetry.plan import Plan
    from lutetia.dosimetry.region_set import RegionSet
    from lutetia.dosimetry.volume import Volume

IcruLevel = Literal[1, 2, 3]
INTENDED_USE = (
    "Research and education software, not a medical device. It computes absorbed doses from the images it was given; "
    "it prescribes nothing."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CycleReport:
    """What the report of one cycle is made of; whatever is None or empty is shown as unknown, with `why_not[...]`.

    `patient` is the label printed; `made_up` is True for an invented patient. `number` counts the cycles from 1;
    `ledger` holds all cycles so far, this one last. `ct` (HU) and `dose` (Gy; default: that of the cycle's map) are
    drawn in one frame of reference with the outlines of `regions`. `icru_level` None: derived (3 with a plan, else 2).
    `missing` names data that were wanted and are not there; `why_not` says why a part is absent, by `ledger`, `plan`,
    `ct`, `dose`, `regions`, `activity`. `inputs` are (name, sha256); `as_of` is the day printed, and the PDF's date.
    """

    cycle: CycleDose
    version: str
    patient: str
    made_up: bool
    number: int | None = None
    agent: str = ""
    administered_on: date | None = None
    as_of: date | None = None
    ledger: Ledger | None = None
    earlier: tuple[str, ...] = ()
    """A word for each cycle of the ledger but the last, such as its date; empty: numbers only."""
    plan: Plan | None = None
    ct: Volume | None = None
    dose: Volume | None = None
    regions: RegionSet | None = None
    marrow_method: str = ""
    icru_level: IcruLevel | None = None
    missing: tuple[str, ...] = ()
    why_not: Mapping[str, str] = field(default_factory=dict)
    conventions: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()


def write_cycle_report(
    report: CycleReport, out: Path, *, told: Callable[[str], None] = lambda step: None
) -> tuple[Path, ...]:
    """Write `dose.html`, `dose.pdf` and `dose.json` into the folder `out` (made where absent); the paths come back.

    The same report gives the same bytes. `told` hears each step. Raises InputError where the folder cannot be written.
    """
    raise NotImplementedError
