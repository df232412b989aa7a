"""Quantiles against scipy's."""

import pytest
from scipy import stats

from sim.scenario.distributions import Distribution, fault

CASES = [
    (Distribution("uniform", (("low", -1.0), ("high", 3.0))), stats.uniform(-1, 4)),
    (Distribution("triangular", (("low", 1.0), ("mode", 2.0), ("high", 6.0))), stats.triang(0.2, 1, 5)),
    (Distribution("triangular", (("low", 1.0), ("mode", 1.0), ("high", 6.0))), stats.triang(0, 1, 5)),
    (Distribution("normal", (("mean", 5.0), ("sd", 2.0))), stats.norm(5, 2)),
    (Distribution("lognormal", (("median", 4.0), ("sigma", 0.5))), stats.lognorm(0.5, scale=4)),
    (Distribution("beta", (("a", 2.0), ("b", 5.0))), stats.beta(2, 5)),
]


@pytest.mark.parametrize(("ours", "scipys"), CASES, ids=[str(ours) for ours, _ in CASES])
def test_quantiles_and_median(ours: Distribution, scipys: stats.rv_continuous) -> None:
    for chance in (0.001, 0.05, 0.2, 0.5, 0.9, 0.999):
        assert ours.quantile(chance) == pytest.approx(scipys.ppf(chance), rel=1e-12)
    assert ours.median() == ours.quantile(0.5)


@pytest.mark.parametrize(
    ("name", "parameters", "key"),
    [
        ("uniform", {"low": 1, "high": 1}, "high"),
        ("triangular", {"low": 1, "mode": 1, "high": 1}, "high"),
        ("triangular", {"low": 1, "mode": 0, "high": 2}, "mode"),
        ("normal", {"mean": 1, "sd": 0}, "sd"),
        ("lognormal", {"median": 0, "sigma": 1}, "median"),
        ("beta", {"a": 1, "b": -1}, "b"),
        ("beta", {"a": 1, "b": 1}, None),
        ("triangular", {"low": 1, "mode": 2, "high": 2}, None),
    ],
)
def test_parameters_that_make_no_distribution(name: str, parameters: dict[str, float], key: str | None) -> None:
    found = fault(name, parameters)
    assert (found and found[0]) == key
