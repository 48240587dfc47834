"""The example patients that come with Lutetia; all are made up and say so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lutetia.errors import DataFileError

BOARD_DAY = date(2026, 11, 20)
"""The day of the example board: the example courses are written for it."""

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "courses"


def course_files() -> list[Path]:
    """The example courses in order. DataFileError when the folder did not come with this installation."""
    files = sorted(FOLDER.glob("*.yaml"))
    if not files:
        raise DataFileError(
            "The example courses must stand in examples/courses of the repository, but none was found.\n"
            "    Run the demo from a clone of the repository."
        )
    return files
