"""One world: a block of replications of a base, lived from epoch to epoch under a policy.

SimPy keeps the calendar of what is shared; the kernel lives everybody from one epoch to the next. A window between two
epochs means nothing else (docs/model.md, docs/design.md).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.customer.base import idle_firm, row_starts
from sim.customer.laws import Laws, Shared, Timetable
from sim.customer.life import ASKING
from sim.customer.living import LEAVES, STAYS, WAITS, attend, close, live
from sim.customer.moves import COLUMNS
from sim.customer.purse_laws import full_purse
from sim.customer.record import NOT_ENROLLED
from sim.world.agenda import Agenda, Mechanism
from sim.world.circles import CircleNews, circle_rule
from sim.world.desk import DESK_LINE, Desk, DeskMeasures, measure
from sim.world.firm import end_arms, set_arms, set_policy
from sim.world.lives import Lives, lives_of
from sim.world.overheads import costs_of_nobody
from sim.world.portability import PortingDay
from sim.world.purse import Asking, Refill
from sim.world.rivals import Rival
from sim.world.scoring import Scoring
from sim.world.tiers import compile_tiers, follow, score
from sim.world.warning_list import WarningList
from sim.world.win_back import WinningBack

if TYPE_CHECKING:
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario

Customers = np.ndarray[Any, Any]


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
        Parts of the policy that are left out, such as 'reward'.
    arms : list of Arm, optional
        What an experiment's arms override until the horizon.
    window_days : float
        Cuts windows shorter than the epochs do; 0 does not. Changes nothing in any life.
    score_weight : float
        Of true risk in the early-warning score, 0 to 1: 1 knows it, 0 knows nothing.
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
        arms: Iterable[Arm] = (),
        window_days: float = 0.0,
        score_weight: float = 1.0,
    ) -> None:
        self.scenario, self.laws, self.timetable = scenario, laws, timetable
        self.customers, self.rows = customers, rows
        customers["horizon_period"] = laws.horizon_period
        self.row_start = row_starts(customers, rows)
        self.events = 0
        self.now = 0.0
        self.calendar = simpy.Environment()
        self.desks = [Desk(self, row) for row in range(rows)] if scenario.desk is not None else []
        self.closed_periods = 0
        self.of_nobody = costs_of_nobody(self)
        self.residual = np.zeros(rows, dtype=np.int64)  # fen, of no customer: discounted value after the horizon
        self.wakes = np.full(len(customers), -np.inf)  # when something is due of each next, -inf not known; see `live`
        self.ended: list[np.ndarray] = []  # lives that were followed by another, return by return
        self.listed: list[np.ndarray] = []  # who stood on a warning list, list by list
        self.window_days, self.score_weight = window_days, score_weight
        self.tier_rule = compile_tiers(scenario)
        self.rewards_on = False  # nothing is given before arms are known: see `begin`
        arms = list(arms)
        periods = len(laws.marks) - 1
        self.shared = Shared(
            *timetable,
            cuts=np.full((rows, len(scenario.segments), 3), np.inf),
            tally=np.zeros((rows, len(arms) + 1, periods, COLUMNS), dtype=np.int64),
            purse=np.full(rows, full_purse(scenario), dtype=np.int64),
        )
        self.firm = idle_firm()
        set_arms(self.firm, scenario, arms)
        self.set_policy(policy, without)
        self.agenda = Agenda(self._mechanisms())

    def restart(self, policy: str, without: Iterable[str], arms: Iterable[Arm]) -> None:
        """Begin anew from here with another policy and other arms, not more than before; everybody is scored.

        The purse of the new campaign is full.
        """
        self.rewards_on = False
        self.shared.purse[:] = full_purse(self.scenario)
        set_arms(self.firm, self.scenario, arms)
        self.set_policy(policy, without)
        self.score()

    def set_policy(self, policy: str, without: Iterable[str] = ()) -> None:
        """Decide what each tier gets from now on; customers follow at the next `follow_policy` or score."""
        set_policy(self.firm, self.scenario, policy, without)

    def enrol(self, who: np.ndarray, arm: np.ndarray | int, horizon: float | None = None) -> None:
        """Put customers (positions in the array) into arms: these override the policy until the horizon.

        Parameters
        ----------
        who : int64 array, shape (n,)
        arm : int64 array, shape (n,), or one for all
        horizon : float, optional
            Day at which their ledger ends, one at which accounts are closed; the laws' for who is given none.

        Raises
        ------
        ValueError
            The world has no such arm: the kernel would write beyond the books; or accounts are not closed at `horizon`.
        """
        if horizon is not None:
            period = int(np.searchsorted(self.laws.marks, horizon))
            if self.laws.marks[period] != horizon:
                raise ValueError(f"horizon: got {horizon}, a day at which no accounts are closed")
            self.customers["horizon_period"][who] = period
        if np.max(arm, initial=-1) >= self.arms:
            raise ValueError(f"arm: got {np.max(arm)}, but this world was made with {self.arms} arms")
        self.customers["arm"][who] = arm
        self.customers["rewarded"][who] = 0  # an arm's reward is given whatever a policy gave before
        if "agreed" in (self.customers.dtype.names or ()):
            self.customers["agreed"][who] = 0
        if "bundled" in (self.customers.dtype.names or ()):
            self.customers["bundled"][who] = 0

    def forget_leavings(self, who: np.ndarray) -> None:
        """Of customers who are there the next leaving is the first from now on."""
        if "left_at" in (self.customers.dtype.names or ()):
            self.customers["left_at"][who] = np.inf
            self.customers["left_for"][who] = -1

    @property
    def arms(self) -> int:
        """How many arms it was made with."""
        return int(self.shared.tally.shape[1]) - 1

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
        if "bundled" in (self.customers.dtype.names or ()):
            self.customers["bundled"][who[inside][self.firm["arm_bundle"][0, of] >= 0]] = 0
        self.follow_policy()

    def score(self) -> None:
        """Score everybody now (an epoch) and let policies act on the new tiers."""
        self.agenda.has_acted(Scoring, self.now)
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
        """From the horizon on: no arms, no new rewards, agreements and bundles, the background policy as it stands."""
        end_arms(self.firm)
        self.rewards_on = False
        self.set_policy(policy, {"reward", "agreement", "bundle", *without})
        self.follow_policy()

    def fork(self) -> World:
        """An independent world that goes on from here."""
        twin = object.__new__(World)
        twin.__dict__ |= self.__dict__
        twin.customers, twin.firm = self.customers.copy(), self.firm.copy()
        own = {name: getattr(self.shared, name).copy() for name in ("cuts", "tally", "purse")}
        twin.shared = self.shared._replace(**own)
        twin.calendar = simpy.Environment(initial_time=self.calendar.now)
        twin.desks = [desk.fork(twin) for desk in self.desks]
        twin.agenda = self.agenda.fork(twin)
        twin.residual, twin.ended, twin.listed = self.residual.copy(), self.ended.copy(), self.listed.copy()
        return twin

    def tally_to(self, day: float) -> np.ndarray:
        """The books up to a day that closes a period; (rows, arms + 1, periods, columns)."""
        return self.shared.tally[:, :, : int(np.searchsorted(self.laws.marks, day))].copy()

    def lives(self) -> Lives:
        """All lives so far: those that customers live now, and those that ended before they came back."""
        return lives_of(self)

    def desk_measures(self, tier: int | None = None) -> DeskMeasures:
        """What the save desk has done so far, by replication; for all callers or for those who asked in a tier."""
        if not self.desks:
            raise ValueError("the world has no save desk to measure")
        return measure(self.desks, tier)

    def answered_calls(self, who: np.ndarray, since: float) -> tuple[np.ndarray, np.ndarray]:
        """Calls of customers (positions) at the save desk since a day that were answered, and that made them stay.

        Returns
        -------
        two int64 arrays, shape (n,)
            A call counts where it was asked from `since` on and has ended.
        """
        place = {int(i): at for at, i in enumerate(who)} if self.desks else {}
        answered, saved = np.zeros((2, len(who)), dtype=np.int64)
        for call in (call for desk in self.desks for call in desk.calls):
            at = place.get(call.place)
            if at is not None and call.asked >= since and call.outcome != "tired":
                answered[at] += 1
                saved[at] += call.outcome == "saved"
        return answered, saved

    def live(self, until: float) -> None:
        """Live everybody to the start of day `until`, scoring at every month's start on the way.

        Accounts that fall due at `until` are closed; nothing else of `until` has happened then.
        """
        finished = self.calendar.process(self._calendar(until))
        self.calendar.run(until=finished)
        self._age_parked(until)
        close(self.customers, self.laws.table, self.shared, until)
        self._pay_for_nobody(until)

    def _pay_for_nobody(self, until: float) -> None:
        """Book what is paid for no customer in each period that has ended, at its end."""
        laws = self.laws
        ended = int(np.searchsorted(laws.marks, until, side="right")) - 1
        for period in range(self.closed_periods, ended):
            for line, amounts in self.of_nobody.items():
                amount = amounts[:, period]
                self.shared.tally[:, 0, period, line] += amount
                if period >= laws.horizon_period:
                    discount = float(laws.table["discount"][0])
                    worth = math.exp(-discount * (float(laws.marks[period + 1]) - laws.horizon))
                    self.residual -= np.floor(amount * worth + 0.5).astype(np.int64)
        self.closed_periods = ended

    def _surroundings(self) -> tuple[Any, ...]:
        return self.laws.table, self.firm, self.shared

    def _calendar(self, until: float) -> Generator[simpy.Event, Any, None]:
        """Epoch by epoch: the kernel lives a window, the desk serves who asked in it, then the epoch acts."""
        self.wakes = np.full(len(self.customers), -np.inf)
        for epoch, acting in self._epochs(until):
            self.until = epoch
            self.events += live(self.customers, *self._surroundings(), epoch, self.wakes)
            if self.desks:
                for i in np.flatnonzero((self.customers["state"] == ASKING) & (self.customers["asked_at"] >= self.now)):
                    self.desks[self.customers["row"][i]].receive(i)
            yield self.calendar.timeout(epoch - self.calendar.now)
            self.now = epoch
            if acting:
                self._age_parked(epoch)
                if epoch in self.laws.marks:
                    self.events += close(self.customers, self.laws.table, self.shared, epoch)
                self.agenda.act(acting, epoch, self.wakes)

    def _age_parked(self, until: float) -> None:
        """Let those who stand at the desk age to `until`: what is due is done at its own time, before an epoch acts."""
        for i in np.flatnonzero(self.customers["state"] == ASKING) if self.desks else ():
            self.events += attend(self.customers, i, WAITS, 0, DESK_LINE, until, *self._surroundings(), until)

    def _epochs(self, until: float) -> list[tuple[float, list[int]]]:
        """Ends of the windows up to `until`, and the numbers of the mechanisms that act there."""
        due = self.agenda.due(self.now, until)
        ends = set(due) | {float(until)}
        if self.window_days:
            ends |= set(np.arange(self.now + self.window_days, until, self.window_days))
        return [(end, due.get(end, [])) for end in sorted(ends)]

    def _mechanisms(self) -> list[Mechanism]:
        """What acts at epochs, in the order in which it does at one moment."""
        scenario, found = self.scenario, list[Mechanism]()
        if scenario.portability is not None and scenario.portability.from_ is not None:
            found.append(PortingDay(self, scenario.portability))
        if scenario.campaign_budget is not None:
            found.append(Refill(self, scenario.campaign_budget))
        if self.tier_rule is not None:
            found.append(Scoring(self))
        elif scenario.campaign_budget is not None:
            found.append(Asking(self))
        if scenario.early_warning is not None:
            found.append(WarningList(self, scenario.early_warning, self.score_weight))
        if scenario.win_back is not None:
            found.append(WinningBack(self))
        if (rule := circle_rule(scenario)) is not None:
            found.append(CircleNews(self, rule))
        found += [Rival(self, promotion) for promotion in scenario.promotions.values() if promotion.reacts is not None]
        return found

    def answer_call(self, i: int, t: float, *, saved: bool, cost: int) -> None:
        """The desk has answered customer `i` at `t`; one who stays lives on to the window's end."""
        answer = STAYS if saved else LEAVES
        self.events += attend(self.customers, i, answer, cost, DESK_LINE, t, *self._surroundings(), self.until)
        c = self.customers[i]
        if c["state"] == ASKING:
            self.desks[c["row"]].receive(i)
