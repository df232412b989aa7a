"""A table as it is shown, on page and terminal: what is empty is gone, what is refused has its reason.

A column says once which kind of doubt its intervals are about; a cell, where the column holds several.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from sim.report.wording import Cell
from sim.report.words import doubt_name


@dataclass(frozen=True)
class Column:
    """A column's heading.

    Attributes
    ----------
    title, term, unit
        What a reader calls it, the trade's own term, the unit of its numbers.
    doubt
        The kind of doubt of all its intervals.
    words, short
        Whether it holds words, which stand on the left, and words that are never broken.
    """

    title: str
    term: str = ""
    unit: str = ""
    doubt: str = ""
    words: bool = False
    short: bool = False


@dataclass(frozen=True)
class Row:
    """A row's cells.

    Attributes
    ----------
    cells
        One a column.
    mark
        ``chosen`` for the row that the rule takes, ``turned`` for one that decides otherwise, else empty.
    group, term
        What this row and its neighbours are about, and the trade's term for it; shown once above them.
    """

    cells: tuple[Cell, ...]
    mark: str = ""
    group: str = ""
    term: str = ""


@dataclass(frozen=True)
class Table:
    """Columns, rows of as many cells, and the reasons that the cells' marks point at."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[tuple[str, str], ...] = ()
    caption: str = ""


def text(value: str) -> Cell:
    """Put words into a cell."""
    return Cell(value)


def table(columns: Sequence[Column], rows: Iterable[Row], caption: str = "") -> Table | None:
    """Make a table; ``None`` if it has no rows. Columns that are empty in every row are left out."""
    kept_rows = [row for row in rows if any(row.cells[1:])]
    if not kept_rows:
        return None
    kept = [i for i in range(len(columns)) if any(row.cells[i] for row in kept_rows)]
    heads = []
    for i in kept:
        doubts = {row.cells[i].doubt for row in kept_rows if row.cells[i].doubt}
        heads.append(replace(columns[i], doubt=doubt_name(doubts.pop())) if len(doubts) == 1 else columns[i])
    marks: dict[str, str] = {}
    shown = []
    for row in kept_rows:
        cells = [_cell(row.cells[i], head, marks) for i, head in zip(kept, heads, strict=True)]
        shown.append(replace(row, cells=tuple(cells)))
    notes = tuple((mark, f"not given: {reason}") for reason, mark in marks.items())
    return Table(tuple(heads), tuple(shown), notes, caption)


def _cell(cell: Cell, head: Column, marks: dict[str, str]) -> Cell:
    """Drop a doubt that the column names already; give a refusal the mark of its reason."""
    if cell.refused:
        mark = marks.setdefault(cell.refused, _mark(len(marks)))
        return Cell("not given", refused=mark)
    return replace(cell, doubt="" if head.doubt or not cell.doubt else doubt_name(cell.doubt))


def _mark(number: int) -> str:
    """Return the mark of the n-th note: a, b, ... z, aa, bb, ..."""
    turns, letter = divmod(number, len(ascii_lowercase))
    return ascii_lowercase[letter] * (turns + 1)
