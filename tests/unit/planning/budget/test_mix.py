"""The best mix equals brute force over all mixes of a tiny base, under every kind of limit."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sim.planning.budget.cells import TIERS
from sim.planning.budget.estimate import Estimates
from sim.planning.budget.mix import LimitsContradict, Programme
from sim.planning.budget.solver_output import silenced
from sim.scenario.planning_schema import Limits
from tests.plans import TIER_BY_TENURE, estimates

SIZES = (3, 0, 2, 2, 1, 2)
ACTIONS = ("a0", "a1")


def programme(of: Estimates, limits: dict[str, Any] | None = None) -> Programme:
    return Programme(of, Limits.model_validate(limits or {}), TIER_BY_TENURE, ACTIONS)


def all_mixes(sizes: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Every way to give two actions to whole customers of each cell; shape (2, cells)."""
    ways = [[(a, b) for a in range(size + 1) for b in range(size + 1 - a)] for size in sizes]
    for mix in itertools.product(*ways):
        yield np.array(mix, dtype=float).T


TIER = TIER_BY_TENURE.level("tier")


def keeps(mix: np.ndarray, of: Estimates, limits: dict[str, Any]) -> bool:
    """Whether a mix keeps limits, written from their meaning, a customer at a time."""
    spend = (of.spend * mix).sum(axis=0)
    for tier, share in limits.get("spend_share", {}).items():
        part = spend[TIERS.index(tier) == TIER].sum()
        if part < share.get("least", 0) * spend.sum() - 1e-9 or part > share.get("most", 1) * spend.sum() + 1e-9:
            return False
    contacts = (of.contacts * mix).sum(axis=0)
    most = limits.get("contacts_a_customer")
    if most is not None and (contacts > most * mix.sum(axis=0) + 1e-9).any():
        return False
    seats = limits.get("seats")
    if seats is not None and contacts.sum() > seats["number"] * seats["contacts_each"] + 1e-9:
        return False
    if limits.get("no_overlap") and (mix.min(axis=0) > 0).any():
        return False
    least = limits.get("fairness", {}).get("least_share", 0)
    served = [mix[:, tier == TIER].sum() >= least * of.sizes[tier == TIER].sum() - 1e-9 for tier in range(3)]
    return all(served)


LIMITS: dict[str, dict[str, Any]] = {
    "none": {},
    "spend share": {"spend_share": {"platinum": {"least": 0.3}, "others": {"most": 0.4}}},
    "contact pressure": {"contacts_a_customer": 1.5},
    "seats": {"seats": {"number": 2, "contacts_each": 3.0}},
    "no overlap": {"no_overlap": [["a0", "a1"]]},
    "fairness": {"fairness": {"least_share": 0.4}},
    "several": {
        "fairness": {"least_share": 0.2},
        "no_overlap": [["a0", "a1"]],
        "seats": {"number": 1, "contacts_each": 9.0},
    },
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_mix_equals_brute_force(name: str) -> None:
    random = np.random.default_rng(7)
    limits = LIMITS[name]
    compared = 0
    for cap in (10.0, 25.0, 40.0, 70.0, 1000.0):
        of = estimates(random, 2, SIZES)
        kept = [mix for mix in all_mixes(SIZES) if (of.spend * mix).sum() <= cap and keeps(mix, of, limits)]
        if not kept:
            with pytest.raises(LimitsContradict):
                programme(of, limits).best(cap)
            continue
        best = max(float((of.value * mix).sum()) for mix in kept)
        found = programme(of, limits).best(cap)
        assert found.value == pytest.approx(best, rel=1e-6)
        assert found.spend <= cap + 1e-9
        assert keeps(found.customers, of, limits)
        compared += 1
    assert compared >= 2


def test_what_the_limits_cost_at_least() -> None:
    of = estimates(np.random.default_rng(3), 2, SIZES)
    limits = LIMITS["fairness"]
    cheapest = min(float((of.spend * mix).sum()) for mix in all_mixes(SIZES) if keeps(mix, of, limits))
    assert programme(of, limits).least_budget() == pytest.approx(cheapest, rel=1e-5)
    assert programme(of).least_budget() == 0.0


def test_contradicting_limits_are_named_and_no_others() -> None:
    of = estimates(np.random.default_rng(3), 2, SIZES)
    limits = LIMITS["fairness"] | {"seats": {"number": 1000, "contacts_each": 10.0}}
    with pytest.raises(LimitsContradict) as found:
        programme(of, limits).best(1.0)
    assert found.value.names == ("fairness.least_share", "budget")
    limits["seats"] = {"number": 0, "contacts_each": 1.0}
    called = Estimates(of.value, of.spends, np.ones_like(of.contacts), of.sizes)
    with pytest.raises(LimitsContradict) as found:
        programme(called, limits).best(1000.0)
    assert found.value.names == ("seats", "fairness.least_share")


def test_the_relaxation_bounds_the_mix_and_its_price_is_its_slope() -> None:
    random = np.random.default_rng(11)
    for _ in range(20):
        chosen = programme(estimates(random, 2, SIZES))
        value, price = chosen.relaxed(30.0)
        assert value >= chosen.best(30.0).value - 1e-9
        assert chosen.best(30.0, whole=False).value == pytest.approx(value)
        more, _ = chosen.relaxed(30.0 + 1e-4)
        assert more - value <= price * 1e-4 + 1e-9
        less, _ = chosen.relaxed(30.0 - 1e-4)
        assert value - less >= price * 1e-4 - 1e-9


def test_nothing_worth_having_is_nothing_chosen() -> None:
    of = estimates(np.random.default_rng(5), 2, SIZES)
    worthless = Estimates(-np.abs(of.value) - 1, of.spends, of.contacts, of.sizes)
    assert not programme(worthless).best(np.inf).customers.any()


def test_the_solver_writes_nothing_into_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    """Prices of several sizes make HiGHS repair solutions, of which it would tell on the output."""
    random = np.random.default_rng(1)
    scale = np.repeat([1.0, 5.0, 25.0], 2)
    print("before")
    for _ in range(30):
        of = Estimates(
            random.normal(200, 400, (2, 6)) * scale,
            np.abs(random.normal(90, 60, (1, 2, 6))) * scale,
            np.ones((2, 6)),
            random.multinomial(1100, np.full(6, 1 / 6)),
        )
        programme(of).best(float(random.uniform(1000, 300_000)))
    print("after")
    assert capfd.readouterr().out == "before\nafter\n"


def test_what_c_code_writes_is_silenced_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    import ctypes

    library = ctypes.CDLL(None)
    library.puts(b"before")
    with silenced():
        library.puts(b"noise")
    library.puts(b"after")
    library.fflush(None)
    assert capfd.readouterr().out == "before\nafter\n"
