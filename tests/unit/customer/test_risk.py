"""True risk: against a matrix exponential, and against what is lived."""

import numpy as np
import pytest
from scipy.linalg import expm

from sim.customer.record import Moment
from sim.customer.risk import read_risks, stays_in_chain
from sim.customer.states import State
from tests import family as rates
from tests.family import Family
from tests.worlds import day_zero, early_warning, leaving, quiet, tenure

CHAINS = [
    (0.01, 0.2, 0.05, 0.3),
    (0.0, 0.0, 0.05, 0.3),
    (0.02, 0.02, 0.0, 0.0),
    (0.3, 0.01, 0.0, 0.2),
    (0.1, 0.1, 0.2, 0.2),
    (50.0, 0.001, 3.0, 2.0),
]


@pytest.mark.parametrize(("leaves", "other", "goes", "comes"), CHAINS)
@pytest.mark.parametrize("days", [0.0, 1e-6, 1.0, 90.0, 3650.0])
def test_the_closed_form_is_a_matrix_exponential(leaves: float, other: float, goes: float, comes: float, days: float):
    """Second computation: the chain's generator, exponentiated."""
    generator = np.array([[-(leaves + goes), goes], [comes, -(other + comes)]])
    expected = expm(generator * days).sum(axis=1)[0]
    assert stays_in_chain(leaves, other, goes, comes, days) == pytest.approx(expected, rel=1e-9, abs=1e-12)


CHAIN = {
    "customers": 20_000,
    "leaving": {"competitor": {"per_month": {"stable": 0.01, "warning": 0.3}, "frail": True}},
    "warning": {"enter_per_month": 0.06, "recover_per_month": 0.4},
    "base": {**tenure(3, 12), "frailty_variance": 0.5},
    "early_warning": early_warning(),
}


def test_risk_is_the_chance_that_is_lived(family: Family):
    """Rates that stay as they are: who left less the risk of day 0 is 0 on average, at high risk and low."""
    name = "early warning: true risk of a chain of states"
    world = day_zero(quiet(**CHAIN), seed=rates.seed(name))
    world.begin()
    who, _, risk, noise, *_ = read_risks(world.customers, world.laws.table, 0.0, 90.0)
    assert len(who) == len(world.customers)
    assert 0.3 < noise.mean() < 0.7
    world.live(90.0)
    left = world.customers["lost_at"] < 90.0
    in_warning = risk > np.median(risk)
    assert left[in_warning].mean() > 3 * left[~in_warning].mean()
    family.mean(name, (left - risk) * np.where(in_warning, 1.0, 3.0), 0.0)


def test_a_desk_keeps_its_share():
    """Hand-computed: half of those who ask are talked into staying, so they leave at half the rate."""
    desk = {"seats": 5, "service_minutes": 1.0, "success_share": 0.5, "reasons": ["competitor"]}
    world = day_zero(quiet(leaving=leaving(competitor=0.1), desk=desk, early_warning=early_warning()))
    _, _, risk, *_ = read_risks(world.customers, world.laws.table, 0.0, 73.0)
    assert np.allclose(risk, 1.0 - np.exp(-0.1 * 0.5 * 12 * 73 / 365))


BILLING = {
    "pays_per_month": {"overdue": 0.5, "suspended": 1.0},
    "one_way_stop_days": 20,
    "two_way_stop_days": 40,
    "cancel_days": 60,
}
FORGETS = {"all": {"share": 1.0, "forgets_bill_share": 0.5}}


def test_risk_of_arrears_is_the_chance_that_nothing_is_paid(family: Family):
    """Who owes on day 40 and is not stopped yet: by the formula, and as lived until the last step has passed."""
    name = "early warning: true risk of who is in arrears"
    law = quiet(customers=20_000, segments=FORGETS, billing=BILLING, early_warning=early_warning())
    world = day_zero(law, seed=rates.seed(name))
    world.begin()
    world.live(40.0)
    c = world.customers
    who, _, risk, *_ = read_risks(c, world.laws.table, 40.0, 61.0)
    owes = np.isfinite(c["arrears_at"][who])
    since = np.where(owes, c["arrears_at"][who], 0.0)
    stop, end = since + 20.0, since + 60.0
    expected = np.exp(-(0.5 * (stop - 40.0) + 1.0 * (end - stop)) * 12 / 365)
    assert owes.sum() > 1_000
    assert np.allclose(risk[owes], expected[owes])
    assert not risk[~owes].any()
    assert not (c["state"][who] == State.SUSPENDED).any()
    soon = read_risks(c, world.laws.table, 40.0, 10.0)[2]
    assert not soon[owes & (end > 50.0)].any()
    first = who[owes]
    world.live(101.0)
    family.mean(name, c["lost_at"][first] < 101.0, float(expected[owes].mean()))


def test_who_cannot_leave_has_no_risk_and_prospects_are_not_scored():
    """Catches a risk made of rounding, and a score of who has not joined."""
    world = day_zero(quiet(base={"joining_share_per_month": 0.1}, early_warning=early_warning()))
    who, _, risk, *_ = read_risks(world.customers, world.laws.table, 0.0, 90.0)
    assert np.array_equal(who, np.flatnonzero(np.isinf(world.customers["due"][:, Moment.JOIN])))
    assert not risk.any()
