"""A scenario as the reference model reads it: plain lists and dictionaries, made once.

Written from docs/model.md alone; it shares no code with the engine, only the scenario file's schema.
"""

import datetime
import math
import random
from dataclasses import dataclass

from sim.scenario.kinds import ClockBlock
from sim.scenario.schema import ContactEffect, Promotion, RewardResponse, Scenario

YEAR = 365.0
MONTH = YEAR / 12
FEN = 100
NEVER = math.inf

RUNNING = ("growth", "stable", "warning")
CLOCKS = {
    "warning": ("growth", "stable"),
    "recovery": ("warning",),
    "problem": RUNNING,
    "competitor": RUNNING,
    "need_gone": RUNNING,
    "variety": RUNNING,
}
SATISFACTION = ("very", "satisfied", "dissatisfied")
VERY, SATISFIED, DISSATISFIED = SATISFACTION


@dataclass(frozen=True, slots=True)
class Law:
    """One clock in one state and segment: all of its rate that is the same for every customer."""

    clock: str
    table: dict[str, list[float]]  # satisfaction -> rate a day by tenure band
    frail: bool
    price_sensitive: bool
    reward: bool
    contact: float  # -1: a contact lowers the rate, 1: raises it, 0: does nothing
    locked: bool


@dataclass(frozen=True, slots=True)
class Touch:
    """One touch of a cadence; `channels` are (cost in fen, reach, strength)."""

    tenure: float
    yearly: bool
    dates: tuple[float, ...]  # the days on which it comes instead, for a touch on the calendar
    channels: tuple[tuple[int, float, float], ...]
    survey: bool
    cross_sell: bool
    gift: tuple[int, float] | None  # cost in fen, chance that it pleases


@dataclass(frozen=True, slots=True)
class Tier:
    """What a policy does for the customers of one tier."""

    name: str
    cadence: tuple[Touch, ...] = ()
    complaint_line: bool = False
    free_days: float = 0.0


