"""What-if questions: grids, policies, pasts, the books by hand, and how sure the best is."""

import math

import numpy as np
import pytest

from sim.planning.whatif.answer import Answer, answer, as_good, is_named
from sim.planning.whatif.question import Question, read_question
from sim.planning.whatif.summary import summarise
from sim.scenario.load import load_experiments
from sim.scenario.problems import InputProblems
from tests.family import Family, generator, replications
from tests.worlds import MONTH, firm_question, load_company, load_quiet, load_with_desk

FREE = "policies.programme.platinum.reward.free_days"
NO_EFFECT = {"max_reduction": 0, "half_dose_days": 1, "half_life_days": 1, "lasts_days": 0, "acts_on": ["competitor"]}
GIVEN = {"none": {}, "given": {"others": {"reward": {"free_days": 10}}}}
GIFT = "policies.given.others.reward.free_days"


def ask(*vary: str, policy: str | None = None) -> Question:
    return read_question(load_company(), vary, policy)


def lived(question: Question, count: int = 3) -> Answer:
    return answer(question, [], seed=1, replications=count)


def test_the_files_point_comes_first_and_once() -> None:
    question = ask(f"{FREE}=0,15,30")
    assert [(p.values, p.in_file, p.asked) for p in question.points] == [
        ((15.0,), True, True),
        ((0.0,), False, True),
        ((30.0,), False, True),
    ]
    other = ask(f"{FREE}=0")
    assert [(p.values, p.asked) for p in other.points] == [((15.0,), False), ((0.0,), True)]


def test_several_paths_make_a_grid() -> None:
    question = ask(f"{FREE}=0,15", "policies.programme.gold.cadence=gold,platinum")
    assert len(question.points) == 4
    assert question.points[0].values == (15.0, "gold")


def test_the_policy_is_the_one_that_is_varied_or_the_baseline() -> None:
    assert ask(f"{FREE}=0").policy == "programme"
    assert ask("money.margin_share=0.5").policy == "before"
    assert ask("money.margin_share=0.5", policy="programme").policy == "programme"


def test_what_the_firm_decides_leaves_the_past_alone() -> None:
    question = ask(f"{FREE}=0,5", "reward.half_dose_days=2")
    assert question.decided == (True, False)
    point = next(p for p in question.points if p.values == (5.0, 2.0))
    past = question.world(point)
    assert past.policies["programme"]["platinum"].reward is not None
    assert past.policies["programme"]["platinum"].reward.free_days == 15
    assert past.reward is not None
    assert past.reward.half_dose_days == 2
    assert question.terms(point) == {FREE: 5.0}
    assert sorted(len(past) for past in question.pasts()) == [1, 2]


@pytest.mark.parametrize(
    ("vary", "policy", "line"),
    [
        ([f"{FREE}=0,-5"], None, f"--vary: {FREE}: got -5, must be at least 0"),
        (["segments.under_1m.share=0.5"], None, "shares that add up to"),
        ([f"{FREE}=0", f"{FREE}=5"], None, "got the path twice, must be varied once"),
        ([f"{FREE}=0"], "program", "--policy: got 'program', must be one of before, programme"),
        ([f"{FREE}=0"], "before", "got a policy that nobody lives under, must be a path of the policy that is lived"),
        ([f"{FREE}=0..9 step 1", "money.margin_share=0..1 step 0.1"], None, "got a grid of 110 points"),
        ([f"{FREE}=1..10 step 1", "money.margin_share=0.05..0.95 step 0.1"], None, "got a grid of 101 points"),
    ],
)
def test_a_question_that_cannot_be_is_a_line(vary: list[str], policy: str | None, line: str) -> None:
    with pytest.raises(InputProblems) as caught:
        read_question(load_company(), vary, policy)
    assert line in str(caught.value)


def test_free_days_cost_their_fees_and_nothing_else() -> None:
    # nobody leaves and a reward does nothing, so the books are the fee times the days, to the rounding of bookings
    world = load_quiet(reward=NO_EFFECT, policies=GIVEN, baseline_policy="none")
    found = lived(read_question(world, [f"{GIFT}=0,10,40"]))
    for number, days in enumerate((10.0, 0.0, 40.0)):
        cost = found.measures["cost_per_customer"][number]
        np.testing.assert_allclose(cost, 100.0 * days / MONTH, atol=0.02)
        assert (found.measures["churn_rate"][number] == 0).all()
    assert found.question.points[found.best].values == (0.0,)
    assert found.as_good == (found.best,)
    assert found.edges == ()  # fewer than none cannot be


