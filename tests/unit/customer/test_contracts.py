"""Contracts: subsidies, terms, penalties and what follows their end (model.md section 13), to the fen."""

from typing import Any

import numpy as np

from sim.customer.moves import COUNT_COLUMN
from sim.customer.record import Count, Line
from sim.customer.states import Clock
from sim.world.world import World
from tests import family as rates
from tests.family import Family
from tests.worlds import HORIZON, MONTH, day_zero, differing, leaving, live, quiet, tenure

YEARLY = {"months": 12, "reduction": 1.0, "acts_on": ["competitor"]}
FOREVER = 1000.0
"""A leaving rate a month under which a customer who is free stays for an hour."""


def signers(share: float = 1.0, *, customers: int = 300, until: float = HORIZON, **changes: Any) -> World:
    """A year of customers of whom so many sign on joining; changes to the contract, `blocks` beside it."""
    return live(scenario(share, customers=customers, **changes), until=until)


def scenario(share: float = 1.0, *, blocks: dict[str, Any] | None = None, customers: int = 300, **changes: Any):
    segments = {"all": {"share": 1.0, "contract_share": share}}
    return quiet(customers=customers, segments=segments, contracts=YEARLY | changes, **(blocks or {}))


def counted(world: World, what: Count) -> int:
    return int(world.shared.tally[..., COUNT_COLUMN + what].sum())


def test_a_block_that_nobody_signs_changes_no_byte():
    """Catches a contract that costs or acts where it was not signed.

    Agreements that nobody is offered give both worlds the same kind of customer.
    """
    law = {"per_month": {"growth": 0.1, "stable": 0.1}, "wakes_per_month": 0.5, "fee_share": 0.2}
    idle = {"accept_share": 0.0, "effect": {"max_reduction": 0.0, "half_credit_yuan": 1, "acts_on": []}}
    blocks = {"dormancy": law, "agreements": idle, "leaving": leaving(competitor=0.1, need_gone=0.1)}
    without, unsigned = live(quiet(customers=300, **blocks)), signers(0.0, blocks=blocks, subsidy_yuan=300)
    assert not differing(without.customers, unsigned.customers).any()
    assert without.shared.tally.tobytes() == unsigned.shared.tally.tobytes()


def test_nobody_leaves_before_the_end_and_everybody_after_it():
    """Direction and extreme: a full reduction holds to the last day, and the free go at once."""
    blocks = {"base": tenure(0, 11), "leaving": leaving(competitor=FOREVER)}
    c = signers(blocks=blocks).customers
    assert (c["lost_at"] >= c["joined"] + 365).all()
    assert (c["lost_at"] < c["joined"] + 366).all()
    assert not c["ledger"][:, Line.PENALTY].any()


def test_who_signs_again_and_again_stays():
    """Catches a renewal that leaves a gap, or one that is not a contract of the same length."""
    c = signers(blocks={"base": tenure(0, 40), "leaving": leaving(competitor=FOREVER)}, renews_share=1.0).customers
    assert np.isinf(c["lost_at"]).all()
    lived = HORIZON - c["joined"]
    assert (c["contracts"] == np.floor(lived / 365) + 1).all()
    assert (np.abs(c["contract_until"] - c["joined"] - 365 * c["contracts"]) < 1e-6).all()


def test_leaving_before_the_end_costs_a_part_of_the_days_left():
    """Hand-computed, customer by customer: share x fee x days left / month, and nothing after the end."""
    blocks = {"base": tenure(2, 11), "leaving": leaving(competitor=0.2)}
    world = signers(blocks=blocks, reduction=0.0, penalty_share=0.4)
    c = world.customers
    gone = np.isfinite(c["lost_at"])
    days = c["joined"] + 12 * MONTH - c["lost_at"]
    early = gone & (days > 0)
    owed = np.floor(0.4 * c["fee"] * days / MONTH + 0.5)
    assert early.sum() > 100
    assert (gone & ~early).sum() > 30
    assert (c["ledger"][early, Line.PENALTY] == owed[early]).all()
    assert not c["ledger"][~early, Line.PENALTY].any()
    assert world.shared.tally[..., Line.PENALTY].sum() == owed[early].sum()


