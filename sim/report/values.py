"""What a summary is made of: intervals that name their doubt, refusals that name their reason, rounded money.

They are plain dicts, so that a summary is JSON and nothing else.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypeGuard

Summary: TypeAlias = Mapping[str, Any]

RUN: Final = "run"
TRIAL: Final = "trial"
ASSUMPTION: Final = "assumption"
PREDICTION: Final = "prediction"
DOUBTS: Final = (RUN, TRIAL, ASSUMPTION, PREDICTION)

FEN_PER_YUAN: Final = 100
YUAN_DECIMALS: Final = 4  # a hundredth of a fen: means over many customers differ there and nowhere beyond
SHARE_DECIMALS: Final = 8


def interval(value: float, low: float, high: float, of: str) -> dict[str, Any]:
    """Return an estimate with its interval and the kind of doubt that the interval is about.

    Parameters
    ----------
    value, low, high
        Estimate and limits, in the metric's unit.
    of
        ``run`` (noise of the simulation), ``trial`` (one real trial of the planned size), ``assumption``
        (worlds with other parameters) or ``prediction`` (one such base over one such period).

    Raises
    ------
    ValueError
        If the kind of doubt is unknown.
    """
    if of not in DOUBTS:
        raise ValueError(f"kind of doubt: got {of!r}, must be one of {', '.join(DOUBTS)}")
    return {"value": value, "low": low, "high": high, "of": of}


def refused(reason: str) -> dict[str, str]:
    """Return what stands in the place of a number that cannot be given."""
    return {"refused": reason}


def is_refused(item: object) -> TypeGuard[Mapping[str, str]]:
    """Say whether a value is a refusal."""
    return isinstance(item, Mapping) and "refused" in item


def is_interval(item: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a value is an estimate with limits; the kind of doubt may be left out."""
    return isinstance(item, Mapping) and {"value", "low", "high"} <= item.keys()


def point(item: object) -> float | None:
    """Return the number in an interval or in a plain number; ``None`` for a refusal or nothing."""
    if is_interval(item):
        item = item["value"]
    if isinstance(item, int | float) and not isinstance(item, bool):
        return float(item)
    return None


def yuan(fen: float) -> float:
    """Return an amount in fen as yuan, rounded so that the last bits of a mean do not reach a file."""
    return round(float(fen) / FEN_PER_YUAN, YUAN_DECIMALS)


def share(fraction: float) -> float:
    """Return a share as a fraction, rounded so that the last bits of a mean do not reach a file."""
    return round(float(fraction), SHARE_DECIMALS)