def test_who_joins_counts_in_the_books_of_the_firm() -> None:
    # a commission a joiner: 5% of the base a month for a year, over the customers of day 0
    world = load_quiet(base={"joining_share_per_month": 0.05, "commission_yuan": 10}, customers=2000)
    found = lived(read_question(world, ["base.commission_yuan=10,30"]), 20)
    more = found.against_file(1, "cost_per_customer")
    expected = 20 * 0.05 * 12
    assert more.value == pytest.approx(expected, abs=4 * 20 * math.sqrt(0.6 / 2000 / 20))
    gain = found.against_file(1, "net_value_per_customer")
    assert gain.value == pytest.approx(-more.value, abs=1e-9)


def test_seats_are_measured_at_the_desk() -> None:
    found = lived(read_question(load_with_desk(), ["desk.seats=1,6"]), 4)
    waits = {p.values[0]: found.mean(n, "mean_wait_minutes").value for n, p in enumerate(found.question.points)}
    assert waits[1.0] > waits[2] > waits[6.0]
    assert found.question.decided == (True,)


def test_a_reward_that_the_file_leaves_out_is_given() -> None:
    few = load_company().with_value("customers", 200)
    found = lived(read_question(few, ["policies.programme.gold.reward.free_days=10"]), 2)
    forgone = found.against_file(1, "cost_per_customer")
    gold_fee = 2500 * 12 / 365 * 10 * 0.25  # a quarter of the customers, at about the mean fee
    assert 0.3 * gold_fee < forgone.value < 3 * gold_fee
    assert found.question.points[0].values == (None,)


def test_the_best_may_lie_beyond_what_was_asked() -> None:
    world = load_quiet(reward=NO_EFFECT, policies=GIVEN, baseline_policy="none")
    found = lived(read_question(world, [f"{GIFT}=10,8,6"]))
    assert found.edges == ((GIFT, "lower"),)
    assert summarise(found)["edges"] == [{"path": GIFT, "side": "lower"}]


def test_where_the_files_value_is_best_it_is_compared_with_the_next() -> None:
    world = load_quiet(reward=NO_EFFECT, policies=GIVEN, baseline_policy="none")
    found = lived(read_question(world, [f"{GIFT}=20,15"]))
    assert (found.best, found.question.points[found.rival].values) == (0, (15.0,))


def test_a_range_is_lived_at_both_ends_and_not_where_it_is_varied() -> None:
    ranged = {
        "mean_fee_yuan_per_month": {"central": 100, "low": 50, "high": 200, "assumed": "why"},
        "margin_share": 0.5,
    }
    world = load_quiet(reward=NO_EFFECT, policies=GIVEN, baseline_policy="none", money=ranged)
    found = lived(read_question(world, [f"{GIFT}=0"]))
    assert [(w.path, w.value) for w in found.doubt] == [
        ("money.mean_fee_yuan_per_month", 50),
        ("money.mean_fee_yuan_per_month", 200),
    ]
    low, high = (world.gain.value for world in found.doubt)
    assert high == pytest.approx(4 * low, abs=0.05)
    again = lived(read_question(world, ["money.mean_fee_yuan_per_month=100,150"]))
    assert again.doubt == ()


def test_values_that_an_experiment_gives_are_named() -> None:
    question = ask(f"{FREE}=0,10,45")
    experiments = load_experiments(load_company())
    named = {point.values[0]: is_named(question.varied, point, experiments) for point in question.points}
    assert named == {15.0: True, 0.0: True, 10.0: False, 45.0: True}


def test_what_an_arm_of_the_firm_sets_is_named() -> None:
    world = load_with_desk()
    question = read_question(world, ["desk.seats=3,4"])
    seats = firm_question(world, {"as_is": {}, "four": {"set": {"desk.seats": 4}}})
    assert [is_named(question.varied, point, [seats]) for point in question.points] == [True, False, True]


def test_equal_points_are_not_told_apart() -> None:
    values = np.array([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [0.0, -2.0, -1.0]])
    assert as_good(values, 0) == (0, 1)


def test_the_truly_best_is_among_the_as_good(family: Family) -> None:
    # six values close to each other, with luck that they share and luck of their own
    check = "what if: the truly best is among the as good"
    draw, trials = generator(check), replications(1000)
    truth = np.array([0.0, 0.1, 0.2, 0.3, 0.35, 0.4])
    shared = draw.normal(0, 5, (trials, 1, 20))
    values = truth[:, None] + shared + draw.normal(0, 0.5, (trials, 6, 20))
    kept = [5 in as_good(one, int(one.mean(axis=1).argmax())) for one in values]
    family.rate(check, kept, "at least", 0.95)
