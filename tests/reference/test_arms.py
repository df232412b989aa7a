"""Comparisons of several arms against R (make_arms.R), statsmodels, scipy and printed tables."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.special import chdtri
from scipy.stats import multivariate_normal
from statsmodels.stats.multitest import multipletests

from sim.evidence.cells import Counts, Sample
from sim.evidence.contrasts import factorial_means, mean_contrast
from sim.evidence.dose_response import emax_curve, least_dose
from sim.evidence.dunnett import all_within, dunnett_means, dunnett_shares
from sim.evidence.multiplicity import benjamini_hochberg
from sim.evidence.subgroups import heterogeneity
from sim.evidence.trend import share_trend

N, MEAN, SPREAD = np.array([40, 25, 30, 35]), np.array([10, 11.5, 12.2, 9.1]), np.array([3, 4.5, 3.5, 5])
AMOUNTS = [Sample(n, mean, spread**2) for n, mean, spread in zip(N, MEAN, SPREAD, strict=True)]
LEFT = [Counts(x, n) for x, n in zip([150, 121, 118, 140], [500, 500, 480, 510], strict=True)]
DOSES, EFFECTS = [0, 5, 15, 30, 45, 60], [0.9, 3.4, 6.1, 7.2, 8.1, 8.2]
ERRORS = [0.5, 0.45, 0.5, 0.55, 0.5, 0.45]
ARMS = ["a", "b", "c"]

# Dunnett 1964, Biometrics 20, 482-491, table II: two-sided 5%, equal sizes; degrees of freedom: arms 2 to 5
DUNNETT_TABLE = {
    10: [2.57, 2.76, 2.89, 2.99],
    20: [2.38, 2.54, 2.65, 2.73],
    60: [2.27, 2.41, 2.51, 2.58],
    np.inf: [2.21, 2.35, 2.44, 2.51],
}


@pytest.fixture(scope="module")
def r() -> dict[str, float]:
    with (Path(__file__).parent / "r_values_arms.csv").open() as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def close(value: float, rel: float = 1e-8) -> object:
    return pytest.approx(value, rel=rel)


def test_dunnett_with_one_variance(r):
    for arm, estimates in enumerate(dunnett_means(AMOUNTS[1:], AMOUNTS[0], labels=ARMS, variance="pooled")):
        assert estimates.p_adjusted[0] == close(r[f"pooled.p.{arm}"])
        assert (estimates.low[0], estimates.high[0]) == (
            close(r[f"pooled.low.{arm}"]),
            close(r[f"pooled.high.{arm}"]),
        )
        # multcomp integrates by random numbers: its own error is 1e-3
        assert estimates.p_adjusted[0] == pytest.approx(r[f"multcomp.p.{arm}"], abs=1e-3)


def test_dunnett_with_each_arms_own_variance(r):
    for arm, estimates in enumerate(dunnett_means(AMOUNTS[1:], AMOUNTS[0], labels=ARMS)):
        assert estimates.p_adjusted[0] == close(r[f"each.p.{arm}"])


def test_dunnett_of_shares_uses_the_normal_critical_value(r):
    from sim.evidence.contrasts import counted, mover

    estimates = dunnett_shares(LEFT[1:], LEFT[0], labels=ARMS)[0]
    x, n = counted([LEFT[1], LEFT[0]])
    expected = mover(x, n, np.array([[1.0, -1.0]]), np.array([r["shares.critical"]]))
    assert (estimates.low[0], estimates.high[0]) == (close(expected[0][0]), close(expected[1][0]))


@pytest.mark.parametrize("degrees", DUNNETT_TABLE)
def test_dunnetts_own_table(degrees):
    for arms, printed in enumerate(DUNNETT_TABLE[degrees], start=2):
        loading = np.full((2, arms), np.sqrt(0.5))
        chance = all_within(np.array([printed - 0.006, printed + 0.006]), loading, np.full(2, float(degrees)))
        assert chance[0] < 0.95 < chance[1]


def test_a_small_reference_is_integrated_as_well():
    # 200 customers a reference, 5,000 in either arm: correlation 0.96, by scipy's two-dimensional normal law
    loading = np.full((1, 2), np.sqrt(25 / 26))
    corner = multivariate_normal([0, 0], [[1, 25 / 26], [25 / 26, 1]])
    expected = corner.cdf([2.1, 2.1], lower_limit=[-2.1, -2.1])
    assert all_within(np.array([2.1]), loading, np.array([np.inf]))[0] == pytest.approx(expected, abs=1e-9)


def test_scipys_dunnett_agrees_within_its_own_error():
    from scipy.stats import dunnett

    draw = np.random.default_rng(3)
    arms = [draw.normal(centre, 2, size) for centre, size in ((0, 30), (1.2, 20), (0.4, 25))]
    theirs = dunnett(*arms[1:], control=arms[0], rng=np.random.default_rng(1))
    cells = [Sample(len(arm), arm.mean(), arm.var(ddof=1)) for arm in arms]
    ours = dunnett_means(cells[1:], cells[0], labels=["a", "b"], variance="pooled")
    assert [float(estimates.p_adjusted[0]) for estimates in ours] == pytest.approx(theirs.pvalue, abs=1e-3)


def test_benjamini_hochberg(r):
    p_values = [0.012, 0.041, 0.013, 0.9, 0.041, 0.0004]
    adjusted = benjamini_hochberg(p_values)
    assert adjusted == pytest.approx([r[f"bh.{i}"] for i in range(6)], rel=1e-12)
    assert adjusted == pytest.approx(multipletests(p_values, method="fdr_bh")[1], rel=1e-12)


def test_contrasts_of_means(r):
    assert mean_contrast(AMOUNTS, [-1, 0.5, 0.5, 0], label="").p_value[0] == close(r["contrast.p"])
    assert factorial_means(AMOUNTS, names=("a", "b"))["interaction"].value[0] == close(r["interaction"])


def test_trend(r):
    from scipy.stats import chi2

    estimates = share_trend(LEFT, [0, 15, 30, 45])
    assert estimates.p_value[0] == close(chi2.sf(r["trend.chisq"], 1))
    assert estimates.value[0] == close(r["trend.slope"])


def test_emax_curve_and_the_least_dose(r):
    curve = emax_curve(EFFECTS, ERRORS, DOSES)
    for name in ("e0", "ed50", "emax"):
        assert getattr(curve, name)[0] == close(r[f"emax.{name}"], rel=1e-6)
    for name, enough in (("share", {"of_largest": 0.8}), ("size", {"size": 4.0})):
        estimates = least_dose(EFFECTS, ERRORS, DOSES, 600, **enough)
        given = [getattr(estimates, field)[0] for field in ("value", "low", "high")]
        assert given == pytest.approx([r[f"emax.{name}.{i}"] for i in range(3)], rel=1e-6)


def test_heterogeneity_of_subgroups(r):
    value, variance = np.array([[-0.05, -0.02, 0.01]]), np.array([[0.0004, 0.0003, 0.0006]])
    p_value = heterogeneity(value, variance, np.full((1, 3), np.inf), np.ones((1, 3), dtype=int)).p_value[0]
    assert p_value == close(r["q.p"])
    assert chdtri(2, p_value) == close(r["q"])
