"""Rules between the places of the block `circles`, of experiments that deal arms to circles, and what is outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.scenario.problems import KeyPath, Problem, shown
from sim.scenario.view import View

if TYPE_CHECKING:
    from sim.scenario.loaded import Loaded
    from sim.scenario.schema import Scenario

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


NOT_BY_CIRCLE = ("equivalence", "guardrails", "looks", "factorial", "inject", "starts")
"""What an experiment asks for that knows no form where whole circles are assigned."""


def circles_can_be_dealt(view: View, scenario: Loaded[Scenario]) -> Iterator[Problem]:
    """Arms are dealt to circles only where there are any, and everything asked for has a form for them."""
    if view.get("unit") != "circle":
        return
    if scenario.value.circles is None:
        yield view.problem(("unit",), "'circle'", f"customer, because {scenario.file} has no block 'circles'")
    because = f"({view.where('unit')})"
    independent = "it takes customers for independent, and members of a circle are not"
    for key in NOT_BY_CIRCLE:
        if view.get(key):
            yield view.problem(
                (key,), f"a block '{key}'", f"left out where whole circles are assigned {because}: {independent}"
            )
    wrong: tuple[tuple[KeyPath, str, str], ...] = (
        (
            ("assignment", "method"),
            "stratified",
            "simple or complete: members of one circle may stand in several strata",
        ),
        (("multiplicity",), "dunnett", f"holm or benjamini_hochberg: {independent}"),
    )
    for path, value, rule in wrong:
        if view.get(*path) == value:
            yield view.problem(path, f"'{value}'", f"{rule} {because}")
