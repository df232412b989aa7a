"""Worlds for the tests of the engine: company H with numbers changed, or a quiet world to which a test adds.

A quiet world is written to a file and read like a user's, so that no test rests on what the rules refuse.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.customer.base import draw_base
from sim.customer.laws import Laws, compile_laws
from sim.scenario.experiment_schema import Experiment, Question
from sim.scenario.load import load_experiment, load_scenario
from sim.scenario.loaded import Loaded, Setting
from sim.scenario.offers import Arm, FreeDays
from sim.scenario.schema import Scenario
from sim.world.timetable import compile_timetable
from sim.world.world import World

ROOT = Path(__file__).resolve().parents[1]
MONTH = 365 / 12
HORIZON = 365.0

QUIET: dict[str, Any] = {
    "name": "quiet",
    "start": "2010-01-01",
    "horizon_days": 365,
    "customers": 100,
    "money": {"mean_fee_yuan_per_month": 100.0, "margin_share": 0.5},
    "segments": {"all": {"share": 1.0}},
    "base": {},
    "leaving": {},
}
"""One segment, everybody joins on day 0, pays 100 yuan a month, and nothing happens."""


def load_quiet(**blocks: Any) -> Loaded[Scenario]:
    """The quiet world with blocks added or replaced, as a loaded file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "quiet.yaml"
        file.write_text(json.dumps(QUIET | blocks), encoding="utf-8")
        return load_scenario(file)


def quiet(**blocks: Any) -> Scenario:
    """The quiet world with blocks added or replaced."""
    return load_quiet(**blocks).value


def tenure(month: float, to_month: float | None = None) -> dict[str, Any]:
    """A `base:` block: everybody joined so many months before day 0."""
    band = {"from_month": month, "to_month": month if to_month is None else to_month, "share": 1.0}
    return {"tenure_mix": {"bands": [band]}}


def leaving(**per_month: float) -> dict[str, Any]:
    """A `leaving:` block: a constant rate for each reason, the same in every state."""
    return {
        reason: {"per_month": dict.fromkeys(("growth", "stable", "warning"), rate)}
        for reason, rate in per_month.items()
    }


@cache
def load_company() -> Loaded[Scenario]:
    """Company H as it is shipped."""
    return load_scenario(ROOT / "scenarios" / "h_broadband.yaml")


def company(values: Mapping[str, Setting] | None = None) -> Scenario:
    """Company H with some values changed, by dotted path."""
    return load_company().with_values(values or {}).value


def private(values: Mapping[str, Setting] | None = None) -> dict[str, Setting]:
    """Values for `company` under which nobody's tier depends on others: thresholds in place of quotas."""
    return {
        "tiers.rule": "threshold",
        "tiers.platinum.share": None,
        "tiers.platinum.value_yuan_per_year": 55_000.0,
        "tiers.gold.share": None,
        "tiers.gold.value_yuan_per_year": 24_000.0,
        **(values or {}),
    }


def rates(hazard: float) -> dict[str, Setting]:
    """Values for `company` that set every leaving rate, a month."""
    reasons, states = ("competitor", "need_gone", "variety"), ("growth", "stable", "warning")
    return {f"leaving.{reason}.per_month.{state}": hazard for reason in reasons for state in states}


def experiment(name: str, **changes: Setting):
    """An experiment that is shipped with company H, with values changed."""
    loaded = load_experiment(ROOT / "experiments" / f"{name}.yaml", load_company())
    return loaded.with_values(changes).value if changes else loaded.value


DESK = {
    "seats": 2,
    "service_minutes": 30.0,
    "patience_minutes": 20.0,
    "success_share": 0.5,
    "reasons": ["competitor", "need_gone"],
    "cost_yuan_per_minute": 1.5,
}


def early_warning(effect: Mapping[str, Any] | None = None, call: Mapping[str, Any] | None = None, **keys: Any) -> Any:
    """An `early_warning:` block: everybody is listed and called a day later, in vain unless told otherwise."""
    of_call = {"max_reduction": 0.0, "acts_on": ["competitor"], "half_life_days": 1e4, "lasts_days": 36_500}
    length = {} if "list_length" in keys else {"list_share": 1.0}
    return (
        {"auc": 0.5}
        | length
        | {
            "call": {"delay_days": 1, "cost_yuan": 2, "reach_share": 1.0, "effect": of_call | dict(effect or {})}
            | dict(call or {})
        }
        | keys
    )


def ranged(low: float, central: float, high: float) -> dict[str, Any]:
    """A parameter with a range, as it stands in a file."""
    return {"central": central, "low": low, "high": high, "assumed": "for a test"}


def load_with_desk(**changes: Any) -> Loaded[Scenario]:
    """A firm with a save desk that two seats keep busy, with tiers, joiners, hours and a price of seats."""
    desk = {
        "seats": 2,
        "service_minutes": 300.0,
        "patience_minutes": ranged(200, 400, 800),
        "success_share": ranged(0.3, 0.4, 0.5),
        "reasons": ["competitor"],
        "cost_yuan_per_minute": 0.1,
        "seat_yuan_per_month": ranged(100, 300, 600),
        "hours": {"opens_hour": 8, "closes_hour": 18},
    }
    return load_quiet(
        name="with_desk",
        customers=600,
        segments={"poor": {"share": 0.75}, "rich": {"share": 0.25, "fee_relative": 3}},
        base={**tenure(3, 24), "joining_share_per_month": 0.01, "commission_yuan": 10},
        leaving=leaving(competitor=0.1, need_gone=0.01),
        tiers={"rule": "quota", "platinum": {"share": 0.1}, "gold": {"share": 0.2}},
        residual={"months": 12, "discount_per_year": 0.1},
        desk=desk | changes,
    )


