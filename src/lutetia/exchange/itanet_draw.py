"""The made-up cohort that resembles ITANET as arrays: one row per patient, all from one block of uniform numbers.

Patient i of a seed is the same whatever the number of patients. Margins (`data/itanet_margins.yaml`) hold in
expectation; the times follow `data/itanet_parameters.yaml`. Made up: no patient of the paper is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lutetia.dates import DAYS_PER_MONTH
from lutetia.sources import load_yaml_table

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
GROUPS = ("SSA", "RLT", "TT", "CHT")
SSA, RLT, TT, CHT = range(4)
LOW, MIDDLE, HIGH = range(3)
CUT_OFF = date(2022, 6, 30)
"""Data cut-off of the made-up cohort; the paper prints none."""
NEVER = 10**9
_COLUMNS = 36
_LONGEST_DAYS = 7000


@cache
def margins() -> Mapping[str, Any]:
    """What S000 prints."""
    return load_yaml_table("lutetia.exchange", "data/itanet_margins.yaml").table


@cache
def parameters() -> Mapping[str, Any]:
    """The parameters of the times to event."""
    return load_yaml_table("lutetia.exchange", "data/itanet_parameters.yaml").table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """One row per patient; days are ordinals, times in whole days, treatments index GROUPS.

    `ki67_class` is known to the generator also where `ki67_known` is false. `second_progression_days` and `death_days`
    count from the start of line 2 and are NEVER where they do not come; nothing is cut off yet. `followed_days`: from
    the start of line 2 to loss of contact or the cut-off, whichever is first.
    """

    male: Flags
    ki67_known: Flags
    ki67_class: Whole
    ki67_pct: Floats
    resected: Flags
    r0: Flags
    extrahepatic: Flags
    syndrome: Whole
    metastatic: Flags
    centre: Whole
    age_years: Floats
    from_diagnosis_days: Whole
    first: Whole
    second: Whole
    line_1_on: Whole
    first_progression_days: Whole
    gap_days: Whole
    line_2_on: Whole
    second_progression_days: Whole
    death_days: Whole
    followed_days: Whole
    first_response: Whole
    second_response: Whole
    spare: Floats

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.first.size


def draw(patients: int, seed: int, values: Mapping[str, Any] | None = None) -> Drawn:
    """So many patients of a seed; `values` replaces the packaged parameters (calibration)."""
    u = np.random.default_rng(seed).random((patients, _COLUMNS))
    z = ndtri(_inside(u[:, 10]))
    values = parameters() if values is None else values
    who = _baseline(u, values)
    first = _pick(u[:, 8], [row["count"] for row in margins()["first_line"]])
    ki67 = _ki67(u, first, values)
    second = _second(u[:, 9], first, z, values)
    return Drawn(
        **who,
        **ki67,
        first=first,
        second=second,
        **_times(u, z, who | ki67, first, second, values),
        first_response=_first_response(u[:, 17], u[:, 27], first),
        second_response=_second_response(u[:, 18], u[:, 28]),
        spare=u[:, 29:],
    )


def _inside(u: Floats) -> Floats:
    return np.clip(u, 1e-12, 1 - 1e-12)


def _pick(u: Floats, weights: list[float]) -> Whole:
    """An index with probability proportional to its weight."""
    edges = np.cumsum(weights) / np.sum(weights)
    return np.asarray(np.searchsorted(edges[:-1], u, side="right"), dtype=np.int64)


def _share(what: str) -> float:
    count = next(row["count"] for row in margins()["counts"] if row["what"] == what)
    return float(count) / float(margins()["patients"])


def _baseline(u: Floats, values: Mapping[str, Any]) -> dict[str, Any]:
    functional = u[:, 5] < _share("functional")
    syndromes = [row["count"] for row in margins()["syndromes"]]
    within = np.clip(u[:, 5] / _share("functional"), 0, 1 - 1e-12)
    extrahepatic = u[:, 4] < _share("extrahepatic")
    r0 = u[:, 3] < _share("r0")
    gap = np.where(r0, 1900, 150) * np.exp(0.8 * ndtri(_inside(u[:, 20])))
    age = 21 + 65 * _beta_like(u[:, 19])
    longest = (age - 20) * 365.25  # the youngest at diagnosis was 20
    return {
        "male": u[:, 0] < _share("male"),
        "ki67_known": u[:, 1] < _share("grade_known"),
        "resected": u[:, 3] < _share("resected"),
        "r0": r0,
        "extrahepatic": extrahepatic,
        "syndrome": np.where(functional, _pick(within, syndromes), -1),
        "metastatic": extrahepatic | (u[:, 6] >= (1 - _share("metastatic")) / (1 - _share("extrahepatic"))),
        "centre": _pick(u[:, 7], margins()["share_by_centre"]),
        "age_years": age,
        "from_diagnosis_days": np.clip(np.minimum(gap, longest), 14, 9000).astype(np.int64),
    }


def _beta_like(u: Floats) -> Floats:
    """Between 0 and 1, bell-shaped, median 37/65: the median age of 58 between 21 and 86."""
    return np.asarray(ndtr(0.62 * ndtri(_inside(u)) + ndtri(37 / 65)))


def _ki67(u: Floats, first: Whole, values: Mapping[str, Any]) -> dict[str, Any]:
    """Class and value of Ki-67: few values above 10 % under SSA, many under chemotherapy; the margins stay."""
    known, low = _share("grade_known"), _share("g1")
    high = _share("ki67_above_10") / known
    shares = {GROUPS.index(group): float(share) for group, share in values["share_ki67_high"].items()}
    weights = {n: row["count"] / margins()["patients"] for n, row in enumerate(margins()["first_line"])}
    shares[CHT] = (high - sum(weights[n] * share for n, share in shares.items())) / weights[CHT]
    by_patient = np.array([shares[n] for n in range(4)])[first]
    low_of_rest = low / known / (1 - high)
    kind = np.where(u[:, 2] < by_patient, HIGH, np.where(u[:, 21] < low_of_rest, LOW, MIDDLE))
    value = np.select(
        [kind == LOW, kind == MIDDLE],
        [np.floor(6 + 24 * u[:, 22]) / 10, 3 + _pick(u[:, 22], [18, 20, 22, 13, 8, 8, 3, 8])],
        11 + _pick(u[:, 22], [6, 10, 6, 4, 16, 4, 4, 8, 2, 20]),
    )
    return {"ki67_class": kind, "ki67_pct": value}


def _second(u: Floats, first: Whole, z: Floats, values: Mapping[str, Any]) -> Whole:
    """The second line given the first; after SSA, patients with indolent disease get RLT more often."""
    table = margins()["second_line"]
    second = np.empty_like(first)
    for number, group in enumerate(GROUPS):
        second[first == number] = _pick(u[first == number], [table[group][after] for after in GROUPS])
    tied = float(values["rlt_choice_indolence"])
    row = table["SSA"]
    # Of SSA patients: RLT when indolence and chance together lie in the upper tail of its share; else the others.
    score = ndtr(tied * z + np.sqrt(1 - tied**2) * ndtri(_inside(u)))
    rlt_share = row["RLT"] / sum(row.values())
    rest = _pick(score / (1 - rlt_share), [row["SSA"], row["TT"], row["CHT"]])
    after_ssa = np.where(score > 1 - rlt_share, RLT, np.array([SSA, TT, CHT])[np.minimum(rest, 2)])
    return np.where(first == SSA, after_ssa, second)


def _effect(values: Mapping[str, Any], who: Mapping[str, Any], z: Floats) -> Floats:
    """The sum of the effects that a set of parameters names, on the log scale."""
    fitted = values["fitted"]
    classes = np.array([fitted.get("ki67_low", 0.0), 0.0, fitted.get("ki67_high", 0.0)])[who["ki67_class"]]
    flags = sum(fitted.get(name, 0.0) * who[name] for name in ("resected", "extrahepatic", "male"))
    indolence = values.get("indolence", fitted.get("indolence", 0.0))
    return np.asarray(classes + flags + indolence * z)


def _log_normal_days(mean: Floats, spread: Floats | float, u: Floats) -> Whole:
    months = np.exp(np.minimum(mean + spread * ndtri(_inside(u)), 7.0))
    return np.asarray(np.maximum(1, np.rint(months * DAYS_PER_MONTH)), dtype=np.int64)


def _by_treatment(values: Mapping[str, Any], given: Whole) -> tuple[Floats, Floats]:
    """Mean and spread of the log time under each patient's treatment."""
    fitted = values["fitted"]
    means = np.array([fitted["treatment"][group] for group in GROUPS])
    spreads = np.array([fitted["spread"][group] for group in GROUPS])
    return means[given], spreads[given]


