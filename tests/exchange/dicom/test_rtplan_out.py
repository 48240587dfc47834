"""The plan without beams that an RTDOSE names."""

from __future__ import annotations

import pydicom

from lutetia.exchange.dicom.rtplan_out import write_rtplan


def test_the_plan_says_that_it_has_no_beams(phantom, conforms):
    path = phantom.folder / "plan.dcm"
    sop_class, sop_uid = write_rtplan(path, phantom.study, at=phantom.scanned_at, label="Cycle 1")
    dataset = pydicom.dcmread(path)
    assert (dataset.SOPClassUID, dataset.SOPInstanceUID) == (sop_class, sop_uid)
    assert "without beams" in dataset.RTPlanDescription
    assert "BeamSequence" not in dataset
    conforms(path)
