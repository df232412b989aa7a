"""A plan as plain data: what the report, the tables and the terminal show is read from here alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import norm

from sim.customer.laws import YEAR
from sim.evidence.paired import run_mean
from sim.evidence.results import Interval
from sim.experiment.start import residual_end
from sim.planning.budget.by_risk import by_risk
from sim.planning.budget.doubt import FEWEST, HIGH, LOW, Lives, at_risk, beats, regret
from sim.planning.budget.draws import doubtful
from sim.planning.budget.estimate import ratio_means
from sim.planning.budget.frontier import STEP_YUAN, Point, standard_error
from sim.planning.budget.lives import CASH, CONTACTS, FORGONE, VALUE, spend_columns, value_metric
from sim.planning.budget.mix import Mix
from sim.planning.budget.periods_summary import caps_hold, foresight, period_rows
from sim.planning.budget.plan import lives_of
from sim.planning.budget.responses import Responses, policy_key
from sim.scenario.planning_schema import NOTHING

if TYPE_CHECKING:
    from sim.planning.budget.plan import Plan

FEN_DIGITS = 2
MOST_OF_IT = 0.95
"""The share of what can be gained at all whose budget is named."""
CHOSEN, SATURATION = "the mix", "the mix at saturation"


def summarise(plan: Plan) -> dict[str, Any]:
    """Everything that a plan's report says."""
    scenario, question = plan.loaded.value, plan.question
    chosen = lives_of(plan, plan.asked.mix, VALUE)
    found: dict[str, Any] = _rounded(
        {
            "scenario": scenario.name,
            "title": scenario.title,
            "currency": scenario.currency,
            "customers": scenario.customers,
            "horizon_days": scenario.horizon_days,
            "metric": value_metric(scenario),
            "baseline_policy": scenario.baseline_policy,
            "question": {
                "budget": question.budget,
                "stated": question.stated,
                "per_days": question.per_days,
                "counts": "cash" if question.cash_only else "cash_and_forgone",
                "by": list(question.division.by),
                "actions": {name: _gives(plan, name) for name in question.actions},
                "against": question.against,
                "carry_over": question.purse.carry_over,
                "promotions": question.promotions,
                "limits": question.limits.model_dump(mode="json", exclude_defaults=True),
            },
            "answer": _answer(plan),
            "mix": _mix_rows(plan, plan.asked.mix),
            "frontier": [_point(plan, point) for point in plan.points if point.budget != question.budget + STEP_YUAN],
            "responses": _responses(plan),
            "periods": period_rows(plan),
            "foresight": foresight(plan),
            "against": _against(plan),
            "one_for_all": _one_for_all(plan),
            "by_risk": by_risk(plan),
            "beats": beats(_candidates(plan)),
            "regret": regret(chosen, _within(plan)),
            "risk": at_risk(chosen),
            "assumptions": _assumptions(plan),
            "lived": _lived(plan),
        }
    )
    return found


def _gives(plan: Plan, name: str) -> dict[str, Any]:
    planning = plan.loaded.value.planning
    assert planning is not None
    gives: dict[str, Any] = planning.actions[name].model_dump(mode="json", exclude_none=True)
    return gives


def _policy_lives(plan: Plan, policy: str, *columns: int) -> Lives:
    def of(responses: Responses | None) -> np.ndarray:
        if responses is None:
            return np.zeros(0)
        total: np.ndarray = responses.column([policy_key(policy)], *columns)[:, 0].sum(axis=1)
        return total

    return Lives(of(plan.fresh.responses), of(plan.drawn))


def _point(plan: Plan, point: Point) -> dict[str, Any]:
    value = lives_of(plan, point.mix, VALUE)
    spend = lives_of(plan, point.mix, *spend_columns(plan.question.cash_only))
    given = point.mix.customers.sum(axis=1)
    return {
        "budget": point.budget,
        "reserve": plan.question.purse.total(point.reserves),
        "promised": point.mix.value,
        "promised_spend": point.mix.spend,
        "optimism": point.optimism,
        "value": value.run(),
        "value_doubt": value.assumption(),
        "spend": spend.run(),
        "spend_doubt": spend.assumption(),
        "next_yuan": point.next_yuan,
        "next_step": point.next_step,
        "relaxed": point.relaxed,
        "customers": {name: int(number) for name, number in zip(plan.planner.actions, given, strict=True) if number},
    }


