"""What trials that are looked at several times promise, under their whole schedule of looks."""

import numpy as np

from sim.evidence.anytime import always_valid, confidence_sequence
from sim.evidence.bounds import Design, Futility, Harm, bounds, operating
from sim.evidence.cells import Counts
from sim.evidence.interim import interim_lives, interim_shares
from sim.evidence.spending import Spending
from sim.evidence.stagewise import group_sequential, repeated_intervals
from sim.evidence.stopping import Stops, first_crossing, looks_of, peeking, peeking_level
from tests.family import Family, generator, replications

INFORMATION = np.array([2, 4.5, 7, 9])
BENEFIT = 0
NAMES = {"estimand": "mean_difference", "label": "difference of means"}


def statistics(name: str, information: np.ndarray, effect: float, trials: int = 10_000) -> np.ndarray:
    """z by trial and look, as normal amounts of ever more customers give it."""
    steps = np.diff(information, prepend=0.0)
    walk = generator(name).normal(effect * steps, np.sqrt(steps), (replications(trials), len(steps)))
    return np.cumsum(walk, axis=1) / np.sqrt(information)


def stopped(name: str, design: Design, effect: float) -> Stops:
    return group_sequential(statistics(name, INFORMATION, effect), INFORMATION, 100, design, **NAMES)


def covered(stops: Stops, effect: float) -> np.ndarray:
    return (stops.estimates.low <= effect) & (effect <= stops.estimates.high)


def why(name: str, design: Design, effect: float) -> tuple[np.ndarray, np.ndarray]:
    """Where and why trials stop, without the estimates that take longest."""
    looks = looks_of(statistics(name, INFORMATION, effect), INFORMATION, 100, "higher")
    return first_crossing(looks, *bounds(design, INFORMATION)[1:])


def test_the_level_of_all_looks_together(family: Family) -> None:
    check = "group-sequential: level for benefit"
    family.rate(check, why(check, Design(spending=Spending("Pocock")), 0.0)[1] == BENEFIT, "is", 0.025)
    check = "group-sequential: level, harm bound"
    family.rate(check, why(check, Design(harm=Harm(spending=Spending("Pocock"))), 0.0)[1] <= 1, "is", 0.05)
    check = "group-sequential: level, binding futility"
    family.rate(check, why(check, Design(futility=Futility(1.0, binding=True)), 0.0)[1] == BENEFIT, "is", 0.025)
    check = "group-sequential: level, shares of ever more customers"
    draw, n = generator(check), 250 * np.arange(1, 5)
    arms = [Counts(np.cumsum(draw.binomial(250, 0.3, (replications(4_000), 4)), axis=1), n) for _ in range(2)]
    seen = interim_shares(*arms)
    planned = n[-1] / (2 * 0.3 * 0.7)
    stops = group_sequential(*seen, Design(harm=Harm()), planned=planned, better="lower", **NAMES)
    assert not stops.estimates.refused.any()
    family.rate(check, stops.why <= 1, "is", 0.05)
    check = "group-sequential: level, lives that begin one after the other"
    draw, trials, each = generator(check), replications(4_000), 400
    began = draw.uniform(0.0, 150.0, trials * each)
    days = draw.exponential(250.0, trials * each)
    lost_at = np.where(days < 180.0, began + days, np.inf)  # nobody is followed beyond 180 days
    lives = interim_lives(
        lost_at, draw.random(trials * each) < 0.5, [100.0, 200.0, 330.0],
        trial=np.repeat(np.arange(trials), each), trials=trials, began=began,
    )  # fmt: skip
    stops = group_sequential(*lives, Design(harm=Harm()), planned=50.0, better="lower", **NAMES)
    family.rate(check, stops.why <= 1, "is", 0.05)
    check = "group-sequential: level, futility ignored"
    limits = bounds(Design(futility=Futility(1.0)), INFORMATION)
    family.rate(check, (statistics(check, INFORMATION, 0.0) >= limits.benefit).any(axis=1), "at most", 0.025)


def test_where_trials_stop_is_what_the_integration_says(family: Family) -> None:
    design = Design(futility=Futility(1.0))
    expected = operating(bounds(design, INFORMATION), 1.0)
    check = "group-sequential: stops at the second look"
    second = expected.benefit[0, 1] + expected.futility[0, 1]
    family.rate(check, why(check, design, 1.0)[0] == 1, "is", second)
    check = "group-sequential: power"
    family.rate(check, why(check, design, 1.0)[1] == BENEFIT, "is", expected.power[0])


def test_estimates_after_stopping(family: Family) -> None:
    check = "stagewise: coverage"
    family.rate(check, covered(stopped(check, Design(harm=Harm()), 0.7), 0.7), "is", 0.95)
    check = "stagewise: estimates above the effect"
    family.rate(check, stopped(check, Design(futility=Futility(1.0)), 0.7).estimates.value > 0.7, "is", 0.5)
    check = "stagewise: coverage, futility"  # not binding, so the limit on the side of harm errs on the wide side
    family.rate(check, covered(stopped(check, Design(futility=Futility(1.0)), 0.7), 0.7), "at least", 0.95)
    check = "repeated intervals: coverage at all looks"
    given = repeated_intervals(statistics(check, INFORMATION, 0.7), INFORMATION, Design())
    family.rate(check, ((given.low <= 0.7) & (given.high >= 0.7)).all(axis=1), "is", 0.95)


def test_a_confidence_sequence_holds_at_all_looks(family: Family) -> None:
    # shares of customers who enter day by day: 40 an arm and day, looked at from day 10 to day 90
    check = "confidence sequence: level over daily looks"
    draw, shape = generator(check), (replications(4_000), 90)
    n = 40 * np.arange(10, 91)
    one, other = (np.cumsum(draw.binomial(40, 0.3, shape), axis=1)[:, 9:] for _ in range(2))
    stops = always_valid(*interim_shares(Counts(one, n), Counts(other, n)), tuned_at=5_000.0, **NAMES)
    assert not stops.estimates.refused.any()
    family.rate(check, stops.why <= 1, "at most", 0.05)
    check = "confidence sequence: coverage at all looks"
    daily = np.arange(1.0, 101.0)
    given = confidence_sequence(statistics(check, daily, 0.3), daily, tuned_at=20.0)
    family.rate(check, ((given.low <= 0.3) & (given.high >= 0.3)).all(axis=1), "at least", 0.95)


def test_peeking_rejects_as_often_as_the_integration_says(family: Family) -> None:
    check = "peeking: level of five looks"
    five = np.arange(1.0, 6.0)
    stops = peeking(statistics(check, five, 0.0), five, 100, **NAMES)
    family.rate(check, stops.estimates.p_value <= 0.05, "is", peeking_level(five))
