"""Cox, bootstrap, Kaplan-Meier and log-rank: Lutetia beside other Python packages and R.

    uv venv .tools/peers
    uv pip install --python .tools/peers/bin/python -r benchmarks/peers.txt
    python benchmarks/survival.py --peers .tools/peers/bin/python --date 2026-11-20 --write PAGE.md

Made-up patients, times in whole days (heavy ties), two thirds with an event. Each program runs in a process of its own,
median of three runs (Lutetia: five) after one on 1,000 rows; `--only TEXT` keeps the tasks whose name holds one of the
texts. Without --peers only Lutetia runs (and R, if Rscript is found). The docs' page is docs/statistics/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
PEERS = ("lifelines", "sksurv", "statsmodels", "survival", "surpyval")
CORE = "survivalcore"  # the array function inside survival, without its model object
SIZES = [(n, p) for n in (1_000, 10_000, 100_000, 1_000_000) for p in (5, 20)]
TARGETS = """Targets: Cox at 1,000,000 × 20 within 1.3 s; at 100,000 rows and more 5 times the fastest Python package
and 10 times R's coxph(); 1,000 bootstrap fits within 0.15 s; Kaplan-Meier and log-rank at 1,000,000 within 0.25 s;
extra memory 1.5 times the bytes of X at most."""
HOW = """Made-up patients, times in whole days (heavy ties). Each program in a process of its own, warm, median; a run
of more than five seconds once. Peers may use both cores. `cox` is Efron with set-up: Lutetia's and R's coxph() with
standard errors; R's coxph.fit and survival's coxph_fit_raw (survivalcore) are bare array functions without residuals;
scikit-survival gives no standard errors. Lutetia's memory holds that of its FollowUp.
`bootstrap` is 1,000 fits; for the others 20 fits in a loop, times 50."""


@dataclass(frozen=True, slots=True)
class Case:
    """One task on one size."""

    task: str
    n: int
    p: int

    def __str__(self) -> str:
        return f"{self.task} {self.n:,}" + (f" × {self.p}" if self.task in ("cox", "bootstrap") else "")


CASES = [
    *(Case("cox", n, p) for n, p in SIZES),
    Case("bootstrap", 200, 5),
    *(Case(task, n, 1) for task in ("kaplan_meier", "log_rank") for n in (100_000, 1_000_000)),
]


def write_patients(folder: Path, n: int, p: int) -> None:
    """Made-up patients in whole days, as .npy for Python and .bin for R."""
    rng = np.random.default_rng(20261120)
    x = rng.normal(size=(n, p))
    failing = np.ceil(rng.exponential(800 * np.exp(-x @ (0.1 * rng.normal(size=p)))))
    leaving = np.ceil(rng.uniform(0, 2200, n))
    columns = {
        "time": np.minimum(failing, leaving),
        "event": (failing <= leaving).astype(np.int32),
        "x": x,
        "group": rng.integers(0, 2, n).astype(np.int32),
    }
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column)
        column.astype(np.float64).tofile(folder / f"{name}.bin")
    (folder / "size.txt").write_text(f"{n} {p}\n", encoding="utf-8")


def run(command: list[str], cores: int) -> dict[str, object] | None:
    """What the process printed, None if it failed."""
    single = {name: str(cores) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")}
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | single, check=False)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:] or "failed", file=sys.stderr)
        return None
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def measured(case: Case, peers: str | None, folder: Path) -> dict[str, dict[str, object] | None]:
    """Program → what it took."""
    script, found = str(HERE / "survival_task.py"), {}
    for cores in (1, 2):
        found[f"Lutetia, {cores} core{'s' if cores > 1 else ''}"] = run(
            [sys.executable, "-P", script, "lutetia", case.task, str(folder), "5", str(cores)], cores
        )
    if shutil.which("Rscript"):
        tasks = {"cox": {"R coxph()": "cox", "R coxph.fit": "core"}}.get(case.task, {"R": case.task})
        for name, task in tasks.items():
            found[name] = run(["Rscript", str(HERE / "survival_task.R"), task, str(folder), "3"], 2)
    core = (CORE,) if case.task in ("cox", "bootstrap") else ()
    for peer in (*PEERS, *core) if peers else ():
        found[peer] = run([str(peers), "-P", script, peer, case.task, str(folder), "3", "2"], 2)
    return found


def main() -> int:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="python of the peers' environment")
    parser.add_argument("--only", action="append", default=[], help="tasks whose name holds this, as 'cox 1,000,000'")
    parser.add_argument("--date", help="date to print on the page")
    parser.add_argument("--write", type=Path, help="page to write")
    chosen = parser.parse_args()
    table: dict[Case, dict[str, dict[str, object] | None]] = {}
    for case in (case for case in CASES if not chosen.only or any(text in str(case) for text in chosen.only)):
        with tempfile.TemporaryDirectory() as folder:
            write_patients(Path(folder), case.n, case.p)
            table[case] = measured(case, chosen.peers, Path(folder))
        print(f"{case}: " + ", ".join(f"{name} {shown(took)}" for name, took in table[case].items()), flush=True)
    if chosen.write:
        chosen.write.write_text(page(table, chosen.date or "undated", versions(chosen.peers)), encoding="utf-8")
    return 0


def shown(took: dict[str, object] | None) -> str:
    """Seconds with three figures, or a dash."""
    return "—" if took is None else f"{float(str(took['seconds'])):#.3g}".rstrip(".")


def versions(peers: str | None) -> str:
    """What was compared."""
    own = f"Python {platform.python_version()}, numpy {np.__version__}"
    lines = (HERE / "peers.txt").read_text(encoding="utf-8").splitlines() if peers else []
    pinned = [line.replace("==", " ") for line in lines if "==" in line]
    r = ""
    if shutil.which("Rscript"):
        ask = 'cat(paste0(R.version$major, ".", R.version$minor, ", survival ", packageVersion("survival")))'
        r = "R " + subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=False).stdout
    return "; ".join(part for part in (own, ", ".join(pinned), r) if part)


def page(table: dict[Case, dict[str, dict[str, object] | None]], date: str, compared: str) -> str:
    """The page of the docs."""
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    head = ["| seconds | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    rows = [
        f"| {case} | " + " | ".join(shown(row[name]) if name in row else "" for name in names) + " |"
        for case, row in table.items()
    ]
    return "\n".join(
        [
            "# How fast",
            "",
            f"Made by `benchmarks/survival.py` on {date}: {platform.machine()}, {os.cpu_count()} cores (load average "
            f"{os.getloadavg()[1]:.1f}: above 2 other programs ran too); {compared}.",
            "",
            HOW,
            "",
            *head,
            *rows,
            "",
            "## Ratios and memory",
            "",
            *(f"- {line}" for line in ratios(table)),
            "",
            TARGETS,
            "",
        ]
    )


def ratios(table: dict[Case, dict[str, dict[str, object] | None]]) -> list[str]:
    """Lutetia on two cores against the fastest Python package and R, its memory, and whether the answers agree."""
    lines = []
    for case, row in table.items():
        own = row["Lutetia, 2 cores"]
        if own is None:
            continue
        seconds = {name: float(str(took["seconds"])) for name, took in row.items() if took is not None}
        python = {name: took for name, took in seconds.items() if name in PEERS}
        told = [str(case)]
        if python:
            best = min(python, key=lambda name: python[name])
            told.append(f"{python[best] / seconds['Lutetia, 2 cores']:.3g} times the fastest Python package ({best})")
        for name in ("R coxph()", "R", CORE):
            if name in seconds:
                told.append(f"{seconds[name] / seconds['Lutetia, 2 cores']:.3g} times {name}")
        if case.task == "cox":
            told.append(f"extra memory {float(str(own['extra_bytes'])) / (8 * case.n * case.p):.2f} times X")
        told += disagreements(case, row)
        lines.append("; ".join(told))
    return lines


def disagreements(case: Case, row: dict[str, dict[str, object] | None]) -> list[str]:
    """The largest difference of each program's answer from Lutetia's, where it is above 1e-8."""
    own = row["Lutetia, 2 cores"]
    if own is None or case.task == "bootstrap":
        return []
    told = []
    for name, took in row.items():
        if took is None or name.startswith("Lutetia"):
            continue
        gap = float(np.abs(np.array(took["answer"]) - np.array(own["answer"])).max())
        if gap > 1e-8:
            told.append(f"{name} differs by {gap:.1e}")
    return told


if __name__ == "__main__":
    raise SystemExit(main())
