"""Recovery curves in."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.exchange.dose_study.camera import Recovery
from lutetia.exchange.dose_study.recovery_in import recovery_of


def test_parameters_as_declared(tmp_path):
    declared = Recovery(
        form="gear_2018",
        parameters=(2.0, 1.0),
        covariance=((0.01, 0.0), (0.0, 0.01)),
        volumes_from_ml=1,
        volumes_to_ml=30,
    )
    curve = recovery_of(declared, tmp_path)
    assert float(curve.recovery(2.0)) == pytest.approx(0.5)  # 1 − 1 / (1 + 2/2)
    assert curve.volume_range_ml == (1, 30)


def test_measurements_are_fitted(tmp_path):
    # R = v / (v + 2): b1 = 2, b2 = 1
    rows = "".join(f"{v},{v / (v + 2)},0.02\n" for v in (0.5, 1.2, 2.6, 5.6, 11.5, 26.5))
    (tmp_path / "s.csv").write_text("volume_ml,recovery,u_recovery\n" + rows, encoding="utf-8")
    curve = recovery_of(Recovery(form="gear_2018", phantom="s.csv"), tmp_path)
    assert curve.parameters == pytest.approx([2, 1], rel=1e-4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must have rows under the columns volume_ml, recovery"),
        ("volume,recovery\n1,2\n", "but got volume, recovery"),
        ("volume_ml,recovery\n1,0.5\n2,x\n", "line 3, s.csv, recovery: must be a number"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, said):
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        recovery_of(Recovery(form="gear_2018", phantom="s.csv"), tmp_path)
    assert said in str(error.value)
