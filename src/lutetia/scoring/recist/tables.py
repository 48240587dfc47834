"""SDTM tables TU and TR → the courses of every reader of every patient; all faults of both tables at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.recist.assembly import Assembly
from lutetia.scoring.recist.columns import Columns, Table
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.days import refuse_choices
from lutetia.scoring.recist.identification import CourseKey, Identified, identify
from lutetia.scoring.recist.results import Results, Visits
from lutetia.scoring.recist.rules import Precision
from lutetia.scoring.recist.targets import Finding

if TYPE_CHECKING:
    from lutetia.scoring.recist.ordinary import SeenVisits

SmallTargets = Literal["refuse", "accept"]
Markers = Mapping[tuple[str, str], bool]


class Tables:
    """TU and TR while they are read, patient after patient.

    Take `ordinary` (if wanted) and the other courses from `patients`, then ask `refuse_faults`; `left_out` and
    `cautions` are complete after that.
    """

    def __init__(
        self,
        tu: Table,
        tr: Table,
        *,
        precision: Precision = "as_entered",
        small_targets: SmallTargets = "refuse",
        baseline_visits: Collection[str] | None = None,
        markers: Markers | None = None,
    ) -> None:
        """Raises InputError when a table lacks a column.

        `baseline_visits`: labels (VISIT) of the visits that make up the baseline; None: for each reader and patient
        the first visit at which a target or non-target was identified. `small_targets="accept"` takes targets below
        10 mm, which RECIST 1.1 does not know and which else are refused as centimetres written for millimetres.
        `markers`: (patient, VISIT) → whether the tumour marker was normal; one above normal at baseline joins the
        non-target disease.
        """
        self._tu, self._tr = Columns(tu, "TU"), Columns(tr, "TR")
        _refuse_missing_columns(self._tu, self._tr)
        self._faults: list[Fault] = []
        self._left_out: Counter[str] = Counter()
        refuse_choices("RECIST 1.1 tables TU and TR", ("small_targets", get_args(SmallTargets), small_targets))
        self._by_number = "VISITNUM" in self._tu and "VISITNUM" in self._tr
        self._precision: Precision = precision
        self._assembly = Assembly(
            baseline_visits=baseline_visits,
            accept_small=small_targets == "accept",
            markers=dict(markers or {}),
            faults=self._faults,
            left_out=self._left_out,
        )
        self._found = identify(self._tu, self._by_number, self._faults, self._left_out)
        self._baseline_given = baseline_visits is not None or markers is not None
        self.rows = {table.name: table.rows for table in (self._tu, self._tr)}
        self.conventions = _conventions(self._by_number, small_targets, baseline_visits, markers)

    @property
    def courses(self) -> int:
        """The number of courses that are still to be read: one for each reader of each patient."""
        return len(self._found)

    def ordinary(self) -> SeenVisits | None:
        """The courses that need no closer look, as arrays; `patients` then leaves them out. None without any.

        For each reader by himself: not where nadirs are pooled over the readers of a patient.
        """
        if not self._by_number or self._baseline_given or self._faults or not self._tr.rows:
            return None
        from lutetia.scoring.recist.ordinary import ordinary_courses  # needs numpy, which courses made otherwise do not

        made = ordinary_courses(self._tr, self._found, self._precision)
        if made is None:
            return None
        self._left_out += made.left_out
        self._tr = self._tr.at(made.rest)
        for key in made.seen.keys:
            del self._found[key]
        return made.seen

    def patients(self) -> Iterator[tuple[ReaderCourse, ...]]:
        """The courses of all readers of one patient, patient after patient, in the order of TR.

        TR is read in parts where it can be: what a part needs is given back before the next one. Courses of tables
        with faults must not be used.
        """
        found = self._found
        results = Results(
            self._tr,
            found,
            by_number=self._by_number,
            precision=self._precision,
            faults=self._faults,
            left_out=self._left_out,
        )
        readers: dict[str, list[CourseKey]] = {}
        for key in sorted(found, key=lambda key: (key[0], key[1] or "")):
            readers.setdefault(key[0], []).append(key)
        for part in self._tr.parts("USUBJID", _PART_ROWS):
            read = results.read(part)
            for subject in dict.fromkeys(subject for subject, _ in read):
                yield self._courses(readers.pop(subject, []), found, read)
        for keys in readers.values():
            yield self._courses(keys, found, {})

    def refuse_faults(self) -> None:
        """Raises InputError with every fault of both tables, each with its row."""
        self._assembly.refuse_unused_markers()
        if self._faults:
            raise InputError("RECIST 1.1 tables TU and TR", self._faults)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Rows that no course rests on, by reason."""
        return tuple(LeftOut(count=count, why=why) for why, count in sorted(self._left_out.items()))

    @property
    def cautions(self) -> tuple[Finding, ...]:
        """Choices of targets that break a rule of RECIST 1.1, by patient and reader."""
        return tuple(sorted(self._assembly.cautions, key=lambda finding: finding.where))

    def _courses(
        self, keys: Sequence[CourseKey], found: Mapping[CourseKey, Identified], read: Visits
    ) -> tuple[ReaderCourse, ...]:
        return tuple(self._assembly.course(key, found[key], read.get(key, {})) for key in keys)


_PART_ROWS = 1000


def _refuse_missing_columns(tu: Columns, tr: Columns) -> None:
    visit = ["VISITNUM"] if "VISITNUM" in tu and "VISITNUM" in tr else ["VISIT"]
    faults = [
        *tu.require(["USUBJID"], ["TULNKID"], ["TULOC"], ["TUSTRESC", "TUORRES"], visit),
        *tr.require(["USUBJID"], ["TRLNKID"], ["TRTESTCD"], ["TRSTRESN", "TRSTRESC", "TRORRES"], visit),
        *tr.require(["TRSTRESU", "TRORRESU"], *([["TRDTC"]] if visit == ["VISIT"] else [])),
    ]
    if faults:
        raise InputError("RECIST 1.1 tables TU and TR", faults)


def _conventions(
    by_number: bool, small_targets: str, baseline_visits: Collection[str] | None, markers: Markers | None
) -> tuple[str, ...]:
    order = "VISITNUM" if by_number else "the first day of each visit (TRDTC)"
    baseline = (
        "the first visit of the reader with an identified target or non-target"
        if baseline_visits is None
        else f"the visits {', '.join(baseline_visits)}"
    )
    marker = "not given, not part of the non-target response" if markers is None else "given per visit, normal or not"
    return (
        f"visits in the order of {order}",
        f"baseline: {baseline}",
        f"small_targets={small_targets}: whether a target may lie below 10 mm at the baseline",
        f"tumour markers: {marker}",
        "reader: TREVALID, else TREVAL; rows with neither are one reader's",
    )
