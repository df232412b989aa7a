"""A real trial in the terminal: the answer, the checks, the estimates."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from sim.report import doses_view
from sim.report import study_view as view
from sim.report.experiment_words import conclusion
from sim.report.terminal import to_rich
from sim.report.values import Summary


def show_study(summary: Summary, page: str) -> Iterator[RenderableType]:
    """Yield what an analysis prints, piece by piece; ``page`` is where the report is."""
    (experiment,) = summary["experiments"]
    yield Text("")
    yield Rule(Text(str(experiment["name"])), align="left", style="dim")
    yield Text(str(experiment["question"]), style="bold")
    yield Padding(Text(view.answer(experiment, summary)), (1, 0, 1, 2))
    metrics = list(dict.fromkeys(row["metric"] for row in experiment["contrasts"]))
    for shown in (view.checks_table(experiment), view.contrasts_table(experiment, summary, metrics, beside=False)):
        if shown:
            yield to_rich(shown)
            for mark, words in shown.notes:
                yield Text(f"  {mark}: {words}", style="dim")
    if doses := doses_view.doses_table(experiment):
        yield to_rich(doses)
        for mark, words in doses.notes:
            yield Text(f"  {mark}: {words}", style="dim")
    for words in view.equivalence_words(experiment, summary):
        yield Text(words)
    yield Text.assemble(("What follows: ", "bold"), conclusion(experiment["trial_decision"]))
    yield Text.assemble("\nReport: ", (page, "bold"), overflow="fold")
