"""Against statsmodels and scipy on many small data sets, ties and strata included."""

import warnings

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import bootstrap, ttest_ind
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, survdiff
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)
from statsmodels.stats.proportion import (
    test_proportions_2indep as proportions_test,
)

from sim.evidence.bootstrap import bootstrap_mean_difference
from sim.evidence.cells import Counts, Sample
from sim.evidence.clusters import clustered_mean_difference
from sim.evidence.competing import cumulative_incidence_difference
from sim.evidence.cox import hazard_ratio
from sim.evidence.means import mean_difference
from sim.evidence.multiplicity import holm
from sim.evidence.power import Sizes, Spread
from sim.evidence.power_by_cluster import clustered_power, design_effect
from sim.evidence.proportions import risk_difference, stratified_risk_difference, wilson
from sim.evidence.regression import adjusted_mean_difference
from sim.evidence.score import constrained_shares, score
from sim.evidence.survival import log_rank

SETS = 40


def close(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=11))


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # statsmodels' odds ratio, not asked for
def test_newcombe_and_score_test_one_call_for_all(draw):
    n1, n0 = draw.integers(5, 300, (2, SETS))
    x1, x0 = draw.integers(0, n1 + 1), draw.integers(1, n0)
    batch = risk_difference(Counts(x1, n1), Counts(x0, n0))
    for i in range(SETS):
        table = int(x1[i]), int(n1[i]), int(x0[i]), int(n0[i])
        low, high = confint_proportions_2indep(*table, method="newcomb")
        assert (batch.low[i], batch.high[i]) == (close(low), close(high))
        assert batch.p_value[i] == close(proportions_test(*table, method="score").pvalue)
        assert wilson(x1[i], n1[i]) == close(proportion_confint(x1[i], n1[i], method="wilson"))


def test_cochran_mantel_haenszel(draw):
    tables = draw.integers(1, 30, (SETS, 2, 2, 6))
    n1, n0 = tables[:, 0].sum(axis=1), tables[:, 1].sum(axis=1)
    batch = stratified_risk_difference(Counts(tables[:, 0, 0], n1), Counts(tables[:, 1, 0], n0))
    for i in range(SETS):
        expected = StratifiedTable(tables[i].astype(float)).test_null_odds(correction=False)
        assert batch.p_value[i] == close(expected.pvalue)


def lives(draw: np.random.Generator, rows: int) -> tuple[np.ndarray, ...]:
    arm, stratum = draw.integers(0, 2, rows), draw.integers(0, 4, rows)
    days = np.ceil(draw.exponential(40 / (1 + 0.5 * arm), rows))
    end = np.minimum(30, np.ceil(draw.exponential(100, rows)))
    return np.minimum(days, end), days <= end, arm, stratum


@pytest.mark.parametrize("within", [False, True])
def test_cox_coefficient_and_log_rank_with_ties(draw, within):
    for _ in range(SETS):
        days, left, arm, stratum = lives(draw, 150)
        strata = stratum if within else None
        model = PHReg(days, arm[:, None].astype(float), status=left.astype(int), strata=strata, ties="efron")
        ours = hazard_ratio(days, left, arm, horizon_days=30, stratum=strata)
        assert np.log(ours.value[0]) == pytest.approx(model.fit(disp=0).params[0], rel=1e-6)
        _, p_value = survdiff(days, left.astype(int), arm, strata=strata)
        assert log_rank(days, left, arm, stratum=strata).p_value[0] == close(p_value)


def test_robust_variance_without_ties_is_that_of_phreg(draw):
    # PHReg's score residuals are Breslow's, so the two agree only where nothing is tied; R settles ties
    for _ in range(5):
        arm, cluster = draw.integers(0, 2, 200), draw.integers(0, 15, 200)
        days = draw.exponential(1 / (1 + 0.5 * arm))
        left = days < 1.5
        days = np.minimum(days, 1.5)
        ours = hazard_ratio(days, left, arm, horizon_days=1.5, cluster=cluster)
        model = PHReg(days, arm[:, None].astype(float), status=left.astype(int), ties="efron")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = model.fit(groups=cluster, disp=0)
        assert ours.standard_error[0] / np.sqrt(15 / 14) == pytest.approx(fit.bse[0], rel=1e-6)


def test_a_batch_of_trials_equals_one_trial_at_a_time(draw):
    days, left, arm, stratum = lives(draw, 4_000)
    trial, cluster = draw.integers(0, 20, 4_000), draw.integers(0, 30, 4_000)
    batch = hazard_ratio(days, left, arm, horizon_days=30, trial=trial, trials=20, stratum=stratum, cluster=cluster)
    ranks = log_rank(days, left, arm, trial=trial, trials=20, stratum=stratum)
    for i in range(20):
        rows = trial == i
        columns = days[rows], left[rows], arm[rows]
        one = hazard_ratio(*columns, horizon_days=30, stratum=stratum[rows], cluster=cluster[rows])
        assert (batch.value[i], batch.low[i], batch.p_value[i]) == close((one.value[0], one.low[0], one.p_value[0]))
        assert ranks.p_value[i] == close(log_rank(*columns, stratum=stratum[rows]).p_value[0])


def test_welch(draw):
    for _ in range(SETS):
        one, other = draw.lognormal(2, 1, draw.integers(2, 80)), draw.normal(7, 3, draw.integers(2, 80))
        expected = ttest_ind(one, other, equal_var=False)
        cells = [Sample(len(v), v.mean(), v.var(ddof=1)) for v in (one, other)]
        ours = mean_difference(*cells)
        assert ours.p_value[0] == close(expected.pvalue)
        interval = expected.confidence_interval()
        assert (ours.low[0], ours.high[0]) == (close(interval.low), close(interval.high))


