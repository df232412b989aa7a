"""What a customer joins with: an agent, a contract, knowledge of the points (model.md sections 13 to 15)."""

import math

from sim.customer.contest import has_returned
from sim.customer.contracts import sign
from sim.customer.draws import Decision, uniform
from sim.customer.hooks import BOUND, hook
from sim.customer.recruiters import recruit

_NEVER = math.inf
_SIGNED, _KNOWS_POINTS = int(Decision.SIGNED), int(Decision.KNOWS_POINTS)


@hook(otherwise=lambda c, t, laws, shared: None, needs=BOUND, inline=False)
def start_bonds(c, t, laws, shared):
    """Tie a customer that joins at `t`, or leave it free."""
    c.contracts = 0
    c.contract_until = -_NEVER
    c.agreement_until = -_NEVER
    recruit(c, t, laws)
    u = uniform(laws.seed, c.id, _SIGNED, c.life, 0, c.replication)
    if c.resold == 0 and u <= laws.contract_share[c.segment]:
        sign(c, t, laws, shared)
    c.points = 0
    u = uniform(laws.seed, c.id, _KNOWS_POINTS, c.life, 0, c.replication)
    knew = has_returned(c) and c.points_known == 1
    c.points_known = 1 if knew or u <= laws.points_known else 0
