"""Rules that tie two places of a scenario together. Each names both."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sim.scenario.circle_rules import circles_are_possible
from sim.scenario.clock_rules import acts_on_clocks_that_run
from sim.scenario.compared_rules import targets_and_checks_are_whole
from sim.scenario.document import Places
from sim.scenario.experiment_schema import NO_CADENCE
from sim.scenario.planning_rules import planning_is_whole
from sim.scenario.problems import KeyPath, Problem, shown
from sim.scenario.purse_rules import budget_fits
from sim.scenario.return_rules import returns_are_whole
from sim.scenario.rivals_rules import rivals_fit
from sim.scenario.schema import Scenario
from sim.scenario.view import View
from sim.scenario.warning_rules import early_warning_is_whole

_SUM_TOLERANCE = 1e-9

Found = Iterator[Problem]


def scenario_problems(tree: dict[str, Any], places: Places) -> list[Problem]:
    """Check a scenario's plain tree by all rules of this page.

    Parameters
    ----------
    tree : dict
        Numbers in place of parameters; keys may be missing or wrong.
    places : Places
    """
    view = View(tree, places, Scenario.model_fields)
    return [problem for rule in _RULES for problem in rule(view)]


# --- shares ---------------------------------------------------------------------------------------


def share_families(view: View) -> Iterator[tuple[KeyPath, list[KeyPath]]]:
    """Give the shares that must add up to 1: where they stand together, and the path of each."""
    for together in (("segments",), ("base", "tenure_mix", "bands")):
        yield together, [(*path, "share") for path, _ in view.entries(*together)]
    levels = ("satisfaction", "joining_share")
    yield levels, [(*levels, level) for level in view.block(*levels)]


def _shares_add_up(view: View) -> Found:
    for together, paths in share_families(view):
        yield from _adds_up(view, together, [view.get(*path) for path in paths])


def _adds_up(view: View, path: KeyPath, shares: list[Any]) -> Found:
    # A share that is missing or is no number has its own message; the sum would only repeat it.
    if not shares or any(isinstance(share, bool) or not isinstance(share, int | float) for share in shares):
        return
    total = float(sum(shares))
    if abs(total - 1) > _SUM_TOLERANCE:
        yield view.problem(path, f"shares that add up to {total:.10g}", "shares that add up to 1")


def _quotas_fit(view: View) -> Found:
    platinum, gold = view.number("tiers", "platinum", "share"), view.number("tiers", "gold", "share")
    if platinum is not None and gold is not None and platinum + gold > 1 + _SUM_TOLERANCE:
        rule = f"at most 1 together with platinum's {platinum:g} ({view.where('tiers', 'platinum', 'share')})"
        yield view.problem(("tiers", "gold", "share"), shown(gold), rule)


# --- order ----------------------------------------------------------------------------------------


def _bands_in_order(view: View) -> Found:
    bands = list(view.entries("base", "tenure_mix", "bands"))
    end, end_path = None, None
    for path, _ in bands:
        low, high = view.number(*path, "from_month"), view.number(*path, "to_month")
        if low is not None and high is not None and high < low:
            rule = f"at least from_month ({low:g}, line {view.line(*path, 'from_month')})"
            yield view.problem((*path, "to_month"), shown(high), rule)
        if low is not None and end is not None and end_path is not None and low < end:
            rule = f"at least the to_month of the band before ({end:g}, line {view.line(*end_path)})"
            yield view.problem((*path, "from_month"), shown(low), rule)
        if high is not None:
            end, end_path = high, (*path, "to_month")


def _steps_in_order(view: View) -> Found:
    shapes = [path for path, _ in view.entries("tenure_shapes")]
    for shape in [*shapes, ("ngtp", "tenure_risk")]:
        before = None
        for index, (path, _) in enumerate(view.entries(*shape, "steps")):
            month = view.number(*path, "from_month")
            if month is None:
                continue
            if index == 0 and month != 0:
                yield view.problem((*path, "from_month"), shown(month), "0 (the first step starts at joining)")
            if before is not None and month <= before:
                yield view.problem((*path, "from_month"), shown(month), f"above the step before ({before:g})")
            before = month


def _promotions_in_time(view: View) -> Found:
    for path, promotion in view.entries("promotions"):
        given = [key for key in ("dated", "recurring", "random", "reacts") if promotion.get(key) is not None]
        if len(given) != 1:
            got = " and ".join(given) or "no time"
            yield view.problem(path, got, "exactly one of dated, recurring, random and reacts")
        first, last = view.date(*path, "dated", "from"), view.date(*path, "dated", "to")
        if first is not None and last is not None and last <= first:
            rule = f"after from ({first}, line {view.line(*path, 'dated', 'from')})"
            yield view.problem((*path, "dated", "to"), str(last), rule)
        every, lasts = (
            view.number(*path, "recurring", "every_days"),
            view.number(*path, "recurring", "lasts_days"),
        )
        if every is not None and lasts is not None and lasts > every:
            rule = f"at most every_days ({every:g}, line {view.line(*path, 'recurring', 'every_days')})"
            yield view.problem((*path, "recurring", "lasts_days"), shown(lasts), rule)


def _desk_opens_before_it_closes(view: View) -> Found:
    opens, closes = (view.number("desk", "hours", key) for key in ("opens_hour", "closes_hour"))
    if opens is not None and closes is not None and closes <= opens:
        rule = f"above opens_hour ({opens:g}, line {view.line('desk', 'hours', 'opens_hour')})"
        yield view.problem(("desk", "hours", "closes_hour"), shown(closes), rule)


def _steps_against_debtors_in_order(view: View) -> Found:
    keys = ("one_way_stop_days", "two_way_stop_days", "cancel_days")
    for earlier, later in itertools.pairwise(keys):
        first, second = view.number("billing", earlier), view.number("billing", later)
        if first is not None and second is not None and second <= first:
            rule = f"above {earlier} ({first:g}, line {view.line('billing', earlier)})"
            yield view.problem(("billing", later), shown(second), rule)
    days, cancel = view.get("billing", "reminder_days"), view.number("billing", "cancel_days")
    if not isinstance(days, list | tuple) or not days:
        return
    for index in range(len(days)):
        day = view.number("billing", "reminder_days", index)
        if day is not None and cancel is not None and day >= cancel:
            rule = f"below cancel_days ({cancel:g}, line {view.line('billing', 'cancel_days')})"
            yield view.problem(("billing", "reminder_days", index), shown(day), rule)
    if view.get("billing", "reminder") is None:
        rule = f"given, because there are reminder_days (line {view.line('billing', 'reminder_days')})"
        yield view.problem(("billing", "reminder"), "nothing", rule)


def _priorities_in_order(view: View) -> Found:
    a, b = (view.number("ngtp", "priorities", key) for key in ("a_value_share", "b_value_share"))
    if a is not None and b is not None and b < a:
        rule = f"at least a_value_share ({a:g}, line {view.line('ngtp', 'priorities', 'a_value_share')})"
        yield view.problem(("ngtp", "priorities", "b_value_share"), shown(b), rule)


# --- names that must exist ------------------------------------------------------------------------


class _Reference(NamedTuple):
    """A name that points to another place."""

    at: KeyPath
    name: str
    known: dict[str, Any]
    listed_at: KeyPath


def _names_exist(view: View) -> Found:
    for reference in _references(view):
        if reference.name not in reference.known:
            yield view.unknown(reference.at, reference.name, reference.known, reference.listed_at)


def _references(view: View) -> Iterator[_Reference]:
    for path, _ in view.entries("promotions"):
        yield from _pointing(view, (*path, "segments"), ("segments",))
    yield from _pointing(view, ("tiers", "excluded_segments"), ("segments",))
    yield from _pointing(view, ("points", "segments"), ("segments",))
    mobile: list[KeyPath] = [("number_change",), ("fee_decline",), ("dormancy",)]
    clocks = [("warning",), ("problem",), *mobile, *(path for path, _ in view.entries("leaving"))]
    for clock in clocks:
        yield from _pointing(view, (*clock, "tenure_shape"), ("tenure_shapes",))
    yield from _pointing(view, ("desk", "reasons"), ("leaving",))
    for path, _ in _touches(view):
        yield from _pointing(view, (*path, "channels"), ("contacts", "channels"))
        yield from _pointing(view, (*path, "gift"), ("gifts",))
        yield from _pointing(view, (*path, "activity"), ("activities",))
    for path, _ in _tier_policies(view):
        yield from _pointing(view, (*path, "cadence"), ("cadences",))


def _pointing(view: View, path: KeyPath, to: KeyPath) -> Iterator[_Reference]:
    known = view.known(*to)
    if known is not None:
        yield from (_Reference(at, name, known, to) for at, name in view.names(*path))


def _baseline_exists(view: View) -> Found:
    written, policies = view.get("baseline_policy"), view.get("policies")
    if isinstance(written, str):
        known = {"before": {}} if policies is None else view.known("policies")
        if known is not None and written not in known:
            yield view.unknown(("baseline_policy",), written, known, ("policies",))
    elif written is None and isinstance(policies, dict) and "before" not in policies:
        rule = "a block with the policy 'before', or baseline_policy given"
        yield view.problem(("policies",), "no policy 'before'", rule)


def _tiers_exist(view: View) -> Found:
    tiers = {tier for tier in ("platinum", "gold") if view.get("tiers", tier) is not None}
    for path, _ in _tier_policies(view):
        tier = path[-1]
        if tier in ("platinum", "gold") and tier not in tiers:
            where = (
                f"a tier of the block tiers (line {view.line('tiers')})" if tiers else "left out: there are no tiers"
            )
            yield view.problem(path, f"the tier {tier}", where)


# --- blocks that need another ---------------------------------------------------------------------


def _mechanisms_present(view: View) -> Found:
    for path, touch in _touches(view):
        for key, block in (("survey", "survey"), ("survey", "team"), ("cross_sell", "cross_sell")):
            if touch.get(key) is True and view.get(block) is None:
                yield _lacking(view, (*path, key), "true", block)
    for path, policy in _tier_policies(view):
        if policy.get("complaint_line") is True and view.get("team") is None:
            yield _lacking(view, (*path, "complaint_line"), "true", "team")
        if policy.get("reward") is not None and view.get("reward") is None:
            yield _lacking(view, (*path, "reward"), "a reward", "reward")
    if view.get("desk", "priority") == "tier" and view.get("tiers") is None:
        yield _lacking(view, ("desk", "priority"), "tier", "tiers")


def _mobile_mechanisms_present(view: View) -> Found:
    """What needs bills, reminders, changes of number or silent lines stands only beside them."""
    billing = view.get("billing")
    for path, policy in _tier_policies(view):
        if policy.get("reminders") is True and billing is None:
            yield _lacking(view, (*path, "reminders"), "true", "billing")
        elif policy.get("reminders") is True and isinstance(billing, dict) and not billing.get("reminder_days"):
            rule = f"left out, because nobody is reminded on any day (no reminder_days in {view.where('billing')})"
            yield view.problem((*path, "reminders"), "true", rule)
        if policy.get("reactivation") is not None and billing is None:
            yield _lacking(view, (*path, "reactivation"), "a credit for paying after a stop", "billing")
        if policy.get("agreement") is not None and view.get("agreements") is None:
            yield _lacking(view, (*path, "agreement"), "monthly credits", "agreements")
        if policy.get("points_reminder") is True and view.get("points") is None:
            yield _lacking(view, (*path, "points_reminder"), "true", "points")
        elif policy.get("points_reminder") is True and view.get("points", "reminder") is None:
            rule = f"left out, because nobody is reminded on any day (no reminder in {view.where('points')})"
            yield view.problem((*path, "points_reminder"), "true", rule)
    for path, promotion in view.entries("promotions"):
        if promotion.get("ours") is True and view.get("number_change") is None:
            yield _lacking(view, (*path, "ours"), "true", "number_change")
    for path, _ in view.entries("segments"):
        for key, block in (("forgets_bill_share", "billing"), ("contract_share", "contracts")):
            share = view.number(*path, key)
            if share and view.get(block) is None:
                yield _lacking(view, (*path, key), shown(share), block)
    of_bills = view.number("agents", "bill_share")
    if of_bills and billing is None:
        yield _lacking(view, ("agents", "bill_share"), shown(of_bills), "billing")
    yield from _silent_rates(view)


def _somebody_can_be_deterred(view: View) -> Found:
    deters, swindlers = view.number("billing", "collection", "deters_share"), view.number("billing", "fraud_share")
    if deters and not swindlers:
        where = view.where("billing", "fraud_share") if swindlers is not None else view.where("billing")
        yield view.problem(
            ("billing", "collection", "deters_share"), shown(deters), f"left out, because nobody swindles ({where})"
        )


def _points_can_be_earned(view: View) -> Found:
    """Points come with bills, and never to who has a subsidy for good (no overlap, X-06)."""
    if view.get("points") is not None and view.get("billing") is None:
        yield _lacking(view, ("points",), "points", "billing")
    if not view.number("contracts", "subsidy_yuan"):
        return
    for at, name in view.names("points", "segments"):
        share = ("segments", name, "contract_share")
        if view.number(*share) == 1:
            subsidy = view.where("contracts", "subsidy_yuan")
            rule = (
                f"a segment without a subsidy for everybody ({view.where(*share)}; {subsidy}): points never overlap it"
            )
            yield view.problem(at, shown(name), rule)


def _silent_rates(view: View) -> Found:
    """A rate while the line is silent: only where lines fall silent, and of a clock that runs then."""
    leaving = [path for path, _ in view.entries("leaving")]
    for path in [*leaving, ("number_change",), ("fee_decline",), ("dormancy",)]:
        key = (*path, "per_month", "dormant")
        rate = view.number(*key)
        if not rate:
            continue
        if view.get("dormancy") is None:
            yield _lacking(view, key, shown(rate), "dormancy")
        elif path != ("leaving", "need_gone"):
            rule = (
                f"left out: of all clocks only leaving.need_gone runs while a line is silent ({view.where('dormancy')})"
            )
            yield view.problem(key, shown(rate), rule)


def _lacking(view: View, path: KeyPath, got: str, block: str) -> Problem:
    return view.problem(path, got, f"left out, because the scenario has no block '{block}'")


def _tier_bounds(view: View) -> Found:
    keys = {"quota": "share", "threshold": "value_yuan_per_year"}
    rule = view.get("tiers", "rule")
    if rule not in keys:
        return
    wanted = keys[rule]
    because = f"(tiers.rule is {rule}, line {view.line('tiers', 'rule')})"
    for tier in ("platinum", "gold"):
        bound = view.get("tiers", tier)
        if not isinstance(bound, dict):
            continue
        if bound.get(wanted) is None:
            yield view.problem(("tiers", tier, wanted), "nothing", f"given {because}")
        for key in keys.values():
            if key != wanted and bound.get(key) is not None:
                yield view.problem(("tiers", tier, key), shown(bound[key]), f"left out {because}")
    high, low = (view.number("tiers", tier, "value_yuan_per_year") for tier in ("platinum", "gold"))
    if rule == "threshold" and high is not None and low is not None and low >= high:
        where = view.where("tiers", "platinum", "value_yuan_per_year")
        yield view.problem(
            ("tiers", "gold", "value_yuan_per_year"), shown(low), f"below platinum's ({high:g}; {where})"
        )


# --- single blocks --------------------------------------------------------------------------------


def _touches_are_whole(view: View) -> Found:
    for path, touch in _touches(view):
        given = [key for key in ("tenure_days", "tenure_months", "calendar") if touch.get(key) is not None]
        if len(given) != 1:
            got = " and ".join(given) or "no time"
            yield view.problem(path, got, "exactly one of tenure_days, tenure_months and calendar")
        if touch.get("yearly") is True and touch.get("calendar") is not None:
            rule = f"left out, because a date comes back every year by itself ({view.where(*path, 'calendar')})"
            yield view.problem((*path, "yearly"), "true", rule)
        if not touch.get("channels") and touch.get("gift") is None and touch.get("activity") is None:
            yield view.problem(path, "neither channels nor a gift nor an activity", "at least one of them")
        for key in ("survey", "cross_sell"):
            if touch.get(key) is True and not touch.get("channels"):
                yield view.problem((*path, key), "true", "left out where no channel reaches the customer")


def _none_is_reserved(view: View) -> Found:
    if NO_CADENCE in view.block("cadences"):
        rule = "another name (an arm writes 'cadence: none' to say no contacts)"
        yield view.problem(("cadences", NO_CADENCE), f"the name '{NO_CADENCE}'", rule)


def _history_has_policies(view: View) -> Found:
    policies = view.known("policies")
    if policies is None:
        return
    known = policies if view.get("policies") is not None else {"before": {}}
    for key in ("first", "then"):
        for at, name in view.names("history", key):
            if name not in known:
                yield view.unknown(at, name, known, ("policies",))


def _spreads_possible(view: View) -> Found:
    for path, _ in view.entries("segments"):
        mean = view.number(*path, "price_sensitivity", "mean") or 0.0
        sd = view.number(*path, "price_sensitivity", "sd") or 0.0
        if mean == 0 and sd > 0:
            yield view.problem(
                (*path, "price_sensitivity", "sd"), shown(sd), "0 where mean is 0 (it is never negative)"
            )


def _touches(view: View) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for path, _ in view.entries("cadences"):
        yield from view.entries(*path, "touches")


def _tier_policies(view: View) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for path, _ in view.entries("policies"):
        yield from view.entries(*path)


_RULES: tuple[Callable[[View], Found], ...] = (
    _shares_add_up,
    _quotas_fit,
    _bands_in_order,
    _steps_in_order,
    _promotions_in_time,
    _desk_opens_before_it_closes,
    _steps_against_debtors_in_order,
    _priorities_in_order,
    _names_exist,
    _baseline_exists,
    _tiers_exist,
    _mechanisms_present,
    _mobile_mechanisms_present,
    _somebody_can_be_deterred,
    _points_can_be_earned,
    _tier_bounds,
    _touches_are_whole,
    _none_is_reserved,
    _history_has_policies,
    targets_and_checks_are_whole,
    planning_is_whole,
    rivals_fit,
    budget_fits,
    early_warning_is_whole,
    returns_are_whole,
    _spreads_possible,
    circles_are_possible,
    acts_on_clocks_that_run,
)
