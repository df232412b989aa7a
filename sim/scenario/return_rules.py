"""Rules of winning back, of prospects and of bundles: what needs what, and whom an attempt could meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sim.scenario.document import Unreadable
from sim.scenario.problems import KeyPath, Problem, shown
from sim.scenario.view import View

Found = Iterator[Problem]

OFFERS = {"win_back": ("attempts to win back", "win_back"), "bundle": ("true", "bundles")}
"""What a policy, an arm or an action may say; how a message calls it, and the block that it needs."""


def returns_are_whole(view: View) -> Found:
    """Check everything that only these blocks have."""
    for rule in _RULES:
        yield from rule(view)


def lacking_offers(offer: dict[str, Any], path: KeyPath, has: Callable[[str], bool], whose: str) -> Iterator[Any]:
    """Give path, wording and rule of what an offer says without the block that it needs.

    Parameters
    ----------
    offer : dict
        A tier's policy or an arm, as plain data.
    path : tuple
        Where it stands.
    has : function of str
        Whether the scenario has a block.
    whose : str
        What a message calls the scenario.
    """
    for key, (got, block) in OFFERS.items():
        if offer.get(key) not in (None, False) and not has(block):
            yield (*path, key), got, f"left out, because {whose} has no block '{block}'"


def _offers_have_their_block(view: View) -> Found:
    for path, _ in view.entries("policies"):
        for place, policy in view.entries(*path):
            lacking = lacking_offers(policy, place, lambda block: view.get(block) is not None, "the scenario")
            yield from (view.problem(*problem) for problem in lacking)


def _somebody_can_leave(view: View) -> Found:
    """There is no lost stage where nobody can leave, and nobody to win back who left for a reason that there is not."""
    if view.get("win_back") is None:
        return
    leaving, billing = view.known("leaving"), view.get("billing")
    if leaving == {} and billing is None:
        rule = f"left out, because nobody can leave (no reason in {view.where('leaving')}, and no block 'billing')"
        yield view.problem(("win_back",), "a block", rule)
        return
    for at, reason in view.names("win_back", "reasons"):
        if reason == "arrears":
            if billing is None:
                yield view.problem(at, shown(reason), "left out, because the scenario has no block 'billing'")
        elif leaving is not None and reason not in leaving:
            rule = f"a reason for which somebody leaves ({view.where('leaving')})"
            yield view.problem(at, shown(reason), rule)


def _debtors_can_be_met(view: View) -> Found:
    """Who is cancelled for arrears owes, unless collection got the debt: without it no attempt could meet one."""
    if view.get("win_back") is None or view.get("win_back", "not_worth", "owes") is False:
        return
    if not isinstance(view.get("billing"), dict) or view.number("billing", "collection", "success_share"):
        return
    if isinstance(view.get("billing", "collection"), Unreadable):
        return
    spares = view.get("win_back", "not_worth", "owes") is True
    said = f"owes: true, {view.where('win_back', 'not_worth', 'owes')}" if spares else "owes, which is true if left out"
    for at, reason in view.names("win_back", "reasons"):
        if reason == "arrears":
            rule = (
                f"left out, because nobody who owes is approached ({said}), and without billing.collection "
                f"({view.where('billing')}) everybody cancelled for arrears does"
            )
            yield view.problem(at, shown(reason), rule)


def _window_is_open(view: View) -> Found:
    first, last = view.number("win_back", "from_days"), view.number("win_back", "to_days")
    if first is not None and last is not None and last <= first:
        rule = f"above from_days ({first:g}, line {view.line('win_back', 'from_days')})"
        yield view.problem(("win_back", "to_days"), shown(last), rule)


def _free_days_do_something(view: View) -> Found:
    days = view.number("win_back", "free_days")
    if days and view.get("reward") is None:
        rule = "0, because the scenario has no block 'reward' that says what free days do"
        yield view.problem(("win_back", "free_days"), shown(days), rule)


def _rates_after_a_return(view: View) -> Found:
    if view.get("win_back") is not None:
        return
    leaving = [path for path, _ in view.entries("leaving")]
    for path in [*leaving, ("number_change",), ("fee_decline",), ("dormancy",)]:
        rate = view.number(*path, "per_month", "won_back")
        if rate is not None:
            rule = "left out, because the scenario has no block 'win_back'"
            yield view.problem((*path, "per_month", "won_back"), shown(rate), rule)


_RULES: tuple[Callable[[View], Found], ...] = (
    _offers_have_their_block,
    _somebody_can_leave,
    _debtors_can_be_met,
    _window_is_open,
    _free_days_do_something,
    _rates_after_a_return,
)
