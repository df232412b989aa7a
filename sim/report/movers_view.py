"""Whom each arm moved, as it is shown: the four kinds of customers, and what was paid for whom."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary
from sim.report.wording import EMPTY, Cell, cell
from sim.report.words import as_words

KINDS = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")
WHAT = {
    "persuadable": "leaves without the arm, stays with it",
    "sure_thing": "stays anyway",
    "lost_cause": "leaves anyway",
    "sleeping_dog": "stays unless it gets the arm",
}
BY = {
    "everybody": "everybody",
    "segment": "by segment",
    "tier": "by tier at the start",
    "tenure": "by tenure at the start",
    "promotion": "by competitors' promotions",
}


def kinds_tables(experiment: Mapping[str, Any]) -> list[tuple[str, Table]]:
    """Shares of the four kinds in every group, an arm a table."""
    made = []
    for item in experiment.get("movers", ()):
        columns = [Column("group", words=True), Column("customers"), *(Column(as_words(kind)) for kind in KINDS)]
        rows = [
            Row(
                (
                    text(group["name"]),
                    _how_many(group["customers"]),
                    *(cell(group[kind], "share") for kind in KINDS),
                ),
                group=BY.get(group["by"], as_words(group["by"])),
            )
            for group in item["groups"]
        ]
        shown = table(columns, rows)
        if shown is not None:
            made.append((f"{item['arm']} against {item['against']}", shown))
    return made


def _how_many(customers: float) -> Cell:
    """Write how many customers a group has on average; a few in some replications are not none."""
    return text("<1") if 0 < customers < 0.5 else cell(customers, "count")


def paid_table(experiment: Mapping[str, Any], summary: Summary) -> Table | None:
    """What each arm paid more than the reference, how much of it in vain, and what a saved customer cost."""
    currency = str(summary.get("currency", "yuan"))
    columns = [
        Column("arm", words=True),
        Column("paid more", unit=f"{currency} a customer"),
        Column("of it deadweight", unit=f"{currency} a customer"),
        Column("as a share"),
        Column("for each customer saved", unit=currency),
        Column("only put off"),
        Column("sure things who left too"),
    ]
    rows = [
        Row(
            (
                text(item["arm"]),
                cell(item["paid"], currency, bare=True),
                cell(item["deadweight"], currency, bare=True),
                cell(item["deadweight_share"], "share"),
                cell(item["cost_per_saved"], currency, bare=True),
                *(cell(item[key], "share") if item["residual_days"] > 0 else EMPTY for key in ("put_off", "sure_left")),
            )
        )
        for item in experiment.get("movers", ())
    ]
    return table(columns, rows)


def how_to_read(experiment: Mapping[str, Any]) -> str:
    """Say what the kinds are, and how long the saved were watched."""
    movers = experiment.get("movers", ())
    if not movers:
        return ""
    kinds = "; ".join(f"{as_words(kind)}: {words}" for kind, words in WHAT.items())
    days = movers[0]["residual_days"]
    put_off = (
        f" Only put off: those persuaded who left after all, within {days:,.0f} days after the horizon; beside it the "
        "sure things who did."
    )
    return (
        "Each customer beside its own twin under the reference, which no trial can see. "
        f"{kinds[0].upper()}{kinds[1:]}. Deadweight is what was paid to sure things and lost causes. Saved: "
        "persuadable less sleeping dogs." + (put_off if days > 0 else "")
    )
