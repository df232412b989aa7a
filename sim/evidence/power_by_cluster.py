"""Power in closed form where whole clusters are assigned (circles), and how much their members are worth.

A cluster is an observation: what its members are alike in makes a mean of them vary more than one of as many strangers,
by the design effect; and the degrees of freedom come from the number of clusters.
"""

from __future__ import annotations

import math

from sim.evidence.clusters import FEWEST_CLUSTERS, TOO_FEW
from sim.evidence.inputs import share
from sim.evidence.power import Sizes, Spread, t_power
from sim.evidence.results import Refused

NO_PAIRS = Refused("no cluster has two members, so nothing is known of how alike they are")


def design_effect(weight: float, correlation: float) -> float:
    """How many times the variance of a mean of clusters' members is that of as many independent customers.

    Parameters
    ----------
    weight
        Sum of squared sizes / sum of sizes: the size of the cluster in which the average customer lives, which is
        (cv^2 + 1) times the mean size, cv being the sizes' coefficient of variation.
    correlation
        Between two members of a cluster.

    Returns
    -------
    float
        1 + ((cv^2 + 1) mean size - 1) correlation, where customers count alike whatever the size of their cluster
        (Eldridge, Ashby and Kerry 2006, Int J Epidemiology 35:1292); with equal sizes 1 + (size - 1) correlation
        (Donner and Klar 2000, Design and Analysis of Cluster Randomization Trials, chapter 5).
    """
    return 1.0 + (weight - 1.0) * correlation


def correlation_within(effect: float, weight: float) -> float | Refused:
    """The correlation within clusters that a design effect stands for; refused where nobody has a fellow."""
    return (effect - 1.0) / (weight - 1.0) if weight > 1.0 else NO_PAIRS


def correlation_turned(correlation: float, before: float, after: float) -> float:
    """The correlation within clusters of a share, once customers were turned at random from one level to another.

    Parameters
    ----------
    correlation
        Before.
    before, after
        Shares with the event. A fall turns each customer with it by one chance, a rise each one without it.

    Returns
    -------
    float
        Turning keeps a factor of the covariance of two members, its square, while the variance becomes that of the new
        share; 0 where all or none have the event.
    """
    before, after = (before, after) if after < before else (1 - before, 1 - after)
    if not 0 < after < 1 or not 0 < before < 1:
        return 0.0
    kept = after / before
    return correlation * kept**2 * before * (1 - before) / (after * (1 - after))


def clustered_power(
    effect: float, spread: Spread, sizes: Sizes, clusters: Sizes, *, alpha: float = 0.05, fewest: int = FEWEST_CLUSTERS
) -> float | Refused:
    """Chance that the two-sided test of two means by cluster (`sim.evidence.clusters`) is significant.

    Parameters
    ----------
    effect
        True difference.
    spread
        Standard deviation of one customer times the square root of the design effect, an arm each.
    sizes, clusters
        Customers and clusters an arm.

    Returns
    -------
    float, or Refused
        Noncentral t with clusters - 1 degrees of freedom, which are the test's. Refused below ``fewest`` clusters in an
        arm, as the test is; 0 where neither arm has a spread.

    Raises
    ------
    ValueError
        If a spread is negative, an arm is empty, or ``alpha`` lies outside 0 to 1.
    """
    share("alpha", alpha)
    if min(spread) < 0 or min(sizes) <= 0:
        raise ValueError(f"spreads must not be negative and arms not empty, got {spread}, {sizes}")
    if min(clusters) < fewest:
        return Refused(TOO_FEW.format(fewest=fewest))
    error = math.hypot(spread.arm / math.sqrt(sizes.arm), spread.against / math.sqrt(sizes.against))
    if error == 0:
        return 0.0
    return t_power(effect / error, sum(clusters) - 1, alpha)
