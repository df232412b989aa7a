"""A plan in the terminal: the answer first, then the mix, the frontier and what they rest on, in 100 columns."""

from collections.abc import Iterator
from dataclasses import replace

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from sim.report.budget_view import frontier_table, mix_table, periods_table
from sim.report.budget_words import Plan, answer_sentence, findings, simulated, stated
from sim.report.display import Table
from sim.report.terminal import to_rich


def show_budget(plan: Plan, page: str, seconds: dict[str, float]) -> Iterator[RenderableType]:
    """Yield what a finished plan prints, piece by piece.

    Parameters
    ----------
    plan
        The content of ``budget.json``.
    page
        Where the report is.
    seconds
        What living and choosing took.
    """
    yield Padding(Text(answer_sentence(plan), style="bold"), (1, 0, 1, 0))
    yield Text(stated(plan))
    several = "periods" in plan
    tables = (
        ("The periods", periods_table(plan)),
        # over several periods who gets what in which cell is a long table; it stands in the page
        ("The mix", None if several else mix_table(plan)),
        ("The frontier", _short(frontier_table(plan, few=True))),
    )
    for title, shown in tables:
        if shown:
            yield Text(f"\n{title}", style="bold")
            yield to_rich(shown)
            for mark, words in shown.notes:
                yield Text(f"  {mark}: {words}", style="dim")
    for sentence in findings(plan):
        yield Text(f"- {sentence}")
    took = f"Living took {seconds['living']:.1f} s, choosing {seconds['choosing']:.1f} s."
    yield Text(f"\n{simulated(plan)} {took}", style="dim")
    yield Text.assemble("\nReport: ", (page, "bold"), overflow="fold")


def _short(shown: Table | None) -> Table | None:
    """Columns that fit: what was promised and the optimism stand in the page."""
    if shown is None:
        return None
    kept = [i for i, column in enumerate(shown.columns) if column.title not in ("promised", "optimism")]
    rows = tuple(replace(row, cells=tuple(row.cells[i] for i in kept)) for row in shown.rows)
    return replace(shown, columns=tuple(shown.columns[i] for i in kept), rows=rows)
