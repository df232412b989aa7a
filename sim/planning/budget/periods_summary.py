"""What a plan over several periods adds to its summary: each period's cap, and what knowing rivals' dates is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.paired import run_mean
from sim.planning.budget.doubt import Lives
from sim.planning.budget.foresight import KNOWN, UNKNOWN
from sim.planning.budget.lives import VALUE
from sim.planning.budget.plan import accounts_of, lives_of

if TYPE_CHECKING:
    from sim.planning.budget.plan import Plan


def caps_hold(plan: Plan) -> bool:
    """Whether the mean spend of the mix lived whole lies within the cap of every account."""
    accounts = accounts_of(plan.question, plan.fresh.whole).mean(axis=1)
    return bool((accounts <= plan.question.purse.caps(plan.question.budget)).all())


def period_rows(plan: Plan) -> list[dict[str, Any]] | None:
    """A row a period: its budget, what the mix lived whole spends in it, and whether its cap holds.

    With money carried over, the cap of a period is on all that is spent up to its end.
    """
    question = plan.question
    division, purse = question.division, question.purse
    if len(division.days) == 1:
        return None
    caps = purse.caps(question.budget)
    accounts = accounts_of(question, plan.fresh.whole)
    spends = np.diff(accounts, axis=0, prepend=0.0) if purse.carry_over else accounts
    rows = []
    for period, name in enumerate(division.levels[0]):
        of_period = division.period == period
        given = plan.asked.mix.customers[:, of_period].sum(axis=1)
        rows.append(
            {
                "period": name,
                "from_day": division.days[period],
                "customers": int(plan.planner.sizes[of_period].sum()),
                "budget": question.budget * purse.shares[period],
                "cap": float(caps[period]),
                "reserve": float(plan.asked.reserves[period]),
                "spend": run_mean(spends[period]).plain(),
                "account": run_mean(accounts[period]).plain(),
                "over_cap_share": float((accounts[period] > caps[period]).mean()),
                "cap_holds": bool(accounts[period].mean() <= caps[period]),
                "gets": {name: int(number) for name, number in zip(plan.planner.actions, given, strict=True) if number},
            }
        )
    return rows


def foresight(plan: Plan) -> dict[str, Any] | None:
    """The plan that knows the days of rivals' promotions beside the one that does not, both valued where they stand."""
    if plan.unlike is None:
        return None
    other, point = plan.unlike
    chosen = lives_of(plan, plan.asked.mix, VALUE)
    unlike = lives_of(plan, point.mix, VALUE, planner=other)
    knowledge = plan.question.promotions or KNOWN
    known, unknown = (chosen, unlike) if knowledge == KNOWN else (unlike, chosen)
    worth = Lives(known.fresh - unknown.fresh, known.drawn - unknown.drawn)
    differ = np.abs(_shares(plan.asked.mix.customers, plan.planner.sizes) - _shares(point.mix.customers, other.sizes))
    return {
        "planned": knowledge,
        "other": UNKNOWN if knowledge == KNOWN else KNOWN,
        "value_known": known.run(),
        "value_unknown": unknown.run(),
        "knowing_is_worth": worth.run(),
        "knowing_is_worth_doubt": worth.assumption(),
        "given_otherwise": float((differ * plan.planner.sizes).sum() / 2),
    }


def _shares(customers: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Share of each cell that gets each action, or nothing; shape (actions + 1, cells)."""
    shares = np.divide(customers, sizes, out=np.zeros(customers.shape), where=sizes > 0)
    return np.concatenate([shares, 1.0 - shares.sum(axis=0, keepdims=True)])
