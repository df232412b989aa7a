"""Competitors' promotions as step functions of time (model.md section 6)."""

import datetime

import numpy as np
import pytest

from sim.customer.life import RIVALS
from sim.world.timetable import compile_timetable, with_run
from tests.family import Family, seed
from tests.worlds import numbers, quiet, tenure

TWO = {"a": {"share": 0.5}, "b": {"share": 0.5}}


def steps(scenario, row=0, segment=0, *, replications=1, key=1, end=365.0):
    """(day, strength of rivals from then on) of a segment in a replication."""
    table = compile_timetable(scenario, key, numbers(replications), end)
    place = row * len(scenario.segments) + segment
    part = slice(table.start[place], table.start[place + 1])
    return list(zip(table.time[part].tolist(), table.level[part, RIVALS].tolist(), strict=True))


def dated(first, last, **more):
    return {"strength": 0.5, "dated": {"from": first, "to": last}, **more}


def test_overlapping_promotions_add_up():
    """Catches a promotion that ends another, or that leaves a rest behind."""
    promotions = {
        "long": dated("2010-01-11", "2010-01-31"),
        "short": dated("2010-01-21", "2010-02-10") | {"strength": 0.25},
    }
    assert steps(quiet(promotions=promotions)) == [(10, 0.5), (20, 0.75), (30, 0.25), (40, 0.0)]


def test_one_that_ends_when_another_starts_leaves_no_gap():
    """Catches two entries on one day: the kernel would see a moment without promotion, or with both."""
    promotions = {
        "first": dated("2010-01-11", "2010-01-21"),
        "next": dated("2010-01-21", "2010-01-31"),
    }
    assert steps(quiet(promotions=promotions)) == [(10, 0.5), (20, 0.5), (30, 0.0)]


def test_a_promotion_runs_in_its_segments_only():
    """Catches tables of segments that are swapped, within and between replications."""
    promotions = {
        "here": dated("2010-01-11", "2010-01-21", segments=["b"]),
        "both": dated("2010-03-02", "2010-03-03"),
    }
    scenario = quiet(segments=TWO, promotions=promotions)
    for row in range(3):
        both = [(60, 0.5), (61, 0.0)]
        assert steps(scenario, row, 0, replications=3) == both
        assert steps(scenario, row, 1, replications=3) == [(10, 0.5), (20, 0.0), *both]


def test_recurring_promotions_were_there_in_the_past():
    """Catches a past without promotions, and one that runs over its first day."""
    recurring = {"first": "2009-11-01", "every_days": 100, "lasts_days": 20}
    scenario = quiet(promotions={"yearly": {"strength": 1.0, "recurring": recurring}}, base=tenure(6.0))
    assert steps(scenario, end=200.0) == [(-61, 1), (-41, 0), (39, 1), (59, 0), (139, 1), (159, 0)]
    long_ago = recurring | {"first": "2005-11-02"}  # 1,521 days before day 0: day -1,521 + 16 x 100 = 79
    scenario = quiet(promotions={"yearly": {"strength": 1.0, "recurring": long_ago}}, base=tenure(6.0))
    days = [day for day, _ in steps(scenario, end=200.0)]
    assert days[-4:] == [79, 99, 179, 199]
    assert min(days) <= -6 * 365 / 12 + 20  # the run that was on when the oldest customer joined


def test_a_promotion_after_the_end_or_before_the_past_is_left_out():
    """Catches a table that grows with what no one lives."""
    promotions = {"past": dated("2009-10-01", "2009-11-01"), "future": dated("2011-02-01", "2011-03-01")}
    assert steps(quiet(promotions=promotions)) == []
    assert len(steps(quiet(promotions=promotions), end=730.0)) == 2


def random_world(per_year=4.0, lasts=30.0, **more):
    promotion = {"strength": 0.5, "random": {"per_year": per_year, "lasts_days": lasts}}
    return quiet(promotions={"raid": promotion}, base=tenure(12.0), **more)


