"""Scans of the digital patient: blurred, noisy, the patient moved, at the hours of a clinical protocol.

A scan is an image in Bq/mL, as a calibrated and corrected reconstruction would give it. The patient is moved as
equations, so no scan has been resampled. Noise is that of counted decays, voxel by voxel; a reconstruction would
correlate it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lutetia.dosimetry.geometric_transfer import blurred, psf_faults
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import DigitalPatient, VoxelPhantom, frame_named, on_grid
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError

HOURS = (4.0, 24.0, 96.0, 168.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """How a made-up camera sees: blur, and the counts that make the noise.

    Counts in a voxel = activity × `sensitivity_cps_per_mbq` × `acquisition_s`. `psf_fwhm_mm` 0 is a perfect image.
    """

    psf_fwhm_mm: float = 10.0
    sensitivity_cps_per_mbq: float = 9.0
    acquisition_s: float = 1800.0


PERFECT = Camera(psf_fwhm_mm=0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhantomScan:
    """One scan: `image` in Bq/mL at `at_h` hours after administration, and how the patient lay.

    `position` moves the patient's frame to the frame of the image: what a registration should find, the other way
    round.
    """

    image: Volume
    at_h: float
    position: RigidTransform
    seed: int | None
    conventions: tuple[str, ...]


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
    there is no noise and no motion. Same seed, same images. Raises InputError for blur finer than the voxels, motion
    without seed, hours below 0.
    """
    _check(geometry, hours, camera, shift_mm, turn_deg, seed)
    still = on_grid(patient, geometry, points=points)
    scans = []
    for number, at_h in enumerate(hours):
        draws = np.random.default_rng([seed, number]) if seed is not None else None
        moved = number > 0 and (shift_mm or turn_deg)
        position = _position(patient, geometry, number, shift_mm, turn_deg, draws if moved else None)
        seen = _moved_to(still, position, points) if moved else _renamed(still, position.to_frame)
        image = scanned(seen.activity(at_h), camera, draws)
        words = (*image.conventions, *_sentences(camera, draws is not None))
        scans.append(PhantomScan(image=image, at_h=at_h, position=position, seed=seed, conventions=words))
    return tuple(scans)


def scanned(activity: Volume, camera: Camera, draws: np.random.Generator | None) -> Volume:
    """The activity (Bq/mL) as the camera shows it: blurred, then counted; without `draws` there is no noise."""
    image = blurred(np.asarray(activity.array, np.float32), activity.geometry.spacing_mm, camera.psf_fwhm_mm)
    if draws is None:
        return activity.with_array(image)
    counts_per_unit = (
        activity.voxel_factor() * camera.sensitivity_cps_per_mbq * camera.acquisition_s
    )  # counts of a voxel of 1 Bq/mL
    counts = draws.poisson(np.maximum(image, 0).astype(np.float64) * counts_per_unit)
    return activity.with_array((counts / counts_per_unit).astype(np.float32))


def _position(
    patient: DigitalPatient,
    geometry: Geometry,
    number: int,
    shift_mm: float,
    turn_deg: float,
    draws: np.random.Generator | None,
) -> RigidTransform:
    frame = patient.frame_of_reference
    to_frame = frame if number == 0 else frame_named(f"{frame} scan {number}")
    if draws is None:
        return RigidTransform.identity(frame, to_frame)
    direction, axis = draws.normal(size=3), draws.normal(size=3)
    return RigidTransform.about(
        geometry.centre_mm,
        axis=axis,
        angle_deg=turn_deg,
        translation_mm=shift_mm * direction / np.linalg.norm(direction),
        from_frame=frame,
        to_frame=to_frame,
    )


def _moved_to(still: VoxelPhantom, position: RigidTransform, points: int) -> VoxelPhantom:
    there = _in_frame(still.geometry, position.to_frame)
    return on_grid(still.patient, there, transform=position, points=points)


def _renamed(still: VoxelPhantom, frame: str) -> VoxelPhantom:
    return VoxelPhantom(patient=still.patient, geometry=_in_frame(still.geometry, frame), shares=still.shares)


def _in_frame(geometry: Geometry, frame: str) -> Geometry:
    return Geometry(shape=geometry.shape, affine=geometry.affine, frame_of_reference=frame)


def _sentences(camera: Camera, noisy: bool) -> tuple[str, ...]:
    blur = f"blurred by a Gaussian of {camera.psf_fwhm_mm:g} mm (FWHM)" if camera.psf_fwhm_mm else "not blurred"
    noise = (
        f"noise of independent counts, {camera.sensitivity_cps_per_mbq:g} cps/MBq for {camera.acquisition_s:g} s"
        if noisy
        else "no noise"
    )
    return (f"Simulated scan: {blur}, {noise}; activity at one moment, no decay while scanning.",)


def _check(
    geometry: Geometry,
    hours: tuple[float, ...],
    camera: Camera,
    shift_mm: float,
    turn_deg: float,
    seed: int | None,
) -> None:
    faults = psf_faults(camera.psf_fwhm_mm, geometry.spacing_mm)
    if not hours or min(hours) < 0:
        faults.append(Fault(place="hours", must="must be hours of 0 or more", got=str(hours)))
    if (shift_mm or turn_deg) and seed is None:
        faults.append(Fault(place="seed", must="must be given for a patient that moves"))
    if not (camera.sensitivity_cps_per_mbq > 0 and camera.acquisition_s > 0):
        faults.append(Fault(place="camera", must="must count for a while", got=str(camera)))
    if faults:
        raise InputError("phantom_series", faults)
