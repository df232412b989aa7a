"""Records that are wrong on purpose: each does what it says, to the customers it says, and the right check sees it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.customer.record import LINES, Line
from sim.evidence.checks import Check
from sim.experiment.before import before_dtype
from sim.experiment.grade import Bench
from sim.experiment.outcomes import NO_CELL, Outcomes
from sim.experiment.pathologies import PATHOLOGIES, as_it_happened, filed_records
from sim.experiment.spoilt import NOTHING, spoil
from sim.scenario.inject_schema import Inject
from tests.worlds import experiment

TRIALS, EACH, HORIZON = 20, 400, 365.0
RULES = {
    "sample_ratio": {"arm": "days_45", "share": 0.5},
    "late_exposure": {"share": 0.5, "days": 90.0},
    "non_compliance": {"share": 0.3},
    "lost_records": {"share": 0.3},
    "duplicated_records": {"share": 0.1},
    "peeking": {"looks": 5},
    "mislogged_redemption": {"share": 0.3},
}
CATCHES = {
    "sample_ratio": {"sample ratio", "everybody has a record"},
    "late_exposure": {"exposed at once", "everybody has a record", "redemptions where given"},
    "non_compliance": {"treated as assigned"},
    "lost_records": {"everybody has a record"},
    "duplicated_records": {"one record a customer", "everybody has a record"},
    "peeking": {"followed to the end"},
    "mislogged_redemption": {"redemptions where given"},
}


def lived(arm: np.ndarray, mean_days: np.ndarray, free: np.ndarray) -> Outcomes:
    """Customers with the same luck whatever their arm; an arm stretches the days until they leave."""
    n = len(arm)
    luck = np.random.Generator(np.random.Philox(key=5)).exponential(1.0, n)
    days = np.minimum(luck * mean_days[arm], HORIZON)
    left = days < HORIZON
    ledger = np.zeros((n, LINES), dtype=np.int64)
    ledger[:, Line.LIST] = np.rint(days * 1000)
    ledger[:, Line.FORGONE] = np.rint(np.minimum(free[arm], days) * 1000)
    return Outcomes(
        replication=np.repeat(np.arange(TRIALS), EACH),
        id=np.tile(np.arange(EACH), TRIALS),
        stratum=np.zeros(n, dtype=np.int64),
        arm=arm.copy(),
        began=np.zeros(n),
        contacts=np.zeros(n, dtype=np.int64),
        answered=np.zeros(n, dtype=np.int64),
        saved=np.zeros(n, dtype=np.int64),
        days=days,
        left=left,
        reason=np.where(left, 1, -1),
        ledger=ledger,
        active=days,
        returned=np.zeros(n, dtype=bool),
        residual=np.zeros(n, dtype=np.int64),
        cell=np.where(left, NO_CELL, 0),
        answer=np.full(n, -1),
        before=np.zeros(n, dtype=before_dtype),
        lost_at=np.where(left, days, np.inf),
        net_at=np.zeros((n, 0)),
        circle=np.full(n, -1),
        cost_at=np.zeros((n, 0)),
        referred=np.zeros(n),
    )


@pytest.fixture(scope="module")
def bench() -> Bench:
    asked = experiment("wrong_records").model_copy(update={"inject": Inject.model_validate(RULES)})
    mean_days, free = np.array([800.0, 1200.0]), np.array([0.0, 45.0])
    arm = np.tile(np.arange(EACH) % 2, TRIALS)
    rollouts = {name: lived(np.full(len(arm), place), mean_days, free) for place, name in enumerate(asked.arms)}
    settings = {"replications": TRIALS, "horizon": HORIZON, "margin": 0.6, "seed": 1}
    return Bench(asked, lived(arm, mean_days, free), rollouts, np.zeros(1), **settings)


@pytest.fixture(scope="module")
def filed(bench):
    return filed_records(bench, bench.experiment.inject)


@pytest.fixture(scope="module")
def spoilt(bench):
    return {row.name: row for row in spoil(bench, bench.experiment.inject, ["churn_rate", "cost_per_customer"])}


def keys(outcomes: Outcomes) -> np.ndarray:
    return outcomes.replication * EACH + outcomes.id


def share(part: np.ndarray, whole: np.ndarray) -> float:
    return float((part & whole).sum() / whole.sum())


def test_sound_records_are_the_trials_and_no_check_cries_wolf(bench, spoilt):
    assert as_it_happened(bench).trial is bench.trial
    assert {name: caught.share.value for name, caught in spoilt[NOTHING].checks.items()} == dict.fromkeys(
        spoilt[NOTHING].checks, 0.0
    )


@pytest.mark.parametrize("name", list(PATHOLOGIES))
def test_the_check_that_should_catch_it_does_and_no_other(name, spoilt):
    fired = {check for check, caught in spoilt[name].checks.items() if caught.share.value > 0.05}
    assert fired == CATCHES[name]
    for check in CATCHES[name] - {"followed to the end"}:
        assert spoilt[name].checks[check].share.value == 1.0
        assert isinstance(spoilt[name].checks[check].first, Check)


def test_a_lost_share_of_an_arm_is_lost_at_random(bench, filed, spoilt):
    there = np.isin(keys(bench.trial), keys(filed["sample_ratio"].trial))
    assert share(there, bench.trial.arm == 0) == 1.0
    assert share(there, bench.trial.arm == 1) == pytest.approx(0.5, abs=0.03)
    (shift, _) = (moved.shift for moved in spoilt["sample_ratio"].moved)
    assert shift.low < 0 < shift.high  # unbiased


def test_late_exposure_moves_only_early_leavers_and_flatters_the_arm(bench, filed, spoilt):
    moved = filed["late_exposure"].trial.arm != bench.trial.arm
    assert (bench.trial.arm[moved] == 1).all()
    assert (bench.trial.days[moved] < 90.0).all()
    early = (bench.trial.arm == 1) & bench.trial.left & (bench.trial.days < 90.0)
    assert share(moved, early) == pytest.approx(0.5, abs=0.06)
    assert spoilt["late_exposure"].moved[0].shift.high < 0


def test_who_does_not_comply_lives_as_its_own_twin(bench, filed, spoilt):
    of = filed["non_compliance"]
    other = of.received != bench.trial.arm
    assert share(other, bench.trial.arm == 1) == pytest.approx(0.3, abs=0.03)
    twin = bench.rollouts["none"]
    assert np.array_equal(of.trial.days[other], twin.days[other])
    assert np.array_equal(of.trial.ledger[other], twin.ledger[other])
    assert np.array_equal(of.trial.days[~other], bench.trial.days[~other])
    assert np.array_equal(of.trial.arm, bench.trial.arm)  # analysed as assigned
    shift, truth = (getattr(spoilt["non_compliance"].moved[0], key).value for key in ("shift", "truth"))
    assert shift == pytest.approx(-0.3 * truth, rel=0.3)


def test_lost_records_are_of_those_who_left(bench, filed):
    there = np.isin(keys(bench.trial), keys(filed["lost_records"].trial))
    assert share(there, ~bench.trial.left) == 1.0
    assert share(there, bench.trial.left) == pytest.approx(0.7, abs=0.03)


def test_duplicates_stand_beside_the_original(bench, filed):
    again = filed["duplicated_records"].trial
    assert len(again) == pytest.approx(1.1 * len(bench.trial), rel=0.02)
    assert np.array_equal(np.unique(keys(again)), np.unique(keys(bench.trial)))
    assert (np.diff(again.replication) >= 0).all()


def test_peeking_cuts_a_trial_at_one_look_and_raises_its_false_alarms(bench, filed, spoilt):
    of = filed["peeking"].trial
    last = np.array([of.days[of.replication == trial].max() for trial in range(TRIALS)])
    assert np.isin(last, HORIZON * np.arange(1, 6) / 5).all()
    assert (of.days <= bench.trial.days).all()
    assert not of.left[bench.trial.days > of.days].any()
    assert (spoilt["peeking"].checks["followed to the end"].share.value > 0) == bool((last < HORIZON).any())
    churn, cost = spoilt["peeking"].moved
    assert churn.level.value >= churn.level_without.value
    assert cost.estimate.reason == "the records hold no amounts up to the horizon"


def test_redemptions_are_logged_under_others_and_none_is_lost(bench, filed, spoilt):
    of = filed["mislogged_redemption"].trial
    for trial in range(TRIALS):
        rows = bench.trial.replication == trial
        assert of.ledger[rows].sum(axis=0).tolist() == bench.trial.ledger[rows].sum(axis=0).tolist()
    churn, cost = spoilt["mislogged_redemption"].moved
    assert churn.shift.value == 0.0
    assert cost.shift.value == pytest.approx(-0.3 * cost.truth.value, rel=0.15)


def test_a_trials_records_hang_on_no_other_trial(bench):
    """The first trial alone is filed as it is among all."""
    first = bench.trial.replication == 0
    rollouts = {name: of.where(first) for name, of in bench.rollouts.items()}
    settings = {"replications": 1, "horizon": HORIZON, "margin": 0.6, "seed": 1}
    alone = Bench(bench.experiment, bench.trial.where(first), rollouts, np.zeros(1), **settings)
    among = filed_records(bench, bench.experiment.inject)
    for name, of in filed_records(alone, bench.experiment.inject).items():
        rows = among[name].trial.replication == 0
        assert np.array_equal(of.trial.ledger, among[name].trial.ledger[rows]), name
        assert np.array_equal(of.trial.arm, among[name].trial.arm[rows]), name
        assert np.array_equal(of.trial.days, among[name].trial.days[rows]), name


def test_what_is_not_asked_for_is_not_injected(bench):
    only = Inject.model_validate({"peeking": {"looks": 2}})
    assert list(filed_records(bench, only)) == ["peeking"]
