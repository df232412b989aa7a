"""Parts of a sensitivity question: ranges, the margin of a decision, switch points of margins made by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.decide import decide
from sim.planning.sensitivity.answer import plan_of
from sim.planning.sensitivity.factors import Factor, factors_of
from sim.planning.sensitivity.margin import gain, luck_of_few, margin, without_luck
from sim.planning.sensitivity.sobol import base_points
from sim.planning.sensitivity.switch import Line, Switch, find_switches, limits
from sim.scenario.distributions import Distribution
from sim.scenario.load import load_experiment
from sim.scenario.problems import InputProblems
from sim.scenario.provenance import Provenance
from tests.family import Family, generator, replications
from tests.worlds import ROOT, load_company

REWARD = load_experiment(ROOT / "experiments" / "reward_days.yaml", load_company()).value
CADENCE = load_experiment(ROOT / "experiments" / "contact_cadence.yaml", load_company()).value
ARMS = tuple(REWARD.arms)


def factor(low: float, high: float, *, whole: bool = False) -> Factor:
    central = (low + high) / 2
    law = Distribution("triangular", (("low", low), ("mode", central), ("high", high)))
    return Factor("x", low, central, high, law, whole, Provenance(None, "why", low, central, high, None, 1))


# --- which numbers ---------------------------------------------------------------------------------


def test_the_questions_doubts_are_asked_about_but_not_what_cannot_matter() -> None:
    found, left = factors_of(load_company(), CADENCE, every=False)
    assert [one.path for one in found] == [
        "money.mean_fee_yuan_per_month",
        "contacts.effect.max_reduction",
        "team.solves_share",
        "residual.months",
    ]
    assert [(one.path, one.reason) for one in left] == [
        ("reward.max_reduction", "it cannot matter here: nobody gets a reward"),
        ("reward.half_dose_days", "it cannot matter here: nobody gets a reward"),
    ]


def test_all_is_every_number_with_a_range() -> None:
    few = REWARD.model_copy(update={"doubt": ()})
    assert factors_of(load_company(), few, every=False) == ([], [])
    company = load_company()
    found, _ = factors_of(company, few, every=True)
    assert {one.path for one in found} == {path for path, origin in company.provenance.items() if origin.ranged}
    assert {one.path for one in found} > set(REWARD.doubt)


def test_nothing_to_doubt_is_a_line() -> None:
    few = REWARD.model_copy(update={"doubt": ()})
    with pytest.raises(InputProblems, match="got no number with a range that can matter to reward_days, must be at"):
        plan_of(load_company(), few, every=False, worlds=64, replications=8)


def test_the_budget_is_kept() -> None:
    plan = plan_of(load_company(), REWARD, every=False, worlds=512, replications=40)
    assert (plan.points, plan.joint_worlds, plan.grid_worlds, plan.joint_replications) == (64, 448, 21, 8)
    lives = (21 * 40 + 448 * 8) * 3
    assert plan.customer_years == pytest.approx(lives * 1100 * 3)
    assert [base_points(5, worlds) for worlds in (0, 13, 14, 27, 28)] == [0, 0, 2, 2, 4]


def test_draws_follow_their_law_and_whole_numbers_are_whole() -> None:
    one = factor(1, 9)
    assert one.draw(0.5) == pytest.approx(5)
    assert 1 < one.draw(0.0) < one.draw(1.0) < 9
    assert {factor(1, 4, whole=True).draw(u) for u in np.linspace(0, 1, 99)} == {1.0, 2.0, 3.0, 4.0}
    assert factor(1, 4, whole=True).grid() == [1, 2, 3, 4]


# --- margin ----------------------------------------------------------------------------------------

Row = st.lists(st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3)), min_size=3, max_size=3)


@settings(max_examples=300, deadline=None)
@given(Row, Row, st.sampled_from((0.0, 0.01, 0.3)), st.sampled_from(("highest", "lowest")))
def test_the_margin_is_above_zero_where_the_rule_takes_the_arm(
    values: list[float], costs: list[float], within: float, choose: str
) -> None:
    rule = REWARD.decision.model_copy(update={"indifferent_within": within, "choose": choose})
    question = REWARD.model_copy(update={"decision": rule})
    means: Any = {arm: (np.full(2, v), np.full(2, c)) for arm, v, c in zip(ARMS, values, costs, strict=True)}
    taken = decide(question, dict(zip(ARMS, values, strict=True)), dict(zip(ARMS, costs, strict=True))).arm
    margins = {arm: float(margin(question, means, arm).mean()) for arm in ARMS}
    if len(set(costs)) == 3 and min(map(abs, margins.values())) > 1e-9:
        assert [arm for arm in ARMS if margins[arm] > 0] == [taken]


def test_gain_and_margin_leave_out_replications_that_cannot_be_counted() -> None:
    means: Any = {arm: (np.array([1.0 + n, np.nan, 3.0 + n]), np.zeros(3)) for n, arm in enumerate(ARMS)}
    np.testing.assert_array_equal(gain(means, ARMS[1], ARMS[0]), [1.0, 1.0])
    assert margin(REWARD, means, ARMS[2]).shape == (2,)


def test_the_luck_of_few_replications_is_taken_off() -> None:
    luck = np.array([3.0, 5.0, -4.0, -4.0])
    centre: Any = {arm: (100.0 * n + luck, 10.0 - luck) for n, arm in enumerate(ARMS)}
    few: Any = {arm: (value[:2] + 7.0, cost[:2]) for arm, (value, cost) in centre.items()}
    found = without_luck(few, luck_of_few(centre, 2))
    for n, arm in enumerate(ARMS):
        assert found[arm][0].mean() == pytest.approx(100.0 * n + 7.0)
        assert found[arm][1].mean() == pytest.approx(10.0)


# --- switch points ---------------------------------------------------------------------------------


def search(one: Factor, margins: Any) -> list[Switch]:
    """Find the switches of a margin that is a function of the value: float -> array of replications."""
    line = Line(one)

    def look(wanted: list[tuple[Line, float]]) -> None:
        for at, value in wanted:
            at.known[value] = limits(margins(value))

    look([(line, value) for value in one.grid()])
    (found,) = find_switches([line], look)
    return found


NOISE = np.array([-1.0, 1.0, -1.0, 1.0])


def test_a_switch_is_found_with_its_side_and_its_run_doubt() -> None:
    # t(3) at 97.5% is 3.1824, the error of NOISE's mean 1/sqrt(3): margins reach 1.8374 around x - 7
    (found,) = search(factor(0, 20), lambda x: x - 7.0 + NOISE)
    assert found.stands_above
    assert found.at == pytest.approx(7.0, abs=0.02)
    assert found.low == pytest.approx(7.0 - 1.8374, abs=0.21)
    assert found.high == pytest.approx(7.0 + 1.8374, abs=0.21)
    assert not found.open_low
    assert not found.open_high


def test_a_switch_that_run_doubt_carries_out_of_the_range_is_open() -> None:
    (found,) = search(factor(0, 20), lambda x: 1.0 - x + NOISE)
    assert (found.low, found.open_low, found.open_high, found.stands_above) == (0, True, False, False)


def test_no_switch_and_two_switches() -> None:
    assert search(factor(0, 20), lambda x: x + 5.0 + NOISE) == []
    found = search(factor(0, 20), lambda x: 9.0 - abs(x - 10.0) + NOISE / 100)
    assert [round(one.at, 1) for one in found] == [1.0, 19.0]
    assert [one.stands_above for one in found] == [True, False]


def test_between_whole_numbers_the_switch_is_halfway() -> None:
    (found,) = search(factor(1, 101, whole=True), lambda x: x - 37.2 + NOISE / 100)
    assert (found.at, found.low, found.high) == (37.5, 37, 38)


def test_the_interval_of_a_switch_covers_it(family: Family) -> None:
    # luck that all values share, as keyed draws make it, and slopes that differ from replication to replication
    check = "switch point: coverage"
    draw, trials = generator(check), replications(1500)
    covered = []
    for _ in range(trials):
        shift, slope = draw.normal(0, 2, 20), draw.normal(1, 0.3, 20)
        found = search(factor(0, 20), lambda x, shift=shift, slope=slope: slope * (x - 8.0) + shift)
        covered.append(len(found) == 1 and found[0].low <= 8.0 <= found[0].high)
    family.rate(check, covered, "at least", 0.95)
