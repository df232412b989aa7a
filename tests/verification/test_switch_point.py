"""A world whose decision switches at a point that is known in closed form, through the whole engine.

Everybody leaves at one constant rate; ten free days take a part of it away for good. So the days served are integrals
of two survival curves, the reward costs the days it forgives, and it pays above a margin of cost over gain in fees.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from sim.evidence.results import Interval
from sim.planning.sensitivity.answer import Answer, answer, plan_of
from sim.scenario.load import load_experiment
from sim.scenario.loaded import Loaded
from sim.scenario.schema import Scenario
from tests.worlds import HORIZON, MONTH, leaving, load_quiet

RATE, DAYS, REDUCTION, HALF_DOSE, HALF_LIFE, STEP = 0.05, 10.0, 0.5, 10.0, 36_500.0, 7.0
LOW, CENTRAL, HIGH = 0.05, 0.8, 1.0
RESPONSE = {
    "max_reduction": REDUCTION,
    "half_dose_days": HALF_DOSE,
    "half_life_days": HALF_LIFE,
    "lasts_days": 730,
    "acts_on": ["competitor"],
}
TRIAL = {
    "name": "free",
    "question": "Do ten free days pay?",
    "background": {"policy": "before"},
    "assignment": {"method": "complete"},
    "arms": {"none": {}, "given": {"reward": {"free_days": DAYS}}},
    "reference": "none",
    "metrics": ["net_value_per_customer", "churn_rate"],
    "contrasts": [{"arm": "given", "against": "none"}],
    "decision": {"metric": "net_value_per_customer", "choose": "highest"},
    "trial_decision": {"metric": "churn_rate", "choose": "cheapest_below_reference", "if_inconclusive": "none"},
    "doubt": ["money.margin_share"],
}


def world(**more: object) -> Loaded[Scenario]:
    margin = {"central": CENTRAL, "low": LOW, "high": HIGH, "assumed": "the point"}
    money = {"mean_fee_yuan_per_month": 100.0, "margin_share": margin}
    return load_quiet(money=money, reward=RESPONSE, leaving=leaving(competitor=RATE), customers=400, **more)


def switch_point() -> float:
    """Cost of the free days over what more list fees there are, both in days served."""
    t = np.linspace(0, HORIZON, 1_000_001)
    rate = RATE / MONTH
    left = REDUCTION * DAYS / (DAYS + HALF_DOSE) * 2.0 ** (-STEP * np.floor(t / STEP) / HALF_LIFE)
    hazard = np.concatenate([[0.0], np.cumsum(rate * (1 - left[:-1]) * np.diff(t))])
    with_it, without = np.exp(-hazard), np.exp(-rate * t)
    return float(np.trapezoid(with_it[t <= DAYS], t[t <= DAYS]) / np.trapezoid(with_it - without, t))


def above(value: float) -> float:
    """Chance that a draw from the triangle LOW, CENTRAL, HIGH lies above a value below its peak."""
    return 1 - (value - LOW) ** 2 / ((HIGH - LOW) * (CENTRAL - LOW))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    loaded = world()
    file = Path(tmp_path_factory.mktemp("trial") / "free.yaml")
    file.write_text(json.dumps(TRIAL), encoding="utf-8")
    question = load_experiment(file, loaded).value
    plan = plan_of(loaded, question, every=False, worlds=384, replications=60)
    return answer(loaded, question, plan, seed=7)


def test_the_switch_point_is_found(found: Answer) -> None:
    known = switch_point()
    assert LOW < known < CENTRAL
    switches = found.switches["money.margin_share"]
    assert isinstance(switches, list)
    (switch,) = switches
    half = (switch.high - switch.low) / 2
    assert half < 0.06
    assert abs(switch.at - known) < 2 * half  # some four standard errors; the seed is fixed
    assert switch.low < switch.at < switch.high
    assert switch.stands_above


def test_the_tornado_decides_otherwise_below_it(found: Answer) -> None:
    assert found.chosen == "given"
    assert [(end.level, end.decision) for end in found.tornado] == [("low", "none"), ("high", "given")]
    for end in found.tornado:
        assert isinstance(end.gain, Interval)
        assert isinstance(end.margin, Interval)
        assert end.margin.value == pytest.approx(end.gain.value)  # two arms and no indifference


def test_the_share_of_plausible_worlds_is_that_of_the_triangle(found: Answer) -> None:
    assert not hasattr(found.joint, "reason")
    assert found.joint.stands.low <= above(switch_point()) <= found.joint.stands.high
    assert found.joint.stands.n == 256


def test_one_assumption_alone_has_all_of_the_variance(found: Answer) -> None:
    for indices in (found.joint.of_gain, found.joint.of_decision):
        (index,) = indices
        assert index.first.value == pytest.approx(1, abs=0.05)
        assert index.total.value == pytest.approx(1, abs=0.05)
