"""Made-up courses as SDTM tables, and the shared worked courses where they are at hand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lutetia.scoring import recist

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "recist"
Rows = list[dict[str, Any]]


def made_up(
    lesions: Mapping[str, tuple[str, str]],
    visits: Sequence[Mapping[str, Any]],
    *,
    subject: str = "MU-1",
    reader: str = "READER 1",
    days: Sequence[str] | None = None,
    new_at: Mapping[str, int] | None = None,
) -> tuple[Rows, Rows]:
    """TU and TR of one reader of one made-up patient.

    `lesions`: name → (organ, role); `visits`: name → diameter in mm (short axis of a node), or a state in words;
    a lesion left out was not read. Visit 1 is the baseline. `new_at`: visit number of a NEW lesion.
    """
    days = days or [f"2024-{1 + at // 2:02d}-{1 + 15 * (at % 2):02d}" for at in range(len(visits))]
    who = {"USUBJID": subject, "TUEVAL": "INDEPENDENT ASSESSOR", "TUEVALID": reader}
    tu, tr = [], []
    for name, (organ, role) in lesions.items():
        number = (new_at or {}).get(name, 1)
        row = {**who, "TULNKID": name, "TUTESTCD": "TUMIDENT", "TUSTRESC": role, "TULOC": organ}
        tu.append(row | {"VISITNUM": number, "VISIT": f"VISIT {number}"})
    for number, (seen, day) in enumerate(zip(visits, days, strict=True), start=1):
        for name, value in seen.items():
            tr.append(result_row(name, value, lesions, subject, reader, number, day))
    return tu, tr


def result_row(
    name: str, value: Any, lesions: Mapping[str, tuple[str, str]], subject: str, reader: str, number: int, day: str
) -> dict[str, Any]:
    organ = lesions.get(name, lesions.get(name.split("/")[0].split(".")[0], ("LIVER", "TARGET")))[0]
    is_state = isinstance(value, str) and not value[:1].isdigit() and value[:1] != "-"
    test = "TUMSTATE" if is_state else "LPERP" if organ == "LYMPH NODE" else "LDIAM"
    unit = "" if is_state else "mm"
    return {
        "USUBJID": subject,
        "TRLNKID": name,
        "TRTESTCD": test,
        "TREVAL": "INDEPENDENT ASSESSOR",
        "TREVALID": reader,
        "TRORRES": value,
        "TRORRESU": unit,
        "TRSTRESC": str(value),
        "TRSTRESN": "" if is_state else value,
        "TRSTRESU": unit,
        "VISITNUM": number,
        "VISIT": f"VISIT {number}",
        "TRDTC": day,
        "TRACPTFL": "",
    }


def of_overall(responses: Sequence[str], days: Sequence[str], *, target: bool = True) -> list[Any]:
    """Visits of one course with given overall responses and days."""
    visits = []
    for number, (overall, day) in enumerate(zip(responses, days, strict=True), start=1):
        visits.append(
            recist.VisitResponse(
                subject="MU-1",
                reader="READER 1",
                visit=f"VISIT {number}",
                number=float(number),
                dates=(recist_date(day),),
                target=overall if target else None,
                nontarget=None,
                new_lesion=False,
                overall=overall,
                baseline_um=100_000,
                nadir_um=100_000,
                sum_um=100_000,
                measured_um=100_000,
                target_rule="RECIST-TL-SD",
                nontarget_rule="RECIST-NT-NONE",
                equivocal_new_lesion=False,
                new_lesion_seen=(),
                accepted=None,
                conventions=(),
            )
        )
    return visits


def recist_date(day: str) -> Any:
    from lutetia.dates import PartialDate

    return PartialDate.parse(day)


@pytest.fixture(scope="session")
def tables() -> Callable[..., tuple[Rows, Rows]]:
    return made_up


@pytest.fixture(scope="session")
def overalls() -> Callable[..., list[Any]]:
    return of_overall


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Rows]:
    """Name → rows of a shared worked table; skips where the folder is absent."""

    def read(name: str) -> Rows:
        path = SHARED / f"{name}.csv"
        if not path.is_file():
            pytest.skip(f"the shared worked courses are not at hand (../shared/data/recist/{name}.csv)")
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    return read
