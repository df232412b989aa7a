"""The table of `docs/evidence.md` that sets our estimates beside other implementations': `make evidence` writes it.

Its numbers are those that the tests of `tests/reference` compare. Differences are shown as bounds, because the last
digits of a sum may differ between processors.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from tests.reference.comparison import Comparison

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "evidence.md"
BEGIN, END = "<!-- made by: make evidence -->", "<!-- end -->"
BOUNDS = ("1e-12", "1e-9", "1e-6", "1e-3", "4e-3", "1e-2")


def comparisons() -> Iterator[Comparison]:
    """All that the files of reference tests compare, file by file."""
    for file in sorted((ROOT / "tests" / "reference").glob("test_*.py")):
        module = importlib.import_module(f"tests.reference.{file.stem}")
        if hasattr(module, "comparisons"):
            yield from module.comparisons()


def table() -> str:
    """One line an estimate: its first quantity, and how far apart any of its quantities are."""
    by_estimate: dict[str, list[Comparison]] = {}
    for comparison in comparisons():
        by_estimate.setdefault(comparison.estimate, []).append(comparison)
    lines = [
        "| estimate | quantity | ours | other | other implementation | difference | values, largest difference |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for estimate, compared in by_estimate.items():
        first = compared[0]
        cells = [
            estimate,
            first.quantity,
            f"{first.ours:.8g}",
            f"{first.other:.8g}",
            first.by,
            _bound(first.difference),
            f"{len(compared)}, {_bound(max(one.difference for one in compared))}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _bound(difference: float) -> str:
    return next((f"below {bound}" for bound in BOUNDS if difference < float(bound)), f"{difference:.2g}")


def parts() -> tuple[str, str, str]:
    """Split the page into what stands before the table, the table, and what stands behind it."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    made, after = rest.split(END, 1)
    return before, made.strip(), after


if __name__ == "__main__":
    head, _, tail = parts()
    PAGE.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}", encoding="utf-8")
