"""What happens to a customer whom something ties: the moments and the clock of worlds with bonds."""

from sim.customer.agreements import pass_month
from sim.customer.clocks import rewind
from sim.customer.contracts import end_contract
from sim.customer.hooks import BOUND, hook
from sim.customer.parting import leave
from sim.customer.points import remind_or_lapse
from sim.customer.record import MOBILE_DUE, BondMoment
from sim.customer.recruiters import assess_or_keep
from sim.customer.states import Clock

_CONTRACT, _CREDIT, _POINTS, _AGENT = (MOBILE_DUE + int(moment) for moment in BondMoment)
_RESALE = int(Clock.RESALE)


@hook(otherwise=lambda c, j, t, laws, shared: None, needs=BOUND, inline=False)
def happen_bound(c, j, t, laws, shared):
    """Let entry `j` of `due`, behind the mobile clocks, happen."""
    if j == _CONTRACT:
        end_contract(c, t, laws, shared)
    elif j == _CREDIT:
        pass_month(c, t, laws, shared)
    elif j == _POINTS:
        remind_or_lapse(c, t, laws, shared)
    elif j == _AGENT:
        assess_or_keep(c, t, laws, shared)
    else:
        rewind(c, _RESALE, t, laws.seed)
        leave(c, _RESALE, t, laws, shared)
