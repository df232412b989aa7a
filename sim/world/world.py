"""One world: a block of replications of a base, lived from epoch to epoch under a policy.

SimPy keeps the calendar of what is shared; the kernel lives everybody from one epoch to the next. A window between two
epochs means nothing else (docs/model.md, docs/design.md).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import simpy

from sim.customer.base import idle_firm, row_starts
from sim.customer.laws import AS_POLICY, FEN, NO_CADENCE, Laws, Shared, Timetable, month_starts
from sim.customer.life import ASKING, answer_call, close, live, wait
from sim.customer.moves import COLUMNS
from sim.customer.record import GOLD, NO_TIER, NOT_ENROLLED, PLATINUM
from sim.world.desk import DESK_LINE, Desk, DeskMeasures, measure, seats_cost
from sim.world.tiers import compile_tiers, follow, score

if TYPE_CHECKING:
    from sim.scenario.bonds import Agreement
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]


class ArmRule(NamedTuple):
    """What an arm of an experiment overrides; None leaves it to the policy, cadence 'none' means no contacts."""

    cadence: str | None = None
    free_days: float | None = None
    reminders: bool | None = None
    reactivation_yuan: float | None = None
    agreement: Agreement | None = None
    points_reminder: bool | None = None
    complaint_line: bool | None = None


class World:
    """A base under a policy.

    Parameters
    ----------
    scenario : Scenario
    laws : Laws
        Compiled to the last day that will be lived.
    timetable : Timetable
    customers : customer_dtype array, sorted by row
        Lived in place; give a copy to keep the original.
    rows : int
        Replications in the array.
    policy : str
        Name of a policy of the scenario.
    without : iterable of str
        Parts of the policy that are left out: 'reward', 'cadence', 'complaint_line'.
    arms : list of Arm, optional
        What an experiment's arms override until the horizon.
    window_days : float
        Cuts windows shorter than the epochs do; 0 does not. Changes nothing in any life.
    """

    def __init__(
        self,
        scenario: Scenario,
        laws: Laws,
        timetable: Timetable,
        customers: Customers,
        rows: int,
        policy: str,
        without: Iterable[str] = (),
        arms: Iterable[ArmRule] = (),
        window_days: float = 0.0,
    ) -> None:
        self.scenario, self.laws, self.timetable = scenario, laws, timetable
        self.customers, self.rows = customers, rows
        self.row_start = row_starts(customers, rows)
        self.events = 0
        self.now = 0.0
        self.scored_at = 0.0
        self.calendar = simpy.Environment()
        self.desks = [Desk(self, row) for row in range(rows)] if scenario.desk is not None else []
        self.closed_periods = 0
        self.residual = 0  # fen a replication, of no customer: discounted value after the horizon
        self.window_days = window_days
        self.tier_rule = compile_tiers(scenario)
        self.rewards_on = False  # nothing is given before arms are known: see `begin`
        arms = list(arms)
        periods = len(laws.marks) - 1
        self.shared = Shared(
            *timetable,
            cuts=np.full((rows, len(scenario.segments), 3), np.inf),
            tally=np.zeros((rows, len(arms) + 1, periods, COLUMNS), dtype=np.int64),
        )
        self.firm = idle_firm()
        self._set_arms(arms)
        self.set_policy(policy, without)

    def restart(self, policy: str, without: Iterable[str], arms: Iterable[ArmRule]) -> None:
        """Begin anew from here with another policy and other arms, not more than before; everybody is scored."""
        self.rewards_on = False
        self._set_arms(arms)
        self.set_policy(policy, without)
        self.score()

    def _set_arms(self, arms: Iterable[ArmRule]) -> None:
        for number, arm in enumerate(ArmRule(*arm) for arm in arms):
            self.firm["arm_cadence"][0, number] = self._cadence_of_arm(arm.cadence)
            self.firm["arm_free_days"][0, number] = -1.0 if arm.free_days is None else arm.free_days
            self.firm["arm_reminders"][0, number] = -1 if arm.reminders is None else arm.reminders
            credit = arm.reactivation_yuan
            self.firm["arm_reactivation"][0, number] = -1 if credit is None else round(credit * FEN)
            self.firm["arm_points_reminder"][0, number] = -1 if arm.points_reminder is None else arm.points_reminder
            self.firm["arm_complaint_line"][0, number] = -1 if arm.complaint_line is None else arm.complaint_line
            self.firm["arm_agreement_months"][0, number] = -1
            if arm.agreement is not None:
                self.firm["arm_agreement_months"][0, number] = arm.agreement.months
                self.firm["arm_agreement_credit"][0, number] = round(arm.agreement.monthly_credit_yuan * FEN)

    def _cadence_of_arm(self, cadence: str | None) -> int:
        if cadence is None:
            return AS_POLICY
        return NO_CADENCE if cadence == "none" else list(self.scenario.cadences).index(cadence)

    def set_policy(self, policy: str, without: Iterable[str] = ()) -> None:
        """Decide what each tier gets from now on; customers follow at the next `follow_policy` or score."""
        plan, without = self.scenario.policies[policy], set(without)
        cadences = list(self.scenario.cadences)
        served = ((NO_TIER, plan.get("others")), (GOLD, plan.get("gold")), (PLATINUM, plan.get("platinum")))
        for tier, part in served:
            self.firm["reminders"][0, tier] = 0
            self.firm["reactivation"][0, tier] = 0
            self.firm["agreement_months"][0, tier] = 0
            self.firm["points_reminder"][0, tier] = 0
            self.firm["cadence"][0, tier] = NO_CADENCE
            self.firm["complaint_line"][0, tier] = 0
            self.firm["free_days"][0, tier] = 0.0
            if part is None:
                continue
            if part.cadence is not None and "cadence" not in without:
                self.firm["cadence"][0, tier] = cadences.index(part.cadence)
            self.firm["complaint_line"][0, tier] = int(part.complaint_line and "complaint_line" not in without)
            if part.reward is not None and "reward" not in without:
                self.firm["free_days"][0, tier] = float(part.reward.free_days)
            self.firm["reminders"][0, tier] = int(part.reminders and "reminders" not in without)
            if part.reactivation is not None and "reactivation" not in without:
                self.firm["reactivation"][0, tier] = round(part.reactivation.credit_yuan * FEN)
            self.firm["points_reminder"][0, tier] = int(part.points_reminder and "points_reminder" not in without)
            if part.agreement is not None and "agreement" not in without:
                self.firm["agreement_months"][0, tier] = part.agreement.months
                self.firm["agreement_credit"][0, tier] = round(part.agreement.monthly_credit_yuan * FEN)

    def enrol(self, who: np.ndarray, arm: np.ndarray | int) -> None:
        """Put customers (positions in the array) into arms: these override the policy until the horizon.

        Raises
        ------
        ValueError
            The world has no such arm: the kernel would write beyond the books.
        """
        arms = self.shared.tally.shape[1] - 1
        if np.max(arm, initial=-1) >= arms:
            raise ValueError(f"arm: got {np.max(arm)}, but this world was made with {arms} arms")
        self.customers["arm"][who] = arm
        self.customers["rewarded"][who] = 0  # an arm's reward is given whatever a policy gave before
        if "agreed" in (self.customers.dtype.names or ()):
            self.customers["agreed"][who] = 0

    def change_arms(self, who: np.ndarray, arm: np.ndarray) -> None:
        """Put customers into other arms, or out of them (`NOT_ENROLLED`), while the campaign goes on.

        What an arm gives on day 0 it gives now, also to who had it from another arm before; what was given to who
        leaves an arm runs on.
        """
        inside = arm != NOT_ENROLLED
        of = arm[inside]
        self.customers["arm"][who] = arm
        self.customers["rewarded"][who[inside][self.firm["arm_free_days"][0, of] >= 0.0]] = 0
        if "agreed" in (self.customers.dtype.names or ()):
            self.customers["agreed"][who[inside][self.firm["arm_agreement_months"][0, of] >= 0]] = 0
        self.follow_policy()

    def score(self) -> None:
        """Score everybody now (an epoch) and let policies act on the new tiers."""
        self.scored_at = self.now
        if self.tier_rule is not None:
            score(
                self.customers,
                self.row_start,
                self.tier_rule,
                *self._surroundings(),
                self.now,
                self.rewards_on,
            )

    def begin(self) -> None:
        """Start the campaign: from now on policies and arms give their rewards."""
        self.rewards_on = True
        self.follow_policy()

    def follow_policy(self) -> None:
        """Let everybody follow the policy as it has been set, from now on."""
        follow(self.customers, *self._surroundings(), self.now, self.rewards_on)

    def end_campaign(self, policy: str, without: Iterable[str] = ()) -> None:
        """From the horizon on: no arms, no new rewards and agreements, the background policy as it stands."""
        self.firm["arm_cadence"] = AS_POLICY
        self.firm["arm_free_days"] = -1.0
        self.firm["arm_reminders"] = self.firm["arm_reactivation"] = self.firm["arm_agreement_months"] = -1
        self.firm["arm_points_reminder"] = self.firm["arm_complaint_line"] = -1
        self.rewards_on = False
        self.set_policy(policy, {"reward", "agreement", *without})
        self.follow_policy()

    def fork(self) -> World:
        """An independent world that goes on from here."""
        twin = object.__new__(World)
        twin.__dict__ |= self.__dict__
        twin.customers, twin.firm = self.customers.copy(), self.firm.copy()
        twin.shared = self.shared._replace(cuts=self.shared.cuts.copy(), tally=self.shared.tally.copy())
        twin.calendar = simpy.Environment(initial_time=self.calendar.now)
        twin.desks = [desk.fork(twin) for desk in self.desks]
        return twin

    def tally_to(self, day: float) -> np.ndarray:
        """The books up to a day that closes a period; (rows, arms + 1, periods, columns)."""
        return self.shared.tally[:, :, : int(np.searchsorted(self.laws.marks, day))].copy()

    def desk_measures(self, tier: int | None = None) -> DeskMeasures:
        """What the save desk has done so far, by replication; for all callers or for those who asked in a tier."""
        if not self.desks:
            raise ValueError("the world has no save desk to measure")
        return measure(self.desks, tier)

    def live(self, until: float) -> None:
        """Live everybody to the start of day `until`, scoring at every month's start on the way.

        Accounts that fall due at `until` are closed; nothing else of `until` has happened then.
        """
        finished = self.calendar.process(self._calendar(until))
        self.calendar.run(until=finished)
        self._age_parked(until)
        close(self.customers, *self._surroundings(), until)
        self._pay_seats(until)

    def _pay_seats(self, until: float) -> None:
        """Book what the desk's seats cost in each period that has ended, at its end, as of no customer."""
        law, marks = self.scenario.desk, self.laws.marks
        if law is None:
            return
        ended = int(np.searchsorted(marks, until, side="right")) - 1
        for period in range(self.closed_periods, ended):
            begin, end = float(marks[period]), float(marks[period + 1])
            amount = seats_cost(law, begin, end)
            self.shared.tally[:, 0, period, DESK_LINE] += amount
            if period >= self.laws.horizon_period:
                discount = float(self.laws.table["discount"][0])
                self.residual -= math.floor(amount * math.exp(-discount * (end - self.laws.horizon)) + 0.5)
        self.closed_periods = ended

    def _surroundings(self) -> tuple[Any, ...]:
        return self.laws.table, self.firm, self.shared

    def _calendar(self, until: float) -> Generator[simpy.Event, Any, None]:
        """Epoch by epoch: the kernel lives a window, the desk serves who asked in it, then the epoch acts."""
        for epoch, scores in self._epochs(until):
            self.until = epoch
            self.events += live(self.customers, *self._surroundings(), epoch)
            if self.desks:
                for i in np.flatnonzero((self.customers["state"] == ASKING) & (self.customers["asked_at"] >= self.now)):
                    self.desks[self.customers["row"][i]].receive(i)
            yield self.calendar.timeout(epoch - self.calendar.now)
            self.now = epoch
            if scores:
                self._age_parked(epoch)
                self.score()

    def _age_parked(self, until: float) -> None:
        """Let those who stand at the desk age to `until`: what is due is done at its own time, before an epoch acts."""
        for i in np.flatnonzero(self.customers["state"] == ASKING) if self.desks else ():
            self.events += wait(self.customers, i, *self._surroundings(), until)

    def _epochs(self, until: float) -> list[tuple[float, bool]]:
        """Ends of the windows up to `until`, and whether a score is due there."""
        months = set(month_starts(self.scenario.start, until)) if self.tier_rule is not None else set()
        # a month that starts where the last life was stopped has not been scored yet
        ends = {m for m in months if m >= self.now and m > self.scored_at} | {float(until)}
        if self.window_days:
            ends |= set(np.arange(self.now + self.window_days, until, self.window_days))
        return [(end, end in months) for end in sorted(ends)]

    def answer_call(self, i: int, t: float, *, saved: bool, cost: int) -> None:
        """The desk has answered customer `i` at `t`; one who stays lives on to the window's end."""
        self.events += answer_call(self.customers, i, saved, cost, DESK_LINE, t, *self._surroundings(), self.until)
        c = self.customers[i]
        if c["state"] == ASKING:
            self.desks[c["row"]].receive(i)
