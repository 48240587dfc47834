"""Scans of the digital patient and of the sphere phantom: known blur, counts, dead time, noise and motion.

`phantom_scan` is one acquisition: the counts a made-up camera measures on any grid, and the image in Bq/mL that
calibration and dead-time correction make of them. The patient is moved as equations, so no scan has been resampled.
Noise is that of counted decays, voxel by voxel; a reconstruction would correlate it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.calibration import CalibrationFactor, DeadTimeModel, observed_rate_cps
from lutetia.dosimetry.geometric_transfer import blurred, psf_faults
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import DigitalPatient, VoxelPhantom, frame_named, on_grid
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]

HOURS = (4.0, 24.0, 96.0, 168.0)
Seed = int | Sequence[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """How a made-up camera sees: blur, the counts that make the noise, and the events it misses.

    Counts of a voxel = activity × `sensitivity_cps_per_mbq` × `acquisition_s` × live fraction. `psf_fwhm_mm` 0 is a
    perfect image. Dead time arises from all events, of which `window_fraction` fall in the energy window; the field of
    view is the grid of the scan.
    """

    psf_fwhm_mm: float = 10.0
    sensitivity_cps_per_mbq: float = 9.0
    acquisition_s: float = 1800.0
    dead_time_s: float = 0.0
    dead_time_model: DeadTimeModel = "non_paralysable"
    window_fraction: float = 0.25

    @property
    def calibration(self) -> CalibrationFactor:
        """The calibration factor without dead time, exact because it is made up."""
        return CalibrationFactor(
            cps_per_mbq=self.sensitivity_cps_per_mbq, u_cps_per_mbq=0.0, geometry="made-up camera, exact"
        )

    def wide_spectrum_cps(self, activity_mbq: float) -> float:
        """Events per second of the whole spectrum that the camera shows for the activity in its field of view."""
        true_cps = activity_mbq * self.sensitivity_cps_per_mbq / self.window_fraction
        if self.dead_time_s == 0:
            return true_cps
        return float(observed_rate_cps(true_cps, self.dead_time_s, self.dead_time_model))

    def live_fraction(self, activity_mbq: float) -> float:
        """Events shown over events that took place, for the activity in the field of view."""
        true_cps = activity_mbq * self.sensitivity_cps_per_mbq / self.window_fraction
        return self.wide_spectrum_cps(activity_mbq) / true_cps if true_cps > 0 else 1.0

    def counts_per_bq_per_ml(self, geometry: Geometry) -> float:
        """Counts of a voxel of 1 Bq/mL without dead time."""
        return 1e-6 * geometry.voxel_volume_ml * self.sensitivity_cps_per_mbq * self.acquisition_s


PERFECT = Camera(psf_fwhm_mm=0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhantomScan:
    """One acquisition, and all that is known about it.

    `counts` is what the camera measured, per voxel. `image` is the same as activity, in Bq/mL: counts over calibration
    factor, duration and live fraction. Both hold for `at_h` hours after administration, the middle of the acquisition,
    in which the activity is taken as that of its middle. `position` moves the patient's frame to the frame of the scan:
    what a registration should find, the other way round (`to_patient`). `wide_spectrum_cps` is the rate the camera
    shows, from which `live_fraction` can be found again.
    """

    counts: Volume
    image: Volume
    at_h: float
    camera: Camera
    position: RigidTransform
    activity_mbq: float
    wide_spectrum_cps: float
    live_fraction: float
    seed: Seed
    conventions: tuple[str, ...]

    @property
    def to_patient(self) -> RigidTransform:
        """The motion from the frame of the scan back to the patient's."""
        return self.position.inverse()

    @property
    def start_h(self) -> float:
        """When the acquisition began, hours after administration."""
        return self.at_h - self.camera.acquisition_s / 7200


