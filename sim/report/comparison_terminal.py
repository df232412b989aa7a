"""A comparison in the terminal, within 100 columns: what changed first, then why, then by how much."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from sim.report import comparison_view as view
from sim.report.comparison import Comparison
from sim.report.display import Table
from sim.report.terminal import to_rich


def show_comparison(comparisons: Sequence[Comparison]) -> Iterator[RenderableType]:
    """Yield what `sim compare` prints, piece by piece: each run against the first."""
    for name, words in view.runs(comparisons):
        yield Text.assemble((f"{name}  ", "bold"), words, overflow="fold")
    for place, comparison in enumerate(comparisons):
        yield from _pair(comparison, (view.letter(0), view.letter(place + 1)))


def _pair(comparison: Comparison, names: tuple[str, str]) -> Iterator[RenderableType]:
    yield Text("")
    yield Rule(Text(f"{names[1]} against {names[0]}"), align="left", style="dim")
    yield Padding(Text(comparison.sentence(), style="bold"), (0, 0, 1, 0))
    yield from _titled("Settings that differ", view.settings_table(comparison.settings, names))
    yield from _titled("The code differs", view.settings_table(comparison.code, names))
    yield from _titled("Decisions", view.decisions_table(comparison, names))
    yield Text(f"{comparison.pairing()} {view.HOW_TO_READ}")
    for experiment in view.experiments(comparison):
        yield Text("")
        contrasts = view.of(comparison, experiment, levels=False)
        yield from _titled(experiment, view.estimates_table(contrasts, names))
    yield Text("What each arm comes to by itself is in the page and the table that --out writes.", style="dim")


def _titled(title: str, shown: Table | None) -> Iterator[RenderableType]:
    if shown is None:
        return
    yield Text(title, style="bold")
    yield to_rich(shown)
    for mark, words in shown.notes:
        yield Text(f"  {mark}: {words}", style="dim")
