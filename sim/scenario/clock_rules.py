"""Rules of what acts on clocks: an effect on a clock that never runs is no effect."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import KeyPath, Problem, shown
from sim.scenario.view import View

_ACTING: tuple[KeyPath, ...] = (
    ("reward",),
    ("contacts", "effect"),
    ("contracts",),
    ("agreements", "effect"),
    ("points", "effect"),
    ("agents",),
)
"""Where a scenario lists clocks under `acts_on`."""
_REASONS = ("competitor", "need_gone", "variety")
_BLOCK_OF = {"recovery": "warning"} | {
    clock: clock for clock in ("warning", "problem", "number_change", "fee_decline", "dormancy")
}


def acts_on_clocks_that_run(view: View) -> Iterator[Problem]:
    """Every clock that is named under `acts_on` has its block (one whose rate is 0 has).

    A world in which no clock runs at all is one of money alone, where nothing can act on anything.
    """
    reasons = view.block("leaving")
    if not reasons and not any(view.get(block) is not None for block in _BLOCK_OF.values()):
        return
    if not set(reasons) <= set(_REASONS):
        return  # a misspelt reason has its message
    for acting in _ACTING:
        for at, clock in view.names(*acting, "acts_on"):
            block = ("leaving", clock) if clock in _REASONS else (_BLOCK_OF.get(clock, ""),)
            if not block[-1] or view.get(*block) is not None:
                continue  # it runs; or there is no such clock, which has its own message
            rule = f"left out, because that clock does not run: the scenario has no block '{'.'.join(block)}'"
            yield view.problem(at, shown(clock), rule)
