"""What a firm can give a customer: an arm of an experiment, and an action of a plan, are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sim.scenario.bonds import Agreement
from sim.scenario.kinds import Block, Days, Name
from sim.scenario.mobile import Reactivation
from sim.scenario.returns import WinBackEffort


class FreeDays(Block):
    """A reward: so many days without a bill."""

    free_days: Days


class Arm(Block):
    """What an arm does instead of the background.

    What is left out stays as in the background; cadence `none` means no contacts.
    """

    refused_keys: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("policy", "set"), "an arm that changes the firm itself needs 'unit: firm'"
    )

    cadence: Name | None = None
    reward: FreeDays | None = None
    reminders: bool | None = None
    reactivation: Reactivation | None = None
    agreement: Agreement | None = None
    points_reminder: bool | None = None
    warning_call: bool | None = None
    circle_call: bool | None = None
    answers: bool | None = None
    bundle: bool | None = None
    win_back: WinBackEffort | None = None
    complaint_line: bool | None = None
