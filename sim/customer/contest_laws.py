"""What makes a world contested, and its laws compiled for the kernel (model.md sections 17 to 22)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.customer.record import Bond
from sim.customer.return_laws import compile_bundles, compile_win_back

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


def is_contested(scenario: Scenario) -> bool:
    """Whether customers carry what early warning, circles, returns, bundles, answers or a purse need."""
    blocks = (
        scenario.early_warning,
        scenario.circles,
        scenario.win_back,
        scenario.bundles,
        scenario.intelligence,
        scenario.campaign_budget,
    )
    return any(block is not None for block in blocks)


def compile_contest(scenario: Scenario) -> dict[str, Any]:
    """Fields of the laws' record that contested worlds fill; empty where there are none."""
    fields: dict[str, Any] = {}
    if scenario.bundles is not None:
        fields |= compile_bundles(scenario.bundles)
    if scenario.win_back is not None:
        fields |= compile_win_back(scenario.win_back)
    return fields


def contest_binds(scenario: Scenario) -> dict[Bond, Iterable[str]]:
    """Clocks on which each bond of a contested world acts."""
    binds: dict[Bond, Iterable[str]] = {}
    if scenario.bundles is not None:
        binds[Bond.BUNDLE] = scenario.bundles.acts_on
    return binds
