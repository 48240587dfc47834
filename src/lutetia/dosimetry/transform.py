"""A rigid motion from one frame of reference to another: a rotation and a shift, in mm, stored as plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import acos, cos, degrees, radians, sin
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]
ORTHONORMAL_WITHIN = 1e-6  # of R·Rᵀ from the identity: what is worse is no rotation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RigidTransform:
    """Moves a point p (mm, LPS) of `from_frame` to R·p + t in `to_frame`.

    `rotation` is (3, 3) with determinant +1, `translation_mm` is (3,), both in the order x, y, z. The frames are the
    frame-of-reference names of the two images. Raises InputError for anything that is no rotation (a scaling, a
    mirror), for numbers that are not finite and for unnamed frames.
    """

    rotation: Floats
    translation_mm: Floats
    from_frame: str
    to_frame: str

    def __post_init__(self) -> None:
        rotation = np.array(self.rotation, dtype=np.float64)
        shift_mm = np.array(self.translation_mm, dtype=np.float64)
        faults = [*_rotation_faults(rotation), *_shift_faults(shift_mm)]
        faults += [
            Fault(place=place, must="must name the frame of reference", got=repr(frame))
            for place, frame in (("from_frame", self.from_frame), ("to_frame", self.to_frame))
            if not frame
        ]
        if faults:
            raise InputError("RigidTransform", faults)
        for name, array in (("rotation", rotation), ("translation_mm", shift_mm)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @classmethod
    def identity(cls, from_frame: str, to_frame: str | None = None) -> RigidTransform:
        """No motion; with `to_frame` it declares that two frames are one and the same."""
        return cls(
            rotation=np.eye(3), translation_mm=np.zeros(3), from_frame=from_frame, to_frame=to_frame or from_frame
        )

    @classmethod
    def about(
        cls,
        centre_mm: ArrayLike,
        *,
        axis: ArrayLike = (0.0, 0.0, 1.0),
        angle_deg: float = 0.0,
        translation_mm: ArrayLike = (0.0, 0.0, 0.0),
        from_frame: str,
        to_frame: str,
    ) -> RigidTransform:
        """A right-handed turn by `angle_deg` about the axis through `centre_mm`, then a shift."""
        rotation = _rotation_about(np.asarray(axis, dtype=np.float64), angle_deg)
        centre = np.asarray(centre_mm, dtype=np.float64)
        shift_mm = centre - rotation @ centre + np.asarray(translation_mm, dtype=np.float64)
        return cls(rotation=rotation, translation_mm=shift_mm, from_frame=from_frame, to_frame=to_frame)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> RigidTransform:
        """The transform that `record()` stored. Raises InputError for missing or wrong entries."""
        names = ("rotation", "translation_mm", "from_frame", "to_frame")
        missing = [Fault(place=name, must="must be given") for name in names if name not in record]
        if missing:
            raise InputError("stored transform", missing)
        return cls(**{name: record[name] for name in names})

    def record(self) -> dict[str, Any]:
        """The transform as plain numbers and texts, ready for JSON or YAML; `from_record` reads it back exactly."""
        return {
            "rotation": self.rotation.tolist(),
            "translation_mm": self.translation_mm.tolist(),
            "from_frame": self.from_frame,
            "to_frame": self.to_frame,
        }

    @property
    def matrix(self) -> Floats:
        """The motion as a (4, 4) matrix on (x, y, z, 1) in mm."""
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = self.rotation, self.translation_mm
        return matrix

    @property
    def angle_deg(self) -> float:
        """The angle of the rotation, 0 to 180."""
        return degrees(acos(float(np.clip((np.trace(self.rotation) - 1) / 2, -1, 1))))

    def apply_mm(self, points_mm: ArrayLike) -> Floats:
        """Points (…, 3) in mm of `from_frame`, moved to `to_frame`."""
        return np.asarray(points_mm, dtype=np.float64) @ self.rotation.T + self.translation_mm

    def inverse(self) -> RigidTransform:
        """The motion back."""
        back = self.rotation.T
        return RigidTransform(
            rotation=back,
            translation_mm=-back @ self.translation_mm,
            from_frame=self.to_frame,
            to_frame=self.from_frame,
        )

    def then(self, following: RigidTransform) -> RigidTransform:
        """This motion, followed by another that starts from where this one ends. Raises InputError if it does not."""
        if following.from_frame != self.to_frame:
            must = f"must start from the frame {self.to_frame}, where the first one ends"
            raise InputError("transform", [Fault(place="following", must=must, got=following.from_frame)])
        return RigidTransform(
            rotation=following.rotation @ self.rotation,
            translation_mm=following.rotation @ self.translation_mm + following.translation_mm,
            from_frame=self.from_frame,
            to_frame=following.to_frame,
        )

    def displacement_mm(self, points_mm: ArrayLike) -> Floats:
        """How far each point (…, 3) moves, shape (…)."""
        return np.asarray(np.linalg.norm(self.apply_mm(points_mm) - np.asarray(points_mm), axis=-1), dtype=np.float64)


def _rotation_about(axis: Floats, angle_deg: float) -> Floats:
    """Rodrigues' formula: R = I + sin a · K + (1 − cos a) · K², K the cross product with the unit axis."""
    length = float(np.linalg.norm(axis))
    if axis.shape != (3,) or not length > 0:
        raise InputError(
            "RigidTransform", [Fault(place="axis", must="must be three numbers, not all 0", got=str(axis))]
        )
    x, y, z = axis / length
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = radians(angle_deg)
    return np.asarray(np.eye(3) + sin(angle) * cross + (1 - cos(angle)) * cross @ cross)


def _rotation_faults(rotation: Floats) -> Sequence[Fault]:
    if rotation.shape != (3, 3) or not np.isfinite(rotation).all():
        return [Fault(place="rotation", must="must be 3 × 3 finite numbers", got=f"shape {rotation.shape}")]
    off = float(np.abs(rotation @ rotation.T - np.eye(3)).max())
    if off > ORTHONORMAL_WITHIN:
        return [Fault(place="rotation", must="must keep lengths and angles", got=f"R·Rᵀ off the identity by {off:.2g}")]
    if np.linalg.det(rotation) < 0:
        return [Fault(place="rotation", must="must not mirror", got="a determinant of −1")]
    return []


def _shift_faults(shift_mm: Floats) -> Sequence[Fault]:
    if shift_mm.shape != (3,) or not np.isfinite(shift_mm).all():
        return [Fault(place="translation_mm", must="must be three finite numbers", got=str(shift_mm.tolist()))]
    return []