def test_debtors_and_swindlers_pay_no_penalty():
    """Catches a penalty of those who pay nothing: the cancelled, leavers in arrears, swindlers."""
    billing = {
        "pays_per_month": {"overdue": 0.0, "suspended": 0.0},
        "one_way_stop_days": 70,
        "two_way_stop_days": 80,
        "cancel_days": 90,
        "fraud_share": 0.3,
    }
    segments = {"all": {"share": 1.0, "contract_share": 1.0, "forgets_bill_share": 0.1}}
    contracts = YEARLY | {"months": 36, "reduction": 0.0, "penalty_share": 1.0}
    blocks = {"billing": billing, "contracts": contracts, "leaving": leaving(competitor=0.2)}
    c = live(quiet(customers=600, segments=segments, **blocks)).customers
    paid = c["ledger"][:, Line.PENALTY] > 0
    cancelled = c["reason"] == Clock.PAYMENT
    indebted = np.isfinite(c["lost_at"]) & ~cancelled & (c["ledger"][:, Line.BAD_DEBT] > 0)
    assert min(cancelled.sum(), indebted.sum()) > 50
    assert not paid[cancelled | indebted | (c["fraud"] == 1)].any()
    clear = (c["reason"] == Clock.COMPETITOR) & ~indebted & (c["fraud"] == 0)
    assert clear.sum() > 100
    assert paid[clear].all()


def test_a_subsidy_is_given_for_every_signature():
    """Catches a signature without its subsidy, or one that the books do not count; the past's are not in the ledger."""
    blocks = {"base": tenure(0, 24) | {"joining_share_per_month": 0.1}}
    sc = scenario(0.6, blocks=blocks, customers=200, subsidy_yuan=300, renews_share=0.5, months=5)
    world = day_zero(sc)
    before = world.customers["contracts"].copy()
    world.begin()
    world.live(HORIZON)
    signed = world.customers["contracts"] - before
    assert (world.customers["ledger"][:, Line.SUBSIDY] == 30_000 * signed).all()
    assert counted(world, Count.CONTRACTS_SIGNED) == signed.sum() > 200
    joiners = np.isfinite(world.customers["joined"]) & (world.customers["joined"] > 0)
    assert (signed[joiners] > 0).sum() > 50


def test_the_end_of_a_contract_is_a_peak_and_then_over():
    """Hand-traced rates: held, driven off for as long as stated, as without a contract."""
    blocks = {"base": tenure(10), "leaving": leaving(competitor=1e-6)}
    after = {"factor": 3.0, "lasts_days": 20}
    world = day_zero(scenario(blocks=blocks, customers=5, reduction=0.75, after=after))
    world.begin()
    free, end = 1e-6 / MONTH, 2 * MONTH
    for day, factor in ((end - 0.01, 0.25), (end + 0.01, 3.0), (end + 19.99, 3.0), (end + 20.01, 1.0)):
        world.live(day)
        assert np.allclose(world.customers["rate"][:, Clock.COMPETITOR], free * factor, rtol=1e-12), day


def test_contract_expiry_shows_as_a_peak_of_losses():
    """Direction, as section 13 says: fewer leave before the end, and more in the weeks after it than later."""
    blocks = {"base": tenure(9), "leaving": leaving(competitor=0.1)}
    law = {"reduction": 0.9, "after": {"factor": 4.0, "lasts_days": 30.0}}
    c = signers(customers=3_000, blocks=blocks, **law).customers
    end = 3 * MONTH
    edges = [end - 60, end - 30, end, end + 30, end + 60, end + 90]
    lost, _ = np.histogram(c["lost_at"], edges)
    there = np.array([(c["lost_at"] >= edge).sum() for edge in edges[:-1]])
    hazard = lost / there
    assert hazard[2] > 2 * hazard[3:].max() > 4 * hazard[:2].max()


def test_a_change_of_number_leaves_the_contract_as_it_is():
    """Catches a penalty for who stays with the firm."""
    change = {"per_month": {"growth": 0.5, "stable": 0.5}, "fee_drop_share": 0.1}
    c = signers(
        blocks={"number_change": change, "leaving": leaving(competitor=0.0)}, penalty_share=1.0, months=24
    ).customers
    assert (c["changes"] > 0).sum() > 250
    assert (np.abs(c["contract_until"] - 24 * MONTH) < 1e-6).all()
    assert not c["ledger"][:, Line.PENALTY].any()


def test_shares_of_contracts(family: Family):
    """Catches a chance to sign, or to sign again, that is not the one in the file."""
    name = "contracts: signed on joining"
    sc = scenario(0.35, customers=2_000, renews_share=0.25, months=5, blocks={"base": tenure(4)})
    world = day_zero(sc, seed=rates.seed(name))
    first = world.customers["contracts"] == 1
    family.rate(name, first, "is", 0.35)
    world.begin()
    world.live(3 * MONTH)
    family.rate("contracts: signed again", world.customers["contracts"][first] == 2, "is", 0.25)
