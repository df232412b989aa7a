"""Write other numbers into a scenario's file; comments, order and layout stay."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from sim.scenario.load import load_scenario

_NUMBER = r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?"


def rewrite_numbers(path: str | Path, values: Mapping[str, float]) -> None:
    """Replace numeric parameters in place.

    Parameters
    ----------
    path : str or Path
        A valid scenario file.
    values : float by scenario path

    Raises
    ------
    ValueError
        The number of a path cannot be found on its line.
    InputProblems
        The file is not valid, before or after.
    """
    path = Path(path)
    places = load_scenario(path).provenance
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, value in values.items():
        number = places[name].line - 1
        key = re.escape(name.rsplit(".", 1)[1])
        pattern = rf"(\b{key}:\s*(?:\{{\s*(?:value|central):\s*)?){_NUMBER}"
        lines[number], found = re.subn(pattern, rf"\g<1>{value:g}", lines[number], count=1)
        if not found:
            raise ValueError(f"{path}:{number + 1}: no number of {name} stands on this line")
    beside = path.with_name(f".{path.name}.new.yaml")
    beside.write_text("".join(lines), encoding="utf-8")
    try:
        load_scenario(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
