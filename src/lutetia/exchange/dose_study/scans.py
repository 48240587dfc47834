"""The images as declared: one entry a time point, its CT, its outlines, and how scans are laid on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Moment, Number, Text, WholeNumber
from lutetia.course.problem import Problem
from lutetia.exchange.declarations import OrWord
from lutetia.exchange.dose_study.camera import Above0, From0

Row = Annotated[tuple[Number, ...], Field(min_length=3, max_length=3)]


class Outlines(Declared):
    """Where the regions were drawn: exactly one of rtstruct, seg, nifti."""

    rtstruct: Text | None = Field(default=None, description="DICOM RTSTRUCT file, drawn on the CT")
    seg: Text | None = Field(default=None, description="DICOM SEG file")
    nifti: Mapping[Text, Text] | None = Field(default=None, description="NIfTI masks: name of the region → file")
    names: tuple[Text, ...] = Field(default=(), description="only these structures of the file; default: all")

    def contradictions(self) -> Iterable[Problem]:
        given = [name for name in ("rtstruct", "seg", "nifti") if getattr(self, name)]
        if len(given) != 1:
            must = "outlines must have exactly one of rtstruct, seg, nifti"
            yield Problem(place=(), must=must, got=", ".join(given) or "none")
        if self.nifti and self.names:
            yield Problem(place=("names",), must="names belongs to rtstruct and seg")


class Transform(Declared):
    """A recorded rigid motion from this scan's frame to the reference: p → R·p + t, in mm (LPS)."""

    rotation: Annotated[tuple[Row, ...], Field(min_length=3, max_length=3)] = Field(description="R, three rows")
    translation_mm: Row = Field(description="t: x, y, z")


class Scan(Declared):
    """One time point. What a DICOM header states is taken from there; what it lacks is given here."""

    name: Text = Field(description="what the time point is called, such as 24 h")
    image: Text = Field(description="DICOM folder or file (NM, PT), or a NIfTI file")
    series_uid: Text | None = Field(default=None, description="chooses one series of the folder")
    at: Moment | None = Field(default=None, description="start of the acquisition, where the header has none")
    duration_s: Above0 | None = Field(default=None, description="length of the acquisition, where the header has none")
    decay_correction: Literal["NONE", "START", "ADMIN"] | None = Field(
        default=None, description="how values were corrected for decay, where the header does not say"
    )
    unit: Literal["Bq/mL", "kBq/mL", "MBq/mL", "counts"] | None = Field(
        default=None, description="unit of the values, where the file does not say"
    )
    frame: Text | None = Field(default=None, description="for NIfTI: name of the coordinate system of this visit")
    wide_spectrum_cps: Above0 | None = Field(default=None, description="count rate for the dead time")
    ct: Text | None = Field(default=None, description="CT of the same visit: DICOM folder or NIfTI file (HU)")
    outlines: Outlines | None = Field(
        default=None, description="regions drawn on this visit's own images; absent: carried over from the reference"
    )
    transform: Annotated[Transform | Text | None, OrWord()] = Field(
        default=None, description="recorded motion to the reference, or a JSON file that holds it"
    )


class Registration(Declared):
    """How scans come to the frame of the reference."""

    method: Literal["none", "recorded", "rigid"] = Field(
        description="none: one frame for all; recorded: each scan has its transform; rigid: it is searched"
    )
    images: Literal["ct", "scan"] | None = Field(default=None, description="for rigid: what is laid on each other")
    metric: Literal["mutual_information", "correlation", "mean_squares"] = Field(
        default="mutual_information", description="for rigid: what is optimised"
    )
    start: Literal["as_recorded", "centres", "moments"] = Field(
        default="as_recorded", description="for rigid: where the search begins"
    )
    samples: Annotated[WholeNumber, Field(ge=1000)] = Field(default=200_000, description="for rigid: voxels compared")
    seed: Annotated[WholeNumber, Field(ge=0)] = Field(default=1, description="for rigid: of the voxels drawn")

    def contradictions(self) -> Iterable[Problem]:
        if (self.method == "rigid") != (self.images is not None):
            must = "images must be given for rigid" if self.method == "rigid" else "images belongs to method: rigid"
            yield Problem(place=("images",), must=must, do="Write images: ct, or images: scan.")


class Density(Declared):
    """Mass density of Hounsfield units: the package's curve, or points of the scanner's own, straight between them."""

    hu: tuple[Number, ...] | None = Field(
        default=None, description="Hounsfield units, rising; absent: Schneider's curve"
    )
    density_g_per_ml: tuple[From0, ...] | None = Field(default=None, description="density at each")
    source: Text | None = Field(default=None, description="where the points come from")
    beyond: Literal["refuse", "hold"] = Field(
        default="refuse", description="values outside the curve (padding, metal): refused, or held at its end"
    )

    def contradictions(self) -> Iterable[Problem]:
        given = [part is not None for part in (self.hu, self.density_g_per_ml, self.source)]
        if any(given) and not all(given):
            yield Problem(place=(), must="density must have hu, density_g_per_ml and source together")
        if self.hu is None or self.density_g_per_ml is None:
            return
        if len(self.hu) != len(self.density_g_per_ml):
            must = "density_g_per_ml must have as many values as hu"
            yield Problem(place=("density_g_per_ml",), must=must, got=f"{len(self.density_g_per_ml)}")
        if len(self.hu) < 2 or list(self.hu) != sorted(set(self.hu)):
            yield Problem(place=("hu",), must="hu must hold two values or more, rising")
