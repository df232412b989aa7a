"""The model of docs/model.md once more, in plain SimPy: one process a customer.

It has two uses. It is an oracle: it was written from the page, shares no code with the engine, and must give
the same means (not the same lives: its luck is its own). And it is the honest competitor of the bench: what a
competent analyst writes, with tables made beforehand and no deliberate slowness.

Where the engine keeps one threshold a clock, this model keeps one for the sum of all rates and draws which
clock it was when it fires; by the theory of competing risks that is the same law.

What counts as an event: every moment of section 9 and every firing of a clock, each as one, from day 0 up to
the horizon (joining, stage, tenure band, anniversary, month's booking, change of the promotions in the
customer's segment, end of free days, each step of a fading effect, touch, team's visit, firing). Not counted
are the closing of accounts at the horizon and at leaving, the monthly score (it is made within the month's
booking) and what happens before day 0.

    python -m benchmarks.reference_model scenarios/h_broadband.yaml --customers 2000
"""

import argparse
import math
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import simpy

from benchmarks.lives import LINES, REASONS, Lives
from benchmarks.reference_tables import (
    DISSATISFIED,
    FEN,
    MONTH,
    NEVER,
    SATISFIED,
    VERY,
    YEAR,
    Law,
    Tables,
    Tier,
    Touch,
    promotion_steps,
)
from sim.scenario.schema import Scenario

# Kinds of moments, in the order in which moments of the same instant happen.
KINDS = (
    "stage", "band", "anniversary", "booking", "promotion", "free_end",
    "reward_fade", "contact_fade", "touch", "team", "firing",
)  # fmt: skip
(STAGE, BAND, ANNIVERSARY, BOOKING, PROMOTION, FREE_END, REWARD_FADE, CONTACT_FADE, TOUCH, TEAM, FIRING) = range(11)

NO_TIER = Tier("none")


class Firm:
    """What all customers of one replication share: the timetable of promotions, the policy, the luck."""

    def __init__(self, tables: Tables, luck: random.Random, policy: str, since: float) -> None:
        self.tables = tables
        self.luck = luck
        self.promotions = promotion_steps(tables, luck, since)
        self.tiers = tables.tiers(tables.scenario.baseline_policy)
        self.policy = policy
        self.events = self.chances = 0
        self.customers: list[Customer] = []

    def open(self) -> None:
        """Day 0: the policy that is studied replaces the one of the past."""
        self.tiers = self.tables.tiers(self.policy)
        for customer in self.customers:
            customer.open_books()

    def chance(self, share: float) -> bool:
        """Whether something of that probability happens."""
        self.chances += 1
        return self.luck.random() <= share

    def tier_of(self, segment: str, value: float) -> Tier:
        """Tier of a customer of that yearly value in fen."""
        if segment not in self.tables.excluded:
            for name, least in self.tables.thresholds:
                if value >= least:
                    return self.tiers[name]
        return NO_TIER


