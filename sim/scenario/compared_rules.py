"""Rules of what a scenario compares with reported figures: `validation:` and `targets:`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.facts import load_facts
from sim.scenario.problems import KeyPath, Problem, nearest, shown
from sim.scenario.view import View


def targets_and_checks_are_whole(view: View) -> Iterator[Problem]:
    """Figures exist, what is needed is given once, and what was fitted to is not called predicted."""
    aims: dict[str, int] = {}
    for path, target in view.entries("targets"):
        yield from _figure_exists(view, path, target)
        yield from _one_aim(view, path, target)
        aims.setdefault(str(target.get("quantity")), view.line(*path))
    for path, check in view.entries("validation"):
        yield from _figure_exists(view, path, check)
        quantity = check.get("quantity")
        if quantity is None and check.get("note") is None:
            yield view.problem(path, "neither a quantity nor a note", "a quantity, or a note why there is none")
        if quantity in aims and check.get("kind") == "predicted":
            rule = f"fitted or given (targets, line {aims[str(quantity)]}, aims at {quantity})"
            yield view.problem((*path, "kind"), "predicted", rule)


def _figure_exists(view: View, path: KeyPath, entry: dict[str, Any]) -> Iterator[Problem]:
    name = entry.get("fact")
    if not isinstance(name, str):
        return
    facts = load_facts()
    if _figure(name) is None:
        fact_id = name.partition(".")[0]
        figures = [one.name for one in facts[fact_id].figures] if fact_id in facts else []
        known = [f"{fact_id}.{one}" for one in figures] or list(facts)
        rule = "a figure of the register, written ID.figure (docs/facts.md)"
        yield view.problem((*path, "fact"), shown(name), rule, nearest(name, known))


def _figure(name: object) -> float | None:
    fact_id, _, figure = str(name).partition(".")
    fact = load_facts().get(fact_id)
    return next((one.value for one in fact.figures if one.name == figure), None) if fact is not None else None


def _one_aim(view: View, path: KeyPath, target: dict[str, Any]) -> Iterator[Problem]:
    given = [key for key in ("fact", "reported") if target.get(key) is not None]
    if len(given) != 1:
        yield view.problem(path, " and ".join(given) or "nothing to aim at", "exactly one of fact and reported")
    if target.get("tolerance") is None and 0 in (target.get("reported"), _figure(target.get("fact"))):
        rule = "given where 0 is reported (left out, it is 1% of what is reported)"
        yield view.problem((*path, "tolerance"), "nothing", rule)
