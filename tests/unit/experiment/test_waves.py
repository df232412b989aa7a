"""Customers who begin in waves: arms, ledger, follow-up and residual count from each one's own day."""

import numpy as np
import pytest

from sim.customer.record import Line
from sim.evidence.results import Interval
from sim.experiment.grade import Bench
from sim.experiment.looking import looked
from sim.experiment.operating import Operating, firms_table, sum_up
from sim.experiment.outcomes import Outcomes, metric, residual_table
from sim.experiment.start import Starts
from sim.experiment.trial import ExperimentBlock, live_experiment, live_rollout
from sim.experiment.waves import in_all
from sim.scenario.experiment_schema import Experiment
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from tests.worlds import experiment_in, leaving, load_company, load_quiet, numbers, private

ARMS = {"none": {}, "days": {"reward": {"free_days": 10}}}
WAVES = {"waves": 3, "every_days": 40}
REWARD = {
    "max_reduction": 0.5, "half_dose_days": 10.0, "acts_on": ["competitor"], "lasts_days": 400.0,
    "half_life_days": 36500.0, "lock_in": False,
}  # fmt: skip


def world(**blocks) -> Loaded[Scenario]:
    """Nothing is shared, everybody pays 100 yuan a month."""
    blocks = {
        "customers": 300,
        "residual": {"months": 6, "discount_per_year": 0.1},
        "effects": {"step_days": 400.0},
        "reward": REWARD,
    } | blocks
    return load_quiet(**blocks)


def lived(loaded: Loaded[Scenario], plan: Experiment, rows: int = 4) -> ExperimentBlock:
    return live_experiment(Starts(loaded.value, 1, numbers(rows)).of(plan), plan, 1)


