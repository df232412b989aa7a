"""What the firm gives: a policy's part for a tier, or an experiment's arm, as the record that the kernel reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.customer.base import idle_firm
from sim.customer.laws import FEN, NO_CADENCE
from sim.customer.record import GOLD, NO_TIER, PLATINUM
from sim.scenario.experiment_schema import NO_CADENCE as NO_CONTACTS

if TYPE_CHECKING:
    from sim.scenario.offers import Arm
    from sim.scenario.schema import Scenario, TierPolicy

Offer = Mapping[str, float]
"""Fields of `firm_dtype` with their values."""

_SERVED = ((NO_TIER, "others"), (GOLD, "gold"), (PLATINUM, "platinum"))


def parts_of(offer: TierPolicy | Arm, scenario: Scenario) -> dict[str, Offer]:
    """What a policy's part or an arm says, by the names of its parts; a part of which it says nothing is left out.

    Parameters
    ----------
    offer : TierPolicy or Arm
    scenario : Scenario
        Its cadences are numbered in the order of the file.
    """
    parts: dict[str, Offer] = {}
    if offer.cadence == NO_CONTACTS:
        parts["cadence"] = {"cadence": NO_CADENCE}
    elif offer.cadence is not None:
        parts["cadence"] = {"cadence": list(scenario.cadences).index(offer.cadence)}
    if offer.reward is not None:
        parts["reward"] = {"free_days": float(offer.reward.free_days)}
    if offer.reactivation is not None:
        parts["reactivation"] = {"reactivation": round(offer.reactivation.credit_yuan * FEN)}
    if offer.agreement is not None:
        parts["agreement"] = {
            "agreement_months": offer.agreement.months,
            "agreement_credit": round(offer.agreement.monthly_credit_yuan * FEN),
        }
    if offer.win_back is not None:
        parts["win_back"] = {"win_back": offer.win_back.attempts}
    for name in ("complaint_line", "reminders", "points_reminder", "warning_call", "circle_call", "answers", "bundle"):
        given = getattr(offer, name, None)
        if given is not None:
            parts[name] = {name: int(given)}
    return parts


def set_policy(firm: np.ndarray, scenario: Scenario, policy: str, without: Iterable[str] = ()) -> None:
    """Decide what each tier gets from now on.

    Parameters
    ----------
    firm : firm_dtype array, shape (1,)
        Written in place.
    scenario : Scenario
    policy : str
        Name of one of its policies.
    without : iterable of str
        Parts of the policy that are left out.
    """
    plan, left_out, idle = scenario.policies[policy], set(without), idle_firm()
    for tier, name in _SERVED:
        for field in firm.dtype.names or ():
            if not field.startswith("arm_"):
                firm[field][0, tier] = idle[field][0, tier]
        part = plan.get(name)  # type: ignore[call-overload]
        if part is None:
            continue
        for said, offer in parts_of(part, scenario).items():
            if said not in left_out:
                for field, value in offer.items():
                    firm[field][0, tier] = value


def set_arms(firm: np.ndarray, scenario: Scenario, arms: Iterable[Arm]) -> None:
    """Let arms override the policy: each says something, and leaves the rest as the policy says.

    Parameters
    ----------
    firm : firm_dtype array, shape (1,)
        Written in place.
    scenario : Scenario
    arms : iterable of Arm
    """
    end_arms(firm)
    for number, arm in enumerate(arms):
        for offer in parts_of(arm, scenario).values():
            for field, value in offer.items():
                firm[f"arm_{field}"][0, number] = value


def end_arms(firm: np.ndarray) -> None:
    """From now on no arm overrides the policy."""
    idle = idle_firm()
    for field in firm.dtype.names or ():
        if field.startswith("arm_"):
            firm[field] = idle[field]
