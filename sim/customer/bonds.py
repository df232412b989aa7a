"""Bonds: what ties a customer to the firm, as one factor a clock (model.md sections 13 to 15, 17 to 22).

Every bond is a pure function of the record, the laws and the time. Whatever changes one of them calls `hold`; rates
are refreshed by who lets things happen.
"""

from numba import njit

from sim.customer.hooks import BOUND, HELD, hook
from sim.customer.record import CLOCKS, Bond
from sim.customer.states import Clock
from sim.customer.ties import tie

_CONTRACT, _AGREEMENT, _POINTS, _AGENT = (
    int(bond) for bond in (Bond.CONTRACT, Bond.AGREEMENT, Bond.POINTS, Bond.AGENT)
)
_RESALE = int(Clock.RESALE)


@hook(otherwise=lambda c, t, laws: None, needs=HELD, inline=False)
def hold(c, t, laws):
    """Set what all bonds together leave of each clock's rate from `t` on."""
    for k in range(c.held.shape[0]):
        c.held[k] = 1.0
    hold_by_terms(c, t, laws)
    for k in range(c.held.shape[0]):
        c.held[k] *= tie(c, k, t, laws)
    hold_card(c)


@hook(otherwise=lambda c, t, laws: None, needs=BOUND)
def hold_by_terms(c, t, laws):
    """What contract, agreement, points and agent leave of each clock's rate."""
    contract, agreement, points = of_contract(c, t, laws), of_agreement(c, t, laws), of_points(c, laws)
    agent = of_agent(c, t, laws)
    for k in range(CLOCKS):
        if laws.binds[_CONTRACT, k] == 1:
            c.held[k] *= contract
        if laws.binds[_AGREEMENT, k] == 1:
            c.held[k] *= agreement
        if laws.binds[_POINTS, k] == 1:
            c.held[k] *= points
        if laws.binds[_AGENT, k] == 1:
            c.held[k] *= agent


@hook(otherwise=lambda c: None, needs=BOUND)
def hold_card(c):
    """A card that is kept for its commission has no mind to change, and is resold once it has been assessed."""
    if c.resold == 1:
        for k in range(CLOCKS):
            c.held[k] = 0.0
    c.held[_RESALE] = 1.0 if c.resold == 1 and c.assessed == 1 else 0.0


@njit(forceinline=True)
def of_contract(c, t, laws):
    """A contract keeps; when it has ended, for a while it drives off."""
    if t < c.contract_until:
        return 1.0 - laws.contract_reduction
    if t < c.contract_until + laws.contract_after_days:
        return laws.contract_after_factor
    return 1.0


@njit(forceinline=True)
def of_agreement(c, t, laws):
    """Monthly credits keep by their dose, until the last has passed."""
    if t < c.agreement_until:
        return 1.0 - dose(laws.agreement_max, c.agreement_credit, laws.agreement_half)
    return 1.0


@njit(forceinline=True)
def of_points(c, laws):
    """A balance keeps who knows of it."""
    if c.points_known == 1 and c.points > 0:
        return 1.0 - dose(laws.points_max, c.points, laws.points_half)
    return 1.0


@njit(forceinline=True)
def of_agent(c, t, laws):
    """An agent keeps its customer until the assessment, and lets it go for a while after."""
    if c.recruited == 0:
        return 1.0
    if c.assessed == 0:
        return 1.0 - laws.agent_keeps
    return 1.0 + c.let_go if t < c.assessed_at + laws.let_go_days else 1.0


@njit(forceinline=True)
def dose(most, amount, half):
    """A saturating response: half of `most` at an amount of `half`."""
    return most * amount / (amount + half)
