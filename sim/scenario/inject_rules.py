"""Rules that tie `inject:` to the rest of an experiment."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import Problem, shown
from sim.scenario.view import View


def injected_fits(view: View) -> Iterator[Problem]:
    """The arm exists, the day lies within the horizon, and some arms, not all, give something to redeem."""
    arms = view.block("arms")
    for at, name in view.names("inject", "sample_ratio", "arm"):
        if arms and name not in arms:
            yield view.unknown(at, name, arms, ("arms",))
    day, horizon = view.number("inject", "late_exposure", "days"), view.number("horizon_days")
    if day is not None and horizon is not None and day >= horizon:
        rule = f"before the horizon ({view.where('horizon_days')})"
        yield view.problem(("inject", "late_exposure", "days"), shown(day), rule)
    if view.block("inject").get("mislogged_redemption") is None:
        return
    given = [name for name, arm in arms.items() if isinstance(arm, dict) and arm.get("reward") is not None]
    if arms and not 0 < len(given) < len(arms):
        rule = f"left out, because {'every arm' if given else 'no arm'} gives a reward ({view.where('arms')})"
        yield view.problem(("inject", "mislogged_redemption"), "a share of redemptions", rule)
    if "reward" not in [name for _, name in view.names("background", "without")]:
        rule = f"left out, because the background gives rewards too ({view.where('background')})"
        yield view.problem(("inject", "mislogged_redemption"), "a share of redemptions", rule)
