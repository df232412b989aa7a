"""What `--vary` may say: paths, lists, steps, units; and the line for what it may not."""

import pytest

from sim.scenario.problems import InputProblems
from sim.scenario.varied import Varied, read_varied, settings
from tests.worlds import load_company

FREE = "policies.programme.platinum.reward.free_days"


def read(text: str) -> Varied:
    return read_varied(load_company(), text)


@pytest.mark.parametrize(
    ("text", "values", "in_file"),
    [
        (f"{FREE}=0,5,10", (0.0, 5.0, 10.0), 15.0),
        (f"{FREE} = 0, 5 days ,0", (0.0, 5.0), 15.0),
        (f"{FREE}=0..45 step 15", (0.0, 15.0, 30.0, 45.0), 15.0),
        ("reward.max_reduction=0..0.3 step 0.1", (0.0, 0.1, 0.2, 0.3), 0.25),
        ("money.margin_share=55%,0.65", (0.55, 0.65), 0.6),
        ("reward.lock_in=true,false", (True, False), False),
        ("warning.tenure_shape=peaks,null", ("peaks", None), "peaks"),
        ("policies.programme.gold.cadence=platinum", ("platinum",), "gold"),
        ("customers=900", (900.0,), 1100),
        ("base.tenure_mix.bands.0.share=0.2", (0.2,), 0.13),
    ],
)
def test_values_are_read_as_a_file_would(text: str, values: tuple[object, ...], in_file: object) -> None:
    found = read(text)
    assert (found.values, found.in_file, found.block) == (values, in_file, "")
    assert settings([found], [values[0]]) == {found.path: values[0]}


def test_a_block_that_the_file_leaves_out_comes_in_with_its_value() -> None:
    days, yuan = "policies.programme.gold.reward.free_days", "policies.programme.gold.reactivation.credit_yuan"
    found = read(f"{days}=5,10")
    assert (found.in_file, found.block) == (None, "policies.programme.gold.reward")
    assert settings([found], [5.0]) == {"policies.programme.gold.reward": {"free_days": 5.0}}
    assert settings([found], [None]) == {}
    both = settings([found, read(f"{yuan}=3")], [5.0, 3.0])
    assert both["policies.programme.gold.reactivation"] == {"credit_yuan": 3.0}
    world = load_company().with_values(settings([found], [5.0])).value
    assert world.policies["programme"]["gold"].reward is not None


def test_two_numbers_of_a_block_that_is_left_out_are_set_together() -> None:
    pair = [read("desk.seats=2"), read("desk.hours.opens_hour=9")]
    assert settings(pair, [2.0, 9.0]) == {"desk": {"seats": 2.0, "hours": {"opens_hour": 9.0}}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("reward.half_doze_days=3", "--vary: reward.half_doze_days: got an unknown path, must be the path of a value"),
        ("reward.half_doze_days=3", "(did you mean 'reward.half_dose_days'?)"),
        ("reward=3", "such as reward.max_reduction, reward.half_dose_days"),
        ("desk.sets=3", "got an unknown path"),
        ("name=x", "--vary: name: got 'h_broadband', must be the path of a number, a switch (true, false) or a choice"),
        ("start=2011-01-01", "start: got '2010-01-01', must be the path of a number"),
        ("leaving.competitor.destination=x", "must be the path of a number"),
        ("targets.0.reported=0.2", "that is lived"),
        ("reward.half_dose_days", "got 'reward.half_dose_days', must be PATH=VALUES"),
        ("reward.half_dose_days=", "must be PATH=VALUES"),
        ("=3", "must be PATH=VALUES"),
        ("reward.half_dose_days=1,,2", "got '1,,2', must be values with a comma between each two"),
        ("reward.half_dose_days=5 yuan", "got '5 yuan', must be a number of days, such as '7 days'"),
        ("reward.half_dose_days=5..1 step 1", "got '5..1 step 1', must be FIRST..LAST step STEP"),
        ("reward.half_dose_days=1..5 step 0", "must be FIRST..LAST step STEP"),
        ("reward.half_dose_days=1..x step 1", "must be FIRST..LAST step STEP"),
        (
            "reward.half_dose_days=1..1000 step 1",
            "got 1000 values of reward.half_dose_days, must be at most 100 points",
        ),
    ],
)
def test_what_cannot_be_varied_is_a_line(text: str, line: str) -> None:
    with pytest.raises(InputProblems) as caught:
        read(text)
    assert line in str(caught.value)
    assert len(caught.value.problems) == 1
