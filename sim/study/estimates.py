"""One metric, two arms: the estimate that the trial's design asks for, and those that may stand beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.evidence.bootstrap import bootstrap_mean_difference
from sim.evidence.cells import Counts, Sample, counts, sample
from sim.evidence.clusters import NOT_BY_CIRCLE as TAKEN_FOR_INDEPENDENT
from sim.evidence.clusters import clustered_mean_difference
from sim.evidence.competing import cumulative_incidence_difference
from sim.evidence.cox import hazard_ratio
from sim.evidence.cuped import without_the_past
from sim.evidence.equivalence import mean_equivalence, share_equivalence, stratified_share_equivalence
from sim.evidence.means import mean_difference, stratified_mean_difference
from sim.evidence.proportions import risk_difference, stratified_risk_difference
from sim.evidence.ratios import Ratio, ratio, ratio_difference
from sim.evidence.regression import adjusted_mean_difference
from sim.evidence.restricted_mean import restricted_mean_difference
from sim.evidence.results import Estimate, Refused
from sim.evidence.survival import log_rank
from sim.scenario.data_schema import SHARE
from sim.scenario.study_schema import Study
from sim.study.records import Flags, Lives, Numbers, Records, Whole

Found = Estimate | Refused

CHURN = "churn_rate"
LOG_RANK, HAZARD_RATIO, DAYS_THERE = "log_rank", "hazard_ratio", "days_there"
LEFT_FOR = "left_for_"
OF_LIVES = (LOG_RANK, HAZARD_RATIO, DAYS_THERE)
NOT_BY_CIRCLE = Refused(TAKEN_FOR_INDEPENDENT)
BOOTSTRAP = "bootstrap"
NO_INTERVAL = Refused("the bootstrap is not known within strata")
NOT_OF_RATIOS = Refused("equivalence of ratios of totals is not known")
NOT_EQUIVALENT = Refused("equivalence is not known where whole circles were assigned or follow-up ends early")


@dataclass(frozen=True, eq=False)
class Pair:
    """The rows of two arms, and which of them are in the first."""

    rows: Whole
    in_arm: Flags


class Trial:
    """A real trial ready to be analysed.

    Parameters
    ----------
    study : Study
    records : Records
    resamples : int
        Of the bootstrap; 0 leaves it out.
    seed : int
        Of the bootstrap.
    """

    def __init__(self, study: Study, records: Records, *, resamples: int, seed: int) -> None:
        self.study, self.records, self.resamples, self.seed = study, records, resamples, seed
        self.arms = list(study.arms)
        self.level = 1 - study.alpha
        lives = records.lives
        horizon = study.horizon_days or 0.0
        self.cut_short = 0 if lives is None else int((~lives.left & (lives.days < horizon)).sum())

    def is_share(self, metric: str) -> bool:
        """Whether a metric is 0 or 1 of each customer."""
        own = self.study.data.metrics.get(metric)
        return metric == CHURN or (own is not None and own.unit == SHARE and own.per is None)

    def pair(self, arm: str, against: str) -> Pair:
        """The customers of two arms."""
        numbers = self.arms.index(arm), self.arms.index(against)
        rows = np.flatnonzero((self.records.arm == numbers[0]) | (self.records.arm == numbers[1]))
        return Pair(rows, self.records.arm[rows] == numbers[0])

    def metrics(self) -> list[str]:
        """All that is estimated: the file's metrics, then what lives tell."""
        lives = self.records.lives
        if lives is None:
            return list(self.study.metrics)
        reasons = [f"{LEFT_FOR}{name}" for name in lives.reasons] if len(lives.reasons) > 1 else []
        return [*self.study.metrics, DAYS_THERE, LOG_RANK, HAZARD_RATIO, *reasons]

    def lead(self, metric: str, arm: str, against: str) -> Found:
        """The estimate that counts."""
        of = self.pair(arm, against)
        if metric in OF_LIVES or metric.startswith(LEFT_FOR):
            return self._of_lives(metric, of)
        values = self.records.values[metric][of.rows]
        if self.cut_short and metric == CHURN:
            return self._share_gone(of, None)
        if self.cut_short and not self.is_share(metric):
            return Refused(f"{self.cut_short:,} customers' follow-up ends before the horizon: amounts are not complete")
        if metric in self.records.per:
            return self._ratio(metric, of)
        if self.records.circle is not None:
            circle = self.records.circle[of.rows]
            return clustered_mean_difference(values, of.in_arm, circle, level=self.level).one()
        if self.is_share(metric):
            compare = stratified_risk_difference if self._strata else risk_difference
            return compare(*self._counts(of, values), level=self.level).one()
        means = stratified_mean_difference if self._strata else mean_difference
        return means(*self._samples(of, values), level=self.level).one()

    def beside(self, metric: str, arm: str, against: str) -> dict[str, Found]:
        """Other estimates of the same difference, by the name of their method."""
        if (
            metric not in self.records.values
            or metric in self.records.per
            or self.cut_short
            or self.records.circle is not None
        ):
            return {}
        of = self.pair(arm, against)
        values = self.records.values[metric]
        return self._adjusted(of, values) | self._resampled(of, values, metric, f"{arm} {against}")

    def equivalence(self, metric: str, arm: str, against: str, margin: float) -> Found:
        """Is the difference within the margin?"""
        if self.cut_short or self.records.circle is not None:
            return NOT_EQUIVALENT
        if metric in self.records.per:
            return NOT_OF_RATIOS
        of = self.pair(arm, against)
        values = self.records.values[metric][of.rows]
        if self.is_share(metric):
            claim = stratified_share_equivalence if self._strata else share_equivalence
            return claim(*self._counts(of, values), margin=margin, alpha=self.study.alpha).one()
        samples = self._samples(of, values)
        return mean_equivalence(*samples, margin=margin, strata=self._strata > 0, alpha=self.study.alpha).one()

    def ratio(self, metric: str, mask: Flags) -> Ratio:
        """A ratio of totals among some customers."""
        return ratio(self.records.values[metric][mask], self.records.per[metric][mask])

    def _ratio(self, metric: str, of: Pair) -> Found:
        if self.records.circle is not None:
            return NOT_BY_CIRCLE
        sides = []
        for side in (of.in_arm, ~of.in_arm):
            mask = np.zeros(len(self.records), dtype=bool)
            mask[of.rows[side]] = True
            sides.append(self.ratio(metric, mask))
        return ratio_difference(*sides, level=self.level).one()

    @property
    def _strata(self) -> int:
        return 0 if self.records.stratum is None else len(self.records.stratum.names)

    def _cells(self, of: Pair, mask: Flags) -> dict[str, Any]:
        if self.records.stratum is None:
            return {}
        return {"stratum": self.records.stratum.number[of.rows][mask], "strata": self._strata}

    def _counts(self, of: Pair, values: Numbers) -> tuple[Counts, Counts]:
        one, other = (counts(values[mask] > 0, **self._cells(of, mask)) for mask in (of.in_arm, ~of.in_arm))
        return one, other

    def _samples(self, of: Pair, values: Numbers) -> tuple[Sample, Sample]:
        one, other = (sample(values[mask], **self._cells(of, mask)) for mask in (of.in_arm, ~of.in_arm))
        return one, other

    def _of_lives(self, metric: str, of: Pair) -> Found:
        lives = self.records.lives
        assert lives is not None
        if self.records.circle is not None and metric != HAZARD_RATIO:
            return NOT_BY_CIRCLE
        if metric.startswith(LEFT_FOR):
            return self._share_gone(of, metric.removeprefix(LEFT_FOR))
        columns = lives.days[of.rows], lives.left[of.rows], of.in_arm
        stratum = None if self.records.stratum is None else self.records.stratum.number[of.rows]
        horizon = float(self.study.horizon_days or 0.0)
        if metric == LOG_RANK:
            return log_rank(*columns, stratum=stratum).one()
        if metric == DAYS_THERE:
            return restricted_mean_difference(*columns, within_days=horizon, stratum=stratum, level=self.level).one()
        circle = None if self.records.circle is None else self.records.circle[of.rows]
        hazards = hazard_ratio(*columns, horizon_days=horizon, stratum=stratum, cluster=circle, level=self.level)
        return hazards.one()

    def _share_gone(self, of: Pair, reason: str | None) -> Found:
        """Share gone by the horizon, for one reason or for any, read off the curves' ends."""
        lives = self.records.lives
        assert lives is not None
        if self.records.circle is not None:
            return NOT_BY_CIRCLE
        return cumulative_incidence_difference(
            lives.days[of.rows],
            _why(lives, reason)[of.rows],
            of.in_arm,
            cause=1,
            within_days=float(self.study.horizon_days or 0.0),
            stratum=None if self.records.stratum is None else self.records.stratum.number[of.rows],
            level=self.level,
        ).one()

    def _adjusted(self, of: Pair, values: Numbers) -> dict[str, Found]:
        covariates = list(self.records.covariates.values())
        if not covariates:
            return {}
        found: dict[str, Found] = {}
        if len(covariates) == 1:
            found["CUPED"] = self._cuped(of, values, covariates[0])
        columns = np.column_stack([column[of.rows] for column in covariates])
        if self._strata > 1 and self.records.stratum is not None:
            number = self.records.stratum.number[of.rows]
            columns = np.column_stack([columns, *(number == place for place in range(1, self._strata))])
        found["least squares"] = adjusted_mean_difference(
            values[of.rows], of.in_arm, columns, robust="HC3", population=True, level=self.level
        ).one()
        return found

    def _cuped(self, of: Pair, values: Numbers, covariate: Numbers) -> Found:
        without = without_the_past(values, covariate)
        if isinstance(without, Refused):
            return without
        rest, slope = without
        means = stratified_mean_difference if self._strata else mean_difference
        estimate = means(*self._samples(of, rest[of.rows]), level=self.level).one()
        if isinstance(estimate, Refused):
            return estimate
        method = f"CUPED, slope {slope:.6g} from the customers of all arms; {estimate.method}"
        return replace(estimate, label="difference of means, adjusted", method=method)

    def _resampled(self, of: Pair, values: Numbers, metric: str, pair: str) -> dict[str, Found]:
        if not self.resamples or self.is_share(metric):
            return {}
        if self._strata:
            return {BOOTSTRAP: NO_INTERVAL}
        key = hashlib.sha256(f"{self.study.name} {metric} {pair} {self.seed}".encode()).digest()
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key[:16], "little")))
        rows, in_arm = values[of.rows], of.in_arm
        found = bootstrap_mean_difference(rows, in_arm, [generator], resamples=self.resamples, level=self.level)
        return {BOOTSTRAP: found.one()}


def _why(lives: Lives, reason: str | None) -> Whole:
    """1 for who left for the reason (None: for any), 2 for who left otherwise, 0 for who was still there."""
    if reason is None or lives.reason is None:
        return lives.left.astype(np.int64)
    number = lives.reasons.index(reason) + 1
    return np.where(lives.left, np.where(lives.reason == number, 1, 2), 0)
