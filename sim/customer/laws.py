"""The scenario compiled for the kernel: plain arrays and numbers, no names."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.customer.bond_laws import compile_bonds
from sim.customer.mobile_laws import compile_mobile, set_mobile_clocks
from sim.customer.record import BONDS, DISSATISFIED, SATISFACTION_NAMES, SATISFIED, SPENDERS, VERY
from sim.customer.rival_laws import port_from_start
from sim.customer.states import LEAVING, RUNS, Clock, State
from sim.customer.touch_laws import TOUCH_YEARS, compile_touches
from sim.scenario.problems import Impossible

if TYPE_CHECKING:
    from sim.scenario.schema import LeavingReason, Scenario

YEAR = 365.0
MONTH = YEAR / 12
FEN = 100

# Most entries of each table. One fixed layout for every scenario means one compilation for all of them, and a record is
# read through one pointer, where a tuple of arrays pays for reference counts at every call (decision record 3).
SEGMENTS, BANDS, CADENCES, TOUCHES, TOUCH_CHANNELS, CHANNELS, GIFTS, ACTIVITIES, ARMS, PERIODS = (
    16,
    32,
    16,
    64,
    128,
    16,
    16,
    16,
    17,
    512,
)

MONTHS, DUNNING_STEPS, POINT_YEARS = 1536, 17, 160

_CLOCKS, _STATES, _LEVELS, _TIERS = len(Clock), len(State), 3, 3

laws_dtype = np.dtype(
    [
        ("seed", np.uint64),
        # clocks
        ("hazard", np.float64, (_CLOCKS, SEGMENTS, _STATES)),  # a day
        ("shape", np.float64, (_CLOCKS, BANDS)),
        ("bands", np.float64, (BANDS + 1,)),  # tenure day at which a band starts; inf behind the last
        ("satisfaction", np.float64, (_CLOCKS, _LEVELS)),
        ("frail", np.int64, (_CLOCKS,)),
        ("price_sensitive", np.int64, (_CLOCKS,)),
        ("reward_acts", np.int64, (_CLOCKS,)),
        ("contact_acts", np.int64, (_CLOCKS,)),  # -1 lowers, +1 raises, 0 nothing
        ("asks", np.int64, (_CLOCKS,)),  # 1: asks at the save desk before leaving
        ("locked", np.int64, (_CLOCKS,)),  # 1: stands still while free days run
        ("saved_share", np.float64),
        ("growth_days", np.float64),
        ("segments", np.int64),
        # effects
        ("step", np.float64),
        ("contact_max", np.float64),
        ("contact_half_life", np.float64),
        ("contact_lasts", np.float64),
        ("reward_max", np.float64),
        ("reward_half_dose", np.float64),
        ("reward_half_life", np.float64),
        ("reward_lasts", np.float64),
        # touches, cadence by cadence
        ("touch_start", np.int64, (CADENCES + 1,)),
        ("touch_tenure", np.float64, (TOUCHES,)),
        ("touch_name", np.int64, (TOUCHES,)),  # the same number for the same name in every cadence
        ("touch_yearly", np.int64, (TOUCHES,)),
        ("touch_dated", np.int64, (TOUCHES,)),  # 1: on a date of every year, not at a tenure
        ("touch_survey", np.int64, (TOUCHES,)),
        ("touch_cross_sell", np.int64, (TOUCHES,)),
        ("touch_gift", np.int64, (TOUCHES,)),  # -1 none
        ("touch_activity", np.int64, (TOUCHES,)),  # -1 none
        ("channel_start", np.int64, (TOUCHES + 1,)),
        ("channel", np.int64, (TOUCH_CHANNELS,)),
        ("channel_cost", np.int64, (CHANNELS,)),  # fen
        ("channel_reach", np.float64, (CHANNELS,)),
        ("channel_strength", np.float64, (CHANNELS,)),
        ("explains", np.float64),
        ("fatigue_within", np.float64),
        ("fatigue_factor", np.float64),
        ("answers", np.float64, (_LEVELS,)),
        ("team_delay", np.float64),
        ("team_solves", np.float64),
        ("team_becomes", np.int64),
        ("team_cost", np.int64),  # fen
        ("reports", np.float64),
        ("cross_sell_accepts", np.float64),
        ("cross_sell_increase", np.float64),
        ("gift_cost", np.int64, (GIFTS,)),  # fen
        ("gift_match", np.float64, (GIFTS,)),
        ("activity_cost", np.int64, (ACTIVITIES,)),  # fen
        ("activity_comes", np.float64, (ACTIVITIES,)),
        ("activity_pleases", np.float64, (ACTIVITIES,)),
        # money and calendar
        ("marks", np.float64, (PERIODS + 2,)),  # days at which accounts are closed; inf behind the last
        ("horizon_period", np.int64),  # number of periods within the horizon
        ("horizon", np.float64),
        ("margin", np.float64),
        ("discount", np.float64),  # log(1 + yearly rate) a day
        ("commission", np.int64),  # fen a joiner
        # mobile worlds
        ("bills", np.int64),  # 1: customers get bills
        ("month_starts", np.float64, (MONTHS,)),  # days, the past included; inf behind the last
        ("forgets", np.float64, (SEGMENTS,)),  # chance to forget a bill
        ("dunning_day", np.float64, (DUNNING_STEPS,)),  # days after the bill; inf behind the last
        ("dunning_kind", np.int64, (DUNNING_STEPS,)),
        ("reminder_cost", np.int64),  # fen
        ("reminder_pays", np.float64),
        ("reactivation_raises", np.float64),
        ("swindles", np.float64),  # chance to join without meaning to pay
        ("collects", np.float64),
        ("collection_cost", np.float64),  # share of what is collected
        ("change_drop", np.float64),
        ("change_commission", np.int64),  # fen
        ("fee_decline", np.float64),
        ("dormant_fee", np.float64),
        ("touches_a_month", np.int64),
        ("opts_out", np.float64),
        # bonds
        ("binds", np.int64, (BONDS, _CLOCKS)),  # 1: the bond acts on the clock
        ("contract_share", np.float64, (SEGMENTS,)),
        ("contract_days", np.float64),
        ("contract_subsidy", np.int64),  # fen
        ("contract_renews", np.float64),
        ("contract_reduction", np.float64),
        ("contract_after_factor", np.float64),
        ("contract_after_days", np.float64),
        ("contract_penalty", np.float64),  # share of the fees of the days left
        ("agreement_accepts", np.float64),
        ("agreement_max", np.float64),
        ("agreement_half", np.float64),  # fen
        ("points_segment", np.int64, (SEGMENTS,)),  # 1: earns points
        ("points_accrual", np.float64),
        ("points_known", np.float64),
        ("points_max", np.float64),
        ("points_half", np.float64),  # fen
        ("points_date", np.float64, (POINT_YEARS,)),  # days on which points lapse, the past included; inf behind
        ("points_before", np.float64),  # days from the reminder to the date, 0 none
        ("points_reminder_cost", np.int64),  # fen
        ("points_redeems", np.float64),
        ("points_remembers", np.float64),
        ("points_pleases", np.float64),
        ("agent_share", np.float64),
        ("agent_commission", np.int64),  # fen
        ("assessment_days", np.float64),
        ("agent_assessed", np.int64),  # fen
        ("agent_bill_share", np.float64),
        ("agent_clawback", np.int64),  # fen
        ("agent_keeps", np.float64),
        ("let_go_days", np.float64),
        ("let_go_max", np.float64),
        ("let_go_half", np.float64),  # fen
        ("resale_share", np.float64),
        # contested worlds
        ("call_cost", np.int64),  # fen
        ("call_reach", np.float64),
        ("call_max", np.float64),  # of who is in warning
        ("call_asleep", np.float64),  # of all others
        ("call_half_life", np.float64),
        ("call_lasts", np.float64),
        ("bundle_reduction", np.float64),
        ("bundle_accepts", np.float64),
        ("bundle_days", np.float64),
        ("bundle_subsidy", np.int64),  # fen
        ("bundle_fee_change", np.float64),
        ("win_back_for", np.int64, (_CLOCKS,)),  # 1: who left for this reason is approached
        ("win_back_from", np.float64),  # days since the loss
        ("win_back_to", np.float64),
        ("win_back_succeeds", np.float64),
        ("win_back_cost", np.int64),  # fen
        ("win_back_free_days", np.float64),
        ("win_back_fee_change", np.float64),
        ("win_back_very", np.float64),
        ("worth_from", np.int64),  # fen a year
        ("worth_debtors", np.int64),  # 1: who is gone with debts is approached too
        ("worth_returns", np.int64),  # of who has returned so often nobody is approached
        ("fellows_reduction", np.float64),
        ("fellows_at_most", np.int64),
        ("answer_weakens", np.float64),  # share of an answered promotion's pull
        ("answer_credit", np.int64),  # fen
        ("purse", np.int64),  # 1: a campaign's budget can run out
        ("covers", np.int64, (SPENDERS,)),  # 1: the purse pays for it
        ("purse_forgone", np.int64),  # 1: forgone fees count
        # large and seldom read: behind what every event reads
        ("touch_date", np.float64, (TOUCHES, TOUCH_YEARS + 1)),  # from the start's year on; inf behind the last
    ],
    align=True,
)
"""The scenario as one record."""

firm_dtype = np.dtype(
    [
        ("cadence", np.int64, (_TIERS,)),  # -1 none
        ("complaint_line", np.int64, (_TIERS,)),
        ("free_days", np.float64, (_TIERS,)),  # given on first entering the tier, 0 none
        ("arm_cadence", np.int64, (ARMS,)),
        ("arm_free_days", np.float64, (ARMS,)),  # given on day 0
        ("reminders", np.int64, (_TIERS,)),
        ("reactivation", np.int64, (_TIERS,)),  # fen
        ("arm_reminders", np.int64, (ARMS,)),
        ("arm_reactivation", np.int64, (ARMS,)),
        ("agreement_credit", np.int64, (_TIERS,)),  # fen a month
        ("agreement_months", np.int64, (_TIERS,)),  # offered on first entering the tier, 0 none
        ("arm_agreement_credit", np.int64, (ARMS,)),
        ("arm_agreement_months", np.int64, (ARMS,)),  # offered on day 0
        ("points_reminder", np.int64, (_TIERS,)),
        ("arm_points_reminder", np.int64, (ARMS,)),
        ("warning_call", np.int64, (_TIERS,)),
        ("arm_warning_call", np.int64, (ARMS,)),
        ("circle_call", np.int64, (_TIERS,)),
        ("arm_circle_call", np.int64, (ARMS,)),
        ("answers", np.int64, (_TIERS,)),
        ("arm_answers", np.int64, (ARMS,)),
        ("bundle", np.int64, (_TIERS,)),
        ("arm_bundle", np.int64, (ARMS,)),
        ("win_back", np.int64, (_TIERS,)),  # attempts at most
        ("arm_win_back", np.int64, (ARMS,)),
        ("arm_complaint_line", np.int64, (ARMS,)),
    ],
    align=True,
)
"""What the firm has decided for now: fixed between epochs, changed in place at them.

