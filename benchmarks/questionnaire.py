"""Seconds to score made-up QLQ-C30 forms; stated limit: 1e5 forms in 1 s.

    python benchmarks/questionnaire.py [FORMS]

One answer in ten is blank. Best of five runs, one process.
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np

from lutetia.scoring import questionnaire


def forms(count: int) -> np.ndarray:
    """Answers of shape (count, 30); NaN: blank."""
    lot = np.random.default_rng(20261120)
    answers = lot.integers(1, 5, (count, 30)).astype(float)
    answers[:, 28:] = lot.integers(1, 8, (count, 2))
    answers[lot.random(answers.shape) < 0.1] = np.nan
    return answers


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    answers = forms(count)
    times_s = []
    for _ in range(5):
        begin = perf_counter()
        scores = questionnaire.score_many(answers, "QLQ-C30")
        times_s.append(perf_counter() - begin)
    summaries = int(np.sum(~np.isnan(scores.value["summary"])))
    print(f"QLQ-C30, {count} forms: {min(times_s):.3f} s ({summaries} with a summary score)")
    begin = perf_counter()
    for form in answers[:1000]:
        questionnaire.score([None if np.isnan(answer) else int(answer) for answer in form])
    print(f"QLQ-C30, 1000 forms one by one with reasons: {perf_counter() - begin:.3f} s")


if __name__ == "__main__":
    main()
