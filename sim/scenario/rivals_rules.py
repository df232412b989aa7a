"""Rules of the contest with rivals: what they react to exists, what is answered exists, ports change something."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import KeyPath, Problem, shown
from sim.scenario.view import View

Found = Iterator[Problem]

CAMPAIGNS = {
    "reward": "reward",
    "contact": "cadences",
    "agreement": "agreements",
    "bundle": "bundles",
    "warning_call": "early_warning",
    "win_back": "win_back",
}
"""What is given to customers, and the block without which nobody can be given it."""


def lacking(view: View, path: KeyPath, got: str, block: str) -> Problem:
    """Make the problem of a key that needs a block which the scenario has not."""
    return view.problem(path, got, f"left out, because the scenario has no block '{block}'")


def rivals_fit(view: View) -> Found:
    """Check reactions, answers and portable numbers against the rest of the scenario."""
    yield from _reactions(view)
    yield from _answers(view)
    yield from _portability(view)


def _reactions(view: View) -> Found:
    for path, promotion in view.entries("promotions"):
        if promotion.get("reacts") is None:
            continue
        campaign = view.get(*path, "reacts", "to")
        if campaign in CAMPAIGNS and not view.get(CAMPAIGNS[campaign]):
            rule = (
                f"a campaign that the scenario has: without a block '{CAMPAIGNS[campaign]}' there is none to react to"
            )
            yield view.problem((*path, "reacts", "to"), shown(campaign), rule)
        if promotion.get("ours") is True:
            rule = f"left out: the firm does not react to itself ({view.where(*path, 'reacts')})"
            yield view.problem((*path, "ours"), "true", rule)


def _answers(view: View) -> Found:
    if view.get("intelligence") is not None:
        rivals = [path for path, promotion in view.entries("promotions") if promotion.get("ours") is not True]
        if not rivals and view.known("promotions") is not None:
            rule = "left out, because no rival has a promotion that could be seen (promotions that are not `ours`)"
            yield view.problem(("intelligence",), "market intelligence", rule)
        return
    for at, _ in view.entries("policies"):
        for path, policy in view.entries(*at):
            if policy.get("answers") is True:
                yield lacking(view, (*path, "answers"), "true", "intelligence")


def _portability(view: View) -> Found:
    if not isinstance(view.get("portability"), dict):
        return
    moves = False
    for key, clock in (("competitor_ratio", ("leaving", "competitor")), ("number_change_ratio", ("number_change",))):
        ratio = view.number("portability", key)
        if ratio is None or ratio == 1:
            continue
        moves = True
        if view.get(*clock) is None:
            yield lacking(view, ("portability", key), shown(ratio), ".".join(clock))
    written = [view.get("portability", key) for key in ("competitor_ratio", "number_change_ratio")]
    if not moves and all(ratio is None or ratio == 1 for ratio in written):
        rule = "a competitor_ratio or a number_change_ratio other than 1, or left out: as it is, it changes nothing"
        yield view.problem(("portability",), "ratios of 1", rule)
    start, day = view.date("start"), view.date("portability", "from")
    if start is not None and day is not None and day <= start:
        rule = (
            f"after start ({start}, line {view.line('start')}); numbers that have been portable before need no date: "
            "left out, the ratios hold in the past too"
        )
        yield view.problem(("portability", "from"), str(day), rule)
