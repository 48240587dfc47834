"""Draw docs/images/board-sheet.png, the board sheet that the README shows, from the made-up course VO-04."""

from __future__ import annotations

from pathlib import Path

from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.exchange.examples import BOARD_DAY, FOLDER
from lutetia.guideline.assessment import assess
from lutetia.guideline.derive import facts_on
from lutetia.guideline.edition import load_knowledge
from lutetia.reports.board_pdf import png
from lutetia.reports.board_sheet import sheet_of

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "board-sheet.png"


def main() -> None:
    """Draw the picture and say where it is."""
    timeline = Timeline(read_course(FOLDER / "VO-04.yaml"), BOARD_DAY)
    assessment = assess(facts_on(timeline), load_knowledge(), as_of=BOARD_DAY)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(png(sheet_of(assessment, timeline), pixels_per_inch=110))
    print(PICTURE.relative_to(Path.cwd()) if PICTURE.is_relative_to(Path.cwd()) else PICTURE)


if __name__ == "__main__":
    main()
