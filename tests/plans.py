"""Responses made up from a known truth, for tests of what is chosen by them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.planning.budget.cells import Division
from sim.planning.budget.estimate import Estimates
from sim.planning.budget.mix import WHOLE
from sim.planning.budget.purse import Purse
from sim.planning.budget.question import Question
from sim.planning.budget.responses import Responses
from sim.scenario.offers import Arm
from sim.scenario.planning_schema import Limits

TIER_BY_TENURE = Division(("tier", "tenure"), (("others", "gold", "platinum"), ("young", "old")), (0.0, 12.0))


def question(
    actions: Sequence[str],
    budget: float,
    *,
    division: Division = TIER_BY_TENURE,
    limits: dict[str, Any] | None = None,
    purse: Purse = WHOLE,
) -> Question:
    """A question about made-up responses."""
    return Question(
        actions={name: Arm() for name in actions},
        division=division,
        budget=budget,
        stated=budget,
        per_days=365.0,
        cash_only=True,
        limits=Limits.model_validate(limits or {}),
        against=None,
        purse=purse,
        begun={name: frozenset(range(len(division.days))) for name in actions},
        promotions=None,
    )


def estimates(random: np.random.Generator, actions: int, sizes: Sequence[int], *, worst: float = -20.0) -> Estimates:
    """Random values and prices of whole yuan, so that nothing is equal by a hair."""
    shape = (actions, len(sizes))
    return Estimates(
        value=random.integers(int(worst), 60, shape) + random.random(shape),
        spends=random.integers(1, 20, (1, *shape)).astype(float),
        contacts=random.integers(0, 4, shape).astype(float),
        sizes=np.array(sizes, dtype=np.int64),
    )


def responses(
    random: np.random.Generator,
    value: np.ndarray,
    spend: np.ndarray,
    sizes: np.ndarray,
    *,
    replications: int,
    noise: float,
    spend_noise: float = 0.0,
) -> Responses:
    """Noisy sums over cells of actions a0, a1, ... whose truth a customer is known.

    Parameters
    ----------
    value, spend : float64 arrays, shape (actions, cells)
    noise, spend_noise : float
        Standard deviation of one customer's value, and of its spend.
    """
    shape = (replications, *value.shape)
    spread = np.sqrt(sizes) * np.ones(shape)
    values = value * sizes + noise * spread * random.standard_normal(shape)
    spends = spend * sizes + spend_noise * spread * random.standard_normal(shape)
    customers = np.broadcast_to(sizes.astype(float), (replications, len(sizes))).copy()
    nothing = np.zeros_like(values)
    books = np.stack([values, spends, nothing, nothing], axis=-1)
    return Responses(
        customers, np.zeros_like(customers), {f"a{number}": books[:, number] for number in range(len(value))}, 0, 0.0
    )
