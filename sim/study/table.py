"""A file of customers, CSV or Parquet: its columns as numbers, flags or names, and every row that is wrong.

Everything is read as it stands and turned into numbers here, so that a message can quote what was written.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sim.scenario.problems import InputProblems, Problem, nearest, one_of, shown
from sim.study.records import Flags, Groups, Numbers

PARQUET = (".parquet", ".pq")
_YES, _NO = ("1", "true", "True", "TRUE", "1.0"), ("0", "false", "False", "FALSE", "0.0")
LARGEST = 1e15
"""Of a number in the data: squares of larger ones leave nothing to compare."""
_FIRST_ROW = {True: 1, False: 2}
"""Number of the first customer's row, by whether the file is Parquet: a CSV's header is row 1."""


class Table:
    """The wanted columns of a file, and the problems found in them so far.

    Parameters
    ----------
    file
        CSV in UTF-8 with commas and a header, or Parquet by the ending of its name.
    wanted
        Column to the place in the experiment's file that names it.

    Raises
    ------
    InputProblems
        If the file cannot be read, has no rows, or a column is not in it.
    """

    def __init__(self, file: Path, wanted: dict[str, str]) -> None:
        self.file, self.problems = file, list[Problem]()
        self.parquet = file.suffix.lower() in PARQUET
        try:
            self.sha256 = _checksum(file)
            names = pq.read_schema(file).names if self.parquet else self._header()
            self._columns_exist(names, wanted)
            self._columns = self._read(list(wanted))
        except FileNotFoundError:
            self._refuse("", "no such file", "a CSV or Parquet file")
        except IsADirectoryError:
            self._refuse("", "a folder", "a CSV or Parquet file")
        except UnicodeDecodeError as error:
            self._refuse("", f"a byte that is not UTF-8 (0x{error.object[error.start]:02x})", "text in UTF-8")
        except pa.ArrowInvalid as error:
            self._refuse("", _first_line(error), "a Parquet file" if self.parquet else "a CSV file with commas")
        except OSError as error:
            self._refuse("", f"a file that cannot be read ({error.strerror or _first_line(error)})", "readable")
        self.rows = self._columns.num_rows
        if self.rows == 0:
            self._refuse("", "no rows", "a row a customer")

    def names(self, column: str) -> list[str | None]:
        """Text of each row; None where there is nothing."""
        values: list[str | None] = pc.if_else(pc.equal(self._text(column), ""), None, self._text(column)).to_pylist()
        return values

    def groups(self, column: str, *, may_lack: bool = False) -> Groups:
        """Which of the column's names each row has, names in the order of the alphabet; -1 where it may lack one."""
        text = self._text(column)
        missing = np.asarray(pc.equal(text, ""))
        if not may_lack:
            self.note(column, missing, "given in every row")
        coded = text.dictionary_encode().combine_chunks()
        names = np.array(coded.dictionary.to_pylist(), dtype=object)
        order = sorted(range(len(names)), key=lambda place: (str(names[place]) == "", str(names[place])))
        rank = np.empty(len(names), dtype=np.int64)
        rank[order] = np.arange(len(names))
        number = rank[np.asarray(coded.indices, dtype=np.int64)]
        return Groups(np.where(missing, -1, number), tuple(str(names[place]) for place in order if names[place] != ""))

    def numbers(self, column: str, *, least: float | None = None, may_lack: bool = False) -> Numbers:
        """Finite numbers, at least ``least``; NaN where there may be nothing."""
        found, missing = self._floats(column)
        rule = "a finite number" if least is None else f"a finite number of at least {least:g}"
        bad = ~np.isfinite(found) if least is None else ~(np.isfinite(found) & (found >= least))
        huge = np.isfinite(found) & (np.abs(found) > LARGEST)
        self.note(column, huge & ~bad, f"at most {LARGEST:g} in size")
        self.note(column, bad & ~missing if may_lack else bad, rule)
        return found

    def flags(self, column: str) -> Flags:
        """Whether each row says 1 (or true), not 0 (or false)."""
        text = self._text(column)
        yes, no = (np.asarray(pc.is_in(text, value_set=pa.array(words))) for words in (_YES, _NO))
        self.note(column, ~(yes | no), "0 or 1")
        return np.asarray(yes, dtype=np.bool_)

    def note(self, column: str, bad: Flags, rule: str | Callable[[str], str], got: str | None = None) -> None:
        """Note the first bad row of a column, and how many more there are."""
        rows = np.flatnonzero(bad)
        if not len(rows):
            return
        first = int(rows[0])
        entry = str(self._text(column)[first])
        said = got or (shown(entry) if entry else "nothing")
        more = f" ({len(rows) - 1:,} more rows alike)" if len(rows) > 1 else ""
        must = rule(entry) if callable(rule) else rule
        self.problems.append(Problem(str(self.file), self.row(first), column, said + more, must))

    def row(self, place: int) -> int:
        """The number of a row as a user counts it."""
        return place + _FIRST_ROW[self.parquet]

    def check(self) -> None:
        """Raise what was noted, if anything was."""
        if self.problems:
            raise InputProblems({(problem.key, problem.rule): problem for problem in self.problems}.values())

    def _text(self, column: str) -> Any:
        return self._columns.column(column)

    def _floats(self, column: str) -> tuple[Numbers, Flags]:
        text = self._text(column)
        missing = np.asarray(pc.equal(text, ""))
        filled = pc.if_else(pc.equal(text, ""), "nan", text)
        try:
            found = np.asarray(pc.cast(filled, pa.float64()), dtype=np.float64)
        except pa.ArrowInvalid:
            found = np.array([_float(entry) for entry in filled.to_pylist()])
        return found, missing

    def _header(self) -> list[str]:
        with self.file.open(encoding="utf-8-sig", newline="") as stream:
            names = next(csv.reader(stream), [])
        if not names:
            self._refuse("", "an empty file", "a CSV file with a header")
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            self._refuse(twice[0], "a column that stands twice", "one column a name")
        return names

    def _columns_exist(self, names: list[str], wanted: dict[str, str]) -> None:
        problems = []
        for column, place in wanted.items():
            if column not in names:
                rule = f"a column of the file ({place}); it has {one_of(names).removeprefix('one of ')}"
                problems.append(Problem(str(self.file), None, column, "no such column", rule, nearest(column, names)))
        if problems:
            raise InputProblems(problems)

    def _read(self, columns: list[str]) -> Any:
        if self.parquet:
            return _as_text(pq.read_table(self.file, columns=columns))
        ragged: list[Any] = []

        def note(row: Any) -> str:
            ragged.append(row)
            return "skip"

        table = pa_csv.read_csv(
            self.file,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=1 << 24),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=pa_csv.ConvertOptions(
                include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
        if ragged:
            row = ragged[0]
            got = f"{row.actual_columns} entries"
            rule = f"{row.expected_columns}, one a column of the header"
            raise InputProblems([Problem(str(self.file), row.number, "", got, rule)])
        return table

    def _refuse(self, key: str, got: str, rule: str) -> NoReturn:
        raise InputProblems([Problem(str(self.file), None, key, got, rule)])


def _as_text(table: Any) -> Any:
    """Every column as text, nothing as empty text: Parquet and CSV then are read alike."""
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        columns[name] = pc.fill_null(column.cast(pa.string()), "")
    return pa.table(columns)


def _float(entry: str) -> float:
    try:
        return float(entry)
    except ValueError:
        return float("nan")


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
