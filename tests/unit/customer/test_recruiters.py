"""Agents: terms, steering, resold cards, and new terms (model.md section 15), to the fen."""

from typing import Any

import numpy as np
import pytest

from sim.customer.laws import compile_laws
from sim.customer.record import MOBILE_DUE, BondMoment, Line
from sim.customer.states import Clock, State
from sim.customer.terms import take_terms
from sim.world.world import World
from tests import family as rates
from tests.family import Family
from tests.worlds import HORIZON, MONTH, day_zero, differing, leaving, live, quiet, tenure

TERMS = {"share": 1.0, "commission_yuan": 60, "assessment_months": 6, "acts_on": ["competitor"]}
LETS_GO = {"lasts_days": 60, "max_raise": 4.0, "half_commission_yuan": 30}
IDLE = {"accept_share": 0.0, "effect": {"max_reduction": 0.0, "half_credit_yuan": 1, "acts_on": []}}
"""Agreements that nobody is offered: both worlds of a comparison have the same kind of customer."""
BILLING = {
    "pays_per_month": {"overdue": 1.0, "suspended": 1.0},
    "one_way_stop_days": 20,
    "two_way_stop_days": 40,
    "cancel_days": 90,
}
FREE = 1e-6 / MONTH
AGENT = MOBILE_DUE + int(BondMoment.AGENT)


def scenario(blocks: dict[str, Any] | None = None, **changes: Any):
    return quiet(**{"customers": 300, "agents": TERMS | changes} | (blocks or {}))


def joiners(world: World) -> np.ndarray:
    """Positions of those who joined within the year."""
    return np.flatnonzero((world.customers["joined"] > 0) & (world.customers["joined"] < HORIZON))


def test_agents_who_recruit_nobody_change_no_byte():
    """Catches an agent that is paid for, or acts on, whom it has not recruited."""
    law = {"per_month": {"growth": 0.1, "stable": 0.1}, "wakes_per_month": 0.5, "fee_share": 0.2}
    base = {"joining_share_per_month": 0.1, "commission_yuan": 7}
    blocks = {"dormancy": law, "agreements": IDLE, "leaving": leaving(competitor=0.1), "base": base}
    nobody = scenario(blocks, share=0.0, lets_go=LETS_GO, resale={"share": 1.0, "drop_per_month": 1.0})
    one, other = live(quiet(customers=300, **blocks)), live(nobody)
    assert not differing(one.customers, other.customers).any()
    assert one.shared.tally.tobytes() == other.shared.tally.tobytes()


def test_the_agent_is_paid_in_place_of_the_firms_own_shops():
    """Hand-computed: on joining, at the assessment, and a part back of who leaves before it."""
    base = {"joining_share_per_month": 0.2, "commission_yuan": 7}
    blocks = {"base": base, "leaving": leaving(competitor=0.0, need_gone=0.15)}
    world = live(scenario(blocks, share=0.6, assessed_yuan=25, clawback_share=0.5))
    c = world.customers[joiners(world)]
    recruited = c["recruited"] == 1
    end = np.minimum(c["lost_at"], HORIZON)
    assessed = c["joined"] + 6 * MONTH < end
    early = np.isfinite(c["lost_at"]) & ~assessed
    paid = np.where(recruited, 6_000 + 2_500 * assessed - 3_000 * early, 700)
    assert min((recruited & assessed).sum(), (recruited & early).sum(), (~recruited).sum()) > 50
    assert (c["ledger"][:, Line.COMMISSION] == paid).all()
    base_customers = world.customers[: len(world.customers) - len(c)]
    assert (
        world.shared.tally[..., Line.COMMISSION].sum()
        == paid.sum() + base_customers["ledger"][:, Line.COMMISSION].sum()
    )


def test_clawback_moves_only_money():
    """Direction: nobody's life turns on what the firm takes back."""
    blocks = {"base": tenure(0, 5), "leaving": leaving(competitor=0.1)}
    kept, taken = (live(scenario(blocks, clawback_share=share)) for share in (0.0, 1.0))
    assert not differing(kept.customers, taken.customers, "ledger", "residual").any()
    early = (taken.customers["lost_at"] < taken.customers["joined"] + 6 * MONTH) & np.isfinite(
        taken.customers["lost_at"]
    )
    assert early.sum() > 50
    assert (taken.customers["ledger"][:, Line.COMMISSION] == -6_000 * early).all()
    assert not kept.customers["ledger"][:, Line.COMMISSION].any()


