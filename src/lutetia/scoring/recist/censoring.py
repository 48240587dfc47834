"""How a study censors progression-free time: three policies by name, none of them a default.

`fda_2007_a`: example table A of FDA's guidance on endpoints (2007, appendix 3), there one of three sensitivity
analyses, not a primary definition. `treatment_policy`: progression and death count whatever happened before.
`back_dating`: progression found after missed visits is dated to the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.scoring.recist.days import (
    Counting,
    DayRules,
    PartialDates,
    VisitDate,
    counting_convention,
    refuse_choices,
)
from lutetia.scoring.recist.schedule import Schedule

Policy = Literal["fda_2007_a", "treatment_policy", "back_dating"]
Adequate = Literal["evaluable", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Censoring:
    """How a study censors progression-free time. `policy`, `counting` and `adequate` have no default.

    `adequate`: an assessment counts as adequate when its overall response is not NE ("evaluable"), or always
    ("any"); the protocol defines it. `schedule`: required by fda_2007_a and back_dating. `back_date_after_missed`:
    required by back_dating, the number of missed visits from which progression is dated back. `visit_date`,
    `partial_dates`: see `DayRules`. Raises InputError with all faults.
    """

    policy: Policy
    counting: Counting
    adequate: Adequate
    schedule: Schedule | None = None
    back_date_after_missed: int | None = None
    visit_date: VisitDate | None = None
    partial_dates: PartialDates | None = None

    def __post_init__(self) -> None:
        refuse_choices(
            "censoring",
            ("policy", get_args(Policy), self.policy),
            ("counting", get_args(Counting), self.counting),
            ("adequate", get_args(Adequate), self.adequate),
        )
        faults = []
        if self.policy != "treatment_policy" and self.schedule is None:
            must = f"{self.policy} must know the schedule and its visit windows"
            faults.append(Fault(place="schedule", must=must, do="Give a Schedule, as the protocol has it."))
        if self.policy == "back_dating" and (self.back_date_after_missed or 0) < 1:
            must = "back_dating must be told from how many missed visits on progression is dated back"
            faults.append(Fault(place="back_date_after_missed", must=must, got=repr(self.back_date_after_missed)))
        if faults:
            raise InputError("censoring", faults)

    @property
    def days(self) -> DayRules:
        """How visits get their day."""
        return DayRules(visit_date=self.visit_date, partial_dates=self.partial_dates)

    @property
    def conventions(self) -> tuple[str, ...]:
        """Every choice, as printed with a result."""
        lines = [f"policy={self.policy}: {_POLICY[self.policy]}"]
        if self.policy == "fda_2007_a":
            lines.append(_UNVERIFIED)
        if self.policy == "back_dating":
            lines.append(f"back_date_after_missed={self.back_date_after_missed}")
        if self.policy != "treatment_policy":
            lines.append(f"schedule: {self.schedule}; a visit is missed when nothing adequate lies in its window")
        lines += [f"adequate={self.adequate}: {_ADEQUATE[self.adequate]}", counting_convention(self.counting)]
        return (*lines, *self.days.conventions)


_POLICY = {
    "fda_2007_a": "FDA 2007, example table A: two or more missed visits, or a new therapy, before the event censor it",
    "treatment_policy": "progression and death are events, whatever was missed or given before",
    "back_dating": "progression found after missed visits is an event on the day of the first missed visit",
}
_UNVERIFIED = (
    "read in the guidance: imaging alone, death counts, two or more missed visits censor at the last visit; "
    "NOT verified, row by row: no baseline, new therapy, stop of treatment (VER-FDA-04)"
)
_ADEQUATE = {
    "evaluable": "an assessment is adequate when its overall response is not NE",
    "any": "every assessment is adequate",
}
