"""Who takes part and who gets which arm."""

import numpy as np
import pytest

from sim.customer.record import customer_dtype
from sim.experiment.assignment import assign, eligible, strata, tenure_band
from sim.scenario.experiment_schema import Experiment
from tests.family import Family, seed
from tests.worlds import MONTH, company, day_zero, experiment, quiet, tenure

METHODS = {
    "simple": {"method": "simple"},
    "complete": {"method": "complete"},
    "stratified": {"method": "stratified", "strata": ["segment"]},
}


def trial(method: str, name: str = "trial", arms: int = 3) -> Experiment:
    loaded = experiment("reward_days")
    return loaded.model_copy(
        update={
            "name": name,
            "assignment": type(loaded.assignment)(**METHODS[method]),
            "arms": {f"arm_{i}": next(iter(loaded.arms.values())) for i in range(arms)},
        }
    )


def people(n: int, replications: int = 1, segments: int = 4) -> np.ndarray:
    customers = np.zeros(n * replications, dtype=customer_dtype)
    customers["id"] = np.tile(np.arange(n) * 7 + 3, replications)
    customers["replication"] = np.repeat(np.arange(replications), n)
    customers["row"] = customers["replication"]
    customers["segment"] = customers["id"] % segments
    return customers


def dealt(method: str, customers: np.ndarray, **how) -> np.ndarray:
    key = how.pop("seed", 1)
    again = how.pop("again", False)
    stratum = customers["segment"].astype(np.int64) if method == "stratified" else np.zeros(len(customers), int)
    return assign(trial(method, **how), key, customers, stratum, again=again)


def sizes(arm: np.ndarray, arms: int = 3) -> np.ndarray:
    return np.bincount(arm, minlength=arms)


@pytest.mark.parametrize("n", [1, 2, 3, 100, 184])
def test_complete_sizes_differ_by_at_most_one_in_every_replication(n):
    """Catches arms that are dealt across replications, so that a replication is out of balance."""
    customers = people(n, replications=20)
    arm = dealt("complete", customers)
    for replication in range(20):
        found = sizes(arm[customers["replication"] == replication])
        assert found.max() - found.min() <= 1
        assert found.sum() == n


def test_stratified_sizes_differ_by_at_most_one_in_every_stratum():
    """Catches dealing that goes on from one stratum to the next, or that ignores the strata."""
    customers = people(101, replications=20)
    arm = dealt("stratified", customers)
    for replication in range(20):
        for segment in range(4):
            inside = (customers["replication"] == replication) & (customers["segment"] == segment)
            found = sizes(arm[inside])
            assert found.max() - found.min() <= 1


@pytest.mark.parametrize("method", METHODS)
def test_every_arm_is_as_likely_for_everybody(family: Family, method: str):
    """Catches an arm that always gets the odd customer, and the first of a list who always gets one arm."""
    check = f"{method} assignment: arm"
    customers = people(4, replications=4_000, segments=2)
    arm = dealt(method, customers, seed=seed(check))
    for number in range(3):
        there = np.bincount(customers["replication"][arm == number], minlength=4_000)
        family.mean(f"{check} {number}", there, 4 / 3)
    first = customers["id"] == customers["id"].min()
    family.rate(f"{check} of the first customer", arm[first] == 0, "is", 1 / 3)


def test_simple_assignment_does_not_depend_on_the_others():
    """Catches an arm that hangs on how many take part, or in which order they stand."""
    customers = people(60, replications=3)
    arm = dealt("simple", customers)
    chosen = np.arange(len(customers))[::-3]
    assert (dealt("simple", customers[chosen]) == arm[chosen]).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_customers_does_not_matter(method: str):
    """Catches a deal by place in the array instead of by the customer's own draw."""
    customers = people(60, replications=3)
    order = np.random.Generator(np.random.Philox(1)).permutation(len(customers))
    assert (dealt(method, customers[order]) == dealt(method, customers)[order]).all()


@pytest.mark.parametrize("method", METHODS)
def test_replications_do_not_depend_on_those_beside_them(method: str):
    """Catches a deal that goes on from one replication to the next."""
    customers = people(61, replications=3)
    arm = dealt(method, customers)
    alone = customers[customers["replication"] == 2]
    assert (dealt(method, alone) == arm[customers["replication"] == 2]).all()


