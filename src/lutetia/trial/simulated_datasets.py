"""The analysis datasets of a simulated trial: outcomes as simulated, other facts drawn from printed shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.sources import SourcedTable, load_yaml_table
from lutetia.trial.adam import Dataset, TrialData
from lutetia.trial.simulate import SimulatedTrial

Row = dict[str, Any]

BEST = {0: "NE", 1: "CR", 2: "PR", 3: "SD", 4: "PD"}
WEEKS_OF_BLOOD = (0, 4, 8, 12, 16, 20, 24, 36, 48, 60, 72)
MODERATE = 0.35  # of the events below grade 3
NADIR_WEEKS = 5.0  # after each cycle


@cache
def patients_table() -> SourcedTable:
    """The shares from which patients are drawn, with their provenance."""
    return load_yaml_table("lutetia.trial", "data/netter2_patients.yaml")


def trial_datasets(trial: SimulatedTrial) -> TrialData:
    """ADSL, ADRS, ADTTE, ADAE and ADLB of the trial: same trial, same rows.

    Raises InputError for a model whose strata are not a grade and an origin that the shares know (NETTER-2's).
    """
    shares = patients_table().table
    _refuse_other_strata(trial, shares)
    draws = np.random.default_rng([trial.seed, trial.number])
    first = date.fromisoformat(shares["first_entry"])
    patients = [_Patient(trial, i, first, shares, draws) for i in range(trial.n)]
    return TrialData(
        adsl=Dataset.of("ADSL", [p.subject() for p in patients]),
        adrs=Dataset.of("ADRS", [row for p in patients for row in p.responses()]),
        adtte=Dataset.of("ADTTE", [row for p in patients for row in p.times()]),
        adae=Dataset.of("ADAE", [row for p in patients for row in p.adverse_events(shares, draws)]),
        adlb=Dataset.of("ADLB", [row for p in patients for row in p.laboratory(shares["laboratory"], draws)]),
        cut_off=first + timedelta(days=int(trial.cut_off_day)),
        conventions=(
            *trial.conventions,
            "Baseline, exposure, adverse events and laboratory values are drawn from printed shares, independently of "
            "each other and of the outcome.",
        ),
    )


class _Patient:
    """One simulated patient with the facts drawn for the trial."""

    def __init__(
        self, trial: SimulatedTrial, i: int, first: date, shares: Mapping[str, Any], draws: np.random.Generator
    ) -> None:
        self.path = {name: float(values[i]) for name, values in trial.paths.items()}
        self.known = {name: float(values[i]) for name, values in trial.known.items()}
        self.visits = trial.visits[i]
        self.control = self.path["arm"] == 0
        self.randomised = first + timedelta(days=int(self.path["entry_day"]))
        self.horizon = int(trial.cut_off_day - self.path["entry_day"])
        self.end = min(self.path["stop_day"], self.path["death_day"], self.path["central_day"], self.horizon)
        self.treated = self.path["untreated"] == 0
        self.arms = trial.model.arms[1 - int(self.path["arm"])].name, int(not self.control)
        self.grade, self.origin = trial.model.strata[int(self.path["stratum"])].name.split(", ")
        self.ids = {"STUDYID": trial.model.name, "USUBJID": f"{trial.model.name}-{i + 1:04d}"}
        self.baseline = self._baseline(shares, draws)
        self.cycles, self.activity_gbq = self._cycles(shares["cycles"], draws)
        self.last_dose = self._days_to_last_dose(shares["cycles"])

    def _day(self, day: float) -> date:
        return self.randomised + timedelta(days=int(day))

    def _baseline(self, shares: Mapping[str, Any], draws: np.random.Generator) -> Row:
        arm = int(self.control)
        n, given = shares["randomised"][arm], shares["baseline"]

        def flag(name: str) -> str:
            return "Y" if draws.random() < given[name][arm] / n else "N"

        low, high = given["ki67_percent"][self.grade]
        kps = {level: counts[arm] for level, counts in given["karnofsky"].items()}
        sites = {site: counts[arm] for site, counts in given["origin_other"].items()}
        age = given["age_years"]
        return {
            "AGE": int(np.clip(round(draws.normal(age["median"][arm], _spread(age["iqr"][arm]))), 18, 89)),
            "SEX": "M" if draws.random() < given["male"][arm] / n else "F",
            # at the low end of its grade more often than at the high one; grade 3 begins above 20
            "KI67": round(float(low + (high - low) * draws.beta(1.0, 1.6)) + (0.5 if low == 20 else 0.0), 0),
            "PRIMSITE": "pancreas" if self.origin == "pancreas" else _drawn(sites, draws),
            "KPS": _drawn(kps, draws),
            "LIVERFL": flag("liver_metastases"),
            "BONEFL": flag("bone_metastases"),
            "NODEFL": flag("lymph_node_metastases"),
            "PERITFL": flag("peritoneal_metastases"),
            "PRSSAFL": flag("earlier_somatostatin_analogue"),
            "UPTAKE": 4 if flag("uptake_score_4") == "Y" else 3,
            "DIAGMO": round(_log_normal(given["months_since_diagnosis"], arm, draws), 1),
        }

    def _cycles(self, given: Mapping[str, Any], draws: np.random.Generator) -> tuple[int | None, float | None]:
        if self.control or not self.treated:
            return None, None
        number = int(_drawn({str(k): v for k, v in given["received"].items()}, draws))
        possible = 1 + int(self.end // (7 * given["weeks_between"]))
        number = min(number, possible)
        each = given["activity_gbq"]
        return number, round(float(draws.normal(each["median"], _spread(each["iqr"]), number).sum()), 1)

    def _days_to_last_dose(self, given: Mapping[str, Any]) -> float | None:
        """Octreotide every four weeks until the end of treatment, in both arms."""
        return float(28 * (max(self.end - 1, 0) // 28)) if self.treated else None

    def subject(self) -> Row:
        """The row of ADSL."""
        died = self.known["os_event"] == 1
        crossed = self.known["crossed_over"] == 1
        name, number = self.arms
        return {
            **self.ids,
            **self.baseline,
            "TRT01P": name,
            "TRT01PN": number,
            "TRT01A": name if self.treated else None,
            "RANDDT": self.randomised,
            "STRAT1": self.grade,
            "STRAT2": self.origin,
            "TRTSDT": self.randomised if self.treated else None,
            "TRTEDT": self._day(self.last_dose) if self.last_dose is not None else None,
            "FASFL": "Y",
            "SAFFL": "Y" if self.treated else "N",
            "NCYCLE": self.cycles,
            "CUMGBQ": self.activity_gbq,
            "ONTRTFL": "Y" if self.known["on_treatment"] == 1 else "N",
            "DCTREAS": self._reason(),
            "XOVERFL": "Y" if crossed else "N",
            "XOVERDT": self._day(self.path["crossover_day"]) if crossed else None,
            "DTHFL": "Y" if died else "N",
            "DTHDT": self._day(self.path["death_day"]) if died else None,
            "LSTALVDT": self._day(min(self.path["death_day"], self.horizon)),
        }

    def _reason(self) -> str | None:
        if not self.treated or self.known["on_treatment"] == 1:
            return None
        ends = {
            "progressive disease": self.path["central_day"],
            "death": self.path["death_day"],
            "other treatment" if self.path["stop_kind"] >= 3 else "withdrawal": self.path["stop_day"],
        }
        return min(ends, key=lambda name: ends[name])

    def responses(self) -> list[Row]:
        """Overall response at each visit until progression or the last adequate visit, and the best one (central)."""
        called = self.path["central_day"]
        in_time = called <= min(self.horizon, self.path["stop_day"], self.path["death_day"])
        seen = called if in_time else self.known["last_visit_day"]  # progression is seen even where it is no event
        rows = [
            {**self.ids, "PARAMCD": "OVR", "PARQUAL": "central", "AVISIT": f"week {round(day / 7)}",
             "ADT": self._day(day), "AVALC": self._response_at(day)}
            for day in self.visits[self.visits > 0]
            if day <= seen
        ]  # fmt: skip
        best = BEST[int(self.known["response"])]
        last = rows[-1]["ADT"] if rows else None
        return [
            *rows,
            {**self.ids, "PARAMCD": "BOR", "PARQUAL": "central", "AVISIT": None, "ADT": last, "AVALC": best},
        ]

    def _response_at(self, day: float) -> str:
        if day >= self.path["central_day"]:
            return "PD"
        if self.path["response"] > 0 and day >= self.path["response_day"]:
            return BEST[int(self.path["response"])]
        return "SD"

    def times(self) -> list[Row]:
        """PFS by both readers, overall survival, duration of response, time to deterioration."""
        known, start = self.known, self.randomised
        death = known["pfs_is_death"] == 1
        rows = [
            self._time("PFS", start, known["pfs_days"], known["pfs_event"], "death" if death else "progression"),
            self._time(
                "PFSINV", start, known["investigator_days"], known["investigator_event"], "progression or death"
            ),
            self._time("OS", start, known["os_days"], known["os_event"], "death"),
            self._time("TTDQL", start, known["deterioration_days"], known["deterioration_event"], "worse by 10 points"),
        ]
        if known["response"] in (1, 2):
            began = self._day(self.path["response_day"])
            rows.append(
                self._time("DOR", began, known["response_days"], known["response_event"], "progression or death")
            )
        return rows

    def _time(self, code: str, start: date, days: float, event: float, what: str) -> Row:
        return {
            **self.ids,
            "PARAMCD": code,
            "STARTDT": start,
            "ADT": start + timedelta(days=int(days) - 1),
            "AVAL": int(days),
            "CNSR": 0 if event == 1 else 1,
            "EVNTDESC": what if event == 1 else "censored",
        }

    def adverse_events(self, shares: Mapping[str, Any], draws: np.random.Generator) -> list[Row]:
        """At most one event a term, with its worst grade, within treatment and 30 days."""
        if not self.treated:
            return []
        arm = int(self.control)
        treated = shares["treated"][arm]
        rows: list[Row] = []
        for term, given in shares["adverse_events"].items():
            happens, severe, moderate, day, serious, related = draws.random(6)
            if happens >= given["any"][arm] / treated:
                continue
            grade = 3 if severe < given["grade_3"][arm] / given["any"][arm] else 1 + int(moderate < MODERATE)
            until = min((self.last_dose or 0.0) + 30, self.horizon, self.path["death_day"])
            rows.append(
                {
                    **self.ids,
                    "AESEQ": len(rows) + 1,
                    "AEDECOD": term,
                    "AETOXGR": grade,
                    "ASTDT": self._day(day * until),
                    "TRTEMFL": "Y",
                    "AESER": "Y" if grade >= 3 and serious < shares["serious_of_grade_3"] else "N",
                    "AREL": "Y" if related < shares["related_of_all"][arm] else "N",
                    "CQ01NAM": given["class"],
                }
            )
        return rows

    def laboratory(self, shares: Mapping[str, Any], draws: np.random.Generator) -> list[Row]:
        """Blood values on planned days while on treatment; they fall after each cycle and come back."""
        if not self.treated:
            return []
        rows = []
        for code, given in shares.items():
            own = max(draws.normal(given["mean"], given["between"]), 0.5 * given["mean"])
            base = None
            for week in WEEKS_OF_BLOOD:
                noise = draws.normal(0.0, given["within"])
                if 7 * week > self.end:
                    continue
                value = round(max(own * (1 - given["fall"] * self._effect(week)) + noise, 0.02 * own), 2)
                base = value if week == 0 else base
                rows.append(
                    {
                        **self.ids,
                        "PARAMCD": code,
                        "AVALU": given["unit"],
                        "AVISIT": f"week {week}",
                        "ADT": self._day(7 * week),
                        "AVAL": value,
                        "BASE": base,
                        "ABLFL": "Y" if week == 0 else "N",
                        "ANRLO": float(given["low"]),
                        "ANRHI": float(given["high"]),
                    }
                )
        return rows

    def _effect(self, week: float) -> float:
        """How much of the largest fall is seen, 0 to 1: highest some weeks after each cycle received."""
        cycles = self.cycles or 0
        since = [week - 8 * k for k in range(cycles) if week > 8 * k]
        return float(min(1.0, sum((s / NADIR_WEEKS) * np.exp(1 - s / NADIR_WEEKS) for s in since) / 1.5))


def _refuse_other_strata(trial: SimulatedTrial, shares: Mapping[str, Any]) -> None:
    grades = shares["baseline"]["ki67_percent"]
    known = {f"{grade}, {origin}" for grade in grades for origin in ("pancreas", "other")}
    strange = [stratum.name for stratum in trial.model.strata if stratum.name not in known]
    if strange:
        must = f"must be among {'; '.join(sorted(known))}: baseline facts are drawn for them"
        raise InputError("trial datasets", [Fault(place="strata", must=must, got="; ".join(strange))])


def _spread(iqr: list[float]) -> float:
    """The standard deviation of a normal distribution with this interquartile range."""
    return (iqr[1] - iqr[0]) / 1.349


def _drawn(counts: Mapping[str, float], draws: np.random.Generator) -> str:
    names = list(counts)
    return names[int(draws.choice(len(names), p=np.array(list(counts.values())) / sum(counts.values())))]


def _log_normal(given: Mapping[str, Any], arm: int, draws: np.random.Generator) -> float:
    low, high = given["iqr"][arm]
    return float(given["median"][arm] * np.exp(draws.normal(0.0, np.log(high / low) / 1.349)))
