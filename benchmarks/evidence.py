"""The evidence of one large trial against bare library calls for the same numbers: scipy and statsmodels.

Cox is left out (statsmodels' PHReg has no robust variance with Efron's ties), and so is the bootstrap (scipy's BCa
takes the square of the number of customers).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from sim.scenario.data_schema import Data
from sim.scenario.experiment_schema import Contrast
from sim.scenario.offers import Arm
from sim.scenario.study_schema import Study, StudyAssignment, StudyDecision
from sim.study.checking import check
from sim.study.estimates import HAZARD_RATIO, Trial
from sim.study.families import leads
from sim.study.records import Groups, Lives, Records
from sim.study.subgroups import splits

CUSTOMERS, HORIZON = 100_000, 365.0
PAIRS = (("one", "none"), ("two", "none"))
AMOUNTS = ("revenue_per_customer", "cost_per_customer", "net_value_per_customer")
REASONS = ("rival", "moved")


@dataclass(frozen=True)
class Evidence:
    """Seconds of our evidence and of the libraries'."""

    ours: float
    libraries: float


def trial() -> Trial:
    """A trial of three arms with everything that is analysed."""
    generator = np.random.Generator(np.random.Philox(key=3))
    arm = np.arange(CUSTOMERS) % 3
    leaves = np.round(generator.exponential(1200.0 + 200.0 * arm))
    left = leaves < HORIZON
    days = np.where(left, leaves, HORIZON)
    age = generator.integers(20, 70, CUSTOMERS).astype(np.float64)
    revenue = np.round(days * (1 + age / 50) + generator.exponential(20.0, CUSTOMERS), 2)
    cost = np.round(generator.exponential(3.0, CUSTOMERS) * (1 + arm), 2)
    study = Study(
        name="bench",
        question="How long does it take?",
        horizon_days=HORIZON,
        assignment=StudyAssignment(method="simple"),
        arms={name: Arm() for name in ("none", "one", "two")},
        reference="none",
        metrics=("churn_rate", *AMOUNTS),
        contrasts=tuple(Contrast(arm=arm, against=against) for arm, against in PAIRS),
        trial_decision=StudyDecision(metric="churn_rate", choose="cheapest_below_reference", if_inconclusive="none"),
        data=Data(arm="arm"),
    )
    reason = np.where(left, 1 + generator.integers(0, 2, CUSTOMERS), 0)
    records = Records(
        arm=arm,
        values={
            "churn_rate": left.astype(np.float64),
            **dict(zip(AMOUNTS, (revenue, cost, 0.6 * revenue - cost), strict=True)),
        },
        lives=Lives(days, left, reason, REASONS),
        covariates={"age": age},
        subgroups={"city": Groups(generator.integers(0, 3, CUSTOMERS), ("a", "b", "c"))},
    )
    return Trial(study, records, resamples=0, seed=1)


def ours(of: Trial) -> None:
    """Everything that `sim analyse` estimates but Cox."""
    pairs = {" ".join(pair): pair for pair in PAIRS}
    check(of)
    for metric in of.metrics():
        if metric != HAZARD_RATIO:
            leads(of, metric, pairs)
    for metric in of.study.metrics:
        for pair in PAIRS:
            of.beside(metric, *pair)
        splits(of, metric)


def libraries(of: Trial) -> None:
    """The same numbers by a call each."""
    records, lives = of.records, of.records.lives
    assert lives is not None
    assert lives.reason is not None
    stats.chisquare(np.bincount(records.arm))
    stats.f_oneway(*(records.covariates["age"][records.arm == place] for place in range(3)))
    for metric in of.study.metrics:
        values, p_values = records.values[metric], []
        slope = np.cov(values, records.covariates["age"])
        cuped = values - slope[0, 1] / slope[1, 1] * (records.covariates["age"] - records.covariates["age"].mean())
        for pair in PAIRS:
            rows = of.pair(*pair)
            p_values.append(_difference(values[rows.rows], rows.in_arm, share=of.is_share(metric)))
            _difference(cuped[rows.rows], rows.in_arm, share=False)
            known = records.covariates["age"][rows.rows] - records.covariates["age"][rows.rows].mean()
            columns = np.column_stack([np.ones(len(known)), rows.in_arm, known, known * rows.in_arm])
            OLS(values[rows.rows], columns).fit(cov_type="HC2").conf_int()
            group = records.subgroups["city"].number[rows.rows]
            for place in range(3):
                mask = group == place
                _difference(values[rows.rows][mask], rows.in_arm[mask], share=of.is_share(metric))
        multipletests(p_values, method="holm")
    for pair in PAIRS:
        rows = of.pair(*pair)
        days, left, reason = lives.days[rows.rows], lives.left[rows.rows], lives.reason[rows.rows]
        survdiff(days, left, rows.in_arm)
        for side in (rows.in_arm, ~rows.in_arm):
            SurvfuncRight(days[side], left[side])
            CumIncidenceRight(days[side], reason[side])


def _difference(values: np.ndarray, in_arm: np.ndarray, *, share: bool) -> float:
    one, other = values[in_arm], values[~in_arm]
    if not share:
        test = stats.ttest_ind(one, other, equal_var=False)
        test.confidence_interval()
        return float(test.pvalue)
    counts = int(one.sum()), len(one), int(other.sum()), len(other)
    confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    return float(test_proportions_2indep(*counts, method="score", compare="diff").pvalue)


def measure(repeats: int) -> Evidence:
    """The fastest of some runs of each."""
    of = trial()
    return Evidence(*(min(_seconds(run, of) for _ in range(repeats)) for run in (ours, libraries)))


def _seconds(run: object, of: Trial) -> float:
    started = time.perf_counter()
    assert callable(run)
    run(of)
    return time.perf_counter() - started
