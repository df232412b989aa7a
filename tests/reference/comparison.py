"""A number of ours beside another implementation's. Tests compare them; docs/evidence.md shows them.

A file of tests here that has a function ``comparisons()`` is found by both.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Comparison:
    """One quantity of one estimate, ours and the ``other``'s, made ``by`` whom.

    Their difference is measured in ``scale`` (default: the other's size); it may not exceed ``tolerance``,
    nor need it be smaller than a million-millionth in all.
    """

    estimate: str
    quantity: str
    ours: float
    other: float
    by: str
    tolerance: float = 1e-9
    scale: float | None = None

    @property
    def difference(self) -> float:
        return abs(self.ours - self.other) / (self.scale or abs(self.other) or 1.0)

    @property
    def agrees(self) -> bool:
        return bool(np.isfinite(self.ours)) and (
            self.difference <= self.tolerance or abs(self.ours - self.other) <= 1e-12
        )


def agree(comparisons: Iterable[Comparison]) -> None:
    """Fail with all that differ; also where there is nothing to compare."""
    made = list(comparisons)
    assert made, "nothing to compare"
    apart = [str(comparison) for comparison in made if not comparison.agrees]
    assert not apart, "\n".join(apart)


def values(file: str) -> dict[str, float]:
    """Numbers by name, from a CSV of this folder."""
    with (HERE / file).open() as rows:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(rows)}


def columns(file: str) -> dict[str, np.ndarray]:
    """Columns by name, from a CSV of this folder; whole numbers where all of a column are."""
    table = np.genfromtxt(HERE / file, delimiter=",", names=True)
    floats = {name: table[name] for name in table.dtype.names}
    return {name: column.astype(int) if (column % 1 == 0).all() else column for name, column in floats.items()}
