"""Acceptance of the trials, figure by figure, as the Markdown page that docs/validation keeps.

    python scripts/validate_trial.py [--date 2026-11-21] [--write docs/validation]

Everything is computed anew from the package and compared with published numbers, with other programs (figures in the
tables below, sources at the end of the page) or with a known truth. With --write the page goes into that folder as
<date>-trial.md, else to the screen. Exit code 1 when a figure is outside its tolerance. Takes about two minutes.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import exp, log, sqrt
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np

from lutetia.errors import InputError
from lutetia.proportion import difference, interval
from lutetia.survival import FollowUp, log_rank
from lutetia.trial import (
    Accrual,
    AllocationBook,
    ConstantBounds,
    DropOut,
    FlowBox,
    Graph,
    Hazard,
    ParticipantFlow,
    Spending,
    arm_bounds_in_all,
    events_needed,
    fixed_sequence,
    graph_test,
    group_sequential,
    make_list,
    plan_of,
    predictability,
    seal,
    simulated_power,
    verify_list,
)
from lutetia.trial.model_tables import DAYS_PER_MONTH
from lutetia.trial.netter2 import netter2_model, netter2_printed
from lutetia.trial.rank_preserving import CrossoverData, rank_preserving, untreated_times, z_of
from lutetia.trial.simulate import simulate

HEAD = """# {day}: trials

The acceptance of the trials, every figure: ours beside the reference. Made by `python scripts/validate_trial.py`, which
computes all of it anew. {machine}.

*Within* is the tolerance it is judged by, as the acceptance demands it; tolerances marked ¹ were chosen by us.
**{verdict}**.

| point | what | ours | reference | within | holds |
|---|---|---|---|---|---|"""
TAIL = """
Points are those of the acceptance. Point 1: rpact 3.3.4 and gsDesign 3.11 (events, months), rpact simulations of
40,000 and 100,000 trials (power, type I error). Point 2: the printed results of NETTER-2 (Singh et al. 2024, Lancet
403: 2807) and R; the score interval without N/(N−1), 22.80 to 43.01 in statsmodels, is left out:
docs/statistics/proportions.md says why it is not the score interval. Point 3: the design that the paper prints;
bounds worked by hand. Point 4: rpact 3.3.4; the graph of Bretz et al. by hand. Point 5: made-up trials of 300
patients in which half of the control arm switches at a moment of its own and treatment slows time by e^0.5; censoring
at 1 to 3 mean lifetimes. The plain implementation goes patient by patient and tests with the log-rank test of the
survival room. R: `scripts/reference/trial.R`. Point 6: the paper's flow. Point 7: processor seconds of this machine,
beside the limit. Replay: means of 200 simulated trials; the assumptions were fitted to these very figures
(`scripts/fit_netter2.py`), so this shows that such a trial can be simulated, not that the assumptions are true.

