"""Lives against closed forms: constant hazards, what changes a hazard, and a chain of states.

Customers of these worlds share nothing, so a share over customers is binomial.
"""

import numpy as np
import pytest
from scipy.linalg import expm

from sim.customer.life import LOST, WARNING
from sim.customer.record import DISSATISFIED, MOMENTS, SATISFIED, VERY
from sim.customer.states import CORE_CLOCKS, Clock, State
from sim.world.world import World
from tests.family import Family, seed
from tests.worlds import HORIZON, MONTH, leaving, live, quiet, roll_out, tenure

CALL = {"cost_yuan": 1, "reach_share": 1.0, "strength": 1.0}
COMPETITOR = {"acts_on": ["competitor"]}


def left_by(world: World, day: float) -> np.ndarray:
    return world.customers["lost_at"] < day


def days_left_by(family: Family, check: str, world: World, hazard_to: dict[float, float]) -> None:
    """The share that left by each day, against the hazard integrated to it."""
    for day, integral in hazard_to.items():
        family.rate(f"{check}: left by day {day:g}", left_by(world, day), "is", 1 - np.exp(-integral))


# --- constant hazards -----------------------------------------------------------------------------

MILLION, BLOCKS = 1_000_000, 4
RATES = {"competitor": 0.03, "need_gone": 0.02, "variety": 0.01}


