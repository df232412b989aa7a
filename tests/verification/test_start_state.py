"""The base on day 0 and those who join: drawn from the laws that docs/model.md section 1 states."""

import numpy as np
import pytest
from scipy.stats import gamma

from sim.customer.base import LIVES, NobodySurvives
from sim.customer.life import LOST
from tests.family import Family, seed
from tests.worlds import MONTH, company, draw, leaving, live, quiet, tenure

SIZE = 200_000


def test_survivors_of_a_long_past_are_less_frail(family: Family):
    """Catches a frailty drawn as at joining, one that is kept when a life is tried again, and another variance."""
    check = "frailty of survivors"
    theta, rate, months = 0.8, 0.10, 12.0
    rates = leaving(competitor=rate)
    rates["competitor"]["frail"] = True
    base = tenure(months) | {"frailty_variance": theta}
    world = live(quiet(customers=SIZE, base=base, leaving=rates), seed=seed(check), until=182.0)
    frailty = world.customers["frailty"]
    at_zero = 1 + theta * rate * months
    family.mean(f"{check}: mean", frailty, 1 / at_zero)
    # gamma again: the same shape, the rate raised by the cumulative hazard
    quartile = gamma.ppf(0.25, 1 / theta, scale=theta / at_zero)
    family.rate(f"{check}: lowest quarter", frailty <= quartile, "is", 0.25)
    later = 1 + theta * rate * (months + 182 / MONTH)
    family.rate(
        f"{check}: left by day 182", world.customers["state"] == LOST, "is", 1 - (at_zero / later) ** (1 / theta)
    )


def test_the_base_has_the_shares_of_the_scenario(family: Family):
    """Catches shares or a tenure that the survivors' selection has bent: leaving is strong here."""
    check = "base"
    bands = [(0, 3, 0.2), (3, 12, 0.5), (12, 24, 0.3)]
    mix = [{"from_month": a, "to_month": b, "share": s} for a, b, s in bands]
    segments = {
        "calm": {"share": 0.7, "risk_factor": 0.5},
        "fierce": {"share": 0.3, "risk_factor": 3.0},
    }
    scenario = quiet(
        customers=SIZE,
        base={"tenure_mix": {"bands": mix}},
        segments=segments,
        leaving=leaving(competitor=0.06),
    )
    _, _, c = draw(scenario, seed=seed(check))
    family.rate(f"{check}: second segment", c["segment"] == 1, "is", 0.3)
    months = -c["joined"] / MONTH
    for number, (low, high, share) in enumerate(bands):
        inside = (months >= low) & (months < high)
        family.rate(f"{check}: tenure band {number}", inside, "is", share)
    inside = (months >= 3) & (months < 12)
    family.rate(f"{check}: first third of a band", months[inside] < 6, "is", 1 / 3)
    assert (c["state"] != LOST).all()
    assert months.max() < 24
    assert (c["life"] > 0).sum() > SIZE / 10  # many were tried again


def test_fees_sensitivity_and_growth_have_their_distributions(family: Family):
    """Catches a mean fee that the spread has moved, and a standard deviation taken for a variance."""
    check = "character"
    segments = {
        "small": {"share": 0.6, "fee_relative": 0.5, "fee_sigma": 0.4},
        "big": {
            "share": 0.4,
            "fee_relative": 2.0,
            "fee_sigma": 0.8,
            "price_sensitivity": {"mean": 1.2, "sd": 0.6},
            "growth_per_year": {"mean": 0.05, "sd": 0.1},
        },
    }
    scenario = quiet(customers=SIZE, segments=segments)
    _, _, c = draw(scenario, seed=seed(check))
    small, big = c[c["segment"] == 0], c[c["segment"] == 1]
    unit = 10_000 / (0.6 * 0.5 + 0.4 * 2.0)
    family.mean(f"{check}: fee of the small", small["fee"], unit * 0.5)
    family.mean(f"{check}: fee of the big", big["fee"], unit * 2.0)
    family.mean(f"{check}: logarithm of the fee", np.log(big["fee"] / unit / 2.0), -(0.8**2) / 2)
    sensitivity = big["price_sensitivity"]
    family.mean(f"{check}: sensitivity", sensitivity, 1.2)
    family.rate(
        f"{check}: lowest quarter of sensitivity",
        sensitivity <= gamma.ppf(0.25, 4.0, scale=0.3),
        "is",
        0.25,
    )
    family.mean(f"{check}: growth", big["growth"], 0.05)
    family.mean(f"{check}: squared distance of growth", (big["growth"] - 0.05) ** 2, 0.01)
    assert (small["price_sensitivity"] == 0).all()
    assert (small["growth"] == 0).all()


