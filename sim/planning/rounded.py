"""Numbers of a summary: plain ones, rounded where they stop meaning anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

DIGITS = 12
"""Significant digits of every number in a summary."""


def rounded(item: Any) -> Any:
    """Numbers rounded where they stop meaning anything, numpy's turned into Python's."""
    if isinstance(item, Mapping):
        return {key: rounded(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [rounded(value) for value in item]
    if isinstance(item, bool | np.bool_):
        return bool(item)
    if isinstance(item, int | np.integer):
        return int(item)
    if isinstance(item, float | np.floating):
        return float(f"{float(item):.{DIGITS}g}")
    return item
