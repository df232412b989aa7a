"""Units: a key's name ends with its unit, and a value may repeat it ("7 days") but not contradict it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.scenario.problems import KeyPath


@dataclass(frozen=True)
class Unit:
    """What a key counts.

    Parameters
    ----------
    words : str
        The unit in the singular, as a value may write it: ``day``, ``yuan per month``; empty for a share.
    named : str
        How a message names it; completes "a number ...".
    example : str
        A value that would be accepted.
    percent : bool
        True where "15%" makes sense.
    """

    words: str
    named: str
    example: str
    percent: bool = False


# Longest first: `mean_fee_yuan_per_month` is yuan per month, not months.
_BY_SUFFIX: tuple[tuple[str, Unit], ...] = (
    ("yuan_per_minute", Unit("yuan per minute", "of yuan per minute", "2 yuan per minute")),
    ("yuan_per_month", Unit("yuan per month", "of yuan per month", "200 yuan per month")),
    ("yuan_per_year", Unit("yuan per year", "of yuan per year", "200 yuan per year")),
    # before `month`: `touches_a_month` is a number, not a time
    ("a_month", Unit("per month", "per month", "3 per month")),
    ("per_month", Unit("per month", "per month", "4% per month", percent=True)),
    ("per_year", Unit("per year", "per year", "4% per year", percent=True)),
    ("minutes", Unit("minute", "of minutes", "7 minutes")),
    ("months", Unit("month", "of months", "7 months")),
    ("month", Unit("month", "of months", "7 months")),
    ("days", Unit("day", "of days", "7 days")),
    ("yuan", Unit("yuan", "of yuan", "7 yuan")),
    ("share", Unit("", "between 0 and 1", "15%", percent=True)),
)
_QUANTITY = re.compile(r"\s*([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?)\s*(%?)(.*)", re.DOTALL)


def unit_of(path: KeyPath) -> Unit | None:
    """Give the unit in which the value at a path counts, from its key or the key above it."""
    # an arm sets a number of the scenario by its whole path, of which the last part is the key
    names = [part.rpartition(".")[2] for part in path if isinstance(part, str)]
    for name in (*names[-1:], *names[-2:-1]):
        for suffix, unit in _BY_SUFFIX:
            if name == suffix or name.endswith("_" + suffix):
                return unit
    return None


def quantity(text: str, unit: Unit) -> float | None:
    """Read "7 days" or "15%" as the number that a key with this unit wants.

    Returns
    -------
    float or None
        None where the text does not start with a number, so that it is no quantity at all.

    Raises
    ------
    ValueError
        Where it is a quantity, of another unit; the message completes "must be ...".
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, percent, rest = match.groups()
    words = _singular(rest)
    if words == unit.words and (unit.percent if percent else words):
        return _divided(number) if percent else float(number)
    if percent and unit.percent and not words:
        return _divided(number)
    raise ValueError(f"a number {unit.named}, such as '{unit.example}'")


def _divided(number: str) -> float:
    """Give a hundredth of a number, rounded as the decimal would be ("15%" is 0.15 to the last bit)."""
    from decimal import Decimal

    return float(Decimal(number) / 100)


def _singular(words: str) -> str:
    parts = words.lower().replace("/", " per ").split()
    parts = ["per" if part in ("a", "an", "each", "every") else part for part in parts]
    return " ".join(part[:-1] if part in ("days", "months", "years", "minutes") else part for part in parts)