class Customer:
    """One customer: who it is, where it stands, and when its next moment of each kind is due."""

    # fmt: off
    __slots__ = (
        "band", "booked_at", "clocks", "complaint_line", "contact", "contact_at", "contact_step",
        "contact_strength", "cross_sold", "cumulative", "due", "fee", "firm", "frailty", "free", "growth",
        "joined", "laws", "left", "lines", "lost_at", "month", "next_touch", "price_sensitivity", "promotion",
        "reached_at", "reason", "reward", "reward_at", "reward_step", "reward_strength", "rewarded",
        "satisfaction", "segment", "since", "state", "step", "tier", "total", "touches",
    )
    # fmt: on

    def __init__(self, firm: Firm, segment: str, joined: float, fee: int) -> None:
        self.firm, self.segment, self.joined = firm, segment, joined
        self.begin(fee)

    def begin(self, fee: int) -> None:
        """Join, with everything newly drawn that a life draws for itself."""
        tables, luck = self.firm.tables, self.firm.luck
        segment = tables.scenario.segments[self.segment]
        self.fee = fee
        self.price_sensitivity = gamma(luck, segment.price_sensitivity.mean, segment.price_sensitivity.sd)
        self.growth = luck.gauss(segment.growth_per_year.mean, segment.growth_per_year.sd)
        self.frailty = gamma(luck, 1.0, math.sqrt(tables.scenario.base.frailty_variance))
        self.satisfaction = draw(luck, tables.joining_share)

        self.laws = tables.laws[self.segment]
        self.state, self.reason, self.lost_at = "growth" if tables.growth_days else "stable", "", NEVER
        self.tier, self.complaint_line, self.rewarded, self.cross_sold = NO_TIER, False, False, False
        self.touches: list[tuple[float, Touch]] = []
        self.next_touch = 0
        self.reached_at = -NEVER
        self.contact = self.contact_strength = self.reward = self.reward_strength = 0.0
        self.contact_at = self.reward_at = 0.0
        self.contact_step = self.reward_step = 0
        self.free = False
        self.booked_at = NEVER  # books open on day 0
        self.lines = dict.fromkeys(LINES, 0)
        self.month = 0

        steps = self.firm.promotions[self.segment]
        self.step = 0
        while self.step + 1 < len(steps) and steps[self.step + 1][0] <= self.joined:
            self.step += 1
        self.promotion = steps[self.step][1]
        self.band = 0
        self.due = [NEVER] * len(KINDS)
        self.due[STAGE] = self.joined + tables.growth_days if tables.growth_days else NEVER
        self.due[BAND] = self.joined + tables.bands[1] if len(tables.bands) > 1 else NEVER
        self.due[ANNIVERSARY] = self.joined + YEAR
        self.due[PROMOTION] = steps[self.step + 1][0] if self.step + 1 < len(steps) else NEVER
        self.since, self.total, self.left = self.joined, 0.0, luck.expovariate(1.0)
        self.rerate(self.joined)

    # ---------------------------------------------------------------- the process

    def live(self, env: simpy.Environment) -> Generator[simpy.Event, None, None]:
        """Move from moment to moment until the customer leaves; the environment's end cuts it off."""
        due, firm, now = self.due, self.firm, env.now
        while self.reason == "":
            at = min(due)
            if at > now:
                yield env.timeout(at - now)
                now = at
            firm.events += 1
            HANDLERS[due.index(at)](self, at)

    def rerate(self, now: float) -> None:
        """The rates have changed: run the threshold down to now, and say when it will be reached."""
        self.left -= self.total * (now - self.since)
        self.since = now
        band, satisfaction = self.band, self.satisfaction
        promotion = 1.0 + self.price_sensitivity * self.promotion
        total = 0.0
        clocks: list[Law] = []
        cumulative: list[float] = []
        for law in self.laws[self.state]:
            rate = law.table[satisfaction][band]
            if law.frail:
                rate *= self.frailty
            if law.price_sensitive:
                rate *= promotion
            if law.reward:
                rate *= 1.0 - self.reward
            if law.contact:
                rate *= max(0.0, 1.0 + law.contact * self.contact)
            if law.locked and self.free:
                continue
            total += rate
            clocks.append(law)
            cumulative.append(total)
        self.clocks, self.cumulative, self.total = clocks, cumulative, total
        self.due[FIRING] = now + max(0.0, self.left) / total if total > 0.0 else NEVER

    def on_firing(self, now: float) -> None:
        """Some clock fired: draw which one, in proportion to the rates."""
        luck = self.firm.luck
        at = luck.random() * self.total
        place = 0
        while self.cumulative[place] < at:
            place += 1
        clock = self.clocks[place].clock
        self.left, self.since = luck.expovariate(1.0), now
        if clock == "warning":
            self.state = "warning"
        elif clock == "recovery":
            young = now - self.joined < self.firm.tables.growth_days
            self.state = "growth" if young else "stable"
        elif clock == "problem":
            self.satisfaction = DISSATISFIED
            if self.complaint_line and self.firm.chance(self.firm.tables.reports_share):
                self.schedule_team(now)
        else:
            self.reason, self.lost_at = clock, now
            self.book(now)
            return
        self.rerate(now)

    # ---------------------------------------------------------------- ageing

    def on_stage(self, now: float) -> None:
        """The growth stage is over."""
        self.due[STAGE] = NEVER
        if self.state == "growth":
            self.state = "stable"
            self.rerate(now)

    def on_band(self, now: float) -> None:
        """The next tenure band begins."""
        bands = self.firm.tables.bands
        self.band += 1
        following = self.band + 1
        self.due[BAND] = self.joined + bands[following] if following < len(bands) else NEVER
        self.rerate(now)

    def on_anniversary(self, now: float) -> None:
        """A year of tenure is full: the fee grows."""
        self.due[ANNIVERSARY] = now + YEAR
        self.set_fee(now, round(self.fee * max(0.0, 1.0 + self.growth)))

    def on_promotion(self, now: float) -> None:
        """A competitor's promotion starts or ends in the customer's segment."""
        steps = self.firm.promotions[self.segment]
        self.step += 1
        self.promotion = steps[self.step][1]
        self.due[PROMOTION] = steps[self.step + 1][0] if self.step + 1 < len(steps) else NEVER
        self.rerate(now)

    # ---------------------------------------------------------------- money and tiers

    def open_books(self) -> None:
        """Day 0: the ledger starts at zero, the first score is made."""
        self.booked_at = 0.0
        self.due[BOOKING] = self.next_month(0.0)
        self.score(0.0)

    def next_month(self, now: float) -> float:
        """The next month's start after `now`."""
        starts = self.firm.tables.month_starts
        while self.month < len(starts) and starts[self.month] <= now:
            self.month += 1
        return starts[self.month] if self.month < len(starts) else NEVER

    def book(self, now: float) -> None:
        """Book the fee since the last booking."""
        if now > self.booked_at:
            owed = round(self.fee * (now - self.booked_at) / MONTH)
            self.lines["list"] += owed
            if self.free:
                self.lines["forgone"] += owed
            self.booked_at = now

    def set_fee(self, now: float, fee: int) -> None:
        """From now on the customer owes another fee."""
        self.book(now)
        self.fee = fee

    def on_booking(self, now: float) -> None:
        """A month starts: book the fee, make the score."""
        self.book(now)
        self.due[BOOKING] = self.next_month(now)
        self.score(now)

    def score(self, now: float) -> None:
        """Put the customer into its tier; a new tier brings its cadence, complaint line and reward."""
        tier = self.firm.tier_of(self.segment, 12.0 * self.fee * (1.0 + self.growth))
        if tier.name != self.tier.name:
            self.tier = tier
            self.complaint_line = tier.complaint_line
            self.follow(tier.cadence, now)
        if tier.free_days > 0.0 and not self.rewarded:
            self.give_free_days(tier.free_days, now)

    # ---------------------------------------------------------------- rewards and effects

    def give_free_days(self, days: float, now: float) -> None:
        """Days that are not billed, and the good will that they earn."""
        tables = self.firm.tables
        self.book(now)
        self.rewarded, self.free = True, True
        self.due[FREE_END] = now + days
        self.reward_strength = tables.reward_max * days / (days + tables.reward_half_dose)
        self.reward_at, self.reward_step = now, 0
        self.fade_reward(now)

    def on_free_end(self, now: float) -> None:
        """The customer is billed again."""
        self.book(now)
        self.free = False
        self.due[FREE_END] = NEVER
        self.rerate(now)

    def fade_reward(self, now: float) -> None:
        """The reward's effect takes its next step."""
        fade = self.firm.tables.reward_fade
        self.reward = self.reward_strength * fade[self.reward_step][1]
        self.reward_step += 1
        gone = self.reward_step == len(fade)
        self.due[REWARD_FADE] = NEVER if gone else self.reward_at + fade[self.reward_step][0]
        self.rerate(now)

    def fade_contact(self, now: float) -> None:
        """The contact's effect takes its next step."""
        fade = self.firm.tables.contact_fade
        self.contact = self.contact_strength * fade[self.contact_step][1]
        self.contact_step += 1
        gone = self.contact_step == len(fade)
        self.due[CONTACT_FADE] = NEVER if gone else self.contact_at + fade[self.contact_step][0]
        self.rerate(now)

    # ---------------------------------------------------------------- contacts

    def follow(self, cadence: tuple[Touch, ...], now: float) -> None:
        """Take up a cadence: the touches that lie strictly ahead, in time order."""
        self.touches = []
        for touch in cadence:
            self.touches += [(day, touch) for day in touch.dates if day > now]
            at = NEVER if touch.dates else self.joined + touch.tenure
            while touch.yearly and at <= now:
                at += YEAR
            while now < at < self.firm.tables.horizon:
                self.touches.append((at, touch))
                at = at + YEAR if touch.yearly else NEVER
        self.touches.sort(key=lambda entry: entry[0])
        self.next_touch = 0
        self.due[TOUCH] = self.touches[0][0] if self.touches else NEVER

    def on_touch(self, now: float) -> None:
        """One touch of the cadence, its steps in the order of section 4."""
        chance = self.firm.chance
        touch = self.touches[self.next_touch][1]
        self.next_touch += 1
        self.due[TOUCH] = self.touches[self.next_touch][0] if self.next_touch < len(self.touches) else NEVER

        strength, reached = 0.0, False
        for cost, reach, channel_strength in touch.channels:
            self.lines["contact"] += cost
            if chance(reach):
                strength = max(strength, channel_strength) if reached else channel_strength
                reached = True
        if reached:
            self.receive(touch, strength, now)
        if touch.gift is not None:
            cost, match = touch.gift
            self.lines["gift"] += cost
            if chance(match) and self.satisfaction == SATISFIED:
                self.satisfaction = VERY
                self.rerate(now)

    def receive(self, touch: Touch, strength: float, now: float) -> None:
        """What a contact that got through does, except for the gift."""
        tables, chance = self.firm.tables, self.firm.chance
        if now - self.reached_at < tables.fatigue_days:
            strength *= tables.fatigue_factor
        self.reached_at = now
        if chance(strength * tables.explains_share) and self.satisfaction == SATISFIED:
            self.satisfaction = VERY
        self.contact_strength = strength * tables.contact_max
        self.contact_at, self.contact_step = now, 0
        self.fade_contact(now)
        if touch.survey:
            answers = chance(tables.answer_share[self.satisfaction])
            if answers and self.satisfaction == DISSATISFIED:
                self.schedule_team(now)
        if touch.cross_sell and not self.cross_sold and chance(tables.cross_sell_share):
            self.cross_sold = True
            self.set_fee(now, round(self.fee * (1.0 + tables.cross_sell_rise)))

    def schedule_team(self, now: float) -> None:
        """The team will come, unless it is already on its way."""
        if self.due[TEAM] == NEVER:
            self.due[TEAM] = now + self.firm.tables.team_delay

    def on_team(self, now: float) -> None:
        """The team comes and may solve the problem."""
        tables = self.firm.tables
        self.due[TEAM] = NEVER
        self.lines["team"] += tables.team_cost
        if self.firm.chance(tables.team_solves) and self.satisfaction == DISSATISFIED:
            self.satisfaction = tables.team_becomes
            self.rerate(now)