def _times(
    u: Floats, z: Floats, who: Mapping[str, Any], first: Whole, second: Whole, values: Mapping[str, Any]
) -> dict[str, Any]:
    one, two, after = values["line_1"], values["line_2"], values["after_line_2"]
    mean, spread = _by_treatment(one, first)
    pfs1 = _log_normal_days(mean + _effect(one, who, z), spread, u[:, 11])
    pfs1 = np.where(pfs1 > _LONGEST_DAYS, (_LONGEST_DAYS * (0.7 + 0.3 * u[:, 24])).astype(np.int64), pfs1)
    wait = np.where(second == RLT, 75, 35) * np.exp(0.5 * ndtri(_inside(u[:, 13])))
    gap = np.clip(np.rint(wait), 7, 365).astype(np.int64)
    mean, spread = _by_treatment(two, second)
    pfs2 = _log_normal_days(mean + _effect(two, who, z), spread, u[:, 12])
    mean = after["fitted"]["all"] + _effect(after, who, z) + after["fitted"]["rlt_first"] * (first == RLT)
    post = _log_normal_days(mean, float(after["spread"]), u[:, 15])
    other = np.rint(-np.log(_inside(u[:, 16])) * 25 * 365.25).astype(np.int64) + 1  # death without progression
    death = np.minimum(pfs2 + post, other)
    start_2 = _start_of_line_2(u[:, 14], pfs1 + gap, first, second)
    lost = np.rint(-np.log(_inside(u[:, 23])) * 12 * 365.25).astype(np.int64) + 30
    return {
        "line_1_on": start_2 - gap - pfs1,
        "first_progression_days": pfs1,
        "gap_days": gap,
        "line_2_on": start_2,
        "second_progression_days": np.where(pfs2 <= other, pfs2, NEVER),
        "death_days": death,
        "followed_days": np.minimum(lost, CUT_OFF.toordinal() - start_2),
    }


