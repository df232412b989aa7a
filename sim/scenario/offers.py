"""What a firm can give a customer: an arm of an experiment, and an action of a plan, are made of it."""

from __future__ import annotations

from sim.scenario.kinds import Block, Days, Name
from sim.scenario.mobile import Reactivation


class FreeDays(Block):
    """A reward: so many days without a bill."""

    free_days: Days


class Arm(Block):
    """What an arm does instead of the background.

    What is left out stays as in the background; cadence `none` means no contacts.
    """

    cadence: Name | None = None
    reward: FreeDays | None = None
    reminders: bool | None = None
    reactivation: Reactivation | None = None
