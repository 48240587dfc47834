"""One peer's fits for benchmarks/dosimetry_curves.py: `python dosimetry_curves_peer.py lmfit FOLDER` prints JSON.

Runs in the peers' environment; reads points.npy (times first, then one row per curve) and takes each curve in turn, as
voxel-wise programs do.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np


def mono(t, a, rate):
    return a * np.exp(-rate * t)


def bi(t, a, rate, b, fast):
    return a * np.exp(-rate * t) + b * np.exp(-fast * t)


def main() -> None:
    import lmfit

    points = np.load(Path(sys.argv[2]) / "points.npy")
    times, rows = points[0], points[1:]
    seconds, areas = {}, {}
    for name, function, start in (("mono", mono, {"rate": 0.014}), ("bi", bi, {"rate": 0.012, "b": 50, "fast": 0.1})):
        model, found = lmfit.Model(function), []
        began = time.perf_counter()
        for row in rows:
            parameters = model.make_params(a=row[0], **start)
            for parameter in parameters.values():
                parameter.min = 1e-6
            best = model.fit(row, parameters, t=times, weights=1 / row).best_values
            found.append(best["a"] / best["rate"] + (best["b"] / best["fast"] if name == "bi" else 0))
        seconds[name], areas[name] = (time.perf_counter() - began) / len(rows), found
    print(json.dumps({"version": f"lmfit {lmfit.__version__}", "seconds": seconds, "areas": areas}))


if __name__ == "__main__":
    main()