def _start_of_line_2(u: Floats, before: Whole, first: Whole, second: Whole) -> Whole:
    """Later years are likelier; no RLT before 2000; line 1 lies in the years of the paper."""
    latest = margins()["first_line_to"].toordinal()
    opening = margins()["first_line_from"].toordinal()
    rlt = date(2000, 1, 1).toordinal()
    earliest = opening + before
    earliest = np.where(first == RLT, np.maximum(earliest, rlt + before), earliest)
    earliest = np.where(second == RLT, np.maximum(earliest, rlt), earliest)
    earliest = np.minimum(earliest, latest)
    return np.asarray(latest - np.rint((latest - earliest) * u**1.3), dtype=np.int64)


NO_RESPONSE, PARTIAL, COMPLETE, NOT_EVALUABLE = range(4)


def _first_response(u: Floats, v: Floats, first: Whole) -> Whole:
    table = margins()["first_response"]
    counts = {row["group"]: row["count"] for row in margins()["first_line"]}
    responded = np.array([table[group]["responded"] / counts[group] for group in GROUPS])[first]
    missing = np.array([1 - table[group]["evaluable"] / counts[group] for group in GROUPS])[first]
    complete, of = margins()["complete_among_responders"]
    kind = np.where(v < complete / of, COMPLETE, PARTIAL)
    return np.where(u < responded, kind, np.where(u > 1 - missing, NOT_EVALUABLE, NO_RESPONSE))


def _second_response(u: Floats, v: Floats) -> Whole:
    complete, of = margins()["complete_among_second_responders"]
    row = margins()["second_response"]
    kind = np.where(v < complete / of, COMPLETE, PARTIAL)
    return np.where(u < row["responded"] / row["evaluable"], kind, NO_RESPONSE)