def test_a_share_of_every_bill_that_is_paid():
    """Hand-computed: the twelve bills of a year less the last days, each rounded; none of a bill that is never paid."""
    blocks = {"billing": BILLING}
    c = live(scenario(blocks, bill_share=0.05)).customers
    billed = c["ledger"][:, Line.LIST] - c["unbilled"]
    assert (c["unpaid"] == 0).all()
    # the last accounts were closed at the horizon: what is unbilled since the last bill is not paid yet
    assert (np.abs(c["ledger"][:, Line.COMMISSION] - 0.05 * billed) <= 0.5 * 12 + 0.01).all()
    never = BILLING | {"fraud_share": 1.0}
    assert not live(scenario({"billing": never}, bill_share=0.05)).customers["ledger"][:, Line.COMMISSION].any()
    late = {"all": {"share": 1.0, "forgets_bill_share": 1.0}}
    eager = BILLING | {"pays_per_month": {"overdue": 100.0, "suspended": 100.0}}
    c = live(scenario({"billing": eager, "segments": late}, bill_share=0.05)).customers
    billed = c["ledger"][:, Line.LIST] - c["unbilled"] - c["unpaid"]
    assert (np.abs(c["ledger"][:, Line.COMMISSION] - 0.05 * billed) <= 0.5 * 12 + 0.01).all()


def test_the_agent_keeps_until_the_assessment_and_lets_go_after_it():
    """Hand-computed rates: 1 - keeps; then k / (k + half) of the raise, less a year's share of the bills; then 1."""
    blocks = {"base": tenure(4), "leaving": leaving(competitor=1e-6), "billing": BILLING}
    world = day_zero(scenario(blocks, assessed_yuan=60, bill_share=0.05, keeps=0.4, lets_go=LETS_GO))
    world.begin()
    # k = 120, a year's share = 12 x 0.05 x 100 = 60: half of the pull of 120 / (120 + 30)
    raised = 1.0 + 4.0 * 120 / 150 * (1.0 - 60 / 120)
    for day, factor in (
        (2 * MONTH - 0.01, 0.6),
        (2 * MONTH + 0.01, raised),
        (2 * MONTH + 59.99, raised),
        (2 * MONTH + 60.01, 1.0),
    ):
        world.live(day)
        assert np.allclose(world.customers["rate"][:, Clock.COMPETITOR], FREE * factor, rtol=1e-9), day


def bump(**changes: Any) -> float:
    """Losses in the two months after the assessment, by those there then."""
    blocks = {"customers": 3_000, "base": tenure(3), "leaving": leaving(competitor=0.05), "billing": BILLING}
    law = {"lets_go": LETS_GO, "assessed_yuan": 40} | changes
    c = live(scenario(blocks, **law)).customers
    at = (law.get("assessment_months", 6) - 3) * MONTH
    there = c["lost_at"] >= at
    return float((c["lost_at"][there] < at + 60).mean())


def test_each_of_the_three_remedies_lowers_the_bump():
    """Direction, as W-05 says: lower commission, a share of the bill; without letting go there is no bump."""
    usual = bump()
    assert bump(commission_yuan=10, assessed_yuan=0) < usual - 0.05
    assert bump(bill_share=0.04) < usual - 0.05
    assert bump(commission_yuan=0, assessed_yuan=0) == bump(lets_go=None) < usual - 0.15


def test_a_later_assessment_leaves_fewer_to_let_go():
    """Direction, as W-05 says: kept for longer nobody leaves earlier, twin by twin, and fewer are let go in a year."""
    blocks = {"customers": 2_000, "leaving": leaving(competitor=0.1)}
    law = {"keeps": 0.5, "lets_go": LETS_GO}
    soon, late = (live(scenario(blocks, assessment_months=m, **law)).customers for m in (3, 11))
    assert (late["lost_at"] >= soon["lost_at"]).all()
    let_go = [(c["assessed"] == 1).sum() for c in (soon, late)]
    assert let_go[1] < 0.8 * let_go[0]
    assert np.isfinite(late["lost_at"]).sum() < np.isfinite(soon["lost_at"]).sum() - 100


def test_cards_are_resold_only_where_commission_exceeds_the_bills():
    """Extremes (X-10): the bills of six months at 100 yuan are 600; below that commission nobody resells."""
    resale = {"share": 1.0, "drop_per_month": 1.0}
    for commission, chance in ((0, 0.0), (300, 0.0), (600, 0.0), (1e8, 1.0)):
        world = day_zero(scenario(resale=resale, commission_yuan=commission))
        assert world.customers["resold"].mean() == chance, commission


def test_nobody_follows_a_resold_card():
    """Catches a household that leaves with a main card that was never one of its members."""
    circles = {"sizes": [{"size": 2, "share": 1.0}], "cards": {"follows_share": 1.0}}
    blocks = {"base": tenure(0, 5), "circles": circles}
    resale = {"share": 1.0, "drop_per_month": 1000.0}
    c = live(scenario(blocks, share=0.5, commission_yuan=1e8, resale=resale)).customers
    card = c["resold"] == 1
    assert 0.3 < (card & (c["main"] == 1)).sum() / (c["main"] == 1).sum() < 0.7
    assert (c["state"][card] == State.LOST).all()
    assert not (c["state"][~card] == State.LOST).any()


