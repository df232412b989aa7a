"""The early-warning list as it is shown: whom it finds, and whom a call would keep."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, is_interval
from sim.report.wording import cell, percent, quantity, size

Quality = Mapping[str, Any]


def quality_table(summary: Summary) -> Table | None:
    """The score and the list of day 0, a row a figure."""
    found = summary.get("early_warning")
    if not found:
        return None
    days, listed, everybody = found["within_days"], found["list"], found["everybody"]
    rows = [
        ("the score: a leaver ranks above a stayer (AUC)", cell(found["auc"], "ratio")),
        ("stated", cell(found["auc_stated"], "ratio")),
        ("what true risk itself would reach", cell(found["auc_at_most"], "ratio")),
        ("customers scored", cell(everybody["customers"], "count")),
        (f"of them leave within {days} days", cell(everybody["left"], "share")),
        ("customers on the list", cell(listed["customers"], "count")),
        ("precision: of the list leave", cell(listed["precision"], "share")),
        ("recall: of those who leave stand on the list", cell(listed["recall"], "share")),
        ("fewer of the list leave if all are called", cell(listed["saved"], "points")),
        ("fewer of everybody leave if all are called", cell(everybody["saved"], "points")),
    ]
    return table([Column("day 0, without calls", words=True), Column("")], [Row((text(a), b)) for a, b in rows])


def deciles_table(summary: Summary) -> Table | None:
    """Tenths of the customers by score, the highest first: how many leave, and how many fewer if they are called."""
    found = summary.get("early_warning")
    if not found:
        return None
    columns = [
        Column("tenth by score", words=True),
        Column("leave"),
        Column("lift", unit="times the average"),
        Column("uplift", unit="fewer leave if called"),
    ]
    rows = [
        Row(
            (
                text(str(item["decile"])),
                cell(item["left"], "share"),
                cell(item["lift"], "ratio"),
                cell(item["saved"], "points", sign=True),
            ),
            mark="chosen" if item["decile"] == found["most_saved"]["decile"] else "",
        )
        for item in found["deciles"]
    ]
    return table(columns, rows)


def parting_in_words(summary: Summary) -> str:
    """Say whether aiming by risk and aiming by lift part ways; empty where there is no list."""
    found = summary.get("early_warning")
    if not found:
        return ""
    best, more = found["most_saved"]["decile"], found["most_saved"]["more_than_first"]
    if best == 1:
        return "A call saves most where the score is highest: here aiming by risk aims by what a call does."
    where = f"A call saves most in tenth {best} by score, not in the first"
    if not is_interval(more):
        return f"{where}, as far as one replication shows."
    by = (
        f"{quantity(more['value'], 'points')} ({quantity(more['low'], 'points')} to {quantity(more['high'], 'points')})"
    )
    if more["low"] > 0:
        return f"{where}: there it keeps {by} more. Aiming by risk and aiming by what a call does part ways."
    return f"{where}, by {by}: run doubt leaves open whether it is the first."


def in_a_line(summary: Summary) -> str:
    """Say how good the list is, for the terminal; empty where there is none."""
    found = summary.get("early_warning")
    if not found:
        return ""
    listed = found["list"]
    shares = [percent(listed[key]["value"]) if is_interval(listed[key]) else "?" for key in ("precision", "recall")]
    auc = f"{found['auc']['value']:.3f}" if is_interval(found["auc"]) else "not given"
    return (
        f"AUC {auc} (stated {size(found['auc_stated'])}, true risk {found['auc_at_most']:.3f}); of the list of day 0 "
        f"{shares[0]} leave within {found['within_days']} days, who are {shares[1]} of all who do. "
        f"{parting_in_words(summary)}"
    )