def _answer(plan: Plan) -> dict[str, Any]:
    """What is recommended, and what became of it where it was lived whole."""
    point, question = plan.asked, plan.question
    whole, cells = plan.fresh.whole, plan.fresh.cells
    columns = list(spend_columns(question.cash_only))
    value, spend = whole[:, VALUE], whole[:, columns].sum(axis=1)
    cost = float(whole[:, [CASH, FORGONE]].sum(axis=1).mean())
    doubt = lives_of(plan, point.mix, VALUE)
    saturation = plan.planner.saturation()
    found: dict[str, Any] = {
        "budget": question.budget,
        "reserve": question.purse.total(point.reserves),
        "promised": point.mix.value,
        "promised_spend": point.mix.spend,
        "optimism": point.optimism,
        "value": run_mean(value).plain(),
        "value_doubt": doubt.assumption(),
        "value_prediction": doubt.prediction(),
        "spend": run_mean(spend).plain(),
        "spend_doubt": lives_of(plan, point.mix, *columns).assumption(),
        "spend_prediction": _of_bases(spend),
        "over_budget_share": float((spend > question.budget).mean()),
        "cash": run_mean(whole[:, CASH]).plain(),
        "forgone": run_mean(whole[:, FORGONE]).plain(),
        "contacts": run_mean(whole[:, CONTACTS]).plain(),
        "sum_of_cells": run_mean(cells[:, VALUE]).plain(),
        "shared": run_mean(value - cells[:, VALUE]).plain(),
        "more_than_promised": _more_than_promised(point, cells[:, VALUE]),
        "attempts": plan.attempts,
        "cap_holds": caps_hold(plan),
        "next_yuan": point.next_yuan,
        "next_step": _next_step(plan),
        "step_yuan": STEP_YUAN,
        "saturation": {"spend": plan.planner.need(saturation), "promised": saturation.value},
        "most_of_it": _most_of_it(plan),
    }
    gross = float(value.mean()) + cost
    if gross > 0 and cost > 0:
        found["break_even_share"] = cost / gross
    reason = _why_nothing(plan)
    if reason:
        found["nothing_because"] = reason
    return found


def _more_than_promised(point: Point, given: np.ndarray) -> dict[str, Any]:
    """What fresh replications bring beyond the promise, with the noise of both sides."""
    value = float(given.mean()) - point.mix.value
    error = float(np.hypot(point.error, standard_error(given)))
    half = float(norm.isf(0.025)) * error
    return Interval(value, value - half, value + half, "run", 0.95, error, len(given)).plain()


def _of_bases(values: np.ndarray) -> dict[str, Any]:
    low, high = (float(end) for end in np.quantile(values, [LOW, HIGH]))
    return {
        "value": float(values.mean()),
        "low": low,
        "high": high,
        "of": "prediction",
        "level": HIGH - LOW,
        "n": len(values),
    }


def _next_step(plan: Plan) -> dict[str, Any]:
    """What `STEP_YUAN` more are worth on the fresh replications, both mixes as they were chosen."""
    further = next(point for point in plan.points if point.budget == plan.question.budget + STEP_YUAN)
    gain = lives_of(plan, further.mix, VALUE).fresh - lives_of(plan, plan.asked.mix, VALUE).fresh
    return run_mean(gain).plain()


def _most_of_it(plan: Plan) -> dict[str, Any] | None:
    """The smallest budget of the frontier that brings most of what any brings, and what the rest of the asked one adds.

    All on fresh replications.
    """
    values = [(point, lives_of(plan, point.mix, VALUE)) for point in plan.points]
    best = max(value.mean for _, value in values)
    if best <= 0:
        return None
    point, value = next((point, value) for point, value in values if value.mean >= MOST_OF_IT * best)
    found: dict[str, Any] = {"budget": point.budget, "value": value.mean, "share": value.mean / best}
    if point.budget < plan.question.budget and point.mix.spend < plan.asked.mix.spend:
        asked = lives_of(plan, plan.asked.mix, VALUE)
        found["rest"] = plan.asked.mix.spend - point.mix.spend
        found["rest_brings"] = run_mean(asked.fresh - value.fresh).plain()
        gap = asked.expected - value.expected
        if len(gap) >= FEWEST:
            found["rest_loses_share"] = float((gap < 0).mean())
    return found


