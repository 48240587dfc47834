"""What was given and when: the measured activity, what stayed in the syringe, each with its own moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Moment, OrUnknown, Text, Unknown
from lutetia.course.problem import Problem
from lutetia.dosimetry.calibration import decay_fraction
from lutetia.quantities import ActivityMBq

FAR_H = 24 * 30


class MeasuredActivity(Declared):
    """An activity as the radionuclide calibrator showed it, and when."""

    activity_mbq: ActivityMBq = Field(description='measured activity in MBq; "7.4 GBq" is converted')
    at: Moment = Field(description="moment of the measurement, with offset from UTC")


Residual = Annotated[MeasuredActivity | Unknown, OrUnknown()]


class Administration(Declared):
    """The injection: either `measured` with `residual`, or the net activity at the injection."""

    injected_at: Moment = Field(description="start of the injection, with offset from UTC")
    measured: MeasuredActivity | None = Field(default=None, description="activity before the injection")
    residual: Residual | None = Field(
        default=None, description="activity that stayed behind, or {unknown: not_done}; belongs to measured"
    )
    net_activity_mbq: ActivityMBq | None = Field(
        default=None, description="instead of measured: activity that entered the patient, at the injection"
    )
    amino_acids_note: Text | None = Field(default=None, description="free text; no rule reads it")

    def contradictions(self) -> Iterable[Problem]:
        if (self.measured is None) == (self.net_activity_mbq is None):
            got = "both" if self.measured else "neither"
            must = "administration must have exactly one of measured, net_activity_mbq"
            yield Problem(place=(), must=must, got=got)
        if self.measured is not None and self.residual is None:
            do = "Add residual: {activity_mbq: …, at: …}, or residual: {unknown: not_done}."
            yield Problem(place=("residual",), must="residual must be given beside measured", do=do)
        if self.measured is None and self.residual is not None:
            yield Problem(place=("residual",), must="residual belongs to measured")
        for name, given in (("measured", self.measured), ("residual", self.residual)):
            if isinstance(given, MeasuredActivity):
                yield from self._odd_moment(name, given)
        yield from self._odd_activities()

    def _odd_moment(self, name: str, given: MeasuredActivity) -> Iterable[Problem]:
        apart_h = (given.at - self.injected_at).total_seconds() / 3600
        if abs(apart_h) > FAR_H:
            must = f"{name}.at must lie within 30 days of injected_at"
            yield Problem(place=(name, "at"), must=must, got=given.at.isoformat(), do="Correct day, month or year.")

    def _odd_activities(self) -> Iterable[Problem]:
        """Nothing or less given; a residual below 0, or as much as was measured: then one of them has another unit."""
        measured = self.measured
        place: tuple[str, ...] = ("net_activity_mbq",)
        given = self.net_activity_mbq
        if measured is not None:
            place, given = ("measured", "activity_mbq"), measured.activity_mbq
        if given is not None and given <= 0:
            yield Problem(place=place, must="activity_mbq must be above 0", got=f"{given:g}")
        residual = self.residual if isinstance(self.residual, MeasuredActivity) else None
        if residual is not None and residual.activity_mbq < 0:
            must = "residual.activity_mbq must be 0 or more"
            yield Problem(place=("residual", "activity_mbq"), must=must, got=f"{residual.activity_mbq:g}")
        elif residual is not None and measured is not None and 0 < measured.activity_mbq <= residual.activity_mbq:
            must = f"measured.activity_mbq must be above the residual's {residual.activity_mbq:g}"
            do = 'Both are in MBq; with a unit they are converted, such as "7.4 GBq".'
            yield Problem(place=place, must=must, got=f"{measured.activity_mbq:g}", do=do)

    def net_mbq(self, half_life_h: float) -> float:
        """Activity that entered the patient, at the injection: measured minus residual, each decayed to it."""
        if self.measured is None:
            return float(self.net_activity_mbq or 0.0)
        net = self._at_injection_mbq(self.measured, half_life_h)
        if isinstance(self.residual, MeasuredActivity):
            net -= self._at_injection_mbq(self.residual, half_life_h)
        return net

    def conventions(self, half_life_h: float) -> tuple[str, ...]:
        """How the administered activity came about."""
        net = f"{self.net_mbq(half_life_h):.6g} MBq"
        if self.measured is None:
            return (f"Administered: {net} at the injection, as declared.",)
        if isinstance(self.residual, Unknown):
            return (
                f"Administered: {net}, decayed to the injection; the residual is not known and nothing is taken off.",
            )
        return (f"Administered: {net}, measured minus residual, each decayed to the injection ({half_life_h:g} h).",)

    def _at_injection_mbq(self, given: MeasuredActivity, half_life_h: float) -> float:
        elapsed_h = (self.injected_at - given.at).total_seconds() / 3600
        return float(given.activity_mbq) * float(decay_fraction(elapsed_h, half_life_h))
