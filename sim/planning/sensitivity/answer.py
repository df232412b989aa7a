"""All of a sensitivity question: the tornado, switch points, joint draws, Sobol indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel

from sim.evidence.paired import run_mean
from sim.evidence.proportions import wilson
from sim.evidence.results import Interval, Refused
from sim.planning.blocks import Progress, silent
from sim.planning.doubt import decide_world
from sim.planning.quantities import known_quantities
from sim.planning.scored import with_score
from sim.planning.sensitivity.factors import Factor, LeftOut, factors_of
from sim.planning.sensitivity.margin import ArmMeans, gain, luck_of_few, margin, without_luck
from sim.planning.sensitivity.sobol import Index, base_points, design, independent, indices
from sim.planning.sensitivity.switch import Line, Switch, find_switches, limits
from sim.planning.sensitivity.worlds import Values, Worlds
from sim.scenario.experiment_schema import Question
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario

JOINT_SHARE = 5
"""A joint draw is lived in a fifth of the replications, 4 at least: there are many of them."""
JOINT_AT_LEAST = 4
NO_SWITCH = Refused("the decision does not switch in the range")


@dataclass(frozen=True, eq=False)
class Plan:
    """What will be lived.

    Parameters
    ----------
    factors : tuple of Factor
    left_out : tuple of LeftOut
    points : int
        Base points of the joint draws.
    replications, joint_replications : int
        How often a world of the tornado and the switch points is lived, and one of the joint draws.
    customer_years : float
        Of the worlds that are known beforehand: the grid of every factor, and the joint draws.
    """

    factors: tuple[Factor, ...]
    left_out: tuple[LeftOut, ...]
    points: int
    replications: int
    joint_replications: int
    customer_years: float

    @property
    def joint_worlds(self) -> int:
        """Worlds of the joint draws."""
        return self.points * (len(self.factors) + 2)

    @property
    def grid_worlds(self) -> int:
        """Worlds at the ends, the middle and the quarters of every range."""
        return 1 + sum(len(factor.grid()) - 1 for factor in self.factors)


@dataclass(frozen=True)
class End:
    """A factor at an end of its range: what becomes of the gain, the margin and the decision."""

    path: str
    level: str
    value: float
    gain: Interval | Refused
    margin: Interval | Refused
    decision: str


@dataclass(frozen=True, eq=False)
class Joint:
    """What the joint draws show.

    Parameters
    ----------
    stands : Interval
        Share of plausible worlds in which the decision is the centre's.
    gains : tuple of float
        Gain in the draws of the joint distribution: 5%, 50% and 95% point.
    unsettled : float
        Share of the same draws in which run doubt could turn the decision: the margin's interval holds 0.
    noise : float
        Part of the variance of the gain between worlds that few replications can make at most.
    of_gain, of_decision : list of Index, or why there are none
    """

    stands: Interval
    gains: tuple[float, float, float]
    unsettled: float
    noise: float
    of_gain: Sequence[Index] | Refused
    of_decision: Sequence[Index] | Refused


@dataclass(frozen=True, eq=False)
class Answer:
    """What was found.

    Parameters
    ----------
    loaded, question : Loaded of Scenario, Question
    seed : int
    plan : Plan
    worlds : int
        Worlds lived for the tornado and the switch points.
    chosen : str
        The arm taken at the centre.
    arm, against : str
        The gain is that of the first over the second.
    centre : End
    tornado : tuple of End
    switches : by path, what was found along it
    joint : Joint or Refused
    """

    loaded: Loaded[Scenario]
    question: Question
    seed: int
    plan: Plan
    worlds: int
    chosen: str
    arm: str
    against: str
    centre: End
    tornado: tuple[End, ...]
    switches: dict[str, list[Switch] | Refused]
    joint: Joint | Refused


def plan_of(loaded: Loaded[Scenario], question: Question, *, every: bool, worlds: int, replications: int) -> Plan:
    """Say what will be lived.

    Parameters
    ----------
    loaded : Loaded of Scenario
    question : Question
    every : bool
        All numbers with a range, not only those that the question doubts.
    worlds : int
        Most worlds of the joint draws.
    replications : int

    Raises
    ------
    InputProblems
        There is no number to doubt.
    """
    factors, left_out = factors_of(loaded, question, every=every)
    if not factors:
        reasons = "; ".join(f"{one.path}: {one.reason}" for one in left_out)
        got = f"no number with a range that can matter to {question.name}" + (f" ({reasons})" if reasons else "")
        rule = "at least one such as {central: 4, low: 1, high: 12, assumed: why}, under the experiment's doubt:"
        raise InputProblems([loaded.places.problem((), got, rule)])
    points = base_points(len(factors), worlds)
    few = min(replications, max(JOINT_AT_LEAST, replications // JOINT_SHARE))
    plan = Plan(tuple(factors), tuple(left_out), points, replications, few, 0.0)
    scenario = loaded.value
    residual = scenario.residual.months / 12 if scenario.residual is not None else 0.0
    years = (question.horizon_days or scenario.horizon_days) / 365 + residual
    lives = plan.grid_worlds * replications + plan.joint_worlds * few
    whole = lives * len(question.arms) * scenario.customers * years
    return Plan(plan.factors, plan.left_out, points, replications, few, whole)


@with_score
def answer(
    loaded: Loaded[Scenario],
    question: Question,
    plan: Plan,
    *,
    seed: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Answer:
    """Answer a question.

    Parameters
    ----------
    loaded : Loaded of Scenario
    question : Question
    plan : Plan
    seed : int
    jobs : int
        Processes; the result does not depend on it.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    InputProblems
        A joint draw breaks a rule of the scenario.
    NobodySurvives
        The tenure mix cannot exist under a world's hazards.
    """
    tell = progress or silent
    known_quantities(loaded.value, tell)  # compiles the kernels in this process, once
    with Parallel(n_jobs=jobs, return_as="generator") as workers:
        worlds = Worlds(loaded, question, seed, plan.replications, tell, workers)
        lines = [Line(factor) for factor in plan.factors]
        grid = [(line, value) for line in lines for value in line.factor.grid()]
        worlds.live([(), *(_at(line, value) for line, value in grid)], "living the range of every assumption")
        chosen, _ = decide_world(question, worlds[()])
        arm, against = _pair(question, worlds[()], chosen)

        def look(wanted: Sequence[tuple[Line, float]]) -> None:
            worlds.live([_at(line, value) for line, value in wanted], "looking for switch points")
            for line, value in wanted:
                line.known[value] = limits(margin(question, worlds[_at(line, value)], chosen))

        switches: dict[str, list[Switch] | Refused] = {}
        if plan.replications > 1:
            look(grid)
            for line, found in zip(lines, find_switches(lines, look), strict=True):
                switches[line.factor.path] = found or NO_SWITCH
        else:
            one = Refused("one replication shows no run doubt: an interval needs at least 2")
            switches = {line.factor.path: one for line in lines}

        def end(path: str, level: str, value: float, at: Values) -> End:
            means = worlds[at]
            found = run_mean(gain(means, arm, against)), run_mean(margin(question, means, chosen))
            return End(path, level, value, *found, decide_world(question, means)[0])

        tornado = [
            end(factor.path, level, value, _where(factor, value))
            for factor in plan.factors
            for level, value in (("low", factor.low), ("high", factor.high))
        ]
        return Answer(
            loaded=loaded,
            question=question,
            seed=seed,
            plan=plan,
            worlds=len(worlds),
            chosen=chosen,
            arm=arm,
            against=against,
            centre=end("", "centre", float("nan"), ()),
            tornado=tuple(tornado),
            switches=switches,
            joint=_joint(worlds, plan, (chosen, arm, against), tell, workers),
        )


def _where(factor: Factor, value: float) -> Values:
    return () if value == factor.central else ((factor.path, value),)


def _at(line: Line, value: float) -> Values:
    return _where(line.factor, value)


def _pair(question: Question, centre: ArmMeans, chosen: str) -> tuple[str, str]:
    """The chosen arm and the reference; the best other arm where the reference is chosen."""
    if chosen != question.reference:
        return chosen, question.reference
    sign = -1.0 if question.decision.choose == "lowest" else 1.0
    others = [arm for arm in question.arms if arm != chosen]
    return max(others, key=lambda arm: sign * float(np.nanmean(centre[arm][0]))), chosen


def _joint(
    worlds: Worlds, plan: Plan, arms: tuple[str, str, str], tell: Progress, workers: Parallel
) -> Joint | Refused:
    factors, points, question, seed = plan.factors, plan.points, worlds.question, worlds.seed
    if points == 0:
        return Refused(f"{len(factors)} assumptions need at least {2 * (len(factors) + 2)} worlds for joint draws")
    chosen, arm, against = arms
    chances = design(len(factors), points, seed)
    drawn = [
        tuple((factor.path, factor.draw(float(chance))) for factor, chance in zip(factors, row, strict=True))
        for row in chances
    ]
    few = Worlds(worlds.loaded, question, seed, plan.joint_replications, tell, workers)
    few.live(drawn, "living joint draws")
    luck = luck_of_few(worlds[()], plan.joint_replications)
    lived = [without_luck(few[values], luck) for values in drawn]
    gains = [gain(means, arm, against) for means in lived]
    mean = np.array([of.mean() for of in gains])
    stands = np.array([decide_world(question, means)[0] == chosen for means in lived])
    apart = independent(len(factors), points)
    low, high = wilson(int(stands[apart].sum()), len(apart))
    share = Interval(float(stands[apart].mean()), float(low), float(high), "assumption", n=len(apart))
    between = float(mean[apart].var())
    within = float(np.mean([of.var(ddof=1) / len(of) for of in gains])) if plan.joint_replications > 1 else np.inf
    sure = [limits(margin(question, lived[number], chosen)) for number in apart] if plan.joint_replications > 1 else []
    cuts = np.percentile(mean[apart], (5, 50, 95))
    return Joint(
        stands=share,
        gains=(float(cuts[0]), float(cuts[1]), float(cuts[2])),
        unsettled=float(np.mean([low <= 0 <= high for _, low, high in sure])) if sure else 1.0,
        noise=min(1.0, within / between) if between > 0 else 1.0,
        of_gain=indices(mean, len(factors), seed),
        of_decision=indices(stands, len(factors), seed),
    )
