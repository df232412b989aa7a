"""A design's operating characteristics as they are shown: sentences and tables, for the page and the terminal."""

from __future__ import annotations

from typing import Any

from sim.evidence.results import Interval, Refused
from sim.experiment.outcomes import NAMED
from sim.experiment.ratios import DEFINITIONS as RATIOS
from sim.planning.power import Study
from sim.planning.power_points import Number, Point
from sim.report.display import Column, Row, Table, table, text
from sim.report.tables import number_columns, number_parts, to_csv
from sim.report.wording import EMPTY, Cell, cell, counted, difference_unit, percent, quantity
from sim.report.words import as_words, metric_name, unit_name

HOW_TO_READ = (
    "Power alone is that of one contrast tested by itself, which is what a formula gives; power is that after the "
    "adjustment for all contrasts. The interval below a number is run doubt, the Monte Carlo error of this study."
)
LARGER = (
    "Larger trials are made of whole replications side by side: each keeps its own luck with random promotions, and "
    "its own desk where the firm has one."
)
PUT_IN = (
    "Arms of trials without any effect get one of a stated size: of a share, customers who left are turned at random, "
    "of an amount, everybody's is moved."
)


def unit(metric: str, currency: str) -> str:
    """The unit of a metric that a trial can have."""
    own: dict[str, str] = {name: unit for name, (_, unit) in (NAMED | RATIOS).items()}
    return "share" if metric == "churn_rate" else own.get(metric, currency).replace("yuan", currency)


def plain(item: Number | None) -> object:
    """A number of a study as reports show numbers: plain values, mappings for intervals and refusals."""
    return item.plain() if isinstance(item, Interval | Refused) else item


def sentences(study: Study, currency: str) -> list[str]:
    """What the design is worth, in a few sentences, the most important one first."""
    plan, customers = study.experiment, sum(_sizes(study).values())
    [wrong] = [p for p in study.of("customers", "wrong") if p.times == 1]
    [lost] = [p for p in study.of("customers", "loss") if p.times == 1]
    [each] = [p for p in study.of("customers", "loss_per_customer") if p.times == 1]
    [cost] = study.of("design", "cost")
    concluded = [
        f"“{arm}” {percent(_value(p))}"
        for arm in plan.arms
        for p in study.of("customers", f"concludes:{arm}")
        if p.times == 1 and _value(p)
    ]
    nothing = next(p for p in study.of("customers", "concludes:inconclusive") if p.times == 1)
    error = "" if isinstance(wrong.value, Refused) else f" (run doubt {_span(wrong.value, 'share')})"
    loss = "" if isinstance(each.value, Refused) else f", {quantity(_value(each), currency)} a customer"
    truly = (
        f"In truth the choice is “{study.best}”. After one trial another arm is used in {percent(_value(wrong))} of "
        f"cases{error}, which loses {quantity(_value(lost), currency)} on average over the {customers:,.0f} customers "
        f"who may take part{loss}, in {metric_name(study.money)}."
    )
    found = f", else {', '.join(concluded)}" if concluded else ""
    concludes = (
        f"Trials conclude nothing in {percent(_value(nothing))} of cases{found}; where nothing is concluded "
        f"“{plan.trial_decision.if_inconclusive}” stays."
    )
    takes = (
        f"A trial takes {plan.start_days[-1] + study.horizon:g} days, and its arms cost "
        f"{quantity(_value(cost), currency)} more than “{plan.reference}” for the same customers."
    )
    asked, reached = study.asked, study.reached
    met = "which was asked for" if reached <= asked.precision else f"though {asked.precision * 100:.2g} were asked for"
    known = (
        f"{counted(study.replications, 'replication')} of one trial each: every share of trials at the planned size is "
        f"known within {reached * 100:.2g} points (half of a 95% interval), {met}."
    )
    return [truly, concludes, takes, known]


def _sizes(study: Study) -> dict[str, float]:
    found: dict[str, float] = {}
    for point in study.of("design", "truth", study.experiment.metrics[0]):
        found |= dict(zip((point.arm, point.against), point.customers, strict=True))
    return found


def design(study: Study) -> str:
    """How the trial is made, in a line."""
    plan = study.experiment
    sizes = ", ".join(f"{arm} {n:,.0f}" for arm, n in sorted(_sizes(study).items(), key=_place(list(plan.arms))))
    strata = f" by {', '.join(map(as_words, plan.assignment.strata))}" if plan.assignment.strata else ""
    waves = plan.starts
    begin = f" in {waves.waves} waves {waves.every_days} days apart" if waves is not None else ""
    return (
        f"{sizes} customers of a base of {study.customers:,}; assigned: {plan.assignment.method}{strata}"
        f"{_circles(study)}{begin}; "
        f"followed for {study.horizon:g} days; level {plan.alpha:.0%}; wanted power "
        f"{study.asked.power:.0%}.{_alike(study)}{_no_formula(study)}"
    )


