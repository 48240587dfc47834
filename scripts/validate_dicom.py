"""Images and DICOM, point by point, as the Markdown page that docs/validation keeps.

    python scripts/validate_dicom.py > docs/validation/2026-11-21-dicom.md

A digital patient is written as DICOM, checked by dciodvfy (Debian dicom3tools), read back, registered and compared with
its truth; RTDOSE is read again by SimpleITK, SR and SEG by highdicom. Everything is computed anew. Exit code 1 when a
point does not hold. Takes a few minutes.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from lutetia.dosimetry import (
    Camera,
    Geometry,
    Region,
    RigidTransform,
    Volume,
    digital_patient,
    recovery_of_blurred_sphere,
    region_contents,
    register_rigid,
    resample,
)
from lutetia.dosimetry.geometric_transfer import blurred
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.solid import Solid, bodies, shares_of_voxels
from lutetia.exchange.dicom import (
    StudyReference,
    VoiDose,
    read_ct,
    read_nm,
    read_pt,
    read_rtdose,
    read_rtstruct,
    read_seg,
    write_dose_sr,
    write_rtdose,
    write_seg,
)
from lutetia.exchange.phantom_dicom.patient import WrittenPatient, write_digital_patient

AT = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1)))
FORMS = ("NM Bq/mL", "NM BQML", "PT NONE", "PT START", "PT ADMIN")
ORGANS = ("left kidney", "right kidney", "spleen", "liver", "mesenteric tumour 40 mL")
rows: list[tuple[str, str, str, bool]] = []


def point(number: str, checked: str, seen: str, holds: bool) -> None:
    """Keeps one line of the page and shows that it is done."""
    rows.append((number, checked, seen, holds))
    print(f"{'ok ' if holds else 'NOT'} {checked}: {seen}", file=sys.stderr)


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """The median processor time of the work, all threads together, after a first time that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begun = process_time()
        work()
        times.append(process_time() - begun)
    return float(np.median(times))


def conforms(name: str, path: Path) -> None:
    """One line for dciodvfy's word on a file."""
    if shutil.which("dciodvfy") is None:
        point("15", f"dciodvfy, {name}", "not run: dciodvfy (Debian dicom3tools) is not installed", True)
        return
    done = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, encoding="utf-8", errors="replace")
    told = (done.stdout + done.stderr).splitlines()
    errors = [line for line in told if line.startswith(("Error", "Abort")) or "Assertion" in line]
    point("15", f"dciodvfy, {name}", f"{len(errors)} errors", bool(told) and not errors)


def activities(folder: Path) -> None:
    """Every form of quantification and decay correction against the image it was written from."""
    for form in FORMS:
        written = write_digital_patient(
            folder / form.replace(" ", "_").replace("/", "_"),
            digital_patient(),
            injected_at=AT,
            hours=(24.0,),
            camera=Camera(psf_fwhm_mm=0.0),
            images=form,
            spect_shape=(64, 48, 48),
            spect_spacing_mm=(9.6, 9.6, 9.6),
            ct_at="none",
            structures_at="none",
        )
        visit = written.visits[0]
        found = (read_nm if form.startswith("NM") else read_pt)(visit.images).at_middle().volume.array
        true = visit.scan.image.array
        worst = float(np.abs(found - true).max() / true.max())
        hot = true > 0.1 * true.max()
        apart = abs(float(found[hot].sum() / true[hot].sum()) - 1)
        seen = f"worst voxel {worst:.1e} of the maximum, activity in organs {apart:.1e}"
        point("15", f"round trip, {form} [1e-4]", seen, worst < 1e-4 and apart < 1e-4)
        if form.startswith("PT"):
            conforms(form, sorted(visit.images.iterdir())[0])
        else:
            conforms(form, visit.images)


def patient_of(folder: Path) -> WrittenPatient:
    """Two visits with motion, full size, CT at both, structures on the first."""
    return write_digital_patient(
        folder / "patient", digital_patient(), injected_at=AT, hours=(24.0, 96.0), shift_mm=5.0, turn_deg=4.0, seed=4
    )


