"""Other numbers in a scenario's text: comments, order and layout stay as they are, to the character."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.scenario.document import read_document
from sim.scenario.load import load_scenario

_NUMBER_OF_A_PARAMETER = ("value", "central")


def rewritten(text: str, values: Mapping[str, float]) -> str:
    """Replace numbers in the text of a valid scenario.

    Parameters
    ----------
    text : str
    values : float by dotted path
        A number, or a parameter whose `value` or `central` is meant.

    Raises
    ------
    ValueError
        The text has no number at a path.
    """
    top = YAML(typ="safe", pure=True).compose(text)
    places = {path: _number(top, path) for path in values}
    for path, node in sorted(places.items(), key=lambda place: -place[1].start_mark.index):
        text = f"{text[: node.start_mark.index]}{values[path]:.12g}{text[node.end_mark.index :]}"
    return text


def write_numbers(source: str | Path, values: Mapping[str, float], target: str | Path) -> None:
    """Write the scenario in `source` with other numbers to `target`, whole or not at all; both may be the same file.

    Raises
    ------
    ValueError
        `source` has no number at a path.
    InputProblems
        `source` cannot be read, or would not be valid with these numbers; `target` is left as it was.
    """
    target = Path(target)
    document = read_document(source)
    mark = "\ufeff" if Path(source).read_bytes().startswith(b"\xef\xbb\xbf") else ""
    beside = target.with_name(f".{target.name}.new.yaml")
    try:
        beside.write_bytes((mark + rewritten(document.text, values)).encode("utf-8"))
        load_scenario(beside)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _number(node: Node | None, path: str) -> ScalarNode:
    """Give the scalar at a path, or inside the parameter there."""
    for part in path.split("."):
        node = _inside(node, part)
    for key in _NUMBER_OF_A_PARAMETER:
        if isinstance(node, MappingNode):
            node = _inside(node, key) or node
    if not isinstance(node, ScalarNode):
        raise ValueError(f"no number stands at {path}")
    return node


def _inside(node: Node | None, part: str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, SequenceNode) and part.isdigit() and int(part) < len(node.value):
        inner: Node = node.value[int(part)]
        return inner
    return None
