"""Whether an action takes anything from a budget: one that does not would always be given to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.scenario.experiment_schema import NO_CADENCE
from sim.scenario.problems import Problem

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario


def free_actions(loaded: Loaded[Scenario], actions: list[str]) -> Iterator[Problem]:
    """Give a problem for each action of the block `planning` that costs nothing of what the budget counts.

    An action that takes contacts away (cadence `none`) saves money, which is another thing than costing none.
    """
    planning = loaded.value.planning
    assert planning is not None
    for name in actions:
        action = planning.actions[name]
        if action.cadence == NO_CADENCE or _costs_cash(loaded.value, action):
            continue
        path = ("planning", "actions", name)
        if not _forgoes(loaded.value, action):
            rule = "one that costs something: a touch, a gift, free days"
            yield loaded.places.problem(path, "an action without cost", rule, of_key=True)
        elif planning.counts == "cash":
            line = loaded.places.line(("planning", "counts"), of_key=True)
            rule = f"one that costs cash, or planning.counts: cash_and_forgone (line {line})"
            got = "an action that costs no cash, only fees that are not billed"
            yield loaded.places.problem(path, got, rule, of_key=True)


def _forgoes(scenario: Scenario, action: Arm) -> bool:
    """Whether it forgives fees: free days or a credit above 0, at once or on coming back."""
    gives: dict[str, Any] = action.model_dump(exclude_none=True, exclude={"win_back"})
    blocks = [of for of in gives.values() if isinstance(of, dict)]
    given = any(amount > 0 for of in blocks for amount in of.values())
    return given or (_wins_back(action) and scenario.win_back is not None and scenario.win_back.free_days > 0)


def _wins_back(action: Arm) -> bool:
    return action.win_back is not None and action.win_back.attempts > 0


def _costs_cash(scenario: Scenario, action: Arm) -> bool:
    billing = scenario.billing
    if action.reminders and billing is not None and billing.reminder is not None and billing.reminder.cost_yuan > 0:
        return True
    if _wins_back(action) and scenario.win_back is not None and scenario.win_back.cost_yuan > 0:
        return True
    if action.bundle and scenario.bundles is not None and scenario.bundles.subsidy_yuan > 0:
        return True
    points = scenario.points
    if action.points_reminder and points is not None and points.reminder is not None and points.reminder.cost_yuan > 0:
        return True
    warning = scenario.early_warning
    if action.warning_call and warning is not None and warning.call.cost_yuan > 0:
        return True
    cadence = scenario.cadences.get(action.cadence or "")
    team = scenario.team.cost_yuan if scenario.team is not None else 0.0
    if action.complaint_line and team > 0 and scenario.problem is not None:
        return True
    for touch in cadence.touches.values() if cadence is not None else ():
        channels = scenario.contacts.channels if scenario.contacts is not None else {}
        prices = [channels[name].cost_yuan for name in touch.channels]
        prices += [scenario.gifts[touch.gift].cost_yuan] if touch.gift is not None else []
        prices += [scenario.activities[touch.activity].cost_yuan] if touch.activity is not None else []
        prices += [team] if touch.survey else []
        if max(prices, default=0.0) > 0:
            return True
    return False