def _why_nothing(plan: Plan) -> str | None:
    """Why the recommendation is to spend nothing; None where it is not."""
    if plan.asked.mix.customers.any():
        return None
    question, planner, currency = plan.question, plan.planner, plan.loaded.value.currency
    if question.budget == 0:
        return "the budget is 0"
    price, action, cell = planner.cheapest()
    if not (planner.estimates.value > 0).any():
        return "no action is worth anything, net of what it costs, in any cell"
    if question.budget - question.purse.total(plan.asked.reserves) < price:
        where = ", ".join(question.division.names[cell])
        return (
            f"{question.budget:,.2f} {currency} is less than the cheapest action costs for one customer: "
            f"{planner.actions[action]} in the cell {where}, {price:,.2f} {currency}"
        )
    return "what the budget could buy is worth less than nothing"


def _mix_rows(plan: Plan, mix: Mix) -> list[dict[str, Any]]:
    """A row a cell and action, nothing among them."""
    planner, rows = plan.planner, []
    for cell, name in enumerate(plan.question.division.names):
        size = int(planner.sizes[cell])
        if size == 0:
            continue
        labels = dict(zip(plan.question.division.by, name, strict=True))
        given = mix.customers[:, cell]
        rest = size - int(given.sum())
        for action, number in [*zip(planner.actions, given, strict=True), (NOTHING, rest)]:
            if number:
                row = {"cell": labels, "size": size, "action": action, "customers": int(number)}
                if action != NOTHING:
                    place = planner.actions.index(action)
                    row["value_a_customer"] = float(planner.estimates.value[place, cell])
                    row["spend_a_customer"] = float(planner.estimates.spend[place, cell])
                rows.append(row)
    return rows


def _responses(plan: Plan) -> list[dict[str, Any]]:
    """A row a cell and action: what a customer brings and costs, as lived and after shrinkage."""
    planner, rows = plan.planner, []
    customers = plan.planner.responses.customers
    there = np.flatnonzero((planner.sizes > 0) & (customers.sum(axis=0) > 0))
    for action, name in enumerate(planner.actions):
        means, variances = ratio_means(planner.value[:, action][:, there], customers[:, there])
        for place, cell in enumerate(there):
            rows.append(
                {
                    "cell": dict(zip(plan.question.division.by, plan.question.division.names[cell], strict=True)),
                    "size": int(planner.sizes[cell]),
                    "action": name,
                    "value": float(planner.estimates.value[action, cell]),
                    "lived_value": float(means[place]),
                    "standard_error": float(np.sqrt(variances[place])),
                    "spend": float(planner.estimates.spend[action, cell]),
                    "contacts": float(planner.estimates.contacts[action, cell]),
                }
            )
    return rows


def _against(plan: Plan) -> dict[str, Any] | None:
    """The policy that the mix is compared with, on the same fresh replications and draws."""
    policy = plan.question.against
    if policy is None:
        return None
    columns = spend_columns(plan.question.cash_only)
    value, spend = _policy_lives(plan, policy, VALUE), _policy_lives(plan, policy, *columns)
    more = plan.fresh.whole[:, VALUE] - value.fresh
    return {
        "policy": policy,
        "value": value.run(),
        "value_doubt": value.assumption(),
        "spend": spend.run(),
        "cash": _policy_lives(plan, policy, CASH).run(),
        "forgone": _policy_lives(plan, policy, FORGONE).run(),
        "mix_is_worth_more": run_mean(more).plain(),
    }


def _one_for_all(plan: Plan) -> list[dict[str, Any]]:
    """One action for everybody, or for as large a part of every cell as the budget pays: what a mix has to beat.

    From the replications that mixes are chosen by; nothing is chosen here, so nothing is too optimistic.
    """
    rows, purse = [], plan.question.purse
    for number, name in enumerate(plan.planner.actions):
        value, spends = plan.planner.value[:, number].sum(axis=1), plan.planner.spends[:, :, number].sum(axis=2)
        spend = spends.sum(axis=0)
        need = purse.need(purse.accounts(spends.mean(axis=1)))
        share = 1.0 if need <= plan.question.budget else plan.question.budget / need
        rows.append(
            {
                "action": name,
                "share": share,
                "spend": run_mean(share * spend).plain(),
                "value": run_mean(share * value).plain(),
            }
        )
    return rows


