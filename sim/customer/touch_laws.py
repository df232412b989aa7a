"""Cadences, gifts and activities compiled for the kernel (model.md section 4)."""

from __future__ import annotations

import datetime
import math
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

FEN = 100
MONTH = 365.0 / 12.0
TOUCH_NUMBERS, TOUCH_YEARS = 1 << 22, 64
"""Numbers that a touch's name can have, and years: with 16 channels they fill the 32 bits of an occurrence."""


def _touch_number(name: str, taken: Mapping[str, int]) -> int:
    """A number that hangs on the name alone, so that a touch keeps its luck when another is put before it."""
    number = zlib.crc32(name.encode()) % TOUCH_NUMBERS
    while number in taken.values():
        number = (number + 1) % TOUCH_NUMBERS
    return number


def _dates(start: datetime.date, month_day: str) -> list[float]:
    """Days of a date in the start's year (then perhaps before day 0) and in those that follow."""
    years = range(start.year, start.year + TOUCH_YEARS)
    return [float((datetime.date.fromisoformat(f"{year}-{month_day}") - start).days) for year in years]


def compile_touches(scenario: Scenario) -> dict[str, np.ndarray]:
    """Cadences as flat tables; touches of one name have one number in every cadence, so they share their luck."""
    names: dict[str, int] = {}
    channels = list(scenario.contacts.channels) if scenario.contacts is not None else []
    gifts, activities = list(scenario.gifts), list(scenario.activities)
    touch_start, channel_start = [0], [0]
    channel: list[int] = []
    rows: list[tuple[float, int, bool, bool, bool, int, int]] = []
    dates: list[list[float]] = []
    for cadence in scenario.cadences.values():
        for name, touch in cadence.touches.items():
            tenure = touch.tenure_days if touch.tenure_days is not None else (touch.tenure_months or 0.0) * MONTH
            if name not in names:
                names[name] = _touch_number(name, names)
            gift = gifts.index(touch.gift) if touch.gift is not None else -1
            activity = activities.index(touch.activity) if touch.activity is not None else -1
            rows.append((float(tenure), names[name], touch.yearly, touch.survey, touch.cross_sell, gift, activity))
            dates.append(_dates(scenario.start, touch.calendar) if touch.calendar is not None else [])
            channel += [channels.index(c) for c in touch.channels]
            channel_start.append(len(channel))
        touch_start.append(len(rows))
    columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0)] * 7
    return {
        "touch_start": np.array(touch_start, dtype=np.int64),
        "touch_tenure": columns[0].astype(float),
        "touch_name": columns[1].astype(np.int64),
        "touch_yearly": columns[2].astype(np.int64),
        "touch_survey": columns[3].astype(np.int64),
        "touch_cross_sell": columns[4].astype(np.int64),
        "touch_gift": columns[5].astype(np.int64),
        "touch_activity": columns[6].astype(np.int64),
        "touch_dated": np.array([bool(days) for days in dates], dtype=np.int64),
        "touch_date": np.array([days or [math.inf] * TOUCH_YEARS for days in dates]).reshape(-1, TOUCH_YEARS),
        "channel_start": np.array(channel_start, dtype=np.int64),
        "channel": np.array(channel, dtype=np.int64),
        "gift_cost": _fen(gift.cost_yuan for gift in scenario.gifts.values()),
        "gift_match": np.array([gift.match_share for gift in scenario.gifts.values()]),
        "activity_cost": _fen(activity.cost_yuan for activity in scenario.activities.values()),
        "activity_comes": np.array([activity.comes_share for activity in scenario.activities.values()]),
        "activity_pleases": np.array([activity.pleases_share for activity in scenario.activities.values()]),
    }


def _fen(yuan: Iterable[float]) -> np.ndarray:
    return np.array([round(amount * FEN) for amount in yuan], dtype=np.int64)
