"""Rules that tie two places together, inside an experiment or in it and its scenario. Each names both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, get_args

from sim.scenario.circle_rules import circles_can_be_dealt
from sim.scenario.document import Places
from sim.scenario.experiment_schema import NO_CADENCE, AnyMetric, Experiment, FirmQuestion
from sim.scenario.firm_rules import FIRM_RULES
from sim.scenario.inject_rules import injected_fits
from sim.scenario.loaded import Loaded
from sim.scenario.problems import InputProblems, KeyPath, Problem, nearest, one_of, shown
from sim.scenario.return_rules import lacking_offers
from sim.scenario.schema import Scenario
from sim.scenario.view import View

_WITH_RESIDUAL = "net_value_with_residual_per_customer"
_WIN_BACK_RATE = "win_back_rate"
_WITH_REFERRED = "net_value_with_referred_per_customer"

_CELLS = ("neither", "first", "second", "both")
_SHARES = [name for name in get_args(AnyMetric) if name.endswith("_rate") or "_share" in name]
_OF_TIERS = [name for name in get_args(AnyMetric) if name.endswith("_middle_and_high")]

Found = Iterator[Problem]


def experiment_problems(tree: dict[str, Any], places: Places, scenario: Loaded[Scenario]) -> list[Problem]:
    """Check an experiment's plain tree by all rules of this page.

    Parameters
    ----------
    tree : dict
        Numbers in place of parameters; keys may be missing or wrong.
    places : Places
    scenario : Loaded of Scenario
        The world in which the experiment is to be made.
    """
    view = View(tree, places, Experiment.model_fields | FirmQuestion.model_fields)
    inside = [problem for rule in INSIDE_RULES for problem in rule(view)]
    against = (*_AGAINST_SCENARIO, *FIRM_RULES)
    return inside + [problem for rule in against for problem in rule(view, scenario)]


# --- inside the experiment ------------------------------------------------------------------------


def _arms_exist(view: View) -> Found:
    arms = view.block("arms")
    pointing: list[KeyPath] = [("reference",), ("trial_decision", "if_inconclusive")]
    pointing += [("factorial", cell) for cell in _CELLS]
    for part in ("contrasts", "equivalence"):
        for path, _ in view.entries(part):
            pointing += [(*path, "arm"), (*path, "against")]
    for path in pointing:
        for at, name in view.names(*path):
            if arms and name not in arms:
                yield view.unknown(at, name, arms, ("arms",))


def _comparisons_differ(view: View) -> Found:
    for part, keys in (("contrasts", ("arm", "against")), ("equivalence", ("metric", "arm", "against"))):
        seen: dict[tuple[Any, ...], int] = {}
        for path, comparison in view.entries(part):
            if comparison.get("arm") is not None and comparison.get("arm") == comparison.get("against"):
                yield view.problem((*path, "against"), shown(comparison["against"]), "another arm than arm")
            identity = tuple(str(comparison.get(key)) for key in keys)
            if identity in seen:
                yield view.problem(path, "a comparison written twice", f"written once (also on line {seen[identity]})")
            seen.setdefault(identity, view.line(*path))


def _lists_without_repeats(view: View) -> Found:
    for path in (("metrics",), ("assignment", "strata"), ("eligible", "tiers"), ("doubt",)):
        seen: dict[str, int] = {}
        for at, name in view.names(*path):
            if name in seen:
                yield view.problem(at, shown(name), f"listed once (also on line {seen[name]})")
            seen.setdefault(name, view.line(*at))


def _metrics_listed(view: View) -> Found:
    listed = [name for _, name in view.names("metrics")]
    if not set(listed) <= set(get_args(AnyMetric)):
        return  # a misspelt metric has its message; what it would list is not known
    using: list[KeyPath] = [("decision", "metric"), ("trial_decision", "metric")]
    using += [(*path, "metric") for path, _ in view.entries("equivalence")]
    for path in using:
        for at, name in view.names(*path):
            if listed and name not in listed:
                yield view.unknown(at, name, listed, ("metrics",))


def _strata_fit(view: View) -> Found:
    method, strata = view.get("assignment", "method"), view.get("assignment", "strata")
    because = f"(assignment.method is {method}, line {view.line('assignment', 'method')})"
    if method == "stratified" and not strata:
        yield view.problem(("assignment", "strata"), "nothing", f"a list of strata {because}")
    if method in ("simple", "complete") and strata:
        yield view.problem(("assignment", "strata"), "a list of strata", f"left out {because}")


def _shares_are_of_all_arms(view: View) -> Found:
    shares, arms = view.block("assignment", "shares"), view.block("arms")
    for name in shares if arms else ():
        if name not in arms:
            yield view.unknown(("assignment", "shares", name), name, arms, ("arms",))
    missing = [name for name in arms if name not in shares]
    if shares and missing:
        rule = f"a share of every arm ({view.where('arms')}): there is none of {', '.join(missing)}"
        yield view.problem(("assignment", "shares"), "a block", rule)


def _doses_are_of_all_arms(view: View) -> Found:
    doses, arms = view.block("doses"), view.block("arms")
    for name in doses if arms else ():
        if name not in arms:
            yield view.unknown(("doses", name), name, arms, ("arms",))
    missing = [name for name in arms if name not in doses]
    if doses and missing:
        rule = f"a dose of every arm ({view.where('arms')}): there is none of {', '.join(missing)}"
        yield view.problem(("doses",), "a block", rule)
    if doses and len({view.number("doses", name) for name in doses}) == 1:
        yield view.problem(("doses",), "the same dose for all", "doses that differ")
    if doses:
        yield from _no_strata(view, f"the trend over doses knows no strata ({view.where('doses')})")


def _factors_have_four_arms(view: View) -> Found:
    seen: dict[str, int] = {}
    for cell in _CELLS:
        for at, name in view.names("factorial", cell):
            if name in seen:
                yield view.problem(
                    at, shown(name), f"another arm than that on line {seen[name]}: each cell has its own"
                )
            seen.setdefault(name, view.line(*at))
    if seen:
        yield from _no_strata(view, f"effects of factors know no strata ({view.where('factorial')})")


def _no_strata(view: View, because: str) -> Found:
    """Nothing by which arms would be compared within strata."""
    if view.get("assignment", "method") == "stratified":
        yield view.problem(("assignment", "method"), "'stratified'", f"simple or complete: {because}")
    if view.get("starts") is not None:
        yield view.problem(("starts",), "waves, which are strata", f"left out: {because}")


def _margins_are_possible(view: View) -> Found:
    for path, guardrail in view.entries("guardrails"):
        margin = view.number(*path, "margin")
        metric = guardrail.get("metric")
        if metric in _SHARES and margin is not None and margin >= 1:
            rule = f"a share below 1, because the metric is {metric} ({view.where(*path, 'metric')})"
            yield view.problem((*path, "margin"), shown(margin), rule)


def _dunnett_fits(view: View) -> Found:
    if view.get("multiplicity") != "dunnett":
        return
    because = f"({view.where('multiplicity')})"
    against = [comparison.get("against") for _, comparison in view.entries("contrasts")]
    for place, name in enumerate(against):
        if name != against[0]:
            rule = f"{against[0]}, as all others: Dunnett compares with one arm {because}"
            yield view.problem(("contrasts", place, "against"), shown(name), rule)
    yield from _no_strata(view, f"Dunnett knows no strata {because}")


def _rules_can_decide(view: View) -> Found:
    reference = view.get("reference")
    against = [comparison.get("against") for _, comparison in view.entries("contrasts")]
    needs_contrast = view.get("trial_decision", "choose") == "cheapest_below_reference"
    known = isinstance(reference, str) and reference in view.block("arms")
    if needs_contrast and known and against and reference not in against:
        rule = f"at least one contrast against {reference} ({view.where('trial_decision', 'choose')})"
        yield view.problem(("contrasts",), "no contrast against the reference", rule)


def _days_ascend(view: View) -> Found:
    paths: tuple[KeyPath, ...] = (("follow_up_days",), ("looks", "days"))
    for path in paths:
        days, before = view.get(*path), 0.0
        for place in range(len(days) if isinstance(days, list) else 0):
            day = view.number(*path, place)
            if day is not None and day <= before:
                yield view.problem((*path, place), shown(day), f"later than the day before it, {shown(before)}")
            before = before if day is None else day


# --- against the scenario -------------------------------------------------------------------------


def _world_has_it(view: View, scenario: Loaded[Scenario]) -> Found:
    world = scenario.value
    for path, arm in view.entries("arms"):
        for at, name in view.names(*path, "cadence"):
            if name != NO_CADENCE and name not in world.cadences:
                yield _absent(view, at, name, [*world.cadences, NO_CADENCE], scenario, "cadences")
        if arm.get("reward") is not None and world.reward is None:
            rule = f"left out, because {scenario.file} has no block 'reward'"
            yield view.problem((*path, "reward"), "a reward", rule)
        if arm.get("reactivation") is not None and world.billing is None:
            rule = f"left out, because {scenario.file} has no block 'billing'"
            yield view.problem((*path, "reactivation"), "a credit for paying after a stop", rule)
        if arm.get("agreement") is not None and world.agreements is None:
            rule = f"left out, because {scenario.file} has no block 'agreements'"
            yield view.problem((*path, "agreement"), "monthly credits", rule)
        if arm.get("answers") is True and world.intelligence is None:
            yield view.problem(
                (*path, "answers"), "true", f"left out, because {scenario.file} has no block 'intelligence'"
            )
        if arm.get("complaint_line") is True and world.team is None:
            rule = f"left out, because {scenario.file} has no block 'team'"
            yield view.problem((*path, "complaint_line"), "true", rule)
        if arm.get("points_reminder") is True and (world.points is None or world.points.reminder is None):
            block = "block 'points'" if world.points is None else "points.reminder"
            yield view.problem((*path, "points_reminder"), "true", f"left out, because {scenario.file} has no {block}")
        lacking = lacking_offers(arm, path, lambda block: getattr(world, block) is not None, str(scenario.file))
        yield from (view.problem(*problem) for problem in lacking)
        if arm.get("reminders") is True and (world.billing is None or not world.billing.reminder_days):
            block = "block 'billing'" if world.billing is None else "billing.reminder_days"
            yield view.problem((*path, "reminders"), "true", f"left out, because {scenario.file} has no {block}")
        if arm.get("warning_call") is True and world.early_warning is None:
            rule = f"left out, because {scenario.file} has no block 'early_warning'"
            yield view.problem((*path, "warning_call"), "true", rule)
        for block in ("early_warning", "circles"):
            if arm.get("circle_call") is True and getattr(world, block) is None:
                rule = f"left out, because {scenario.file} has no block '{block}'"
                yield view.problem((*path, "circle_call"), "true", rule)
    pointing: list[KeyPath] = [("background", "policy"), *((*path, "policy") for path, _ in view.entries("arms"))]
    for at, name in (found for path in pointing for found in view.names(*path)):
        if name not in world.policies:
            yield _absent(view, at, name, list(world.policies), scenario, "policies")
    tiers = [] if world.tiers is None else ["platinum", *(["gold"] if world.tiers.gold is not None else [])]
    for at, name in view.names("eligible", "tiers"):
        if name in ("platinum", "gold") and name not in tiers:
            yield _absent(view, at, name, tiers, scenario, "tiers")
    for at, name in view.names("assignment", "strata"):
        if name == "tier" and world.tiers is None:
            yield view.problem(at, "'tier'", f"left out, because {scenario.file} has no block 'tiers'")


def _horizon_fits(view: View, scenario: Loaded[Scenario]) -> Found:
    horizon = view.number("horizon_days")
    if horizon is not None and horizon > scenario.value.horizon_days:
        rule = f"at most the scenario's {scenario.value.horizon_days} ({_place(scenario, 'horizon_days')})"
        yield view.problem(("horizon_days",), shown(horizon), rule)


def _looks_within_horizon(view: View, scenario: Loaded[Scenario]) -> Found:
    days = view.get("looks", "days")
    horizon = view.number("horizon_days") or scenario.value.horizon_days
    waves, apart = (view.number("starts", key) for key in ("waves", "every_days"))
    last = 0 if waves is None or apart is None else (waves - 1) * apart
    for place in range(len(days) if isinstance(days, list) else 0):
        day = view.number("looks", "days", place)
        if day is not None and day > horizon + last:
            end = f"the last wave's end, {shown(horizon + last)}" if last else f"the horizon, {shown(horizon)}"
            rule = f"at most {end}: the trial has ended by then"
            yield view.problem(("looks", "days", place), shown(day), rule)


def _follow_up_is_lived(view: View, scenario: Loaded[Scenario]) -> Found:
    world, days = scenario.value, view.get("follow_up_days")
    horizon = view.number("horizon_days") or world.horizon_days
    months = world.residual.months if world.residual is not None else 0.0
    last = math.ceil(horizon + months * 365 / 12)
    for place in range(len(days) if isinstance(days, list) else 0):
        day = view.number("follow_up_days", place)
        if day is not None and day > last:
            rule = f"at most {last}: the horizon and the residual time of {scenario.file}, the last day that is lived"
            yield view.problem(("follow_up_days", place), shown(day), rule)


def _residual_known(view: View, scenario: Loaded[Scenario]) -> Found:
    if scenario.value.residual is not None:
        return
    using: list[KeyPath] = [("metrics",), ("decision", "metric"), ("trial_decision", "metric")]
    using += [(*path, "metric") for path, _ in view.entries("guardrails")]
    for path in using:
        for at, name in view.names(*path):
            if name == _WITH_RESIDUAL:
                rule = f"another metric, because {scenario.file} has no block 'residual'"
                yield view.problem(at, shown(name), rule)


def _leavers_can_come_back(view: View, scenario: Loaded[Scenario]) -> Found:
    if scenario.value.win_back is not None:
        return
    for at, name in view.names("metrics"):
        if name == _WIN_BACK_RATE:
            rule = f"another metric, because {scenario.file} has no block 'win_back'"
            yield view.problem(at, shown(name), rule)


def _members_bring_others(view: View, scenario: Loaded[Scenario]) -> Found:
    circles = scenario.value.circles
    if circles is not None and circles.referral is not None:
        return
    for at, name in view.names("metrics"):
        if name == _WITH_REFERRED:
            rule = f"another metric, because {scenario.file} has no block 'circles.referral'"
            yield view.problem(at, shown(name), rule)


def _value_is_known(view: View, scenario: Loaded[Scenario]) -> Found:
    """Without tiers nobody is of middle or high value."""
    for at, name in view.names("metrics"):
        if name in _OF_TIERS and scenario.value.tiers is None:
            yield view.problem(at, shown(name), f"another metric, because {scenario.file} has no block 'tiers'")


def _doubt_has_range(view: View, scenario: Loaded[Scenario]) -> Found:
    ranged = [path for path, origin in scenario.provenance.items() if origin.ranged]
    for at, name in view.names("doubt"):
        origin = scenario.provenance.get(name)
        if origin is None:
            rule = f"the path of a number in {scenario.file}"
            yield view.problem(at, shown(name), rule, nearest(name, ranged) or nearest(name, scenario.provenance))
        elif not origin.ranged:
            rule = f"a number with low and high, or a distribution ({scenario.file}:{origin.line} has one value)"
            yield view.problem(at, shown(name), rule)
        else:
            yield from _ends_possible(view, at, name, scenario)


def _ends_possible(view: View, path: KeyPath, name: str, scenario: Loaded[Scenario]) -> Found:
    """A share among shares that add up to 1, say, has a range but cannot move alone."""
    origin = scenario.provenance[name]
    for end in (origin.low, origin.high):
        try:
            scenario.with_value(name, end)
        except InputProblems as error:
            first = error.problems[0]
            why = f"at {shown(end)}: {first.key}: got {first.got}, must be {first.rule}"
            rule = f"a number that can change alone ({why})"
            yield view.problem(path, shown(name), rule)
            return


def _absent(view: View, path: KeyPath, name: str, known: list[str], scenario: Loaded[Scenario], block: str) -> Problem:
    rule = f"{one_of(known)} ({_place(scenario, block)})"
    return view.problem(path, shown(name), rule, nearest(name, known))


def _place(scenario: Loaded[Scenario], key: str) -> str:
    return f"{scenario.file}:{scenario.places.line((key,), of_key=True)}"


INSIDE_RULES: tuple[Callable[[View], Found], ...] = (
    _arms_exist,
    _comparisons_differ,
    _lists_without_repeats,
    _metrics_listed,
    _strata_fit,
    _shares_are_of_all_arms,
    _doses_are_of_all_arms,
    _factors_have_four_arms,
    _margins_are_possible,
    _dunnett_fits,
    _rules_can_decide,
    injected_fits,
    _days_ascend,
)
_AGAINST_SCENARIO: tuple[Callable[[View, Loaded[Scenario]], Found], ...] = (
    _world_has_it,
    _horizon_fits,
    _looks_within_horizon,
    _follow_up_is_lived,
    _residual_known,
    _leavers_can_come_back,
    _members_bring_others,
    _value_is_known,
    _doubt_has_range,
    circles_can_be_dealt,
)
