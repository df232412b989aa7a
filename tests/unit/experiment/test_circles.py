"""Arms dealt to whole circles: who gets which, how the trial is analysed, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.evidence.clusters import NOT_BY_CIRCLE
from sim.evidence.results import Interval, Refused
from sim.experiment.assignment import assign, units
from sim.experiment.beside import besides
from sim.experiment.grade import Bench
from sim.experiment.interference import of_arms
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment
from sim.planning.trial_summary import trial_part
from sim.report.interference_view import interference_table, interference_words
from sim.scenario.experiment_schema import Experiment
from sim.scenario.load import load_experiment, load_scenario
from sim.scenario.problems import InputProblems
from tests.worlds import HORIZON, QUIET, experiment_in, leaving, load_quiet, numbers

SIZES = [{"size": 2, "share": 0.4}, {"size": 5, "share": 0.4}]
NEWS = {"raises": 3.0, "lasts_days": 365, "acts_on": ["competitor"]}
REWARD = {
    "max_reduction": 0.8,
    "half_dose_days": 5,
    "half_life_days": 1000,
    "lasts_days": 2000,
    "acts_on": ["competitor"],
}
BLOCKS: dict[str, Any] = {
    "customers": 300,
    "leaving": leaving(competitor=0.05),
    "reward": REWARD,
    "circles": {"sizes": SIZES, "news": NEWS},
}
ARMS = {"none": {}, "days": {"reward": {"free_days": 30}}}


def plan(**keys: Any) -> Experiment:
    return experiment_in(load_quiet(**BLOCKS), ARMS, unit="circle", **keys)


def bench(replications: int = 30, blocks: dict[str, Any] = BLOCKS, **keys: Any) -> Bench:
    loaded = load_quiet(**blocks)
    asked = experiment_in(loaded, ARMS, **{"unit": "circle", **keys})
    block = live_experiment(draw_start(loaded.value, 5, numbers(replications)), asked, 5)
    assert block.trial is not None
    settings = {"replications": replications, "horizon": HORIZON, "margin": 0.5, "seed": 5}
    return Bench(asked, block.trial, block.rollouts, np.zeros(3), **settings)


@pytest.fixture(scope="module")
def by_circle() -> Bench:
    return bench()


@pytest.fixture(scope="module")
def by_customer() -> Bench:
    return bench(unit="customer")


# --- dealing --------------------------------------------------------------------------------------


def people(replications: int = 4) -> np.ndarray:
    start = draw_start(load_quiet(**BLOCKS).value, 1, numbers(replications))
    return start.customers


@pytest.mark.parametrize("method", ["simple", "complete"])
def test_a_circle_gets_one_arm(method: str):
    """Catches members in several arms, and circles of one that are dealt as one circle."""
    c = people()
    arm = assign(plan(assignment={"method": method}), 1, c, np.zeros(len(c), dtype=np.int64))
    unit = units(c["circle"].astype(np.int64), c["id"])
    for replication in range(4):
        here = c["replication"] == replication
        of_unit = [set(arm[here & (unit == number)]) for number in np.unique(unit[here])]
        assert all(len(arms) == 1 for arms in of_unit)
        assert len(of_unit) == 60 + 24 + 60  # pairs, circles of five, and who is alone
        dealt = sum(arms == {0} for arms in of_unit)
        assert dealt == 72 if method == "complete" else 40 < dealt < 104


def test_dealing_again_is_another_deal_and_replications_are_apart():
    """Catches a reassignment that repeats the assignment, and a deal that hangs on what stands beside it."""
    c, none = people(), np.zeros(1200, dtype=np.int64)
    arm, again = (assign(plan(), 1, c, none, again=how) for how in (False, True))
    assert 0.3 < (arm == again).mean() < 0.7
    last = c["replication"] == 3
    assert (assign(plan(), 1, c[last], none[last]) == arm[last]).all()


def test_only_members_who_take_part_are_in_an_arm():
    """Members of a circle who are not eligible get no arm; those who are share one."""
    blocks = BLOCKS | {"tiers": {"rule": "quota", "platinum": {"share": 0.5}}}
    trial = bench(4, blocks, eligible={"tiers": ["platinum"]}).trial
    assert len(trial) == 4 * 150
    keys = trial.replication * (1 << 30) + trial.unit
    assert (np.bincount(np.unique(keys, return_inverse=True)[1]) > 1).any()
    for key in np.unique(keys):
        assert len(set(trial.arm[keys == key])) == 1


# --- analysing ------------------------------------------------------------------------------------


def test_means_are_compared_by_circle_and_what_takes_customers_for_independent_is_refused(by_circle: Bench):
    """Catches an interval as if customers were dealt, and a refusal that comes out as 'never finds anything'."""
    rows = {row.metric: row for row in by_circle.contrasts()}
    for name in ("churn_rate", "net_value_per_customer"):
        assert "clustered sandwich" in rows[name].trials.method
        assert isinstance(rows[name].level, Interval)
    assert "by cluster" in rows["hazard_ratio"].trials.method
    log_rank = rows["log_rank"]
    assert log_rank.trials.refused.all()
    assert log_rank.level == log_rank.grades.power == Refused(NOT_BY_CIRCLE)
    others = {item.what: item for item in besides(by_circle)}
    assert "clustered sandwich" in others["days_there"].trials.method
    for what in ("revenue_per_active_month", "kept_revenue", "adjusted:net_value_per_customer"):
        assert others[what].trials.refused.all()
    assert others["bootstrap:net_value_per_customer"].trials.refused.all()


def test_circles_make_the_error_larger_where_members_share_their_fate(by_circle: Bench):
    """Direction: the clustered error of the same trial is larger than that of customers taken for independent."""
    values = by_circle.trial.left.astype(float)
    clustered = by_circle.estimates(by_circle.trial, "churn_rate", "days", "none", 0.95)
    n = np.bincount(by_circle.trial.replication)
    plain = np.sqrt(4 * values.var() / n)
    assert clustered.standard_error is not None
    assert clustered.standard_error.mean() > 1.1 * plain.mean()


def test_too_few_circles_are_refused():
    """Extreme: 20 circles an arm are too few for a clustered error."""
    blocks = BLOCKS | {"customers": 200, "circles": {"sizes": [{"size": 5, "share": 1.0}]}}
    found = bench(2, blocks).contrasts()[0].trials.one()
    assert isinstance(found, Refused)
    assert "fewer than 30 clusters" in found.reason


def test_a_trial_by_circle_says_in_how_many(by_circle: Bench):
    """Catches sizes of customers where circles are what was dealt, and a band that takes customers for independent."""
    part = trial_part(by_circle, {})
    assert part["trial_circles"] == {"none": 72, "days": 72}
    assert sum(part["trial_sizes"].values()) == 300


# --- trial and roll-out ---------------------------------------------------------------------------


def test_arms_differ_between_trial_and_roll_out_as_their_contrast_does(by_customer: Bench):
    """The contrast's interference is the difference of the two arms', in every metric, the reference included."""
    rows = {(row.metric, row.arm): row for row in of_arms(by_customer)}
    assert set(rows) == {(name, arm) for name in by_customer.experiment.metrics for arm in ARMS}
    for contrast in by_customer.contrasts()[:2]:
        one, other = (rows[contrast.metric, arm].difference for arm in ("days", "none"))
        assert isinstance(contrast.interference, Interval)
        assert isinstance(one, Interval)
        assert isinstance(other, Interval)
        assert contrast.interference.value == pytest.approx(one.value - other.value)
    churn = rows["churn_rate", "none"].difference, rows["churn_rate", "days"].difference
    assert churn[0].high < 0 < churn[1].low  # the treated keep the others; the others' losses drive the treated away


def test_the_report_says_what_a_trial_does_not_see(by_circle: Bench, by_customer: Bench):
    """Catches words that do not follow the figures, and a silent report where nothing passes between arms."""
    definitions = {"churn_rate": {"wording": "", "unit": "share"}}
    summary = {"definitions": definitions, "currency": "yuan"}
    parts = [trial_part(of, {}) for of in (by_circle, by_customer)]
    still, shared = (interference_words(part, summary) for part in parts)
    assert len(still) == 1
    assert "Here nothing passes" in still[0]
    assert interference_table(parts[0], summary) is None
    assert "understates it" in shared[0]
    assert "in the trial days against none seems to make −" in shared[0]
    table = interference_table(parts[1], summary)
    assert table is not None
    assert len(table.rows) == 4


# --- bad input ------------------------------------------------------------------------------------


def refused(tmp_path: Path, scenario: dict[str, Any], **keys: Any) -> str:
    file, world = tmp_path / "plan.json", tmp_path / "world.yaml"
    world.write_text(json.dumps(QUIET | scenario), encoding="utf-8")
    tree = plan().model_dump(mode="json", exclude_unset=True) | keys
    file.write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(InputProblems) as found:
        load_experiment(file, load_scenario(world))
    return str(found.value)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"assignment": {"method": "stratified", "strata": ["segment"]}}, "assignment.method: got 'stratified'"),
        ({"multiplicity": "dunnett"}, "multiplicity: got 'dunnett', must be holm or benjamini_hochberg"),
        ({"looks": {"days": [30, 365]}}, "looks: got a block 'looks', must be left out where whole circles are"),
        (
            {"guardrails": [{"metric": "churn_rate", "worse": "higher", "margin": 0.1}]},
            "guardrails: got a block 'guardrails', must be left out",
        ),
        (
            {"equivalence": [{"metric": "churn_rate", "arm": "days", "against": "none", "margin": 0.1}]},
            "equivalence: got a block 'equivalence', must be left out",
        ),
    ],
)
def test_what_has_no_form_by_circle_is_refused(tmp_path: Path, keys: dict[str, Any], line: str):
    found = refused(tmp_path, BLOCKS, **keys)
    assert line in found
    assert "unit, line 1" in found


def test_circles_are_dealt_only_where_there_are_any(tmp_path: Path):
    found = refused(tmp_path, {key: value for key, value in BLOCKS.items() if key != "circles"})
    assert "unit: got 'circle', must be customer, because" in found
    assert "has no block 'circles'" in found
