"""Rules between early warning and other places of a scenario. Each names both."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import Problem, shown
from sim.scenario.view import View

Found = Iterator[Problem]
_BLOCK = "early_warning"


def early_warning_is_whole(view: View) -> Found:
    """The list has one length that the base can fill, and tiers that exist; nobody is called where there is none."""
    for path, _ in view.entries("policies"):
        for part, policy in view.entries(*path):
            for key, block in (("warning_call", _BLOCK), ("circle_call", _BLOCK), ("circle_call", "circles")):
                if policy.get(key) is True and view.get(block) is None:
                    rule = f"left out, because the scenario has no block '{block}'"
                    yield view.problem((*part, key), "true", rule)
    if view.get(_BLOCK) is None:
        return
    yield from _one_length(view)
    for at, name in view.names(_BLOCK, "tiers"):
        if name in ("platinum", "gold") and view.get("tiers", name) is None:
            there = view.get("tiers") is not None
            where = f"a tier of the block tiers ({view.where('tiers')})" if there else "left out: there are no tiers"
            yield view.problem(at, f"the tier {name}", where)


def _one_length(view: View) -> Found:
    given = [key for key in ("list_share", "list_length") if view.get(_BLOCK, key) is not None]
    if len(given) != 1:
        yield view.problem((_BLOCK,), " and ".join(given) or "no length", "exactly one of list_share and list_length")
    length, customers = view.number(_BLOCK, "list_length"), view.number("customers")
    if length is not None and customers is not None and length > customers:
        rule = f"at most the base, {shown(customers)} customers ({view.where('customers')})"
        yield view.problem((_BLOCK, "list_length"), shown(length), rule)
