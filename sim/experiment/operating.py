"""What a whole design does over many trials: how often it finds what is true, and what it costs to go by it.

Everything comes from sums that add up (`additive.py`): at the planned size, at multiples of it, and with an effect of a
stated size put on arms that have none.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.evidence.clusters import no_form_by_circle
from sim.evidence.grading import Grades, grade, level, run_share
from sim.evidence.results import Estimates, Interval, Refused
from sim.experiment.additive import SHARES, Cells, cells_of, compare, joined, ratios_of, with_effect
from sim.experiment.assignment import assign, strata_count
from sim.experiment.circle_sums import CircleCells, circle_cells_of, dealt
from sim.experiment.decide import Concluded, conclude, decide
from sim.experiment.families import corrected
from sim.experiment.guardrails import allowed
from sim.experiment.look_sums import LookSums, joined_looks, look_sums
from sim.experiment.outcomes import Outcomes, concatenate, metric, residual_table
from sim.experiment.ratios import PARTS
from sim.experiment.truth import paired
from sim.scenario.problems import Impossible

if TYPE_CHECKING:
    from sim.experiment.trial import ExperimentBlock
    from sim.scenario.experiment_schema import Contrast, Experiment
    from sim.scenario.schema import Scenario

COST = "cost_per_customer"
WITH_RESIDUAL = "net_value_with_residual_per_customer"
WITHOUT_RESIDUAL = "net_value_per_customer"


class NobodyEligible(Impossible):
    """No customer of the base may take part."""


@dataclass(frozen=True, eq=False)
class Sums:
    """What is kept of some replications, by metric.

    Attributes
    ----------
    trial, placebo : Cells by metric
        The trials as they were lived; and the reference's roll-outs with the arms dealt again, so without any effect.
    truth : float64 arrays by metric, shape (arms, replications)
        Means of the roll-outs over everybody eligible, NaN where nobody was.
    looks : LookSums, or None where no looks are planned
    """

    trial: dict[str, Cells]
    placebo: dict[str, Cells]
    truth: dict[str, np.ndarray]
    looks: LookSums | None = None


def metrics_of(scenario: Scenario, experiment: Experiment) -> tuple[str, ...]:
    """Metrics that a study of a design needs: those named, cost, and the money that wrong decisions lose."""
    named = (*experiment.metrics, experiment.decision.metric, experiment.trial_decision.metric)
    named = (*named, *(guardrail.metric for guardrail in experiment.guardrails))
    return tuple(dict.fromkeys((*named, COST, money_of(scenario, experiment))))


def money_of(scenario: Scenario, experiment: Experiment) -> str:
    """In what a wrong decision is counted: the decision's metric if it is net value, else net value as far as known."""
    if experiment.decision.metric in (WITH_RESIDUAL, WITHOUT_RESIDUAL):
        return experiment.decision.metric
    return WITH_RESIDUAL if scenario.residual is not None else WITHOUT_RESIDUAL


def firms_table(scenario: Scenario, experiment: Experiment, blocks: Sequence[ExperimentBlock]) -> np.ndarray:
    """Residual value by cell, fen, as a firm could know it: from the background world of some replications."""
    return residual_table(scenario, concatenate(block.rollouts[experiment.reference] for block in blocks))


def sum_up(
    scenario: Scenario,
    experiment: Experiment,
    block: ExperimentBlock,
    replications: np.ndarray,
    table: np.ndarray,
    seed: int,
) -> Sums:
    """Sum up a block of replications.

    Parameters
    ----------
    scenario, experiment, block
    replications : int64 array
        Numbers of the block's replications, ascending by 1.
    table : float64 array
        Of `firms_table`: what those still there are worth to a trial's analysis.
    seed : int
        For dealing the placebo's arms.
    """
    trial = block.trial
    if trial is None:
        raise ValueError("a design is studied by its trials: live them")
    margin, arms = scenario.money.margin_share, list(experiment.arms)
    reference = block.rollouts[experiment.reference]
    again = assign(experiment, seed, reference.keys(), reference.stratum, again=True)
    size, rows = strata_count(scenario, experiment), len(replications)

    def seen(outcomes: Outcomes, arm: np.ndarray) -> dict[str, Cells]:
        row = outcomes.replication - replications[0]
        circles = dealt(outcomes, row, arm) if experiment.unit == "circle" else None

        def summed(name: str) -> Cells:
            if name in PARTS:
                return ratios_of(PARTS[name](outcomes), row, rows, outcomes.stratum, size, arm, len(arms))
            residual = np.where(outcomes.cell >= 0, table[outcomes.cell], 0.0) if name == WITH_RESIDUAL else None
            values = metric(outcomes, name, margin, residual)
            if circles is None:
                return cells_of(values, row, rows, outcomes.stratum, size, arm, len(arms))
            return circle_cells_of(values, circles, rows, len(arms), name, largest_circle(scenario))

        return {name: summed(name) for name in metrics_of(scenario, experiment)}

    names = metrics_of(scenario, experiment)
    return Sums(
        trial=seen(trial, trial.arm),
        placebo=seen(reference, again),
        truth={
            name: np.stack([block.means(arm, name, replications, margin) for arm in arms]) for name in names
        },
        looks=look_sums(experiment, trial, reference, again, replications),
    )  # fmt: skip


