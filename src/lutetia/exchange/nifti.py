"""NIfTI in and out: its axes run to the right, front and head where ours run to the left, back and head.

NIfTI holds neither the unit of its values nor a frame of reference: the unit is written into the description field
(`unit=Bq/mL`) and read from there; the frame must be given, since mm without a frame of reference are not comparable.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import UNITS, Volume
from lutetia.errors import Fault, InputError

FILE_LIMIT_BYTES = 2 * 1024**3
DECODED_LIMIT_BYTES = 8 * 1024**3
SAME_PLACE_MM = 0.01
_LPS_OF_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_MM = {"mm": 1.0, "meter": 1000.0, "micron": 1e-3, "unknown": 1.0}


def read_nifti(path: str | Path, *, frame_of_reference: str, unit: str | None = None) -> Volume:
    """The volume of a .nii or .nii.gz file in its `frame_of_reference`, array (z, y, x).

    `unit` is one of `UNITS`; without it the file's description must name it (`unit=HU`). Raises InputError for a broken
    or enormous file, more than three dimensions, no position or two that disagree, and a unit that is not known.
    """
    name = Path(path).name
    image = _loaded(Path(path))
    faults: list[Fault] = []
    affine = _affine(image, name, faults)
    own_unit, sentences = _unit(image, name, unit, faults)
    shape = tuple(int(count) for count in image.shape)
    if len(shape) > 3 and all(count == 1 for count in shape[3:]):
        shape = shape[:3]
    if len(shape) != 3:
        faults.append(Fault(place=name, must="must have three dimensions", got=str(image.shape)))
    needed_bytes = int(np.prod(shape, dtype=object)) * 8
    if needed_bytes > DECODED_LIMIT_BYTES:
        must = f"must decode to at most {DECODED_LIMIT_BYTES // 1024**3} GiB"
        faults.append(Fault(place=name, must=must, got=str(shape)))
    if faults or affine is None or own_unit is None:
        raise InputError("NIfTI", faults)
    array = _values(image, name).reshape(shape)
    x, y, z = shape
    geometry = Geometry(shape=(z, y, x), affine=affine, frame_of_reference=frame_of_reference)
    return Volume(array=np.ascontiguousarray(array.T), geometry=geometry, unit=own_unit, conventions=sentences)


def read_nifti_region(path: str | Path, *, name: str, frame_of_reference: str) -> Region:
    """A mask or a map of fractions (0 to 1) as a region. Raises InputError as `read_nifti`, and for other values."""
    volume = read_nifti(path, frame_of_reference=frame_of_reference, unit="fraction")
    values = np.unique(volume.array)
    whole = bool(np.isin(values, (0, 1)).all())
    shares = volume.array == 1 if whole else volume.array.astype(np.float32)
    return Region(name=name, shares=shares, geometry=volume.geometry)


def write_nifti(image: Volume | Region, path: str | Path) -> Path:
    """Writes a volume (float32) or a region (uint8 for whole voxels, else float32) as .nii or .nii.gz; the path.

    Raises InputError for another ending.
    """
    import nibabel

    target = Path(path)
    if not target.name.endswith((".nii", ".nii.gz")):
        must = "must end in .nii or .nii.gz"
        raise InputError("NIfTI", [Fault(place="path", must=must, got=target.name)])
    if isinstance(image, Region):
        array: NDArray[Any] = image.shares.astype(np.uint8 if image.is_whole_voxels else np.float32)
        unit = "fraction"
    else:
        array, unit = image.array.astype(np.float32), image.unit
    nifti_image: Any = nibabel.Nifti1Image  # untyped
    made = nifti_image(array.T, _LPS_OF_RAS @ image.geometry.affine)
    made.set_sform(made.affine, code=1)
    made.set_qform(made.affine, code=1)
    made.header.set_xyzt_units(xyz="mm")
    made.header["descrip"] = f"unit={unit}".encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(made, target)
    return target


def _loaded(path: Path) -> Any:
    import nibabel

    if not path.is_file():
        raise InputError("NIfTI", [Fault(place=str(path), must="must be a file that exists")])
    if path.stat().st_size > FILE_LIMIT_BYTES:
        must = f"must be at most {FILE_LIMIT_BYTES // 1024**3} GiB"
        raise InputError("NIfTI", [Fault(place=path.name, must=must, got=f"{path.stat().st_size} bytes")])
    if not path.name.endswith((".nii", ".nii.gz")):
        raise InputError("NIfTI", [Fault(place=path.name, must="must end in .nii or .nii.gz")])
    try:
        return nibabel.load(path)
    except Exception as error:  # a broken file may raise anything
        raise InputError("NIfTI", [_broken(path.name, error)]) from error


def _values(image: Any, name: str) -> NDArray[np.float64]:
    try:
        return np.asarray(image.dataobj, dtype=np.float64)
    except Exception as error:  # truncated data show here
        raise InputError("NIfTI", [_broken(name, error)]) from error


def _affine(image: Any, name: str, faults: list[Fault]) -> NDArray[np.float64] | None:
    """Index to mm in LPS, from sform or qform; None after a fault."""
    header = image.header
    (sform, s_code), (qform, q_code) = header.get_sform(coded=True), header.get_qform(coded=True)
    if not s_code and not q_code:
        must = "must state its position (sform or qform)"
        faults.append(Fault(place=name, must=must, got="neither", do="Write it out again with its affine."))
        return None
    if s_code and q_code:
        ends = np.array([[0, 0, 0, 1], [*(count - 1 for count in image.shape[:3]), 1]], dtype=np.float64).T
        apart_mm = float(np.abs(np.asarray(sform) @ ends - np.asarray(qform) @ ends).max())
        if apart_mm > SAME_PLACE_MM:
            must = "must state one position"
            got = f"sform and qform {apart_mm:.3g} mm apart"
            faults.append(Fault(place=name, must=must, got=got, do="Settle which one holds and write it out again."))
            return None
    factor = _MM.get(str(header.get_xyzt_units()[0]))
    if factor is None:
        faults.append(Fault(place=name, must="must be in mm, m or µm", got=str(header.get_xyzt_units()[0])))
        return None
    affine = np.asarray(sform if s_code else qform, dtype=np.float64)
    scale = np.diag([factor, factor, factor, 1.0])
    return np.asarray(_LPS_OF_RAS @ scale @ affine, dtype=np.float64)


def _unit(image: Any, name: str, given: str | None, faults: list[Fault]) -> tuple[str | None, tuple[str, ...]]:
    """The unit, given or written in the description, and a sentence on it."""
    text = bytes(image.header["descrip"]).decode("ascii", "ignore")
    match = re.search(r"unit=([A-Za-z0-9/ ]+)", text)
    written = match[1].strip() if match else None
    do = f"Give unit=, one of {', '.join(UNITS)}."
    if given is None and written is None:
        faults.append(Fault(place=name, must="must name its unit in the description (unit=…)", got="none", do=do))
        return None, ()
    if given is not None and written is not None and given != written:
        faults.append(Fault(place=name, must=f"must be given the unit it names, {written}", got=given))
        return None, ()
    unit = given or written
    if unit not in UNITS:
        faults.append(Fault(place=name, must="must have a known unit", got=repr(unit), do=do))
        return None, ()
    return unit, (f"NIfTI: values in {unit}, {'as given' if given else 'as its description says'}.",)


def _broken(name: str, error: Exception) -> Fault:
    text = " ".join(str(error).split())[:160]
    return Fault(place=name, must="must be a complete NIfTI file", got=f"{type(error).__name__}: {text}")
