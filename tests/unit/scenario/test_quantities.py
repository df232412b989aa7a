"""Values with units."""

import pytest

from sim.scenario.quantities import quantity, unit_of


@pytest.mark.parametrize(
    ("key", "text", "number"),
    [
        ("delay_days", "7 days", 7),
        ("delay_days", "1 day", 1),
        ("lasts_days", "0.5days", 0.5),
        ("growth_months", "3 months", 3),
        ("from_month", "3 months", 3),
        ("share", "15%", 0.15),
        ("reach_share", "33.3 %", 0.333),
        ("joining_share_per_month", "4%", 0.04),
        ("joining_share_per_month", "4% per month", 0.04),
        ("per_month", "0.02 per month", 0.02),
        ("per_month", "2% a month", 0.02),
        ("discount_per_year", "8% per year", 0.08),
        ("cost_yuan", "200 yuan", 200),
        ("mean_fee_yuan_per_month", "2500 yuan/month", 2500),
        ("cost_yuan_per_minute", "1.5 yuan a minute", 1.5),
        ("service_minutes", "5 minutes", 5),
        ("touches_a_month", "4 a month", 4),
    ],
)
def test_a_value_may_repeat_the_unit_of_its_key(key: str, text: str, number: float) -> None:
    unit = unit_of((key,))
    assert unit is not None
    assert quantity(text, unit) == number


@pytest.mark.parametrize(
    ("key", "text", "named"),
    [
        ("delay_days", "3 months", "days"),
        ("growth_months", "90 days", "months"),
        ("touches_a_month", "4 months", "per month"),
        ("delay_days", "15%", "days"),
        ("share", "7 days", "between 0 and 1"),
        ("per_month", "2% per year", "per month"),
        ("cost_yuan", "3 dollars", "yuan"),
        ("cost_yuan", "3 yuan per month", "yuan"),
        ("mean_fee_yuan_per_month", "3 yuan", "yuan per month"),
        ("delay_days", "7", "days"),
        ("delay_days", "7 dais", "days"),
    ],
)
def test_a_value_of_another_unit_is_refused_by_the_name_of_the_unit(key: str, text: str, named: str) -> None:
    unit = unit_of((key,))
    assert unit is not None
    with pytest.raises(ValueError, match=named):
        quantity(text, unit)


def test_text_that_is_no_quantity_is_left_to_the_schema() -> None:
    unit = unit_of(("delay_days",))
    assert unit is not None
    assert quantity("soon", unit) is None


def test_a_unit_may_stand_in_the_key_above() -> None:
    days = unit_of(("x", "delay_days", "mean"))
    assert days is not None
    assert days.words == "day"
    assert unit_of(("x", "factor")) is None
    assert unit_of(("x_days", "y", "factor")) is None
