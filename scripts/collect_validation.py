"""Write docs/validation.md: every dated page of docs/validation, what it checked, how many rows, what makes it.

python scripts/collect_validation.py            print it
python scripts/collect_validation.py --write    write docs/validation.md
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "validation"
TARGET = ROOT / "docs" / "validation.md"
HEAD = """# Validation

What has been checked against published numbers, independent routes or the truth of made-up patients. Each page is the
dated output of a committed script, which computes every figure anew; the short forms of the same checks run in
`./lutetia test`, the long ones in `./lutetia test --long`. No measurement on patients stands behind any figure. This
page is made by `python scripts/collect_validation.py --write`.

| page | what was checked | rows of figures | made by |
|---|---|---|---|
"""


def overview(pages: Path = PAGES) -> str:
    """The text of docs/validation.md."""
    return HEAD + "".join(_row(page) for page in sorted(pages.glob("*.md")))


def _row(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    title = text.splitlines()[0].lstrip("# ")
    made = re.search(r"scripts/(\w+\.py)", text)
    by = f"`scripts/{made.group(1)}`" if made else "tests named on the page"
    return f"| [{page.stem}](validation/{page.name}) | {re.sub(r'^[0-9-]+: ', '', title)} | {_figures(text)} | {by} |\n"


def _figures(text: str) -> int:
    """Rows of tables without their heads and rules."""
    lines = text.splitlines()
    rules = [i for i, line in enumerate(lines) if re.fullmatch(r"\|[\s:|-]+\|", line)]
    return sum(line.startswith("|") for line in lines) - 2 * len(rules)


def main() -> None:
    """Print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        TARGET.write_text(overview(), encoding="utf-8")
    else:
        print(overview(), end="")


if __name__ == "__main__":
    main()