def test_random_promotions_are_the_same_again_and_differ_between_replications():
    """Catches luck that hangs on the block a replication is lived in, or that replications share."""
    scenario = random_world()
    alone = [compile_timetable(scenario, 1, np.array([r]), 365.0).time.tolist() for r in range(5)]
    together = compile_timetable(scenario, 1, np.arange(5), 365.0)
    assert together.time.tolist() == [day for times in alone for day in times]
    assert len({tuple(times) for times in alone}) == 5
    assert steps(scenario, key=2) != steps(scenario, key=1)


def test_a_longer_life_adds_promotions_and_changes_none():
    """Catches an experiment's horizon that changes what competitors do before it."""
    scenario = random_world()
    short, long = steps(scenario, end=200.0), steps(scenario, end=2_000.0)
    before = [(day, level) for day, level in long if day < 200.0]
    assert [(day, level) for day, level in short if day < 200.0] == before
    assert len(long) > len(before)


def test_random_promotions_have_the_rate_that_is_asked_for(family: Family):
    """Catches a rate a month, and a past in which nothing happened."""
    check = "random promotions: starts a year"
    scenario = random_world(per_year=3.0, lasts=1e-6)
    table = compile_timetable(scenario, seed(check), np.arange(2_000), 365.0)
    starts = np.where(table.level[:, RIVALS] > 0, table.time, np.nan)
    replication = np.repeat(np.arange(2_000), np.diff(table.start))
    for year, name in ((-365.0, "past"), (0.0, "future")):
        inside = (starts >= year) & (starts < year + 365.0)
        family.mean(f"{check}, {name}", np.bincount(replication[inside], minlength=2_000), 3.0)


def test_another_promotion_changes_nothing_of_a_random_one():
    """Catches luck that hangs on a promotion's place in the file."""
    scenario = random_world()
    one = scenario.promotions["raid"]
    quiet_one = one.model_copy(update={"strength": 0.0})
    more = scenario.model_copy(update={"promotions": {"before": quiet_one, "raid": one, "behind": quiet_one}})
    alone, among = steps(scenario), steps(more)
    levels = dict(among)
    assert {day for day, _ in alone} < set(levels)
    assert all(levels[day] == level for day, level in alone)


@pytest.mark.parametrize("first", ["2010-01-06", "2010-01-21", "2010-02-10", "2010-12-01"])
def test_a_run_that_is_added_later_is_as_one_that_was_known(first: str):
    """Catches a strength, an answer or an answer's start that is lost or doubled where runs overlap or touch."""
    day = datetime.date.fromisoformat(first)
    last = day + datetime.timedelta(days=20)
    known = {
        "long": dated("2010-01-11", "2010-01-31"),
        "short": dated("2010-01-21", "2010-02-10") | {"strength": 0.25, "segments": ["a"]},
    }
    answer = {"after_days": 3, "weakens_share": 0.5, "credit_yuan": 1, "lasts_days": 9}
    world = {"segments": TWO, "intelligence": {"seen_after_days": 2, "answer": answer}}
    late = dated(first, last.isoformat()) | {"strength": 2.0, "segments": ["b"]}
    together = compile_timetable(quiet(promotions=known | {"late": late}, **world), 1, numbers(2), 365.0)
    before = quiet(promotions=known, **world)
    begins = float((day - before.start).days)
    plain = compile_timetable(before, 1, numbers(2), 365.0)
    run = (begins, begins + 20.0, 2.0, RIVALS)
    for one, other in zip(with_run(plain, {1, 3}, run, before.intelligence), together, strict=True):
        assert one.tolist() == other.tolist()
    empty = compile_timetable(quiet(**world | {"intelligence": None}), 1, numbers(2), 365.0)
    alone = with_run(empty, {2}, run, None)
    assert alone.start.tolist() == [0, 0, 0, 2, 2]
    assert alone.level[:, RIVALS].tolist() == [2.0, 0.0]