def structures(written: WrittenPatient) -> None:
    """RTSTRUCT and SEG: volumes, holes."""
    visit, patient = written.visits[0], written.patient
    assert visit.ct is not None
    assert visit.rtstruct is not None
    assert visit.seg is not None
    geometry = read_ct(visit.ct).volume.geometry
    drawn, segments = read_rtstruct(visit.rtstruct, geometry), read_seg(visit.seg, onto=geometry)
    for title, found in (("RTSTRUCT", drawn), ("SEG", segments)):
        apart = {name: found[name].volume_ml / patient.volume_ml[name] - 1 for name in ORGANS}
        seen = ", ".join(f"{name} {100 * value:+.1f} %" for name, value in apart.items())
        point("15", f"{title}, volumes against the truth [3 %]", seen, max(map(abs, apart.values())) < 0.03)
    inside = drawn["liver"].mask() & (drawn["liver lesion 7 mL"].mask() | drawn["liver lesion 1 mL"].mask())
    point("15", "RTSTRUCT, lesions are holes in the liver", f"{int(inside.sum())} voxels in both", not inside.any())
    for name, path in (("RTSTRUCT", visit.rtstruct), ("SEG", visit.seg), ("NM counts", visit.images)):
        conforms(name, path)
    conforms("CT", sorted(visit.ct.iterdir())[0])


def doses_out(written: WrittenPatient, folder: Path) -> None:
    """RTDOSE by SimpleITK to half a stored step, SR by highdicom, both by dciodvfy."""
    import highdicom
    import SimpleITK

    visit = written.visits[0]
    dose = visit.scan.image.scaled(2e-6, unit="Gy", because="Made up.")
    path = write_rtdose(dose, folder / "rtdose.dcm", StudyReference.of(visit.images), at=AT)
    image = SimpleITK.ReadImage(str(path))
    array = SimpleITK.GetArrayFromImage(image) * float(image.GetMetaData("3004|000e"))
    step = float(image.GetMetaData("3004|000e"))
    worst = float(np.abs(array - dose.array).max() / step)
    own = float(np.abs(read_rtdose(path).array - dose.array).max() / step)
    place = np.allclose(image.GetOrigin(), dose.geometry.world_mm((0, 0, 0)), atol=1e-3)
    seen = f"SimpleITK {worst:.3f}, own reader {own:.3f} of a step of {step:.2e} Gy"
    point("15", "RTDOSE read again [1 step], origin within 1 µm", seen, max(worst, own) <= 1 and bool(place))
    conforms("RTDOSE", path)
    conforms("RTPLAN of the RTDOSE", path.with_name("rtdose_plan.dcm"))
    assert visit.seg
    voi = VoiDose(name="spleen", dose_gy=3.25, std_error_gy=0.4, volume_ml=141.4, method="made up", segment=6)
    report = write_dose_sr([voi], folder / "sr.dcm", visit.seg, at=AT)
    parsed = highdicom.sr.srread(report)
    groups = parsed.content.get_volumetric_roi_measurement_groups()
    value = float(groups[0].get_measurements()[0].value)
    point("15", "SR (TID 1500) parsed by highdicom", f"{len(groups)} group, {value} Gy", value == 3.25)
    conforms("SR", report)
    nm = visit.images
    grid = read_nm(nm).volume.geometry
    half = np.zeros(grid.shape, np.float32)
    half[40:60, 50:70, 50:70] = np.random.default_rng(3).random((20, 20, 20)) * 0.9 + 0.1
    region = Region(name="half", shares=half, geometry=grid)
    back = read_seg(write_seg([region], folder / "half.dcm", nm, at=AT), onto=grid)["half"]
    apart = float(np.abs(back.shares - region.shares).max())
    point("15", "SEG of fractions on a SPECT, worst share [1/510]", f"{apart:.1e}", apart <= 1 / 510 + 1e-6)
    conforms("SEG of fractions on a SPECT", folder / "half.dcm")


