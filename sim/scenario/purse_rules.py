"""Rules of the campaign's budget: it covers what the scenario has, and what can cost it something."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import Problem, shown
from sim.scenario.rivals_rules import CAMPAIGNS, lacking
from sim.scenario.view import View

Found = Iterator[Problem]

_FORGONE_ONLY = ("reward", "agreement")
"""What costs no cash, only fees that are not billed."""


def budget_fits(view: View) -> Found:
    """Check the block `campaign_budget`; yields nothing where there is none."""
    counts = view.get("campaign_budget", "counts")
    seen: dict[str, int] = {}
    for at, spender in view.names("campaign_budget", "covers"):
        if spender in seen:
            yield view.problem(at, shown(spender), f"listed once (also on line {seen[spender]})")
        seen.setdefault(spender, view.line(*at))
        block = CAMPAIGNS.get(spender)
        if block is not None and view.get(block) is None:
            yield lacking(view, at, shown(spender), block)
        elif spender in _FORGONE_ONLY and counts == "cash":
            where = view.where("campaign_budget", "counts")
            rule = (
                f"left out, because it costs no cash, and so would never be refused ({where}: cash_and_forgone would)"
            )
            yield view.problem(at, shown(spender), rule)
