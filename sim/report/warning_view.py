"""The early-warning list as it is shown: whom it finds, and whom a call would keep."""

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, is_interval
from sim.report.wording import cell, listing, percent, quantity, size, span

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
        (_who_is_listed(found), cell(listed["customers"], "count")),
        ("precision: of the list leave", cell(listed["precision"], "share")),
        ("recall: of those who leave stand on the list", cell(listed["recall"], "share")),
        ("kept of the list by calling all of it (below 0: driven off)", cell(listed["saved"], "points", sign=True)),
        ("kept of everybody by calling all (below 0: driven off)", cell(everybody["saved"], "points", sign=True)),
    ]
    return table([Column("day 0, without calls", words=True), Column("")], [Row((text(a), b)) for a, b in rows])


def _who_is_listed(found: Quality) -> str:
    """Say how many stand on the list, and who may."""
    tiers = [str(tier) for tier in found.get("tiers") or ()]
    return "customers on the list" + (f", of {listing(tiers)} only" if tiers else "")


def deciles_table(summary: Summary) -> Table | None:
    """Tenths of the customers by score, the highest first: how many leave, and how many fewer if they are called."""
    found = summary.get("early_warning")
    if not found:
        return None
    columns = [
        Column("tenth by score", words=True),
        Column("leave"),
        Column("lift", unit="times the average"),
        Column("uplift", unit="kept by a call; below 0: driven off"),
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
        kept = found["deciles"][0]["saved"]
        by = (
            f" ({quantity(kept['value'], 'points', sign=True)}, run doubt {span(kept, 'points')})"
            if is_interval(kept)
            else ""
        )
        if is_interval(kept) and kept["low"] <= 0:
            return f"A call seems to save most where the score is highest{by}: run doubt leaves open whether it does."
        return f"A call saves most where the score is highest{by}: here aiming by risk aims by what a call does."
    where = f"A call saves most in tenth {best} by score, not in the first"
    if not is_interval(more):
        return f"{where}, as far as one replication shows."
    by = f"{quantity(more['value'], 'points')} (run doubt {span(more, 'points')})"
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
    auc = found["auc"]
    known = f"{auc['value']:.3f} (run doubt {auc['low']:.3f} to {auc['high']:.3f})" if is_interval(auc) else "not given"
    return (
        f"AUC {known}, stated {size(found['auc_stated'])}, of true risk {found['auc_at_most']:.3f}; of the list of day "
        f"0 {shares[0]} leave within {found['within_days']} days, who are {shares[1]} of all who do. "
        f"{parting_in_words(summary)}"
    )
