"""The two big tables of a run: the books by month, and one row a customer and arm of the first replication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.customer.life import LOST
from sim.customer.moves import COUNT_COLUMN, LOSS_COLUMN, MOVE_COLUMN, STATE_COLUMN
from sim.customer.record import SATISFACTION_NAMES, TIER_NAMES, Count, Line
from sim.customer.states import ACTIVE, MOVES, REASONS, Clock
from sim.world.lives import first_joining, first_leaving, first_reason

if TYPE_CHECKING:
    from sim.planning.run import Block
    from sim.scenario.experiment_schema import Question
    from sim.scenario.schema import Scenario

Table = dict[str, np.ndarray[Any, Any]]
NOT_ENROLLED = "not enrolled"


def timeline_table(scenario: Scenario, experiments: Sequence[Question], blocks: Sequence[Block]) -> Table:
    """State counts, moves, losses by reason and ledger lines by world, arm, replication and period.

    A period is a calendar month, cut at the horizon. Columns: world, arm, replication, period, start_day, end_day,
    `state_*` (customers at the period's end), `move_*`, `lost_*` and counts (within the period), `*_fen` (booked
    within it).
    """
    worlds: list[tuple[str, list[str], list[np.ndarray], np.ndarray]] = [
        ("baseline", [NOT_ENROLLED], [b.baseline_tally for b in blocks], blocks[0].marks)
    ]
    for e in experiments:
        of = [b.experiments[e.name].tallies for b in blocks]
        marks = blocks[0].experiments[e.name].marks
        if "trial" in of[0]:
            worlds.append((f"{e.name}/trial", [NOT_ENROLLED, *e.arms], [t["trial"] for t in of], marks))
        worlds += [(f"{e.name}/rollout", [NOT_ENROLLED, arm], [t[arm] for t in of], marks) for arm in e.arms]
    parts = [_periods(name, arms, np.concatenate(tallies), marks) for name, arms, tallies, marks in worlds]
    return {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}


def _periods(world: str, arms: list[str], tally: np.ndarray, marks: np.ndarray) -> Table:
    replications, _, periods, _ = tally.shape
    size = replications * len(arms) * periods
    flat = tally[:, : len(arms)].reshape(size, -1)
    period = np.tile(np.arange(periods), replications * len(arms))
    table: Table = {
        "world": np.full(size, world),
        "arm": np.tile(np.repeat(np.array(arms), periods), replications),
        "replication": np.repeat(np.arange(replications), len(arms) * periods),
        "period": period,
        "start_day": marks[:-1][period],
        "end_day": marks[1:][period],
    }
    for state in ACTIVE:
        table[f"state_{state.name.lower()}"] = flat[:, STATE_COLUMN + state]
    for number, (start, end) in enumerate(MOVES):
        table[f"move_{start.name.lower()}_{end.name.lower()}"] = flat[:, MOVE_COLUMN + number]
    for clock, reason in REASONS.items():
        table[f"lost_{reason}"] = flat[:, LOSS_COLUMN + clock]
    table["number_changes"] = flat[:, LOSS_COLUMN + Clock.NUMBER_CHANGE]
    table["fee_declines"] = flat[:, LOSS_COLUMN + Clock.FEE_DECLINE]
    for count in Count:
        table[count.name.lower()] = flat[:, COUNT_COLUMN + count]
    for line in Line:
        table[f"{line.name.lower()}_fen"] = flat[:, line]
    return table


def customers_table(scenario: Scenario, experiments: Sequence[Question], block: Block) -> Table:
    """Every customer of the first replication in every roll-out, with what it was like and what became of it.

    States are those after the residual time, and returns those by then; the ledger is that of the horizon. Days count
    from a customer's own start and end with the first leaving; its ledger counts from day 0.
    """
    parts = []
    segments = np.array(list(scenario.segments))
    reasons = np.array(["", *(REASONS.get(clock, "") for clock in Clock)])
    for e in experiments:
        horizon = float(e.horizon_days or scenario.horizon_days)
        for arm, c in block.experiments[e.name].customers.items():
            end = block.experiments[e.name].marks[c["horizon_period"]]
            of_campaign = first_joining(c) < end
            c, end = c[of_campaign], end[of_campaign]
            begin = np.where(c["arm"] >= 0, end - horizon, 0.0)
            left = first_leaving(c) < end
            part: Table = {
                "experiment": np.full(len(c), e.name),
                "arm": np.full(len(c), arm),
                "customer": c["id"],
                "enrolled": c["arm"] >= 0,
                "segment": segments[c["segment"]],
                "joined_day": first_joining(c),
                "price_sensitivity": c["price_sensitivity"],
                "growth_per_year": c["growth"],
                "frailty": c["frailty"],
                "left": left,
                "days": np.minimum(first_leaving(c), end) - np.maximum(first_joining(c), begin),
                "reason": np.where(left, reasons[first_reason(c) + 1], ""),
                "contacts": c["contacts"],
                "last_answer": np.array(["", *SATISFACTION_NAMES])[c["answer"] + 1],
                "problems_solved": c["solved"],
                "tier_at_end": np.array(TIER_NAMES)[c["tier"]],
                "there_at_end": c["state"] != LOST,
                "residual_fen": c["residual"],
            }
            if "returns" in (c.dtype.names or ()):
                part["returns"] = c["returns"]
            part |= {f"{line.name.lower()}_fen": c["ledger"][:, line] for line in Line}
            parts.append(part)
    return {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