def firm_question(scenario: Loaded[Scenario], arms: Mapping[str, Any], **keys: Any) -> Loaded[Question]:
    """A question about the firm, read like a user's; the first arm is the reference."""
    reference, *others = arms
    tree = {
        "name": "firm",
        "question": "What should the firm do?",
        "unit": "firm",
        "background": {"policy": "before"},
        "arms": dict(arms),
        "reference": reference,
        "metrics": ["churn_rate", "net_value_with_residual_per_customer"],
        "contrasts": [{"arm": arm, "against": reference} for arm in others],
        "decision": {"metric": "net_value_with_residual_per_customer", "choose": "highest"},
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "firm.yaml"
        file.write_text(json.dumps(tree | keys), encoding="utf-8")
        return load_experiment(file, scenario)


def experiment_in(scenario: Loaded[Scenario], arms: Mapping[str, Any], **keys: Any) -> Experiment:
    """An experiment of a test's own, read like a user's; the first arm is the reference."""
    reference, *others = arms
    tree = {
        "name": "trial",
        "question": "What should customers get?",
        "background": {"policy": scenario.value.baseline_policy},
        "assignment": {"method": "complete"},
        "arms": dict(arms),
        "reference": reference,
        "metrics": ["churn_rate", "net_value_per_customer"],
        "contrasts": [{"arm": arm, "against": reference} for arm in others],
        "decision": {"metric": "net_value_per_customer", "choose": "highest"},
        "trial_decision": {
            "metric": "churn_rate",
            "choose": "cheapest_below_reference",
            "if_inconclusive": reference,
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trial.yaml"
        file.write_text(json.dumps(tree | keys), encoding="utf-8")
        loaded = load_experiment(file, scenario).value
    assert isinstance(loaded, Experiment)
    return loaded


def with_desk(scenario: Scenario, **changes: Any) -> Scenario:
    """The scenario with a save desk."""
    tree = scenario.model_dump(mode="json", by_alias=True)
    return Scenario.model_validate(tree | {"desk": DESK | changes})


def numbers(replications: int | Iterable[int]) -> np.ndarray:
    """Numbers of replications, from a count or as given."""
    given = range(replications) if isinstance(replications, int) else replications
    return np.array(list(given), dtype=np.int64)


def draw(
    scenario: Scenario, *, seed: int = 1, replications: int | Iterable[int] = 1, until: float = HORIZON
) -> tuple[Laws, Any, np.ndarray]:
    """Laws, timetable and customers as of day 0."""
    which = numbers(replications)
    laws = compile_laws(scenario, seed, [until, float(scenario.horizon_days)])
    timetable = compile_timetable(scenario, seed, which, until)
    return laws, timetable, draw_base(scenario, laws, timetable, which)


def contacted_and_rewarded(cadence: str | None, free_days: float | None) -> Arm:
    """An arm by its cadence and its free days; None leaves either to the policy."""
    return Arm(cadence=cadence, reward=None if free_days is None else FreeDays(free_days=free_days))


def day_zero(
    scenario: Scenario,
    policy: str = "before",
    *,
    seed: int = 1,
    replications: int | Iterable[int] = 1,
    until: float = HORIZON,
    arms: Iterable[Arm | tuple[str | None, float | None]] = (),
    without: Iterable[str] = (),
    window_days: float = 0.0,
) -> World:
    """A world on day 0, scored; its campaign has not begun."""
    laws, timetable, customers = draw(scenario, seed=seed, replications=replications, until=until)
    rows = len(numbers(replications))
    world = World(
        scenario,
        laws,
        timetable,
        customers,
        rows,
        policy,
        without=without,
        arms=[arm if isinstance(arm, Arm) else contacted_and_rewarded(*arm) for arm in arms],
        window_days=window_days,
    )
    world.score()
    return world


def live(scenario: Scenario, policy: str = "before", *, until: float = HORIZON, **how: Any) -> World:
    """A world lived to `until`."""
    world = day_zero(scenario, policy, until=until, **how)
    world.begin()
    world.live(until)
    return world


def roll_out(scenario: Scenario, arm: tuple[str | None, float | None], policy: str = "before", **how: Any) -> World:
    """A world on day 0 in which the whole base is in one arm; its campaign has begun."""
    world = day_zero(scenario, policy, arms=[arm], **how)
    world.enrol(base_of(world), 0)
    world.begin()
    return world


def base_of(world: World) -> np.ndarray:
    """Positions of the customers who were there on day 0."""
    return np.flatnonzero(world.customers["id"] < 1 << 28)


def differing(one: np.ndarray, other: np.ndarray, *besides: str) -> np.ndarray:
    """Which records differ in a byte of any field, apart from some fields; shape (n,)."""
    assert one.dtype == other.dtype
    assert len(one) == len(other)
    found = np.zeros(len(one), dtype=bool)
    for name in one.dtype.names or ():
        if name not in besides:
            a, b = (np.ascontiguousarray(customers[name]) for customers in (one, other))
            found |= (a.view(np.uint8).reshape(len(one), -1) != b.view(np.uint8).reshape(len(one), -1)).any(axis=1)
    return found
