"""The camera as declared: what its numbers mean, how they were calibrated, how it blurs and what it misses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from lutetia.cohort.declared import Day, Declared
from lutetia.course.entry import Number, Text
from lutetia.course.problem import Problem
from lutetia.exchange.declarations import OrWord

Above0 = Annotated[Number, Field(gt=0)]
From0 = Annotated[Number, Field(ge=0)]
Values = Literal["activity", "counts"]


class Calibration(Declared):
    """Counts per second for each MBq, with u (k = 1), and how and when it was measured."""

    cps_per_mbq: Above0 = Field(description="counts per second for each MBq in the field of view")
    u_cps_per_mbq: From0 | None = Field(default=None, description="standard uncertainty (k = 1); absent: not known")
    geometry: Text = Field(description="source it was measured with, such as cylinder of 6.3 L")
    measured_on: Day = Field(description="day of the measurement")


class DeadTime(Declared):
    """Dead time of the camera; each scan then needs its rate in the wide spectrum."""

    model: Literal["non_paralysable", "paralysable"] = Field(description="how events are lost")
    dead_time_s: Above0 = Field(description="dead time in seconds, such as 3.0e-7")


class Recovery(Declared):
    """Recovery of activity in spheres: the parameters of a fitted curve, or a phantom's measurements to fit."""

    form: Literal["gear_2018", "blurred_sphere"] = Field(description="form of the curve")
    phantom: Text | None = Field(default=None, description="CSV: volume_ml, recovery and, if known, u_recovery")
    parameters: tuple[Above0, ...] | None = Field(default=None, description="b1 (mL) and b2, or the FWHM (mm)")
    covariance: tuple[tuple[Number, ...], ...] | None = Field(default=None, description="of the parameters")
    volumes_from_ml: Above0 | None = Field(default=None, description="smallest volume the curve was measured with")
    volumes_to_ml: Above0 | None = Field(default=None, description="largest volume the curve was measured with")

    def contradictions(self) -> Iterable[Problem]:
        given = [self.parameters, self.covariance, self.volumes_from_ml, self.volumes_to_ml]
        if self.phantom is not None and any(part is not None for part in given):
            yield Problem(place=(), must="recovery must have either phantom, or parameters", got="both")
        if self.phantom is None and any(part is None for part in given):
            must = "recovery must have phantom, or parameters with covariance, volumes_from_ml and volumes_to_ml"
            yield Problem(place=(), must=must)
        size = {"gear_2018": 2, "blurred_sphere": 1}[self.form]
        if self.parameters is not None and len(self.parameters) != size:
            must = f"parameters must hold {size} for {self.form}"
            yield Problem(place=("parameters",), must=must, got=f"{len(self.parameters)}")
        if self.covariance is not None and [len(row) for row in self.covariance] != [size] * size:
            yield Problem(place=("covariance",), must=f"covariance must be {size} × {size} for {self.form}")


class Camera(Declared):
    """What the numbers of the images mean. Unknown uncertainties are left out, and make u of the doses unknown."""

    values: Values = Field(description="activity (Bq/mL) or counts: must agree with what the files say")
    counts: Literal["whole_acquisition", "per_second"] | None = Field(
        default=None, description="for values counts: what a voxel counts"
    )
    calibration: Calibration | None = Field(default=None, description="for values: counts")
    u_calibration_fraction: From0 | None = Field(
        default=None, description="for values activity: relative u (k = 1) of the camera's calibration"
    )
    dead_time: Annotated[DeadTime | Literal["corrected", "none"], OrWord()] = Field(
        description="corrected by the camera, none (it has none to speak of), or model and dead_time_s"
    )
    image_fwhm_mm: From0 = Field(description="blur of the reconstructed images (FWHM); 0 for perfect ones")
    u_image_fwhm_mm: From0 | None = Field(default=None, description="its standard uncertainty (k = 1)")
    outline_fwhm_mm: From0 | None = Field(
        default=None, description="blur of the images on which the outlines were drawn; absent: these images"
    )
    recovery: Annotated[Recovery | Literal["none"], OrWord()] = Field(description="recovery curve for spheres, or none")

    def contradictions(self) -> Iterable[Problem]:
        counts = self.values == "counts"
        for name in ("calibration", "counts"):
            if counts and getattr(self, name) is None:
                yield Problem(place=(name,), must=f"{name} must be given where values are counts")
            if not counts and getattr(self, name) is not None:
                do = "Are the values counts? Write values: counts."
                yield Problem(place=(name,), must=f"{name} belongs to values: counts", do=do)
        if counts and self.u_calibration_fraction is not None:
            do = "Write calibration.u_cps_per_mbq."
            yield Problem(place=("u_calibration_fraction",), must="u_calibration_fraction belongs to activity", do=do)

    @property
    def u_fraction(self) -> float | None:
        """Relative u of the calibration; None where it is not known."""
        if self.calibration is None:
            return self.u_calibration_fraction
        u = self.calibration.u_cps_per_mbq
        return None if u is None else u / self.calibration.cps_per_mbq