def bench_of(loaded: Loaded[Scenario], plan: Experiment, block: ExperimentBlock, rows: int = 4) -> Bench:
    assert block.trial is not None
    table = residual_table(loaded.value, block.rollouts[plan.reference])
    return Bench(
        plan, block.trial, block.rollouts, table,
        replications=rows, horizon=float(plan.horizon_days), margin=loaded.value.money.margin_share, seed=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> Loaded[Scenario]:
    return world(leaving=leaving(competitor=0.05))


@pytest.fixture(scope="module")
def plan(loaded: Loaded[Scenario]) -> Experiment:
    return experiment_in(
        loaded, ARMS, starts=WAVES, horizon_days=180, follow_up_days=[60, 180, 270], looks={"days": [90, 180, 260]}
    )


@pytest.fixture(scope="module")
def block(loaded: Loaded[Scenario], plan: Experiment) -> ExperimentBlock:
    return lived(loaded, plan)


def test_waves_are_equal_on_day_zero_and_arms_within_each(block: ExperimentBlock, plan: Experiment) -> None:
    """Catches waves that are not dealt by lot, and arms that are dealt over all waves at once."""
    trial = block.trial
    assert trial is not None
    assert set(trial.began) == {0.0, 40.0, 80.0}
    assert (trial.began == 40.0 * trial.stratum).all()
    for row in range(4):
        of_row = trial.replication == row
        assert (of_row & (trial.began == 0)).sum() == 100
        for began in (0.0, 40.0, 80.0):
            dealt = np.bincount(trial.arm[of_row & (trial.began == began)], minlength=2)
            assert abs(dealt[0] - dealt[1]) <= 1
    assert plan.stratified


def test_who_has_left_before_the_own_day_does_not_begin(block: ExperimentBlock) -> None:
    """Catches customers who leave before they are enrolled and count as losses of their arm."""
    trial = block.trial
    assert trial is not None
    sizes = [(trial.began == began).sum() for began in (0.0, 40.0, 80.0)]
    assert sizes[0] == 400 > sizes[1] > sizes[2] > 300
    assert (trial.lost_at >= 0).all()
    assert (trial.days >= 0).all()
    assert (trial.days <= 180).all()


def test_each_is_its_own_twin_whatever_the_wave(block: ExperimentBlock) -> None:
    """Catches a trial that treats, reads or counts a wave at another time than the roll-out of the same arm."""
    trial = block.trial
    assert trial is not None
    for number, arm in enumerate(ARMS):
        of = trial.arm == number
        twin = block.rollouts[arm]
        for name in ("id", "replication", "began", "stratum", "days", "left", "reason", "cell", "net_at"):
            seen, other = (np.asarray(getattr(one, name)) for one in (trial, twin))
            assert np.array_equal(seen[of], other[of]), name
        assert (trial.ledger[of] == twin.ledger[of]).all()


def test_a_later_wave_is_treated_on_its_own_day() -> None:
    """Catches rewards given on day 0 to all, and ledgers that count what lies outside the own time."""
    loaded = world(leaving=leaving(competitor=0.0))
    plan = experiment_in(loaded, ARMS, starts=WAVES, horizon_days=180, follow_up_days=[5, 10, 180, 250])
    block = lived(loaded, plan, 1)
    given, reference = block.rollouts["days"], block.rollouts["none"]
    fee = 100.0 * 12 / 365
    for began in (0.0, 40.0, 80.0):
        with_it, without = (of.where(of.began == began) for of in (given, reference))
        assert metric(without, "revenue_per_customer", 0.5) == pytest.approx(180 * fee, abs=0.1)
        assert with_it.ledger[:, Line.FORGONE] / 100 == pytest.approx(10 * fee, abs=0.03)
        # nobody leaves and all pay alike: by own days every wave is worth the same, before the horizon and after it
        assert without.net_at[:, :3] / 100 == pytest.approx(
            np.array([[5, 10, 180]]) * fee / 2 + np.zeros((100, 3)), abs=0.1
        )
        assert with_it.net_at[:, 0] / 100 == pytest.approx(-5 * fee / 2, abs=0.1)
        worth = 0.5 * fee * (1 - np.exp(-0.1 * 0.5)) / (0.1 / 365)
        assert without.residual / 100 == pytest.approx(worth, rel=0.01)
        assert (without.net_at[:, 3] - without.net_at[:, 2]) / 100 == pytest.approx(0.5 * fee * 70 * 0.99, rel=0.01)


def test_what_the_policy_gives_is_not_new_after_the_own_end() -> None:
    """Catches customers who are let go and get the policy's reward at the next score while others are followed."""
    loaded = load_company().with_values(private({"customers": 200}))
    plan = experiment_in(
        loaded, {"none": {"reward": {"free_days": 0}}, "days": {"reward": {"free_days": 30}}},
        starts={"waves": 2, "every_days": 200}, horizon_days=90, eligible={"tiers": ["platinum", "gold"]},
        background={"policy": "programme"},
    )  # fmt: skip
    start = Starts(loaded.value, 1, numbers(1)).of(plan)
    outcomes, after, books = live_rollout(start, plan, "none", 1)
    customers = after.customers[np.isin(after.customers["id"], outcomes.id)]
    assert len(customers) > 20
    let_go = customers["horizon_period"] == customers["horizon_period"].min()
    assert let_go.any()
    assert (customers["ledger"][let_go, Line.FORGONE] == 0).all()
    assert books.shape[1] == 2


def test_looks_are_days_of_the_calendar(loaded: Loaded[Scenario], plan: Experiment, block: ExperimentBlock) -> None:
    """Catches looks that count customers who have not begun, or follow anybody beyond the own horizon."""
    bench = bench_of(loaded, plan, block)
    rows = {row.way: row for row in looked(bench)}
    once = rows["once"]
    assert isinstance(once.first, Interval)
    log_rank = bench.estimates(bench.trial, "log_rank", "days", "none", 0.95)
    assert once.first_p == pytest.approx(log_rank.p_value[0], rel=1e-9)


def test_power_knows_the_waves(loaded: Loaded[Scenario], plan: Experiment, block: ExperimentBlock) -> None:
    """Catches a study of the design that compares arms without their waves."""
    table = firms_table(loaded.value, plan, [block])
    sums = sum_up(loaded.value, plan, block, numbers(4), table, 1)
    operating = Operating(loaded.value, plan, sums, 1)
    bench = bench_of(loaded, plan, block)
    contrast = plan.contrasts[0]
    ours = operating.estimates(sums.trial["churn_rate"], "churn_rate", contrast).value
    assert ours == pytest.approx(bench.estimates(bench.trial, "churn_rate", "days", "none", 0.95).value)
    assert sums.trial["churn_rate"].n.shape[1] == 3


def test_only_who_began_in_every_world_is_compared() -> None:
    """Catches worlds of other customers that are held against each other."""

    loaded = world(customers=4)
    everybody = lived(loaded, experiment_in(loaded, ARMS, horizon_days=30), 2).rollouts["none"]

    def of(*ids: int) -> Outcomes:
        return everybody.where(np.isin(everybody.id, ids) | (everybody.replication == 1))

    kept = in_all({"a": of(1, 2, 3), "b": of(2, 3), "c": of(0, 2, 3)})
    assert [kept[name].id.tolist() for name in "abc"] == [[2, 3, 0, 1, 2, 3]] * 3


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"starts": {"waves": 1, "every_days": 30}}, "got 1, must be at least 2"),
        ({"starts": WAVES, "multiplicity": "dunnett"}, "left out: Dunnett knows no strata"),
        (
            {"starts": WAVES, "looks": {"days": [90, 446]}},
            "at most the last wave's end, 445: the trial has ended by then",
        ),
        ({"starts": {"every_days": 30}}, "starts.waves: got nothing"),
    ],
)
def test_waves_that_cannot_be_are_refused(keys, said: str) -> None:
    with pytest.raises(InputProblems) as error:
        experiment_in(world(), ARMS, **keys)
    assert said in str(error.value)
