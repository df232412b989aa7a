"""The question of a plan, with every option filled in: actions, cells, budget, limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sim.planning.budget.cells import Division, divide
from sim.planning.budget.prices import free_actions
from sim.planning.budget.purse import Purse
from sim.scenario.planning_schema import MOST_YUAN, NOTHING, Part, period_days
from sim.scenario.problems import InputProblems, Problem, nearest, one_of, shown

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.offers import Arm
    from sim.scenario.planning_schema import Limits, Periods, Planning
    from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Question:
    """What is to be planned.

    Attributes
    ----------
    actions : dict of Arm
        By name, without doing nothing.
    division : Division
    purse : Purse
        What of the budget may be spent when.
    begun : dict of frozenset of int
        Numbers of the periods in which each action may begin, from 0.
    promotions : str or None
        'known' or 'unknown' where rivals' dates are to be looked at.
    budget : float
        Yuan within the horizon.
    stated : float
        The budget as the user stated it, for `per_days` days.
    per_days : float
    cash_only : bool
        Whether fees that are not billed are left out of spend.
    limits : Limits
    against : str or None
        Policy that the mix is compared with.
    """

    actions: dict[str, Arm]
    division: Division
    purse: Purse
    begun: dict[str, frozenset[int]]
    promotions: str | None
    budget: float
    stated: float
    per_days: float
    cash_only: bool
    limits: Limits
    against: str | None


def ask(
    loaded: Loaded[Scenario],
    *,
    budget: str | None = None,
    actions: str | None = None,
    by: str | None = None,
) -> Question:
    """Fill in what the command line says over what the scenario's block `planning` says.

    Parameters
    ----------
    loaded : Loaded of Scenario
    budget, actions, by : str, optional
        Values of the options of these names.

    Raises
    ------
    InputProblems
        With every option that cannot be used.
    """
    scenario, planning = loaded.value, loaded.value.planning
    if planning is None:
        rule = "given: `sim budget` needs a block with the actions among which a budget is shared out (docs/budget.md)"
        raise InputProblems([Problem(str(loaded.file), None, "planning", "nothing", rule)])
    problems: list[Problem] = []
    where = f"{loaded.file}:{loaded.places.line(('planning', 'actions'), of_key=True)}"
    chosen = _chosen(actions, planning, where, problems)
    parts = _parts(by, planning, loaded, problems)
    stated = _amount(budget, planning, loaded, problems)
    problems += free_actions(loaded, [name for name in chosen if name in planning.actions])
    if "tier" not in parts and not problems:
        problems += [
            Problem("--by", None, "", shown(by), f"with tier, because planning.limits.{key} speaks of tiers")
            for key in ("spend_share", "fairness")
            if getattr(planning.limits, key)
        ]
    if problems:
        raise InputProblems(problems)
    per_days = planning.per_days or float(scenario.horizon_days)
    history, periods = scenario.history, planning.periods
    against = planning.against or (history.then if history is not None else None)
    days = (0.0,) if periods is None else period_days(scenario.start, periods.months, scenario.horizon_days)
    return Question(
        actions={name: planning.actions[name] for name in chosen},
        division=divide(scenario, parts, planning.tenure_from_months, days),
        purse=_purse(periods),
        begun={name: _begun(periods, name, len(days)) for name in chosen},
        promotions=planning.promotions,
        budget=stated * scenario.horizon_days / per_days,
        stated=stated,
        per_days=per_days,
        cash_only=planning.counts == "cash",
        limits=planning.limits,
        against=None if against == scenario.baseline_policy else against,
    )


def _purse(periods: Periods | None) -> Purse:
    if periods is None:
        return Purse()
    total = sum(periods.budgets_yuan)
    number = len(periods.budgets_yuan)
    shares = tuple(budget / total if total > 0 else 1 / number for budget in periods.budgets_yuan)
    return Purse(shares, periods.carry_over)


def _begun(periods: Periods | None, name: str, number: int) -> frozenset[int]:
    """Numbers of the periods in which an action may begin, from 0."""
    if periods is None or name not in periods.offered:
        return frozenset(range(number))
    return frozenset(one - 1 for one in periods.offered[name])


def _listed(option: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in option.split(",") if word.strip()))


def _chosen(option: str | None, planning: Planning, where: str, problems: list[Problem]) -> Sequence[str]:
    if option is None:
        return list(planning.actions)
    names = [name for name in _listed(option) if name != NOTHING]
    known = list(planning.actions)
    for name in names:
        if name not in known:
            rule = f"{one_of([*known, NOTHING])} ({where})"
            problems.append(Problem("--actions", None, "", shown(name), rule, nearest(name, known)))
    if not names:
        problems.append(Problem("--actions", None, "", shown(option), f"at least {one_of(known)} ({where})"))
    return names


def _parts(
    option: str | None, planning: Planning, loaded: Loaded[Scenario], problems: list[Problem]
) -> tuple[Part, ...]:
    if option is None:
        return planning.by
    known = list(get_args(Part))
    names = _listed(option)
    for name in names:
        if name not in known:
            problems.append(Problem("--by", None, "", shown(name), one_of(known), nearest(name, known)))
        elif name == "priority" and loaded.value.ngtp is None:
            rule = f"left out, because {loaded.file} has no block 'ngtp'"
            problems.append(Problem("--by", None, "", shown(name), rule))
    if not names:
        problems.append(Problem("--by", None, "", shown(option), one_of(known)))
    return tuple(part for part in get_args(Part) if part in names)


def _amount(option: str | None, planning: Planning, loaded: Loaded[Scenario], problems: list[Problem]) -> float:
    if option is None:
        if planning.periods is not None:
            return sum(planning.periods.budgets_yuan)
        if planning.budget_yuan is None:
            rule = f"given, or planning.budget_yuan in {loaded.file}"
            problems.append(Problem("--budget", None, "", "nothing", rule))
            return 0.0
        return planning.budget_yuan
    try:
        amount = float(option.replace(",", "").replace("_", ""))
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount) or not 0 <= amount <= MOST_YUAN:
        rule = "an amount of yuan such as 300000" if math.isnan(amount) else f"0 to {MOST_YUAN:.0e} yuan"
        problems.append(Problem("--budget", None, "", shown(option), rule))
        return 0.0
    return amount
