"""Conservation in every shipped world, under every policy that it has: each customer and each fen is in one place."""

from pathlib import Path

import pytest

from sim.customer.record import Line
from sim.scenario.load import load_scenario
from tests.properties.books import SETTLED, Books
from tests.worlds import ROOT, day_zero

UNTIL = 800.0
SCENARIOS = {file.stem: load_scenario(file) for file in sorted(Path(ROOT, "scenarios").glob("*.yaml"))}
WORLDS = [(name, policy) for name, scenario in SCENARIOS.items() for policy in scenario.value.policies]


@pytest.mark.parametrize(("name", "policy"), WORLDS, ids=[" ".join(one) for one in WORLDS])
def test_the_books_balance(name: str, policy: str) -> None:
    """Catches a line that only one of the two keepers of the books knows, in the mix of mechanisms that is shipped."""
    shipped = SCENARIOS[name].with_values({"customers": 400, "horizon_days": 365})
    if shipped.value.residual is None:
        shipped = shipped.with_values({"residual": {"months": 12.0, "discount_per_year": 0.0}})
    scenario = shipped.with_values(SETTLED).value
    books = Books(day_zero(scenario, policy, replications=2, until=UNTIL))
    books.world.begin()
    books.world.live(UNTIL)
    assert books.money(within=True)[..., Line.LIST].sum() > 0
    assert books.losses.sum() > 100
    books.check_all()
