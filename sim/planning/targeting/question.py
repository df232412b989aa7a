"""The question of targeting, with every option filled in: the action, how many get it, the sizes of trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment.assignment import tenure_bands
from sim.experiment.futures import SLOTS
from sim.planning.targeting.reach import Kind, Reach
from sim.planning.targeting.twins import FOLDS
from sim.scenario.experiment_schema import Experiment
from sim.scenario.planning_schema import MOST_YUAN
from sim.scenario.problems import InputProblems, Problem, nearest, one_of, shown

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario

SHARE = 0.3
"""Of the base that is treated where nothing is said."""
SMALLEST_TRIAL = 50
SIZES = (0.25, 0.5, 1.0, 4.0)
"""Trials where nothing is said, in bases; the last shows how slowly the gap closes."""
MOST_FUTURES, RECORDS = 1000, 4
FIRST_RECORD = MOST_FUTURES + 1
FIRST_PILOT = FIRST_RECORD + RECORDS
"""Slots of a world's replication (`sim.experiment.futures`): twins, then records, then trials."""


@dataclass(frozen=True)
class Question:
    """What is to be found out.

    Attributes
    ----------
    action : str
        Name of the action.
    gives : dict
        What it gives, as plain data.
    rule : Arm
    reach : Reach
    sizes : tuple of int
        Customers in a trial, both halves, from few to many.
    trials : int
        Of each size, in each world.
    twins : int
        Futures of each customer.
    starts : tuple of float
        Months at which bands of tenure start.
    cash_only : bool
        Whether fees that are not billed are left out of spend.
    """

    action: str
    gives: dict[str, Any]
    rule: Arm
    reach: Reach
    sizes: tuple[int, ...]
    trials: int
    twins: int
    starts: tuple[float, ...]
    cash_only: bool

    def bases_of_a_trial(self, customers: int) -> int:
        """Bases that the largest trial takes."""
        return -(-self.sizes[-1] // customers)


def ask(
    loaded: Loaded[Scenario],
    experiments: Sequence[Loaded[Any]],
    *,
    action: str,
    reach: Sequence[tuple[Kind, str | None]] = (),
    sizes: str | None = None,
    trials: int,
    twins: int,
) -> Question:
    """Fill in the question.

    Parameters
    ----------
    loaded : Loaded of Scenario
    experiments : sequence of Loaded of Question
        Whose arms may be named, as EXPERIMENT.ARM.
    action : str
        One of `planning.actions`, or an arm.
    reach : sequence of (kind, text)
        Options of these names, None where one was not given.
    sizes : str, optional
        Sizes of trials, separated by commas.
    trials, twins : int

    Raises
    ------
    InputProblems
        With every option that cannot be used.
    """
    scenario, problems = loaded.value, list[Problem]()
    actions = _actions(loaded, experiments)
    if action not in actions:
        where = f" ({loaded.file})"
        known = list(actions)
        problems.append(Problem("--action", None, "", shown(action), one_of(known) + where, nearest(action, known)))
    bound = _reach(reach, scenario.customers, problems)
    asked = _sizes(sizes, scenario.customers, problems)
    if twins % FOLDS:
        rule = f"a multiple of {FOLDS}: each quarter of the futures is valued by what the others choose"
        problems.append(Problem("--twins", None, "", shown(twins), rule))
    bases = -(-asked[-1] // scenario.customers) if asked else 0
    if bases * trials > SLOTS - FIRST_PILOT:
        most = (SLOTS - FIRST_PILOT) // trials * scenario.customers
        rule = f"sizes of at most {most:,} with {trials} trials"
        problems.append(Problem("--trial-sizes", None, "", shown(sizes), rule))
    if problems:
        raise InputProblems(problems)
    planning = scenario.planning
    return Question(
        action=action,
        gives=actions[action].model_dump(mode="json", exclude_none=True),
        rule=actions[action],
        reach=bound,
        sizes=asked,
        trials=trials,
        twins=twins,
        starts=(planning.tenure_from_months if planning else ()) or tuple(tenure_bands(scenario)),
        cash_only=planning is not None and planning.counts == "cash",
    )


def _actions(loaded: Loaded[Scenario], experiments: Sequence[Loaded[Any]]) -> dict[str, Arm]:
    planning = loaded.value.planning
    actions: dict[str, Arm] = dict(planning.actions) if planning is not None else {}
    for one in experiments:
        if isinstance(one.value, Experiment):
            actions |= {f"{one.value.name}.{name}": arm for name, arm in one.value.arms.items()}
    return actions


def _reach(given: Sequence[tuple[Kind, str | None]], customers: int, problems: list[Problem]) -> Reach:
    stated = [(kind, text) for kind, text in given if text is not None]
    if len(stated) > 1:
        also = " and ".join(f"--{kind}" for kind, _ in stated[1:])
        problems.append(Problem(f"--{stated[0][0]}", None, "", shown(stated[0][1]), f"given without {also}"))
    if not stated:
        return Reach("share", SHARE)
    kind, text = stated[0]
    most = {"share": 1.0, "number": float(customers), "budget": MOST_YUAN}[kind]
    words = {
        "share": "a share of the base from 0 to 1, such as 0.3",
        "number": f"whole customers, 0 to {customers:,}",
        "budget": f"yuan, 0 to {MOST_YUAN:.0e}",
    }[kind]
    amount = _number(text)
    if not 0 <= amount <= most or (kind == "number" and not amount.is_integer()):
        problems.append(Problem(f"--{kind}", None, "", shown(text), words))
        return Reach(kind, 0.0)
    return Reach(kind, amount)


def _sizes(option: str | None, customers: int, problems: list[Problem]) -> tuple[int, ...]:
    if option is None:
        return tuple(sorted({max(SMALLEST_TRIAL, round(part * customers)) for part in SIZES}))
    found = [_number(word) for word in option.split(",") if word.strip()]
    if not found or not all(size.is_integer() and SMALLEST_TRIAL <= size <= 1e9 for size in found):
        rule = f"whole numbers of customers from {SMALLEST_TRIAL} on, such as 500,2000"
        problems.append(Problem("--trial-sizes", None, "", shown(option), rule))
        return ()
    return tuple(sorted({int(size) for size in found}))


def _number(text: str | None) -> float:
    try:
        amount = float(str(text).strip().replace("_", ""))
    except ValueError:
        return math.nan
    return amount if math.isfinite(amount) else math.nan