HANDLERS: tuple[Callable[[Customer, float], None], ...] = (
    Customer.on_stage,
    Customer.on_band,
    Customer.on_anniversary,
    Customer.on_booking,
    Customer.on_promotion,
    Customer.on_free_end,
    Customer.fade_reward,
    Customer.fade_contact,
    Customer.on_touch,
    Customer.on_team,
    Customer.on_firing,
)


# -------------------------------------------------------------------- a replication


def gamma(luck: random.Random, mean: float, sd: float) -> float:
    """A gamma variate of that mean and standard deviation; the mean itself if the latter is 0."""
    if sd == 0.0:
        return mean
    shape = (mean / sd) ** 2
    return luck.gammavariate(shape, mean / shape)


def draw(luck: random.Random, shares: dict[str, float]) -> str:
    """One of the names, each with its share."""
    return luck.choices(list(shares), list(shares.values()))[0]


def list_fee(tables: Tables, luck: random.Random, segment: str) -> int:
    """A list fee, fen a month."""
    sigma = tables.scenario.segments[segment].fee_sigma
    return round(tables.mean_fee[segment] * math.exp(sigma * luck.gauss() - sigma * sigma / 2.0))


def survivor(firm: Firm, segment: str, tenure: float) -> tuple[Customer, int]:
    """A customer that joined at `-tenure` and is there on day 0, and the events that it took to find it."""
    fee = list_fee(firm.tables, firm.luck, segment)
    customer = Customer(firm, segment, -tenure, fee)
    before = firm.events
    while True:
        env = simpy.Environment(initial_time=-tenure)
        env.process(customer.live(env))
        env.run(until=0.0)
        if customer.reason == "":
            spent, firm.events = firm.events - before, before
            return customer, spent
        customer.begin(fee)


