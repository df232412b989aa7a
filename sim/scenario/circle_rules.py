"""Rules between the places of the block `circles` and what is outside it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import Problem, shown
from sim.scenario.view import View

_SUM_TOLERANCE = 1e-9


def circles_are_possible(view: View) -> Iterator[Problem]:
    """No circle is larger than the base, no size stands twice, and nobody is in two circles."""
    customers = view.number("customers")
    seen: dict[float, int] = {}
    total = 0.0
    for path, _ in view.entries("circles", "sizes"):
        size, share = view.number(*path, "size"), view.number(*path, "share")
        if size is not None and customers is not None and size > customers:
            rule = f"at most the base, {customers:g} customers ({view.where('customers')})"
            yield view.problem((*path, "size"), shown(size), rule)
        if size is not None and size in seen:
            rule = f"a size that stands only once (also on line {seen[size]})"
            yield view.problem((*path, "size"), shown(size), rule)
        if size is not None:
            seen.setdefault(size, view.line(*path, "size"))
        before, total = total, total + (share or 0.0)
        if share is not None and before <= 1 < total - _SUM_TOLERANCE:
            rule = f"at most {max(0.0, 1 - before):.10g}: the sizes' shares add up to 1 or less, the rest is alone"
            yield view.problem((*path, "share"), shown(share), rule)
