"""What a targeting question found, as sentences and tables, for terminal, page and CSV alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.budget_view import amount
from sim.report.budget_words import COUNTS, between, money
from sim.report.display import Column, Row, Table, table, text
from sim.report.tables import number_columns, number_parts, to_csv
from sim.report.values import is_refused
from sim.report.wording import EMPTY, Cell, listing, percent

Found = Mapping[str, Any]
"""The content of ``target.json``."""
ORACLE = "by true uplift"
TRIED_ON_MORE = "more customers than the firm has"


def reach_words(found: Found) -> str:
    """Say how many are treated."""
    reach, currency = found["question"]["reach"], found["currency"]
    if reach["kind"] == "share":
        return f"{percent(reach['amount'])} of {found['customers']:,} customers"
    if reach["kind"] == "number":
        return f"{reach['amount']:,.0f} of {found['customers']:,} customers"
    counts = COUNTS[found["question"]["counts"]]
    return f"as many of {found['customers']:,} customers as {money(reach['amount'])} {currency} pay ({counts})"


def question_words(found: Found) -> str:
    """Say what was asked."""
    return f"Who should get “{found['question']['action']}”, if it goes to {reach_words(found)}?"


def best_trial(found: Found) -> Mapping[str, Any]:
    """The policy learned from the largest trial that the firm has customers for, or from the smallest of all."""
    of_trials = [row for row in found["policies"] if "size" in row]
    within = [row for row in of_trials if not row["beyond_base"]]
    best: Mapping[str, Any] = within[-1] if within else of_trials[0]
    return best


def answer_words(found: Found) -> Iterator[str]:
    """Say which policy wins, which loses, how far each is from true uplift, and what a trial is worth."""
    currency = found["currency"]
    known = [row for row in found["policies"] if "size" not in row and row["policy"] != ORACLE]
    learned = best_trial(found)
    for row in (*known, learned):
        name = row["policy"] if row is not learned else f"by uplift learned in a trial of {row['size']:,}"
        yield f"{name.capitalize()}: {_outcome(row['value'], currency)}."
    oracle = next(row for row in found["policies"] if row["policy"] == ORACLE)
    yield (
        f"By true uplift, known to nobody: {_outcome(oracle['value'], currency)}, told from {found['lived']['twins']} "
        "futures of each customer. The trial's policy stays "
        f"{money(learned['gap']['value'])} {currency} behind it (run doubt {between(learned['gap'])}; assumption doubt "
        f"{between(learned['gap_doubt'])})."
    )
    ahead = [row["policy"] for row in found["policies"] if row["policy"] != ORACLE and row["gap"]["high"] < 0]
    if ahead:
        yield (
            f"{listing(ahead).capitalize()} ahead of it: what is true cannot be beaten, so the futures are too few to "
            "tell it (more --twins)."
        )
    yield f"If everybody got it: {_outcome(found['everybody']['value'], currency)}."
    yield from information_words(found)
    if found["shares_something"]:
        yield (
            f"Customers share something here ({listing(found.get('shared', ['the desk']))}): each one's uplift is that "
            "between everybody treated and nobody, and what a few treated customers change for the others is not in it."
        )


def _outcome(value: Mapping[str, Any], currency: str) -> str:
    size = money(abs(value["value"]))
    doubt = f"run doubt {between(value)}"
    if value["low"] == value["high"] == 0:
        return "changes nothing"
    if value["low"] > 0:
        return f"wins {size} {currency} ({doubt})"
    if value["high"] < 0:
        return f"loses {size} {currency} ({doubt})"
    return f"{money(value['value'], sign=True)} {currency}, a win or a loss ({doubt})"


def information_words(found: Found) -> Iterator[str]:
    """Say what a trial is worth against what it costs, and what perfect information would be."""
    of, currency = found["information"], found["currency"]
    over = "worlds of the assumptions" if of["over"] == "draws" else "bases of the one world"
    yield (
        f"Without a trial the best is {'' if of['without'].get('always', True) else 'mostly '}to treat "
        f"{_whom(of['without']['does'])}, worth {money(of['without']['value']['value'])} {currency} on average over "
        f"{of['worlds']} {over}, chosen and valued by different futures. To know the world "
        f"would add {_gain(of['know_world'], currency)}, to know every customer's uplift "
        f"{_gain(of['know_customers'], currency)}."
    )
    best = max(of["samples"], key=lambda row: row["value"]["value"])
    if best["value"]["high"] <= 0:
        yield "No trial of the sizes asked is worth anything beside what the assumptions say already."
        return
    words = (
        f"The most valuable trial asked has {best['size']:,} customers: {_gain(best['value'], currency)} each time its "
        f"policy is used on a base. Those treated in it cost {money(best['spend_on_tried']['value'])} {currency} and "
        f"bring {money(best['tried_bring']['value'], sign=True)} net"
    )
    if best["tried_bring"]["value"] < 0 < best["value"]["value"]:
        uses = math.ceil(-best["tried_bring"]["value"] / best["value"]["value"])
        words += f", which {uses:,} uses pay back" if uses > 1 else ", which the first use pays back"
    yield words + (f" (hypothetical: {TRIED_ON_MORE})." if best["beyond_base"] else ".")


def _whom(policy: str) -> str:
    return policy if policy == "nobody" else f"some {policy}"


def _gain(item: Mapping[str, Any], currency: str) -> str:
    return f"{money(item['value'], sign=True)} {currency} (run doubt {between(item)})"


def setting_words(found: Found) -> Iterator[str]:
    """Say how much was lived and how it is valued."""
    lived = found["lived"]
    counts = COUNTS[found["question"]["counts"]]
    residual = " with residual" if found["metric"].startswith("net_value_with") else ""
    words = f"{lived['replications']} bases at the centre of all assumptions"
    if lived["draws"]:
        words += f" and {lived['draws']} in worlds drawn from {lived['assumptions']} assumptions"
    yield (
        f"{words}; in each {lived['twins']} futures of every customer under nothing and the action, and "
        f"{lived['trials']} trials of every size. {lived['lives']:,} lives, {lived['customer_years']:,.0f} "
        "customer-years."
    )
    yield (
        f"Values are net{residual}, {found['currency']} of the whole base within {found['horizon_days']:,} days more "
        f"than nothing; spend is {counts}. Nobody is valued by the futures, records or trials that chose it."
    )


def policies_table(found: Found) -> Table | None:
    """A row a policy: worth, spend, and the gap to true uplift."""
    columns = [
        Column("treats", words=True, short=True),
        Column("customers"),
        Column("spends"),
        Column("worth"),
        Column("worth"),
        Column("behind true uplift"),
    ]
    possible = [row for row in found["policies"] if row["policy"] != ORACLE and not row.get("beyond_base")]
    best = max(possible, key=lambda row: row["value"]["value"])
    rows = [
        Row(
            (
                text(row["policy"]),
                text(f"{row['customers']:,.0f}"),
                text(money(row["spend"]["value"])),
                amount(row["value"]),
                _amount(row["value_doubt"]),
                text("") if row["policy"] == ORACLE else amount(row["gap"]),
            ),
            mark="chosen" if row is best else "",
        )
        for row in found["policies"]
    ]
    return table(columns, rows)


def _amount(item: Mapping[str, Any]) -> Cell:
    """Write an amount; a column of refusals is left out, for the answer has the reason."""
    return EMPTY if is_refused(item) else amount(item)


def trials_table(found: Found) -> Table | None:
    """A row a size: what one trial could teach, and how far its policy stays behind true uplift."""
    columns = [
        Column("trial of"),
        Column("worth, one trial"),
        Column("behind true uplift"),
        Column("behind true uplift"),
        Column("", words=True),
    ]
    rows = [
        Row(
            (
                text(f"{row['size']:,}"),
                amount(row["value_of_one_trial"]),
                amount(row["gap"]),
                _amount(row["gap_doubt"]),
                text(TRIED_ON_MORE if row["beyond_base"] else ""),
            )
        )
        for row in found["policies"]
        if "size" in row
    ]
    return table(columns, rows)


def information_table(found: Found) -> Table | None:
    """A row a kind of information: what it adds to the best without it, and what a trial costs."""
    of = found["information"]
    columns = [
        Column("information", words=True, short=True),
        Column("is worth", unit="a use"),
        Column("costs", unit="those treated"),
        Column("they bring", unit="net"),
        Column("together", unit="first use"),
    ]
    rows = [
        Row(
            (
                text(f"trial of {row['size']:,}" + (" *" if row["beyond_base"] else "")),
                amount(row["value"]),
                text(money(row["spend_on_tried"]["value"])),
                text(money(row["tried_bring"]["value"], sign=True)),
                amount(row["net"]),
            )
        )
        for row in of["samples"]
    ]
    for name, key in (("the world, perfectly", "know_world"), ("every uplift", "know_customers")):
        rows.append(Row((text(name), amount(of[key]), text(""), text(""), text(""))))
    caption = f"* {TRIED_ON_MORE}" if any(row["beyond_base"] for row in of["samples"]) else ""
    return table(columns, rows, caption)


def policies_csv(found: Found) -> str:
    """A row a policy."""
    unit = found["currency"]
    names = ("value", "value_doubt", "spend", "gap", "gap_doubt", "value_of_one_trial")
    header = ["policy", "trial_size", "beyond_base", "customers"]
    for name in names:
        header += number_columns(f"{name}_{unit}")
    rows = [
        [row["policy"], row.get("size"), row.get("beyond_base"), row["customers"]]
        + [part for name in names for part in number_parts(row.get(name))]
        for row in found["policies"]
    ]
    return to_csv(header, rows)


def curve_csv(found: Found) -> str:
    """A row a policy and share of the base."""
    header = ["policy", "share", *number_columns(f"value_{found['currency']}")]
    return to_csv(header, [[row["policy"], row["share"], *number_parts(row["value"])] for row in found["curve"]])


def information_csv(found: Found) -> str:
    """A row a kind of information."""
    of, unit = found["information"], found["currency"]
    names = ("value", "spend_on_tried", "tried_bring", "net")
    header = ["information", "trial_size", "beyond_base"]
    for name in names:
        header += number_columns(f"{name}_{unit}")
    rows: list[list[object]] = [
        ["trial", row["size"], row["beyond_base"], *(part for name in names for part in number_parts(row[name]))]
        for row in of["samples"]
    ]
    for key in ("know_world", "know_customers"):
        parts = [part for name in names for part in number_parts(of[key] if name == "value" else None)]
        rows.append([key, None, None, *parts])
    return to_csv(header, rows)
