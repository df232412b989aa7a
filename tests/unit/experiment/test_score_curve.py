"""The score's quality: as stated in worlds that are lived anew, and refused beyond what true risk reaches."""

import math
import pickle
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.evidence.ranking import concordance
from sim.experiment import score_curve
from sim.experiment.score_curve import NobodyLeaves, ScoreCurve, TooSharp, curve_of, live_curve
from sim.experiment.start import draw_start
from sim.planning.validate import live_validation
from sim.scenario.problems import InputProblems
from sim.scenario.schema import Scenario
from sim.world.warning_list import read_scores
from tests import family as rates
from tests.family import Family
from tests.worlds import day_zero, early_warning, leaving, load_quiet, quiet, tenure

RISKS: dict[str, Any] = {
    "customers": 1_000,
    "leaving": {"competitor": {"per_month": {"growth": 0.03, "stable": 0.01, "warning": 0.3}, "frail": True}},
    "warning": {"enter_per_month": 0.05, "recover_per_month": 0.4},
    "base": {**tenure(3, 24), "frailty_variance": 0.5},
    "promotions": {"sale": {"strength": 1.0, "random": {"per_year": 4, "lasts_days": 20}}},
    "segments": {"all": {"share": 1.0, "price_sensitivity": {"mean": 1.0, "sd": 0.5}}},
}


@cache
def world(auc: float = 0.7) -> Scenario:
    return quiet(**RISKS | {"early_warning": early_warning(auc=auc)})


def ranked(scenario: Scenario, name: str, replications: int) -> tuple[np.ndarray, np.ndarray]:
    """Right pairs and pairs of day 0 by replication, lived without calls."""
    start = draw_start(scenario, rates.seed(name), np.arange(replications))
    lived = start.world("before")
    lived.begin()
    law = scenario.early_warning
    assert law is not None
    scores = read_scores(lived.customers, start.laws, law, 0.0, start.score_weight())
    lived.live(float(law.within_days))
    left = lived.customers["lost_at"][scores.who] < law.within_days
    return concordance(scores.score, left, group=scores.row, groups=replications)


@pytest.mark.parametrize(
    ("name", "auc"), [("early warning: quality as stated", 0.7), ("early warning: quality without weight", 0.5)]
)
def test_the_score_is_as_good_as_stated(name: str, auc: float, family: Family):
    """Fresh replications, a seed of their own: right pairs less the stated share of all pairs are 0 on average.

    The curve has an error of its own, less than half of the one here, which the check's bound does not hold.
    """
    right, pairs = ranked(world(auc), name, 30)
    family.mean(name, (right - auc * pairs) / pairs.mean(), 0.0)
    curve = curve_of(world(auc))
    assert curve is not None
    assert curve.standard_error is not None
    assert curve.standard_error < 0.5 * (right / pairs).std() / math.sqrt(len(pairs))


def test_two_risks_have_a_curve_in_closed_form():
    """Constant rates of two segments: risk has two values, of which the area is (sensitivity + specificity) / 2."""
    rate, days = (0.02, 0.1), 90
    segments = {"low": {"share": 0.5}, "high": {"share": 0.5, "risk_factor": 5.0}}
    curve = live_curve(
        quiet(segments=segments, leaving=leaving(competitor=rate[0]), early_warning=early_warning(within_days=days))
    )
    low, high = (1 - math.exp(-r * 12 / 365 * days) for r in rate)
    most = (high / (low + high) + (1 - low) / (2 - low - high)) / 2
    assert curve.standard_error is not None
    assert curve.most == pytest.approx(most, abs=4 * curve.standard_error)
    assert 4 * curve.standard_error < 0.02


def test_a_weight_is_found_for_every_quality_below_the_most():
    """Catches a curve that falls, or a weight that is not what reaches the quality."""
    curve = curve_of(world())
    assert curve is not None
    aucs = np.linspace(0.5, curve.most, 20)
    weights = [curve.weight(auc) for auc in aucs]
    assert weights[0] == 0.0
    assert weights[-1] == 1.0
    assert (np.diff(weights) > 0).all()
    assert 0.7 < curve.most < 0.95


