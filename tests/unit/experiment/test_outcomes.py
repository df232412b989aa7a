"""Records turned into metrics: each by hand."""

import numpy as np
import pytest

from sim.customer.record import LINES, Line, customer_dtype
from sim.experiment.before import read_before
from sim.experiment.outcomes import (
    DEFINITIONS,
    Outcomes,
    cells,
    concatenate,
    metric,
    read_outcomes,
    residual_table,
)
from tests.worlds import quiet, tenure

LEDGER = {
    Line.LIST: 120_000,
    Line.FORGONE: 5_000,
    Line.CONTACT: 300,
    Line.GIFT: 3_000,
    Line.TEAM: 20_000,
    Line.DESK: 40,
    Line.SUBSIDY: 1_000,
    Line.PENALTY: 2_000,
}


def customers() -> np.ndarray:
    """One who stays, one who leaves before the horizon, one who leaves on it."""
    c = np.zeros(3, dtype=customer_dtype)
    c["id"], c["replication"] = [5, 6, 7], 4
    c["lost_at"], c["reason"] = [np.inf, 100.0, 365.0], [-1, 3, 4]
    c["tier"], c["joined"], c["answer"] = [2, 1, 0], [-100.0, -1.0, -40.0], [1, -1, 0]
    for line, amount in LEDGER.items():
        c["ledger"][:, line] = amount
    c["residual"] = [70_000, 0, 0]
    return c


def outcomes() -> Outcomes:
    return read_outcomes(quiet(), customers(), np.array([1, 0, 1]), read_before(quiet(), customers()), 365.0)


def test_days_end_with_leaving_or_the_horizon():
    """Catches somebody who leaves on the horizon's day and counts as lost within it."""
    of = outcomes()
    assert of.left.tolist() == [False, True, False]
    assert of.days.tolist() == [365.0, 100.0, 365.0]
    assert of.reason.tolist() == [-1, 3, -1]
    assert (of.cell < 0).tolist() == [False, True, False]
    assert metric(of, "churn_rate", 0.5).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("name", "yuan"),
    [
        ("revenue_per_customer", 1_170.0),
        ("cost_per_customer", 293.4),
        ("net_value_per_customer", 0.6 * 1_200 + 20 - 293.4),
        ("net_value_with_residual_per_customer", 0.6 * 1_200 + 20 - 293.4 + 700),
    ],
)
def test_money_by_hand(name, yuan):
    """Catches a forgone fee that is subtracted twice, or not at all, and fen given as yuan."""
    assert metric(outcomes(), name, 0.6)[0] == pytest.approx(yuan)
    assert name in DEFINITIONS


def test_a_residual_from_a_table_replaces_the_lived_one():
    """Catches a trial that is valued with what only the simulator knows."""
    of = outcomes()
    given = metric(of, "net_value_with_residual_per_customer", 0.6, np.array([100.0, 200.0, 300.0]))
    without = metric(of, "net_value_per_customer", 0.6)
    assert given - without == pytest.approx([1.0, 2.0, 3.0])


def test_the_residual_table_is_the_mean_of_each_cell():
    """Catches a cell that holds the lost, and an empty cell that is worth nothing."""
    mix = {
        "tenure_mix": {
            "bands": [
                {"from_month": 0, "to_month": 15, "share": 0.5},
                {"from_month": 15, "to_month": 30, "share": 0.5},
            ]
        }
    }
    scenario = quiet(base=mix)
    c = np.zeros(5, dtype=customer_dtype)
    c["lost_at"], c["tier"] = [np.inf, np.inf, np.inf, 10.0, np.inf], [0, 0, 0, 0, 2]
    c["joined"] = [-10.0, -10.0, -200.0, -10.0, -10.0]
    c["residual"] = [100, 300, 1_000, 9_999, 50]
    of = read_outcomes(scenario, c, np.zeros(5, dtype=np.int64), read_before(scenario, c), 365.0)
    table = residual_table(scenario, of)
    assert cells(scenario) == len(table) == 6
    assert sorted(table.tolist()) == pytest.approx(sorted([200, 1_000, 50, *[1_450 / 4] * 3]))
    assert table[of.cell[[0, 2, 4]]] == pytest.approx([200, 1_000, 50])


def test_blocks_are_put_together_in_order():
    """Catches a column that is lost or put in another order."""
    one, other = outcomes(), outcomes().where(np.array([True, False, True]))
    both = concatenate([one, other])
    assert len(both) == 5
    assert both.id.tolist() == [5, 6, 7, 5, 7]
    assert both.ledger.shape == (5, LINES)
    assert both.stratum.tolist() == [1, 0, 1, 1, 1]


def test_the_ledger_of_a_world_that_lives_on_does_not_change_what_was_read():
    """Catches outcomes that look into the world's own arrays."""
    c = customers()
    scenario = quiet(base=tenure(1.0))
    of = read_outcomes(scenario, c, np.zeros(3, dtype=np.int64), read_before(scenario, c), 365.0)
    c["ledger"] = 0
    c["lost_at"] = 1.0
    assert of.ledger[0, Line.LIST] == 120_000
    assert not of.left[0]
