"""What the report of one cycle is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from lutetia.dosimetry.cycle_dose import CycleDose
from lutetia.dosimetry.ledger import Ledger
from lutetia.dosimetry.plan import Plan, PlanRequest
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume

IcruLevel = Literal[1, 2, 3]
ICRU_WORDS: dict[IcruLevel, str] = {
    1: "activity-based prescription, patient-averaged dosimetry",
    2: "activity-based prescription, patient-specific dosimetry",
    3: "prescription guided by patient-specific dosimetry",
}
INTENDED_USE = (
    "Research and education software, not a medical device. It computes absorbed doses from the images it was given; "
    "it prescribes nothing."
)
Part = Literal["ledger", "plan", "ct", "dose", "regions"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CycleReport:
    """What the report of one cycle is made of; whatever is None or empty is shown as not known, with `why_not[part]`.

    `patient` is the label printed; `made_up` is True for an invented patient. `number` counts the cycles from 1;
    `ledger` holds all cycles so far, this one last, and `earlier` a word for each one before it, such as its date. With
    `plan_request` the report also says what each limit alone would leave. `ct` (HU) and `dose` (Gy; None: that of the
    cycle's map) are drawn with the outlines `regions` (None: those of the cycle), all in one frame of reference.
    `icru_level` None: 2, as the doses are the patient's own and nothing is prescribed here. `marrow_method` says how
    the red marrow was done where no region says it. `missing` names data that were wanted and are not there; `alarms`
    are sentences that stand first, beside those of the cycle. `inputs` are (name, sha256); `as_of` is the day printed
    and the date of the PDF.
    """

    cycle: CycleDose
    version: str
    patient: str
    made_up: bool
    agent: str = ""
    number: int | None = None
    administered_on: date | None = None
    as_of: date | None = None
    ledger: Ledger | None = None
    earlier: tuple[str, ...] = ()
    plan: Plan | None = None
    plan_request: PlanRequest | None = None
    ct: Volume | None = None
    dose: Volume | None = None
    regions: RegionSet | None = None
    icru_level: IcruLevel | None = None
    marrow_method: str = ""
    missing: tuple[str, ...] = ()
    why_not: Mapping[str, str] = field(default_factory=dict)
    conventions: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The report's title."""
        return "Dosimetry of one cycle" if self.number is None else f"Dosimetry of cycle {self.number}"

    @property
    def dose_map(self) -> Volume | None:
        """The dose to draw."""
        if self.dose is not None or self.cycle.dose_map is None:
            return self.dose
        return self.cycle.dose_map.dose

    @property
    def outlines(self) -> RegionSet:
        """The regions to draw."""
        return self.regions if self.regions is not None else self.cycle.outlines
