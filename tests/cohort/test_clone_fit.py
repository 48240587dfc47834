"""Merged rows against one row for each clone and day, written out in plain loops: weights, hazard ratio, its error."""

from __future__ import annotations

from functools import cache
from math import exp, inf, sqrt

import numpy as np
import pytest

from lutetia.cohort.clone_censor_weight import clone_censor_weight
from lutetia.cohort.decision_point import DecisionPoint

GRACE_DAYS = 12


def two_hundred(seed, *, competing):
    """Made-up patients on few whole days: starts on day 0 and on the last day, ties, deaths on the last day."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(200, 2)).round(2)
    death = np.ceil(draw.exponential(25 * np.exp(0.4 * x[:, 0])))
    censored = np.ceil(draw.uniform(6, 60, 200))
    begins = np.floor(draw.exponential(10 * np.exp(0.3 * x[:, 1]), size=200))
    other = np.floor(draw.exponential(9 * np.exp(-0.4 * x[:, 1]), size=200))
    begins[:6], other[6:12] = 0, 0
    death[12:18], begins[12:18], other[12:18] = GRACE_DAYS, inf, inf
    begins[18:24], other[18:24], death[18:24] = GRACE_DAYS, inf, 40
    first = begins < other
    return DecisionPoint.of(
        follow_up_days=np.minimum(death, censored),
        event=death <= censored,
        exposed_after_days=np.where(first, begins, inf) if competing else begins,
        other_after_days=np.where(first, inf, other) if competing else None,
        covariates=x,
        names=["burden", "indolence"],
    )


# The plain implementation knows nothing of the package: lists of dicts, loops, Newton's method.


def plain_clones(decision):
    clones = []
    for patient in range(decision.n):
        end, died = decision.follow_up_days[patient], bool(decision.event[patient])
        begins = decision.exposed_after_days[patient]
        other = inf if decision.other_after_days is None else decision.other_after_days[patient]
        for treat in (True, False):
            own, contrary = (begins, other) if treat else (other, begins)
            leaves = inf
            if not treat and decision.other_after_days is None:
                if begins <= GRACE_DAYS:
                    leaves = begins
            elif not (own <= GRACE_DAYS and own < contrary):
                leaves = min(contrary, GRACE_DAYS)
            if leaves < end:
                clones.append({"patient": patient, "treat": treat, "stop": leaves, "died": False, "left": True})
            else:
                clones.append({"patient": patient, "treat": treat, "stop": end, "died": died, "left": False})
    return clones


def efron(rows, beta, with_residuals=False):
    """Score, information, steps of the baseline and score residuals of rows (start, stop, event, weight, x)."""
    score, information, steps = 0 * beta, np.zeros((beta.size, beta.size)), {}
    residuals = [0 * beta for _ in rows]
    risks = [row["weight"] * exp(float(row["x"] @ beta)) for row in rows]
    for day in sorted({row["stop"] for row in rows if row["event"]}):
        at_risk = [n for n, row in enumerate(rows) if row["start"] < day <= row["stop"]]
        dead = {n for n in at_risk if rows[n]["event"] and rows[n]["stop"] == day}
        each = sum(rows[n]["weight"] for n in dead) / len(dead)
        table, risk = np.array([rows[n]["x"] for n in at_risk]), np.array([risks[n] for n in at_risk])
        dying = np.array([n in dead for n in at_risk])
        score = score + sum(rows[n]["weight"] * rows[n]["x"] for n in dead)
        for k in range(len(dead)):  # the k-th of the tied deaths: the dead count for 1 - k/d at risk
            share = risk * np.where(dying, 1 - k / len(dead), 1)
            mean = share @ table / share.sum()
            score = score - each * mean
            information += each * ((share[:, None] * (table - mean)).T @ (table - mean)) / share.sum()
            steps[day] = steps.get(day, 0.0) + each / share.sum()
            for place, n in enumerate(at_risk) if with_residuals else ():
                residuals[n] = (
                    residuals[n] - share[place] / rows[n]["weight"] * (table[place] - mean) * each / share.sum()
                )
                if n in dead:
                    residuals[n] = residuals[n] + (rows[n]["x"] - mean) / len(dead)
    return score, information, steps, residuals


def fitted(rows, with_residuals=False):
    beta = np.zeros(rows[0]["x"].size)
    for _ in range(40):
        score, information, _, _ = efron(rows, beta)
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    return beta, *efron(rows, beta, with_residuals)[1:]


def plain_hazard(rows):
    """Coefficients, and the baseline's steps at covariates 0, of what ends these follow-ups."""
    beta, _, steps, _ = fitted(rows)
    return beta, steps


