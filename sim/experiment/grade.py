"""Every contrast of an experiment: what each trial would have shown, the truth, and the grade of the one by the
other.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.evidence.cells import Counts, Sample, counts, sample
from sim.evidence.clusters import NOT_BY_CIRCLE, clustered_mean_difference, no_form_by_circle
from sim.evidence.cox import hazard_ratio
from sim.evidence.equivalence import share_equivalence, stratified_share_equivalence
from sim.evidence.grading import Grades, grade, level, run_share
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.ratios import ratio, ratio_difference
from sim.evidence.results import Estimates, Interval, Refused
from sim.evidence.survival import log_rank
from sim.experiment.additive import SHARES, Cells, cells_of, ratios_of
from sim.experiment.assignment import assign
from sim.experiment.families import corrected
from sim.experiment.interference import gap, interference
from sim.experiment.outcomes import DEFINITIONS, FEN, Outcomes, mean_by, metric
from sim.experiment.ratios import PARTS, ratio_by
from sim.experiment.truth import Truth, paired
from sim.scenario.problems import Impossible

if TYPE_CHECKING:
    from sim.scenario.experiment_schema import Experiment

WITH_RESIDUAL = "net_value_with_residual_per_customer"
LOG_RANK, HAZARD_RATIO = "log_rank", "hazard_ratio"
NOT_PAIRED = Refused("a test without an effect has no truth to differ from")


class NobodyEligible(Impossible):
    """No customer of the base may take part in an experiment."""


@dataclass(frozen=True, eq=False)
class GradedContrast:
    """One arm against another in one metric.

    Attributes
    ----------
    trials : Estimates
        One entry a replication; the first is the trial that is shown.
    p_adjusted : float64 array, shape (replications,)
        For the contrasts that the experiment lists, one family a metric, by the correction that it asks for.
    """

    metric: str
    arm: str
    against: str
    truth: Interval | Refused
    trials: Estimates
    p_adjusted: np.ndarray
    family: str
    grades: Grades
    level: Interval | Refused
    interference: Interval | Refused


@dataclass(frozen=True, eq=False)
class GradedEquivalence:
    """A claim that two arms differ by less than a margin."""

    metric: str
    arm: str
    against: str
    margin: float
    truth: Interval | Refused
    trials: Estimates
    power: Interval | Refused


class Bench(Truth):
    """An experiment's trials and roll-outs over all replications, ready to be analysed and graded.

    Parameters
    ----------
    experiment : Experiment
    trial : Outcomes
        All trials, replication after replication.
    rollouts : Outcomes by arm
    residual_table : float64 array
        Residual value by cell, fen: what a firm can know of those who are still there.
    replications, horizon, margin, seed
    """

    def __init__(
        self,
        experiment: Experiment,
        trial: Outcomes,
        rollouts: dict[str, Outcomes],
        residual_table: np.ndarray,
        *,
        replications: int,
        horizon: float,
        margin: float,
        seed: int,
    ) -> None:
        super().__init__(experiment, rollouts, replications, horizon)
        self.experiment, self.trial = experiment, trial
        self.metrics = tuple(dict.fromkeys((*DEFINITIONS, *experiment.metrics)))
        self.table, self.margin, self.seed = residual_table, margin, seed
        everybody = [trial, *rollouts.values()]
        if len(trial) == 0:
            raise NobodyEligible(f"experiment {experiment.name}: nobody is eligible in any replication")
        self.stratified = experiment.stratified
        self.by_circle = experiment.unit == "circle"
        self.strata = max(int(o.stratum.max()) for o in everybody) + 1 if self.stratified else None
        for rollout in rollouts.values():
            if not (np.array_equal(rollout.id, trial.id) and np.array_equal(rollout.replication, trial.replication)):
                raise ValueError("a trial and its roll-outs must hold the same customers in the same order")
        self.placebo = self._reassigned()

    def _reassigned(self) -> Outcomes:
        """The reference roll-out with arms dealt again, without any effect."""
        reference = self.rollouts[self.experiment.reference]
        placebo = reference.where(np.ones(len(reference), dtype=bool))
        placebo.arm[:] = assign(self.experiment, self.seed, reference.keys(), reference.stratum, again=True)
        return placebo

    def without_effect(self) -> Bench:
        """The same bench with trials in which no arm has any effect."""
        idle = copy.copy(self)
        idle.trial = self.placebo
        return idle

    def values(self, outcomes: Outcomes, name: str, *, lived: bool) -> np.ndarray:
        """A metric, a number a customer; residual values as lived (truth) or from the firm's table."""
        residual = None
        if name == WITH_RESIDUAL and not lived:
            residual = np.where(outcomes.cell >= 0, self.table[outcomes.cell], 0.0)
        return metric(outcomes, name, self.margin, residual)

    def by_replication(self, arm: str, name: str) -> np.ndarray:
        """A metric's mean over those eligible."""
        rollout = self.rollouts[arm]
        if name in PARTS:
            return ratio_by(rollout.replication, PARTS[name](rollout), self.replications)
        values = self.values(rollout, name, lived=True)
        return mean_by(rollout.replication, values, self.replications)

    def ledger(self, arm: str) -> np.ndarray:
        """Yuan a customer who is eligible."""
        mean: np.ndarray = self.rollouts[arm].ledger.mean(axis=0) / FEN
        return mean

    def estimates(self, outcomes: Outcomes, name: str, arm: str, against: str, level: float) -> Estimates:
        """The analysis that follows the design, of every trial at once."""
        pair = np.isin(outcomes.arm, [self.arms.index(arm), self.arms.index(against)])
        of = outcomes.where(pair)
        in_arm = of.arm == self.arms.index(arm)
        stratum = of.stratum if self.stratified else None
        if name in (LOG_RANK, HAZARD_RATIO):
            lives: dict[str, Any] = {"trial": of.replication, "trials": self.replications, "stratum": stratum}
            if name == LOG_RANK:
                if self.by_circle:
                    return no_form_by_circle(LOG_RANK, "log-rank test", self.replications)
                return log_rank(of.days, of.left, in_arm, **lives)
            if self.by_circle:
                lives["cluster"] = of.replication * (of.unit.max() + 1) + of.unit
            return hazard_ratio(of.days, of.left, in_arm, horizon_days=self.horizon, level=level, **lives)
        if name in PARTS:
            top, bottom = PARTS[name](of)
            sides = [
                ratio(top[side], bottom[side], trial=of.replication[side], trials=self.replications)
                for side in (in_arm, ~in_arm)
            ]
            found = ratio_difference(*sides, level=level)
            return no_form_by_circle(found.estimand, found.label, self.replications) if self.by_circle else found
        if self.by_circle:
            return self.difference_by_circle(of, self.values(of, name, lived=False), in_arm, level)
        if name in SHARES:
            events = self.values(of, name, lived=False) > 0
            one, other = self._counts(of, events, in_arm), self._counts(of, events, ~in_arm)
            compare = stratified_risk_difference if self.stratified else risk_difference
            return compare(one, other, level=level)
        values = self.values(of, name, lived=False)
        means = stratified_mean_difference if self.stratified else mean_difference
        return means(self._sample(of, values, in_arm), self._sample(of, values, ~in_arm), level=level)

    def difference_by_circle(
        self, of: Outcomes, values: np.ndarray, in_arm: np.ndarray, level: float
    ) -> Estimates:  # fmt: skip
        """Difference of means of one number a customer, where a circle is what was assigned."""
        return clustered_mean_difference(
            values, in_arm, of.unit, trial=of.replication, trials=self.replications, level=level
        )

    def cells(self, name: str) -> Cells:
        """Sums of a metric in all trials, without strata."""
        trial = self.trial
        one = np.zeros(len(trial), dtype=np.int64)
        where = (trial.replication, self.replications, one, 1, trial.arm, len(self.arms))
        if name in PARTS:
            return ratios_of(PARTS[name](trial), *where)
        return cells_of(self.values(trial, name, lived=False), *where)

    def _cells(self, of: Outcomes, mask: np.ndarray) -> dict[str, Any]:
        cells: dict[str, Any] = {"trial": of.replication[mask], "trials": self.replications}
        if self.stratified:
            cells |= {"stratum": of.stratum[mask], "strata": self.strata}
        return cells

    def _counts(self, of: Outcomes, events: np.ndarray, mask: np.ndarray) -> Counts:
        return counts(events[mask], **self._cells(of, mask))

    def _sample(self, of: Outcomes, values: np.ndarray, mask: np.ndarray) -> Sample:
        return sample(values[mask], **self._cells(of, mask))

    def truth(self, name: str, arm: str, against: str) -> Interval | Refused:
        """The roll-out contrast; for a hazard ratio the same functional of the pooled roll-outs."""
        if name == LOG_RANK:
            return NOT_PAIRED
        if name == HAZARD_RATIO:
            one, other = self.rollouts[arm], self.rollouts[against]
            both = [np.concatenate([getattr(o, field) for o in (one, other)]) for field in ("days", "left", "stratum")]
            replication = np.concatenate([one.replication, other.replication])
            effect = hazard_ratio(
                both[0],
                both[1],
                np.arange(len(both[0])) < len(one),
                horizon_days=self.horizon,
                stratum=both[2] if self.stratified else None,
                cluster=replication,
                of="run",
            ).one()
            return effect if isinstance(effect, Refused) else effect.effect
        return super().truth(name, arm, against)

    def contrasts(self) -> list[GradedContrast]:
        """All contrasts in all metrics that the experiment names, then log-rank and hazard ratio."""
        graded = []
        alpha = self.experiment.alpha
        pairs = [(c.arm, c.against) for c in self.experiment.contrasts]
        for name in (*self.experiment.metrics, LOG_RANK, HAZARD_RATIO):
            each = [self.estimates(self.trial, name, *pair, 1 - alpha) for pair in pairs]
            cells = None if name in (LOG_RANK, HAZARD_RATIO) else self.cells(name)
            of_trials, adjusted, correction = corrected(self.experiment, name, each, cells)
            for number, (arm, against) in enumerate(pairs):
                trials, truth = of_trials[number], self.truth(name, arm, against)
                placebo = self.estimates(self.placebo, name, arm, against, 1 - alpha)
                no_grade = self._no_grade(name)
                graded.append(
                    GradedContrast(
                        metric=name,
                        arm=arm,
                        against=against,
                        truth=truth,
                        trials=trials,
                        p_adjusted=adjusted[:, number],
                        family=f"{name}: {len(pairs)} contrasts, {correction}",
                        grades=self._grades(trials, truth, adjusted[:, number], name),
                        level=no_grade if no_grade is not None else level(placebo.p_value, alpha=alpha),
                        interference=self.interference(name, arm, against),
                    )
                )
        return graded

    def _grades(self, trials: Estimates, truth: Interval | Refused, adjusted: np.ndarray, name: str) -> Grades:
        alpha = self.experiment.alpha
        if (refused := self._no_grade(name)) is not None:
            return Grades(refused, refused, refused, refused)
        return grade(trials, truth, alpha=alpha, p_adjusted=adjusted, ratio=name == HAZARD_RATIO)

    def _no_grade(self, name: str) -> Refused | None:
        """Why no trial can be analysed by a procedure, so that there is nothing to grade."""
        return Refused(NOT_BY_CIRCLE) if self.by_circle and name == LOG_RANK else None

    def interference(self, name: str, arm: str, against: str) -> Interval | Refused:
        """Mean of the trials' effects less the roll-outs' effect, of the same customers with the same luck."""
        if name in (LOG_RANK, HAZARD_RATIO):
            return Refused("only differences of means can be compared between trials and roll-outs")
        return interference(self, name, arm, against)

    def table_bias(self, arm: str, against: str) -> Interval | Refused:
        """What the firm's residual table makes of an effect on net value with residual, less what is lived."""
        return paired(*(gap(self, WITH_RESIDUAL, one, lived=True) for one in (arm, against)))

    def equivalences(self) -> list[GradedEquivalence]:
        """All equivalence claims of the experiment."""
        graded = []
        for claim in self.experiment.equivalence:
            pair = np.isin(self.trial.arm, [self.arms.index(claim.arm), self.arms.index(claim.against)])
            of = self.trial.where(pair)
            in_arm = of.arm == self.arms.index(claim.arm)
            test = stratified_share_equivalence if self.stratified else share_equivalence
            trials = test(
                self._counts(of, of.left, in_arm),
                self._counts(of, of.left, ~in_arm),
                margin=claim.margin,
                alpha=self.experiment.alpha,
            )
            shown = np.where(np.isnan(trials.p_value), False, trials.p_value <= self.experiment.alpha)
            graded.append(
                GradedEquivalence(
                    metric=claim.metric,
                    arm=claim.arm,
                    against=claim.against,
                    margin=claim.margin,
                    truth=self.truth(claim.metric, claim.arm, claim.against),
                    trials=trials,
                    power=run_share(shown),
                )
            )
        return graded
