"""A plan's tables, as page and terminal show them."""

from collections.abc import Mapping
from typing import Any

from sim.report.budget_words import NOTHING, Plan, money
from sim.report.display import Column, Row, Table, table, text
from sim.report.values import is_refused
from sim.report.wording import EMPTY, Cell, percent, size

FEW_ROWS = 9
"""Rows of a frontier that a terminal shows."""


def amount(item: object, sign: bool = False) -> Cell:
    """Write an amount or an interval of amounts."""
    if item is None:
        return EMPTY
    if is_refused(item):
        return Cell(refused=item["refused"])
    if isinstance(item, Mapping):
        span = f"{money(item['low'])} to {money(item['high'])}"
        return Cell(money(item["value"], sign), span, str(item.get("of", "")))
    assert isinstance(item, int | float)
    return Cell(money(item, sign))


def mix_table(plan: Plan) -> Table | None:
    """Who gets what: a row a cell and action."""
    by = plan["question"]["by"]
    columns = [Column(part, words=True) for part in by]
    columns += [
        Column("gets", words=True),
        Column("customers"),
        Column("of"),
        Column("worth each"),
        Column("costs each"),
    ]
    rows = []
    for row in plan["mix"]:
        if row["action"] == NOTHING and row["customers"] == row["size"]:
            continue
        cells = [text(row["cell"][part]) for part in by]
        cells += [text(row["action"]), text(f"{row['customers']:,}"), text(f"{row['size']:,}")]
        rows.append(Row((*cells, amount(row.get("value_a_customer")), amount(row.get("spend_a_customer")))))
    return table(columns, rows)


def periods_table(plan: Plan) -> Table | None:
    """What is spent in each period of its budget, and who gets what."""
    if "periods" not in plan:
        return None
    carried = plan["question"]["carry_over"]
    columns = [Column("period", unit="from", words=True), Column("there"), Column("budget")]
    if carried:
        columns.append(Column("cap", unit="so far"))
    columns += [Column("spends"), Column("bases over", unit="cap"), Column("gets", words=True)]
    rows = []
    for row in plan["periods"]:
        gets = ", ".join(f"{name} {number:,}" for name, number in row["gets"].items()) or NOTHING
        cells = [text(row["period"]), text(f"{row['customers']:,}"), amount(row["budget"])]
        cells += [amount(row["cap"])] if carried else []
        cells += [amount(row["spend"]), text(percent(row["over_cap_share"])), text(gets)]
        rows.append(Row(tuple(cells)))
    return table(columns, rows)


def frontier_table(plan: Plan, *, few: bool = False) -> Table | None:
    """The frontier: a row a budget; with `few` only as many as a terminal needs."""
    points = plan["frontier"]
    asked = plan["question"]["budget"]
    if few:
        step = max(1, -(-len(points) // FEW_ROWS))
        points = [p for number, p in enumerate(points) if number % step == 0 or p["budget"] == asked or p is points[-1]]
    columns = [
        Column("budget"),
        Column("spends", unit="on average"),
        Column("promised"),
        Column("optimism", unit="by folds"),
        Column("worth", unit="fresh, 95%"),
        Column("worth", unit="90% of worlds"),
        Column("next yuan"),
        Column("next 10,000"),
    ]
    rows = []
    for point in points:
        doubt = point["value_doubt"]
        shown = (
            Cell(refused=doubt["refused"])
            if is_refused(doubt)
            else text(f"{money(doubt['low'])} to {money(doubt['high'])}")
        )
        cells = (
            text(money(point["budget"])),
            text(money(point["spend"]["value"])),
            text(money(point["promised"])),
            text(money(point["optimism"])),
            amount(point["value"]),
            shown,
            text(money(point["next_yuan"])),
            text(money(point["next_step"])),
        )
        rows.append(Row(cells, mark="chosen" if point["budget"] == asked else ""))
    return table(columns, rows)


def beats_table(plan: Plan) -> Table | None:
    """How often a row's mix is worth more than a column's."""
    names = list(dict.fromkeys(row["mix"] for row in plan["beats"]))
    shares = {(row["mix"], row["against"]): row["share"] for row in plan["beats"]}
    columns = [Column("worth more than ...", words=True), *(Column(name) for name in names)]
    rows = [
        Row((text(one), *(text("" if one == other else percent(shares[one, other])) for other in names)))
        for one in names
    ]
    return table(columns, rows)


def against_table(plan: Plan) -> Table | None:
    """The mix beside the policy that it is compared with."""
    against, answer = plan.get("against"), plan["answer"]
    if not against:
        return None
    columns = [
        Column("", words=True),
        Column("spends"),
        Column("cash"),
        Column("not billed"),
        Column("worth"),
        Column("worth"),
    ]
    rows = [
        Row((text(name), *(amount(of[key]) for key in ("spend", "cash", "forgone", "value", "value_doubt"))))
        for name, of in (("the mix", answer), (f"policy {against['policy']}", against))
    ]
    return table(columns, rows)


def one_for_all_table(plan: Plan) -> Table | None:
    """The mix, its action by risk, and each action given to everybody as far as the budget goes."""
    columns = [Column("gets", words=True), Column("part of every cell"), Column("spends"), Column("worth")]
    answer = plan["answer"]
    rows = [Row((text("the mix"), text("its own"), amount(answer["spend"]), amount(answer["value"])), mark="chosen")]
    rows += [
        Row((text(row["action"]), text(percent(row["share"])), amount(row["spend"]), amount(row["value"])))
        for row in plan["one_for_all"]
    ]
    risk = plan.get("by_risk")
    if risk:
        name = f"{risk['action']}, riskiest first"
        rows.insert(1, Row((text(name), text("whole cells"), amount(risk["spend"]), amount(risk["value"]))))
    return table(columns, rows)


def assumptions_table(plan: Plan) -> Table | None:
    """What the draws move, and what the mix is worth where it is low or high."""
    columns = [
        Column("assumption", words=True),
        Column("value"),
        Column("from"),
        Column("to"),
        Column("worth", unit="lower half"),
        Column("worth", unit="upper half"),
        Column("why", words=True),
    ]
    rows = [
        Row(
            (
                text(row["path"]),
                *(text(size(row[key])) for key in ("value", "low", "high")),
                amount(row.get("value_below_median")),
                amount(row.get("value_above_median")),
                text(row["why"]),
            )
        )
        for row in plan["assumptions"]
    ]
    return table(columns, rows)


def responses_table(plan: Plan) -> Table | None:
    """What a customer of each cell brings under each action: as lived, and drawn towards the fit."""
    by = plan["question"]["by"]
    columns = [Column("gets", words=True), *(Column(part, words=True) for part in by)]
    columns += [Column("customers"), Column("lived"), Column("standard error"), Column("used"), Column("costs each")]
    rows = []
    for row in plan["responses"]:
        cells: list[Cell] = [text(row["action"]), *(text(row["cell"][part]) for part in by), text(f"{row['size']:,}")]
        cells += [text(money(row[key])) for key in ("lived_value", "standard_error", "value", "spend")]
        rows.append(Row(tuple(cells)))
    return table(columns, rows)


def action_terms(plan: Plan) -> list[tuple[str, str]]:
    """What each action gives."""
    found: list[tuple[str, str]] = []
    for name, gives in plan["question"]["actions"].items():
        parts: list[str] = []
        for key, value in gives.items():
            inner: dict[str, Any] = value if isinstance(value, dict) else {"": value}
            parts += [" ".join(part for part in (key, inside, size(of)) if part) for inside, of in inner.items()]
        found.append((name, ", ".join(parts).replace("_", " ")))
    return found