def _circles(study: Study) -> str:
    """Say in how many circles an arm's customers live, where circles were dealt."""
    found = [f"{p.arm} {plain_number(p.value):,.0f}" for p in study.of("design", "circles")]
    return f" by circle ({', '.join(found)}; who is alone is one)" if found else ""


def _alike(study: Study) -> str:
    """Say how alike members of a circle are, in the metrics that decide, and what that costs."""
    said = []
    for metric in deciding(study):
        effect, alike = (study.of("design", what, metric) for what in ("design_effect", "correlation_in_circles"))
        if effect and alike and not isinstance(alike[0].value, Refused):
            said.append(
                f"{metric_name(metric)} {plain_number(alike[0].value):.2f} (×{plain_number(effect[0].value):.2f})"
            )
    if not said:
        return ""
    return (
        f" Correlation within a circle without any effect, and how many times that makes the variance of a mean: "
        f"{', '.join(said)}."
    )


def _no_formula(study: Study) -> str:
    """Say why no contrast in any metric has a formula; nothing where one has."""
    formulas = [p.formula for p in study.points if (p.axis, p.measure) == ("design", "type_one")]
    reasons = [formula.reason for formula in formulas if isinstance(formula, Refused)]
    return f" There is no formula beside: {reasons[0]}." if reasons and len(reasons) == len(formulas) else ""


def _place(arms: list[str]) -> Any:
    return lambda item: arms.index(item[0])


def grades_table(study: Study, metrics: tuple[str, ...], currency: str, *, narrow: bool = False) -> Table | None:
    """As planned: true effect, power, level, coverage (not where it is narrow), wrong signs and overstatement."""
    columns = [
        Column("contrast", words=True, short=True), Column("true effect"), Column("power alone"), Column("formula"),
        Column("power"), Column("level"), Column("coverage"), Column("wrong sign"), Column("overstated"),
    ]  # fmt: skip
    rows = []
    for metric in metrics:
        kind = difference_unit(unit(metric, currency))
        for truth in study.of("design", "truth", metric):
            at = {m: _same(study, "design", m, truth) for m in ("power_alone", "power", "type_one", "coverage")}
            wrong, size = (_same(study, "design", measure, truth) for measure in ("sign_error", "size_error"))
            cells = [
                _level(truth.value, kind),
                _share(at["power_alone"].value), _formula(at["power_alone"].formula, "share"),
                _share(at["power"].value), _bare(at["type_one"].value),
                EMPTY if narrow else _bare(at["coverage"].value),
                _bare(wrong.value), _factor(size.value),
            ]  # fmt: skip
            rows.append(_row(truth, kind, cells))
    return table(columns, rows)


def needs_table(study: Study, metrics: tuple[str, ...], currency: str) -> Table | None:
    """What the wanted power needs: the least effect at the planned size, the customers for the true effect."""
    power = f"{study.asked.power:.0%}"
    columns = [
        Column("contrast", words=True, short=True), Column(f"least effect found in {power}"), Column("formula"),
        Column("customers an arm for the true effect"), Column("formula"), Column("in circles"),
    ]  # fmt: skip
    rows = []
    for metric in metrics:
        kind = difference_unit(unit(metric, currency))
        for least in study.of("design", "least_effect", metric):
            needed = _same(study, "design", "customers_needed", least)
            cells = [
                cell(plain(least.value), kind, sign=True, bare=True),
                _formula(least.formula, kind),
                _size(needed.value), _formula(needed.formula, "count"),
            ]  # fmt: skip
            rows.append(_row(least, kind, cells + _in_circles(study, least.arm, [needed.value, needed.formula])))
    return table(columns, rows)


def _in_circles(study: Study, arm: str, customers: list[Number | None]) -> list[Cell]:
    """Customers of an arm as circles, the first of them that is a number; nothing where no circles were dealt."""
    dealt = [p for p in study.of("design", "circles") if p.arm == arm]
    known = [number for number in customers if isinstance(number, float)]
    if not dealt or not known:
        return [EMPTY]
    return [cell(known[0] * plain_number(dealt[0].value) / dealt[0].customers[0], "count", bare=True)]


