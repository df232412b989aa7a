"""A campaign as it is lived: customers begin in waves (as a rule in one), are followed equally long, and let go.

Who may take part is decided on day 0, and so is each one's wave. On the wave's own day those who are still there are
dealt their arms; treatment, follow-up, horizon and residual time all count from that day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.life import LOST
from sim.experiment.assignment import deal_waves, eligible, strata, strata_count
from sim.experiment.before import read_before
from sim.experiment.follow_up import cost_by, net_by
from sim.experiment.outcomes import Outcomes, concatenate, read_outcomes, sorted_by_customer
from sim.experiment.referred import net_of_referred
from sim.scenario.bonds import Agreement
from sim.scenario.offers import Arm, FreeDays
from sim.world.lives import first_leaving
from sim.world.world import World

if TYPE_CHECKING:
    from sim.experiment.start import Start
    from sim.scenario.experiment_schema import Experiment

Customers = np.ndarray[Any, Any]
Deal = Callable[[Customers, np.ndarray], np.ndarray | int]
"""From the customers who begin and their strata to the numbers of their arms."""

LET_GO = Arm(reward=FreeDays(free_days=0), agreement=Agreement(monthly_credit_yuan=0, months=1), bundle=False)
"""What those have whose horizon has come while the campaign goes on for others: the policy, and nothing new of it."""


@dataclass(eq=False)
class Wave:
    """Customers who begin on one day."""

    began: float
    who: np.ndarray
    stratum: np.ndarray
    before: np.ndarray
    then: Customers
    brought: np.ndarray
    net: list[np.ndarray] = field(default_factory=list)
    cost: list[np.ndarray] = field(default_factory=list)
    outcomes: Outcomes | None = None


def arms_of(experiment: Experiment, arms: list[Arm]) -> list[Arm]:
    """The arms that a world needs: where customers begin in waves, a last one for those who are let go."""
    return [*arms, LET_GO] if experiment.starts is not None else arms


def live_waves(
    start: Start, experiment: Experiment, seed: int, world: World, deal: Deal, *, horizon: float, until: float
) -> Outcomes:
    """Live the campaign, wave by wave.

    Parameters
    ----------
    start, experiment, seed
    world : World
        Scored on day 0; its campaign has not begun; made with `arms_of` the experiment.
    deal : callable
    horizon : float
        Days that each customer is followed under its arm.
    until : float
        Days that each is lived in all, where more is wanted than horizon and follow-up need.

    Returns
    -------
    Outcomes
        Of all who began, with residual values as far as they were lived.
    """
    scenario, days = start.scenario, tuple(float(day) for day in experiment.follow_up_days)
    last = max(horizon, until, *days)
    listed = eligible(experiment, world.customers)
    first = strata(scenario, experiment, world.customers[listed])
    of_wave = deal_waves(experiment, seed, world.customers[listed], first)
    size = strata_count(scenario, experiment) // len(experiment.start_days)
    waves: list[Wave] = []
    ends = {day + part for day in experiment.start_days for part in (0.0, *days, horizon, last)}
    looks = () if experiment.looks is None else tuple(float(day) for day in experiment.looks.days)
    for day in sorted(ends | set(looks)):
        if day > 0:
            world.live(day)
        for wave in waves if day in looks else ():
            end = wave.began + horizon
            wave.cost.append(cost_by(world, wave.who, day, end, wave.then["ledger"]))
        for wave in waves:
            _read(world, wave, day - wave.began, days, horizon, last, residual=until > horizon)
        if day < max(ends):
            for wave in (wave for wave in waves if day - wave.began == horizon):
                _let_go(world, wave, experiment)
        if day in experiment.start_days:
            number = experiment.start_days.index(day)
            who = listed[of_wave == number]
            who = who[world.customers["state"][who] != LOST]
            stratum = number * size + strata(scenario, experiment, world.customers[who], day)
            waves.append(_begin(world, who, stratum, day, deal, horizon))
    return sorted_by_customer(concatenate(_whole(wave, len(looks)) for wave in waves))


def _whole(wave: Wave, looks: int) -> Outcomes:
    """A wave's outcomes with its costs by the looks; there is none before it began."""
    assert wave.outcomes is not None
    cost = np.zeros((len(wave.who), looks))
    for number, seen in enumerate(reversed(wave.cost), 1):
        cost[:, looks - number] = seen
    return replace(wave.outcomes, cost_at=cost)


def _begin(world: World, who: np.ndarray, stratum: np.ndarray, day: float, deal: Deal, horizon: float) -> Wave:
    """Enrol the customers of a wave on its day; before day 0 has a campaign no policy gives rewards."""
    customers = world.customers[who]
    brought = net_of_referred(world, who, day)
    wave = Wave(day, who, stratum, read_before(world.scenario, customers, day), customers, brought)
    world.enrol(who, deal(customers, stratum), day + horizon)
    world.forget_leavings(who)
    if day == 0:
        world.begin()
    else:
        world.follow_policy()
    return wave


def _read(
    world: World, wave: Wave, own: float, days: tuple[float, ...], horizon: float, last: float, *, residual: bool
) -> None:
    """Read what is due on a wave's own day."""
    if own in days:
        wave.net.append(net_by(world, wave.who, wave.began + own, wave.began + horizon, wave.then["ledger"]))
    if own == horizon:
        customers = world.customers[wave.who]
        wave.outcomes = read_outcomes(
            world.scenario,
            customers,
            wave.stratum,
            wave.before,
            horizon,
            wave.began,
            wave.then,
            world.answered_calls(wave.who, wave.began),
            net_of_referred(world, wave.who, wave.began + horizon) - wave.brought,
        )
    if own == last and wave.outcomes is not None:
        customers = world.customers[wave.who]
        net = np.stack(wave.net, axis=1) if wave.net else np.zeros((len(wave.who), 0))
        wave.outcomes = replace(wave.outcomes, net_at=net, lost_at=first_leaving(customers) - wave.began)
        if residual:
            wave.outcomes = replace(wave.outcomes, residual=customers["residual"].copy())


def _let_go(world: World, wave: Wave, experiment: Experiment) -> None:
    """End the campaign for a wave; after the last one it has ended for all."""
    if wave.began == experiment.start_days[-1]:
        world.end_campaign(experiment.background.policy, experiment.background.without)
    else:
        world.enrol(wave.who, world.arms - 1)
        world.follow_policy()


def in_all(worlds: dict[str, Outcomes]) -> dict[str, Outcomes]:
    """The customers who began in every one of some worlds.

    Where customers share nothing they are the same in all. Where they do, what the first waves are given can reach one
    who still waits, who then leaves in one world before its own day and not in another.
    """
    keys = {name: of.replication * (1 << 32) + of.id for name, of in worlds.items()}
    first, *others = keys.values()
    common = first
    for key in others:
        common = np.intersect1d(common, key)
    return {name: of.where(np.isin(keys[name], common)) for name, of in worlds.items()}