def test_a_resold_card_stays_until_the_assessment_and_is_dropped():
    """Hand-traced: no clock runs but resale, no bill is forgotten, nothing is signed; then it is dropped at once."""
    segments = {"all": {"share": 1.0, "forgets_bill_share": 1.0, "contract_share": 1.0}}
    blocks = {
        "base": tenure(0, 5),
        "segments": segments,
        "billing": BILLING | {"fraud_share": 1.0},
        "contracts": {"months": 24, "reduction": 0.0, "acts_on": [], "penalty_share": 1.0},
        "leaving": leaving(competitor=10.0, need_gone=10.0),
        "warning": {"enter_per_month": 10.0},
        "number_change": {"per_month": {"growth": 10.0, "stable": 10.0}, "fee_drop_share": 0.1},
    }
    world = live(scenario(blocks, commission_yuan=1e8, resale={"share": 1.0, "drop_per_month": 1000.0}))
    c = world.customers
    assert (c["reason"] == Clock.RESALE).all()
    assert (c["lost_at"] > c["joined"] + 6 * MONTH).all()
    assert (c["lost_at"] < c["joined"] + 6 * MONTH + 1.0).all()
    assert not c["ledger"][:, [Line.BAD_DEBT, Line.PENALTY, Line.COLLECTION]].any()
    assert not (c["changes"] | c["contracts"]).any()


def test_shares_of_agents(family: Family):
    """Catches a chance to be recruited, or to be a card, that is not the one in the file."""
    name = "agents: recruited"
    law = {"share": 0.4, "commission_yuan": 1_200, "resale": {"share": 0.5, "drop_per_month": 0.0}}
    world = day_zero(scenario({"customers": 3_000}, **law), seed=rates.seed(name))
    recruited = world.customers["recruited"] == 1
    family.rate(name, recruited, "is", 0.4)
    # six months' bills are half of the commission
    family.rate("agents: resold cards", world.customers["resold"][recruited], "is", 0.25)


# --- new terms ------------------------------------------------------------------------------------


def under_new_terms(months: float, blocks: dict[str, Any], **changes: Any) -> World:
    """A base recruited under six months' terms, which change on day 0."""
    world = day_zero(scenario(blocks, assessed_yuan=25))
    changed = compile_laws(scenario(blocks, assessed_yuan=25, assessment_months=months, **changes), 1, [HORIZON])
    world.laws = changed
    take_terms(world.customers, changed.table, world.shared, 0.0)
    world.begin()
    return world


@pytest.mark.parametrize("months", [3, 6, 9])
def test_an_assessment_that_is_still_to_come_moves(months: float):
    """Catches an assessment at its old tenure, one that is lost, or one made twice; who is past it is left alone."""
    world = under_new_terms(months, {"base": tenure(1, 11)})
    before = world.customers["assessed"].copy()
    still = before == 0
    assert min(still.sum(), (~still).sum()) > 50
    at = np.maximum(0.0, world.customers["joined"] + months * MONTH)
    assert (world.customers["due"][still, AGENT] == at[still]).all()
    world.live(HORIZON)
    assert (world.customers["assessed_at"][still] == at[still]).all()
    assert (world.customers["ledger"][:, Line.COMMISSION] == 2_500 * still).all()


def test_new_terms_act_on_rates_from_that_day_on():
    """Catches rates of the old laws until the customer's next event, for those kept and those let go alike."""
    blocks = {"base": tenure(1, 7), "leaving": leaving(competitor=1e-6)}
    world = under_new_terms(6, blocks, keeps=0.25, lets_go=LETS_GO)
    c = world.customers
    raised = 1.0 + 4.0 * 85 / 115
    expected = np.where(c["assessed"] == 0, 0.75, raised)
    assert 0 < c["assessed"].sum() < 300
    assert np.allclose(c["rate"][:, Clock.COMPETITOR], FREE * expected, rtol=1e-9)


def test_the_same_terms_change_no_byte():
    """Catches new terms that are an event even where nothing is new."""
    blocks = {"base": tenure(0, 11), "leaving": leaving(competitor=0.1)}
    sc = scenario(blocks, keeps=0.25, lets_go=LETS_GO)
    one, other = (day_zero(sc) for _ in range(2))
    take_terms(other.customers, other.laws.table, other.shared, 0.0)
    for world in (one, other):
        world.begin()
        world.live(HORIZON)
    assert not differing(one.customers, other.customers).any()


def test_new_terms_of_a_plain_world():
    """Catches a hook that only mobile customers have: here nothing has changed, so no byte does."""
    one, other = (day_zero(quiet(leaving=leaving(competitor=0.1))) for _ in range(2))
    take_terms(other.customers, other.laws.table, other.shared, 0.0)
    assert not differing(one.customers, other.customers).any()
