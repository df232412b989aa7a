"""A design's operating characteristics in the terminal, within 100 columns: the metrics that decide."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.rule import Rule
from rich.text import Text

from sim.planning.power import Study
from sim.report import power_looks_view as looks_view
from sim.report import power_view as view
from sim.report.display import Table
from sim.report.terminal import to_rich


def show_study(study: Study, currency: str) -> Iterator[RenderableType]:
    """Yield what `sim power` prints, piece by piece."""
    yield Rule(Text(study.experiment.name), align="left", style="dim")
    yield Text(study.experiment.question, style="bold")
    for place, sentence in enumerate(view.sentences(study, currency)):
        yield Text(f"\n  {sentence}\n" if place == 0 else sentence)
    yield Text(f"\n{view.design(study)} {view.HOW_TO_READ}", style="dim")
    metrics = view.deciding(study)
    yield from _titled("As planned", view.grades_table(study, metrics, currency, narrow=True))
    yield from _titled("What the wanted power needs", view.needs_table(study, metrics, currency))
    if looks := looks_view.looks_table(study, currency):
        yield from _titled("Looking while it runs", looks)
        yield Text(looks_view.in_words(study), style="dim")
    yield from _titled("Larger trials", view.sizes_table(study, metrics[:1], currency))
    yield Text(view.LARGER, style="dim")


def _titled(title: str, shown: Table | None) -> Iterator[RenderableType]:
    if shown is None:
        return
    yield Text(f"\n{title}", style="bold")
    yield to_rich(shown)
    for mark, words in shown.notes:
        yield Text(f"  {mark}: {words}", style="dim")
