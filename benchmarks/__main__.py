"""Run benchmarks by name (all of them without one) and put RESULTS.md together."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
INTRO = """# Results

Measured side by side with the named peer in the same run (whole process, CPU seconds, medians).
Each section is written by `python -m benchmarks NAME`; this file is put together from them.
"""


def assemble() -> None:
    sections = [path.read_text("utf-8").strip() for path in sorted((HERE / "results").glob("*.md"))]
    (HERE / "RESULTS.md").write_text("\n\n".join([INTRO.strip(), *sections]) + "\n", "utf-8")


def main(names: list[str]) -> None:
    known = sorted(m.name for m in pkgutil.iter_modules([str(HERE)]) if not m.name.startswith("_"))
    known = [name for name in known if name != "measure"]
    for name in names or known:
        section = importlib.import_module(f"benchmarks.{name}").run()
        (HERE / "results" / f"{name}.md").write_text(section.strip() + "\n", "utf-8")
        print(section)
    assemble()


if __name__ == "__main__":
    main(sys.argv[1:])
