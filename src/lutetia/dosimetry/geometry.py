"""Where the voxels of an image lie: its grid, in millimetres, in the patient.

World points are in mm in LPS: x grows to the patient's left, y to the back (posterior), z to the head (superior), as in
DICOM and ITK. Arrays and indices are in the order (z, y, x): the last axis of an array runs along the rows. Only the
`affine` takes indices in the order (x, y, z, 1), as every image format writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]
MM3_PER_ML = 1000.0
RIGHT_ANGLE_WITHIN = 1e-3  # cosine between two axes, 0.06°: more is a sheared grid (a tilted gantry)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Geometry:
    """A regular grid of voxels in the patient.

    `shape` is (z, y, x), as of the array. `affine` is (4, 4) and takes the index (x, y, z, 1) of a voxel's centre to mm
    in LPS; axes may point anywhere (oblique), run backwards or be mirrored, and each has its own spacing, but they
    stand at right angles. `frame_of_reference` names the coordinate system (the DICOM UID): two images share mm only
    if they share it. Raises InputError with all faults.
    """

    shape: tuple[int, int, int]
    affine: Floats
    frame_of_reference: str

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        shape = tuple(int(count) for count in self.shape)
        faults = [*_shape_faults(shape), *_affine_faults(affine)]
        if not self.frame_of_reference:
            faults.append(Fault(place="frame_of_reference", must="must name the coordinate system of the image"))
        if faults:
            raise InputError("Geometry", faults)
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", shape)

    @classmethod
    def regular(
        cls,
        shape: tuple[int, int, int],
        spacing_mm: tuple[float, float, float],
        *,
        first_voxel_mm: ArrayLike = (0.0, 0.0, 0.0),
        directions: ArrayLike | None = None,
        frame_of_reference: str,
    ) -> Geometry:
        """A grid from its spacing (z, y, x) and the centre of its first voxel (x, y, z).

        `directions` (3, 3) holds the unit vectors of the x, y and z axes of the array in its columns; without it the
        array's axes are the patient's.
        """
        affine = np.eye(4)
        affine[:3, :3] = np.eye(3) if directions is None else np.asarray(directions, dtype=np.float64)
        affine[:3, :3] *= np.asarray(spacing_mm, dtype=np.float64)[::-1]
        affine[:3, 3] = first_voxel_mm
        return cls(shape=shape, affine=affine, frame_of_reference=frame_of_reference)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxel centres along z, y and x of the array, always positive."""
        x, y, z = (float(length) for length in np.linalg.norm(self.affine[:3, :3], axis=0))
        return z, y, x

    @property
    def directions(self) -> Floats:
        """(3, 3): the unit vectors of the array's x, y and z axes in its columns."""
        return np.asarray(self.affine[:3, :3] / np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def voxel_volume_ml(self) -> float:
        """The volume of one voxel."""
        return float(np.prod(self.spacing_mm)) / MM3_PER_ML

    @property
    def volume_ml(self) -> float:
        """The volume of the whole grid."""
        return self.voxel_volume_ml * self.voxels

    @property
    def voxels(self) -> int:
        """The number of voxels."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def is_mirrored(self) -> bool:
        """True if the axes x, y, z of the array form a left hand."""
        return bool(np.linalg.det(self.affine[:3, :3]) < 0)

    @property
    def centre_mm(self) -> Floats:
        """The middle of the grid (x, y, z)."""
        return self.world_mm((np.array(self.shape) - 1) / 2)

    def world_mm(self, index: ArrayLike) -> Floats:
        """Points (…, 3) as x, y, z in mm of the indices (…, 3) given as (z, y, x); fractions of a voxel are allowed."""
        order = np.asarray(index, dtype=np.float64)[..., ::-1]
        return np.asarray(order @ self.affine[:3, :3].T + self.affine[:3, 3])

    def index_of(self, points_mm: ArrayLike) -> Floats:
        """Indices (…, 3) as (z, y, x), with fractions, of points (…, 3) as x, y, z in mm."""
        inverse = np.linalg.inv(self.affine)
        points = np.asarray(points_mm, dtype=np.float64)
        return np.asarray((points @ inverse[:3, :3].T + inverse[:3, 3])[..., ::-1])

    def contains(self, points_mm: ArrayLike, *, beyond_voxels: float = 0.0) -> NDArray[np.bool_]:
        """True for each point (…, 3) inside the outer faces of the grid, pushed out by `beyond_voxels`."""
        index = self.index_of(points_mm)
        reach = 0.5 + beyond_voxels
        return np.asarray(((index >= -reach) & (index <= np.array(self.shape) - 1 + reach)).all(axis=-1))

    def corners_mm(self) -> Floats:
        """(8, 3): the outer corners, half a voxel beyond the outermost centres."""
        ends = [(-0.5, count - 0.5) for count in self.shape]
        return self.world_mm(list(product(*ends)))

    def same_grid(self, other: Geometry, *, tolerance_mm: float = 1e-3) -> bool:
        """True if frame and shape are equal and no voxel lies further than the tolerance from its counterpart."""
        if self.frame_of_reference != other.frame_of_reference or self.shape != other.shape:
            return False
        return bool(np.abs(self.corners_mm() - other.corners_mm()).max() <= tolerance_mm)

    def moved(self, transform: RigidTransform) -> Geometry:
        """The same voxels after a motion: the grid turns, no value changes. Raises InputError for another frame."""
        if transform.from_frame != self.frame_of_reference:
            must = f"must start from the frame of the image, {self.frame_of_reference}"
            raise InputError("transform", [Fault(place="from_frame", must=must, got=transform.from_frame)])
        return Geometry(shape=self.shape, affine=transform.matrix @ self.affine, frame_of_reference=transform.to_frame)

    def flipped(self, *axes: int) -> Geometry:
        """The grid of an array reversed along these axes (0 z, 1 y, 2 x): each voxel stays where it is."""
        affine = self.affine.copy()
        for axis in sorted({axis % 3 for axis in axes}):
            column = 2 - axis
            affine[:3, 3] += affine[:3, column] * (self.shape[axis] - 1)
            affine[:3, column] *= -1
        return Geometry(shape=self.shape, affine=affine, frame_of_reference=self.frame_of_reference)

    def cropped(self, first: tuple[int, int, int], shape: tuple[int, int, int]) -> Geometry:
        """The grid of `array[first : first + shape]`, both (z, y, x). Raises InputError if it leaves the grid."""
        if any(a < 0 or n < 1 or a + n > own for a, n, own in zip(first, shape, self.shape, strict=True)):
            must = f"must lie inside the grid of shape {self.shape}"
            raise InputError("crop", [Fault(place="first, shape", must=must, got=f"{first}, {shape}")])
        affine = self.affine.copy()
        affine[:3, 3] = self.world_mm(first)
        return Geometry(shape=shape, affine=affine, frame_of_reference=self.frame_of_reference)


def _shape_faults(shape: tuple[int, ...]) -> list[Fault]:
    if len(shape) != 3 or min(shape) < 1:
        return [Fault(place="shape", must="must be three counts (z, y, x) of at least 1", got=str(shape))]
    return []


def _affine_faults(affine: Floats) -> list[Fault]:
    if affine.shape != (4, 4) or not np.isfinite(affine).all():
        return [Fault(place="affine", must="must be 4 × 4 finite numbers", got=f"shape {affine.shape}")]
    if not np.array_equal(affine[3], (0, 0, 0, 1)):
        return [Fault(place="affine", must="must end in the row 0 0 0 1", got=str(affine[3].tolist()))]
    spacing_mm = np.linalg.norm(affine[:3, :3], axis=0)
    if not (spacing_mm > 0).all():
        return [Fault(place="affine", must="must give each axis a spacing above 0 mm", got=str(spacing_mm.tolist()))]
    unit = affine[:3, :3] / spacing_mm
    skew = float(np.abs(unit.T @ unit - np.eye(3)).max())
    if skew > RIGHT_ANGLE_WITHIN:
        must = f"must have axes at right angles (cosine at most {RIGHT_ANGLE_WITHIN:g})"
        do = "A CT with a tilted gantry is sheared: resample it to a straight grid first."
        return [Fault(place="affine", must=must, got=f"a cosine of {skew:.3g}", do=do)]
    return []
