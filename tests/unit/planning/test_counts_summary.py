"""What a summary counts agrees with the books: every attempt has its price, every success is somebody who came back."""

from typing import Any

import numpy as np
import pytest

from sim.customer.record import Line
from sim.experiment.grade import Bench
from sim.experiment.outcomes import FEN, residual_table
from sim.experiment.rollout import FirmTruth, live_firm
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment
from sim.planning.counts_summary import counts_part
from tests.worlds import HORIZON, early_warning, experiment_in, firm_question, leaving, load_quiet

ROWS = np.arange(3)
PRICE, CALL = 5.0, 2.0
TWO = {"win_back": {"attempts": 2}}


def world(**blocks: Any):
    """A fifth leaves each month; who has left is approached, a list is called, prospects too."""
    chosen: dict[str, Any] = {
        "customers": 200,
        "leaving": leaving(competitor=0.2),
        "win_back": {"from_days": 10, "to_days": 100, "success_share": 0.5, "cost_yuan": PRICE},
        "prospects": {"calls_per_month": 8, "success_share": 0.25, "cost_yuan": 0},
        "early_warning": early_warning(call={"cost_yuan": CALL}),
        "policies": {"before": {}, "tries": {"others": TWO}},
        "residual": {"months": 6, "discount_per_year": 0.1},
    }
    return load_quiet(**chosen | blocks)


@pytest.fixture(scope="module")
def of_customers() -> tuple[Bench, dict[str, dict[str, Any]]]:
    loaded = world()
    experiment = experiment_in(loaded, {"none": {}, "all": TWO | {"warning_call": True}})
    block = live_experiment(draw_start(loaded.value, 1, ROWS), experiment, 1)
    assert block.trial is not None
    table = residual_table(loaded.value, block.rollouts["none"])
    bench = Bench(experiment, block.trial, block.rollouts, table, replications=3, horizon=HORIZON, margin=0.5, seed=1)
    return bench, counts_part(loaded.value, bench, [block], 1)


def test_attempts_and_calls_cost_what_the_ledger_says(of_customers: Any) -> None:
    """Conservation: nothing is counted that was not paid, and nothing paid that is not counted."""
    bench, counts = of_customers
    found = counts["all"]["counts"]
    spent = PRICE * found["win_back_attempts"]["value"] + CALL * found["warning_calls"]["value"]
    booked = bench.rollouts["all"].ledger[:, Line.CONTACT].sum() / FEN / 3
    assert spent == pytest.approx(booked)
    assert 0 < found["won_back"]["value"] < found["win_back_attempts"]["value"]
    assert found["win_back_attempts"]["of"] == "run"


def test_what_happens_in_one_arm_is_told_of_all_and_what_happens_in_none_of_none(of_customers: Any) -> None:
    _, counts = of_customers
    assert counts["none"]["counts"]["win_back_attempts"]["value"] == 0.0
    assert counts["none"]["counts"].keys() == counts["all"]["counts"].keys()
    assert not {"answers", "bundles", "news", "desk_answered"} & counts["all"]["counts"].keys()


def test_a_firm_counts_everybody_and_its_prospects() -> None:
    """Extreme: without calls nobody is won; a quarter of 8 calls in each of 12 months is."""
    loaded = world()
    arms = {"as_is": {"policy": "tries"}, "silent": {"policy": "tries", "set": {"prospects.calls_per_month": 0}}}
    question = firm_question(loaded, arms).value
    block = live_firm(draw_start(loaded.value, 1, ROWS), question)
    counts = counts_part(loaded.value, FirmTruth(question, [block], HORIZON), [block], 1)
    found = counts["as_is"]["counts"]
    assert found["prospects_called"]["value"] == pytest.approx(96, abs=8)
    joined = [found["joined"]["value"], counts["silent"]["counts"]["joined"]["value"]]
    assert found["prospects_won"]["value"] == joined[0] - joined[1] > 0
    assert counts["silent"]["counts"]["prospects_called"]["value"] == 0.0
    assert counts["as_is"].keys() == {"counts"}