def phantom_scan(
    patient: DigitalPatient,
    geometry: Geometry,
    at_h: float,
    *,
    camera: Camera = PERFECT,
    position: RigidTransform | None = None,
    seed: Seed = None,
    points: int = 64,
) -> PhantomScan:
    """The patient (or `sphere_phantom()`) scanned once, on any grid, `at_h` hours after administration.

    `position` is how the patient lies in the frame of the grid (None: the grid is in the patient's own frame). Without
    `seed` there is no noise and counts are the expected ones; same seed, same counts. Raises InputError for blur finer
    than the voxels, frames that do not fit, hours below 0, a camera that does not count.
    """
    _refuse("phantom_scan", [*_camera_faults(camera, geometry), *_time_faults((at_h,))])
    voxels = on_grid(patient, geometry, transform=position, points=points)
    return scan_of(voxels, at_h, camera=camera, seed=seed)


def scan_of(voxels: VoxelPhantom, at_h: float, *, camera: Camera = PERFECT, seed: Seed = None) -> PhantomScan:
    """As `phantom_scan`, of a phantom already on its grid: for many times or many noises of one position.

    Raises InputError as `phantom_scan` does.
    """
    _refuse("scan_of", [*_camera_faults(camera, voxels.geometry), *_time_faults((at_h,))])
    activity = voxels.activity(at_h)
    activity_mbq = activity.total()
    live = camera.live_fraction(activity_mbq)
    counts_per_unit = live * camera.counts_per_bq_per_ml(voxels.geometry)
    seen = blurred(np.asarray(activity.array, np.float32), activity.geometry.spacing_mm, camera.psf_fwhm_mm)
    counts = np.maximum(seen, 0).astype(np.float64) * counts_per_unit
    if seed is not None:
        counts = np.random.default_rng(seed).poisson(counts).astype(np.float64)
    words = (*activity.conventions, *_sentences(camera, seed is not None))
    image = activity.with_array((counts / counts_per_unit).astype(np.float32))
    return PhantomScan(
        counts=replace(activity.with_array(counts.astype(np.float32), unit="counts"), conventions=words),
        image=replace(image, conventions=words),
        at_h=at_h,
        camera=camera,
        position=voxels.position or RigidTransform.identity(voxels.patient.frame_of_reference),
        activity_mbq=activity_mbq,
        wide_spectrum_cps=camera.wide_spectrum_cps(activity_mbq),
        live_fraction=live,
        seed=seed,
        conventions=words,
    )


def phantom_series(
    patient: DigitalPatient,
    geometry: Geometry,
    *,
    hours: tuple[float, ...] = HOURS,
    camera: Camera = PERFECT,
    shift_mm: float = 0.0,
    turn_deg: float = 0.0,
    seed: int | None = None,
    points: int = 64,
) -> tuple[PhantomScan, ...]:
    """The patient scanned at these hours on this grid (in the patient's frame).

    From the second scan on the patient lies elsewhere: moved by `shift_mm` in a random direction and turned by
    `turn_deg` about a random axis through the middle of the grid, each scan in a frame of its own. Without `seed`
    there is no noise and no motion. Same seed, same images. Raises InputError as `phantom_scan` does, and for motion
    without seed.
    """
    faults = [*_camera_faults(camera, geometry), *_time_faults(hours)]
    if (shift_mm or turn_deg) and seed is None:
        faults.append(Fault(place="seed", must="must be given for a patient that moves"))
    _refuse("phantom_series", faults)
    still = on_grid(patient, geometry, points=points)
    scans = []
    for number, at_h in enumerate(hours):
        moves = number > 0 and bool(shift_mm or turn_deg)
        frame = _frame(patient, number)
        position = (
            random_position(
                geometry.centre_mm, (seed or 0, number), shift_mm, turn_deg, patient.frame_of_reference, frame
            )
            if moves
            else RigidTransform.identity(patient.frame_of_reference, frame)
        )
        there = replace(geometry, frame_of_reference=frame)
        lying = (
            on_grid(patient, there, transform=position, points=points)
            if moves
            else replace(still, geometry=there, position=position)
        )
        scans.append(scan_of(lying, at_h, camera=camera, seed=None if seed is None else (seed, number, 1)))
    return tuple(scans)


