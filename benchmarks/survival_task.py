"""One program, one task, in a process of its own: seconds, extra memory and the answer as one line of JSON.

    python survival_task.py PROGRAM TASK FOLDER REPEATS CORES

FOLDER holds time.npy, event.npy, x.npy and group.npy (made-up patients). Runs in Lutetia's environment or in that of
the peers; started by survival.py. A first run on 1,000 rows is not counted (compilation, imports), a first run of more
than five seconds is the only one.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

Data = dict[str, np.ndarray]
Task = Callable[[Data, int], Callable[[], Any]]
BOOTSTRAP_OF_PEERS = 20  # of 1,000 fits; the time is multiplied


def lutetia_cox(data: Data, cores: int) -> Callable[[], Any]:
    from lutetia.survival import FollowUp, cox

    return lambda: (
        cox(FollowUp(stop=data["time"], event=data["event"]), data["x"], threads=1 if cores == 1 else None).coef
    )


def lutetia_bootstrap(data: Data, cores: int) -> Callable[[], Any]:
    from lutetia.survival import FollowUp, bootstrap_cox

    f = FollowUp(stop=data["time"], event=data["event"])
    return lambda: bootstrap_cox(f, data["x"], seed=1, replicates=1000, threads=1 if cores == 1 else None).std_error


def lutetia_kaplan_meier(data: Data, cores: int) -> Callable[[], Any]:
    from lutetia.survival import FollowUp, kaplan_meier

    return lambda: kaplan_meier(FollowUp(stop=data["time"], event=data["event"])).survival_at(365).estimate


def lutetia_log_rank(data: Data, cores: int) -> Callable[[], Any]:
    from lutetia.survival import FollowUp, log_rank

    return lambda: log_rank(FollowUp(stop=data["time"], event=data["event"]), data["group"]).chi2


def lifelines_cox(data: Data, cores: int) -> Callable[[], Any]:
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame(data["x"]).assign(T=data["time"], E=data["event"])
    return lambda: CoxPHFitter().fit(frame, "T", "E").params_.to_numpy()


def lifelines_kaplan_meier(data: Data, cores: int) -> Callable[[], Any]:
    from lifelines import KaplanMeierFitter

    return lambda: float(KaplanMeierFitter().fit(data["time"], data["event"]).predict(365))


def lifelines_log_rank(data: Data, cores: int) -> Callable[[], Any]:
    from lifelines.statistics import logrank_test

    t, e, one = data["time"], data["event"], data["group"] == 1
    return lambda: logrank_test(t[one], t[~one], e[one], e[~one]).test_statistic


def sksurv_cox(data: Data, cores: int) -> Callable[[], Any]:
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    y = Surv.from_arrays(data["event"] == 1, data["time"])
    return lambda: CoxPHSurvivalAnalysis(ties="efron").fit(data["x"], y).coef_


def sksurv_kaplan_meier(data: Data, cores: int) -> Callable[[], Any]:
    from sksurv.nonparametric import kaplan_meier_estimator

    def run() -> float:
        at, curve = kaplan_meier_estimator(data["event"] == 1, data["time"], conf_type="log-log")[:2]
        return float(curve[np.searchsorted(at, 365, side="right") - 1])

    return run


def sksurv_log_rank(data: Data, cores: int) -> Callable[[], Any]:
    from sksurv.compare import compare_survival
    from sksurv.util import Surv

    y = Surv.from_arrays(data["event"] == 1, data["time"])
    return lambda: float(compare_survival(y, data["group"])[0])


def statsmodels_cox(data: Data, cores: int) -> Callable[[], Any]:
    from statsmodels.duration.hazard_regression import PHReg

    def run() -> Any:
        fit = PHReg(data["time"], data["x"], status=data["event"], ties="efron").fit(disp=0)
        return fit.params if np.isfinite(fit.bse).all() else None

    return run


def statsmodels_kaplan_meier(data: Data, cores: int) -> Callable[[], Any]:
    from statsmodels.duration.survfunc import SurvfuncRight

    def run() -> float:
        curve = SurvfuncRight(data["time"], data["event"])
        return float(curve.surv_prob[np.searchsorted(curve.surv_times, 365, side="right") - 1])

    return run


def statsmodels_log_rank(data: Data, cores: int) -> Callable[[], Any]:
    from statsmodels.duration.survfunc import survdiff

    return lambda: float(survdiff(data["time"], data["event"], data["group"])[0])


def survival_cox(data: Data, cores: int) -> Callable[[], Any]:
    import survival

    columns = {f"x{j}": data["x"][:, j].copy() for j in range(data["x"].shape[1])}
    formula = f"Surv(time, event) ~ {' + '.join(columns)}"
    columns |= {"time": data["time"], "event": data["event"]}
    return lambda: survival.coef(survival.coxph(formula, data=columns))


def survivalcore_cox(data: Data, cores: int) -> Callable[[], Any]:
    from survival import regression

    return lambda: regression.coxph_fit_raw(data["time"], data["event"], data["x"], resid=False).coefficients


def survival_kaplan_meier(data: Data, cores: int) -> Callable[[], Any]:
    import survival

    columns = {"time": data["time"], "event": data["event"]}

    def run() -> float:
        curve = survival.survfit("Surv(time, event) ~ 1", data=columns)
        return float(np.asarray(curve.surv)[np.searchsorted(curve.time, 365, side="right") - 1])

    return run


def survival_log_rank(data: Data, cores: int) -> Callable[[], Any]:
    import survival

    columns = {"time": data["time"], "event": data["event"], "group": data["group"]}
    return lambda: float(survival.survdiff("Surv(time, event) ~ group", data=columns).chisq)


def surpyval_cox(data: Data, cores: int) -> Callable[[], Any]:
    from surpyval import CoxPH

    return lambda: CoxPH.fit(x=data["time"], Z=data["x"], c=1 - data["event"]).params


def surpyval_kaplan_meier(data: Data, cores: int) -> Callable[[], Any]:
    from surpyval import KaplanMeier

    return lambda: float(np.ravel(KaplanMeier.fit(x=data["time"], c=1 - data["event"]).sf(365.0))[0])


def surpyval_log_rank(data: Data, cores: int) -> Callable[[], Any]:
    from surpyval import logrank

    return lambda: float(logrank(data["time"], data["group"], c=1 - data["event"]).statistic)


def bootstrap_of(cox: Task) -> Task:
    """A peer's bootstrap: its fit in a loop over resampled rows."""

    def task(data: Data, cores: int) -> Callable[[], Any]:
        rng, n = np.random.default_rng(1), data["time"].size

        def run() -> Any:
            fits = []
            for _ in range(BOOTSTRAP_OF_PEERS):
                rows = rng.integers(0, n, n)
                fits.append(cox({name: column[rows] for name, column in data.items()}, cores)())
            return np.std(fits, axis=0)

        return run

    return task


