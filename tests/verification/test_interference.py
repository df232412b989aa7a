"""A world whose interference is known: pairs with constant hazards, who hold each other or hear of a loss.

Given that one of a pair is there to day T, the other's hazard never changes, so its day of leaving is exponential;
the first one's hazard changes once, at the week's start after that day. So its chance to be there, and what a trial
that mixes the arms within pairs makes of it, are sums over weeks.
"""

from typing import Any

import numpy as np
import pytest

from sim.experiment.grade import Bench
from sim.experiment.interference import gap
from sim.experiment.outcomes import mean_by
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment
from sim.scenario.experiment_schema import Experiment
from tests.family import Family, seed
from tests.worlds import HORIZON, MONTH, experiment_in, leaving, load_quiet, numbers

CUSTOMERS, REPLICATIONS = 400, 400
RATE, REDUCTION = 0.08, 0.6  # a month; the part of it that 15 yuan a month take away
RAISES, HOLDS = 4.0, 0.8
FOR_GOOD = 36_500
CREDIT = {"agreement": {"monthly_credit_yuan": 15, "months": 120}}
EFFECT = {"max_reduction": 1.0, "half_credit_yuan": 10, "acts_on": ["competitor"]}
WAYS: dict[str, dict[str, Any]] = {
    "news": {"news": {"raises": RAISES, "lasts_days": FOR_GOOD, "acts_on": ["competitor"]}},
    "holding": {"holds": {"reduction": HOLDS, "acts_on": ["competitor"]}},
}
FACTORS = {"news": (1.0, 1.0 + RAISES), "holding": (1.0 - HOLDS, 1.0)}
"""On the hazards of who still has its fellow, and of who knows that it has left."""

h = RATE / MONTH
HAZARD = {"none": h, "treated": h * (1 - REDUCTION)}


def left(own: float, fellow: float, way: str) -> float:
    """Chance to leave within the horizon, by one's own hazard and the fellow's, each a day."""
    before, after = FACTORS[way]
    weeks = np.arange(7.0, HORIZON, 7.0)
    of_fellow = np.exp(-fellow * before * np.append(0.0, weeks))
    heard = (of_fellow[:-1] - of_fellow[1:]) * np.exp(-own * (before * weeks + after * (HORIZON - weeks)))
    return float(1.0 - heard.sum() - of_fellow[-1] * np.exp(-own * before * HORIZON))


def in_trial(arm: str, way: str) -> float:
    """The same where half of all customers, dealt at random, are in each arm."""
    same = (CUSTOMERS / 2 - 1) / (CUSTOMERS - 1)
    (other,) = set(HAZARD) - {arm}
    alike, unlike = (left(HAZARD[arm], HAZARD[fellow], way) for fellow in (arm, other))
    return same * alike + (1 - same) * unlike


def under(arm: str, way: str) -> float:
    """The same where everybody is in one arm."""
    return left(HAZARD[arm], HAZARD[arm], way)


def bench_of(circles: dict[str, Any], check: str, replications: int, **keys: Any) -> Bench:
    loaded = load_quiet(
        customers=CUSTOMERS,
        leaving=leaving(competitor=RATE),
        agreements={"accept_share": 1.0, "effect": EFFECT},
        circles=circles,
    )
    plan = experiment_in(loaded, {"none": {}, "treated": CREDIT}, metrics=["churn_rate"], **DECIDES | keys)
    return lived(loaded.value, plan, check, replications)


DECIDES = {"decision": {"metric": "churn_rate", "choose": "lowest"}}


def lived(scenario: Any, plan: Experiment, check: str, replications: int) -> Bench:
    block = live_experiment(draw_start(scenario, seed(check), numbers(replications)), plan, seed(check))
    assert block.trial is not None
    return Bench(
        plan, block.trial, block.rollouts, np.zeros(3),
        replications=replications, horizon=HORIZON, margin=0.5, seed=seed(check),
    )  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_trial_and_roll_out_are_as_far_apart_as_the_closed_form_says(family: Family, way: str) -> None:
    """Catches news without a lag or for the wrong ones, a hold that outlives its fellow, and twins with other luck."""
    check = f"interference by {way}"
    bench = bench_of({"sizes": [{"size": 2, "share": 1.0}], **WAYS[way]}, check, REPLICATIONS)
    trial, replication = bench.trial, bench.trial.replication
    for number, arm in enumerate(("none", "treated")):
        name = "reference" if arm == "none" else arm
        of = trial.arm == number
        seen = mean_by(replication[of], trial.left[of], REPLICATIONS)
        family.mean(f"{check}: trial, {name}", seen, in_trial(arm, way))
        family.mean(f"{check}: roll-out, {name}", bench.by_replication(arm, "churn_rate"), under(arm, way))
    gaps = {arm: gap(bench, "churn_rate", arm) for arm in HAZARD}
    expected = in_trial("treated", way) - in_trial("none", way) - under("treated", way) + under("none", way)
    assert expected > 0.01
    family.mean(f"{check}: effect, trial less roll-out", gaps["treated"] - gaps["none"], expected)


def test_nothing_passes_between_arms_that_are_dealt_to_circles(family: Family) -> None:
    """Where circles are dealt trial and roll-out agree customer by customer, and the clustered trial keeps its word."""
    circles = {"sizes": [{"size": 2, "share": 0.4}, {"size": 5, "share": 0.4}], **WAYS["news"]}
    check = "circles dealt"
    bench = bench_of(circles, check, 1000, unit="circle")
    (row,) = [contrast for contrast in bench.contrasts() if contrast.metric == "churn_rate"]
    assert (gap(bench, "churn_rate", "treated") == 0).all()
    assert (gap(bench, "churn_rate", "none") == 0).all()
    placebo = bench.estimates(bench.placebo, "churn_rate", "treated", "none", 0.95)
    family.rate(f"{check}: level of a clustered comparison", placebo.p_value <= 0.05, "is", 0.05)
    truth = row.truth
    assert not hasattr(truth, "reason")
    covered = (row.trials.low <= truth.value) & (truth.value <= row.trials.high)
    family.rate(f"{check}: coverage of a clustered comparison", covered, "is", 0.95)
