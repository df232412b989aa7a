"""What a firm decides on, and a scenario under other terms of it (model.md section 16)."""

from __future__ import annotations

from typing import Any

from sim.scenario.loaded import Settings, put, settable
from sim.scenario.problems import dotted
from sim.scenario.schema import Scenario

FIRM_DECIDES = (
    "desk",
    "agents",
    "points",
    "contracts",
    "agreements",
    "billing",
    "number_change.commission_yuan",
    "base.commission_yuan",
    "team",
    "early_warning",
    "intelligence",
    "win_back",
    "prospects",
    "bundles",
    "campaign_budget",
)
"""Blocks and numbers of a scenario that an arm of a question about the firm may set; its own promotions besides."""

_MEASURE = ("early_warning", "within_days")
"""What the quality of a score is measured by; the quality itself can be bought."""


def firm_paths(tree: dict[str, Any]) -> list[str]:
    """Give every path of a scenario's tree that an arm may set.

    Parameters
    ----------
    tree : dict
        A scenario as plain blocks and lists, every default written out.

    Returns
    -------
    list of str
        Dotted; none of a block that the scenario leaves out.
    """
    own = [name for name, promotion in tree["promotions"].items() if promotion["ours"]]
    decided = [tuple(place.split(".")) for place in FIRM_DECIDES] + [("promotions", name) for name in own]
    whose = {("promotions", name, "ours") for name in own}  # whose promotion it is, is no decision
    return [
        dotted(path)
        for path in settable(tree).values()
        if len(path) > 1
        and path not in whose
        and path != _MEASURE
        and any(path[: len(place)] == place for place in decided)
    ]


def under_terms(scenario: Scenario, values: Settings) -> Scenario:
    """Give a scenario with other terms of the firm.

    Parameters
    ----------
    scenario : Scenario
    values : mapping of str to number, text, bool, a tuple of them, or a block
        By dotted path; checked when the experiment was loaded.
    """
    tree = scenario.model_dump(mode="json", by_alias=True)
    put(tree, values)
    return Scenario.model_validate(tree)
