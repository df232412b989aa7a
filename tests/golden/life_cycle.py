"""The picture of the life cycle in docs/model.md: `python -m tests.golden.life_cycle` draws it from the table anew."""

from __future__ import annotations

from pathlib import Path

from sim.customer.states import MOVES, State

PAGE = Path(__file__).resolve().parents[2] / "docs" / "model.md"
BEGIN, END = "<!-- made by: python -m tests.golden.life_cycle -->", "<!-- end -->"


def picture() -> str:
    """Draw the table of legal moves as a Mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {_name(State.PROSPECT)}"]
    lines += [f"    {_name(start)} --> {_name(end)}: {_label(words)}" for (start, end), words in MOVES.items()]
    return "\n".join([*lines, f"    {_name(State.LOST)} --> [*]", "```"])


def _name(state: State) -> str:
    return state.name.lower()


def _label(words: str) -> str:
    """A label without what Mermaid reads as its own: a colon or a semicolon ends it."""
    return words.replace(":", ",").replace(";", ",")


def parts() -> tuple[str, str, str]:
    """Split the page into what stands before the picture, the picture, and what stands behind it."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    made, after = rest.split(END, 1)
    return before, made.strip(), after


if __name__ == "__main__":
    head, _, tail = parts()
    PAGE.write_text(f"{head}{BEGIN}\n{picture()}\n{END}{tail}", encoding="utf-8")
