"""Who is compared with whom: the patients of an analysis set, their arm and stratum, in one order for every table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.survival import FollowUp
from lutetia.trial.adam import TrialData

Codes = NDArray[np.int64]

SETS = {"FASFL": "full analysis set", "SAFFL": "safety set"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arms:
    """An analysis set. `arm` is 1 for the experimental patients; `names` are (experimental, control), as columns go."""

    set_name: str
    names: tuple[str, str]
    subjects: tuple[str, ...]
    arm: Codes
    stratum: tuple[str, ...]
    facts: Mapping[str, tuple[Any, ...]]

    @property
    def n(self) -> tuple[int, int]:
        """Patients (experimental, control)."""
        return int((self.arm == 1).sum()), int((self.arm == 0).sum())

    def sides(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which patients are (experimental, control)."""
        return self.arm == 1, self.arm == 0

    def count(self, flags: Sequence[bool] | NDArray[np.bool_]) -> tuple[int, int]:
        """How many of each side have it."""
        marked = np.asarray(flags, dtype=bool)
        one, other = self.sides()
        return int((marked & one).sum()), int((marked & other).sum())


def arms_of(data: TrialData, flag: str) -> Arms:
    """The patients with this population flag (FASFL, SAFFL) by planned treatment, or actual in the safety set.

    Raises InputError unless there are two arms, numbered 1 (experimental) and 0.
    """
    chosen = data.adsl.where(**{flag: "Y"})
    by = "TRT01A" if flag == "SAFFL" else "TRT01P"
    number_of = dict(zip(data.adsl["TRT01P"], data.adsl["TRT01PN"], strict=True))
    names = {number: name for name, number in number_of.items()}
    faults = []
    if set(names) != {0, 1} or len(number_of) != 2:
        must = "must be two arms, 1 for the experimental one and 0 for control"
        got = ", ".join(f"{name}: {number}" for name, number in sorted(number_of.items()))
        faults.append(Fault(place="ADSL.TRT01PN", must=must, got=got))
    strange = sorted({str(name) for name in chosen[by] if name not in number_of})
    if strange:
        faults.append(Fault(place=f"ADSL.{by}", must=f"must be one of {', '.join(number_of)}", got=", ".join(strange)))
    if faults:
        raise InputError("arms", faults)
    return Arms(
        set_name=SETS[flag],
        names=(names[1], names[0]),
        subjects=tuple(chosen["USUBJID"]),
        arm=np.array([number_of[name] for name in chosen[by]], dtype=np.int64),
        stratum=tuple(f"{a}, {b}" for a, b in zip(chosen["STRAT1"], chosen["STRAT2"], strict=True)),
        facts=chosen.columns,
    )


def follow_up_of(data: TrialData, arms: Arms, code: str, *, stratified: bool = True) -> FollowUp | None:
    """Days and events of a parameter of ADTTE in the order of the set, strata as in ADSL; None if the parameter is not
    there. Raises InputError if it lacks patients of the set."""
    rows = {row["USUBJID"]: row for row in data.adtte.where(PARAMCD=code).rows()}
    if not rows:
        return None
    lacking = [subject for subject in arms.subjects if subject not in rows]
    if lacking:
        must = f"must hold every patient of the {arms.set_name}"
        got = f"{len(lacking)} lack it, {', '.join(lacking[:5])} among them"
        raise InputError("ADTTE", [Fault(place=f"PARAMCD {code}", must=must, got=got)])
    ordered = [rows[subject] for subject in arms.subjects]
    return FollowUp(
        stop=np.array([row["AVAL"] for row in ordered], dtype=np.float64),
        event=np.array([int(row["CNSR"] == 0) for row in ordered], dtype=np.int64),
        strata=arms.stratum if stratified else None,
    )