def random_position(
    centre_mm: ArrayLike, seed: Seed, shift_mm: float, turn_deg: float, from_frame: str, to_frame: str
) -> RigidTransform:
    """A motion of known size: `shift_mm` in a random direction, `turn_deg` about a random axis through a point."""
    draws = np.random.default_rng(seed)
    direction, axis = draws.normal(size=3), draws.normal(size=3)
    return RigidTransform.about(
        centre_mm,
        axis=axis,
        angle_deg=turn_deg,
        translation_mm=shift_mm * direction / np.linalg.norm(direction),
        from_frame=from_frame,
        to_frame=to_frame,
    )


class SphereRecoveries(NamedTuple):
    """Volume of each sphere, the share of its activity seen within its outline, and that share's u (k = 1, counts
    only)."""

    volume_ml: Floats
    recovery: Floats
    u_recovery: Floats


def sphere_recoveries(scan: PhantomScan, voxels: VoxelPhantom) -> SphereRecoveries:
    """What a scan of `sphere_phantom()` recovers of each sphere within its true outline: for `fit_recovery`.

    `voxels` is the phantom on the grid of the scan. What a background adds is not taken off. Raises InputError for
    another grid.
    """
    if not voxels.geometry.same_grid(scan.image.geometry):
        fault = Fault(place="voxels", must="must lie on the grid of the scan")
        raise InputError("sphere_recoveries", [fault])
    spheres = voxels.patient.tissues[:-1]
    true_mbq = np.array([float(sphere.curve.activity_mbq(scan.at_h)) for sphere in spheres])
    per_mbq = scan.camera.sensitivity_cps_per_mbq * scan.camera.acquisition_s * scan.live_fraction
    counts = np.array([np.sum(share * scan.counts.array, dtype=np.float64) for share in voxels.shares[:-1]])
    spread = np.array([np.sum(share**2 * scan.counts.array, dtype=np.float64) for share in voxels.shares[:-1]])
    volumes = np.array([voxels.patient.volume_ml[sphere.name] for sphere in spheres])
    return SphereRecoveries(volumes, counts / per_mbq / true_mbq, np.sqrt(spread) / per_mbq / true_mbq)


def _frame(patient: DigitalPatient, number: int) -> str:
    own = patient.frame_of_reference
    return own if number == 0 else frame_named(f"{own} scan {number}")


def _sentences(camera: Camera, noisy: bool) -> tuple[str, ...]:
    blur = f"blurred by a Gaussian of {camera.psf_fwhm_mm:g} mm (FWHM)" if camera.psf_fwhm_mm else "not blurred"
    noise = "noise of independent counts" if noisy else "no noise"
    dead = f"{camera.dead_time_model} dead time of {1e6 * camera.dead_time_s:g} µs" if camera.dead_time_s else ""
    return (
        f"Simulated scan: {blur}, {noise}; {camera.sensitivity_cps_per_mbq:g} cps/MBq for {camera.acquisition_s:g} s"
        f"{f', {dead}' if dead else ''}; numbers hold for the middle of the acquisition.",
    )


def _camera_faults(camera: Camera, geometry: Geometry) -> list[Fault]:
    faults = psf_faults(camera.psf_fwhm_mm, geometry.spacing_mm)
    if not (camera.sensitivity_cps_per_mbq > 0 and camera.acquisition_s > 0 and 0 < camera.window_fraction <= 1):
        faults.append(Fault(place="camera", must="must count for a while", got=str(camera)))
    if not 0 <= camera.dead_time_s < np.inf:
        faults.append(Fault(place="camera.dead_time_s", must="must be 0 s or above", got=f"{camera.dead_time_s}"))
    return faults


def _time_faults(hours: tuple[float, ...]) -> list[Fault]:
    if hours and all(0 <= at_h < np.inf for at_h in hours):
        return []
    return [Fault(place="hours", must="must be hours of 0 or more", got=", ".join(f"{h:g}" for h in hours))]


def _refuse(name: str, faults: list[Fault]) -> None:
    if faults:
        raise InputError(name, faults)