A field `arm_x` overrides the field `x` for who is in the arm, unless it is `AS_POLICY`.
"""


class Laws(NamedTuple):
    """What decides a customer's private life."""

    table: np.ndarray  # laws_dtype, shape (1,)
    seed: int
    marks: np.ndarray  # (periods + 1,) days at which accounts are closed
    horizon: float
    horizon_period: int


class Shared(NamedTuple):
    """What the kernel reads of others, and writes for the books of a block of replications."""

    start: np.ndarray  # (rows * segments + 1,) where the promotions of row * segments + segment start
    time: np.ndarray  # (entry,) day of a change of promotions
    # (entry, 4) sums of the strengths that run from then on: rivals', our own offers to newcomers, rivals' that are
    # answered; and the number of answers that start then
    level: np.ndarray
    cuts: np.ndarray  # (row, segment, tier) value from which a joiner belongs to the tier; inf never
    tally: np.ndarray  # (row, arm + 1, period, column) int64; arm 0 is 'not enrolled'
    purse: np.ndarray  # (row,) int64, fen left of the campaign's budget


class Timetable(NamedTuple):
    """Competitors' promotions as step functions of time; fields as in `Shared`."""

    start: np.ndarray
    time: np.ndarray
    level: np.ndarray


AS_POLICY = -2
NO_CADENCE = -1