class Tables:
    """All of a scenario that does not depend on luck.

    Parameters
    ----------
    scenario : Scenario
        Its customers must be private: tiers by threshold, no save desk, and no policy in the past.

    Raises
    ------
    ValueError
        If they are not.
    """

    def __init__(self, scenario: Scenario) -> None:
        if scenario.desk is not None:
            raise ValueError("the reference model has no save desk")
        if scenario.tiers is not None and scenario.tiers.rule != "threshold":
            raise ValueError("the reference model has tiers by threshold only")
        if scenario.policies[scenario.baseline_policy]:
            raise ValueError("the reference model knows no policy for the past")
        self.scenario = scenario
        self.horizon = float(scenario.horizon_days)
        self.segments = list(scenario.segments)
        self.growth_days = scenario.stages.growth_months * MONTH if scenario.stages else 0.0
        self.bands = self._bands()
        satisfaction = scenario.satisfaction
        if satisfaction is None:
            self.joining_share = {VERY: 0.0, SATISFIED: 1.0, DISSATISFIED: 0.0}
            self.risk_ratio = dict.fromkeys(SATISFACTION, 1.0)
        else:
            self.joining_share = satisfaction.joining_share.model_dump()
            self.risk_ratio = satisfaction.risk_ratio.model_dump()
        self.laws = {s: {state: self._laws(s, state) for state in RUNNING} for s in self.segments}
        self.reward_fade = fade(scenario.reward, scenario.effects.step_days)
        contacts = scenario.contacts
        self.contact_fade = fade(contacts.effect if contacts else None, scenario.effects.step_days)
        self._contacts_and_rewards()
        self.month_starts = month_starts(scenario.start, self.horizon)
        unit = sum(s.share * s.fee_relative for s in scenario.segments.values())
        self.mean_fee = {
            name: scenario.money.mean_fee_yuan_per_month * FEN * s.fee_relative / unit
            for name, s in scenario.segments.items()
        }

    def _contacts_and_rewards(self) -> None:
        """Numbers of mechanisms that a scenario may leave out, where they do nothing."""
        scenario = self.scenario
        tiers, contacts, survey, team = scenario.tiers, scenario.contacts, scenario.survey, scenario.team
        self.excluded = frozenset(tiers.excluded_segments) if tiers else frozenset()
        bounds = [("platinum", tiers.platinum), ("gold", tiers.gold)] if tiers else []
        self.thresholds = [(name, (bound.value_yuan_per_year or 0.0) * FEN) for name, bound in bounds if bound]
        self.contact_max = contacts.effect.max_reduction if contacts and contacts.effect else 0.0
        self.explains_share = contacts.explains_share if contacts else 0.0
        self.fatigue_days = contacts.fatigue.within_days if contacts and contacts.fatigue else 0.0
        self.fatigue_factor = contacts.fatigue.factor if contacts and contacts.fatigue else 1.0
        self.answer_share = survey.answer_share.model_dump() if survey else dict.fromkeys(SATISFACTION, 0.0)
        self.team_delay = team.delay_days if team else NEVER
        self.team_cost = round(team.cost_yuan * FEN) if team else 0
        self.team_solves = team.solves_share if team else 0.0
        self.team_becomes = team.becomes if team else SATISFIED
        self.reports_share = team.reports_share if team else 0.0
        self.cross_sell_share = scenario.cross_sell.accept_share if scenario.cross_sell else 0.0
        self.cross_sell_rise = scenario.cross_sell.fee_increase_share if scenario.cross_sell else 0.0
        self.reward_max = scenario.reward.max_reduction if scenario.reward else 0.0
        self.reward_half_dose = scenario.reward.half_dose_days if scenario.reward else 1.0

    def _bands(self) -> list[float]:
        """Tenure days at which some clock's tenure factor may change; the first is 0."""
        names = {name for clock in CLOCKS if (name := self._shape_name(clock)) is not None}
        steps = [step for name in names for step in self.scenario.tenure_shapes[name].steps]
        return sorted({0.0} | {step.from_month * MONTH for step in steps})

    def _law_of(self, clock: str) -> ClockBlock | None:
        """The scenario's block that says how a clock's rate varies; recovery and absent clocks have none."""
        if clock == "warning":
            return self.scenario.warning
        if clock == "problem":
            return self.scenario.problem
        return {str(reason): block for reason, block in self.scenario.leaving.items()}.get(clock)

    def _shape_name(self, clock: str) -> str | None:
        block = self._law_of(clock)
        return block.tenure_shape if block is not None else None

    def _per_month(self, clock: str, state: str) -> float:
        """Rate of a clock in a state in which it runs."""
        scenario = self.scenario
        if clock == "warning":
            return scenario.warning.enter_per_month if scenario.warning is not None else 0.0
        if clock == "recovery":
            return scenario.warning.recover_per_month if scenario.warning is not None else 0.0
        if clock == "problem":
            return scenario.problem.per_month if scenario.problem is not None else 0.0
        reasons = {str(name): reason.per_month.model_dump() for name, reason in scenario.leaving.items()}
        return float(reasons[clock][state]) if clock in reasons else 0.0

    def _laws(self, segment: str, state: str) -> tuple[Law, ...]:
        """The clocks that run in a state, those of rate 0 left out."""
        scenario = self.scenario
        laws = []
        for clock, states in CLOCKS.items():
            rate = self._per_month(clock, state) / MONTH if state in states else 0.0
            if rate == 0.0:
                continue
            judged = clock in ("warning", "competitor")
            if judged:
                rate *= scenario.segments[segment].risk_factor
            ratios = self.risk_ratio if judged else dict.fromkeys(SATISFACTION, 1.0)
            shape = self._shape(clock)
            block = self._law_of(clock)
            reward, contacts = scenario.reward, scenario.contacts
            touched = contacts is not None and contacts.effect is not None and clock in contacts.effect.acts_on
            laws.append(
                Law(
                    clock=clock,
                    table={level: [rate * factor * ratios[level] for factor in shape] for level in SATISFACTION},
                    frail=block is not None and block.frail,
                    price_sensitive=block is not None and block.price_sensitive,
                    reward=reward is not None and clock in reward.acts_on,
                    contact=(1.0 if clock == "recovery" else -1.0) if touched else 0.0,
                    locked=reward is not None and reward.lock_in and clock in ("competitor", "variety"),
                )
            )
        return tuple(laws)

    def _shape(self, clock: str) -> list[float]:
        name = self._shape_name(clock)
        if name is None:
            return [1.0] * len(self.bands)
        factors = []
        for band in self.bands:
            # a shape is 1 before its first step
            factor = 1.0
            for step in self.scenario.tenure_shapes[name].steps:
                if step.from_month * MONTH <= band:
                    factor = step.factor
            factors.append(factor)
        return factors

    def tiers(self, policy: str) -> dict[str, Tier]:
        """What a policy does by tier; tiers that it does not name get nothing."""
        tiers = {"platinum": Tier("platinum"), "gold": Tier("gold")}
        for name, block in self.scenario.policies[policy].items():
            tiers[name] = Tier(
                name,
                cadence=self._cadence(block.cadence) if block.cadence else (),
                complaint_line=block.complaint_line,
                free_days=block.reward.free_days if block.reward else 0.0,
            )
        return tiers

    def _cadence(self, name: str) -> tuple[Touch, ...]:
        scenario = self.scenario
        touches = []
        known = scenario.contacts.channels if scenario.contacts is not None else {}
        for touch in scenario.cadences[name].touches.values():
            channels = [known[c] for c in touch.channels]
            months = touch.tenure_months or 0.0
            gift = scenario.gifts[touch.gift] if touch.gift else None
            touches.append(
                Touch(
                    tenure=touch.tenure_days if touch.tenure_days is not None else months * MONTH,
                    yearly=touch.yearly,
                    dates=self._days_on(touch.calendar) if touch.calendar is not None else (),
                    channels=tuple((round(c.cost_yuan * FEN), c.reach_share, c.strength) for c in channels),
                    survey=touch.survey,
                    cross_sell=touch.cross_sell,
                    gift=(round(gift.cost_yuan * FEN), gift.match_share) if gift else None,
                )
            )
        return tuple(touches)

    def _days_on(self, month_and_day: str) -> tuple[float, ...]:
        """Days from day 0 up to the horizon that have this date."""
        start = self.scenario.start
        days = range(math.ceil(self.horizon))
        return tuple(float(d) for d in days if f"{start + datetime.timedelta(days=d):%m-%d}" == month_and_day)


