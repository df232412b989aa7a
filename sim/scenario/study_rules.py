"""Rules that tie two places of a real trial's experiment file together. Each names both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sim.scenario.data_schema import SHARE, STANDARD
from sim.scenario.document import Places
from sim.scenario.experiment_rules import INSIDE_RULES
from sim.scenario.problems import KeyPath, Problem, dotted, nearest, one_of, shown
from sim.scenario.study_schema import Study
from sim.scenario.view import View

Found = Iterator[Problem]

OF_EVERY_ARM = ("shares", "costs", "enrolled")
AFTERWARDS = (
    "left",
    "days",
    "reason",
    "revenue",
    "cost",
    "net_value",
    "received",
    "exposed_day",
    "redeemed",
    "answered",
)
"""Keys of `data:` whose columns hold what came after assignment."""


def study_problems(tree: dict[str, Any], places: Places) -> list[Problem]:
    """Check the plain tree of a real trial's file; keys may be missing or wrong."""
    view = View(tree, places, Study.model_fields)
    return [problem for rule in (*INSIDE_RULES, *_RULES) for problem in rule(view)]


def _metrics_in_data(view: View) -> Found:
    data, own = view.block("data"), view.block("data", "metrics")
    for at, name in view.names("metrics"):
        if name in STANDARD and data and data.get(STANDARD[name]) is None:
            if name != "cost_per_customer" or not view.block("data", "costs"):
                rule = f"a metric that the data hold (data.{STANDARD[name]} names no column, {view.where('data')})"
                yield view.problem(at, shown(name), rule)
        elif data and name not in STANDARD and name not in own:
            known = [*STANDARD, *own]
            yield view.problem(at, shown(name), f"{one_of(known)}, or named in data.metrics", nearest(name, known))
    for name in own:
        if name in STANDARD:
            path: KeyPath = ("data", "metrics", name)
            yield view.problem(path, shown(name), f"another name (this one is the metric of data.{STANDARD[name]})")


def _used_metrics_are_listed(view: View) -> Found:
    listed = [name for _, name in view.names("metrics")]
    paths: list[KeyPath] = [("trial_decision", "metric"), *((*p, "metric") for p, _ in view.entries("equivalence"))]
    for path in paths:
        for at, name in view.names(*path):
            if listed and name not in listed:
                yield view.unknown(at, name, listed, ("metrics",))


def _arms_of_data(view: View) -> Found:
    arms = view.block("arms")
    for key in ("arms", *OF_EVERY_ARM):
        named = view.block("data", key)
        for name in named:
            if arms and name not in arms:
                yield view.unknown(("data", key, name), name, arms, ("arms",))
        missing = [name for name in arms if name not in named]
        if named and missing and key in OF_EVERY_ARM:
            yield view.problem(
                ("data", key), f"nothing for {missing[0]}", f"given for every arm ({view.where('arms')})"
            )
    first: dict[str, str] = {}
    for arm in arms:
        entry = str(view.block("data", "arms").get(arm, arm))
        if entry in first:
            rule = f"another entry than that of {first[entry]}"
            yield view.problem(("data", "arms", arm), shown(entry), rule)
        first.setdefault(entry, arm)


def _lives_are_whole(view: View) -> Found:
    data = view.block("data")
    for key, needed in (("days", "left"), ("reason", "left"), ("reason", "days"), ("exposed_day", "days")):
        if data.get(key) is not None and data.get(needed) is None:
            yield view.problem(("data", key), "a column", f"left out, because data.{needed} names no column")
    if data.get("days") is not None and view.get("horizon_days") is None:
        yield view.problem(("horizon_days",), "nothing", f"given ({view.where('data', 'days')}, is a column of days)")
    if data.get("cost") is not None and view.block("data", "costs"):
        yield view.problem(("data", "costs"), "costs by arm", f"left out ({view.where('data', 'cost')}, is a column)")


def _known_before(view: View) -> Found:
    after = {view.get("data", key): dotted(("data", key)) for key in AFTERWARDS}
    after |= {metric.get("column"): dotted(path) for path, metric in view.entries("data", "metrics")}
    for key in ("covariates", "subgroups"):
        seen: set[str] = set()
        for at, column in view.names("data", key):
            if column in after:
                yield view.problem(at, shown(column), f"known before the trial (it is the column of {after[column]})")
            elif column in seen:
                yield view.problem(at, shown(column), "listed once")
            seen.add(column)


def _correction_fits(view: View) -> Found:
    if view.get("correction") != "dunnett":
        return
    why = view.where("correction")
    for path, contrast in view.entries("contrasts"):
        if contrast.get("against") != view.get("reference"):
            rule = f"{view.get('reference')}: Dunnett compares with the reference alone ({why})"
            yield view.problem((*path, "against"), shown(contrast.get("against")), rule)
    if view.get("assignment", "method") == "stratified":
        rule = f"simple or complete: Dunnett's correction is not known within strata ({why})"
        yield view.problem(("assignment", "method"), "'stratified'", rule)
    if view.get("data", "circle") is not None:
        rule = f"left out: Dunnett's correction is not known for circles ({why})"
        yield view.problem(("data", "circle"), "a column", rule)


def _margins_possible(view: View) -> Found:
    for path, claim in view.entries("equivalence"):
        margin, metric = view.number(*path, "margin"), claim.get("metric")
        is_share = metric == "churn_rate" or view.get("data", "metrics", str(metric), "unit") == SHARE
        if is_share and margin is not None and margin >= 1:
            yield view.problem((*path, "margin"), shown(margin), f"below 1 ({metric} is a share)")


def _circles_in_data(view: View) -> Found:
    if view.get("unit") == "circle" and view.get("data", "circle") is None:
        rule = f"given: a column of circles ({view.where('unit')}, is circle)"
        yield view.problem(("data", "circle"), "nothing", rule)


_RULES: tuple[Callable[[View], Found], ...] = (
    _metrics_in_data,
    _used_metrics_are_listed,
    _arms_of_data,
    _lives_are_whole,
    _known_before,
    _correction_fits,
    _margins_possible,
    _circles_in_data,
)
