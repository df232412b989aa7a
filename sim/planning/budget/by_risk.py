"""By risk: the mix's own action, given first where most customers leave; what aiming by lift has to beat (P-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import run_mean
from sim.planning.budget.lives import VALUE, spend_columns
from sim.planning.budget.plan import lives_of

if TYPE_CHECKING:
    from sim.planning.budget.mix import Mix
    from sim.planning.budget.plan import Plan


def by_risk(plan: Plan) -> dict[str, Any] | None:
    """What the action that the mix gives most is worth if the same budget goes to the riskiest cells first.

    Valued as the sum of cells on the fresh replications, where nothing of this was chosen; None where the mix gives
    nothing.
    """
    given = plan.asked.mix.customers.sum(axis=1)
    if not given.any():
        return None
    action = int(given.argmax())
    name = plan.planner.actions[action]
    mix = _riskiest_first(plan, action)
    value = lives_of(plan, mix, VALUE)
    spend = lives_of(plan, mix, *spend_columns(plan.question.cash_only))
    chosen = lives_of(plan, plan.asked.mix, VALUE)
    return {
        "action": name,
        "customers": int(mix.customers.sum()),
        "value": value.run(),
        "value_doubt": value.assumption(),
        "spend": spend.run(),
        "mix_is_worth_more": run_mean(chosen.fresh - value.fresh).plain(),
    }


def _riskiest_first(plan: Plan, action: int) -> Mix:
    """One action for whole cells in the order of the share that leaves, as far as every account pays."""
    planner, division = plan.planner, plan.question.division
    responses, programme = planner.responses, planner.programme
    total = responses.customers.sum(axis=0)
    risk = np.divide(responses.left.sum(axis=0), total, out=np.zeros(len(total)), where=total > 0)
    left = planner.purse.caps(plan.question.budget) - plan.asked.reserves
    customers = np.zeros(programme.shape)
    offered = plan.used[planner.actions[action]]
    for cell in np.argsort(-risk, kind="stable"):
        if division.period[cell] not in offered:
            continue
        price = programme.price[:, action, cell]
        costs = price > 0
        pays = np.floor(left[costs] / price[costs]).min(initial=float(planner.sizes[cell]))
        customers[action, cell] = max(0.0, pays)
        left = left - price * customers[action, cell]
    return programme.mix(customers)