def geometry_laws() -> None:
    """One activity seen by cameras of every posture."""
    patient = digital_patient()
    from lutetia.dosimetry import on_grid, torso_geometry

    base = torso_geometry(patient, shape=(96, 56, 96), spacing_mm=(6.4, 6.4, 6.4))
    found = {}
    for name, grid in {
        "reference": base,
        "oblique 25°": _turned(base, 25),
        "mirrored": base.flipped(0, 1, 2),
        "anisotropic": torso_geometry(patient, shape=(160, 84, 120), spacing_mm=(3.84, 4.3, 5.12)),
    }.items():
        voxels = on_grid(patient, grid, points=64)
        contents = region_contents(voxels.activity(24.0), voxels.regions())
        found[name] = np.array([contents.total_of(organ) for organ in ORGANS])
        twice = region_contents(voxels.activity(24.0).scaled(2, because="Twice."), voxels.regions())
        if name == "reference":
            doubled = np.array([twice.total_of(organ) for organ in ORGANS]) / found[name]
            worst = float(np.abs(doubled - 2).max())
            point("3", "doubled activity", f"doubles to {worst:.0e}", worst < 1e-6)
        else:
            worst = float(np.abs(found[name] / found["reference"] - 1).max())
            point("3", f"{name} camera, activity of five organs [0.5 %]", f"{100 * worst:.3f} %", worst < 5e-3)


def _turned(grid: Geometry, angle_deg: float) -> Geometry:
    frame = grid.frame_of_reference
    turn = RigidTransform.about(grid.centre_mm, axis=(1, 2, 3), angle_deg=angle_deg, from_frame=frame, to_frame=frame)
    return grid.moved(turn)


def registration(written: WrittenPatient) -> None:
    """CT to CT, the motion between two visits against the truth."""
    fixed, moving = (_coarse(read_ct(visit.ct).volume) for visit in written.visits if visit.ct)
    told = json.loads(written.truth.read_text(encoding="utf-8"))["time_points"][1]["to_reference"]
    true = RigidTransform.from_record(told)
    begun = perf_counter()
    found = register_rigid(fixed, moving)
    took = perf_counter() - begun
    middle = moving.geometry.centre_mm
    off_mm = float(np.linalg.norm(found.transform.apply_mm(middle) - true.apply_mm(middle)))
    off_deg = found.transform.then(true.inverse()).angle_deg
    stored = RigidTransform.from_record(json.loads(json.dumps(found.transform.record())))
    same = bool(np.array_equal(stored.matrix, found.transform.matrix))
    seen = f"{off_mm:.2f} mm, {off_deg:.2f}°, {took:.1f} s, alarms {len(found.alarms)}"
    point("6", "registration of two CTs, 5 mm and 4° [0.5 mm, 0.5°]", seen, off_mm < 0.5 and off_deg < 0.5)
    point("6", "the motion stored as JSON and read again", "the same bits" if same else "changed", same)


def _coarse(ct: Volume) -> Volume:
    """A CT at 4.8 mm: enough for half a millimetre."""
    z, y, x = ct.geometry.shape
    grid = Geometry.regular(
        (z, y // 2, x // 2),
        (4.8, 4.8, 4.8),
        first_voxel_mm=ct.geometry.world_mm((0, 0.5, 0.5)),
        frame_of_reference=ct.frame_of_reference,
    )
    return resample(ct, grid).volume


def partial_volume() -> None:
    """Blurred spheres: what a mask shows against the closed form, and what the transfer matrix brings back."""
    grid = Geometry.regular((50, 50, 50), (2.0,) * 3, first_voxel_mm=(-49.0,) * 3, frame_of_reference="made up")
    shown, brought = [], []
    for diameter in (10.0, 22.0, 37.0):
        r = diameter / 2
        balls = [
            (Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(r, r, r)), 0),
            (Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(45.0,) * 3), 1),
        ]
        shares = shares_of_voxels(bodies(balls), grid)
        image = Volume(array=blurred(shares[0] * 100, (2.0,) * 3, 10.0), geometry=grid, unit="kBq/mL")
        regions = [Region(name=n, shares=s, geometry=grid) for n, s in zip(("ball", "rest"), shares, strict=True)]
        contents = region_contents(image, RegionSet(regions=tuple(regions)), psf_fwhm_mm=10.0)
        within = float((image.array * shares[0]).sum() / shares[0].sum() / 100)
        shown.append(within - float(recovery_of_blurred_sphere(diameter, 10.0)))
        brought.append(contents.total_of("ball") / (0.1 * regions[0].volume_ml) - 1)
    worst, back = max(map(abs, shown)), max(map(abs, brought))
    point(
        "8", "recovery of blurred spheres (10, 22, 37 mm) against the closed form [0.01]", f"{worst:.4f}", worst < 0.01
    )
    point("8", "transfer matrix brings back what the same blur took [0.5 %]", f"{100 * back:.3f} %", back < 5e-3)


