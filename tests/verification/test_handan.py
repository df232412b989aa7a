"""What Handan's world should show: each claim of its opening comment, as the source tells it (W-02 to W-07).

One district of 160,000 customers in 16 parts, each a year of its own, with one seed: what is claimed is far larger than
its noise, which each test states.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.customer.moves import COUNT_COLUMN, LOSS_COLUMN
from sim.customer.record import Count
from sim.customer.states import Clock
from sim.experiment.start import draw_start
from sim.scenario.load import load_scenario
from sim.scenario.loaded import Setting
from sim.world.world import World
from tests.worlds import HORIZON, MONTH, ROOT

PARTS, CUSTOMERS = 16, 10_000
LARGE: dict[str, Setting] = {"customers": CUSTOMERS, "desk.seats": 12}
"""As many seats a customer as in the world that is shipped."""
HANDAN = load_scenario(ROOT / "scenarios" / "handan_unicom.yaml")


@cache
def world(*changes: tuple[str, Setting]) -> World:
    """A year under the policy `before`."""
    lived = draw_start(HANDAN.with_values(LARGE | dict(changes)).value, 1, np.arange(PARTS)).world("before")
    lived.begin()
    lived.live(HORIZON)
    return lived


def leavers(customers: Any) -> np.ndarray:
    return customers["lost_at"] < HORIZON


def churn(segment: str) -> tuple[np.ndarray, np.ndarray]:
    """Annual churn of a segment, and the variance that chance alone gives it; by part."""
    c = world().customers
    inside = c["segment"] == list(HANDAN.value.segments).index(segment)
    days = np.maximum(0.0, np.minimum(c["lost_at"], HORIZON) - np.maximum(c["joined"], 0.0))
    base = np.bincount(c["row"], weights=days * inside, minlength=PARTS) / HORIZON
    rate = np.bincount(c["row"], weights=leavers(c) & inside, minlength=PARTS) / base
    return rate, rate / base


def monthly_hazard(low: float, high: float) -> float:
    """Losses a customer and month between two months of tenure."""
    c = world().customers
    begin = np.maximum(c["joined"] + low * MONTH, 0.0)
    end = np.minimum(np.minimum(c["joined"] + high * MONTH, c["lost_at"]), HORIZON)
    tenure = (c["lost_at"] - c["joined"]) / MONTH
    lost = leavers(c) & (tenure >= low) & (tenure < high)
    return float(lost.sum() / (np.maximum(0.0, end - begin).sum() / MONTH))


def test_low_brands_churn_most_and_the_very_top_more_than_the_middle():
    """W-06. Means over the parts; the largest standard error of one is 0.009, the top's."""
    low, middle, upper, top = (churn(name)[0].mean() for name in ("low", "middle", "upper", "top"))
    assert low == pytest.approx(0.25, abs=0.02)
    assert top == pytest.approx(0.16, abs=0.03)
    assert middle == pytest.approx(0.12, abs=0.015)
    assert low > top + 0.05
    assert top > max(middle, upper) + 0.02


def test_the_very_tops_churn_is_less_steady_from_year_to_year():
    """W-06. Few customers scatter by chance; what is left of the spread, in parts of the mean, is still larger."""
    spread = {}
    for name in ("middle", "top"):
        rate, chance = churn(name)
        spread[name] = np.sqrt(max(0.0, rate.var(ddof=1) - chance.mean())) / rate.mean()
    assert spread["top"] > 0.1
    assert spread["top"] > 2 * spread["middle"]


def test_losses_are_highest_just_after_the_assessment_and_fall_with_tenure():
    """W-05. About 800 losses a month of tenure: a hazard is known to a few per cent."""
    law = HANDAN.value.agents
    assert law is not None
    at = law.assessment_months
    before, after, later = monthly_hazard(0, at), monthly_hazard(at, at + 1), monthly_hazard(at + 3, at + 9)
    assert after == pytest.approx(0.073, abs=0.006)
    assert after > 3 * before
    assert after > 3 * later
    assert later > monthly_hazard(12, 24) > monthly_hazard(24, 60)


def test_passive_losses_are_mostly_those_of_low_brands():
    """W-04. 4,000 losses through arrears."""
    c = world().customers
    passive = leavers(c) & (c["reason"] == Clock.PAYMENT)
    low = c["segment"][passive] == list(HANDAN.value.segments).index("low")
    assert passive.sum() > 3_000
    assert low.mean() == pytest.approx(0.77, abs=0.03)
    assert passive.sum() / leavers(c).sum() == pytest.approx(0.12, abs=0.02)


def test_offers_to_newcomers_make_customers_change_their_number():
    """W-02: without them a quarter fewer do; 50,000 changes."""
    changes = [
        world(*terms).shared.tally[..., LOSS_COLUMN + Clock.NUMBER_CHANGE].sum()
        for terms in ((), (("promotions.newcomers.strength", 0.0),))
    ]
    assert changes[1] / changes[0] == pytest.approx(0.73, abs=0.03)


def test_most_points_lapse_because_the_date_is_missed():
    """W-07. Of a hundred customers with points on the date, so many redeem before they lapse."""
    tally = world().shared.tally
    lapsed, redeemed = (tally[..., COUNT_COLUMN + one].sum() for one in (Count.POINTS_LAPSED, Count.POINTS_REDEEMED))
    assert redeemed / (lapsed + redeemed) == pytest.approx(0.16, abs=0.01)


def test_collection_makes_debts_on_purpose_rarer():
    """W-10: where every debt is collected, half as many join without meaning to pay; about 400 and 200 do."""
    swindlers = []
    for success in (0.0, 1.0):
        c = world(("billing.collection.success_share", success)).customers
        joiners = (c["joined"] > 0) & (c["joined"] < HORIZON) & (c["resold"] == 0)
        swindlers.append(c["fraud"][joiners].sum())
    assert swindlers[1] / swindlers[0] == pytest.approx(0.5, abs=0.1)