def arrivals(env: simpy.Environment, firm: Firm, segment: str, per_day: float) -> Generator[simpy.Event, None, None]:
    """New customers of one segment, as a Poisson stream."""
    while True:
        yield env.timeout(firm.luck.expovariate(per_day))
        customer = Customer(firm, segment, env.now, list_fee(firm.tables, firm.luck, segment))
        firm.events += 1
        firm.customers.append(customer)
        customer.lines["commission"] = round(firm.tables.scenario.base.commission_yuan * FEN)
        customer.booked_at = env.now
        customer.due[BOOKING] = customer.next_month(env.now)
        customer.score(env.now)
        env.process(customer.live(env))


@dataclass(frozen=True)
class ReferenceLives(Lives):
    """What the reference model leaves besides: events before day 0, and chances decided from day 0 on."""

    past_events: int
    chances: int


def live(scenario: Scenario, policy: str, customers: int, replications: int = 1, seed: int = 1) -> ReferenceLives:
    """Live `replications` bases of `customers` from day 0 to the horizon under `policy`."""
    tables = Tables(scenario)
    mix = scenario.base.tenure_mix
    if mix is None:
        raise ValueError("the reference model needs a tenure mix")
    shares = [segment.share for segment in scenario.segments.values()]
    since = -max(band.to_month for band in mix.bands) * MONTH
    everybody: list[tuple[int, Customer]] = []
    events = past_events = chances = 0
    seconds = past_seconds = 0.0
    for replication in range(replications):
        started = time.perf_counter()
        luck = random.Random(f"{seed}/{replication}")
        firm = Firm(tables, luck, policy, since)
        for segment in luck.choices(tables.segments, shares, k=customers):
            band = luck.choices(mix.bands, [b.share for b in mix.bands])[0]
            tenure = luck.uniform(band.from_month, band.to_month) * MONTH
            customer, spent = survivor(firm, segment, tenure)
            firm.customers.append(customer)
            past_events += spent
        past_seconds += (born := time.perf_counter()) - started

        env = simpy.Environment()
        firm.open()
        for customer in firm.customers:
            env.process(customer.live(env))
        for segment, share in zip(tables.segments, shares, strict=True):
            per_day = scenario.base.joining_share_per_month * customers * share / MONTH
            if per_day > 0.0:
                env.process(arrivals(env, firm, segment, per_day))
        env.run(until=tables.horizon)
        for customer in firm.customers:
            if customer.reason == "":
                customer.book(tables.horizon)
        everybody += [(replication, customer) for customer in firm.customers]
        events += firm.events
        chances += firm.chances
        seconds += time.perf_counter() - born
    people = [customer for _, customer in everybody]
    return ReferenceLives(
        replication=np.array([replication for replication, _ in everybody]),
        joined=np.array([c.joined for c in people]),
        lost_at=np.array([c.lost_at for c in people]),
        reason=np.array([c.reason for c in people]),
        lines={name: np.array([c.lines[name] for c in people], dtype=np.int64) for name in LINES},
        events=events,
        seconds=seconds,
        past_seconds=past_seconds,
        past_events=past_events,
        chances=chances,
    )


