"""A run in the terminal: per experiment the question, the answer, and tables that fit 100 columns."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from sim.report.answer import answer_sentence
from sim.report.counts_view import in_a_line as in_a_line_of_counts
from sim.report.display import Column, Row, Table, table, text
from sim.report.experiment_view import metrics_in_order, ordered_contrasts, versus
from sim.report.experiment_words import conclusion, equivalence_in_words, no_trial
from sim.report.follow_up_view import turns
from sim.report.values import Summary, is_refused, point
from sim.report.warning_view import in_a_line
from sim.report.wording import EMPTY, Cell, cell, difference_unit, p_value, percent
from sim.report.words import is_about_firm, metric_name, unit_name, unit_of

WIDTH = 100
MOST_METRICS = 5  # columns beside the arm's name that still fit


def show(summary: Summary, page: str) -> Iterator[RenderableType]:
    """Yield what a finished run prints, piece by piece.

    Parameters
    ----------
    summary
        The content of ``summary.json``.
    page
        Where the report is.
    """
    for experiment in summary.get("experiments", ()):
        yield from _experiment(experiment, summary)
    warning = in_a_line(summary)
    if warning:
        yield Text.assemble("\n", ("The early-warning list: ", "bold"), warning)
    yield Text.assemble("\nReport: ", (page, "bold"), overflow="fold")


def _experiment(experiment: Mapping[str, Any], summary: Summary) -> Iterator[RenderableType]:
    yield Text("")
    yield Rule(Text(str(experiment["name"])), align="left", style="dim")
    yield Text(str(experiment.get("question") or ""), style="bold")
    yield Padding(Text(answer_sentence(experiment, summary)), (1, 0, 1, 2))
    for shown in (_arms(experiment, summary), _contrasts(experiment, summary)):
        if shown:
            yield to_rich(shown)
            for mark, words in shown.notes:
                yield Text(f"  {mark}: {words}", style="dim")
    if counted := in_a_line_of_counts(experiment):
        yield Text.assemble(("Counted in one base: ", "bold"), counted)
    for words in turns(experiment, summary):
        yield Text(words, style="bold")
    for words in equivalence_in_words(experiment, summary):
        yield Text(words)
    found = [("In truth", conclusion(experiment.get("decision"))), ("No trial", no_trial(experiment))]
    if not no_trial(experiment):
        found.append(("The first trial", conclusion(experiment.get("trial_decision"))))
    for title, words in found:
        if words:
            yield Text.assemble((f"{title}: ", "bold"), words)


def _arms(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """Return everybody eligible under each arm, in the metrics that the experiment names."""
    arms = experiment.get("arms", ())
    order = metrics_in_order(experiment, (name for arm in arms for name in arm.get("metrics", {})))
    named = [name for name in order if name in experiment.get("metrics", ())] or order
    columns = [Column("arm", words=True)]
    units = {name: unit_of(name, summary) for name in named[:MOST_METRICS]}
    columns += [Column(metric_name(name), unit=unit_name(unit)) for name, unit in units.items()]
    decision = experiment.get("decision") or {}
    rows = []
    for arm in arms:
        found = arm.get("metrics", {})
        cells = [cell(found.get(name), unit, bare=True) for name, unit in units.items()]
        mark = "chosen" if arm["name"] == decision.get("arm") else ""
        rows.append(Row((text(arm["name"]), *cells), mark=mark))
    return table(columns, rows)


def _contrasts(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """Return truth, first trial and power of the contrasts in the metrics that the experiment names."""
    columns = [Column("contrast", words=True), Column("truth"), Column("first trial")]
    columns += [Column("adjusted p"), Column("power")]
    rows = []
    for row in ordered_contrasts(experiment):
        if row["metric"] not in experiment.get("metrics", ()):
            continue
        unit, trial = difference_unit(unit_of(row["metric"], summary)), row.get("trial") or {}
        power = point(row.get("power"))
        if is_refused(row.get("truth")) or (power is None and not is_about_firm(experiment)):
            continue
        signed = unit != "ratio"
        cells = [cell(item, unit, signed, bare=True) for item in (row.get("truth"), trial.get("effect"))]
        adjusted = trial.get("p_adjusted")
        p = Cell(refused=adjusted["refused"]) if is_refused(adjusted) else text(p_value(point(adjusted)))
        group = ", ".join(part for part in (metric_name(row["metric"]), unit_name(unit)) if part)
        shown = text("" if power is None else percent(power))
        rows.append(Row((text(versus(row)), *cells, p or EMPTY, shown), group=group))
    return table(columns, rows)


def to_rich(shown: Table) -> RichTable:
    """Turn a table into rich's; an interval stands in the line below its value."""
    made = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", title_justify="left")
    for column in shown.columns:
        head = [column.title, *(part for part in (column.unit, column.doubt) if part)]
        header = Text(head[0])
        header.append("".join(f"\n{part}" for part in head[1:]), style="dim not bold")
        # a path has no space to break it at: it goes on in the next line instead of losing its end
        made.add_column(header, justify="left" if column.words else "right", vertical="top", overflow="fold")
    group = ""
    for row in shown.rows:
        if row.group and row.group != group:
            made.add_row(Text(row.group, style="bold"))
            group = row.group
        style = "green" if row.mark == "chosen" else ""
        cells = [_cell(item) for item in row.cells]
        if group:
            cells[0] = Text.assemble("  ", cells[0])
        made.add_row(*cells, style=style)
    return made


def _cell(item: Cell) -> Text:
    """Write a cell on one or two lines."""
    if item.refused:
        return Text(f"not given ({item.refused})", style="dim")
    shown = Text(item.value)
    if item.span:
        below = f"{item.span} {item.doubt}".strip()
        shown.append(f"\n{below}", style="dim")
    return shown
