"""The register of facts: what the sources report, each with its ID, in our words, with its figures."""

from __future__ import annotations

import functools
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, ValidationError

from sim.scenario.document import read_document
from sim.scenario.kinds import Block, Many, Text
from sim.scenario.messages import schema_problems
from sim.scenario.problems import InputProblems

_FILE = Path(__file__).with_name("facts.yaml")

FactId = Annotated[str, Field(pattern=r"^[A-Z]-[0-9]{2}$")]


class Figure(Block):
    """A number of a fact.

    Parameters
    ----------
    name : str
        Unique within the fact.
    value : float
        As printed; percentages as fractions.
    unit : str
    definition : str
        What was counted, of what.
    """

    name: Text
    value: float
    unit: Text
    definition: Text


class Fact(Block):
    """What a source reports.

    Parameters
    ----------
    statement : str
        The fact in our words.
    reading : str or None
        How far it carries, and where the source contradicts itself.
    citation : str or None
        The study, where the group does not name it.
    figures : tuple of Figure
    """

    statement: Text
    reading: Text | None = None
    citation: Text | None = None
    figures: Many[Figure] = ()

    def figure(self, name: str) -> Figure:
        """Give a figure by its name; KeyError if the fact has none of that name."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)


class Group(Block):
    """A source: the letter that its facts' IDs begin with."""

    title: Text
    origin: Text


class Register(Block):
    """All facts, by ID, and their groups, by letter."""

    groups: dict[str, Group]
    facts: dict[FactId, Fact]


@functools.cache
def load_register() -> Register:
    """Read the register with its groups."""
    document = read_document(_FILE)
    if document.problems:
        raise InputProblems(document.problems)
    try:
        return Register.model_validate(document.tree)
    except ValidationError as error:
        raise InputProblems(schema_problems(error, Register, document.places)) from None


@functools.cache
def load_facts() -> MappingProxyType[str, Fact]:
    """Read the register of facts.

    Returns
    -------
    mapping of str to Fact
        By ID (``H-07``), in the order of the register; read once a process.
    """
    return MappingProxyType(load_register().facts)


def facts_page() -> str:
    """Write the register as the page `docs/facts.md`."""
    register = load_register()
    lines = [
        "# The register of facts",
        "",
        "Made by `make reference` from `sim/scenario/facts.yaml`; do not edit.",
        "",
        "What the sources report, in our words, by the IDs that a scenario's `source:` may name. Figures",
        "stand as printed (percentages as fractions); where a source contradicts itself, both are given.",
    ]
    for letter, group in register.groups.items():
        lines += ["", f"## {letter}: {group.title}", "", f"Origin: {group.origin}.", ""]
        lines += ["| ID | fact | figures |", "| --- | --- | --- |"]
        lines += [_row(name, fact) for name, fact in register.facts.items() if name.startswith(letter + "-")]
    return "\n".join(lines) + "\n"


def _row(name: str, fact: Fact) -> str:
    text = fact.statement
    if fact.reading is not None:
        text += f" *{fact.reading}*"
    if fact.citation is not None:
        text += f" ({fact.citation})"
    figures = "; ".join(f"{figure.definition}: {_number(figure)}" for figure in fact.figures)
    return f"| {name} | {_cell(text)} | {_cell(figures)} |"


def _number(figure: Figure) -> str:
    return f"{figure.value:,.10g} ({figure.unit})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
