"""A frontier of 30 budgets for company H: time in optimisation against time in simulation, and how much is lived."""

from typing import NamedTuple

from sim.planning.budget.plan import plan
from sim.planning.budget.question import ask
from sim.planning.budget.summary import summarise
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario

REPLICATIONS, FRESH, DRAWS = 80, 100, 200


class Planned(NamedTuple):
    """Seconds on one core, and customers lived to choose and to doubt over what every action in every draw would be."""

    living: float
    choosing: float
    lives_over_allowed: float


def measure(world: Loaded[Scenario]) -> Planned:
    """Plan the scenario's budget at the size at which it is planned by default."""
    found = plan(world, ask(world), seed=1, replications=REPLICATIONS, fresh=FRESH, draws=DRAWS)
    lived = summarise(found)["lived"]
    lives = lived["lives_to_choose"] + lived["lives_to_doubt"]
    return Planned(found.seconds["living"], found.seconds["choosing"], lives / lived["lives_allowed"])
