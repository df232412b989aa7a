"""What a trial reports, by arm and segment: the numbers of its outcomes, and nothing else."""

import numpy as np

from sim.experiment.outcomes import mean_by
from sim.experiment.published import published
from sim.experiment.start import draw_start
from sim.experiment.trial import live_trial
from tests.worlds import ROOT, experiment, load_company

ROWS = np.arange(3)


def test_arms_and_their_differences_are_those_of_the_trial() -> None:
    """Catches an arm or a segment under another's name, and a difference turned round."""
    plan = experiment("reward_days")
    start = draw_start(load_company().with_value("customers", 400).value, 1, ROWS)
    of = published(start, plan, 1)
    outcomes, _ = live_trial(start, plan, 1)
    arms = list(plan.arms)
    for number, segment in enumerate(start.scenario.segments):
        inside = outcomes.before["segment"] == number
        for arm in arms:
            mine = inside & (outcomes.arm == arms.index(arm))
            churn = mean_by(outcomes.replication[mine], outcomes.left[mine].astype(float), 3)
            np.testing.assert_array_equal(of[f"trial.reward_days.{arm}.churn_rate.{segment}"], churn)
    begin = "trial.reward_days.days_45"
    other = of["trial.reward_days.none.churn_rate"]
    difference = of[f"{begin}.churn_rate"] - other
    np.testing.assert_array_equal(of[f"{begin}.against.none.churn_rate"], difference)
    np.testing.assert_allclose(of[f"{begin}.against.none.churn_rate.relative"], difference / other)
    assert not any("residual" in name for name in of)  # nothing is lived on after a trial


def test_only_the_trials_that_a_scenario_names_are_lived() -> None:
    """Catches a scenario without such names that pays for its experiments' trials, and one whose names find nothing."""
    from sim.planning.quantities import known_quantities, named_trials
    from sim.scenario.load import load_scenario

    assert named_trials(load_company()) == []
    loaded = load_scenario(ROOT / "scenarios" / "published_recommendation.yaml")
    trials = named_trials(loaded)
    assert [trial.name for trial in trials] == ["recommended_plan"]
    known = known_quantities(loaded.value, trials=trials)
    named = [check.quantity for check in loaded.value.validation if check.quantity is not None]
    assert named
    assert set(named) <= set(known)
