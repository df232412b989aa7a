"""Company H with private lives only: what the engine and the plain SimPy model both can live."""

import math
import random
from pathlib import Path

from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario


def private_scenario(path: Path) -> Scenario:
    """The scenario with tier quotas replaced by thresholds that let about as many in.

    Under a quota one customer's tier depends on everybody else's value; under a threshold nobody's does, and
    every life can be lived by itself.
    """
    loaded = load_scenario(path)
    tiers = loaded.value.tiers
    if tiers is None or tiers.rule == "threshold":
        return loaded.value
    platinum = tiers.platinum.share or 0.0
    gold = tiers.gold.share or 0.0 if tiers.gold is not None else 0.0
    changes: dict[str, float | str | None] = {
        "tiers.rule": "threshold",
        "tiers.platinum.share": None,
        "tiers.platinum.value_yuan_per_year": value_above_which(loaded.value, platinum),
    }
    if tiers.gold is not None:
        changes["tiers.gold.share"] = None
        changes["tiers.gold.value_yuan_per_year"] = value_above_which(loaded.value, platinum + gold)
    return loaded.with_values(changes).value


def value_above_which(scenario: Scenario, share: float, draws: int = 20_000) -> float:
    """Value in yuan a year that `share` of the customers on day 0 reach, no excluded segment among them."""
    luck = random.Random(1)
    unit = sum(s.share * s.fee_relative for s in scenario.segments.values())
    excluded = scenario.tiers.excluded_segments if scenario.tiers else ()
    values = []
    for name in luck.choices(list(scenario.segments), [s.share for s in scenario.segments.values()], k=draws):
        segment = scenario.segments[name]
        if name not in excluded:
            mean = scenario.money.mean_fee_yuan_per_month * segment.fee_relative / unit
            fee = mean * math.exp(segment.fee_sigma * luck.gauss() - segment.fee_sigma**2 / 2.0)
            growth = luck.gauss(segment.growth_per_year.mean, segment.growth_per_year.sd)
            values.append(12.0 * fee * (1.0 + growth))
    values.sort(reverse=True)
    return float(round(values[min(len(values), round(share * draws)) - 1]))
