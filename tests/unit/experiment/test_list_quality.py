"""The list of day 0: precision and recall by hand, and uplift that adds up."""

from typing import Any

import numpy as np
import pytest

from sim.customer.life import LOST
from sim.experiment import score_curve
from sim.experiment.list_quality import DECILES, ListQuality, deciles, join_qualities, live_list_quality
from sim.experiment.rollout import live_firm
from sim.experiment.start import Start, draw_start
from sim.planning.warning_summary import warning_part
from sim.scenario.experiment_schema import FirmQuestion
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from sim.scenario.terms import under_terms
from sim.world.warning_list import Scores, read_scores
from tests.worlds import early_warning, firm_question, leaving, load_quiet, quiet, tenure

RISKS: dict[str, Any] = {
    "customers": 500,
    "leaving": {"competitor": {"per_month": {"growth": 0.03, "stable": 0.01, "warning": 0.4}, "frail": True}},
    "warning": {"enter_per_month": 0.1, "recover_per_month": 0.4},
    "base": {**tenure(3, 24), "frailty_variance": 0.5},
    "policies": {"before": {"others": {"warning_call": True}}},
}
ROWS = 8


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Curves of few customers, kept nowhere else."""
    monkeypatch.setattr(score_curve, "CUSTOMERS", 4_000)
    monkeypatch.setattr(score_curve, "FUTURES", 2)
    monkeypatch.setattr(score_curve, "kernel_folder", lambda: tmp_path)
    monkeypatch.setattr(score_curve, "_KNOWN", {})


def world(effect: Any, **keys: Any) -> Scenario:
    blocks = {key: keys.pop(key) for key in list(keys) if key in RISKS}
    return quiet(**RISKS | {"early_warning": early_warning(effect, **{"auc": 0.6, "list_share": 0.1} | keys)} | blocks)


def lived(start: Start) -> ListQuality:
    found = live_list_quality(start)
    assert found is not None
    return found


def test_precision_and_recall_by_hand():
    """Second computation: each replication's scores sorted, and who of the first tenth was lost after 90 days."""
    start = draw_start(world({"max_reduction": 0.5}), 3, np.arange(ROWS))
    found = lived(start)
    other = start.world("before", {"warning_call"})
    other.begin()
    law = start.scenario.early_warning
    assert law is not None
    scores = read_scores(other.customers, start.laws, law, 0.0, start.score_weight())
    other.live(90.0)
    gone = other.customers["state"][scores.who] == LOST
    for row in range(ROWS):
        of_row = [(-s, i) for i, (s, r) in enumerate(zip(scores.score, scores.row, strict=True)) if r == row]
        first = [i for _, i in sorted(of_row)[:50]]
        assert found.listed[row] == 50
        assert found.listed_left[row] == gone[first].sum()
        assert found.left[row].sum() == gone[scores.row == row].sum()
        assert found.left[row, 0] == gone[first].sum()  # a list of a tenth is the first decile
    assert (found.customers == 50).all()


def test_the_deciles_of_uplift_are_the_whole_effect():
    """Everybody called against nobody: what deciles save adds up to who is kept, less who is driven off."""
    start = draw_start(world({"max_reduction": 0.9, "asleep": -0.5}), 3, np.arange(ROWS))
    found = lived(start)
    worlds = []
    for policy, without in (("before", {"warning_call"}), ("before", set())):
        terms = start.scenario.model_copy(update={"early_warning": start.scenario.early_warning})
        assert terms.early_warning is not None
        everybody = terms.early_warning.model_copy(update={"list_share": 1.0, "rests_months": 12})
        twin = start.under(terms.model_copy(update={"early_warning": everybody})).world(policy, without)
        twin.begin()
        twin.live(90.0)
        worlds.append(twin.customers["lost_at"] < 90.0)
    whole = np.bincount(start.customers["row"], weights=worlds[0].astype(float) - worlds[1], minlength=ROWS)
    assert np.array_equal(found.saved.sum(axis=1), whole)
    assert found.saved.sum() > 0
    assert (found.listed_saved == found.saved[:, 0]).all()


def test_a_call_without_effect_saves_nobody():
    """Catches other luck in the world of calls."""
    assert not lived(draw_start(world({}), 3, np.arange(ROWS))).saved.any()


