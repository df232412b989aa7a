"""Distributions that an assumption may have: their median is what the main run lives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

PARAMETERS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "beta": ("a", "b"),
}
"""Parameters that each distribution needs, in the order of its definition."""


@dataclass(frozen=True)
class Distribution:
    """A distribution by its name and parameters.

    Parameters
    ----------
    name : str
        One of `PARAMETERS`.
    parameters : tuple of (str, float)
        In the order of `PARAMETERS`.
    """

    name: str
    parameters: tuple[tuple[str, float], ...]

    def median(self) -> float:
        """Give the centre: half of the distribution lies below it."""
        return self.quantile(0.5)

    def quantile(self, chance: float) -> float:
        """Give the value below which the share `chance` (above 0, below 1) of the distribution lies."""
        p = dict(self.parameters)
        if self.name == "uniform":
            return p["low"] + chance * (p["high"] - p["low"])
        if self.name == "triangular":
            return _triangular(p["low"], p["mode"], p["high"], chance)
        if self.name == "normal":
            return p["mean"] + p["sd"] * NormalDist().inv_cdf(chance)
        if self.name == "lognormal":
            return p["median"] * math.exp(p["sigma"] * NormalDist().inv_cdf(chance))
        # Imported here because nothing else in a scenario needs scipy, and it is slow to import.
        from scipy.special import betaincinv

        return float(betaincinv(p["a"], p["b"], chance))

    def __str__(self) -> str:
        inside = ", ".join(f"{name} {value:g}" for name, value in self.parameters)
        return f"{self.name}({inside})"


def fault(name: str, parameters: Mapping[str, float]) -> tuple[str, str] | None:
    """Say what is wrong with a distribution's parameters.

    Returns
    -------
    (str, str) or None
        The parameter at fault and the rule, which completes "must be ...".
    """
    p = parameters
    if name == "uniform" and not p["low"] < p["high"]:
        return "high", f"above low ({p['low']:g})"
    if name == "triangular":
        if not p["low"] < p["high"]:
            return "high", f"above low ({p['low']:g})"
        if not p["low"] <= p["mode"] <= p["high"]:
            return "mode", f"between low ({p['low']:g}) and high ({p['high']:g})"
    positive = {"normal": ("sd",), "lognormal": ("median", "sigma"), "beta": ("a", "b")}
    for key in positive.get(name, ()):
        if not p[key] > 0:
            return key, "above 0"
    return None


def _triangular(low: float, mode: float, high: float, chance: float) -> float:
    turn = (mode - low) / (high - low)
    if chance <= turn:
        return low + math.sqrt(chance * (high - low) * (mode - low))
    return high - math.sqrt((1 - chance) * (high - low) * (high - mode))