def fade(effect: ContactEffect | RewardResponse | None, step: float) -> list[tuple[float, float]]:
    """The fading of an effect as (days since it was given, share that is left), from 0 to the first 0."""
    if effect is None:
        return [(0.0, 0.0)]
    steps = math.ceil(effect.lasts_days / step)
    left = [(step * n, 2.0 ** (-step * n / effect.half_life_days)) for n in range(steps)]
    return [*left, (float(effect.lasts_days), 0.0)]


def month_starts(start: datetime.date, end: float) -> list[float]:
    """Days of the calendar months' starts in (0, end), days since `start`."""
    days: list[float] = []
    month = start.year * 12 + start.month  # months since year 0, January is 0: one further than the start's own
    while True:
        day = float((datetime.date(month // 12, month % 12 + 1, 1) - start).days)
        if day >= end:
            return days
        days.append(day)
        month += 1


def promotion_steps(tables: Tables, luck: random.Random, since: float) -> dict[str, list[tuple[float, float]]]:
    """Times at which the promotions' summed strength changes, by segment, with the strength from then on.

    Parameters
    ----------
    tables : Tables
    luck : random.Random
        Decides when random promotions start; one timetable is one replication's.
    since : float
        First day that any customer's past needs; the first step stands there.
    """
    scenario, end = tables.scenario, tables.horizon
    changes: dict[str, dict[float, float]] = {segment: {since: 0.0} for segment in tables.segments}
    for promotion in scenario.promotions.values():
        for start, lasts in promotion_runs(promotion, scenario.start, luck, since, end):
            for segment in promotion.segments or tables.segments:
                at = changes[segment]
                first, last = max(start, since), start + lasts
                at[first] = at.get(first, 0.0) + promotion.strength
                at[last] = at.get(last, 0.0) - promotion.strength
    return {segment: running_sum(at) for segment, at in changes.items()}


def promotion_runs(
    promotion: Promotion, start: datetime.date, luck: random.Random, since: float, end: float
) -> list[tuple[float, float]]:
    """(first day, days it lasts) of each run of a promotion that touches [since, end)."""
    runs: list[tuple[float, float]] = []
    if promotion.dated is not None:
        dated = promotion.dated
        runs.append((float((dated.from_ - start).days), float((dated.to - dated.from_).days)))
    elif promotion.recurring is not None:
        recurring = promotion.recurring
        at = float((recurring.first - start).days)
        while at < end:
            runs.append((at, recurring.lasts_days))
            at += recurring.every_days
    elif promotion.random is not None and promotion.random.per_year > 0.0:
        per_day, lasts = promotion.random.per_year / YEAR, promotion.random.lasts_days
        at = since - lasts + luck.expovariate(per_day)
        while at < end:
            runs.append((at, lasts))
            at += luck.expovariate(per_day)
    return [(first, lasts) for first, lasts in runs if first < end and first + lasts > since]


def running_sum(changes: dict[float, float]) -> list[tuple[float, float]]:
    """(time, sum of all changes up to it), in time order; a step that changes nothing is dropped."""
    steps: list[tuple[float, float]] = []
    total = 0.0
    for at in sorted(changes):
        total += changes[at]
        strength = 0.0 if abs(total) < 1e-12 else total
        if not steps or strength != steps[-1][1]:
            steps.append((at, strength))
    return steps
