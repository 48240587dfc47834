"""SPECT in: every statement of activity, every decay correction, every order of frames; refusals with names."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp, log

import numpy as np
import pytest
from pydicom.dataset import Dataset

from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_measure import activity_mbq
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dicom.decay import growth_over_scan
from lutetia.exchange.dicom.nm import read_nm

GROWTH = growth_over_scan(1800, 159.528)
LSB = 0.51 / 65_535  # of the largest value


def same(found, wanted, largest=None):
    return np.abs(found - wanted).max() <= LSB * (largest or np.abs(wanted).max())


@pytest.mark.parametrize("quantified", ["real_world", "units"])
def test_activity_comes_back_within_a_stored_step(phantom, quantified):
    scan = read_nm(phantom.write_nm(quantified=quantified))
    assert scan.volume.unit == "Bq/mL"
    assert same(scan.volume.array, phantom.activity.array * GROWTH)
    assert scan.volume.geometry.same_grid(phantom.activity.geometry)
    assert scan.volume.total() == pytest.approx(phantom.activity.total() * GROWTH, rel=1e-4)
    assert (scan.duration_s, scan.valid_at, scan.acquired_at) == (1800, phantom.scanned_at, phantom.scanned_at)
    assert (scan.injection.nuclide, scan.injection.activity_mbq) == ("Lu-177", 7400)
    assert scan.corrections == ("ATTN", "SCAT")


def test_counts_stay_counts_with_their_rescale(phantom, edit):
    counts = Volume(array=np.arange(280.0).reshape(5, 7, 8), geometry=phantom.activity.geometry, unit="counts")
    path = phantom.write_nm(counts, quantified="counts")
    assert read_nm(path).volume.array == pytest.approx(counts.array * GROWTH, rel=1e-6)
    edit(path, lambda dataset: (setattr(dataset, "RescaleSlope", "2"), setattr(dataset, "RescaleIntercept", "0")))
    scan = read_nm(path)
    assert scan.volume.unit == "counts"
    assert scan.volume.array == pytest.approx(2 * counts.array * GROWTH, rel=1e-6)
    given = read_nm(path, unit="kBq/mL")
    assert given.volume.unit == "kBq/mL"
    assert "caller's word" in given.conventions[0]


def test_the_real_world_mapping_is_of_stored_values_not_of_rescaled_ones(phantom, edit):
    path = phantom.write_nm()
    edit(path, lambda dataset: (setattr(dataset, "RescaleSlope", "7"), setattr(dataset, "RescaleIntercept", "3")))
    assert same(read_nm(path).volume.array, phantom.activity.array * GROWTH)


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_the_order_of_frames_does_not_matter(phantom, order):
    path = phantom.write_nm(frame_order=order)
    assert same(read_nm(path).volume.array, phantom.activity.array * GROWTH)


def voi(volume):
    """A region by place in the patient, whatever the array's axes."""
    points = volume.geometry.world_mm(np.moveaxis(np.indices(volume.array.shape), 0, -1))
    inside = np.linalg.norm(points - (1.0, 2.0, 3.0), axis=-1) < 11
    return Region(name="voi", shares=inside, geometry=volume.geometry)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_mirrored_axes_and_negative_spacing_hold_the_same_patient(phantom, axes, edit):
    reference = activity_mbq(phantom.activity, voi(phantom.activity)) * GROWTH
    flipped = phantom.activity.flipped(*axes)
    path = phantom.write_nm(flipped)
    scan = read_nm(path)
    assert scan.volume.geometry.same_grid(flipped.geometry)
    assert scan.volume.geometry.is_mirrored == (len(axes) % 2 == 1)
    assert activity_mbq(scan.volume, voi(scan.volume)) == pytest.approx(reference, rel=1e-4)


def test_an_oblique_image_holds_the_same_activity(phantom, turned):
    oblique = phantom.activity.moved(turned)
    scan = read_nm(phantom.write_nm(oblique))
    assert scan.volume.geometry.same_grid(oblique.geometry)
    assert scan.volume.total() == pytest.approx(phantom.activity.total() * GROWTH, rel=1e-4)


def test_a_camera_that_writes_the_wrong_sign_can_be_told(phantom):
    flipped = phantom.activity.flipped(0)
    scan = read_nm(phantom.write_nm(flipped), reverse_stacking=True)
    assert not scan.volume.geometry.is_mirrored
    assert "reversed on the caller's word" in scan.conventions[1]


def test_doubled_activity_is_doubled_exactly(phantom):
    once = read_nm(phantom.write_nm())
    twice = read_nm(phantom.write_nm(phantom.activity.scaled(2, because="Doubled."), name="twice.dcm"))
    assert twice.volume.array == pytest.approx(2 * once.volume.array, rel=1e-6)


