"""The follow-up of the analysed patients for one endpoint, in step with their covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.endpoint import SAYS, Endpoint
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EndpointRows:
    """One row per patient who has the endpoint, in days.

    `follow_up`: event 1, everything else 0 (a competing event censors: the model is cause-specific). `with_causes`: the
    same with competing events as 2. `members` (n,): positions among the analysed patients. `delayed_entry`: patients
    count from cohort entry on, because the study declares one.
    """

    endpoint: Endpoint
    follow_up: FollowUp
    with_causes: FollowUp
    members: NDArray[np.int64]
    delayed_entry: bool
    left_out: tuple[LeftOut, ...]

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return self.endpoint.key

    @property
    def says(self) -> str:
        """What is measured, in words."""
        return SAYS[self.endpoint.endpoint]

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.follow_up.n

    @property
    def events(self) -> int:
        """Number of events of the endpoint itself."""
        return int(self.follow_up.event.sum())

    @property
    def competing(self) -> int:
        """Number of competing events."""
        return int((self.with_causes.event == 2).sum())

    @property
    def conventions(self) -> tuple[str, ...]:
        """What holds for every analysis of these rows."""
        said = [f"{self.name}: {self.says}; days, printed in months of 30.4375 days"]
        if self.delayed_entry:
            said.append("delayed entry: patients count as at risk from cohort entry on")
        if self.competing:
            said.append(f"{self.competing} competing events censor the hazard ratios (cause-specific)")
        return tuple(said)

    def of(self, members: NDArray[np.bool_]) -> EndpointRows:
        """The rows of those analysed patients (a mask over all of them, not over the rows)."""
        kept = np.flatnonzero(members[self.members])
        return EndpointRows(
            endpoint=self.endpoint,
            follow_up=self.follow_up.at(kept),
            with_causes=self.with_causes.at(kept),
            members=self.members[kept],
            delayed_entry=self.delayed_entry,
            left_out=self.left_out,
        )


def endpoint_rows(data: AnalysisData, name: str) -> EndpointRows | None:
    """The rows of an endpoint; None where nobody has one. Raises KeyError for an endpoint that is not declared.

    With a declared cohort entry, patients whose follow-up ends on or before it are left out.
    """
    table = data.endpoint(name)
    delayed = data.study.cohort_entry is not None
    rows, late = table.at_risk_after_entry() if delayed else (table.rows, ())
    if not rows:
        return None
    place_of = {member.story.position: place for place, member in enumerate(data.selection.members)}
    with_causes = table.follow_up(delayed_entry=delayed, rows=rows)
    return EndpointRows(
        endpoint=table.endpoint,
        follow_up=FollowUp(stop=with_causes.stop, event=with_causes.event == 1, start=with_causes.start),
        with_causes=with_causes,
        members=np.array([place_of[row.position] for row in rows]),
        delayed_entry=delayed,
        left_out=(*table.left_out, *late),
    )