@pytest.fixture(scope="module")
def million() -> np.ndarray:
    """A million customers with constant hazards: day of leaving and reason; lived in blocks to save memory."""
    scenario = quiet(customers=MILLION // BLOCKS, leaving=leaving(**RATES))
    found = []
    for block in range(BLOCKS):
        world = live(scenario, seed=seed("constant hazards"), replications=[block])
        size = world.customers.nbytes + world.shared.tally.nbytes
        assert size / len(world.customers) < 700
        found.append(np.stack([world.customers["lost_at"], world.customers["reason"]]))
    return np.concatenate(found, axis=1)


def test_constant_hazards_leave_an_exponential(family: Family, million: np.ndarray):
    """Catches a rate of another unit, a threshold that is no exponential, and a clock that loses its remainder."""
    total = sum(RATES.values()) / MONTH
    for day in (30, 91, 182, 365):
        name = f"constant hazards: left by day {day}"
        family.rate(name, million[0] < day, "is", 1 - np.exp(-total * day))


def test_competing_risks_share_the_losses_by_their_rates(family: Family, million: np.ndarray):
    """Catches a reason that is favoured, or one that takes another's losses."""
    total = sum(RATES.values())
    lost = 1 - np.exp(-total / MONTH * HORIZON)
    for reason, rate in RATES.items():
        happened = million[1] == int(Clock[reason.upper()])
        family.rate(f"constant hazards: left for {reason}", happened, "is", rate / total * lost)


# --- what changes a hazard ------------------------------------------------------------------------

SIZE = 200_000


def test_a_tenure_shape_and_a_risk_factor_multiply_the_hazard(family: Family):
    """Catches a band that starts on another day, and a factor of the segment that is not the scenario's."""
    check = "tenure shape"
    rates = leaving(competitor=0.04)
    rates["competitor"]["tenure_shape"] = "peak"
    steps = [(0, 0.5), (2, 3.0), (3, 1.0)]
    shapes = {"peak": {"steps": [{"from_month": m, "factor": f} for m, f in steps]}}
    segments = {"all": {"share": 1.0, "risk_factor": 1.5}}
    scenario = quiet(customers=SIZE, leaving=rates, tenure_shapes=shapes, segments=segments)
    h = 0.04 * 1.5 / MONTH
    world = live(scenario, seed=seed(check))
    expected = {
        2 * MONTH: 0.5 * h * 2 * MONTH,
        3 * MONTH: h * MONTH * (0.5 * 2 + 3),
        HORIZON: h * MONTH * (0.5 * 2 + 3) + h * (HORIZON - 3 * MONTH),
    }
    for number, (day, integral) in enumerate(expected.items()):
        name = f"{check}: left by step {number + 1}"
        family.rate(name, left_by(world, day), "is", 1 - np.exp(-integral))


def test_a_promotion_multiplies_the_hazard_while_it_runs(family: Family):
    """Catches a promotion that starts or ends a day off, that goes on, or that acts on a clock it should not."""
    check = "promotion"
    promotions = {"spring": {"strength": 1.0, "dated": {"from": "2010-02-20", "to": "2010-04-11"}}}
    segments = {"all": {"share": 1.0, "price_sensitivity": {"mean": 1.0, "sd": 0.0}}}
    rates = leaving(competitor=0.1)
    rates["competitor"]["price_sensitive"] = True
    scenario = quiet(customers=SIZE, leaving=rates, promotions=promotions, segments=segments)
    h = 0.1 / MONTH
    world = live(scenario, seed=seed(check))
    days_left_by(family, check, world, {50: 50 * h, 75: 100 * h, 100: 150 * h, 200: 250 * h})


def test_price_sensitivity_is_a_gamma_frailty_under_a_promotion(family: Family):
    """Catches another spread of sensitivity, or a promotion that acts on everybody alike."""
    check = "price sensitivity"
    promotions = {"always": {"strength": 0.5, "dated": {"from": "2009-01-01", "to": "2012-01-01"}}}
    mean, sd = 1.2, 0.9
    segments = {"all": {"share": 1.0, "price_sensitivity": {"mean": mean, "sd": sd}}}
    rates = leaving(competitor=0.08)
    rates["competitor"]["price_sensitive"] = True
    scenario = quiet(customers=SIZE, leaving=rates, promotions=promotions, segments=segments)
    world = live(scenario, seed=seed(check))
    for day in (100.0, HORIZON):
        basic = 0.08 / MONTH * day
        survival = np.exp(-basic) * (1 + 0.5 * basic * sd**2 / mean) ** (-((mean / sd) ** 2))
        family.rate(f"{check}: left by day {day:g}", left_by(world, day), "is", 1 - survival)


def faded(until: float, half_life: float, lasts: float, step: float = 7.0) -> float:
    """Days of full effect that an effect is worth up to a day, fading in steps, by the page."""
    edges = np.arange(0.0, min(until, lasts) + step, step)
    total = 0.0
    for u in edges[edges < min(until, np.ceil(lasts / step) * step)]:
        if u < lasts:
            total += 2.0 ** (-u / half_life) * min(step, until - u)
    return total


def test_a_reward_lowers_the_hazard_by_a_dose_that_fades_in_steps(family: Family):
    """Catches another dose-response, an effect that fades continuously, and one that outlives its days."""
    check = "reward"
    reward = {"max_reduction": 0.8, "half_dose_days": 5, "half_life_days": 40, "lasts_days": 150, **COMPETITOR}
    scenario = quiet(customers=SIZE, leaving=leaving(competitor=0.1), reward=reward)
    world = roll_out(scenario, (None, 15.0), seed=seed(check))
    world.live(HORIZON)
    h, strength = 0.1 / MONTH, 0.8 * 15 / 20
    days_left_by(family, check, world, {d: h * (d - strength * faded(d, 40, 150)) for d in (30.0, 120.0, HORIZON)})


def test_a_contact_lowers_the_hazard_from_its_day_on(family: Family):
    """Catches an effect from the wrong day, and one contact's effect that adds to what is left of another's."""
    check = "contact"
    effect = {"max_reduction": 0.7, "half_life_days": 30, "lasts_days": 80, **COMPETITOR}
    touches = {
        "first": {"tenure_days": 40, "channels": ["call"]},
        "second": {"tenure_days": 75, "channels": ["letter"]},
    }
    letter = CALL | {"strength": 0.5}
    scenario = quiet(
        customers=SIZE,
        leaving=leaving(competitor=0.1),
        contacts={"channels": {"call": CALL, "letter": letter}, "effect": effect},
        cadences={"two": {"touches": touches}},
    )
    world = roll_out(scenario, ("two", None), seed=seed(check))
    world.live(HORIZON)
    h = 0.1 / MONTH

    def worth(day: float) -> float:
        first = 0.7 * faded(min(day - 40.0, 35.0), 30, 80) if day > 40 else 0.0
        return first + (0.35 * faded(day - 75.0, 30, 80) if day > 75 else 0.0)

    days_left_by(family, check, world, {d: h * (d - worth(d)) for d in (40.0, 70.0, 110.0, HORIZON)})


def test_free_days_with_lock_in_stop_the_clocks_of_competition(family: Family):
    """Catches a lock that ends late, that never ends, or that holds those who need no access any more."""
    check = "lock-in"
    reward = {"max_reduction": 0, "half_dose_days": 5, "half_life_days": 40, "lasts_days": 0, **COMPETITOR}
    scenario = quiet(
        customers=SIZE,
        leaving=leaving(competitor=0.1, need_gone=0.04, variety=0.03),
        reward=reward | {"lock_in": True},
    )
    world = roll_out(scenario, (None, 60.0), seed=seed(check))
    world.live(HORIZON)
    early = world.customers[left_by(world, 60.0)]
    assert (early["reason"] == Clock.NEED_GONE).all()
    free, locked = 0.04 / MONTH, 0.13 / MONTH
    days_left_by(family, check, world, {60: 60 * free, 150: 150 * free + 90 * locked})


def test_satisfaction_multiplies_the_hazard(family: Family):
    """Catches a level that has another's ratio, and a problem that leaves somebody satisfied."""
    check = "satisfaction"
    share = {"very": 0.3, "satisfied": 0.5, "dissatisfied": 0.2}
    ratio = {"very": 0.25, "satisfied": 1.0, "dissatisfied": 3.0}
    scenario = quiet(
        customers=SIZE,
        leaving=leaving(competitor=0.05),
        problem={"per_month": 0.1},
        satisfaction={"joining_share": share, "risk_ratio": ratio},
    )
    world = live(scenario, seed=seed(check))
    # a generator on very, satisfied, dissatisfied, left: problems lead to dissatisfied
    generator = np.zeros((4, 4))
    for i, level in enumerate(ratio):
        generator[i, 3] = 0.05 / MONTH * ratio[level]
        if level != "dissatisfied":
            generator[i, 2] += 0.1 / MONTH
    generator -= np.diag(generator.sum(axis=1))
    after = np.array([*share.values(), 0.0]) @ expm(generator * HORIZON)
    c = world.customers
    family.rate(f"{check}: left", c["state"] == LOST, "is", after[3])
    for level, place in ((VERY, 0), (SATISFIED, 1), (DISSATISFIED, 2)):
        there = (c["state"] != LOST) & (c["satisfaction"] == level)
        family.rate(f"{check}: there and {list(share)[place]}", there, "is", after[place])


# --- a chain of states ----------------------------------------------------------------------------

CHAIN = {
    "stages": {"growth_months": 2},
    "warning": {"enter_per_month": 0.30, "recover_per_month": 0.5},
    "leaving": {
        "competitor": {"per_month": {"growth": 0.02, "stable": 0.02, "warning": 0.25}},
        "variety": {"per_month": {"growth": 0.01, "stable": 0.01, "warning": 0.01}},
    },
}


def chain(days: float, recover: float = 0.5) -> np.ndarray:
    """Chances of calm (growth or stable), warning and lost after so many days, from calm."""
    rates = np.array([[0, 0.30, 0.03], [recover, 0, 0.26], [0, 0, 0]]) / MONTH
    found: np.ndarray = expm((rates - np.diag(rates.sum(axis=1))) * days)[0]
    return found


def test_states_are_occupied_as_the_matrix_exponential_says(family: Family):
    """Catches a clock that does not pause, a recovery to nowhere, and leaving at another state's rate."""
    check = "chain of states"
    world = live(quiet(customers=SIZE, **CHAIN), seed=seed(check), until=40.0)
    for day in (40.0, 200.0):
        world.live(day)
        state = world.customers["state"]
        calm, warning, _ = chain(day)
        young = day < 2 * MONTH
        family.rate(f"{check}: warning on day {day:g}", state == WARNING, "is", warning)
        calm_state = State.GROWTH if young else State.STABLE
        family.rate(f"{check}: calm on day {day:g}", state == calm_state, "is", calm)
        assert not (state == (State.STABLE if young else State.GROWTH)).any()


def test_the_start_state_is_that_of_survivors(family: Family):
    """Catches a base that starts in one state, or that has not lived its tenure."""
    check = "start state of the chain"
    world = live(quiet(customers=SIZE, base=tenure(6.0), **CHAIN), seed=seed(check), until=90.0)
    before, after = chain(6 * MONTH), chain(6 * MONTH + 90)
    family.rate(
        f"{check}: left by day 90",
        world.customers["state"] == LOST,
        "is",
        1 - after[:2].sum() / before[:2].sum(),
    )
    started = quiet(customers=SIZE, base=tenure(6.0), **CHAIN)
    first = live(started, seed=seed(f"{check}: day 0"), until=1e-9).customers["state"]
    family.rate(f"{check}: warning on day 0", first == WARNING, "is", before[1] / before[:2].sum())


def test_a_contact_speeds_recovery(family: Family):
    """Catches an effect that slows recovery as it slows leaving."""
    check = "recovery after a contact"
    effect = {"max_reduction": 0.6, "half_life_days": 36_500, "lasts_days": 36_500, "acts_on": ["recovery"]}
    scenario = quiet(
        customers=SIZE,
        **CHAIN,
        contacts={"channels": {"call": CALL}, "effect": effect},
        cadences={"one": {"touches": {"first": {"tenure_days": 1e-6, "channels": ["call"]}}}},
        effects={"step_days": 36_500},
    )
    world = roll_out(scenario, ("one", None), seed=seed(check))
    world.live(150.0)
    calm, warning, _ = chain(150.0, recover=0.8)
    state = world.customers["state"]
    family.rate(f"{check}: warning", state == WARNING, "is", warning)
    family.rate(f"{check}: calm", (state != WARNING) & (state != LOST), "is", calm)


def test_clocks_fire_as_often_as_a_poisson_stream(family: Family):
    """Catches a threshold that is not drawn anew after a firing, or that is drawn from the same luck."""
    check = "problem clock"
    world = live(quiet(customers=20_000, problem={"per_month": 1.0}), seed=seed(check))
    problems = world.customers["firings"][:, Clock.PROBLEM] - 1.0  # the first threshold is drawn on joining
    family.mean(f"{check}: firings a year", problems, HORIZON / MONTH)
    family.mean(f"{check}: squared distance", (problems - HORIZON / MONTH) ** 2, HORIZON / MONTH)
    assert world.customers["due"].shape[1] == MOMENTS + CORE_CLOCKS
