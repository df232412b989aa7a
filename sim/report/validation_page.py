"""Reported figures beside simulated ones: the table, what it comes to in words, and the page `docs/validation.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.run_view import KINDS, NOT_HELD, validation_table
from sim.report.wording import Cell, listing
from sim.scenario.schema import Scenario

Fact = Mapping[str, Any]
"""A row of `sim.planning.validate`."""
_HEADS = ("fact", "what", "reported", "simulated", "kind")


@dataclass(frozen=True)
class Validation:
    """The validation of one scenario: its file, its value, and the rows of `sim.planning.validate`."""

    file: Path
    scenario: Scenario
    rows: tuple[Fact, ...]

    @property
    def heading(self) -> str:
        """The file and what the scenario is about."""
        return f"{self.file}: {self.scenario.title or self.scenario.name}"

    def table(self) -> Table | None:
        """The rows as they are shown."""
        return validation_table({"validation": self.rows, "currency": self.scenario.currency})

    def short_table(self) -> Table | None:
        """The rows for a terminal: the interval in a column of its own, notes below the table by number."""
        whole = self.table()
        if whole is None:
            return None
        at = {column.title: place for place, column in enumerate(whole.columns)}
        notes: dict[str, str] = {}
        rows = []
        for row in whole.rows:
            fact, what, reported, simulated, kind = (row.cells[at[title]] for title in _HEADS)
            met, note = (row.cells[at[title]].value if title in at else "" for title in ("met", "note"))
            mark = notes.setdefault(note, str(len(notes) + 1)) if note else ""
            value = "" if met == NOT_HELD else simulated.value
            cells = (fact, text(what.value), reported, text(value), text(simulated.span), kind, text(met), text(mark))
            rows.append(Row(cells))
        columns = [Column(title, words=title in ("fact", "what", "kind")) for title in _HEADS]
        columns.insert(4, Column("95% prediction"))
        made = table([*columns, Column("met", words=True), Column("note")], rows)
        return None if made is None else replace(made, notes=tuple((mark, note) for note, mark in notes.items()))

    def sentences(self) -> Iterator[str]:
        """Say how many figures are met, of which kind, and which are not."""
        compared = [row for row in self.rows if row["compare"] != "beside"]
        met, missed = self._of(True), self._of(False)
        kinds = Counter(str(row["kind"]) for row in met)
        of_kinds = listing([f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind]])
        words = f"Of {len(compared)} figures {len(met)} are met" + (f" ({of_kinds})" if met else "")
        words += f", {len(missed)} not met"
        absent = sum(not row["held"] for row in compared)
        words += f", {absent} not held (nothing to compare; the notes say why)" if absent else ""
        untold = len(compared) - len(met) - len(missed) - absent
        yield words + (f", {untold} not told (too few replications could count it)." if untold else ".")
        if missed:
            yield f"Not met: {'; '.join(_named(row) for row in missed)}."

    def _of(self, within: bool) -> list[Fact]:
        return [row for row in self.rows if row["within"] is within]


def page(validations: Sequence[Validation], *, seed: int, replications: int) -> str:
    """Write the validation of some scenarios as a page in Markdown."""
    command = f"sim validate {' '.join(str(one.file) for one in validations)}"
    lines = [
        "# Validation: reported figures beside simulated ones",
        "",
        f"Made by `{command} --seed {seed} --replications {replications}",
        "--markdown docs/validation.md` (`make validation`); do not edit.",
        "",
        "A figure is met if it lies in the 95% prediction interval of the simulation: where one such base over one",
        "such period would lie. What a figure has to do with the world:",
        "",
        *(f"- **{kind}**: {meaning};" for kind, meaning in KINDS.items()),
        "- **not held**: the simulation has nothing to compare it with; the note says why.",
        "",
        "Where a source contradicts itself, each of its figures has a row of its own.",
    ]
    for one in validations:
        lines += ["", f"## {one.scenario.title or one.scenario.name}", "", f"`{one.file}`", ""]
        lines += [*_markdown(one.table()), ""]
        lines += [next(one.sentences())]
        missed = [row for row in one.rows if row["within"] is False]
        if missed:
            lines += ["", "Not met, and why:", ""]
            lines += [f"- {_named(row)}: {row['note'] or 'no reason is known'}." for row in missed]
    return "\n".join(lines) + "\n"


def _named(row: Fact) -> str:
    return f"{row['name']} ({row['fact']})"


def _markdown(shown: Table | None) -> Iterator[str]:
    if shown is None:
        return
    heads = [" ".join(part for part in (c.title, f"({c.doubt})" if c.doubt else "") if part) for c in shown.columns]
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' if column.words else '---:' for column in shown.columns)} |"
    for row in shown.rows:
        yield f"| {' | '.join(_cell(item) for item in row.cells)} |"


def _cell(item: Cell) -> str:
    words = f"{item.value} ({item.span})" if item.span else item.value
    return words.replace("|", "\\|")
