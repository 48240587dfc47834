"""Time of a whole dosimetry study, step by step: four visits of the digital patient, from DICOM to every file.

    python benchmarks/dose_study.py [--small] [--seed 1] [--without-registration] [--keep FOLDER]

Prints one line a step: time on the clock, and of all processors together, which tells on a busy machine too. The first
run of an installation compiles kernels: a warm run counts (--warm runs it twice and prints the second).
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import yaml

from lutetia.dosimetry.transform import RigidTransform
from lutetia.exchange.dose_study.assemble import assemble
from lutetia.exchange.dose_study.example import write_example
from lutetia.exchange.dose_study.outcome import outcome_of
from lutetia.exchange.dose_study.write import write_outcome

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


class Watch:
    """Hears the steps and keeps how long each took, on the clock and of all processors."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[float, float]] = {}
        self._name, self._since = "starting", (time.perf_counter(), time.process_time())

    def __call__(self, step: str, done: int = 0, total: int = 0, /) -> None:
        now = (time.perf_counter(), time.process_time())
        wall, cpu = self.steps.get(self._name, (0.0, 0.0))
        self.steps[self._name] = (wall + now[0] - self._since[0], cpu + now[1] - self._since[1])
        self._name, self._since = " ".join(step.split()[:4]), now


def main() -> None:
    """Write the example, run it, print the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-registration", action="store_true", help="the true motions, as recorded")
    parser.add_argument("--no-report", action="store_true")
    parser.add_argument("--warm", action="store_true", help="run twice and print the second run")
    parser.add_argument("--keep", type=Path, help="folder of the example, written if absent")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = asked.keep or Path(place) / "patient"
        if not (folder / "study.yaml").exists():
            began = time.perf_counter()
            write_example(folder, seed=asked.seed, size="small" if asked.small else "standard", truth=False)
            print(f"(digital patient written in {time.perf_counter() - began:.1f} s)")
        study = _recorded(folder) if asked.without_registration else folder / "study.yaml"
        for run in range(2 if asked.warm else 1):
            steps = _timed(study, Path(place) / f"results{run}", report=not asked.no_report)
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print("  clock    processors (all together)")
    for name, (wall, cpu) in steps.items():
        print(f"{wall:7.2f} s {cpu:7.2f} s  {name}")
    print(f"{sum(w for w, _ in steps.values()):7.2f} s {sum(c for _, c in steps.values()):7.2f} s  in all")


def _timed(study: Path, out: Path, *, report: bool) -> dict[str, tuple[float, float]]:
    from lutetia.cli.dose_report import write_report

    out.mkdir()
    watch = Watch()
    outcome = outcome_of(assemble(study, told=watch), told=watch)
    write_outcome(outcome, out, at=AT, told=watch)
    if report:
        watch("writing the report")
        write_report(outcome, out, at=AT, told=lambda step, done=0, total=0, /: None)
    watch("end")
    return {name: took for name, took in watch.steps.items() if took[0] > 0.005}


def _recorded(folder: Path) -> Path:
    """The same study with the motions of truth.json instead of a registration."""
    declared = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    truth = yaml.safe_load((folder / "truth.json").read_text(encoding="utf-8"))
    declared["registration"] = {"method": "recorded"}
    for scan, point in zip(declared["scans"], truth["time_points"], strict=True):
        if scan["name"] != declared["reference"]:
            motion = RigidTransform.from_record(point["to_reference"]).record()
            scan["transform"] = {name: motion[name] for name in ("rotation", "translation_mm")}
    path = folder / "study-recorded.yaml"
    path.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
