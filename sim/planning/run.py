"""The whole answer of a run: live everything in blocks of replications, then analyse, grade, decide and doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import delayed

from sim.customer.kernel_cache import kernels_are_compiled
from sim.experiment.baseline import live_baseline
from sim.experiment.list_quality import ListQuality, live_list_quality
from sim.experiment.naive import before_and_after
from sim.experiment.rollout import FirmBlock
from sim.experiment.start import Starts
from sim.experiment.trial import ExperimentBlock
from sim.planning.blocks import Progress, blocks, in_order, silent
from sim.planning.doubt import DoubtfulWorld, Means, can_matter, doubtful_worlds, live_doubtful
from sim.planning.live import live_question
from sim.planning.quantities import (
    COMPILING,
    check_quantities,
    known_quantities,
    life_of,
    live_quantities,
    named_trials,
)
from sim.planning.replications import replications_table
from sim.planning.scored import with_score
from sim.planning.summary import Lived, summarise
from sim.planning.tables import customers_table, timeline_table
from sim.scenario.experiment_schema import Experiment, Question

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

DOUBT_SHARE = 10
"""A doubtful world is lived in a tenth of the replications, 20 at least: there only roll-outs are compared."""
DOUBT_AT_LEAST = 20


@dataclass(frozen=True, eq=False)
class Answer:
    """What a run has found out: the content of `summary.json` and of its three tables."""

    summary: dict[str, Any]
    timeline: dict[str, np.ndarray]
    customers: dict[str, np.ndarray]
    replications: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Block:
    """A block of replications, lived."""

    baseline: dict[str, np.ndarray]
    baseline_tally: np.ndarray
    quantities: dict[str, np.ndarray]
    experiments: dict[str, ExperimentBlock | FirmBlock]
    naive: dict[str, dict[str, np.ndarray]]
    marks: np.ndarray
    warning: ListQuality | None


def live_block(
    scenario: Scenario,
    experiments: list[Question],
    seed: int,
    replications: np.ndarray,
    life: int = 0,
    trials: Sequence[Experiment] = (),
) -> Block:
    """Live everything that a run needs of a block of replications; `life` and `trials` as in `live_quantities`."""
    starts = Starts(scenario, seed, replications)
    start = starts.at(None)
    baseline, tally = live_baseline(start)
    return Block(
        baseline=baseline,
        baseline_tally=tally,
        quantities=live_quantities(scenario, life, seed, replications, trials),
        experiments={e.name: live_question(starts, e, seed) for e in experiments},
        naive={
            e.name: before_and_after(starts.at(e.horizon_days), e) for e in experiments if isinstance(e, Experiment)
        },
        marks=start.laws.marks,
        warning=live_list_quality(start),
    )


@with_score
def answer(
    loaded: Loaded[Scenario],
    experiments: Sequence[Loaded[Question]],
    *,
    seed: int,
    replications: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Answer:
    """Answer all experiments in a scenario.

    Parameters
    ----------
    loaded, experiments : Loaded
    seed : int
    replications : int
        How often the world is lived; each holds one trial of every experiment.
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    InputProblems
        The scenario compares a fact with a quantity that does not exist.
    NobodySurvives
        The tenure mix cannot exist under the scenario's hazards.
    """
    tell = progress or silent
    scenario, plans = loaded.value, [e.value for e in experiments]
    _compile(scenario, plans, seed, tell)
    trials = named_trials(loaded)
    known = known_quantities(scenario, trials=trials)
    check_quantities(loaded, known)
    life = life_of((check.quantity for check in scenario.validation if check.quantity is not None), known)

    worlds = doubtful_worlds(loaded, plans)
    few = min(replications, max(DOUBT_AT_LEAST, replications // DOUBT_SHARE))
    tasks = [
        delayed(live_block)(scenario, plans, seed, block, life, trials) for block in blocks(scenario, replications)
    ]
    lived = list(in_order(tasks, "living customers", tell, jobs))
    tasks = [
        delayed(live_doubtful)(loaded.with_value(w.path, w.value).value, _doubting(scenario, plans, w), seed, block)
        for w in worlds
        for block in blocks(scenario, few)
    ]
    doubts = list(in_order(tasks, "living doubtful worlds", tell, jobs))

    tell("analysing trials", 0, 1)
    of_worlds = dict(zip(worlds, _joined(doubts, len(worlds)), strict=True))
    everything = Lived(
        loaded=loaded,
        experiments=plans,
        seed=seed,
        replications=replications,
        baseline={name: np.concatenate([b.baseline[name] for b in lived]) for name in lived[0].baseline},
        quantities={name: np.concatenate([b.quantities[name] for b in lived]) for name in lived[0].quantities},
        blocks={e.name: [b.experiments[e.name] for b in lived] for e in plans},
        naive={
            name: {arm: np.concatenate([b.naive[name][arm] for b in lived]) for arm in arms}
            for name, arms in lived[0].naive.items()
        },
        warning=[block.warning for block in lived if block.warning is not None],
        doubts=of_worlds,
        doubt_replications=few,
    )
    found = Answer(
        summary=summarise(everything),
        timeline=timeline_table(scenario, plans, lived),
        customers=customers_table(scenario, plans, lived[0]),
        replications=replications_table(everything),
    )
    tell("analysing trials", 1, 1)
    return found


def _doubting(scenario: Scenario, plans: list[Question], world: DoubtfulWorld) -> list[Question]:
    """The experiments whose answer the world can change."""
    return [plan for plan in plans if world.path in plan.doubt and can_matter(scenario, plan, world.path)]


def _compile(scenario: Scenario, plans: list[Question], seed: int, tell: Progress) -> None:
    """Compile the kernels in this process, before workers start, so that they are compiled once and seen as a stage."""
    if kernels_are_compiled():
        return
    tell(COMPILING, 0, 1)
    few = scenario.model_copy(update={"customers": min(scenario.customers, 50)})
    live_block(few, plans, seed, np.arange(1))
    tell(COMPILING, 1, 1)


def _joined(doubts: list[Means], worlds: int) -> list[Means]:
    """Blocks of each doubtful world put together, in replication order."""
    if not worlds:
        return []
    each = len(doubts) // worlds
    return [_one_world(doubts[number * each : (number + 1) * each]) for number in range(worlds)]


def _one_world(parts: list[Means]) -> Means:
    def whole(name: str, arm: str, column: int) -> np.ndarray:
        return np.concatenate([part[name][arm][column] for part in parts])

    return {name: {arm: (whole(name, arm, 0), whole(name, arm, 1)) for arm in parts[0][name]} for name in parts[0]}