def test_a_score_better_than_true_risk_is_refused_with_the_most():
    """Catches a score that would have to know the future; the line names the place."""
    curve = curve_of(world())
    assert curve is not None
    with pytest.raises(TooSharp, match=r"early_warning\.auc: got 0\.99, must be at most 0\."):
        curve.weight(0.99)
    error = pickle.loads(pickle.dumps(TooSharp(0.99, 0.75)))
    assert str(error) == str(TooSharp(0.99, 0.75))
    check = {"fact": "H-15.annual_churn_after", "name": "churn", "quantity": "first.annual_churn", "kind": "predicted"}
    loaded = load_quiet(**RISKS | {"early_warning": early_warning(auc=0.99), "validation": [check]})
    with pytest.raises(InputProblems) as refused:
        live_validation(loaded, seed=1, replications=2)
    (problem,) = refused.value.problems
    assert (problem.key, problem.got, problem.line) == ("early_warning.auc", "0.99", 1)
    assert problem.rule.startswith("at most 0.")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves of few customers, which are not kept."""
    monkeypatch.setattr(score_curve, "CUSTOMERS", 2_000)
    monkeypatch.setattr(score_curve, "FUTURES", 2)


@pytest.mark.usefixtures("few")
def test_where_nobody_leaves_there_is_nothing_to_warn_of():
    """Catches a quality of 0 divided by 0."""
    with pytest.raises(NobodyLeaves, match="nobody leaves"):
        live_curve(quiet(early_warning=early_warning()))


def test_the_curve_hangs_on_the_world_and_not_on_what_is_done_with_the_list(monkeypatch: pytest.MonkeyPatch):
    """Catches a curve that is lived again for each length or call, or that is not for another world."""
    lived: list[Scenario] = []

    def counted(scenario: Scenario) -> ScoreCurve:
        lived.append(scenario)
        return ScoreCurve((0.0, math.pi / 2), (0.5, 0.8), None)

    monkeypatch.setattr(score_curve, "live_curve", counted)
    monkeypatch.setattr(score_curve, "_read", lambda file: None)
    monkeypatch.setattr(score_curve, "_write", lambda file, curve: curve)
    monkeypatch.setattr(score_curve, "_KNOWN", {})
    for law in (early_warning(), early_warning(list_length=5, rests_months=2), early_warning({"max_reduction": 0.9})):
        curve_of(quiet(**RISKS | {"early_warning": law}))
    curve_of(quiet(**RISKS | {"early_warning": early_warning(), "customers": 50}))
    assert len(lived) == 1
    curve_of(quiet(**RISKS | {"early_warning": early_warning(within_days=30)}))
    curve_of(quiet(**RISKS | {"early_warning": early_warning(), "leaving": leaving(competitor=0.1)}))
    assert len(lived) == 3
    assert curve_of(quiet(**RISKS)) is None


def test_concordance_against_all_pairs():
    """Second computation: every pair of a group looked at, ties half."""
    generator = rates.generator("concordance against all pairs")
    score, happened = generator.integers(0, 6, 60).astype(float), generator.random(60) < 0.4
    group = np.repeat([0, 1, 2], 20)
    happened[group == 2] = False
    right, pairs = concordance(score, happened, group=group, groups=3)
    for number in range(3):
        yes, no = (score[(group == number) & (happened == it)] for it in (True, False))
        expected = sum((y > n) + 0.5 * (y == n) for y in yes for n in no)
        assert right[number] == expected
        assert pairs[number] == len(yes) * len(no)


@pytest.mark.usefixtures("few")
def test_the_untreated_world_has_no_calls():
    """Catches a curve of a world whose baseline policy calls: then the policy without calls is what counts."""
    calls = {"policies": {"before": {"others": {"warning_call": True}}}}
    law = early_warning({"max_reduction": 1.0}, {"delay_days": 1})
    plain, calling = (quiet(**RISKS | {"early_warning": law} | more) for more in ({}, calls))
    assert day_zero(calling).firm["warning_call"].any()
    assert live_curve(plain).aucs == live_curve(calling).aucs