Not covered: no other program for RPSFT was at hand (rpsftm's published ψ is of data that are not here); two-stage
estimation and IPCW are checked against data of known truth in the tests only; nobody outside the team has checked this
page."""

START = datetime(2020, 1, 22, tzinfo=UTC)


class Line(NamedTuple):
    """One figure: where it belongs, what it is, ours, the reference, how far apart they may lie (None: not judged)."""

    point: str
    what: str
    ours: float | str
    reference: float | str
    within: float | tuple[float, float] | None = 0.0
    mark: str = ""

    @property
    def holds(self) -> bool:
        """Whether ours lies within the tolerance of the reference, or in the range."""
        if isinstance(self.ours, str) or isinstance(self.reference, str):
            if isinstance(self.within, tuple):
                return self.within[0] <= float(self.ours) <= self.within[1]
            return self.ours == self.reference
        if isinstance(self.within, tuple):
            return self.within[0] <= self.ours <= self.within[1]
        return self.within is None or abs(self.ours - self.reference) <= self.within * (1 + 1e-12)

    def markdown(self) -> str:
        """The row of the table."""
        if self.within is None:
            within, holds = "–", "–"
        else:
            ranged = isinstance(self.within, tuple)
            within = f"{self.within[0]:g} to {self.within[1]:g}" if ranged else f"± {self.within:g}"  # type: ignore[index]
            within = "equal" if within == "± 0" else within
            holds = "yes" if self.holds else "**no**"
        cells = (self.point, self.what, _words(self.ours), _words(self.reference), within + self.mark, holds)
        return f"| {' | '.join(cells)} |"


def _words(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.7g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.2e}"


def netter2_plan(drop_out: DropOut):
    """The design of NETTER-2: control median 15 months, hazard ratio 0.5, 10 patients a month for 22.2 months, 2:1."""
    accrual = Accrual.uniform(per_month=10, months=22.2)
    return plan_of(control_median_months=15, hazard_ratio=0.5, accrual=accrual, allocation=(2, 1), drop_out=drop_out)


def design() -> Iterator[Line]:
    """Point 1: events, months, true power and type I error."""
    at_33 = netter2_plan(DropOut.net(0.15, by_months=33))
    for method, events, within in (
        ("schoenfeld", 98.4142, 0.001),
        ("lachin-foulkes", 92.862, 0.01),
        ("freedman", 84.0594, 0.001),
        ("hsieh-freedman", 106.3877, 0.001),
        ("bernstein-lagakos", 78.249, 0.01),
    ):
        ours = events_needed(hazard_ratio=0.5, allocation=(2, 1), power=0.9, alpha=0.025, method=method, plan=at_33)
        yield Line("1, A1", f"events, {method}", ours, events, within)
    for words, drop_out, months in (
        ("15 % net by the analysis", DropOut.net(0.15), 33.077),
        ("15 % of patients, competing", DropOut.of_patients(0.15), 34.866),
    ):
        yield Line("1, A2", f"months to 99 events, {words}", netter2_plan(drop_out).when(99).months, months, 0.01)
    found = simulated_power(netter2_plan(DropOut.net(0.15)), events=99, runs=80_000, seed=2026)
    yield Line("1, A3", "power at 99 events, 80,000 trials", float(found.power.estimate or 0), 0.921, 0.008)
    error = float(found.type_one_error.estimate or 0)
    yield Line("1, A3", "one-sided type I error at 99 events, 80,000 trials", error, 0.0273, 0.0025)


def intervals() -> Iterator[Line]:
    """Point 2: exact intervals, difference methods, the interval of the hazard ratio."""
    for words, x, n, low, high in (
        ("ORR 65/151", 65, 151, 35.026, 51.346),
        ("ORR 7/75", 7, 75, 3.835, 18.289),
        ("DCR 137/151", 137, 151, 84.933, 94.838),
        ("DCR 50/75", 50, 75, 54.835, 77.137),
    ):
        found = interval(x, n)
        yield Line("2, A4", f"{words}, exact, lower limit, %", 100 * float(found.lower or 0), low, 0.001)
        yield Line("2, A4", f"{words}, exact, upper limit, %", 100 * float(found.upper or 0), high, 0.001)
    printed = []
    for method, low, high in (
        ("wald", 23.431, 43.995),
        ("newcombe", 22.14, 42.99),
        ("miettinen-nurminen", 22.47, 43.41),
        ("agresti-caffo", 22.35, 43.14),
        ("wald-cc", 22.43, 44.99),
    ):
        found = difference(65, 151, 7, 75, method=method)
        lower, upper = 100 * float(found.lower or 0), 100 * float(found.upper or 0)
        yield Line("2, A5", f"difference of ORR, {method}, lower limit, points", lower, low, 0.01)
        yield Line("2, A5", f"difference of ORR, {method}, upper limit, points", upper, high, 0.01)
        printed += [method] if (round(lower, 1), round(upper, 1)) == (23.4, 44.0) else []
    yield Line("2, A5", "methods that round to the printed 23.4 to 44.0", ", ".join(printed), "wald")
    error = 1 / sqrt(101 * 2 / 9)
    yield Line("2, A6", "HR 0.276, 101 events 2:1, lower limit", exp(log(0.276) - 1.959964 * error), 0.1825, 0.0005)
    yield Line("2, A6", "HR 0.276, 101 events 2:1, upper limit", exp(log(0.276) + 1.959964 * error), 0.4174, 0.0005)
    z = log(0.276) / (log(0.418 / 0.182) / (2 * 1.959964))
    yield Line("2, A6", "z of the printed interval", z, -6.07, 0.01)


def randomisation() -> Iterator[Line]:
    """Point 3: the list, its blocks, replayed patients, tampering."""
    ask = {
        "arms": ("Lu", "control"),
        "ratio": (2, 1),
        "factors": {"grade": ("G2", "G3"), "origin": ("pancreas", "other")},
        "records_per_stratum": 240,
    }
    made = make_list(**ask, seed=2020)  # type: ignore[arg-type]
    blocks = [block for stratum in made.strata for block in made.blocks(stratum)]
    first = sum(block.count(0) for block in blocks)
    yield Line("3, A7", "records", float(sum(map(len, blocks))), 960.0)
    yield Line("3, A7", "records of the first arm", float(first), 640.0)
    yield Line("3, A7", "blocks that are not 4:2", float(sum(b.count(0) != 4 or len(b) != 6 for b in blocks)), 0.0)
    yield Line("3, A7", "block orders that occur", float(len(set(blocks))), 15.0)
    same, other = make_list(**ask, seed=2020), make_list(**ask, seed=2021)  # type: ignore[arg-type]
    alike = [all((a == b).all() for a, b in zip(made.codes, one.codes, strict=True)) for one in (same, other)]
    yield Line("3, A7", "same list from the same seed, from another seed", f"{alike[0]}, {alike[1]}", "True, False")
    low, high = arm_bounds_in_all((4, 2), patients=226, strata=4)
    yield Line("3, A7", "226 patients in 4 strata: least of the first arm", float(low), 146.0)
    yield Line("3, A7", "226 patients in 4 strata: most of the first arm", float(high), 156.0)
    least, most = _replayed(ask, 100)
    yield Line("3, A7", "least of 100 replayed allocations", float(least), 146.0, (146, 156))
    yield Line("3, A7", "most of 100 replayed allocations", float(most), 156.0, (146, 156))
    open_to = predictability((4, 2))
    yield Line("3", "assignments of six that are certain", open_to.certain, 1.73, 0.005, " ¹")
    yield Line("3", "share that the best guesser hits", open_to.guessed_fraction, 0.744, 0.0005, " ¹")
    public = seal(made)
    codes = [part.copy() for part in made.codes]
    codes[2][16] ^= 1
    found = verify_list(replace(made, codes=tuple(codes)), public)
    place = "; ".join(f"{one.stratum}, record {one.number}" for one in found)
    yield Line("3", "record 17 of the third stratum turned: named", place, f"{made.strata[2]}, record 17")
    yield Line("3", "faults of the untouched list", float(len(verify_list(made, public))), 0.0)


def _replayed(ask: dict, lists: int) -> tuple[int, int]:
    """Least and most patients of the first arm when 226 patients with the trial's margins are allocated."""
    draws = np.random.default_rng(7)
    counts = []
    for seed in range(lists):
        book = AllocationBook(made=make_list(**ask, seed=seed))
        for number in range(226):
            levels = {"grade": "G2" if draws.random() < 0.65 else "G3"}
            levels["origin"] = "pancreas" if draws.random() < 0.544 else "other"
            book, _ = book.allocate(subject=str(number), levels=levels, at=START + timedelta(days=number))
        counts.append(sum(one.arm == "Lu" for one in book.allocations))
    return min(counts), max(counts)


def sequences() -> Iterator[Line]:
    """Point 4: bounds, graph, hierarchy."""
    two, three = (2 / 3, 1), (0.5, 0.75, 1)
    for words, fractions, efficacy, bounds in (
        ("O'Brien-Fleming-like spending", two, Spending.obrien_fleming(), (2.509309, 1.992884)),
        ("Pocock-like spending", two, Spending.pocock(), (2.073034, 2.245882)),
        ("O'Brien-Fleming", two, ConstantBounds(), (2.4529, 2.002785)),
        ("O'Brien-Fleming-like spending", three, Spending.obrien_fleming(), (2.962588, 2.359018, 2.014084)),
    ):
        found = group_sequential(fractions, efficacy=efficacy)
        for fraction, ours, bound in zip(fractions, found.value, bounds, strict=True):
            yield Line("4", f"{words}, {len(fractions)} looks, z at {fraction:.3g}", ours, bound, 1e-4)
    for words, efficacy, inflation in (
        ("O'Brien-Fleming-like", Spending.obrien_fleming(), 1.011757),
        ("Pocock-like", Spending.pocock(), 1.112792),
    ):
        ours = float(group_sequential(two, efficacy=efficacy).inflation)
        yield Line("4", f"{words}, inflation of the sample", ours, inflation, 1e-4)
    graph = Graph(
        weights={"H1": 0.5, "H2": 0.5, "H3": 0.0, "H4": 0.0},
        transitions={"H1": {"H3": 1.0}, "H2": {"H4": 1.0}, "H3": {"H2": 1.0}, "H4": {"H1": 1.0}},
    )
    p = {"H1": 0.018, "H2": 0.010, "H3": 0.105, "H4": 0.006}
    adjusted = graph_test(p, graph).adjusted_p
    for name, expected in zip(p, (0.02, 0.02, 0.105, 0.02), strict=True):
        yield Line("4, A15", f"graph of Bretz, adjusted p of {name}", adjusted[name], expected, 1e-12)
    order = ("PFS", "ORR", "global health status", "diarrhoea", "fatigue", "pain")
    stopped = fixed_sequence(
        dict(zip(order, (6e-10, 1.6e-7, 0.3, 0.001, 0.001, 0.001), strict=True)), alpha=0.025, sides=1
    )
    yield Line("4, A15", "hierarchy stops at", str(stopped.stopped_at), "global health status")


def with_crossover(seed: int, psi: float = -0.5, n: int = 300) -> CrossoverData:
    """A made-up trial: treatment slows time by e^−ψ, half of the controls switch at a moment of their own."""
    draws = np.random.default_rng(seed)
    arm = np.repeat([1, 0], [n // 2, n - n // 2])
    untreated = draws.exponential(1.0, n)
    switches = (draws.random(n) < 0.5) & (arm == 0)
    moment = np.where(arm == 1, 0.0, np.where(switches, draws.exponential(0.5, n), np.inf))
    late = np.maximum(untreated - moment, 0) * np.exp(-psi)
    life = np.where(untreated <= moment, untreated, moment + late)
    censor = draws.uniform(1.0, 3.0, n)
    time = np.minimum(life, censor)
    on = np.maximum(time - moment, 0.0)
    return CrossoverData.of(time=time, event=life <= censor, arm=arm, on_treatment=on, censor_time=censor)


def crossover() -> Iterator[Line]:
    """Point 5: RPSFT covers the truth; its statistic is that of a plain implementation and of R."""
    for recensoring in ("all", "arms with switching"):
        found = [rank_preserving(with_crossover(10_000 + s), recensoring=recensoring).psi for s in range(1000)]  # type: ignore[arg-type]
        held = sum(p.lower is not None and p.upper is not None and p.lower <= -0.5 <= p.upper for p in found)
        words = f"95 % intervals of 1,000 trials that hold ψ, recensored: {recensoring}"
        yield Line("5", words, held / 1000, 0.95, (0.93, 0.97))
        mean = float(np.mean([p.estimate for p in found if p.estimate is not None]))
        yield Line("5", f"mean ψ of these trials, recensored: {recensoring}", mean, -0.5, 0.02, " ¹")
    worst = max(
        abs(z_of(data, psi, "all") - _plain_z(data, psi))
        for data in (with_crossover(seed) for seed in range(5))
        for psi in (-1.0, -0.3, 0.0, 0.4)
    )
    yield Line("5", "largest difference of z to the plain implementation, 5 trials, 4 ψ", worst, 0.0, 1e-6)
    yield from _beside_r()


def _plain_z(data: CrossoverData, psi: float) -> float:
    time, event = [], []
    for t, d, on, c in zip(data.time, data.event, data.on_treatment, data.censor_time, strict=True):
        own, limit = (t - on) + np.exp(psi) * on, min(c, c * np.exp(psi))
        time.append(min(own, limit))
        event.append(int(d) if own <= limit * (1 + 1e-12) else 0)
    return float(log_rank(FollowUp(stop=time, event=event), data.arm).z or 0.0)


def _beside_r() -> Iterator[Line]:
    """The RPSFT statistic as R's survdiff finds it, where the shared data sets are there."""
    root = Path(__file__).resolve().parent.parent
    shared = root.parent / "shared" / "data" / "survival" / "veteran.csv"
    if not shared.is_file():
        return
    with (root / "tests" / "trial" / "reference" / "survival_r.csv").open(newline="", encoding="utf-8") as file:
        said = {row["quantity"]: float(row["value"]) for row in csv.DictReader(file) if row["case"] == "rpsft veteran"}
    with shared.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    time, status, arm = (np.array([float(row[c]) for row in rows]) for c in ("time", "status", "trt"))
    number = np.arange(1, time.size + 1)
    on = np.where(arm == 2, time, np.where(number % 3 == 0, time / 2, 0.0))
    data = CrossoverData.of(
        time=time, event=status, arm=arm == 2, on_treatment=on, censor_time=1000.0 + number,
        stratum=[row["celltype"] for row in rows],
    )  # fmt: skip
    for psi in (-0.5, -0.2, 0.3):
        yield Line("5", f"stratified z at ψ = {psi:g}, R", z_of(data, psi, "all"), said[f"z at {psi:g}"], 1e-6)
    strict, loose = untreated_times(data, 0.3, "all")[1].sum(), data.event.sum()
    yield Line("5", "events that recensoring leaves at ψ = 0.3, of all", f"{strict} of {loose}", "", None)


def flow() -> Iterator[Line]:
    """Point 6: the printed flow closes; one wrong number does not."""

    def made(treated: int) -> ParticipantFlow:
        lu_reasons = {"surgery": 1, "randomisation mistake": 1, "consent withdrawn": 1, "adverse event": 1}
        lu = FlowBox(
            name="Lu", n=151, left=lu_reasons,
            then=(FlowBox(name="Lu treated", n=treated, left={"stopped": 69}, then=(FlowBox(name="Lu on", n=78),)),),
        )  # fmt: skip
        rest = FlowBox(name="control treated", n=73, left={"stopped": 58}, then=(FlowBox(name="control on", n=15),))
        control = FlowBox(name="control", n=75, left={"surgery": 1, "consent withdrawn": 1}, then=(rest,))
        randomised = FlowBox(name="randomised", n=226, then=(lu, control))
        return ParticipantFlow(first=FlowBox(name="screened", n=261, left={"excluded": 35}, then=(randomised,)))

    yield Line("6, A15", "printed flow, 261 to 78 and 15", _said(lambda: made(147)), "closes")
    yield Line("6, A15", "148 treated instead of 147: box named", _said(lambda: made(148)), "box Lu treated")


def _said(make: Callable[[], object]) -> str:
    try:
        make()
    except InputError as error:
        return "; ".join(dict.fromkeys(fault.place.split(",")[0] for fault in error.faults))
    return "closes"


def replay() -> Iterator[Line]:
    """NETTER-2 replayed: means of 200 simulated trials."""
    trials, printed = simulate(netter2_model(), 200, seed=2807), netter2_printed()
    for arm in ("control", "experimental"):
        months = float(trials.mean(f"median_days_{arm}").estimate or 0) / DAYS_PER_MONTH
        value = printed[f"median_months_{arm}"]
        yield Line("replay", f"median PFS, {arm}, months", months, value, round(0.05 * value, 4))
    ratio = float(trials.hazard_ratio().estimate or 0)
    yield Line("replay", "stratified hazard ratio", ratio, printed["hazard_ratio"], (0.25, 0.30))
    events = sum(float(trials.mean(f"events_{arm}").estimate or 0) for arm in ("control", "experimental"))
    yield Line("replay", "events", events, 101.0, 2.0, " ¹")
    for name, value in printed.items():
        if name.startswith(("events", "on_treatment", "responses", "crossed", "response_unknown")):
            ours = float(trials.mean(name).estimate or 0)
            yield Line("replay", name.replace("_", " "), ours, value, max(3.0, round(0.05 * value, 2)), " ¹")


def bench() -> Iterator[Line]:
    """Point 7: seconds of the processor."""
    simulate(netter2_model(), 2, seed=1)
    begun = process_time()
    simulate(netter2_model(), 10_000, seed=1)
    yield Line("7", "10,000 simulated NETTER-2 trials, processor seconds", process_time() - begun, 40.0, (0, 40))
    factors = {"site": [str(site) for site in range(25)], "grade": ["G1", "G2", "G3", "NEC"]}
    ask = {"factors": factors, "records_per_stratum": 10_000, "block_lengths": (4,)}
    begun = process_time()
    make_list(arms=("A", "B"), ratio=(1, 1), seed=2**120 + 5, **ask)  # type: ignore[arg-type]
    yield Line("7", "list of 100 strata × 10,000 records, processor seconds", process_time() - begun, 1.0, (0, 1))


def bad_input() -> Iterator[Line]:
    """Point 8: named errors."""
    plan = netter2_plan(DropOut.none())
    made = make_list(arms=("A", "B"), ratio=(1, 1), factors={"site": ("x",)}, records_per_stratum=4, seed=1)
    book = AllocationBook(made=made)
    common = {"hazard_ratio": 0.5, "method": "schoenfeld"}
    model = netter2_model()
    for words, make, place in (
        ("allocation 0:1, design", lambda: events_needed(**common, allocation=(0, 1)), "allocation"),
        ("allocation 0:1, simulation", lambda: replace(model, allocation=(0, 1)), "allocation"),
        ("power below alpha", lambda: events_needed(**common, power=0.02, alpha=0.025), "power"),
        ("stratum never seen", lambda: book.allocate(subject="1", levels={"site": "y"}, at=START), "site"),
        ("negative accrual", lambda: Accrual.uniform(per_month=-1, months=10), "per_month"),
        ("events above patients, design", lambda: plan.when(1000), "events"),
        ("events above patients, simulation",
         lambda: replace(model, analysis_months=None, analysis_events=227), "analysis_events"),
        ("negative hazard", lambda: Hazard(rates_per_month=(-1.0,)), "rates_per_month"),
    ):  # fmt: skip
        said = _said(make)
        yield Line("8", f"{words}: place named", place if place in said else said, place)


def page(day: str) -> tuple[str, bool]:
    """The page, and whether every figure is within its tolerance."""
    points = (design, intervals, randomisation, sequences, crossover, flow, bench, bad_input, replay)
    lines = [line for point in points for line in point()]
    judged = [line for line in lines if line.within is not None]
    held = sum(line.holds for line in judged)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
    head = HEAD.format(day=day, machine=machine, verdict=f"{held} of {len(judged)} figures hold")
    return "\n".join([head, *(line.markdown() for line in lines), TAIL, ""]), held == len(judged)


def main() -> int:
    """Print or write the page; exit code 1 when a figure does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", default=date.today().isoformat())
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    text, fine = page(options.date)
    if options.write:
        (options.write / f"{options.date}-trial.md").write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
