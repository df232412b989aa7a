"""What a scenario may leave out, and what is then the case."""

from pathlib import Path

import pytest

from sim.scenario.load import load_scenario
from sim.scenario.problems import InputProblems
from sim.scenario.schema import memory_needed

LEAST = """\
name: least
start: 2010-01-01
horizon_days: 30
customers: 10
money: {mean_fee_yuan_per_month: 100, margin_share: 1}
segments: {all: {share: 1}}
base: {}
leaving: {}
"""

DESK = """\
desk:
  {seats: 2, service_minutes: 5, patience_minutes: null, success_share: 40%, reasons: [competitor]}
tiers:
  rule: threshold
  platinum: {value_yuan_per_year: 9000}
  gold: {value_yuan_per_year: 5000 yuan/year}
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    return file


def test_every_mechanism_may_be_left_out(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, LEAST)).value
    mechanisms = "stages satisfaction warning problem ngtp tiers contacts survey team cross_sell reward desk residual"
    assert [getattr(scenario, name) for name in mechanisms.split()] == [None] * 13
    assert scenario.promotions == scenario.cadences == scenario.gifts == scenario.tenure_shapes == {}
    assert scenario.policies == {"before": {}}
    assert scenario.baseline_policy == "before"
    assert scenario.base.tenure_mix is None
    assert scenario.base.joining_share_per_month == 0
    assert scenario.segments["all"].price_sensitivity.mean == 0


@pytest.mark.parametrize("key", ["name", "start", "customers", "money", "segments", "base", "leaving"])
def test_the_rest_may_not(tmp_path: Path, key: str) -> None:
    lines = [line for line in LEAST.splitlines() if not line.startswith(key + ":")]
    with pytest.raises(InputProblems, match=f"yaml:1: {key}: got nothing, must be given"):
        load_scenario(written(tmp_path, "\n".join(lines)))


def test_a_desk_and_thresholds(tmp_path: Path) -> None:
    text = LEAST.replace("leaving: {}", "leaving: {competitor: {per_month: {stable: 0.1}}}") + DESK
    scenario = load_scenario(written(tmp_path, text)).value
    assert scenario.desk is not None
    assert (scenario.desk.seats, scenario.desk.patience_minutes, scenario.desk.success_share) == (
        2,
        None,
        0.4,
    )
    assert scenario.tiers is not None
    assert scenario.tiers.gold is not None
    assert scenario.tiers.gold.value_yuan_per_year == 5000
    with pytest.raises(InputProblems, match=r"desk.reasons.0: got 'variety', must be competitor"):
        load_scenario(written(tmp_path, text.replace("[competitor]", "[variety]")))


def test_all_may_join_on_day_0(tmp_path: Path) -> None:
    bands = "base: {tenure_mix: {bands: [{from_month: 0, to_month: 0, share: 1}]}}"
    scenario = load_scenario(written(tmp_path, LEAST.replace("base: {}", bands))).value
    assert scenario.base.tenure_mix is not None
    assert scenario.base.tenure_mix.bands[0].to_month == 0


def test_a_scenario_is_frozen(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, LEAST)).value
    with pytest.raises(ValueError, match="frozen"):
        scenario.customers = 11  # type: ignore[misc]


def test_memory_grows_with_customers() -> None:
    assert memory_needed(2000) == 2 * memory_needed(1000) > 100_000
