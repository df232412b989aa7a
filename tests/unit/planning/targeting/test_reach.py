"""How many are treated."""

import numpy as np
import pytest

from sim.planning.targeting.reach import Reach

PRICES = np.array([10.0, -5.0, 10.0, 20.0])


@pytest.mark.parametrize(
    ("kind", "amount", "count"),
    [
        ("share", 0.0, 0),
        ("share", 0.5, 2),
        ("share", 1.0, 4),
        ("number", 3, 3),
        ("number", 9, 4),
        ("budget", 0.0, 0),
        ("budget", 9.99, 0),
        ("budget", 20.0, 3),  # what the second saves pays for no other
        ("budget", 1e9, 4),
    ],
)
def test_counts(kind: str, amount: float, count: int) -> None:
    assert Reach(kind, amount).count(PRICES) == count  # type: ignore[arg-type]