@pytest.mark.parametrize("method", METHODS)
def test_another_deal_is_another_deal(method: str):
    """Catches an experiment, a seed or the reassignment for the level that shares its luck with another."""
    customers = people(200)
    deals = [
        dealt(method, customers),
        dealt(method, customers, again=True),
        dealt(method, customers, name="other"),
        dealt(method, customers, seed=2),
    ]
    for i, one in enumerate(deals):
        for other in deals[:i]:
            same = (one == other).mean()
            assert 0.15 < same < 0.55  # a third by chance; 5 standard errors either way


def test_who_takes_part_is_there_on_day_0_and_of_a_tier():
    """Catches joiners who are enrolled, and a tier that is not asked for."""
    scenario = company({"customers": 300})
    c = day_zero(scenario, replications=2).customers
    who = eligible(experiment("contact_cadence"), c)
    assert set(c["tier"][who].tolist()) == {1, 2}
    assert (c["joined"][who] <= 0).all()
    assert len(who) == ((c["tier"] > 0) & (c["joined"] <= 0)).sum() == 2 * (50 + 76)
    only = eligible(experiment("reward_days"), c)
    assert set(c["tier"][only].tolist()) == {2}


def test_strata_are_the_combinations_that_are_named():
    """Catches two combinations that share a number."""
    scenario = company({"customers": 400})
    c = day_zero(scenario).customers
    c = c[c["joined"] <= 0]
    stratum = strata(scenario, experiment("contact_cadence"), c)
    pairs = list(zip(c["tier"].tolist(), tenure_band(scenario, c, 0.0).tolist(), strict=True))
    assert len(set(pairs)) == len(set(stratum.tolist())) == len(set(zip(pairs, stratum.tolist(), strict=True)))
    assert not strata(scenario, experiment("reward_days"), c).any()


def test_tenure_bands_are_those_of_the_mix_and_the_last_is_open():
    """Catches a band that is off by one, and customers beyond the last band or before the first."""
    mix = {
        "tenure_mix": {
            "bands": [
                {"from_month": 1, "to_month": 3, "share": 0.5},
                {"from_month": 3, "to_month": 12, "share": 0.5},
            ]
        }
    }
    c = np.zeros(5, dtype=customer_dtype)
    c["joined"] = np.array([0.0, -1.0, -2.999, -3.0, -50.0]) * MONTH
    assert tenure_band(quiet(base=mix), c, 0.0).tolist() == [0, 0, 0, 1, 1]
    assert tenure_band(quiet(base=mix), c, 3 * MONTH).tolist() == [1, 1, 1, 1, 1]
    assert tenure_band(quiet(), c, 0.0).tolist() == [0] * 5
    assert tenure_band(quiet(base=tenure(5.0)), c, 0.0).tolist() == [0] * 5


@pytest.mark.parametrize("method", ["simple", "complete"])
def test_arms_are_dealt_by_their_shares(method):
    """Catches shares that are read as weights of something else, and turns whose beginning is always the same arm."""
    plan = trial(method)
    shares = {"arm_0": 1, "arm_1": 4, "arm_2": 5}
    plan = plan.model_copy(update={"assignment": type(plan.assignment)(**METHODS[method], shares=shares)})
    customers = people(100, replications=200)
    arm = assign(plan, 1, customers, np.zeros(len(customers), int))
    found = sizes(arm) / len(arm)
    assert found == pytest.approx([0.1, 0.4, 0.5], abs=0.01 if method == "simple" else 1e-12)
    if method == "complete":
        for replication in range(200):
            assert sizes(arm[customers["replication"] == replication]).tolist() == [10, 40, 50]


def test_equal_shares_deal_as_none_do():
    plan = trial("complete")
    named = plan.model_copy(
        update={"assignment": type(plan.assignment)(method="complete", shares=dict.fromkeys(plan.arms, 1))}
    )
    customers = people(100, replications=3)
    one, other = (assign(p, 1, customers, np.zeros(len(customers), int)) for p in (plan, named))
    assert (one == other).all()