def follow_up_of(decision, patient, days, event):
    return {"start": -1.0, "stop": days, "event": event, "weight": 1.0, "x": decision.covariates[patient]}


def plain_initiation(decision):
    """Weight of a patient's clone in an arm just before a day, from models of the starts."""
    kinds = {"exposure": decision.exposed_after_days}
    if decision.other_after_days is not None:
        kinds["other"] = decision.other_after_days
    models = {}
    for name, begins in kinds.items():
        rows = []
        for patient in range(decision.n):
            end = min(decision.follow_up_days[patient], GRACE_DAYS, *(days[patient] for days in kinds.values()))
            rows.append(follow_up_of(decision, patient, end, begins[patient] <= end))
        models[name] = plain_hazard(rows)

    @cache
    def incidence(patient, before):
        """Free of both, and each start first, just before a day."""
        free, first = 1.0, dict.fromkeys(models, 0.0)
        days = sorted({day for _, steps in models.values() for day in steps if day < before})
        for day in days:
            rates = {
                name: steps.get(day, 0.0) * exp(float(decision.covariates[patient] @ beta))
                for name, (beta, steps) in models.items()
            }
            drop = free * (1 - exp(-sum(rates.values())))
            for name, rate in rates.items():
                first[name] += drop * rate / sum(rates.values())
            free -= drop
        return free, first

    def weight(patient, treat, before):
        free, first = incidence(patient, before)
        if not treat and "other" not in models:
            return 1 / free
        own, contrary = ("exposure", "other") if treat else ("other", "exposure")
        if before > GRACE_DAYS:
            return 1 / first[own]
        return 1 / (1 - first.get(contrary, 0.0))

    return weight


def plain_arm(decision):
    """The same from one model of leaving in each arm."""
    models = {}
    for treat in (True, False):
        mine = [clone for clone in plain_clones(decision) if clone["treat"] is treat]
        models[treat] = plain_hazard([follow_up_of(decision, c["patient"], c["stop"], c["left"]) for c in mine])

    def weight(patient, treat, before):
        beta, steps = models[treat]
        hazard = sum(step for day, step in steps.items() if day < before)
        return exp(hazard * exp(float(decision.covariates[patient] @ beta)))

    return weight


def plain_answer(decision, weight):
    """Log hazard ratio and robust error from one row for each clone and day."""
    rows = []
    for clone in plain_clones(decision):
        days = sorted({*range(1, GRACE_DAYS + 1), clone["stop"]})
        start = 0.0
        for day in (day for day in days if 0 < day <= clone["stop"]):
            rows.append(
                {
                    "patient": clone["patient"],
                    "start": start,
                    "stop": day,
                    "event": clone["died"] and day == clone["stop"],
                    "weight": weight(clone["patient"], clone["treat"], day),
                    "x": np.array([float(clone["treat"])]),
                }
            )
            start = day
    beta, information, _, residuals = fitted(rows, with_residuals=True)
    moved = np.zeros(decision.n)
    for row, residual in zip(rows, residuals, strict=True):
        moved[row["patient"]] += row["weight"] * residual[0] / information[0, 0]
    return float(beta[0]), sqrt(float((moved**2).sum()))


@pytest.mark.parametrize("competing", [False, True], ids=["against none", "against another treatment"])
@pytest.mark.parametrize("weights", ["initiation", "arm"])
def test_plain_loops_over_every_clone_and_day_agree(weights, competing):
    decision = two_hundred(seed=11, competing=competing)
    plain = {"initiation": plain_initiation, "arm": plain_arm}[weights](decision)
    log_ratio, error = plain_answer(decision, plain)
    found = clone_censor_weight(decision, grace_days=GRACE_DAYS, weights=weights)
    assert found.contrast.log_hazard_ratio == pytest.approx(log_ratio, abs=1e-8)
    assert found.contrast.std_error == pytest.approx(error, rel=1e-7)
    pieces = zip(found.patient, found.treat, found.pieces.stop, found.weights, strict=True)
    for patient, treat, stop, weight in list(pieces)[::7]:
        assert weight == pytest.approx(plain(int(patient), bool(treat), float(stop)), rel=1e-8)
