"""Rules of the block `planning`: what its actions need, cells that can be told apart, limits of what exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.scenario.experiment_schema import NO_CADENCE
from sim.scenario.planning_schema import NOTHING, period_days
from sim.scenario.problems import KeyPath, Problem, shown
from sim.scenario.view import View

Found = Iterator[Problem]
_ACTIONS = ("planning", "actions")
_LIMITS = ("planning", "limits")


def planning_is_whole(view: View) -> Found:
    """Check the block `planning`; yields nothing where there is none."""
    if isinstance(view.get("planning"), dict):
        for rule in _RULES:
            yield from rule(view)


def _names_exist(view: View) -> Found:
    cadences, policies = view.known("cadences"), view.known("policies")
    for path, _ in view.entries(*_ACTIONS):
        for at, name in view.names(*path, "cadence"):
            if cadences is not None and name != NO_CADENCE and name not in cadences:
                yield view.unknown(at, name, [*cadences, NO_CADENCE], ("cadences",))
    for at, name in view.names("planning", "against"):
        if policies is not None and name not in policies:
            yield view.unknown(at, name, policies, ("policies",))
    groups = view.get(*_LIMITS, "no_overlap")
    actions = view.known(*_ACTIONS)
    for number in range(len(groups) if isinstance(groups, list | tuple) else 0):
        for at, name in view.names(*_LIMITS, "no_overlap", number):
            if actions and name not in actions:
                yield view.unknown(at, name, actions, _ACTIONS)


def _nothing_is_reserved(view: View) -> Found:
    if NOTHING in view.block(*_ACTIONS):
        yield view.problem(
            (*_ACTIONS, NOTHING), f"the name '{NOTHING}'", "another name (doing nothing is always there)"
        )


def _mechanisms_present(view: View) -> Found:
    for path, action in view.entries(*_ACTIONS):
        needs = {"reward": "reward", "reactivation": "billing", "reminders": "billing"}
        needs |= {
            "agreement": "agreements",
            "points_reminder": "points",
            "answers": "intelligence",
            "warning_call": "early_warning",
            "circle_call": "circles",
            "win_back": "win_back",
            "bundle": "bundles",
            "complaint_line": "team",
        }
        for key, block in needs.items():
            if action.get(key) not in (None, False) and view.get(block) is None:
                got = "true" if action[key] is True else "a block"
                yield view.problem((*path, key), got, f"left out, because the scenario has no block '{block}'")


def _actions_give_something(view: View) -> Found:
    for path, action in view.entries(*_ACTIONS):
        if all(value is None for value in action.values()):
            yield view.problem(path, "an action that gives nothing", "left out (doing nothing is always there)")


def _cells_can_be_told(view: View) -> Found:
    for at, part in view.names("planning", "by"):
        if part == "priority" and view.get("ngtp") is None:
            yield view.problem(at, shown(part), "left out, because the scenario has no block 'ngtp'")
    seen: dict[str, KeyPath] = {}
    for at, part in view.names("planning", "by"):
        if part in seen:
            yield view.problem(at, shown(part), f"listed once (also on line {view.line(*seen[part])})")
        seen.setdefault(part, at)
    months = view.get("planning", "tenure_from_months")
    before = None
    for index in range(len(months) if isinstance(months, list | tuple) else 0):
        at = ("planning", "tenure_from_months", index)
        month = view.number(*at)
        if month is None:
            continue
        if index == 0 and month != 0:
            yield view.problem(at, shown(month), "0 (the first band starts at joining)")
        if before is not None and month <= before:
            yield view.problem(at, shown(month), f"above the band before ({before:g})")
        before = month


def _periods_fill_the_horizon(view: View) -> Found:
    at = ("planning", "periods")
    if not isinstance(view.get(*at), dict):
        return
    for key in ("budget_yuan", "per_days"):
        if view.number("planning", key) is not None:
            rule = f"left out, because budgets are stated by period ({view.where(*at, 'budgets_yuan')})"
            yield view.problem(("planning", key), shown(view.number("planning", key)), rule)
    start, months, horizon = view.date("start"), view.number(*at, "months"), view.number("horizon_days")
    budgets = view.get(*at, "budgets_yuan")
    if start is None or months is None or horizon is None or months < 1 or int(months) != months:
        return
    days = period_days(start, int(months), horizon)
    if isinstance(budgets, list | tuple) and len(budgets) != len(days):
        rule = (
            f"{len(days)}, one for every {months:g} months of the horizon of {horizon:g} days from {start} "
            f"({view.where('horizon_days')})"
        )
        yield view.problem((*at, "budgets_yuan"), f"{len(budgets)} budgets", rule)
    yield from _offered_in_periods(view, len(days))


def _offered_in_periods(view: View, periods: int) -> Found:
    at, actions = ("planning", "periods", "offered"), view.known(*_ACTIONS)
    for name, numbers in view.block(*at).items():
        if actions and name not in actions:
            yield view.unknown((*at, name), name, actions, _ACTIONS)
        for place, _ in enumerate(numbers if isinstance(numbers, list | tuple) else ()):
            number = view.number(*at, name, place)
            if number is not None and number > periods:
                yield view.problem((*at, name, place), shown(number), f"1 to {periods}, the periods of the plan")


def _promotions_have_dates(view: View) -> Found:
    at = ("planning", "promotions")
    if view.get(*at) is None:
        return
    rivals = [promotion for _, promotion in view.entries("promotions") if promotion.get("ours") is not True]
    if not any(promotion.get(key) is not None for promotion in rivals for key in ("dated", "recurring")):
        rule = "left out, because no promotion of a rival has a date that could be known"
        yield view.problem(at, shown(view.get(*at)), rule)


def _limits_can_be_kept(view: View) -> Found:
    tiers = {tier for tier in ("platinum", "gold") if view.get("tiers", tier) is not None}
    shares = (*_LIMITS, "spend_share")
    total = 0.0
    for path, _ in view.entries(*shares):
        if path[-1] in ("platinum", "gold") and path[-1] not in tiers:
            yield view.problem(path, f"the tier {path[-1]}", "a tier of the block tiers, or others")
        least, most = view.number(*path, "least"), view.number(*path, "most")
        if least is not None and most is not None and least > most:
            rule = f"at most its most ({most:g}, line {view.line(*path, 'most')})"
            yield view.problem((*path, "least"), shown(least), rule)
        total += least or 0.0
    if total > 1 + 1e-9:
        yield view.problem(shares, f"least shares that add up to {total:.10g}", "least shares of at most 1 together")
    groups = view.get(*_LIMITS, "no_overlap")
    for number, group in enumerate(groups if isinstance(groups, list | tuple) else ()):
        if isinstance(group, list | tuple) and len(set(map(str, group))) < 2:
            yield view.problem((*_LIMITS, "no_overlap", number), "fewer than two actions", "at least two actions")
    by = [part for _, part in view.names("planning", "by")]
    for key in ("spend_share", "fairness"):
        if view.get(*_LIMITS, key) and by and "tier" not in by:
            rule = f"left out, because cells are not told apart by tier ({view.where('planning', 'by')})"
            yield view.problem((*_LIMITS, key), "a limit by tier", rule)


_RULES: tuple[Callable[[View], Found], ...] = (
    _names_exist,
    _nothing_is_reserved,
    _mechanisms_present,
    _actions_give_something,
    _cells_can_be_told,
    _periods_fill_the_horizon,
    _promotions_have_dates,
    _limits_can_be_kept,
)
