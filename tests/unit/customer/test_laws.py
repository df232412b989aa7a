"""The scenario as the kernel reads it: the calendar, and which number stands at which rate."""

import datetime

import numpy as np
import pytest

from sim.customer.laws import TOUCHES, TooMany, accounting_marks, compile_laws, month_starts
from sim.customer.states import RUNS, Clock, State
from tests.worlds import MONTH, company, leaving, quiet


def test_months_start_by_the_calendar():
    """Catches months of equal length, and a first of January that is missed."""
    starts = month_starts(datetime.date(2010, 1, 1), 365.0)
    assert list(starts) == [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    assert list(month_starts(datetime.date(2010, 11, 15), 80.0)) == [16, 47, 78]


@pytest.mark.parametrize(
    ("start", "february"),
    [("2012-02-01", 29), ("2010-02-01", 28), ("2000-02-01", 29), ("1900-02-01", 28)],
)
def test_leap_years_are_known(start, february):
    """Catches a February of 28 days in a leap year: all later months would start a day early."""
    day = datetime.date.fromisoformat(start)
    first_of_march = datetime.date(day.year, 3, 1)
    assert month_starts(day, 40.0)[0] == february == (first_of_march - day).days
    four_years = month_starts(day, 4 * 366.0)
    dates = [day + datetime.timedelta(days=int(offset)) for offset in four_years]
    assert all(date.day == 1 for date in dates)
    assert len(dates) == len(set(dates)) == 48


def test_accounts_are_closed_on_day_0_at_months_and_on_the_days_asked_for():
    """Catches a mark that is missing, doubled or out of order, and one behind the last day."""
    marks = accounting_marks(datetime.date(2010, 1, 1), [45.0, 59.0, 100.0])
    assert list(marks) == [0, 31, 45, 59, 90, 100]
    assert list(accounting_marks(datetime.date(2010, 1, 1), [31.0])) == [0, 31]
    assert list(accounting_marks(datetime.date(2010, 1, 31), [0.5])) == [0, 0.5]


def test_bookings_from_the_horizon_on_are_in_later_periods():
    """Catches a horizon that closes no period: its last days would count as residual value."""
    scenario = quiet(horizon_days=100)
    laws = compile_laws(scenario, 1, [200.0])
    assert laws.marks[laws.horizon_period] == 100.0
    assert laws.marks[-1] == 200.0


def test_rates_stand_where_the_page_says():
    """Catches a clock that runs in a wrong state, or a segment factor on a wrong clock."""
    scenario = company()
    table = compile_laws(scenario, 1, [365.0]).table
    factors = np.array([segment.risk_factor for segment in scenario.segments.values()])
    hazard = table["hazard"][0, :, : len(factors)]
    for clock in Clock:
        for state in State:
            if state not in RUNS[clock]:
                assert not hazard[clock, :, state].any(), (clock, state)
    warning = scenario.leaving["competitor"].per_month.warning / MONTH
    assert hazard[Clock.COMPETITOR, :, State.WARNING] == pytest.approx(warning * factors)
    need_gone = scenario.leaving["need_gone"].per_month.stable / MONTH
    assert hazard[Clock.NEED_GONE, :, State.STABLE] == pytest.approx(np.full(len(factors), need_gone))
    enter = scenario.warning.enter_per_month / MONTH
    assert hazard[Clock.WARNING, :, State.GROWTH] == pytest.approx(enter * factors)
    recover = scenario.warning.recover_per_month / MONTH
    assert hazard[Clock.RECOVERY, :, State.WARNING] == pytest.approx(np.full(len(factors), recover))


def test_shapes_of_two_clocks_share_one_set_of_bands():
    """Catches a factor that is read from a neighbouring band, or that is missing from a band of another."""
    shapes = {
        "early": {"steps": [{"from_month": 0, "factor": 3}, {"from_month": 2, "factor": 1}]},
        "late": {"steps": [{"from_month": 0, "factor": 1}, {"from_month": 6, "factor": 5}]},
    }
    reasons = leaving(competitor=0.1, variety=0.1, need_gone=0.1)
    reasons["competitor"]["tenure_shape"] = "early"
    reasons["variety"]["tenure_shape"] = "late"
    table = compile_laws(quiet(tenure_shapes=shapes, leaving=reasons), 1, [365.0]).table
    assert list(table["bands"][0, :4]) == [0, 2 * MONTH, 6 * MONTH, np.inf]
    shape = table["shape"][0, :, :3]
    assert shape[Clock.COMPETITOR].tolist() == [3, 1, 1]
    assert shape[Clock.VARIETY].tolist() == [1, 1, 5]
    assert shape[Clock.NEED_GONE].tolist() == [1, 1, 1]


def test_a_table_that_is_too_long_is_refused():
    """Catches entries that are cut off in silence where the kernel's record has no room."""
    touch = {"channels": ["call"]}
    touches = {f"touch_{i}": {**touch, "tenure_days": i + 1} for i in range(TOUCHES + 1)}
    scenario = quiet(
        contacts={"channels": {"call": {"cost_yuan": 1, "reach_share": 1, "strength": 1}}},
        cadences={"many": {"touches": touches}},
    )
    with pytest.raises(TooMany, match="touch"):
        compile_laws(scenario, 1, [365.0])