def sizes_table(study: Study, metrics: tuple[str, ...], currency: str) -> Table | None:
    """Larger trials: power alone of each contrast beside the formula, and the chance and price of a wrong decision."""
    columns = [Column("contrast", words=True, short=True)]
    sizes = study.of("customers", "wrong")
    columns += [Column(f"{point.customers[0]:,.0f}", unit="in all") for point in sizes]
    rows = []
    for metric in metrics:
        for first in (p for p in study.of("customers", "power_alone", metric) if p.times == 1):
            here = [p for p in study.of("customers", "power_alone", metric) if _pair(p) == _pair(first)]
            name = f"power alone, {metric_name(metric)}"
            rows.append(Row((text(" against ".join(_pair(first))), *(_share(p.value) for p in here)), group=name))
            by_formula = [_formula(p.formula, "share") for p in here]
            rows.append(Row((text("by the formula"), *by_formula), group=name))
    rows.append(Row((text("another arm is used"), *(_share(p.value) for p in sizes)), group="decision"))
    lost = study.of("customers", "loss_per_customer")
    cells = [cell(plain(p.value), currency, bare=True) for p in lost]
    rows.append(Row((text(f"{currency} a customer lost by it"), *cells), group="decision"))
    return table(columns, rows)


def effects_table(study: Study, metrics: tuple[str, ...], currency: str) -> Table | None:
    """Effects put in at the planned size: power beside the formula, wrong signs and overstatement."""
    columns = [
        Column("effect", words=True, short=True), Column("power alone"), Column("formula"), Column("wrong sign"),
        Column("overstated by"),
    ]  # fmt: skip
    rows = []
    for metric in metrics:
        kind = difference_unit(unit(metric, currency))
        for point in study.of("effect", "power_alone", metric):
            wrong, size = (_same(study, "effect", measure, point) for measure in ("sign_error", "size_error"))
            cells = [_share(point.value), _formula(point.formula, "share"), _bare(wrong.value), _factor(size.value)]
            name = f"{metric_name(metric)}, {' against '.join(_pair(point))}"
            rows.append(Row((text(quantity(point.effect or 0.0, kind, sign=True)), *cells), group=name))
    return table(columns, rows)


def power_csv(study: Study) -> str:
    """Every number of a study, a row each; shares are fractions, effects in the metric's unit."""
    header = ["experiment", "axis", "measure", "metric", "arm", "against", "times", "customers_in_arm"]
    header += ["customers_against", "effect", *number_columns("value"), "formula", "formula_refused"]
    rows = []
    for point in study.points:
        sizes = [*point.customers, None, None][:2]
        row = [study.experiment.name, point.axis, point.measure, point.metric, point.arm, point.against, point.times]
        by_formula = number_parts(plain(point.formula))
        row += [*sizes, point.effect, *number_parts(plain(point.value)), by_formula[0], by_formula[4]]
        rows.append(row)
    return to_csv(header, rows)


def _same(study: Study, axis: str, measure: str, like: Point) -> Point:
    """Another measure of the same contrast at the same size and effect."""
    return next(
        p
        for p in study.of(axis, measure, like.metric)
        if _pair(p) == _pair(like) and p.times == like.times and (axis == "design" or p.effect == like.effect)
    )


def _pair(point: Point) -> tuple[str, str]:
    return point.arm, point.against


def _row(point: Point, kind: str, cells: list[Cell]) -> Row:
    name = metric_name(point.metric)
    group = f"{name}, {unit_name(kind)}" if unit_name(kind) else name
    return Row((text(" against ".join(_pair(point))), *cells), group=group)


def _value(point: Point) -> float:
    return plain_number(point.value)


def plain_number(item: Number) -> float:
    """A number without its interval; nan for a refusal."""
    if isinstance(item, Interval):
        return item.value
    return float("nan") if isinstance(item, Refused) else float(item)


def _span(item: Number, kind: str) -> str:
    return cell(plain(item), kind).span


def _share(item: Number | None) -> Cell:
    if item is None:
        return EMPTY
    return cell(plain(item), "share") if not isinstance(item, float) else text(percent(item))


def _level(item: Number, kind: str) -> Cell:
    """A true effect without its run doubt, which is far below what a trial of this size could see."""
    return cell(plain(item), kind) if isinstance(item, Refused) else cell(plain_number(item), kind, True, bare=True)


def _bare(item: Number) -> Cell:
    return text(percent(item.value)) if isinstance(item, Interval) else _share(item)


def _formula(item: Number | None, kind: str) -> Cell:
    """What the formula says; nothing where there is none, which is said once for the whole design."""
    if item is None or isinstance(item, Refused):
        return EMPTY
    return text(percent(plain_number(item))) if kind == "share" else cell(plain(item), kind, kind != "count", bare=True)


def _factor(item: Number | None) -> Cell:
    if isinstance(item, Interval):
        return text(f"×{item.value:.1f}")
    return EMPTY if item is None else cell(plain(item), "ratio")


def _size(item: Number | None) -> Cell:
    return EMPTY if item is None else cell(plain(item), "count")


def deciding(study: Study) -> tuple[str, ...]:
    """The metrics that decide: all that the terminal shows."""
    plan = study.experiment
    return tuple(dict.fromkeys((plan.trial_decision.metric, plan.decision.metric)))