def test_what_customers_are_like_is_drawn_independently(family: Family):
    """Catches two attributes that share a draw: a fee that says something of sensitivity, growth or frailty."""
    check = "independence"
    segments = {
        "all": {
            "share": 1.0,
            "fee_sigma": 0.5,
            "price_sensitivity": {"mean": 1.0, "sd": 0.5},
            "growth_per_year": {"mean": 0.0, "sd": 0.1},
        }
    }
    base = {"frailty_variance": 0.5, "tenure_mix": tenure(0.0, 12.0)["tenure_mix"]}
    _, _, c = draw(quiet(customers=SIZE, segments=segments, base=base), seed=seed(check))
    columns = {
        name: (c[name] - c[name].mean()) / c[name].std()
        for name in ("joined", "fee", "price_sensitivity", "growth", "frailty")
    }
    names = list(columns)
    for i, one in enumerate(names):
        for other in names[:i]:
            family.mean(f"{check}: {one} and {other}", columns[one] * columns[other], 0.0)


def test_joiners_come_in_a_poisson_stream_a_segment(family: Family):
    """Catches a rate of everybody for each segment, arrivals that are not Poisson, and streams that are the same."""
    check = "joiners"
    segments = {"a": {"share": 0.75}, "b": {"share": 0.25}}
    scenario = quiet(customers=100, segments=segments, base={"joining_share_per_month": 0.1}, horizon_days=73)
    runs = 4_000
    _, _, c = draw(scenario, seed=seed(check), replications=runs, until=73.0)
    new = c[c["joined"] > 0]
    assert (new["joined"] < 73.0).all()
    counts = [np.bincount(new["replication"][new["segment"] == s], minlength=runs).astype(float) for s in (0, 1)]
    for segment, (share, count) in enumerate(zip((0.75, 0.25), counts, strict=True)):
        expected = 100 * 0.1 * share * 73 / MONTH
        family.mean(f"{check}: of segment {segment}", count, expected)
        family.mean(f"{check}: squared distance, segment {segment}", (count - expected) ** 2, expected)
    centred = [count - count.mean() for count in counts]
    family.mean(f"{check}: product of two streams", centred[0] * centred[1], 0.0)
    family.rate(f"{check}: in the first third of the time", new["joined"] < 73 / 3, "is", 1 / 3)


def test_a_tenure_that_nobody_survives_is_refused():
    """Catches a draw that never ends, or that takes a lost customer for a member."""
    scenario = quiet(customers=2, base=tenure(100.0), leaving=leaving(competitor=5.0))
    with pytest.raises(NobodySurvives, match=f"{LIVES:,}"):
        draw(scenario)


def test_nobody_of_the_base_has_left_and_nothing_is_booked_yet():
    """Catches a past that is billed, and a base that starts with the lost."""
    _, _, c = draw(company({"customers": 2_000}))
    base = c[c["joined"] <= 0]
    assert len(base) == 2_000
    assert (base["state"] != LOST).all()
    assert not base["ledger"].any()
    assert not base["residual"].any()
    assert (base["due"].min(axis=1) >= 0).all()
    assert not base["contacts"].any()
