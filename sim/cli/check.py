"""`sim check`: is a scenario valid, what does it contain, and what does it rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sim.cli.options import experiments_option

if TYPE_CHECKING:
    from rich.console import Console

    from sim.scenario.loaded import Loaded
    from sim.scenario.provenance import Provenance
    from sim.scenario.schema import Scenario, TierPolicy

_WIDTH = 100
_MOST_LISTED = 4
_WIDEST = {"what": 40, "value": 28}
_MECHANISMS = {
    "stages": "stages of the life cycle",
    "satisfaction": "satisfaction",
    "tenure_shapes": "rates that change with tenure",
    "warning": "warning before leaving",
    "problem": "problems that dissatisfy",
    "promotions": "competitors' promotions",
    "ngtp": "value and risk scores",
    "tiers": "tiers",
    "contacts": "contacts",
    "survey": "survey",
    "team": "team that solves problems",
    "cross_sell": "cross-sell",
    "gifts": "gifts",
    "activities": "activities",
    "reward": "free days as a reward",
    "desk": "save desk",
    "number_change": "changes of number inside the network",
    "fee_decline": "spending that declines",
    "billing": "bills, reminders and stops",
    "dormancy": "silent numbers",
    "contact_rules": "contact rules",
    "contracts": "contracts with a subsidy",
    "agreements": "agreements with monthly credits",
    "points": "points on bills",
    "agents": "agents who recruit",
    "intelligence": "market intelligence and answers to rivals",
    "portability": "numbers that can be taken along",
    "campaign_budget": "a campaign's budget that can run out",
    "early_warning": "early warning by a monthly score",
    "win_back": "winning back who has left",
    "prospects": "selling to prospects",
    "bundles": "bundles",
    "circles": "circles of customers",
    "residual": "value after the horizon",
}


@click.command()
@click.argument("scenario", metavar="SCENARIO", type=click.Path())
@experiments_option
def check(scenario: str, files: tuple[Path, ...]) -> None:
    """Check SCENARIO and its experiments; show what they contain and what is assumed."""
    from rich.console import Console

    from sim.scenario.load import load_experiments, load_scenario

    world = load_scenario(scenario)
    experiments = load_experiments(world, files or None)
    console = Console(width=_WIDTH, highlight=False, markup=False, emoji=False, soft_wrap=False)
    _show_world(console, world)
    _show_policies(console, world.value)
    _show_experiments(console, experiments)
    _show_calibration(console, world)
    rows = _rows("", {path: origin for path, origin in world.provenance.items() if not path.startswith("targets.")})
    for experiment in experiments:
        rows += _rows(f"{experiment.value.name}: ", experiment.provenance)
    _show_origins(console, rows)


def _show_world(console: Console, world: Loaded[Scenario]) -> None:
    value = world.value
    console.print(f"{world.file}: {value.title or value.name}", style="bold")
    console.print(
        f"{value.customers:,} customers from {value.start} for {value.horizon_days} days; "
        f"money in {value.currency}, {value.money.mean_fee_yuan_per_month:,.10g} a month on average"
    )
    table = _table("Segments", "segment", "share", "fee, relative", "risk factor", "price sensitivity", "growth a year")
    for name, segment in value.segments.items():
        price, growth = segment.price_sensitivity, segment.growth_per_year
        numbers = (segment.share, segment.fee_relative, segment.risk_factor)
        spreads = (f"{price.mean:g} (sd {price.sd:g})", f"{growth.mean:g} (sd {growth.sd:g})")
        table.add_row(name, *(f"{number:g}" for number in numbers), *spreads)
    _print(console, table)
    on = [words for key, words in _MECHANISMS.items() if getattr(value, key)]
    off = [words for key, words in _MECHANISMS.items() if not getattr(value, key)]
    reasons = [f"{reason} (to {leaving.destination})" for reason, leaving in value.leaving.items()]
    if value.circles is not None:
        console.print(f"\nCircles: {_circle_words(value)}")
    for title, words in (("Reasons to leave", reasons), ("Happens", on), ("Does not happen", off)):
        console.print(f"\n{title}: {', '.join(words) or 'none'}")


def _circle_words(world: Scenario) -> str:
    from sim.customer.circles import dealt

    circles = world.circles
    assert circles is not None
    many = dealt(circles, world.customers)
    alone = world.customers - sum(of.size * number for of, number in zip(circles.sizes, many, strict=True))
    words = [f"{number:,} of {of.size}" for of, number in zip(circles.sizes, many, strict=True)]
    ways = {
        "holds": "members hold each other",
        "news": "members hear weekly who has left",
        "cards": "secondary cards follow the main one",
        "referral": "members bring new customers",
    }
    said = [what for key, what in ways.items() if getattr(circles, key) is not None]
    return f"{', '.join(words)}; {alone:,} customers are alone; {', '.join(said) or 'members do nothing to each other'}"


def _show_policies(console: Console, world: Scenario) -> None:
    table = _table("Policies", "policy", "tier", "what it does")
    for name, tiers in world.policies.items():
        baseline = " (baseline)" if name == world.baseline_policy else ""
        if not tiers:
            table.add_row(name + baseline, "", "nothing")
        for tier, policy in tiers.items():
            table.add_row(name + baseline, tier, _policy_words(policy))
    _print(console, table)


def _policy_words(policy: TierPolicy) -> str:
    from sim.report.words import attempts_in_words

    words = [f"cadence {policy.cadence}"] if policy.cadence else []
    words += ["complaint line"] if policy.complaint_line else []
    words += [f"{policy.reward.free_days:g} free days on entering"] if policy.reward else []
    words += ["payment reminders"] if policy.reminders else []
    words += ["reminders of points"] if policy.points_reminder else []
    words += ["answers to rivals' promotions"] if policy.answers else []
    words += ["warning calls"] if policy.warning_call else []
    words += ["calls to their circles"] if policy.circle_call else []
    words += [f"{policy.reactivation.credit_yuan:g} for paying after a stop"] if policy.reactivation else []
    if policy.agreement:
        words.append(
            f"{policy.agreement.monthly_credit_yuan:g} a month for {policy.agreement.months} months of staying"
        )
    words += [attempts_in_words(policy.win_back.model_dump())] if policy.win_back else []
    words += ["a bundle on entering"] if policy.bundle else []
    return ", ".join(words) or "nothing"


def _show_experiments(console: Console, experiments: list[Any]) -> None:
    from sim.scenario.experiment_schema import FirmQuestion

    table = _table("Experiments", "experiment", "question", "arms", "assignment")
    for experiment in experiments:
        value = experiment.value
        method = "the whole firm an arm" if isinstance(value, FirmQuestion) else value.assignment.method
        method += ", by circle" if value.unit == "circle" else ""
        table.add_row(value.name, value.question, ", ".join(value.arms), method)
    if experiments:
        _print(console, table)


def _show_calibration(console: Console, world: Loaded[Scenario]) -> None:
    """Show what `sim calibrate` would move, and what it would aim at."""
    from sim.scenario.aims import reported, tolerance

    marked = {path: origin for path, origin in world.provenance.items() if origin.mark is not None}
    table = _table("Calibrated", "what", "value", "may move")
    for path, origin in marked.items():
        table.add_row(path, f"{origin.central:.6g}", _may_move(origin))
    if marked:
        _print(console, table)
    table = _table("Targets", "quantity", "aim", "from")
    for place, target in enumerate(world.value.targets):
        why = target.fact or ""
        if target.reported is not None:
            known = world.provenance[f"targets.{place}.reported"]
            why = known.assumed or known.source or "neither a source nor assumed"
        aim = f"{reported(target):.6g}, to within {tolerance(target):.3g}"
        table.add_row(target.quantity, aim, why)
    if world.value.targets:
        _print(console, table)


def _may_move(origin: Provenance) -> str:
    if origin.calibrate is not None:
        return f"{origin.calibrate[0]:g} to {origin.calibrate[1]:g}"
    return str(origin.mark)


class _Row(NamedTuple):
    """Neighbouring numbers that rest on the same thing, below the block that they share."""

    experiment: str
    block: tuple[str, ...]
    numbers: list[tuple[tuple[str, ...], Provenance]]

    @property
    def origin(self) -> Provenance:
        return self.numbers[0][1]

    def what(self) -> str:
        path = self.block if len(self.numbers) > 1 else self.numbers[0][0]
        return self.experiment + ".".join(path)

    def values(self) -> str:
        if len(self.numbers) == 1:
            return f"{self.origin.central:.6g}{_range(self.origin)}"
        if len(self.numbers) > _MOST_LISTED:
            return f"{len(self.numbers)} numbers"
        below = len(self.block)
        return ", ".join(f"{'.'.join(path[below:])} {origin.central:.6g}" for path, origin in self.numbers)


def _rows(experiment: str, provenance: dict[str, Provenance]) -> list[_Row]:
    """Join neighbours that have the same origin, so that a reason is read once."""
    rows: list[_Row] = []
    for name, origin in provenance.items():
        path = tuple(name.split("."))
        last = rows[-1] if rows else None
        block = path[:-1] if last is None else _shared(last.block, path)
        # Two levels up at most: the steps of a shape belong together, two segments do not.
        near = last is not None and len(block) >= max(1, len(path) - 3, len(last.block) - 2)
        if last is not None and near and _same_origin(last.origin, origin):
            rows[-1] = _Row(experiment, block, [*last.numbers, (path, origin)])
        else:
            rows.append(_Row(experiment, path[:-1], [(path, origin)]))
    return rows


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


def _same_origin(one: Provenance, other: Provenance) -> bool:
    plain = not one.ranged and not other.ranged and one.founded
    return plain and (one.source, one.assumed) == (other.source, other.assumed)


def _range(origin: Provenance) -> str:
    if origin.distribution is not None:
        return f", {origin.distribution}"
    return f" ({origin.low:g} to {origin.high:g})" if origin.ranged else ""


def _show_origins(console: Console, rows: list[_Row]) -> None:
    assumed = [row for row in rows if row.origin.assumed is not None]
    sourced = [row for row in rows if row.origin.assumed is None and row.origin.source is not None]
    neither = [row for row in rows if not row.origin.founded]
    table = _table("Assumed", "what", "value", "why")
    for row in assumed:
        source = f" (source: {row.origin.source})" if row.origin.source else ""
        table.add_row(row.what(), row.values(), f"{row.origin.assumed}{source}")
    _print(console, table)
    table = _table("From a source", "what", "value", "source")
    for row in sourced:
        table.add_row(row.what(), row.values(), row.origin.source)
    _print(console, table)
    if not neither:
        console.print("\nEvery number has a source or is assumed for a reason.")
        return
    table = _table("Neither a source nor assumed", "what", "value", "line")
    for row in neither:
        table.add_row(row.what(), row.values(), str(row.origin.line))
    _print(console, table)


def _table(title: str, *columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(console: Console, table: Any) -> None:
    """Print a table in which a path or a value keeps its width, and reasons are broken where there is no room.

    Left to itself rich takes from every column, and cuts at the edge where one has a least width.
    """
    for column in table.columns:
        widest = _WIDEST.get(str(column.header))
        if widest is not None:
            column.width = min(widest, max(len(str(cell)) for cell in (column.header, *column.cells)))
    console.print(table)