def test_aiming_by_risk_and_by_lift_part_ways_where_calls_wake_and_keep_the_calm():
    """P-04 made on purpose: a call drives off those in warning and keeps all others."""
    effect = {"max_reduction": -1.0, "asleep": 0.9}
    blocks = {"leaving": leaving(competitor=0.1) | {"need_gone": {"per_month": {"warning": 0.6}, "frail": True}}}
    start = draw_start(world(effect, auc=0.58, **blocks), 3, np.arange(40))
    part = warning_part(start.scenario, lived(start))
    first, best = part["deciles"][0], part["deciles"][part["most_saved"]["decile"] - 1]
    assert first["lift"]["value"] > 1.2
    assert best["decile"] > 1
    assert part["most_saved"]["more_than_first"]["low"] > 0
    assert first["saved"]["value"] < best["saved"]["value"]


def test_blocks_change_nothing():
    """Catches a count that hangs on who else is in the block."""
    law = world({"max_reduction": 0.5})
    whole = lived(draw_start(law, 3, np.arange(4)))
    parts = join_qualities([lived(draw_start(law, 3, np.array(part))) for part in ([0], [1, 2, 3])])
    for name in vars(whole):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))


def test_deciles_of_few_and_of_equal_scores():
    """Hand-made: ties by id, and tenths of 5 customers are every second one."""
    row = np.array([0] * 5 + [1] * 20)
    score = np.append([1.0, 3.0, 2.0, 5.0, 4.0], np.zeros(20))
    scores = Scores(np.arange(25), row, np.zeros(25), score, np.full(25, -np.inf), np.zeros(25, dtype=bool))
    assert deciles(scores)[:5].tolist() == [8, 4, 6, 0, 2]
    assert deciles(scores)[5:].tolist() == np.repeat(np.arange(DECILES), 2).tolist()


def test_where_there_is_no_score_there_is_no_quality():
    """Catches a list of a world without the block."""
    assert live_list_quality(draw_start(quiet(), 1, np.arange(1))) is None


RESIDUAL = {"months": 6, "discount_per_year": 0.1}
TERMS = {
    "none": {},
    "longer": {"set": {"early_warning.list_length": 400}},
    "better": {"set": {"early_warning.auc": 0.65}},
}


def test_a_firm_sets_the_length_of_its_list_and_buys_a_better_score():
    """Roll-outs: a longer list keeps more and costs more; a better score has another weight of the same curve."""
    law = early_warning({"max_reduction": 0.9}, auc=0.55, list_length=20)
    loaded = load_quiet(**RISKS | {"early_warning": law, "residual": RESIDUAL})
    question = firm_question(loaded, TERMS).value
    assert isinstance(question, FirmQuestion)
    start = draw_start(loaded.value, 1, np.arange(ROWS))
    measures = live_firm(start, question).measures
    churn, cost = ({arm: measures[arm][name].mean() for arm in TERMS} for name in ("churn_rate", "cost_per_customer"))
    assert churn["longer"] < churn["none"]
    assert cost["longer"] > 5 * cost["none"]
    weights = [start.under(under_terms(loaded.value, arm.set)).score_weight() for arm in question.arms.values()]
    assert weights[0] == weights[1] == start.score_weight()
    assert weights[2] > weights[0] > 0


def test_what_quality_is_measured_by_is_no_decision():
    """Catches an arm that would make a score better by measuring it otherwise."""
    loaded = load_quiet(**RISKS | {"early_warning": early_warning(), "residual": RESIDUAL})
    with pytest.raises(InputProblems, match=r"within_days: got a value that the firm does not decide on"):
        firm_question(loaded, {"one": {}, "other": {"set": {"early_warning.within_days": 30}}})


def test_a_list_that_an_arm_makes_longer_than_the_base_is_refused_with_both_places():
    """Catches a rule that is checked for the file alone."""
    loaded = load_quiet(**RISKS | {"early_warning": early_warning(list_length=5), "residual": RESIDUAL})
    with pytest.raises(InputProblems, match=r"list_length: got 501, must be at most the base, 500 customers"):
        firm_question(loaded, {"one": {}, "other": {"set": {"early_warning.list_length": 501}}})
