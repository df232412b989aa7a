"""Who left and came back, in the metrics: what is of the first leaving, and what is of who is there (model.md 20)."""

from typing import Any

import numpy as np
import pytest

from sim.customer.laws import MONTH
from sim.evidence.results import Interval
from sim.experiment.baseline import live_baseline
from sim.experiment.beside import besides
from sim.experiment.grade import Bench
from sim.experiment.history import live_first_year, live_history
from sim.experiment.operating import firms_table, sum_up
from sim.experiment.outcomes import NO_CELL, residual_table
from sim.experiment.ratios import WIN_BACK_RATE
from sim.experiment.rollout import begin_firm, live_firm
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment
from sim.planning.tables import customers_table
from tests.worlds import HORIZON, experiment_in, firm_question, leaving, load_quiet

ROWS = np.arange(3)
TRIES = {"others": {"win_back": {"attempts": 2}}}


def world(**blocks: Any):
    """A fifth leaves each month and is approached twice, with a chance of a half."""
    chosen: dict[str, Any] = {
        "customers": 300,
        "leaving": leaving(competitor=0.2),
        "win_back": {"from_days": 10, "to_days": 100, "success_share": 0.5, "cost_yuan": 5},
        "policies": {"before": {}, "tries": TRIES},
        "baseline_policy": "tries",
        "residual": {"months": 6, "discount_per_year": 0.1},
    }
    return load_quiet(**chosen | blocks)


@pytest.fixture(scope="module")
def asked():
    """Two attempts against none: the experiment, its block, and its bench."""
    loaded = world(baseline_policy="before")
    arms = {"none": {}, "two": {"win_back": {"attempts": 2}}}
    experiment = experiment_in(loaded, arms, metrics=["churn_rate", WIN_BACK_RATE, "net_value_per_customer"])
    block = live_experiment(draw_start(loaded.value, 1, ROWS), experiment, 1)
    assert block.trial is not None
    table = residual_table(loaded.value, block.rollouts["none"])
    how: dict[str, Any] = {"replications": 3, "horizon": HORIZON, "margin": 0.5, "seed": 1}
    return loaded.value, experiment, block, Bench(experiment, block.trial, block.rollouts, table, **how)


def test_an_arm_that_wins_back_changes_no_first_leaving(asked):
    """Attempts begin when a customer has left: churn, days and reasons are those of the twin without."""
    _, _, block, bench = asked
    none, two = block.rollouts["none"], block.rollouts["two"]
    for name in ("left", "days", "reason", "lost_at"):
        assert (getattr(none, name) == getattr(two, name)).all(), name
    assert bench.truth("churn_rate", "two", "none").value == 0.0
    assert (two.cell[~two.left] != NO_CELL).all()
    assert ((two.cell != NO_CELL) & two.left).sum() > 100  # they came back, and are there
    assert (two.returned <= two.left).all()
    assert (none.active == none.days).all()
    assert (two.active >= two.days).all()
    assert (two.active > two.days).sum() == two.returned.sum()


def test_the_win_back_rate_is_of_those_who_left(asked):
    """By hand from the records, in truth and in the trial; where nothing is shared, both say the same of the same."""
    _, _, block, bench = asked
    two, trial = block.rollouts["two"], block.trial
    share = [two.returned[(two.replication == row) & two.left].mean() for row in ROWS]
    np.testing.assert_allclose(bench.by_replication("two", WIN_BACK_RATE), share)
    assert bench.by_replication("none", WIN_BACK_RATE).tolist() == [0, 0, 0]
    graded = next(of for of in bench.contrasts() if of.metric == WIN_BACK_RATE)
    first = trial.replication == 0
    seen = [trial.returned[first & trial.left & (trial.arm == arm)].mean() for arm in (0, 1)]
    assert graded.trials.value[0] == pytest.approx(seen[1] - seen[0])
    assert isinstance(graded.truth, Interval)
    assert isinstance(graded.interference, Interval)
    assert graded.interference.value == 0.0


def test_the_win_back_rate_in_a_study_of_power(asked):
    """The sums of a design give the rate that the replications have."""
    scenario, experiment, block, bench = asked
    sums = sum_up(scenario, experiment, block, ROWS, firms_table(scenario, experiment, [block]), 1)
    np.testing.assert_allclose(sums.truth[WIN_BACK_RATE][1], bench.by_replication("two", WIN_BACK_RATE))


def test_where_nobody_left_there_is_no_win_back_rate():
    """Refused with a reason, never 0."""
    loaded = world(leaving={"competitor": {"per_month": {"growth": 0.0}}}, baseline_policy="before", customers=50)
    question = firm_question(loaded, {"none": {}, "two": {"policy": "tries"}}, metrics=[WIN_BACK_RATE, "churn_rate"],
                             decision={"metric": "churn_rate", "choose": "lowest"})  # fmt: skip
    block = live_firm(draw_start(loaded.value, 1, ROWS), question.value)
    assert np.isnan(block.measures["two"][WIN_BACK_RATE]).all()


