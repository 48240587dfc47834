"""PET in: NONE, START and ADMIN to one activity, per-slice rescale, several beds; refusals with file names."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from pydicom.dataset import Dataset

from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dicom.pt import read_pt
from lutetia.exchange.phantom_dicom.made_up import Injected


@pytest.fixture
def gallium(phantom):
    at = phantom.scanned_at - timedelta(hours=1)
    return Injected(nuclide="Ga-68", half_life_h=1.1285, at=at, activity_mbq=150.0)


@pytest.mark.parametrize("correction", ["NONE", "START", "ADMIN"])
def test_every_decay_correction_holds_the_same_activity_at_the_start(phantom, gallium, correction):
    phantom.write_pt(injected=gallium, decay_correction=correction, duration_s=600.0)
    scan = read_pt(phantom.folder / "pt")
    largest = phantom.activity.array.max(axis=(1, 2), keepdims=True)
    assert (np.abs(scan.volume.array - phantom.activity.array) <= 0.51 / 32_767 * largest + 0.01).all()
    assert scan.volume.total() == pytest.approx(phantom.activity.total(), rel=1e-4)
    assert scan.valid_at == phantom.scanned_at
    assert (scan.injection.nuclide, scan.injection.activity_mbq) == ("Ga-68", 150)
    assert (scan.duration_s, scan.hours_after_injection_h) == (600, pytest.approx(1))


def test_each_slice_has_its_own_rescale(phantom):
    scaled = phantom.activity.array * np.array([1, 1e-3, 10, 1e3, 1.0])[:, None, None]
    volume = Volume(array=scaled, geometry=phantom.activity.geometry, unit="Bq/mL")
    phantom.write_pt(volume)
    found = read_pt(phantom.folder / "pt").volume.array
    step = scaled.max(axis=(1, 2), keepdims=True) / 32_767
    assert (np.abs(found - scaled) <= 0.51 * step).all()


def test_oblique_mirrored_and_shuffled_series_hold_the_same_patient(phantom, turned):
    oblique = phantom.activity.moved(turned).flipped(0)
    paths = phantom.write_pt(oblique)
    volume = read_pt([paths[n] for n in (3, 0, 4, 1, 2)]).volume
    again = volume.flipped(0)
    assert again.geometry.same_grid(oblique.geometry)
    assert again.array == pytest.approx(oblique.array, rel=1e-3, abs=5)


def test_a_second_bed_without_correction_is_brought_to_the_first_start(phantom, gallium, edit):
    paths = phantom.write_pt(injected=gallium, decay_correction="NONE", duration_s=600.0)
    whole = read_pt(paths).volume.array
    later = (phantom.scanned_at + timedelta(minutes=20)).strftime("%H%M%S")
    for path in paths[3:]:
        edit(path, lambda dataset: setattr(dataset, "AcquisitionTime", later))
    scan = read_pt(paths)
    assert scan.volume.array[:3] == pytest.approx(whole[:3])
    assert scan.volume.array[3:] == pytest.approx(whole[3:] * 2 ** (20 / 60 / 1.1285), rel=1e-5)


def test_a_real_world_mapping_serves_where_units_are_counts(phantom, edit):
    paths = phantom.write_pt()
    plain = read_pt(paths).volume.array
    for path in paths:
        edit(path, lambda dataset: (with_mapping(dataset, 1.0), setattr(dataset, "Units", "CNTS")))
    scan = read_pt(paths)
    assert scan.volume.unit == "Bq/mL"
    assert scan.volume.array == pytest.approx(plain, rel=1e-6)


def with_mapping(dataset, factor):
    item, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "Bq/ml", "UCUM", "Becquerels/milliliter"
    item.MeasurementUnitsCodeSequence = [code]
    item.add_new("RealWorldValueFirstValueMapped", "SS", 0)
    item.add_new("RealWorldValueLastValueMapped", "SS", 32767)
    item.RealWorldValueSlope, item.RealWorldValueIntercept = factor * float(dataset.RescaleSlope), 0.0
    dataset.RealWorldValueMappingSequence = [item]


def test_counts_stay_counts(phantom, edit):
    paths = phantom.write_pt()
    for path in paths:
        edit(path, lambda dataset: setattr(dataset, "Units", "CNTS"))
    assert read_pt(paths).volume.unit == "counts"


def on(number, **elements):
    def change(paths, edit):
        chosen = paths if number is None else [paths[number]]
        for path in chosen:
            edit(path, lambda dataset: [setattr(dataset, name, value) for name, value in elements.items()])

    return change


def without(number, keyword):
    return lambda paths, edit: edit(paths[number], lambda dataset: delattr(dataset, keyword))


@pytest.mark.parametrize(
    ("how", "place", "words"),
    [
        (on(None, Units="GML"), "pt_0001.dcm", "An SUV image"),
        (on(2, Units="CNTS"), "series", "must have one unit"),
        (without(1, "RescaleSlope"), "pt_0002.dcm", "RescaleSlope"),
        (without(3, "PixelData"), "pt_0004.dcm", "pixel data"),
        (on(None, DecayCorrection="NONE"), "series", "say one thing of decay correction"),
        (on(1, DecayCorrection="ADMIN"), "series", "one decay correction"),
        (on(None, DecayCorrection=""), "series", "must state DecayCorrection"),
        (on(None, DecayFactor="5"), "series", "factors that fit neither"),
        (without(0, "AcquisitionTime"), "pt_0001.dcm", "start of its acquisition"),
        (on(2, FrameOfReferenceUID="1.2.3"), "pt_0003.dcm", "frame of reference of its series"),
        (lambda paths, edit: paths[2].unlink(), "pt_0004.dcm", "missing"),
        (
            lambda paths, edit: edit(paths[2], lambda dataset: with_mapping(dataset, 1.3)),
            "pt_0003.dcm",
            "say one thing",
        ),
        (on(None, PixelData=b"\0" * 112), "pt_0001.dcm", "nothing but zeros"),
    ],
)
def test_what_is_ambiguous_or_broken_is_refused_with_its_place(phantom, edit, how, place, words):
    paths = phantom.write_pt()
    how(paths, edit)
    with pytest.raises(InputError) as caught:
        read_pt(phantom.folder / "pt")
    told = [str(fault) for fault in caught.value.faults]
    assert any(one.startswith(place) and words in one for one in told), told


def test_a_missing_injection_is_refused_for_admin_alone(phantom, edit):
    paths = phantom.write_pt(decay_correction="ADMIN")
    for path in paths:
        edit(path, lambda dataset: delattr(dataset, "RadiopharmaceuticalInformationSequence"))
    with pytest.raises(InputError, match=r"moment of injection \(0018,1078\)") as caught:
        read_pt(paths)
    assert len(caught.value.faults) == 2
    scan = read_pt(paths, injected_at=phantom.injected.at, half_life_h=159.528)
    assert scan.volume.total() == pytest.approx(phantom.activity.total(), rel=1e-4)


def test_missing_corrections_are_named(phantom, edit):
    paths = phantom.write_pt()
    for path in paths:
        edit(path, lambda dataset: setattr(dataset, "CorrectedImage", ["DECY", "ATTN"]))
    assert "PET: the header does not name the corrections SCAT." in read_pt(paths).conventions