PEERS = ("lifelines", "sksurv", "statsmodels", "survival", "survivalcore", "surpyval")
TASKS: dict[str, Task] = {name: one for name, one in globals().items() if name.startswith(("lutetia_", *PEERS))}
TASKS |= {f"{peer}_bootstrap": bootstrap_of(TASKS[f"{peer}_cox"]) for peer in PEERS}


@contextmanager
def memory_growth(found: list[float]) -> Iterator[None]:
    """Appends the largest growth of this process's memory (bytes) while inside; 0 where /proc is absent."""
    path, stop = Path("/proc/self/statm"), threading.Event()
    if not path.exists():
        yield
        found.append(0.0)
        return
    before = most = int(path.read_text().split()[1]) * 4096

    def watch() -> None:
        nonlocal most
        while not stop.wait(0.005):
            most = max(most, int(path.read_text().split()[1]) * 4096)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield
    stop.set()
    watcher.join()
    found.append(float(most - before))


def main(arguments: list[str]) -> None:
    """Run the task and print what it took."""
    program, task, folder, repeats, cores = arguments[0], arguments[1], Path(arguments[2]), arguments[3], arguments[4]
    data = {name: np.load(folder / f"{name}.npy") for name in ("time", "event", "x", "group")}
    make = TASKS[f"{program}_{task}"]
    make({name: column[:1000] for name, column in data.items()}, int(cores))()
    run = make(data, int(cores))
    seconds: list[float] = []
    growth: list[float] = []
    answer: Any = None
    while len(seconds) < int(repeats) and not (seconds and seconds[0] > 5.0):
        begin = time.perf_counter()
        if seconds:
            answer = run()
        else:
            with memory_growth(growth):
                answer = run()
        seconds.append(time.perf_counter() - begin)
    scale = 1000 / BOOTSTRAP_OF_PEERS if task == "bootstrap" and program != "lutetia" else 1.0
    told = {"seconds": float(np.median(seconds)) * scale, "extra_bytes": growth[0], "runs": len(seconds)}
    print(json.dumps(told | {"answer": np.ravel(answer).astype(float).tolist()}))


if __name__ == "__main__":
    main(sys.argv[1:])
