"""Those who joined because a customer vouched for them, counted with it where an experiment asks."""

from typing import Any

import numpy as np
import pytest

from sim.customer.life import PROSPECT
from sim.evidence.results import Interval
from sim.experiment.outcomes import WITH_REFERRED
from sim.experiment.referred import net_of_referred
from sim.experiment.start import Starts
from sim.experiment.trial import live_experiment
from sim.scenario.problems import InputProblems
from tests.unit.experiment.test_follow_up import bench_of
from tests.worlds import MONTH, base_of, day_zero, experiment_in, leaving, live, load_quiet, numbers, quiet

CIRCLES = {"sizes": [{"size": 4, "share": 0.8}], "referral": {"per_month": 0.05}}
BLOCKS: dict[str, Any] = {
    "customers": 400,
    "leaving": leaving(competitor=0.08),
    "circles": CIRCLES,
    "reward": {
        "max_reduction": 1.0,
        "half_dose_days": 5.0,
        "acts_on": ["competitor"],
        "lasts_days": 400.0,
        "half_life_days": 36500.0,
    },
    "effects": {"step_days": 400.0},
}
ARMS = {"none": {}, "days": {"reward": {"free_days": 15}}}
METRICS = ["churn_rate", "net_value_per_customer", WITH_REFERRED]


def test_each_has_the_margin_of_those_it_brought() -> None:
    """By hand, where nobody leaves and nothing is spent: half of the fee since each one joined."""
    day = 250.0
    world = live(quiet(customers=400, circles=CIRCLES), replications=2, until=day)
    who = base_of(world)
    found = net_of_referred(world, who, day)
    c = world.customers
    by_hand = np.zeros(len(c))
    joined = [place for place in np.flatnonzero(c["referrer"] >= 0) if c["state"][place] != PROSPECT]
    for place in joined:
        member = world.row_start[c["row"][place]] + c["referrer"][place]
        by_hand[member] += 0.5 * c["fee"][place] * (day - c["joined"][place]) / MONTH
    assert len(joined) > 100
    assert found == pytest.approx(by_hand[who], abs=12.0)  # fen: fees are rounded at every bill
    later = found[::-1]
    assert net_of_referred(world, who[::-1], day) == pytest.approx(later)
    assert (net_of_referred(day_zero(quiet(customers=400, circles=CIRCLES)), who[:400], 0.0) == 0).all()


def test_a_kept_customer_brings_more() -> None:
    """Direction: where an arm keeps members, the effect on net value with those they brought is the larger one."""
    world = load_quiet(**BLOCKS)
    bench = bench_of(world.value, experiment_in(world, ARMS, metrics=METRICS), 20)
    plain, whole = (bench.truth(name, "days", "none") for name in METRICS[1:])
    assert isinstance(plain, Interval)
    assert isinstance(whole, Interval)
    gained = bench.by_replication("days", WITH_REFERRED) - bench.by_replication("none", WITH_REFERRED)
    gained -= bench.by_replication("days", METRICS[1]) - bench.by_replication("none", METRICS[1])
    assert gained.mean() > 5 * gained.std(ddof=1) / np.sqrt(len(gained))
    assert whole.value - plain.value == pytest.approx(gained.mean())


def test_who_was_brought_before_ones_own_day_counts_from_then_on() -> None:
    """Catches fees of before a wave began: with nobody leaving each wave brings about the same in equal times."""
    world = load_quiet(**(BLOCKS | {"leaving": {}, "horizon_days": 100}))
    plan = experiment_in(world, ARMS, metrics=METRICS, starts={"waves": 2, "every_days": 100})
    of = live_experiment(Starts(world.value, 1, numbers(30)).of(plan), plan, 1).rollouts["none"]
    early, late = (of.referred[of.began == day] for day in (0.0, 100.0))
    # half of 100 days for those brought in them; and those of the first 100 days pay through all of the second
    assert late.mean() == pytest.approx(3 * early.mean(), rel=0.15)


def test_it_is_asked_for_only_where_members_bring_others() -> None:
    world = load_quiet(**(BLOCKS | {"circles": {"sizes": CIRCLES["sizes"]}}))
    with pytest.raises(InputProblems, match=r"has no block 'circles\.referral'"):
        experiment_in(world, ARMS, metrics=METRICS)
