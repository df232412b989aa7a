"""Numbers are written one way everywhere."""

import pytest

from sim.report.values import interval, point, refused, share, yuan
from sim.report.wording import cell, listing, p_value, percent, plain, quantity, size


@pytest.mark.parametrize(
    ("value", "unit", "sign", "written"),
    [
        (0.274, "share", False, "27.4%"),
        (-0.088, "points", True, "−8.8 points"),
        (0.088, "points", True, "+8.8 points"),
        (1404.4, "yuan", False, "1,404 yuan"),
        (-8105.0, "yuan", True, "−8,105 yuan"),
        (12.34, "yuan", False, "12.3 yuan"),
        (0.666, "ratio", False, "0.67"),
        (334.0, "count", False, "334"),
        (312.4, "days", False, "312 days"),
        (0.0, "yuan", True, "0.00 yuan"),
    ],
)
def test_quantity(value: float, unit: str, sign: bool, written: str) -> None:
    assert quantity(value, unit, sign) == written


def test_nothing_is_written_as_minus_zero() -> None:
    assert plain(-0.0001, 2) == "0.00"
    assert plain(-0.04, 1, sign=True) == "0.0"


def test_an_interval_has_the_decimals_of_its_largest_number_and_names_its_doubt() -> None:
    shown = cell(interval(9.5, -120.0, 139.0, "trial"), "yuan", sign=True)
    assert (shown.value, shown.span, shown.doubt) == ("+10 yuan", "−120 to 139", "trial")


def test_an_interval_without_limits_is_a_number() -> None:
    assert cell({"value": 0.5, "low": None, "high": None, "of": "run"}, "share").value == "50.0%"
    assert not cell({"value": None, "low": None, "high": None, "of": "run"}, "share")


def test_a_refusal_keeps_its_reason_and_is_no_number() -> None:
    shown = cell(refused("no events"), "share")
    assert (shown.value, shown.refused) == ("", "no events")
    assert shown


def test_nothing_is_an_empty_cell() -> None:
    assert not cell(None, "share")


@pytest.mark.parametrize(
    ("value", "written"), [(0.0499, "0.050"), (0.0004, "<0.001"), (0.0, "<0.001"), (1.0, "1.000"), (None, "")]
)
def test_p_values_are_never_written_as_zero(value: float | None, written: str) -> None:
    assert p_value(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0%"), (0.0025, "0.2%"), (0.094, "9%"), (0.9975, "99.8%"), (1.0, "100%")]
)
def test_a_rare_frequency_is_not_rounded_away(value: float, written: str) -> None:
    assert percent(value) == written


def test_listing_and_size() -> None:
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert size(1500.0) == "1,500"
    assert size(-0.05) == "−0.05"
    assert size(9e6) == "9,000,000"
    assert size(365.0) == "365"
    assert size(True) == "true"
    assert size("text") == "text"


def test_summary_values_are_rounded_the_same_way_every_time() -> None:
    assert yuan(123_456.789_123) == 1234.5679
    assert share(1 / 3) == 0.33333333


def test_point_reads_numbers_and_intervals_only() -> None:
    assert point(interval(1.5, 1.0, 2.0, "run")) == 1.5
    assert point(3) == 3.0
    assert point(True) is None
    assert point(refused("why")) is None


def test_an_unknown_kind_of_doubt_is_refused() -> None:
    with pytest.raises(ValueError, match="must be one of run, trial, assumption, prediction"):
        interval(1.0, 0.0, 2.0, "noise")