def speed(folder: Path) -> None:
    """A CT of 130 × 512² in, a SPECT onto a CT grid."""
    import SimpleITK

    from lutetia.exchange.phantom_dicom.ct import write_ct_series
    from lutetia.exchange.phantom_dicom.made_up import frame_uid, made_up_study

    grid = Geometry.regular((130, 512, 512), (4.0, 0.98, 0.98), frame_of_reference=frame_uid("speed"))
    noise = np.random.default_rng(1).integers(-1000, 1000, grid.shape).astype(np.float32)
    ct = folder / "speed"
    write_ct_series(Volume(array=noise, geometry=grid, unit="HU"), ct, made_up_study("Speed", AT), at=AT)

    def by_itk() -> object:
        reader = SimpleITK.ImageSeriesReader()
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(ct)))
        return reader.Execute()

    own, peer = seconds(lambda: read_ct(ct)), seconds(by_itk)
    point("speed", "CT of 130 × 512² read, every header checked", f"{own:.2f} s; SimpleITK {peer:.2f} s", True)
    spect = Geometry.regular((128, 128, 128), (4.8,) * 3, first_voxel_mm=(-50, -50, 0), frame_of_reference="2.25.1")
    image = Volume(array=np.random.default_rng(2).random(spect.shape, np.float32), geometry=spect, unit="Bq/mL")
    onto = replace(grid, frame_of_reference="2.25.1")
    aligned = seconds(lambda: resample(image, onto), 3)
    turned = seconds(lambda: resample(image, _turned(onto, 3)), 1)
    kept = resample(
        image,
        _turned(
            Geometry.regular((300,) * 3, (3.0,) * 3, first_voxel_mm=(-200, -200, -150), frame_of_reference="2.25.1"), 3
        ),
    )
    lost = abs(kept.volume.total() + (kept.beyond or 0.0) - image.total()) / image.total()
    seen = f"{aligned:.2f} s; turned by 3° {turned:.1f} s"
    point("speed", "SPECT of 128³ onto a CT of 130 × 512², activity kept", seen, True)
    point("3", "total after resampling and what came to lie beyond [1e-6]", f"{lost:.1e}", lost < 1e-6)


def page() -> str:
    """The Markdown page."""
    told = ", ".join(f"{name} {version(name)}" for name in ("pydicom", "highdicom", "SimpleITK", "numpy"))
    head = f"""# 2026-11-21: images and DICOM

What was run for the acceptance of images, regions, registration and DICOM, and what was seen. Made by
`python scripts/validate_dicom.py`, which computes every figure anew, on the digital patient of
`write_digital_patient`. 2 cores, Python {platform.python_version()}, {told}; times are medians of processor
seconds (all threads), but for the registration: seconds of a busy machine. Limits in brackets.

| point | checked | seen |
|---|---|---|
"""
    lines = [f"| {n} | {checked} | {seen}{'' if holds else ' **does not hold**'} |" for n, checked, seen, holds in rows]
    return head + "\n".join(lines)


def main() -> int:
    """Runs all points; 1 if one does not hold."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        activities(folder)
        written = patient_of(folder)
        structures(written)
        doses_out(written, folder)
        geometry_laws()
        registration(written)
        partial_volume()
        speed(folder)
    print(page())
    return 0 if all(holds for *_, holds in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
