"""What statsmodels and lifelines take for the analysis of simulated trials; run by benchmarks/trial.py --peers.

python benchmarks/trial_peer.py TRIALS.npz NUMBER: prints the seconds, then |z| and the log hazard ratio of each trial.
"""

import sys
from time import perf_counter

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from statsmodels.duration.survfunc import survdiff


def main() -> None:
    stored, number = np.load(sys.argv[1]), int(sys.argv[2])
    trials = [{k: stored[f"{k}_{i}"] for k in "tdas"} for i in range(number)]
    found = []
    begun = perf_counter()
    for one in trials:
        chi2, _ = survdiff(one["t"], one["d"], one["a"], strata=one["s"])
        fit = CoxPHFitter().fit(pd.DataFrame(one), "t", "d", strata=["s"])
        found += [float(np.sqrt(chi2)), float(fit.params_.iloc[0])]
    print(perf_counter() - begun, *found)


if __name__ == "__main__":
    main()
