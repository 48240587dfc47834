"""The declaration of a dosimetry study: one cycle, from its images to its doses and the plan.

`read_dose_study` reads it from YAML or JSON; every field is described in docs/dosimetry/study.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Text, YesNo
from lutetia.course.plausible import activity_range, implausible
from lutetia.course.problem import Problem
from lutetia.exchange.declarations import OrWord, parse_declaration
from lutetia.exchange.documents import Format, read_text
from lutetia.exchange.dose_study.administration import Administration
from lutetia.exchange.dose_study.camera import Camera, From0
from lutetia.exchange.dose_study.curves import CurveRequest
from lutetia.exchange.dose_study.planning import CourseEntry, EarlierCycle, PlanRules
from lutetia.exchange.dose_study.regions import IMAGE, OTHERS, Blood, Combination, Engine, PartialVolume, RegionRequest
from lutetia.exchange.dose_study.scans import Density, Outlines, Registration, Scan

FORMAT = "dose/1"


class MethodChoice(Declared):
    """The choices of method for all regions; each can be made otherwise for a region. Printed in every result."""

    engine: Engine = Field(default="region kernels", description="how doses are found")
    partial_volume: PartialVolume = Field(default="geometric transfer", description="how blur is corrected")
    curve: CurveRequest = Field(
        default_factory=lambda: CurveRequest(choose=("mono", "mono_uptake", "bi", "bi_uptake")),
        description="how curves are found",
    )
    dose_map: YesNo = Field(default=True, description="a map of the absorbed dose of every voxel")
    map_method: Literal["voxel fits", "region curves"] = Field(default="voxel fits", description="curves of the map")
    u_s_fraction: From0 = Field(default=0.02, description="relative u (k = 1) of the S values")
    level: Annotated[float, Field(gt=0, lt=1)] = Field(default=0.95, description="coverage of intervals")


def _describe_document(schema: dict[str, Any]) -> None:
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"


class DoseStudy(Declared):
    """A dosimetry study, as declared. Raises pydantic's ValidationError with all that does not hold."""

    model_config = ConfigDict(title="Lutetia dosimetry study", json_schema_extra=_describe_document)

    lutetia: Literal["dose/1"] = Field(description="format and version of this document")
    patient: Text = Field(description="label of the patient, as printed; no name")
    made_up: YesNo | None = Field(default=None, description="true: the patient is invented")
    cycle: Annotated[int, Field(strict=True, ge=1, le=50)] = Field(description="number of this cycle, from 1")
    nuclide: Text = Field(description="such as Lu-177")
    radiopharmaceutical: Text | None = Field(default=None, description="such as [177Lu]Lu-DOTATATE")
    administration: Administration = Field(description="what was given and when")
    camera: Camera = Field(description="what the numbers of the images mean")
    time_zone: Text | None = Field(default=None, description="zone of the scanner's clock, where headers lack it")
    scans: Annotated[tuple[Scan, ...], Field(min_length=1)] = Field(description="the time points")
    reference: Text = Field(description="name of the scan in whose frame regions and maps lie")
    outlines: Outlines = Field(description="regions drawn in the frame of the reference")
    combine: tuple[Combination, ...] = Field(default=(), description="regions made of others, in this order")
    overlaps: Literal["refuse", "state"] = Field(description="what is done about regions that overlap")
    registration: Registration = Field(description="how scans come to the frame of the reference")
    density: Density | None = Field(default=None, description="mass density of the CT; absent: Schneider's curve")
    regions: Annotated[tuple[RegionRequest, ...], Field(min_length=1)] = Field(description="what is asked of each")
    blood: Blood | None = Field(default=None, description="blood samples, for the marrow")
    method: MethodChoice = Field(default_factory=MethodChoice, description="choices of method")
    earlier_cycles: Annotated[tuple[EarlierCycle, ...] | Literal["none", "unknown"], OrWord()] = Field(
        description="the cycles before this one; none: there was none; unknown: no cumulative dose and no plan"
    )
    plan: Annotated[PlanRules | Literal["none"], OrWord()] = Field(
        description="how further cycles are reckoned; none: no plan"
    )
    course: CourseEntry | None = Field(default=None, description="where the doses go in the patient's course")

    def contradictions(self) -> Iterable[Problem]:
        names = [scan.name for scan in self.scans]
        yield from _twice("scans", "name", names)
        yield from _twice("regions", "region", [request.region for request in self.regions])
        yield from _twice("combine", "name", [made.name for made in self.combine])
        if self.reference not in names:
            must = f"reference must be the name of a scan ({', '.join(names)})"
            yield Problem(place=("reference",), must=must, got=f'"{self.reference}"')
        yield from self._of_activity()
        yield from self._of_curves(len(names), names)
        yield from self._of_parts()
        yield from self._of_scans()
        yield from self._of_cycles()

    def _of_activity(self) -> Iterable[Problem]:
        expected = activity_range(self.radiopharmaceutical)
        given = self.administration.measured
        place: tuple[str, ...] = ("net_activity_mbq",)
        activity_mbq = self.administration.net_activity_mbq
        if given is not None:
            place, activity_mbq = ("measured", "activity_mbq"), given.activity_mbq
        if activity_mbq is not None and not expected.holds(activity_mbq):
            yield implausible(("administration", *place), activity_mbq, expected)

    def _of_curves(self, scans: int, names: list[str]) -> Iterable[Problem]:
        asked: list[tuple[tuple[str | int, ...], CurveRequest]] = []
        if any(request.curve is None for request in self.regions):
            asked.append((("method", "curve"), self.method.curve))
        asked += [(("regions", n, "curve"), r.curve) for n, r in enumerate(self.regions) if r.curve is not None]
        for place, curve in asked:
            if (said := curve.too_few(scans)) is not None:
                must = f"the curve must be carried by the scans: {said}"
                do = "Ask for a model with fewer parameters, or for one_scan with a prior."
                yield Problem(place=place, must=must, got=f"{scans}", do=do)
            if curve.one_scan is not None and curve.one_scan.scan not in (None, *names):
                must = f"scan must be the name of a scan ({', '.join(names)})"
                yield Problem(place=(*place, "one_scan", "scan"), must=must, got=f'"{curve.one_scan.scan}"')

    def _of_parts(self) -> Iterable[Problem]:
        requested = [request.region for request in self.regions]
        for number, made in enumerate(self.combine):
            if OTHERS in made.minus and made.name not in requested:
                must = "others stands for the other requested regions: the region must be requested itself"
                yield Problem(place=("combine", number, "minus"), must=must)
            if made.name in (IMAGE, OTHERS):
                yield Problem(place=("combine", number, "name"), must="image and others are reserved words")
            if made.name in made.parts:
                yield Problem(place=("combine", number), must=f"{made.name} must not be made of itself")
        blood = any(r.marrow is not None and r.marrow.method != "image" for r in self.regions)
        if blood and self.blood is None:
            yield Problem(place=("blood",), must="blood must be given for the marrow methods blood and hybrid")
        for number, sample in enumerate(self.blood.samples if self.blood is not None else ()):
            if sample.at < self.administration.injected_at:
                must = "at must not lie before injected_at"
                do = "Correct the sample's day, time or offset from UTC."
                yield Problem(place=("blood", "samples", number, "at"), must=must, got=sample.at.isoformat(), do=do)
        used = [request.partial_volume or self.method.partial_volume for request in self.regions]
        if "recovery curve" in used and self.camera.recovery == "none":
            must = "camera.recovery must be a curve where partial_volume is recovery curve"
            yield Problem(place=("camera", "recovery"), must=must, got="none")
        if sum(r.role == "remainder" for r in self.regions) > 1:
            yield Problem(place=("regions",), must="one region at most must have the role remainder")

    def _of_scans(self) -> Iterable[Problem]:
        for number, scan in enumerate(self.scans):
            other = scan.name != self.reference
            if self.registration.method == "recorded" and other and scan.transform is None:
                must, do = "transform must be given for registration recorded", "Add it, or search it: rigid."
                yield Problem(place=("scans", number, "transform"), must=must, do=do)
            if self.registration.method == "none" and scan.transform is not None:
                must = "transform belongs to registration recorded or rigid"
                yield Problem(place=("scans", number, "transform"), must=must)
            if not other and scan.transform is not None:
                yield Problem(place=("scans", number, "transform"), must="the reference scan must have no transform")
            if self.registration.images == "ct" and scan.ct is None and scan.transform is None:
                must, do = "ct must be given to register by it", "Add it, or write images: scan."
                yield Problem(place=("scans", number, "ct"), must=must, do=do)
            if not other and scan.outlines is not None:
                must = "the outlines of the reference stand in the study's own outlines"
                yield Problem(place=("scans", number, "outlines"), must=must)
            if self.camera.dead_time not in ("none", "corrected") and scan.wide_spectrum_cps is None:
                must = "wide_spectrum_cps must be given to correct dead time"
                yield Problem(place=("scans", number, "wide_spectrum_cps"), must=must)
        named = self.reference in [scan.name for scan in self.scans]
        if self.outlines.rtstruct and named and not self._has_reference_ct():
            must = "the reference scan must have the ct its RTSTRUCT was drawn on"
            yield Problem(place=("reference",), must=must)

    def _has_reference_ct(self) -> bool:
        return any(scan.ct is not None for scan in self.scans if scan.name == self.reference)

    def _of_cycles(self) -> Iterable[Problem]:
        if isinstance(self.earlier_cycles, tuple) or self.earlier_cycles == "none":
            known = len(self.earlier_cycles) if isinstance(self.earlier_cycles, tuple) else 0
            if self.cycle != known + 1:
                must = f"cycle must be {known + 1} after {known or 'no'} earlier cycles"
                do = "List every earlier cycle, with doses: [] where nothing is known; or write unknown."
                yield Problem(place=("cycle",), must=must, got=f"{self.cycle}", do=do)
        if self.earlier_cycles == "unknown" and self.plan != "none":
            must = "plan must be none where earlier cycles are unknown: what is left cannot be told"
            yield Problem(place=("plan",), must=must, do="Write plan: none, or list the cycles.")
        if isinstance(self.plan, PlanRules) and isinstance(self.plan.limits, tuple):
            there = {request.counts_as for request in self.regions}
            for number, limit in enumerate(self.plan.limits):
                if limit.organ not in there:
                    must = "a limit must be on an organ that a region counts as"
                    yield Problem(place=("plan", "limits", number, "organ"), must=must, got=limit.organ)


def read_dose_study(path: str | Path) -> DoseStudy:
    """The study declared in a YAML or JSON file. Raises InputError with every fault, each with its line."""
    return parse_dose_study(read_text(path), str(path))


def parse_dose_study(text: str, name: str = "study", format: Format | None = None) -> DoseStudy:
    """The study in a YAML or JSON text. Raises InputError as `read_dose_study` does."""
    return parse_declaration(DoseStudy, text, name, begin=f"lutetia: {FORMAT}", format=format)


def _twice(part: str, field: str, names: list[str]) -> Iterable[Problem]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            must = "each must have a name of its own"
            yield Problem(place=(part, number, field), must=must, got=f'"{name}" again')
        seen.add(name)
