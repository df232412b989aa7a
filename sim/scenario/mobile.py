"""Blocks of mobile worlds: changes of number, bills and arrears, silent numbers, contact rules."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.kinds import Block, ClockBlock, Many, PositiveDays, Rate, Share, StateRates, Whole, Yuan


class NumberChange(ClockBlock):
    """Leaving one's number for a new one of the same firm, where the price is lower (X-01, X-02, W-02).

    The rate is raised by the firm's own promotions (`ours: true`), times the customer's price sensitivity.
    """

    per_month: StateRates
    fee_drop_share: Share
    commission_yuan: Yuan = 0.0


class FeeDecline(ClockBlock):
    """Spending less without leaving (X-01)."""

    per_month: StateRates
    drop_share: Share


class Reminder(Block):
    """A payment reminder: what it costs, and how often it is followed by payment at once (W-04)."""

    cost_yuan: Yuan
    pays_share: Share


class PaymentRates(Block):
    """How fast those who owe pay by themselves, a month: before a stop, and while the line is stopped."""

    overdue: Rate
    suspended: Rate


class Collection(Block):
    """Collecting the debts of those who are gone: how often it succeeds, what it costs of the sum, and how many
    swindlers a collection that always succeeds would keep from becoming one (W-10).
    """

    success_share: Share
    cost_share: Share
    deters_share: Share = 0.0


class Billing(Block):
    """Monthly bills and the steps against those who do not pay, in days after the first unpaid bill."""

    pays_per_month: PaymentRates
    reminder_days: Many[PositiveDays] = Field(default=(), max_length=12)
    reminder: Reminder | None = None
    one_way_stop_days: PositiveDays
    two_way_stop_days: PositiveDays
    cancel_days: PositiveDays
    reactivation_raises: float = Field(default=0.0, ge=-1, le=100)
    fraud_share: Share = 0.0
    collection: Collection | None = None


class Dormancy(ClockBlock):
    """Falling silent: the line is kept and hardly used (W-01)."""

    per_month: StateRates
    wakes_per_month: Rate
    fee_share: Share


class ContactRules(Block):
    """Whom the firm may or can contact."""

    unreachable_share: Share = 0.0
    opt_out_share: Share = 0.0
    touches_a_month: Whole | None = Field(default=None, ge=0, le=1000)


class Reactivation(Block):
    """A reward for paying after a stop (X-07): a credit on the bill."""

    credit_yuan: Yuan