def test_kept_shares_count_who_is_there_and_churn_every_loss():
    """By hand from the world: base, lives, days without the time away."""
    loaded = world()
    start = draw_start(loaded.value, 1, ROWS)
    metrics, _ = live_baseline(start)
    lived = start.world("tries")
    lived.begin()
    lived.live(HORIZON)
    c = lived.customers
    by_row = c["row"][:, None] == ROWS

    def mean(mask: np.ndarray) -> np.ndarray:
        return (mask[:, None] & by_row).sum(axis=0) / 300

    np.testing.assert_allclose(metrics["kept_share"], mean(np.isinf(c["lost_at"])))
    np.testing.assert_allclose(metrics["churn_rate"], mean(np.isfinite(c["left_at"])))
    assert (metrics["kept_share"] > 1 - metrics["churn_rate"] + 0.1).all()
    active = np.minimum(c["lost_at"], HORIZON) - c["away"]
    days = (active[:, None] * by_row).sum(axis=0)
    losses = ((c["returns"] + np.isfinite(c["lost_at"]))[:, None] * by_row).sum(axis=0)
    np.testing.assert_allclose(metrics["annual_churn"], losses / (days / HORIZON))
    np.testing.assert_allclose(metrics["mean_base"], days / HORIZON)
    paid = c["ledger"][:, 0] / 100
    np.testing.assert_allclose(metrics["revenue_per_customer_month"], (paid[:, None] * by_row).sum(0) / (days / MONTH))
    of = live_first_year(start, "tries")
    np.testing.assert_allclose(of["year1.annual_churn"], metrics["annual_churn"])
    assert (of["year1.win_back_success"] > 0.35).all()
    assert ((of["year1.win_back_rate"] > 0.4) & (of["year1.win_back_rate"] < 0.75)).all()


def test_two_years_of_losses_and_returns_add_up():
    """Who was there at the end of the first year was there at the start of the second, returned or not."""
    start = draw_start(world(base={"joining_share_per_month": 0.05}).value, 1, ROWS)
    of = live_history(start, "tries", "before")
    lived = start.world("tries")
    lived.begin()
    for year, day in (("year1", HORIZON), ("twin", 2 * HORIZON)):
        before = (lived.customers["lost_at"] > lived.now) & (lived.customers["joined"] <= lived.now)
        lived.live(day)
        after = (lived.customers["lost_at"] >= day) & (lived.customers["joined"] < day)
        counts = [np.bincount(lived.customers["row"], weights=who, minlength=3) for who in (before, after)]
        np.testing.assert_allclose(of[f"{year}.growth"], counts[1] / counts[0] - 1)
        assert np.isfinite(of[f"{year}.annual_churn"]).all()


def test_the_table_of_customers_and_other_procedures_know_returns(asked):
    """One row a customer: first leaving, first joining; revenue an active month counts the days after a return."""
    scenario, experiment, block, bench = asked
    run = type("Block", (), {"experiments": {experiment.name: block}})()
    table = customers_table(scenario, [experiment], run)
    assert (table["joined_day"] <= 0).all()
    two = (table["arm"] == "two") & table["left"]
    none = (table["arm"] == "none") & table["left"]
    assert (table["days"][two] == table["days"][none]).all()
    assert table["returns"][two].sum() > 50
    assert not table["returns"][none].any()
    by = {one.what: one for one in besides(bench)}
    fee_a_month = by["revenue_per_active_month"].truth
    assert abs(fee_a_month.value) < 0.5  # everybody pays 100 a month of every active day, returned or not
    assert by["kept_revenue"].truth.value > 0.1


def test_a_firm_that_begins_on_day_zero_has_nobody_lost():
    loaded = world()
    terms = {"as_it_is": {}, "dear": {"set": {"win_back.cost_yuan": 50.0, "win_back.success_share": 0.1}}}
    question = firm_question(loaded, terms, background={"policy": "tries"}).value
    start = draw_start(loaded.value, 1, ROWS)
    lived = {}
    for name in terms:
        arm, base = begin_firm(start, question, question.arms[name])
        assert len(base) == 900
        arm.live(HORIZON)
        lived[name] = arm
    cheap, dear = (lived[name].customers for name in ("as_it_is", "dear"))
    assert (cheap["left_at"] == dear["left_at"]).all()
    assert ((dear["returns"] > 0) <= (cheap["returns"] > 0)).all()
    assert (dear["returns"] > 0).sum() < (cheap["returns"] > 0).sum()
