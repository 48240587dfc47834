"""CT in: values, order, oblique and mirrored series; SimpleITK as the other route; every fault with its file."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.registration import simple_itk
from lutetia.errors import InputError
from lutetia.exchange.dicom.ct import read_ct


def test_a_written_ct_comes_back_exactly(phantom):
    phantom.write_ct()
    scan = read_ct(phantom.folder / "ct")
    assert np.array_equal(scan.volume.array, phantom.ct.array)
    assert scan.volume.geometry.same_grid(phantom.ct.geometry)
    assert scan.volume.unit == "HU"
    assert "ordered by position" in scan.conventions[0]
    assert scan.left_out == ()


def test_oblique_and_mirrored_series_hold_the_same_patient(phantom, turned):
    oblique = phantom.ct.moved(turned).flipped(0)
    phantom.write_ct(oblique)
    scan = read_ct(phantom.folder / "ct")
    assert not scan.volume.geometry.is_mirrored  # slices are ordered along rows × columns
    again = scan.volume.flipped(0)
    assert again.geometry.same_grid(oblique.geometry)
    assert np.array_equal(again.array, oblique.array)


def test_simple_itk_reads_the_same(phantom, turned):
    paths = phantom.write_ct(phantom.ct.moved(turned))
    sitk = simple_itk()
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(phantom.folder / "ct")))
    image = reader.Execute()
    volume = read_ct(paths).volume
    assert np.array_equal(sitk.GetArrayFromImage(image), volume.array.astype(np.int16))
    assert image.TransformIndexToPhysicalPoint((3, 2, 1)) == pytest.approx(volume.geometry.world_mm((1, 2, 3)))


def test_neither_file_names_nor_instance_numbers_count(phantom, edit):
    paths = phantom.write_ct()
    for n, path in enumerate(paths):
        edit(path, lambda dataset, n=n: setattr(dataset, "InstanceNumber", 99 - 7 * (n % 3)))
        path.rename(path.with_name(f"{(n * 5) % 6}.dcm"))
    assert np.array_equal(read_ct(phantom.folder / "ct").volume.array, phantom.ct.array)


def test_each_slice_has_its_own_rescale_and_padding_is_air(phantom, edit):
    paths = phantom.write_ct()

    def change(dataset):
        stored = dataset.pixel_array.copy()
        stored[0, 0] = -2000
        dataset.PixelData = stored.tobytes()
        dataset.RescaleSlope, dataset.RescaleIntercept = "0.5", "-10"
        dataset.add_new("PixelPaddingValue", "SS", -2000)

    edit(paths[2], change)
    volume = read_ct(phantom.folder / "ct").volume
    wanted = (phantom.ct.array[2] + 1024) * 0.5 - 10
    wanted[0, 0] = -1000
    assert volume.array[2] == pytest.approx(wanted)
    assert "padding" in volume.conventions[1]


def test_localizers_are_left_out_and_counted(phantom, edit):
    paths = phantom.write_ct()
    extra = paths[0].with_name("scout.dcm")
    extra.write_bytes(paths[0].read_bytes())
    edit(extra, lambda dataset: setattr(dataset, "ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    scan = read_ct(phantom.folder / "ct")
    assert str(scan.left_out[0]) == "1 localizer image(s) of the series"


def test_all_faults_of_a_series_come_at_once_with_their_files(phantom, edit):
    paths = phantom.write_ct()
    edit(paths[0], lambda dataset: setattr(dataset, "FrameOfReferenceUID", "1.2.3"))
    edit(paths[1], lambda dataset: setattr(dataset, "RescaleType", "US"))
    edit(paths[2], lambda dataset: delattr(dataset, "RescaleSlope"))
    edit(paths[3], lambda dataset: setattr(dataset, "PixelData", dataset.PixelData[:-10]))
    paths[4].write_bytes(paths[4].read_bytes()[:300])
    with pytest.raises(InputError) as caught:
        read_ct(phantom.folder / "ct")
    places = {fault.place for fault in caught.value.faults}
    assert {path.name for path in paths[:5]} <= places


def test_a_missing_slice_is_named(phantom):
    paths = phantom.write_ct()
    paths[3].unlink()
    with pytest.raises(InputError, match=r"(?s)ct_0005.dcm: must follow ct_0003.dcm .* 1 slice\(s\) are missing"):
        read_ct(phantom.folder / "ct")


def test_values_beyond_any_tissue_are_refused(phantom, edit):
    edit(phantom.write_ct()[1], lambda dataset: setattr(dataset, "RescaleSlope", "1000"))
    with pytest.raises(InputError, match="Is the rescale right"):
        read_ct(phantom.folder / "ct")