class TooMany(Impossible):
    """A table of the scenario has more entries than the kernel's record holds."""


def accounting_marks(start: datetime.date, days: Iterable[float]) -> np.ndarray:
    """Days at which accounts are closed: day 0, each calendar month's start, and `days`, of which the last ends all.

    Returns
    -------
    float64 array, increasing, from 0 to the last of `days`
    """
    marks = {0.0} | {float(day) for day in days}
    end = max(marks)
    year, month = start.year, start.month
    while True:
        month += 1
        if month > 12:
            year, month = year + 1, 1
        day = float((datetime.date(year, month, 1) - start).days)
        if day >= end:
            return np.array(sorted(marks))
        marks.add(day)


def month_starts(start: datetime.date, end: float) -> np.ndarray:
    """Days of the calendar months' starts in (0, end)."""
    return accounting_marks(start, [end])[1:-1]


def compile_laws(scenario: Scenario, seed: int, ends: Iterable[float], horizon: float | None = None) -> Laws:
    """Turn a scenario into the kernel's arrays.

    Parameters
    ----------
    scenario : Scenario
        Plain numbers; ranges stand at their centre.
    seed : int
        64-bit key of all draws.
    ends : iterable of float
        Days at which some world will end; nothing is lived beyond the last.
    horizon : float, optional
        Day from which bookings count as residual value; the scenario's by default.
    """
    horizon = float(scenario.horizon_days if horizon is None else horizon)
    clocks, segments = len(Clock), list(scenario.segments)
    hazard = np.zeros((clocks, len(segments), len(State)))
    frail = np.zeros(clocks, np.int64)
    sensitive = np.zeros(clocks, np.int64)
    asks = np.zeros(clocks, np.int64)
    locked = np.zeros(clocks, np.int64)
    shapes: dict[Clock, str | None] = {}
    factors = np.array([segment.risk_factor for segment in scenario.segments.values()])
    ones = np.ones(len(segments))

    def set_clock(clock: Clock, per_month: dict[State, float], by_segment: np.ndarray, law: object) -> None:
        for state in RUNS[clock]:
            hazard[clock, :, state] = per_month[state] / MONTH * by_segment
        frail[clock] = getattr(law, "frail", False)
        sensitive[clock] = getattr(law, "price_sensitive", False)
        shapes[clock] = getattr(law, "tenure_shape", None)

    if scenario.warning is not None:
        warning = scenario.warning
        enter = dict.fromkeys(RUNS[Clock.WARNING], warning.enter_per_month)
        set_clock(Clock.WARNING, enter, factors, warning)
        set_clock(Clock.RECOVERY, {State.WARNING: warning.recover_per_month}, ones, None)
    if scenario.problem is not None:
        set_clock(Clock.PROBLEM, dict.fromkeys(RUNS[Clock.PROBLEM], scenario.problem.per_month), ones, None)
    reasons: dict[str, LeavingReason] = dict(scenario.leaving.items())
    for clock in LEAVING:
        reason = reasons.get(clock.name.lower())
        if reason is not None:
            rates = {state: reason.per_month.of(state.name.lower()) for state in RUNS[clock]}
            set_clock(clock, rates, factors if clock is Clock.COMPETITOR else ones, reason)
            asks[clock] = scenario.desk is not None and clock.name.lower() in scenario.desk.reasons

    bands, shape = _tenure_bands(scenario, shapes)
    satisfaction = np.ones((clocks, 3))
    if scenario.satisfaction is not None:
        ratio = [getattr(scenario.satisfaction.risk_ratio, name) for name in SATISFACTION_NAMES]
        satisfaction[Clock.WARNING] = satisfaction[Clock.COMPETITOR] = ratio

    set_mobile_clocks(scenario, set_clock)
    port_from_start(hazard, scenario)

    reward, contacts, survey, team = scenario.reward, scenario.contacts, scenario.survey, scenario.team
    reward_acts = np.zeros(clocks, np.int64)
    contact_acts = np.zeros(clocks, np.int64)
    if reward is not None:
        for name in reward.acts_on:
            reward_acts[Clock[name.upper()]] = 1 if name == "recovery" else -1
        if reward.lock_in:
            locked[[Clock.COMPETITOR, Clock.VARIETY]] = 1
    effect = contacts.effect if contacts is not None else None
    if effect is not None:
        for name in effect.acts_on:
            contact_acts[Clock[name.upper()]] = 1 if name == "recovery" else -1
    residual = scenario.residual
    channels = contacts.channels if contacts is not None else {}
    fatigue = contacts.fatigue if contacts is not None else None
    cross_sell = scenario.cross_sell
    levels = {"dissatisfied": DISSATISFIED, "satisfied": SATISFIED, "very": VERY}

    touches = compile_touches(scenario)
    marks = accounting_marks(scenario.start, [horizon, *ends])
    table = np.zeros(1, dtype=laws_dtype)
    table["bands"] = table["marks"] = table["month_starts"] = table["dunning_day"] = np.inf
    table["touch_date"] = table["points_date"] = np.inf
    values: dict[str, Any] = {
        "seed": np.uint64(seed),
        "hazard": hazard,
        "shape": shape,
        "bands": bands,
        "satisfaction": satisfaction,
        "frail": frail,
        "price_sensitive": sensitive,
        "reward_acts": reward_acts,
        "contact_acts": contact_acts,
        "asks": asks,
        "locked": locked,
        "saved_share": scenario.desk.success_share if scenario.desk is not None else 0.0,
        "growth_days": scenario.stages.growth_months * MONTH if scenario.stages is not None else 0.0,
        "segments": len(segments),
        "step": scenario.effects.step_days,
        "contact_max": effect.max_reduction if effect else 0.0,
        "contact_half_life": effect.half_life_days if effect else 1.0,
        "contact_lasts": effect.lasts_days if effect else 0.0,
        "reward_max": reward.max_reduction if reward else 0.0,
        "reward_half_dose": reward.half_dose_days if reward else 1.0,
        "reward_half_life": reward.half_life_days if reward else 1.0,
        "reward_lasts": reward.lasts_days if reward else 0.0,
        **touches,
        "channel_cost": _fen([channel.cost_yuan for channel in channels.values()]),
        "channel_reach": [channel.reach_share for channel in channels.values()],
        "channel_strength": [channel.strength for channel in channels.values()],
        "explains": contacts.explains_share if contacts else 0.0,
        "fatigue_within": fatigue.within_days if fatigue else 0.0,
        "fatigue_factor": fatigue.factor if fatigue else 1.0,
        "answers": [getattr(survey.answer_share, name) if survey else 0.0 for name in SATISFACTION_NAMES],
        "team_delay": team.delay_days if team else 0.0,
        "team_solves": team.solves_share if team else 0.0,
        "team_becomes": levels[team.becomes] if team else SATISFIED,
        "team_cost": round(team.cost_yuan * FEN) if team else 0,
        "reports": team.reports_share if team else 0.0,
        "cross_sell_accepts": cross_sell.accept_share if cross_sell else 0.0,
        "cross_sell_increase": cross_sell.fee_increase_share if cross_sell else 0.0,
        "marks": marks,
        "horizon_period": int(np.searchsorted(marks, horizon)),
        "horizon": horizon,
        "margin": scenario.money.margin_share,
        "discount": math.log1p(residual.discount_per_year) / YEAR if residual else 0.0,
        "commission": round(scenario.base.commission_yuan * FEN),
    }
    values |= compile_mobile(scenario, max(marks)) | compile_bonds(scenario, max(marks))
    for field, value in values.items():
        _fill(table, field, np.asarray(value))
    return Laws(table, seed, marks, horizon, values["horizon_period"])


def _fill(table: np.ndarray, name: str, value: np.ndarray) -> None:
    """Write a value into the leading corner of its field."""
    room = table[name].shape[1:]
    if any(have > most for have, most in zip(value.shape, room, strict=True)):
        raise TooMany(f"{name}: {value.shape} entries, at most {room} fit")
    corner: tuple[Any, ...] = (0, *(slice(length) for length in value.shape))
    table[name][corner] = value


def _fen(yuan: list[float]) -> np.ndarray:
    return np.array([round(amount * FEN) for amount in yuan], dtype=np.int64)


def _tenure_bands(scenario: Scenario, shapes: dict[Clock, str | None]) -> tuple[np.ndarray, np.ndarray]:
    """Union of all clocks' tenure steps, and each clock's factor on it."""
    starts = {0.0}
    for name in shapes.values():
        if name is not None:
            starts |= {step.from_month * MONTH for step in scenario.tenure_shapes[name].steps}
    bands = np.array(sorted(starts))
    shape = np.ones((len(Clock), len(bands)))
    for clock, name in shapes.items():
        if name is None:
            continue
        for step in scenario.tenure_shapes[name].steps:
            shape[clock, bands >= step.from_month * MONTH] = step.factor
    return bands, shape
