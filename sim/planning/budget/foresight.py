"""Foresight: what a plan that knows the days of rivals' promotions is worth beside one that does not know them."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.draws import Decision, uniform
from sim.experiment.start import draw_start
from sim.planning.budget.responses import Begun, Responses, join, live_responses
from sim.scenario.schema import DatedPromotion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from sim.planning.budget.cells import Division
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Promotion, Scenario

KNOWN, UNKNOWN = "known", "unknown"


def undated(scenario: Scenario, seed: int, replication: int) -> Scenario:
    """The same scenario with rivals' promotions on days that nobody could know.

    A dated one that begins within the horizon begins on any day from which it ends within it; a recurring one has any
    phase. What runs on day 0 is seen, and runs on. Days are keyed by seed, promotion and replication.
    """
    promotions: dict[str, Promotion] = {}
    for name, promotion in scenario.promotions.items():
        luck = uniform(seed, zlib.crc32(name.encode()), int(Decision.PROMOTION), 0, 0, replication)
        if promotion.ours:
            promotions[name] = promotion
        else:
            promotions |= dict(_moved(scenario, name, promotion, luck))
    return scenario.model_copy(update={"promotions": promotions})


def _moved(scenario: Scenario, name: str, promotion: Promotion, luck: float) -> Iterator[tuple[str, Promotion]]:
    """The promotion elsewhere, and what of it runs on day 0."""
    dated, recurring, start = promotion.dated, promotion.recurring, scenario.start
    if dated is not None and 0 <= (dated.from_ - start).days < scenario.horizon_days:
        lasts = dated.to - dated.from_
        room = max(0.0, scenario.horizon_days - lasts.days)
        begins = start + timedelta(days=int(luck * room))
        yield name, promotion.model_copy(update={"dated": _dated(begins, begins + lasts)})
        return
    if recurring is None:
        yield name, promotion
        return
    begins = start + timedelta(days=int(luck * recurring.every_days))
    yield name, promotion.model_copy(update={"recurring": recurring.model_copy(update={"first": begins})})
    cycles = (start - recurring.first).days // recurring.every_days
    began = recurring.first + timedelta(days=cycles * recurring.every_days)
    ends = began + timedelta(days=recurring.lasts_days)
    if recurring.first <= began < start < ends:
        running = promotion.model_copy(update={"recurring": None, "dated": _dated(began, ends)})
        yield f"{name} (running on day 0)", running


def _dated(first: date, end: date) -> DatedPromotion:
    return DatedPromotion.model_validate({"from": first, "to": end})


def live_unknowing(
    scenario: Scenario,
    division: Division,
    actions: Mapping[str, Arm],
    seed: int,
    replications: np.ndarray,
    begun: Begun,
) -> Responses:
    """Live responses as they look to who does not know the days: each replication has days of its own."""
    lived = []
    for replication in replications:
        one = np.array([replication])
        start = draw_start(scenario, seed, one).under(undated(scenario, seed, int(replication)))
        lived.append(live_responses(scenario, division, actions, [], seed, one, begun, start))
    return join(lived)
