"""The report of a study: what the result of `lutetia dose` hands to the page and the PDF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lutetia.exchange.dose_study.gather import Told
    from lutetia.exchange.dose_study.outcome import DoseOutcome
    from lutetia.reports.cycle_report import CycleReport

OWN_RECORD = "dose.json"


def write_report(outcome: DoseOutcome, folder: Path, *, at: datetime, told: Told) -> tuple[Path, ...]:
    """Writes dose.html and dose.pdf into the folder; the paths."""
    import tempfile

    from lutetia.reports.dose_report import write_cycle_report

    with tempfile.TemporaryDirectory() as place:
        made = write_cycle_report(report_of(outcome, at=at), Path(place), told=told)
        found = []
        for path in made:
            name = "report.json" if path.name == OWN_RECORD else path.name
            found.append(folder / name)
            found[-1].write_bytes(path.read_bytes())
    return tuple(found)


def report_of(outcome: DoseOutcome, *, at: datetime) -> CycleReport:
    """The report's content; `at` gives the day that is printed."""
    from lutetia import __version__
    from lutetia.exchange.dose_study.images_out import dose_of
    from lutetia.exchange.dose_study.planning import PlanRules
    from lutetia.reports.cycle_report import CycleReport

    study, assembled = outcome.study, outcome.assembled
    earlier = study.earlier_cycles
    given_on = study.administration.injected_at.date()
    before = tuple(str(one.administered_on) for one in earlier) if isinstance(earlier, tuple) else ()
    rules = study.plan if isinstance(study.plan, PlanRules) else None
    ct = assembled.ct
    return CycleReport(
        cycle=outcome.cycle,
        version=__version__,
        patient=study.patient,
        made_up=bool(study.made_up),
        number=study.cycle,
        agent=study.radiopharmaceutical or study.nuclide,
        administered_on=given_on,
        as_of=at.date(),
        ledger=outcome.ledger,
        earlier=before,
        plan=outcome.plan,
        plan_request=rules.request() if rules is not None and outcome.plan is not None else None,
        ct=None if ct is None else ct.volume,
        dose=dose_of(outcome),
        regions=assembled.series.regions,
        marrow_method=", ".join(r.marrow.method for r in study.regions if r.marrow is not None),
        missing=outcome.missing,
        why_not=_why_not(outcome),
        conventions=outcome.conventions,
        alarms=outcome.alarms,
        inputs=tuple((one.name, one.sha256) for one in assembled.inputs),
    )


def _why_not(outcome: DoseOutcome) -> dict[str, str]:
    """Why a part of the report is absent."""
    said: dict[str, str] = {}
    if outcome.ledger is None:
        said["ledger"] = outcome.why_not.get("ledger", "not known")
    if outcome.plan is None:
        said["plan"] = outcome.why_not.get("plan", "not known")
    if outcome.assembled.ct is None:
        said["ct"] = "the reference scan has no CT"
    if outcome.cycle.dose_map is None:
        said["dose"] = "no map was asked for"
    return said
