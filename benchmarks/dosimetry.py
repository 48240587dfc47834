"""One page on how fast the dosimetry is: runs the other scripts one after the other and keeps what they print.

    uv venv .tools/peers
    uv pip install --python .tools/peers/bin/python -r benchmarks/dosimetry_peers.txt
    python benchmarks/dosimetry.py --peers .tools/peers/bin/python --date 2026-11-21 --write PAGE.md

The table on top is read from the scripts' own output, which stands below it word for word. Figures are times on the
clock; the load average before each script says how busy the machine was (two cores: above 2 other programs ran too).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
NUMBER = r"([\d.]+)"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a script printed, and the load average when it began."""

    command: str
    text: str
    load: float

    def figure(self, pattern: str, which: int = 0) -> float | None:
        """The number that stands at the pattern's group, None where it is not found."""
        found = re.findall(pattern.replace("#", NUMBER), self.text)
        return float(found[which]) if len(found) > which else None


def ran(script: str, *words: str) -> Ran:
    """Run one script of this folder."""
    load = os.getloadavg()[0]
    command = [sys.executable, str(HERE / script), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    shown = " ".join(word for word in words if not word.startswith(("/", "--peers", "--keep")))
    print(f"{script} {shown}: done, load {load:.1f}", flush=True)
    return Ran(f"benchmarks/{script} {shown}".strip(), done.stdout.strip(), load)


def rows(curves: Ran, voxels: Ran, photons: Ran, recorded: Ran, searched: Ran) -> list[str]:
    """The lines of the table."""
    own = curves.figure(r"voxel-wise 128³ × 4, 2 worker\(s\): # s")
    organs = curves.figure(r"1,000 bootstraps: # s")
    lines = [
        line("a curve in every voxel, 128³ × 4 scans", own, 0.15, "s", curves, (
            ("scipy curve_fit loop", curves.figure(r"a voxel, # s for all")),
        )),
        line("10 organs × 4 models × 1,000 bootstraps", organs, 0.05, "s", curves, (
            ("scipy curve_fit loop, 2 models", curves.figure(r"curve_fit loop: # s \(scaled from [\d.]+ and")),
            ("lmfit loop, 2 models", curves.figure(r"lmfit [\d.]+: # s")),
        )),
    ]  # fmt: skip
    for side, target in ((128, 0.12), (256, 0.9)):
        found = voxels.figure(rf"{side}³  Lutetia, full kernel: # s")
        peers = (
            ("fftconvolve, 51³ kernel", voxels.figure(rf"{side}³  scipy.signal.fftconvolve, double[^:]*: # s")),
            ("one padded transform there and back", voxels.figure(rf"{side}³  one padded transform[^:]*: # s")),
        )
        lines.append(line(f"dose by the full kernel, {side}³", found, target, "s", voxels, peers))
    lines += [
        rate("photon histories a second, million, energy at collisions", photons, r"analog: # million histories a"),
        rate("photon histories a second, million, expected energy", photons, r"expected: # million histories a"),
        line("whole study, motions recorded", recorded.figure(r"# s +[\d.]+ s  in all"), 15.0, "s", recorded, ())
        + processors(recorded),
        line("whole study, three registrations", searched.figure(r"# s +[\d.]+ s  in all"), 45.0, "s", searched, ())
        + processors(searched),
    ]
    return lines


def line(
    what: str, own: float | None, target: float, unit: str, run: Ran, peers: tuple[tuple[str, float | None], ...]
) -> str:
    """One line: ours, the target, what stands beside it with the ratio."""
    if own is None:
        return f"| {what} | not told | {target:g} {unit} | | {run.load:.1f} |"
    beside = "; ".join(f"{name} {took:.3g} s ({took / own:.3g} times)" for name, took in peers if took is not None)
    return f"| {what} | {own:.3g} {unit} | {target:g} {unit} | {beside} | {run.load:.1f} |"


def processors(run: Ran) -> str:
    """A remark behind the line of a study: what the processors worked, which others lengthen less."""
    return f" of the processors, all together: {run.figure(r's +# s  in all')} s |"


def rate(what: str, run: Ran, pattern: str) -> str:
    """A line on speed, where more is better, beside the floor the script reckons."""
    own, floor = run.figure(pattern), run.figure(r"# million a second; reached")
    return f"| {what} | {own} | at least 0.8 | floor by its pieces {floor} | {run.load:.1f} |"


def page(date: str, runs: tuple[Ran, ...]) -> str:
    """The page of the docs."""
    told = [
        "# How fast the dosimetry is",
        "",
        f"Made by `benchmarks/dosimetry.py` on {date}, two cores, compiled code warm. Times are by the clock, "
        "medians of five, whole studies one run; the load average of the minute before stands beside each: above 2 "
        "other programs ran too, and the time is longer than on a free machine. Loops of peers are a sample, "
        "scaled.",
        "",
        "| work | Lutetia | target | beside it, in the same run | load | remark |",
        "|---|---|---|---|---|---|",
        *rows(*runs),
        "",
        "The whole study is the standard digital patient: four visits as DICOM (CT and SPECT 128³, outlines), regions, "
        "curves, doses with their uncertainty, dose map, plan, RTDOSE, SEG, SR, NIfTI, tables, report as HTML and PDF. "
        "Registrations run side by side, each on one thread, so that the same study gives the same bytes.",
        "",
        "## What the scripts said",
        "",
    ]
    for run in runs:
        told += [f"`{run.command}`, load {run.load:.1f} when it began:", "", "```text", run.text, "```", ""]
    return "\n".join(told)


def main() -> int:
    """Run all, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="python of an environment with lmfit")
    parser.add_argument("--date", default="undated", help="date to print on the page")
    parser.add_argument("--write", type=Path, help="page to write")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        keep = ("--keep", f"{place}/patient")
        ran("dose_study.py", *keep, "--without-registration")  # compiled code, and the patient
        runs = (
            ran("dosimetry_curves.py", *(("--peers", chosen.peers) if chosen.peers else ())),
            ran("dosimetry_voxels.py"),
            ran("dosimetry_photons.py"),
            ran("dose_study.py", *keep, "--without-registration"),
            ran("dose_study.py", *keep),
        )
    text = page(chosen.date, runs)
    print(text)
    if chosen.write:
        chosen.write.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