@pytest.mark.parametrize(
    ("correction", "factor"), [(None, GROWTH), ("NONE", GROWTH), ("START", 1.0), ("ADMIN", exp(-log(2) * 96 / 159.528))]
)
def test_every_decay_correction_comes_to_the_start_of_the_scan(phantom, correction, factor):
    scan = read_nm(phantom.write_nm(decay_correction=correction))
    assert same(scan.volume.array, phantom.activity.array * factor)
    assert scan.valid_at == phantom.scanned_at


def test_a_shift_of_every_clock_changes_nothing(phantom):
    shift = timedelta(days=31, hours=5)
    later = phantom.injected.__class__(
        nuclide="Lu-177", half_life_h=159.528, at=phantom.injected.at + shift, activity_mbq=7400.0
    )
    first = read_nm(phantom.write_nm(decay_correction="ADMIN"))
    moved = phantom.write_nm(
        name="later.dcm", decay_correction="ADMIN", acquired_at=phantom.scanned_at + shift, injected=later
    )
    second = read_nm(moved)
    assert np.array_equal(first.volume.array, second.volume.array)
    assert second.hours_after_injection_h == pytest.approx(first.hours_after_injection_h)


def test_a_zone_must_be_stated_or_given(phantom, edit):
    path = phantom.write_nm()
    edit(path, lambda dataset: delattr(dataset, "TimezoneOffsetFromUTC"))
    with pytest.raises(InputError, match=r"time zone \(0008,0201\)"):
        read_nm(path)
    assert read_nm(path, zone="Europe/Rome").acquired_at == phantom.scanned_at


def test_a_missing_start_is_refused_unless_given(phantom, edit):
    path = phantom.write_nm()
    edit(path, lambda dataset: delattr(dataset, "AcquisitionTime"))
    with pytest.raises(InputError, match="start of its acquisition"):
        read_nm(path)
    assert read_nm(path, acquired_at=phantom.scanned_at).acquired_at == phantom.scanned_at
    with pytest.raises(InputError, match="with a time zone"):
        read_nm(path, acquired_at=datetime(2024, 5, 4))


def test_a_missing_injection_is_refused_where_decay_must_be_undone(phantom, edit):
    path = phantom.write_nm(decay_correction="ADMIN")

    def without_moment(dataset):
        item = dataset.RadiopharmaceuticalInformationSequence[0]
        del item.RadiopharmaceuticalStartDateTime, item.RadiopharmaceuticalStartTime

    edit(path, without_moment)
    with pytest.raises(InputError, match=r"moment of injection \(0018,1078\)"):
        read_nm(path)
    scan = read_nm(path, injected_at=phantom.injected.at)
    assert same(scan.volume.array, phantom.activity.array * 2 ** (-96 / 159.528))
    assert read_nm(path, decay_correction="START").injection.at is None


def change(**elements):
    return lambda dataset: [setattr(dataset, name, value) for name, value in elements.items()]


def second_mapping(dataset):
    other = Dataset()
    other.update(dataset.RealWorldValueMappingSequence[0])
    other.RealWorldValueSlope = 1.1 * other.RealWorldValueSlope
    dataset.RealWorldValueMappingSequence = [dataset.RealWorldValueMappingSequence[0], other]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (change(ImageType=["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]), "reconstruct them first"),
        (change(ImageType=["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"]), "ungated"),
        (change(ImageType=["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]), "Planar images"),
        (change(Units="BQML", RescaleSlope="5", RescaleIntercept="0"), "say one thing of its activity"),
        (second_mapping, "mappings that disagree"),
        (change(CorrectedImage=["DECY"]), "DECY in CorrectedImage without"),
        (change(PixelData=b"\0" * 560), "nothing but zeros"),
        (change(PixelData=b"\0" * 100), "truncated"),
        (lambda dataset: delattr(dataset, "FrameOfReferenceUID"), "frame of reference"),
        (lambda dataset: delattr(dataset, "DetectorInformationSequence"), "ImagePositionPatient"),
    ],
)
def test_what_is_ambiguous_or_broken_is_refused_by_name(phantom, edit, how, words):
    path = phantom.write_nm()
    edit(path, how)
    with pytest.raises(InputError, match=r"nm\.dcm") as caught:
        read_nm(path)
    assert words in str(caught.value)


def test_a_unit_that_is_no_activity_is_refused(phantom, edit):
    path = phantom.write_nm(quantified="units")
    edit(path, change(Units="GML"))
    with pytest.raises(InputError, match="Units GML"):
        read_nm(path)
    edit(path, change(Units="BQML"))
    with pytest.raises(InputError, match="given the unit it states"):
        read_nm(path, unit="kBq/mL")


def test_several_images_and_all_faults_at_once(phantom, edit):
    first, second = phantom.write_nm(), phantom.write_nm(name="two.dcm")
    with pytest.raises(InputError, match="must hold one NM image"):
        read_nm([first, second])
    edit(first, change(SliceVector=[1, 1, 2, 3, 4], CorrectedImage=["DECY"], FrameOfReferenceUID=""))
    with pytest.raises(InputError) as caught:
        read_nm(first)
    assert len(caught.value.faults) == 3
