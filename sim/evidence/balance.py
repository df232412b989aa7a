"""Did the arms get the sizes that the design gave them by chance? (sample-ratio mismatch)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from sim.evidence.inputs import finite, whole
from sim.evidence.results import Refused

FEWEST_EXPECTED = 5  # below it the chi-square approximation is not to be trusted (Cochran 1954)


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Observed and expected sizes with the test of their difference."""

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chi_square: float
    degrees: int
    p_value: float
    method: str = "chi-square goodness of fit"


def sample_ratio(
    sizes: Sequence[int], shares: Sequence[float] | None = None, *, fixed_by: str | None = None
) -> SampleRatio | Refused:
    """Chi-square test of arm sizes against the shares planned (default: equal).

    Parameters
    ----------
    sizes
        Customers an arm.
    shares
        Planned shares; any positive weights.
    fixed_by
        The design that fixes the sizes ('complete', 'stratified'): the check could then never fire, and is
        refused.

    Raises
    ------
    ValueError
        If sizes are negative or broken, shares are not positive, or their numbers differ.
    """
    observed = whole("sizes", sizes)
    weights = np.ones(len(observed)) if shares is None else finite("shares", shares)
    if weights.shape != observed.shape or len(observed) < 2 or (weights <= 0).any():
        raise ValueError("shares must be positive, one for each of at least 2 arms")
    if fixed_by is not None:
        return Refused(f"sizes are fixed by {fixed_by} assignment: a sample-ratio check could never fire")
    expected = observed.sum() * weights / weights.sum()
    if expected.min() < FEWEST_EXPECTED:
        return Refused(f"an arm is expected to hold fewer than {FEWEST_EXPECTED} customers: too few for chi-square")
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    degrees = len(observed) - 1
    return SampleRatio(
        tuple(observed.tolist()),
        tuple(expected.tolist()),
        chi_square,
        degrees,
        float(chdtrc(degrees, chi_square)),
    )