def largest_circle(scenario: Scenario) -> int:
    """Members of the largest circle that the scenario can deal, who is alone being one."""
    sizes = scenario.circles.sizes if scenario.circles is not None else ()
    return max([1, *(of.size for of in sizes)])


def joined_sums(parts: Sequence[Sums]) -> Sums:
    """Sums of several blocks, in their order."""
    names = list(parts[0].trial)
    return Sums(
        trial={name: joined([part.trial[name] for part in parts]) for name in names},
        placebo={name: joined([part.placebo[name] for part in parts]) for name in names},
        truth={name: np.concatenate([part.truth[name] for part in parts], axis=1) for name in names},
        looks=joined_looks([part.looks for part in parts if part.looks is not None]),
    )


@dataclass(frozen=True, eq=False)
class Judged:
    """Many trials of one design, in one metric and contrast.

    Attributes
    ----------
    alone : share of trials significant without adjustment, which is what a formula gives
    grades : power after adjustment, coverage, wrong signs, overstatement
    """

    alone: Interval | Refused
    grades: Grades


class Operating:
    """The operating characteristics of a design.

    Parameters
    ----------
    scenario, experiment
    sums : Sums
        Of all replications lived.
    seed : int
        For the draws of an effect that is put in.

    Raises
    ------
    NobodyEligible
        No replication has a customer who may take part.
    """

    def __init__(self, scenario: Scenario, experiment: Experiment, sums: Sums, seed: int) -> None:
        self.experiment, self.sums, self.seed = experiment, sums, seed
        self.arms = list(experiment.arms)
        self.stratified, self.by_circle = experiment.stratified, experiment.unit == "circle"
        self.money = money_of(scenario, experiment)
        self.replications = len(sums.trial[COST])
        if sums.trial[COST].n.sum() == 0:
            raise NobodyEligible(f"experiment {experiment.name}: nobody is eligible in any replication")
        best = decide(experiment, self.means(experiment.decision.metric), self.means(COST))
        self.best = best.arm

    def means(self, name: str) -> dict[str, float]:
        """A metric under each arm, mean over the replications."""
        return {arm: float(np.nanmean(self.sums.truth[name][number])) for number, arm in enumerate(self.arms)}

    def truth(self, name: str, contrast: Contrast) -> Interval | Refused:
        """The difference between two arms' roll-outs, with its run doubt."""
        one, other = (self.sums.truth[name][self.arms.index(arm)] for arm in (contrast.arm, contrast.against))
        return paired(one, other)

    def sizes(self, arm: str, times: int = 1) -> float:
        """Customers of an arm in one trial, mean over the trials."""
        return float(self.sums.trial[COST].merged(times).n[..., self.arms.index(arm)].sum(axis=1).mean())

    def circles(self, arm: str) -> float:
        """Circles of an arm in one trial, mean over the trials; where they are what was dealt."""
        cells = self.sums.trial[COST]
        assert isinstance(cells, CircleCells)
        return float(cells.circles[..., self.arms.index(arm)].sum(axis=1).mean())

    def spread(self, name: str, arm: str) -> float:
        """Standard deviation of a metric among an arm's customers of one trial, mean over the trials."""
        cells = self.sums.trial[name].totals()
        n, squares = (part[:, 0, self.arms.index(arm)] for part in (cells.n, cells.squares))
        known = n > 1
        return float(np.sqrt((squares[known].sum()) / np.maximum((n[known] - 1).sum(), 1)))

    def estimates(self, cells: Cells, name: str, contrast: Contrast) -> Estimates:
        """The analysis that follows the design, of every trial."""
        arm, against = (self.arms.index(one) for one in (contrast.arm, contrast.against))
        if isinstance(cells, CircleCells):
            return cells.compare(arm, against, 1 - self.experiment.alpha)
        found = compare(cells, name, arm, against, stratified=self.stratified, level=1 - self.experiment.alpha)
        return no_form_by_circle(found.estimand, found.label, len(found)) if self.by_circle else found

    def judged(self, name: str, times: int = 1) -> list[Judged]:
        """Grades of all contrasts in a metric, in trials so many times as large as planned."""
        cells = self.sums.trial[name].merged(times)
        alone, of_trials, adjusted = self._family(cells, name)
        alpha = self.experiment.alpha
        return [
            _judged(
                alone[number],
                grade(each, self.truth(name, contrast), alpha=alpha, p_adjusted=adjusted[:, number]),
                alpha,
            )
            for number, (each, contrast) in enumerate(zip(of_trials, self.experiment.contrasts, strict=True))
        ]

    def _family(self, cells: Cells, name: str) -> tuple[list[Estimates], list[Estimates], np.ndarray]:
        """All contrasts of a metric: each by itself, and corrected as the file asks, with their adjusted p."""
        alone = [self.estimates(cells, name, contrast) for contrast in self.experiment.contrasts]
        of_trials, adjusted, _ = corrected(self.experiment, name, alone, cells)
        return alone, of_trials, adjusted

    def type_one(self, name: str, contrast: Contrast) -> Interval | Refused:
        """Share of trials significant, without adjustment, where the arms have no effect at all."""
        return _significant(self.estimates(self.sums.placebo[name], name, contrast), self.experiment.alpha)

    def family_error(self, name: str) -> Interval | Refused:
        """Share of trials that find anything in a metric, after adjustment, where no arm has an effect."""
        alone, _, adjusted = self._family(self.sums.placebo[name], name)
        if all(each.refused.all() for each in alone):
            return _significant(alone[0], self.experiment.alpha)
        return run_share((np.nan_to_num(adjusted, nan=1.0) <= self.experiment.alpha).any(axis=1))

    def put_in(self, name: str, contrast: Contrast, effect: float) -> Judged:
        """Grades of one contrast, by itself, had its arm an effect of a stated size and the other none."""
        key = zlib.crc32(f"{name} {contrast.arm} {contrast.against} {effect:.12g}".encode())
        generator = np.random.Generator(np.random.Philox(key=[self.seed, key]))
        arm, placebo = self.arms.index(contrast.arm), self.sums.placebo[name]
        if isinstance(placebo, CircleCells):
            moved = placebo.with_effect(arm, effect, generator)
        else:
            moved = with_effect(placebo, name, arm, effect, generator)
        found = self.estimates(moved, name, contrast)
        return _judged(found, grade(found, effect, alpha=self.experiment.alpha), self.experiment.alpha)

    def noise(self, name: str, contrast: Contrast) -> float:
        """Standard deviation of the estimate over trials without any effect; not a number where all are refused."""
        value = self.estimates(self.sums.placebo[name], name, contrast).value
        known = value[~np.isnan(value)]
        return float(known.std(ddof=1)) if len(known) > 1 else float("nan")

    def placebo_level(self, name: str, arm: str) -> float:
        """A metric of those who were dealt an arm that does nothing; in few trials it is not the reference's."""
        cells, number = self.sums.placebo[name], self.arms.index(arm)
        n, mean = cells.n[..., number], cells.mean[..., number]
        return float((n * mean).sum() / max(n.sum(), 1))

    def reference_level(self, name: str) -> float:
        """A metric under the reference."""
        return self.means(name)[self.experiment.reference]

    def concluded(self, times: int = 1) -> Concluded:
        """What each trial concludes by the experiment's rule."""
        name, reference = self.experiment.trial_decision.metric, self.experiment.reference
        cells = self.sums.trial[name].merged(times)
        _, each, adjusted = self._family(cells, name)
        family = enumerate(self.experiment.contrasts)
        against = {c.arm: number for number, c in family if c.against == reference}
        costs = self.sums.trial[COST].merged(times).totals().mean[:, 0]
        return conclude(
            self.experiment,
            {arm: adjusted[:, number] for arm, number in against.items()},
            {arm: each[number].value for arm, number in against.items()},
            {arm: costs[:, number] for number, arm in enumerate(self.arms)},
            allowed(self.experiment, lambda metric: self.sums.trial[metric].merged(times)),
        )

    def loss(self) -> Mapping[str, float]:
        """Yuan a customer that each arm, used for everybody, is worth less than the one that the truth decides on."""
        worth = self.means(self.money)
        return {arm: worth[self.best] - value for arm, value in worth.items()}

    def wrong(self, concluded: Concluded) -> Interval | Refused:
        """Share of trials after which another arm is used than the truth decides on."""
        return run_share(concluded.arm != self.arms.index(self.best))

    def cost_of_trial(self) -> np.ndarray:
        """Yuan that the arms of one trial cost more than the reference would have cost for the same customers."""
        cells = self.sums.trial[COST].totals()
        n, mean = cells.n[:, 0], cells.mean[:, 0]
        reference = self.sums.truth[COST][self.arms.index(self.experiment.reference)]
        more: np.ndarray = (n * (mean - np.nan_to_num(reference)[:, None])).sum(axis=1)
        return more


def _judged(alone: Estimates, grades: Grades, alpha: float) -> Judged:
    """Grades of one contrast; refused throughout where no trial could be analysed, which is not a power of 0."""
    found = _significant(alone, alpha)
    return Judged(found, Grades(found, found, found, found) if isinstance(found, Refused) else grades)


def _significant(trials: Estimates, alpha: float) -> Interval | Refused:
    """Share of trials significant; refused where none could be analysed, for the first one's reason."""
    if trials.refused.all():
        first = trials.one()
        assert isinstance(first, Refused)
        return first
    return level(trials.p_value, alpha=alpha)


def is_share(name: str) -> bool:
    """Whether a metric is a share of customers."""
    return name in SHARES
