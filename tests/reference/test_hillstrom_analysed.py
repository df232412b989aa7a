"""`sim analyse` on Hillstrom's e-mail test: the figures published with the data, to all printed digits."""

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import DONE, outcome
from sim.report.json_text import read_json

pytestmark = pytest.mark.external
EXPERIMENT = Path(__file__).with_name("hillstrom.yaml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = os.environ.get("CAMPAIGN_DATA")
    if not data:
        pytest.skip("CAMPAIGN_DATA names no folder with the Hillstrom data")
    out = tmp_path_factory.mktemp("hillstrom") / "out"
    file = Path(data) / "hillstrom" / "hillstrom.csv"
    assert outcome(["analyse", str(file), "-e", str(EXPERIMENT), "--resamples", "0", "--out", str(out)]) == DONE
    return out


@pytest.fixture(scope="module")
def experiment(folder):
    (found,) = read_json(folder / "summary.json")["experiments"]
    return found


def contrast(experiment: Any, metric: str, arm: str, against: str = "none") -> Any:
    (row,) = [r for r in experiment["contrasts"] if (r["metric"], r["arm"], r["against"]) == (metric, arm, against)]
    return row


def printed(value: float, digits: str) -> bool:
    """Whether a number prints as published: rounded to as many digits."""
    return f"{value:.{len(digits.partition('.')[2])}f}" == digits


def test_sizes_and_visits(experiment):
    assert experiment["trial_sizes"] == {"none": 21306, "mens": 21307, "womens": 21387}
    shares = {arm["name"]: arm["metrics"]["visit"] for arm in experiment["arms"]}
    assert [round(side["value"] * side["n"]) for side in shares.values()] == [2262, 3894, 3238]


def test_sample_ratio(experiment):
    assert printed(experiment["sample_ratio"]["chi_square"], "0.20253")
    assert printed(experiment["sample_ratio"]["p_value"], "0.90369")
    assert not any(check["fired"] for check in experiment["checks"])


@pytest.mark.parametrize(
    ("arm", "difference", "t", "p_value"),
    [("mens", "0.769827", "5.30014", "1.1638e-07"), ("womens", "0.424412", "3.25637", "1.1294e-03")],
)
def test_spend_by_welch(experiment, arm, difference, t, p_value):
    trial = contrast(experiment, "spend", arm)["trial"]
    assert printed(trial["effect"]["value"], difference)
    assert printed(trial["effect"]["value"] / trial["effect"]["standard_error"], t)
    assert f"{trial['p_value']:.4e}" == p_value


def test_holm_over_the_three_spend_contrasts(experiment):
    pairs = [("mens", "none"), ("womens", "none"), ("mens", "womens")]
    adjusted = [contrast(experiment, "spend", *pair)["trial"]["p_adjusted"] for pair in pairs]
    assert f"{adjusted[0]:.3e}" == "3.491e-07"
    assert printed(adjusted[1], "0.0022588")
    assert printed(adjusted[2], "0.0304687")


def test_cuped_on_history(experiment):
    (cuped,) = [row for row in contrast(experiment, "spend", "mens")["beside"] if row["name"] == "CUPED"]
    assert printed(cuped["effect"]["value"], "0.767336")
    assert printed(cuped["effect"]["standard_error"], "0.145215")


def test_of_two_better_arms_that_cost_alike_the_better_one_follows(experiment):
    assert experiment["trial_decision"]["arm"] == "mens"
    assert not experiment["trial_decision"]["inconclusive"]


def test_the_table_holds_every_estimate(folder, experiment):
    with (folder / "contrasts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lead = [row for row in rows if row["role"] == "lead"]
    assert len(lead) == len(experiment["contrasts"]) == 6
    assert {row["subgroup"] for row in rows if row["role"] == "subgroup"} == {"newbie=0", "newbie=1"}
