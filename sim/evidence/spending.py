"""How much of an error may be used up when a share of the planned information has been seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from sim.evidence.inputs import finite, share
from sim.evidence.results import FloatArray

Family = Literal["O'Brien-Fleming", "Pocock", "Hwang-Shih-DeCani"]


@dataclass(frozen=True, slots=True)
class Spending:
    """An error-spending function.

    ``O'Brien-Fleming`` and ``Pocock`` are the types of Lan and DeMets 1983 (Biometrika 70, 659-663), named
    after the bounds that they come close to; ``Hwang-Shih-DeCani`` (1990, Statistics in Medicine 9,
    1439-1445) has a parameter ``gamma``: -4 is near O'Brien-Fleming, 1 near Pocock, 0 spends evenly.
    """

    family: Family = "O'Brien-Fleming"
    gamma: float | None = None

    def __post_init__(self) -> None:
        if (self.family == "Hwang-Shih-DeCani") != (self.gamma is not None):
            raise ValueError(f"gamma belongs to Hwang-Shih-DeCani spending and to no other, got {self}")

    def __str__(self) -> str:
        return f"{self.family}-type spending" if self.gamma is None else f"{self.family} spending, gamma {self.gamma:g}"

    def spent(self, error: float, at: ArrayLike) -> FloatArray:
        """What of the one-sided ``error`` is spent by the information shares ``at``, same shape.

        Raises
        ------
        ValueError
            If ``error`` or an entry of ``at`` does not lie between 0 and 1 (``at``: both included).
        """
        total, time = share("error", error), finite("at", at)
        if ((time < 0) | (time > 1)).any():
            raise ValueError("information shares must lie between 0 and 1")
        if self.family == "Pocock":
            spent = total * np.log1p((np.e - 1) * time)
        elif self.gamma is None:
            with np.errstate(divide="ignore"):
                spent = 2 * ndtr(ndtri(total / 2) / np.sqrt(time))
        elif self.gamma == 0:
            spent = total * time
        else:
            spent = total * np.expm1(-self.gamma * time) / np.expm1(-self.gamma)
        return np.asarray(np.where(time == 1, total, spent), dtype=np.float64)  # exactly all of it at the end
