"""A simulated trial written down as a firm would, and analysed as a real one: the same evidence to the last digits."""

import json

import numpy as np
import pandas as pd
import pytest

from sim.cli.main import DONE, outcome
from sim.customer.record import Line
from sim.customer.states import REASONS
from sim.experiment.grade import Bench
from sim.experiment.outcomes import cost, metric
from sim.experiment.start import draw_start
from sim.experiment.trial import live_experiment
from sim.report.json_text import read_json
from tests.worlds import company, experiment

METRICS = {"churn_rate": "left", "revenue_per_customer": "revenue", "cost_per_customer": "cost"}


@pytest.fixture(scope="module", params=["complete", "stratified"])
def both(request, tmp_path_factory):
    """The bench of the simulated trial, and the experiment's part of what `sim analyse` says of its records."""
    asked = experiment("reward_days")
    strata = ("segment",) if request.param == "stratified" else ()
    assignment = asked.assignment.model_copy(update={"method": request.param, "strata": strata})
    asked = asked.model_copy(update={"metrics": tuple(METRICS), "assignment": assignment, "equivalence": ()})
    world = company({"customers": 3000})
    start = draw_start(world, 1, np.arange(1))
    block = live_experiment(start, asked, 1)
    settings = {"replications": 1, "horizon": 365.0, "margin": 0.6, "seed": 1}
    bench = Bench(asked, block.trial, block.rollouts, np.zeros(1), **settings)
    folder = tmp_path_factory.mktemp("analysed")
    file = folder / "trial.parquet"
    of = block.trial
    names = {int(clock): reason for clock, reason in REASONS.items()} | {-1: ""}
    pd.DataFrame(
        {
            "customer": of.id,
            "arm": np.array(list(asked.arms))[of.arm],
            "segment": of.stratum,
            "left": of.left,
            "days": of.days,
            "why": [names[number] for number in of.reason.tolist()],
            "revenue": metric(of, "revenue_per_customer", 0.6),
            "cost": cost(of.ledger) / 100.0,
            "free": of.ledger[:, Line.FORGONE] / 100.0,
        }
    ).to_parquet(file)
    text = {
        "name": asked.name,
        "question": asked.question,
        "horizon_days": 365,
        "assignment": {"method": request.param, **({"strata": list(strata)} if strata else {})},
        "arms": {arm: {} for arm in asked.arms},
        "reference": asked.reference,
        "metrics": list(METRICS),
        "contrasts": [contrast.model_dump() for contrast in asked.contrasts],
        "trial_decision": asked.trial_decision.model_dump(),
        "data": {
            "arm": "arm", "customer": "customer", "left": "left", "days": "days", "reason": "why",
            "revenue": "revenue", "cost": "cost", "redeemed": "free",
        },
    }  # fmt: skip
    (folder / "question.yaml").write_text(json.dumps(text), encoding="utf-8")
    arguments = ["analyse", str(file), "-e", str(folder / "question.yaml"), "--resamples", "0"]
    assert outcome([*arguments, "--out", str(folder / "out")]) == DONE
    return bench, read_json(folder / "out" / "summary.json")["experiments"][0]


def test_estimates_tests_and_corrections_are_those_of_the_simulated_trial(both):
    bench, analysed = both
    found = {(row["metric"], row["arm"], row["against"]): row["trial"] for row in analysed["contrasts"]}
    compared = 0
    for contrast in bench.contrasts():
        said, shown = found[contrast.metric, contrast.arm, contrast.against], contrast.trials.one()
        assert said["p_value"] == pytest.approx(shown.p_value, rel=1e-9)
        assert said["p_adjusted"] == pytest.approx(contrast.p_adjusted[0], rel=1e-9)
        assert said["method"] == shown.method
        if contrast.metric != "log_rank":
            for end in ("value", "low", "high"):
                assert said["effect"][end] == pytest.approx(getattr(shown.effect, end), rel=1e-9)
        compared += 1
    assert compared == 2 * (len(METRICS) + 2)


def test_nothing_is_wrong_with_what_the_simulator_writes_down(both):
    _, analysed = both
    assert {check["name"]: check["fired"] for check in analysed["checks"]} == {
        "sample ratio": False,
        "redemptions where given": False,
        "followed to the end": False,
    }
