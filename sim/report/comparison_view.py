"""A comparison of runs as it is shown: the runs, what differs, what was decided, estimates side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_uppercase

from sim.report.comparison import Compared, Comparison
from sim.report.display import Column, Row, Table, table, text
from sim.report.settings import Setting
from sim.report.stored import StoredRun
from sim.report.tables import number_columns, number_parts, to_csv
from sim.report.wording import cell, counted, difference_unit
from sim.report.words import metric_name, metric_term, unit_name

HOW_TO_READ = (
    "Intervals are 95% run doubt: what the simulation's own noise could be. Where nothing differs one in twenty still "
    "leaves out 0. A difference without an interval: only the two intervals are known."
)


def letter(place: int) -> str:
    """Name a run by its place: A, B, ... Z, then numbers, which no table has room for anyway."""
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


def runs(comparisons: Sequence[Comparison]) -> list[tuple[str, str]]:
    """Return each run's letter, and its folder with what identifies it."""
    all_runs = [comparisons[0].one, *(comparison.other for comparison in comparisons)]
    return [(letter(place), _run(run)) for place, run in enumerate(all_runs)]


def _run(run: StoredRun) -> str:
    summary, manifest = run.summary, run.manifest
    parts = [
        str(run.folder),
        str(summary["scenario"]),
        f"seed {summary['seed']}",
        counted(summary["replications"], "replication"),
        str(manifest.get("started") or ""),
    ]
    return ", ".join(part for part in parts if part)


def settings_table(found: Iterable[Setting], names: tuple[str, str]) -> Table | None:
    """What differs, by path, with both values."""
    columns = [Column("setting", words=True), *(Column(name, words=True) for name in names)]
    return table(columns, (Row((text(item.path), text(item.one), text(item.other))) for item in found))


def decisions_table(comparison: Comparison, names: tuple[str, str]) -> Table | None:
    """What was decided in both runs; the rows of a decision that changed are marked."""
    columns = [Column("decision", words=True, short=True), *(Column(name, words=True) for name in names)]
    rows = []
    for item in comparison.decisions:
        shown = (("in truth", item.arm), ("stands in worlds", item.worlds), ("first trial concluded", item.trial))
        for what, pair in shown:
            mark = "turned" if pair[0] != pair[1] else ""
            rows.append(Row((text(what), *(text(words) for words in pair)), mark=mark, group=item.experiment))
    return table(columns, rows)


def estimates_table(found: Iterable[Compared], names: tuple[str, str]) -> Table | None:
    """Estimates side by side, and the second run less the first."""
    one, other = names
    columns = [Column("estimate", words=True, short=True), Column(one), Column(other)]
    columns += [Column(f"{other} less {one}"), Column("", words=True, short=True)]
    rows = []
    for item in found:
        unit = difference_unit(item.unit) if item.against else item.unit
        signed = bool(item.against) and unit != "ratio"
        sides = [cell(side, unit, signed, bare=True) for side in (item.one, item.other)]
        difference = cell(item.difference, difference_unit(item.unit), sign=True, bare=True)
        what = f"{item.arm} against {item.against}" if item.against else item.arm
        metric = metric_name(item.metric)
        group = ", ".join(part for part in (metric, unit_name(unit), "" if item.against else "level") if part)
        rows.append(Row((text(what), *sides, difference, text(item.says)), group=group, term=metric_term(item.metric)))
    return table(columns, rows)


def experiments(comparison: Comparison) -> list[str]:
    """Return the experiments that both runs have."""
    return [item.experiment for item in comparison.decisions]


def of(comparison: Comparison, experiment: str, *, levels: bool) -> list[Compared]:
    """Return an experiment's levels, or its contrasts."""
    rows = (item for item in comparison.estimates if item.experiment == experiment)
    return [item for item in rows if bool(item.against) != levels]


def comparison_csv(comparisons: Sequence[Comparison]) -> str:
    """Write a row an estimate and pair of runs; differences are the second run less the first, shares fractions."""
    header = ["run", "against_run", "experiment", "metric", "arm", "against", "unit"]
    for name in ("value", "against_value", "difference"):
        header += number_columns(name)
    header += ["how", "replications", "says"]
    rows: list[list[object]] = []
    for comparison in comparisons:
        folders = [str(comparison.other.folder), str(comparison.one.folder)]
        for item in comparison.estimates:
            row = [*folders, item.experiment, item.metric, item.arm, item.against, item.unit]
            row += [part for side in (item.other, item.one, item.difference) for part in number_parts(side)]
            rows.append([*row, item.how, item.replications, item.says])
    return to_csv(header, rows)
