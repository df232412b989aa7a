"""Restricted means, reasons, adjusted means, ratios, circles and the bootstrap against R 4.2 (survival, cmprsk,
sandwich, boot). make_reference.R makes both CSVs, so that no test needs R.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import bootstrap

from sim.evidence.bootstrap import _acceleration, _share_below, _shares, bootstrap_mean_difference
from sim.evidence.clusters import clustered_mean_difference
from sim.evidence.competing import cumulative_incidence, cumulative_incidence_difference
from sim.evidence.ratios import ratio, ratio_difference
from sim.evidence.regression import adjusted_mean_difference
from sim.evidence.restricted_mean import restricted_mean_difference
from sim.evidence.results import Estimates
from tests.reference.comparison import Comparison, agree, columns, values

FIELDS = {"value": "value", "standard_error": "se", "low": "low", "high": "high", "p_value": "p"}


@cache
def r() -> dict[str, float]:
    return values("r_values_lives.csv")


@cache
def accounts() -> dict[str, np.ndarray]:
    return columns("accounts.csv")


def parts(estimate: Estimates, name: str, key: str, by: str, **ends: str) -> Iterator[Comparison]:
    """All fields of an estimate beside R's values, whose names end as FIELDS or ``ends`` say."""
    for field, end in {**FIELDS, **ends}.items():
        yield Comparison(name, field.replace("_", " "), getattr(estimate, field)[0], r()[f"{key}.{end}"], by)


def restricted_means() -> Iterator[Comparison]:
    table, by = accounts(), "survival `survfit(rmean)`, n - 1"
    lives = table["days"], table["reason"] > 0, table["arm"]
    for days in (30, 63, 120):
        estimate = restricted_mean_difference(*lives, within_days=days)
        yield from parts(estimate, f"restricted mean within {days} days", f"rmst.{days}", by)
    within = restricted_mean_difference(*lives, within_days=100, stratum=table["stratum"])
    yield from parts(within, "restricted mean within strata, 100 days", "rmst.strata", f"{by}, weighed")


def shares_gone() -> Iterator[Comparison]:
    table, by = accounts(), "survival `survfit`, multi-state"
    for cause in (1, 2, 3):
        name = f"share gone for reason {cause}"
        for day in (90, 30, 120):
            key = f"incidence.{cause}.{day}"
            estimate = cumulative_incidence_difference(
                table["days"], table["reason"], table["arm"], cause=cause, within_days=day
            )
            yield from parts(estimate, name, key, by, standard_error="difference_se")
            arm = table["arm"] == 1
            curve = cumulative_incidence(table["days"][arm], table["reason"][arm], [day], cause=cause)
            yield Comparison(name, f"share of the arm, day {day}", curve.share[0], r()[f"{key}.share"], by)
            yield Comparison(name, f"its error, day {day}", curve.standard_error[0], r()[f"{key}.se"], by)
            by_cmprsk = f"{name}, once more"
            yield Comparison(by_cmprsk, "value", estimate.value[0], r()[f"cmprsk.{cause}.{day}"], "cmprsk `cuminc`")


def adjusted_means() -> Iterator[Comparison]:
    table = accounts()
    for key, name, covariates, interactions in (
        ("cuped", "adjusted mean, one covariate (CUPED)", ["before"], False),
        ("adjusted", "adjusted mean, two covariates", ["before", "age"], False),
        ("interacted", "adjusted mean, one covariate, own slopes", ["before"], True),
        ("interacted2", "adjusted mean, two covariates, own slopes", ["before", "age"], True),
    ):
        known = np.stack([table[column] for column in covariates], axis=1)
        for robust in ("HC2", "HC3"):
            estimate = adjusted_mean_difference(
                table["spend"], table["arm"], known, interactions=interactions, robust=robust
            )
            yield from parts(estimate, f"{name}, {robust}", f"ols.{key}.{robust}", "`lm`, sandwich `vcovHC`")


def ratios() -> Iterator[Comparison]:
    table = accounts()
    sides = [ratio(*(table[name][table["arm"] == side] for name in ("spend", "months"))) for side in (1, 0)]
    estimate, by = ratio_difference(*sides), "weighted `lm`, sandwich `vcovHC`"
    yield from parts(estimate, "ratio of totals, delta method", "ratio", by)
    yield Comparison("ratio of totals, delta method", "ratio of the arm", sides[0].ratio[0], r()["ratio.arm"], by)


