"""Progress: bars on a terminal, a line a stage elsewhere."""

import io

from rich.console import Console

from sim.cli.progress import StageProgress


def shown(terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100, color_system=None)
    with StageProgress(console) as progress:
        progress("compiling", 0, 0)
        for done in range(4):
            progress("living the worlds", done, 3)
    return out.getvalue()


def test_a_line_a_stage_without_a_terminal() -> None:
    assert shown(terminal=False) == "compiling ...\nliving the worlds ...\n"


def test_bars_with_the_remaining_time_on_a_terminal() -> None:
    text = shown(terminal=True)
    assert "compiling" in text
    assert "3/3" in text
    assert "left" in text
