"""What was done under each arm, and what passed between customers there, as a table of counts."""

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import point
from sim.report.wording import Cell, cell
from sim.report.words import COUNTS, as_words, is_about_firm

Experiment = Mapping[str, Any]
GROUPS = {"counts": "those enrolled", "counts_of_others": "everybody else of the firm"}


def counts_table(experiment: Experiment) -> Table | None:
    """Counts of a whole base within the horizon, an arm a column; ``None`` where nothing is counted."""
    arms = experiment.get("arms", ())
    columns = [Column("how often", words=True), *(Column(arm["name"]) for arm in arms)]
    rows = []
    for key, group in GROUPS.items():
        for name in _names(arms, key):
            cells = [_count(arm.get(key, {}).get(name)) for arm in arms]
            named = "" if is_about_firm(experiment) else group
            rows.append(Row((text(COUNTS.get(name, as_words(name))), *cells), group=named))
    return table(columns, rows)


def _count(item: object) -> Cell:
    """Write how often something happened; what never did has no decimals and no doubt."""
    return text("0") if point(item) == 0.0 else cell(item, "none")


def _names(arms: Any, key: str) -> Iterator[str]:
    """Give what any arm counts, in the order of `COUNTS`, the unknown at the end."""
    found = dict.fromkeys(name for arm in arms for name in arm.get(key, {}))
    yield from (name for name in COUNTS if name in found)
    yield from (name for name in found if name not in COUNTS)


def how_to_read(experiment: Experiment) -> str:
    """Say what the counts are of."""
    days = experiment.get("horizon_days")
    within = f" within {days:g} days" if days else ""
    return (
        f"Of one base{within}, on average: what was done in the world in which everybody eligible is under the arm, "
        "and what customers passed on to each other there."
    )


def in_a_line(experiment: Experiment) -> str:
    """Say what differs between the arms, for the terminal; empty where nothing is counted or all is alike."""
    arms = experiment.get("arms", ())
    said = []
    for name in _names(arms, "counts"):
        found = {str(arm["name"]): _count(arm.get("counts", {}).get(name)).value for arm in arms}
        if len(set(found.values())) > 1:
            amounts = ", ".join(f"{arm} {value or 'not given'}" for arm, value in found.items())
            said.append(f"{COUNTS.get(name, as_words(name))}: {amounts}")
    return f"{'; '.join(said)}." if said else ""