def _candidates(plan: Plan) -> dict[str, Lives]:
    """What is set against each other: nothing, the mix asked for, half and twice the money, saturation, a policy."""
    chosen = lives_of(plan, plan.asked.mix, VALUE)
    named = {NOTHING: Lives(np.zeros_like(chosen.fresh), np.zeros_like(chosen.drawn)), CHOSEN: chosen}
    last = plan.points[-1]
    for words, budget in (("half the budget", 0.5), ("twice the budget", 2.0)):
        wanted = budget * plan.question.budget
        if 0 < wanted <= last.budget:
            near = min(plan.points, key=lambda point: abs(point.budget - wanted))
            named[f"{words} (about {near.budget:,.0f})"] = lives_of(plan, near.mix, VALUE)
    named[SATURATION] = lives_of(plan, last.mix, VALUE)
    if plan.question.against is not None:
        named[f"policy {plan.question.against}"] = _policy_lives(plan, plan.question.against, VALUE)
    return named


def _within(plan: Plan) -> list[Lives]:
    """What else the budget would have paid: the frontier's mixes, which have doing nothing among them."""
    return [lives_of(plan, point.mix, VALUE) for point in plan.points if point.budget <= plan.question.budget]


def _assumptions(plan: Plan) -> list[dict[str, Any]]:
    """Every parameter that the draws move, and how the chosen mix's expected value goes with it."""
    rows = []
    expected = lives_of(plan, plan.asked.mix, VALUE).expected
    for path, origin in doubtful(plan.loaded).items():
        row: dict[str, Any] = {"path": path, "value": origin.central, "low": origin.low, "high": origin.high}
        row["why"] = origin.assumed or origin.source or ""
        drawn = np.array([draw.values[path] for draw in plan.draws])
        if len(drawn) > 1:
            upper = drawn > np.median(drawn)
            if upper.any() and not upper.all():
                row["value_below_median"] = float(expected[~upper].mean())
                row["value_above_median"] = float(expected[upper].mean())
        rows.append(row)
    if all("value_above_median" in row for row in rows):
        rows.sort(key=lambda row: -abs(row["value_above_median"] - row["value_below_median"]))
    return rows


def _lived(plan: Plan) -> dict[str, Any]:
    """How much was simulated, beside the bound of docs/budget.md."""
    scenario, chosen, drawn = plan.loaded.value, plan.planner.responses, plan.drawn
    actions, draws = len(plan.question.actions), len(plan.draws)
    others = [] if plan.unlike is None else [plan.unlike[0].responses]
    chosen = replace(
        chosen,
        lived=chosen.lived + sum(other.lived for other in others),
        years=chosen.years + sum(other.years for other in others),
    )
    of = {
        "replications": len(chosen),
        "fresh": len(plan.fresh.whole),
        "draws": draws,
        "actions": actions,
        "periods": len(plan.question.division.days),
        "actions_used": list(plan.used),
        "lives_to_choose": chosen.lived,
        "lives_to_doubt": 0 if drawn is None else drawn.lived,
        "lives_to_check": plan.checked,
        "customer_years": chosen.years + plan.checked_years + (0.0 if drawn is None else drawn.years),
        "customer_years_to_check": plan.checked_years,
        "years_a_life_at_most": residual_end(scenario, float(scenario.horizon_days)) / YEAR,
    }
    if draws:
        campaigns = sum(len(periods) for periods in plan.question.begun.values())
        of["lives_allowed"] = (campaigns + 1) * draws * scenario.customers
    return of


def _rounded(item: Any) -> Any:
    """Plain data with amounts rounded to a fen's hundredth: the last bits of a mean are nobody's."""
    if isinstance(item, dict):
        return {key: _rounded(value) for key, value in item.items() if value is not None}
    if isinstance(item, list | tuple):
        return [_rounded(value) for value in item]
    if isinstance(item, float | np.floating):
        return round(float(item), 4) + 0.0
    return item
