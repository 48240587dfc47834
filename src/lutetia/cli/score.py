"""`lutetia score`: response, growth, toxicity and quality of life from tables or a course, by the published rules."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lutetia.cli import score_dose
from lutetia.cli.options import day_of
from lutetia.cli.score_output import Format, show

if TYPE_CHECKING:
    from lutetia.cli.score_course_lesions import CourseFile
    from lutetia.exchange.tabular import Table

app = typer.Typer(
    rich_markup_mode=None,
    help="Score response, growth, toxicity and quality of life; every choice made is printed.",
    no_args_is_help=True,
)

Nadir = StrEnum("Nadir", ["reader", "all_readers"])
EquivocalNew = StrEnum("EquivocalNew", ["back_date", "at_confirmation"])
Precision = StrEnum("Precision", ["as_entered", "tenth_mm"])
SmallTargets = StrEnum("SmallTargets", ["refuse", "accept"])
Criteria = StrEnum("Criteria", ["choi", "modified"])
Average = StrEnum("Average", ["mean_of_lesions", "weighted_by_diameter"])
Against = StrEnum("Against", ["baseline", "nadir"])
CutOff = StrEnum("CutOff", ["first_follow_up", "pretreatment"])
BaselineRule = StrEnum("BaselineRule", ["post_baseline_only", "always"])
Unstated = StrEnum("Unstated", ["range", "worst"])
Limits = StrEnum("Limits", ["as_reported", "si", "us"])
Bands = StrEnum("Bands", ["half_open", "as_written"])
Side = StrEnum("Side", ["both", "low", "high"])
Missing = StrEnum("Missing", ["half", "complete"])
Reader = StrEnum("Reader", ["any", "recorded_by"])
UnstatedFinding = StrEnum("UnstatedFinding", ["unknown", "absent"])
Baseline = StrEnum("Baseline", ["none", "line_start"])

TableFile = Annotated[Path, typer.Argument(help="CSV or Parquet table.", metavar="FILE")]
TableOrCourse = Annotated[Path, typer.Argument(help="CSV or Parquet table, or a course.", metavar="FILE")]
Output = Annotated[Format, typer.Option(help="What to print on stdout.")]
AsOf = Annotated[str | None, typer.Option(help="Course: the day it is read on, YYYY-MM-DD. Default: today.")]
Line = Annotated[str | None, typer.Option(help="Course: id of one line of therapy. Default: all with a baseline.")]
By = Annotated[Reader, typer.Option(help="Course: one series of examinations, or one for each author.")]


@app.command("recist")
def recist(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="One row for each lesion at a visit, or a course; or give --tu and --tr.", metavar="[FILE]"
        ),
    ] = None,
    tu: Annotated[Path | None, typer.Option(help="SDTM domain TU: tumours identified.")] = None,
    tr: Annotated[Path | None, typer.Option(help="SDTM domain TR: tumour results.")] = None,
    format: Output = Format.table,
    nadir: Annotated[Nadir, typer.Option(help="Whose earlier sums make the nadir.")] = Nadir.reader,
    reappearance_is_pd: Annotated[
        bool,
        typer.Option("--reappearance-is-pd/--no-reappearance-is-pd", help="Disease seen after an overall CR is PD."),
    ] = True,
    sticky_pr: Annotated[
        bool, typer.Option("--sticky-pr/--no-sticky-pr", help="A partial response continues until progression.")
    ] = False,
    incomplete_sum_updates_nadir: Annotated[
        bool,
        typer.Option(
            "--incomplete-sum-updates-nadir/--no-incomplete-sum-updates-nadir",
            help="A sum without all targets may become the nadir.",
        ),
    ] = False,
    equivocal_new_lesion: Annotated[
        EquivocalNew, typer.Option(help="When an equivocal new lesion counts that is confirmed later.")
    ] = EquivocalNew.back_date,
    precision: Annotated[Precision, typer.Option(help="Diameters as entered or rounded.")] = Precision.as_entered,
    small_targets: Annotated[SmallTargets, typer.Option(help="Targets below 10 mm at baseline.")] = SmallTargets.refuse,
    as_of: AsOf = None,
    line: Line = None,
    reader: By = Reader.any,
) -> None:
    """RECIST 1.1 at every post-baseline visit of every reader.

    FILE has the columns subject, visit, visit_number or date, lesion, role (target, non_target, new), organ,
    diameter_mm, and, where wanted, reader and state (absent, present, too_small, unequivocal_progression …). Of a
    course each line of therapy with a measured baseline is judged, and named in the last column.

    Examples:

      lutetia score recist --tu tu.csv --tr tr.csv --format csv > rs.csv

      lutetia score recist lesions.csv --no-reappearance-is-pd --nadir all_readers

      lutetia score recist examples/courses/VO-12.yaml --as-of 2026-11-20 --line rlt
    """
    from lutetia.cli.score_lesions import recist as of_sdtm
    from lutetia.cli.score_lesions import recist_of_lesions
    from lutetia.errors import Fault, InputError
    from lutetia.exchange.tabular import read_table

    options: dict[str, Any] = {
        "nadir": nadir.value,
        "reappearance_is_pd": reappearance_is_pd,
        "sticky_pr": sticky_pr,
        "incomplete_sum_updates_nadir": incomplete_sum_updates_nadir,
        "equivocal_new_lesion": equivocal_new_lesion.value,
        "precision": precision.value,
        "small_targets": small_targets.value,
    }
    if file is not None and _is_course(file) and tu is None and tr is None:
        from lutetia.cli import score_course_lesions

        show(score_course_lesions.recist(_course_of(file, as_of, line, reader), options), format)
        return
    _only_for_courses(as_of, line, reader)
    if file is not None and tu is None and tr is None:
        show(recist_of_lesions(read_table(file), options), format)
    elif file is None and tu is not None and tr is not None:
        tu_rows, tr_rows = _rows_of(tu, tr)
        show(of_sdtm(tu_rows, tr_rows, options), format)
    else:
        given = [name for name, path in (("FILE", file), ("--tu", tu), ("--tr", tr)) if path is not None]
        must = "either FILE must be given, or --tu together with --tr"
        got = " and ".join(given) or "none of them"
        raise InputError("command line", [Fault(place="score recist", must=must, got=got)])


@app.command("choi")
def choi(
    file: TableOrCourse,
    criteria: Annotated[Criteria, typer.Option(help="Size or attenuation (choi), or both (modified).")],
    attenuation_average: Annotated[Average, typer.Option(help="How the attenuations of targets become one.")],
    progression_against: Annotated[Against, typer.Option(help="What growth is measured from.")],
    format: Output = Format.table,
    as_of: AsOf = None,
    line: Line = None,
    reader: By = Reader.any,
    unstated: Annotated[
        UnstatedFinding, typer.Option(help="Course: findings it has no field for, nodules and worsening by the tumour.")
    ] = UnstatedFinding.unknown,
) -> None:
    """Choi response at every visit after the first, one row of FILE for each target at a visit.

    Columns: subject, date, lesion, diameter_mm (0: gone), attenuation_hu, phase (portal_venous, arterial, late, none,
    mixed); where known visit, reader, new_lesion, nontarget_progression, new_or_growing_nodule,
    symptomatic_worsening (yes, no; empty: not known). A course needs attenuation_hu and the contrast phase.

    Examples:

      lutetia score choi ct.csv --criteria choi --attenuation-average mean_of_lesions --progression-against nadir

      lutetia score choi examples/courses/VO-06.yaml --as-of 2026-11-20 --criteria choi
      --attenuation-average mean_of_lesions --progression-against nadir
    """
    from lutetia.cli import score_lesions
    from lutetia.exchange.tabular import read_table

    options = {
        "criteria": criteria.value,
        "attenuation_average": attenuation_average.value,
        "progression_against": progression_against.value,
    }
    if _is_course(file):
        from lutetia.cli import score_course_lesions

        course = _course_of(file, as_of, line, reader)
        show(score_course_lesions.choi(course, options, unstated.value), format)
        return
    _only_for_courses(as_of, line, reader, unstated)
    show(score_lesions.choi(read_table(file), options), format)


@app.command("growth")
def growth(
    file: TableOrCourse,
    reading_error_pct: Annotated[float | None, typer.Option(help="Standard deviation of one reading, %.")] = None,
    confidence: Annotated[float | None, typer.Option(help="Of the error band, such as 0.95.")] = None,
    cut_off: Annotated[CutOff | None, typer.Option(help="GREPONET cut-off to compare with.")] = None,
    format: Output = Format.table,
    as_of: AsOf = None,
    line: Line = None,
    reader: By = Reader.any,
) -> None:
    """Tumour growth rate in percent per month, one row of FILE for each pair of examinations.

    Columns: before_mm, after_mm, and days or before_date with after_date; where known subject, new_lesions,
    nodes_in_sum. Of a course each sum of a line of therapy is compared with the one before it.

    Examples:

      lutetia score growth sums.csv --reading-error-pct 3 --confidence 0.95 --cut-off first_follow_up

      lutetia score growth examples/courses/VO-13.yaml --as-of 2026-11-20 --line rlt
    """
    from lutetia.cli import score_rows
    from lutetia.exchange.tabular import read_table

    options: dict[str, Any] = {"reading_error_pct": reading_error_pct, "confidence": confidence}
    limit = cut_off.value if cut_off else None
    if _is_course(file):
        from lutetia.cli import score_course_lesions

        show(score_course_lesions.growth(_course_of(file, as_of, line, reader), limit, options), format)
        return
    _only_for_courses(as_of, line, reader)
    show(score_rows.growth(read_table(file), limit, options), format)


@app.command("ctcae")
def ctcae(
    file: TableOrCourse,
    version: Annotated[str | None, typer.Option(help="Version of the criteria, 5.0 or 6.0; must be stated.")] = None,
    format: Output = Format.table,
    baseline: Annotated[
        Baseline,
        typer.Option(help="Course: no baseline, or the newest value before RLT (else the current line) began."),
    ] = Baseline.none,
    baseline_rule: Annotated[
        BaselineRule, typer.Option(help="Whether the baseline itself is graded against itself.")
    ] = BaselineRule.post_baseline_only,
    unstated: Annotated[Unstated, typer.Option(help="What a missing clinical word does.")] = Unstated.range,
    limits: Annotated[Limits, typer.Option(help="In which unit limits are compared.")] = Limits.as_reported,
    integer_bands: Annotated[Bands, typer.Option(help="Bands printed in whole numbers.")] = Bands.half_open,
    side: Annotated[Side, typer.Option(help="Which side of the reference range.")] = Side.both,
    check_plausible: Annotated[
        bool, typer.Option("--check-plausible/--no-check-plausible", help="Refuse values that nobody can have.")
    ] = True,
    as_of: AsOf = None,
) -> None:
    """CTCAE grades of laboratory values, one row of FILE for each; or the laboratory entries of a course.

    Columns: analyte, value, unit; where known subject, date, lln, uln, baseline, baseline_lln, baseline_uln,
    post_baseline, and clinical words such as symptomatic (yes, no; empty: not known).

    Examples:

      lutetia score ctcae laboratory.csv --version 5.0

      lutetia score ctcae examples/courses/VO-01.yaml --version 5.0 --as-of 2026-11-20 --format json

      lutetia score ctcae examples/courses/VO-13.yaml --version 5.0 --baseline line_start --as-of 2026-11-20
    """
    from lutetia.cli import score_courses, score_rows

    options: dict[str, Any] = {
        "baseline_rule": baseline_rule.value,
        "unstated": unstated.value,
        "limits": limits.value,
        "integer_bands": integer_bands.value,
        "side": side.value,
        "check_plausible": check_plausible,
    }
    if _is_course(file):
        table = score_courses.laboratory_table(file, day_of(as_of, "--as-of", quiet=True), baseline.value)
    else:
        table = _table_of(file, as_of, baseline=None if baseline is Baseline.none else baseline.value)
    show(score_rows.ctcae(table, version, options), format)


@app.command("qlq")
def qlq(
    file: TableOrCourse,
    instrument: Annotated[str, typer.Option(help="QLQ-C30 or QLQ-GI.NET21.")] = "QLQ-C30",
    layout: Annotated[str | None, typer.Option(help="Of the QLQ-GI.NET21: its item map is not verified.")] = None,
    missing: Annotated[Missing, typer.Option(help="How many items of a scale must be answered.")] = Missing.half,
    format: Output = Format.table,
    as_of: AsOf = None,
) -> None:
    """EORTC quality-of-life scales, one row of FILE for each form; or the questionnaires of a course.

    Columns: one for each item, named by its number (1, q1 or item_1), empty where blank; subject and date where known.

    Examples:

      lutetia score qlq forms.csv --format csv > scales.csv

      lutetia score qlq examples/courses/VO-01.yaml --as-of 2026-11-20

      lutetia score qlq forms.csv --instrument QLQ-GI.NET21 --layout weight_gain_single
    """
    from lutetia.cli import score_courses, score_rows

    options: dict[str, Any] = {"layout": layout, "missing": missing.value}
    if _is_course(file):
        table = score_courses.questionnaire_table(file, day_of(as_of, "--as-of", quiet=True), instrument, layout)
    else:
        table = _table_of(file, as_of)
    show(score_rows.qlq(table, instrument, options), format)


def _is_course(file: Path) -> bool:
    return file.suffix.lower() in (".yaml", ".yml", ".json")


def _course_of(file: Path, as_of: str | None, line: str | None, reader: Reader) -> CourseFile:
    from lutetia.cli.score_course_lesions import CourseFile

    return CourseFile(path=file, day=day_of(as_of, "--as-of", quiet=True), line=line, reader=reader.value)


def _only_for_courses(
    as_of: str | None, line: str | None, reader: Reader, unstated: UnstatedFinding = UnstatedFinding.unknown
) -> None:
    """Refuse options that speak of a course beside a table."""
    from lutetia.errors import Fault, InputError

    named = {"--as-of": as_of is not None, "--line": line is not None, "--reader": reader is not Reader.any}
    named["--unstated"] = unstated is not UnstatedFinding.unknown
    must = "belongs to a course; a table is scored as a whole"
    faults = [Fault(place=name, must=must, do="Leave it out.") for name, given in named.items() if given]
    if faults:
        raise InputError("command line", faults)


def _table_of(file: Path, as_of: str | None, baseline: str | None = None) -> Table:
    """The table in a file; a day, or a baseline to look for, makes no sense for it."""
    from lutetia.errors import Fault, InputError
    from lutetia.exchange.tabular import read_table

    must = "belongs to a course; a table is scored as a whole"
    given = {"--as-of": as_of, "--baseline": baseline}
    if faults := [Fault(place=name, must=must, do="Leave it out.") for name, said in given.items() if said is not None]:
        raise InputError("command line", faults)
    return read_table(file)


def _rows_of(*files: Path) -> list[list[dict[str, str]]]:
    """The rows of each table; when any is faulty one InputError carries the faults of all."""
    from lutetia.errors import Fault, InputError
    from lutetia.exchange.tabular import read_table

    rows: list[list[dict[str, str]]] = []
    faults: list[Fault] = []
    for file in files:
        try:
            rows.append(read_table(file).rows)
        except InputError as error:
            faults += [_placed(file, fault) for fault in error.faults]
    if faults:
        raise InputError("TU and TR", faults)
    return rows


def _placed(file: Path, fault: Any) -> Any:
    from dataclasses import replace

    line = f", line {fault.line}" if fault.line else ""
    return replace(fault, place=f"{file}{line}: {fault.place}", line=None)


app.command("dose")(score_dose.dose)
