"""A phantom's structures conform to the standard and stand in the file as they were drawn."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from lutetia.errors import InputError
from lutetia.exchange.phantom_dicom.rtstruct import write_rtstruct

SQUARE = np.array([[0, 0, 3], [4, 0, 3], [4, 4, 3], [0, 4, 3.0]])


def writing(phantom, frame):
    return write_rtstruct(
        {"liver": [SQUARE, SQUARE + 0.125]},
        phantom.folder / "rs.dcm",
        phantom.study,
        at=phantom.scanned_at,
        frame_of_reference=frame,
        ct_series_uid="1.2.3",
        ct_sop_uids=["1.2.3.1", "1.2.3.2"],
    )


def test_contours_stand_as_drawn(phantom, conforms):
    path = writing(phantom, phantom.frame)
    contours = pydicom.dcmread(path).ROIContourSequence[0].ContourSequence
    assert [float(x) for x in contours[1].ContourData] == (SQUARE + 0.125).ravel().tolist()
    conforms(path)


def test_a_frame_that_is_no_uid_is_refused(phantom):
    with pytest.raises(InputError, match="must be a DICOM UID"):
        writing(phantom, "phantom")