def main() -> None:
    """Live a scenario's customers and print what became of them."""
    from benchmarks.private import private_scenario

    parser = argparse.ArgumentParser(description="The model in plain SimPy, one process a customer.")
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--policy", default="programme")
    parser.add_argument("--customers", type=int, default=1100)
    parser.add_argument("--replications", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    scenario = private_scenario(options.scenario)
    lives = live(scenario, options.policy, options.customers, options.replications, options.seed)
    base, lost = lives.base, np.isfinite(lives.lost_at)
    print(f"{base.sum():,} customers on day 0, {(~base).sum():,} joined later")
    print(f"lost within the horizon: {lost[base].mean():.1%} of those, {lost[~base].mean():.1%} of these")
    for reason in REASONS:
        print(f"  {reason:12s} {(lives.reason[base] == reason).mean():.1%}")
    print(f"revenue a base customer: {lives.revenue[base].mean() / FEN:,.0f} yuan")
    for name, line in lives.lines.items():
        print(f"  {name:12s} {line[base].mean() / FEN:,.1f}")
    print(f"{lives.events:,} events in {lives.seconds:.2f} s: {lives.events / lives.seconds:,.0f} a second")
    print(f"{lives.events / len(base):.1f} events a customer")
    print(f"the past: {lives.past_events:,} events in {lives.past_seconds:.2f} s")


if __name__ == "__main__":
    main()