def test_holm(draw):
    p_values = draw.uniform(size=(SETS, 7)) ** 2
    p_values[:, 3] = p_values[:, 2]
    adjusted = holm(p_values)
    for i in range(SETS):
        assert adjusted[i] == close(multipletests(p_values[i], method="holm")[1])


def test_shares_under_a_stated_difference_maximise_the_likelihood(draw):
    # statsmodels 0.15 gets these wrong (count0 stands where nobs0 belongs, its issue 10269): maximise here
    for _ in range(SETS):
        n1, n0 = draw.integers(5, 200, 2)
        x1, x0 = draw.integers(0, n1 + 1), draw.integers(0, n0 + 1)
        delta = float(draw.choice([-0.3, -0.05, 0.01, 0.05, 0.2]))

        def loss(share0, x1=x1, n1=n1, x0=x0, n0=n0, delta=delta):
            return -sum(
                k * np.log(max(s, 1e-300))
                for k, s in (
                    (x1, share0 + delta),
                    (n1 - x1, 1 - share0 - delta),
                    (x0, share0),
                    (n0 - x0, 1 - share0),
                )
            )

        bounds = (max(0.0, -delta), min(1.0, 1 - delta))
        best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-12})
        share1, share0 = constrained_shares(x1, n1, x0, n0, delta)
        assert share1 - share0 == pytest.approx(delta, abs=1e-12)
        assert loss(float(share0)) <= best.fun + 1e-9


def test_score_at_no_difference_is_statsmodels_signed_root(draw):
    n1, n0 = draw.integers(5, 300, (2, SETS))
    x1, x0 = draw.integers(1, n1), draw.integers(1, n0)
    ours = score(x1, n1, x0, n0, 0.0)
    expected = [proportions_test(*table, method="score").statistic for table in zip(x1, n1, x0, n0, strict=True)]
    assert ours == close(expected)


def test_bca_is_scipys_from_the_same_draws(draw):
    for level, resamples in ((0.95, 2_000), (0.9, 999)):
        one, against = draw.lognormal(3, 1, 41), draw.lognormal(2.5, 1.2, 23)
        expected = bootstrap(
            (one, against), lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), method="BCa",
            n_resamples=resamples, confidence_level=level, rng=np.random.Generator(np.random.Philox(key=4)),
        )  # fmt: skip
        ours = bootstrap_mean_difference(
            np.r_[one, against], np.arange(64) < 41, [np.random.Generator(np.random.Philox(key=4))],
            resamples=resamples, level=level,
        )  # fmt: skip
        interval = expected.confidence_interval
        assert (ours.low[0], ours.high[0]) == (close(interval.low), close(interval.high))
        assert ours.standard_error[0] == close(expected.standard_error)


def test_robust_errors_of_least_squares(draw):
    arm, known = draw.integers(0, 2, 90), draw.gamma(2, 5, (90, 2))
    amount = known[:, 0] + draw.normal(0, 1 + 3 * arm)
    design = np.column_stack([np.ones(90), arm, known - known.mean(axis=0)])
    for robust in ("HC2", "HC3"):
        fit = OLS(amount, design).fit(cov_type=robust, use_t=True)
        ours = adjusted_mean_difference(amount, arm, known, interactions=False, robust=robust)
        assert (ours.value[0], ours.standard_error[0]) == (close(fit.params[1]), close(fit.bse[1]))
        assert ours.p_value[0] == close(fit.pvalues[1])


def test_clustered_errors(draw):
    cluster = draw.integers(0, 70, 400)
    arm, amount = cluster % 2, draw.gamma(2, 5, 400) + draw.normal(0, 3, 70)[cluster]
    fit = OLS(amount, np.column_stack([np.ones(400), arm])).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
    )
    ours = clustered_mean_difference(amount, arm, cluster)
    assert (ours.standard_error[0], ours.p_value[0]) == (close(fit.bse[1]), close(fit.pvalues[1]))


def test_power_by_circle_is_that_of_fewer_customers_with_the_circles_degrees():
    """Equal arms and spreads: n / design effect independent customers, degrees from the circles alone."""
    for circles, size, alike, effect in ((31, 4, 0.3, 0.5), (60, 3, 0.05, 0.3), (200, 2, 0.9, 0.2), (40, 5, 0.0, 0.0)):
        grown = design_effect(size, alike)
        spread, sizes = np.sqrt(grown), Sizes(circles * size, circles * size)
        ours = clustered_power(effect, Spread(spread, spread), sizes, Sizes(circles, circles))
        theirs = TTestPower().power(effect, circles * size / grown / 2, 0.05, df=2 * circles - 1)
        assert ours == pytest.approx(theirs, rel=1e-9)


def test_shares_gone_for_a_reason(draw):
    days, _, arm, _ = lives(draw, 300)
    reason = np.where(days < 30, draw.integers(0, 4, 300), 0)
    ours = cumulative_incidence_difference(days, reason, arm, cause=2, within_days=20)
    shares = []
    for side in (1, 0):
        curve = CumIncidenceRight(days[arm == side], reason[arm == side])
        shares.append(curve.cinc[1][np.searchsorted(curve.times, 20, side="right") - 1])
    assert ours.value[0] == close(shares[0] - shares[1])
