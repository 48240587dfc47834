"""The recovery curve in: from declared parameters, or fitted to a phantom's measurements in a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from lutetia.dosimetry.recovery import RecoveryCurve, fit_recovery
from lutetia.errors import Fault, InputError
from lutetia.exchange.documents import read_text
from lutetia.exchange.dose_study.camera import Recovery

COLUMNS = ("volume_ml", "recovery", "u_recovery")


def recovery_of(declared: Recovery, folder: Path) -> RecoveryCurve:
    """The curve. Raises InputError with every fault of the phantom's file, each with its line."""
    if declared.phantom is not None:
        return _fitted(declared, folder / declared.phantom)
    parameters = np.array(declared.parameters or (), dtype=np.float64)
    return RecoveryCurve(
        form=declared.form,
        parameters=parameters,
        covariance=np.array(declared.covariance or (), dtype=np.float64).reshape(parameters.size, parameters.size),
        chi_square=0.0,
        degrees_of_freedom=0,
        volume_range_ml=(declared.volumes_from_ml or 0.0, declared.volumes_to_ml or 0.0),
        converged=True,
        why=None,
        conventions=(f"Recovery curve of form {declared.form} with parameters and covariance as declared.",),
    )


def _fitted(declared: Recovery, path: Path) -> RecoveryCurve:
    rows = list(csv.DictReader(read_text(path).splitlines()))
    given = tuple(rows[0]) if rows else ()
    if not rows or not {*COLUMNS[:2]} <= {*given} or not {*given} <= {*COLUMNS}:
        must = f"must have rows under the columns {', '.join(COLUMNS)} (the last may be absent)"
        raise InputError(str(path), [Fault(place=path.name, must=must, got=", ".join(map(str, given)) or "nothing")])
    faults = []
    values = np.full((len(rows), len(given)), np.nan)
    for number, row in enumerate(rows):
        for column, name in enumerate(given):
            try:
                values[number, column] = float(row[name])
            except (TypeError, ValueError):
                place = f"{path.name}, {name}"
                faults.append(Fault(place=place, must="must be a number", got=repr(row[name]), line=number + 2))
    if faults:
        raise InputError(str(path), faults)
    columns = dict(zip(given, values.T, strict=True))
    return fit_recovery(
        columns["volume_ml"], columns["recovery"], form=declared.form, u_recoveries=columns.get("u_recovery")
    )
