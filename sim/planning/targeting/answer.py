"""The whole answer: worlds at the centre of all assumptions, and the same worlds elsewhere in their ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed

from sim.customer.kernel_cache import kernels_are_compiled
from sim.planning.blocks import Progress, in_order, silent
from sim.planning.budget.draws import Draw, draw_worlds
from sim.planning.quantities import COMPILING, FEW
from sim.planning.scored import with_score
from sim.planning.targeting.pilot import Belief
from sim.planning.targeting.world import WorldFound, live_believed, live_world

if TYPE_CHECKING:
    from sim.planning.targeting.question import Question
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario


@dataclass(frozen=True, eq=False)
class Answer:
    """Everything that was found out.

    Attributes
    ----------
    centre : list of WorldFound
        At the centre of all assumptions, a replication each.
    drawn : list of WorldFound
        Draw `d` lives replication `d mod len(centre)` again: the same customers' luck in another world.
    draws : list of Draw
    belief : Belief or None
        What is thought of the action before any trial; None where the assumptions were not drawn.
    """

    loaded: Loaded[Scenario]
    question: Question
    centre: list[WorldFound]
    drawn: list[WorldFound]
    draws: list[Draw]
    belief: Belief | None


@with_score
def answer(
    loaded: Loaded[Scenario],
    question: Question,
    *,
    seed: int,
    replications: int,
    draws: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Answer:
    """Compare targeting policies.

    Parameters
    ----------
    loaded : Loaded of Scenario
    question : Question
    seed : int
    replications : int
        Worlds at the centre, at least 2.
    draws : int
        Worlds of the assumptions; 0 for none.
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    NobodySurvives
        The tenure mix cannot exist under the scenario's hazards.
    """
    tell, scenario = progress or silent, loaded.value
    if not kernels_are_compiled():  # once, in this process, before workers start
        tell(COMPILING, 0, 1)
        few = scenario.model_copy(update={"customers": min(scenario.customers, FEW)})
        live_world(few, question, None, seed, 0)
        tell(COMPILING, 1, 1)
    workers = Parallel(n_jobs=jobs, return_as="generator")
    worlds = draw_worlds(loaded, seed, draws)
    places = [(world.scenario, number % replications) for number, world in enumerate(worlds)]
    of_belief = [delayed(live_believed)(drawn, question, seed, number) for drawn, number in places]
    belief = Belief.of(np.array(list(in_order(of_belief, "drawing what is believed", tell, workers))))
    of_centre = [delayed(live_world)(scenario, question, belief, seed, number) for number in range(replications)]
    of_draws = [delayed(live_world)(drawn, question, belief, seed, number) for drawn, number in places]
    return Answer(
        loaded,
        question,
        list(in_order(of_centre, "living worlds at the centre", tell, workers)),
        list(in_order(of_draws, "living draws of the assumptions", tell, workers)),
        worlds,
        belief,
    )