def circles() -> Iterator[Comparison]:
    table = accounts()
    estimate = clustered_mean_difference(table["circle_spend"], table["in_circle_arm"], table["circle"])
    yield from parts(estimate, "means by circle", "circles", "`lm`, sandwich `vcovCL`")


def bootstrapped() -> Iterator[Comparison]:
    table = accounts()
    few = np.concatenate([np.flatnonzero(table["arm"] == side)[:20] for side in (1, 0)])
    draw = np.random.Generator(np.random.Philox(key=7))
    money = table["spend"][few] ** 2 / 100
    estimate = bootstrap_mean_difference(money, table["arm"][few], [draw], resamples=1_000_000)
    name, by = "means, BCa bootstrap", "boot `boot.ci`"
    yield Comparison(name, "value", estimate.value[0], r()["bca.value"], by)
    # A million resamples on either side: seen over 8 seeds, an end of ours varies by 0.6 to 0.8 thousandths of the
    # width (standard deviation), so the difference by 1.1.
    width = r()["bca.high"] - r()["bca.low"]
    for end in ("low", "high"):
        yield Comparison(f"{name}, in widths", end, getattr(estimate, end)[0], r()[f"bca.{end}"], by, 4e-3, width)
    sides = [money[table["arm"][few] == side] for side in (1, 0)]
    scipys = bootstrap(
        sides, lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), method="BCa",
        rng=np.random.Generator(np.random.Philox(key=7)),
    )  # fmt: skip
    again = bootstrap_mean_difference(money, table["arm"][few], [np.random.Generator(np.random.Philox(key=7))])
    name, by = f"{name}, same draws", "scipy `bootstrap`"
    for end in ("low", "high"):
        expected = getattr(scipys.confidence_interval, end)
        yield Comparison(name, end, getattr(again, end)[0], expected, by)
    yield Comparison(name, "standard error", again.standard_error[0], scipys.standard_error, by)


def same_resamples() -> Iterator[Comparison]:
    """Ends from the resamples that R drew. The shares of them below an end agree to the last digits; R then goes
    between two neighbouring resamples on the normal scale, we on that of shares: 9,999 lie close enough for 1e-3.
    """
    table, theirs = accounts(), values("r_values_bootstrap.csv")
    few = np.concatenate([np.flatnonzero(table["arm"] == side)[:20] for side in (1, 0)])
    money, in_arm = table["spend"][few] ** 2 / 100, table["arm"][few] == 1
    drawn = np.sort(columns("bootstrap_draws.csv")["difference"])
    value = money[in_arm].mean() - money[~in_arm].mean()
    bias = float(ndtri(_share_below(drawn, value)))
    for level in (0.9, 0.95):
        shares = _shares(bias, _acceleration(money[in_arm], money[~in_arm]), level)
        expected = [theirs[f"bca.{level * 100:.0f}.{end}"] for end in ("low", "high")]
        width = expected[1] - expected[0]
        for share, end, other in zip(shares, ("low", "high"), expected, strict=True):
            name = f"means, BCa bootstrap, R's resamples, {level:.0%}"
            yield Comparison(f"{name}, its own rule between two", end, between(drawn, share), other, "boot `boot.ci`")
            ours = float(np.quantile(drawn, share))
            yield Comparison(f"{name}, in widths", end, ours, other, "boot `boot.ci`", 1e-3, width)


def between(drawn: np.ndarray, share: float) -> float:
    """The quantile of Davison and Hinkley 1997, equation 5.8: linear in the normal quantiles of the ranks."""
    count = len(drawn) + 1
    rank = int(count * share)
    below, above, at = (float(ndtri(part)) for part in (rank / count, (rank + 1) / count, share))
    return float(drawn[rank - 1] + (at - below) / (above - below) * (drawn[rank] - drawn[rank - 1]))


ALL = (restricted_means, shares_gone, adjusted_means, ratios, circles, bootstrapped, same_resamples)


def comparisons() -> Iterator[Comparison]:
    for some in ALL:
        yield from some()


@pytest.mark.parametrize("some", ALL, ids=lambda some: some.__name__)
def test_what_r_says(some):
    agree(some())


def test_every_value_that_r_made_is_compared():
    made = {comparison.other for comparison in comparisons()}
    assert {name for name, value in r().items() if value not in made} == set()
