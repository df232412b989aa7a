"""What makes a world contested, and its laws compiled for the kernel (model.md sections 17 to 22)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.customer.call_laws import compile_calls
from sim.customer.purse_laws import compile_purse
from sim.customer.record import Bond
from sim.customer.return_laws import compile_bundles, compile_win_back
from sim.customer.rival_laws import compile_answers

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
    fields = compile_calls(scenario) | compile_answers(scenario) | compile_purse(scenario)
    if scenario.circles is not None and scenario.circles.holds is not None:
        holds = scenario.circles.holds
        fields |= {"fellows_reduction": holds.reduction, "fellows_at_most": holds.at_most}
    if scenario.bundles is not None:
        fields |= compile_bundles(scenario.bundles)
    if scenario.win_back is not None:
        fields |= compile_win_back(scenario.win_back)
    return fields


def contest_binds(scenario: Scenario) -> dict[Bond, Iterable[str]]:
    """Clocks on which each bond of a contested world acts."""
    binds: dict[Bond, Iterable[str]] = {}
    if scenario.early_warning is not None:
        binds[Bond.CALL] = scenario.early_warning.call.effect.acts_on
    if scenario.circles is not None:
        for bond, law in ((Bond.FELLOWS, scenario.circles.holds), (Bond.NEWS, scenario.circles.news)):
            if law is not None:
                binds[bond] = law.acts_on
    if scenario.bundles is not None:
        binds[Bond.BUNDLE] = scenario.bundles.acts_on
    return binds
