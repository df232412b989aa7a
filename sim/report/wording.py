"""Numbers as a reader wants them: one way to write a share, a sum of money, a p-value, an interval.

Page, terminal and answer all write numbers through here, so that the same number looks the same everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.report.values import is_interval, is_refused

MINUS = "−"
PERCENT = 100.0
SMALLEST_P = 0.001


@dataclass(frozen=True)
class Cell:
    """One number of a table, ready to be shown.

    Attributes
    ----------
    value
        The number with its unit, or a text.
    span
        The interval, ``low to high``, in the unit of the value; empty where there is none.
    doubt
        The kind of doubt that the interval is about; empty where there is none.
    refused
        Why there is no number; empty where there is one.
    """

    value: str = ""
    span: str = ""
    doubt: str = ""
    refused: str = ""

    def __bool__(self) -> bool:
        """A cell with nothing to show is false."""
        return bool(self.value or self.refused)


EMPTY = Cell()


def plain(value: float, decimals: int, sign: bool = False) -> str:
    """Write a number with thousands separators, a true minus, and no ``-0``."""
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0.0:
        return text
    if value < 0:
        return MINUS + text
    return "+" + text if sign else text


def decimals_for(*values: float) -> int:
    """Return how many decimals amounts of this size deserve: enough to tell them apart, no more."""
    largest = max((abs(value) for value in values), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def _scaled(values: list[float], unit: str) -> tuple[list[float], int, str]:
    """Return the values in the unit that is shown, their decimals, and what is written behind them."""
    if unit == "points":
        return [value * PERCENT for value in values], 1, " points"
    if unit.startswith("share"):  # a share, a share per year
        return [value * PERCENT for value in values], 1, "%"
    if unit == "count":
        return values, 0, ""
    behind = "" if unit in ("ratio", "none", "") else f" {unit}"
    return values, decimals_for(*values), behind


def quantity(value: float, unit: str, sign: bool = False) -> str:
    """Write a number with its unit: ``27.4%``, ``−8.8 points``, ``1,404 yuan``, ``0.71``."""
    (scaled,), decimals, behind = _scaled([value], unit)
    return plain(scaled, decimals, sign) + behind


def span(item: Mapping[str, Any], unit: str) -> str:
    """Write an interval's limits without their unit, with the decimals of the estimate."""
    scaled, decimals, _ = _scaled([item["value"], item["low"], item["high"]], unit)
    return f"{plain(scaled[1], decimals)} to {plain(scaled[2], decimals)}"


def cell(item: object, unit: str, sign: bool = False, bare: bool = False) -> Cell:
    """Write whatever may stand at a number's place: an interval, a number, a text, a refusal, nothing.

    With ``bare`` the unit is not written, because a heading names it; a percent sign always is.
    """
    if item is None:
        return EMPTY
    if is_refused(item):
        return Cell(refused=item["refused"])
    if is_interval(item):
        values = [item["value"], item["low"], item["high"]]
        if any(value is None for value in values):
            return cell(item["value"], unit, sign, bare)
        scaled, decimals, behind = _scaled(values, unit)
        behind = behind if behind == "%" or not bare else ""
        return Cell(plain(scaled[0], decimals, sign) + behind, span(item, unit), str(item.get("of", "")))
    if isinstance(item, bool):
        return Cell("yes" if item else "no")
    if isinstance(item, int | float):
        (number,), decimals, behind = _scaled([float(item)], unit)
        return Cell(plain(number, decimals, sign) + (behind if behind == "%" or not bare else ""))
    return Cell(str(item))


def difference_unit(unit: str) -> str:
    """Return the unit of a difference of two values: shares differ by points."""
    return "points" if unit.startswith("share") else unit


def p_value(value: float | None) -> str:
    """Write a p-value with three decimals, never as 0."""
    if value is None:
        return ""
    return f"<{SMALLEST_P}" if value < SMALLEST_P else f"{value:.3f}"


def percent(fraction: float) -> str:
    """Write a frequency as a percentage: whole, or with a decimal where a whole number would hide it."""
    value = fraction * PERCENT
    if 0 < value < 1 or 99 < value < 100:
        return f"{value:.1f}%"
    return f"{value:.0f}%"


def counted(number: int, what: str) -> str:
    """Write a count with what is counted: ``1 replication``, ``400 replications``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def listing(items: list[str], last: str = "and") -> str:
    """Join words as in a sentence: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def size(value: object) -> str:
    """Write a parameter's value as it would stand in a file, short."""
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else ""
    if isinstance(value, int | float):
        whole = abs(value) >= 1e6 or float(value).is_integer()
        return (f"{value:,.0f}" if whole else f"{value:,.6g}").replace("-", MINUS)
    return str(value)
