"""What all experiments of a run share, as it is shown: baseline, assumptions, facts, matrix, provenance."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import PREDICTION, Summary, is_refused
from sim.report.wording import EMPTY, Cell, cell, size
from sim.report.words import as_words, metric_name, metric_term, policy_in_words, unit_name, unit_of

Assumption = Mapping[str, Any]

NOT_HELD = "not held"
COMPARED = {"at_least": "at least", "at_most": "at most", "beside": "beside"}

KINDS: dict[str, str] = {
    "given": "put into the world as printed",
    "fitted": "parameters were chosen so that it comes out",
    "predicted": "nothing was set from it",
}


def _heading(metric: str) -> str:
    """Return a metric's name with the trade's term behind it."""
    return f"{metric_name(metric)} {metric_term(metric)}".strip()


def baseline_table(summary: Summary) -> Table | None:
    """The base under the policy in force today."""
    baseline = summary.get("baseline") or {}
    columns = [Column("metric", words=True), Column("value")]
    rows = [Row((text(_heading(name)), cell(item, unit_of(name, summary)))) for name, item in baseline.items()]
    return table(columns, rows)


def has_range(assumption: Assumption) -> bool:
    """Say whether a parameter is given with a range."""
    return assumption.get("low") is not None and assumption.get("high") is not None


def ranges_table(summary: Summary) -> Table | None:
    """The parameters that are given as a range."""
    return _assumptions([item for item in summary.get("assumptions", ()) if has_range(item)])


def others_table(summary: Summary) -> Table | None:
    """Every other parameter, with its reason or source."""
    return _assumptions([item for item in summary.get("assumptions", ()) if not has_range(item)])


def _assumptions(items: list[Assumption]) -> Table | None:
    """Make a row a parameter; neighbours in one block with the same origin and no range share one."""
    columns = [Column("parameter", words=True), Column("value", words=True), Column("range", short=True)]
    columns.append(Column("from", words=True))
    rows = []
    for (block, why), group in groupby(items, key=lambda item: (_block(item), origin(item))):
        together = list(group)
        if len(together) == 1 or has_range(together[0]):
            rows += [_assumption_row(item) for item in together]
            continue
        rows.append(Row((text(block), text(_together(block, together)), EMPTY, text(why))))
    return table(columns, rows)


def _block(item: Assumption) -> str:
    """Return the block that a parameter stands in, a list as a whole; one with a range stands alone."""
    if has_range(item):
        return str(item["path"])
    parts = str(item["path"]).split(".")[:-1]
    return ".".join(parts[:-1] if parts and parts[-1].isdigit() else parts)


def _together(block: str, items: list[Assumption]) -> str:
    """Write the values of one block, the entries of a list apart."""
    entries: dict[str, list[str]] = {}
    for item in items:
        place, _, name = str(item["path"]).removeprefix(f"{block}.").rpartition(".")
        entries.setdefault(place, []).append(f"{as_words(name)} {size(item.get('value'))}")
    return "; ".join(", ".join(values) for values in entries.values())


def _assumption_row(item: Assumption) -> Row:
    span = f"{size(item['low'])} to {size(item['high'])}" if has_range(item) else ""
    return Row((text(str(item["path"])), text(size(item.get("value"))), text(span), text(origin(item))))


def origin(assumption: Assumption) -> str:
    """Say where a parameter's value comes from."""
    parts = []
    if assumption.get("source"):
        parts.append(f"source: {assumption['source']}")
    if assumption.get("assumed"):
        parts.append(f"assumed: {assumption['assumed']}")
    return "; ".join(parts) or "neither source nor reason"


def count_assumptions(summary: Summary) -> str:
    """Say how many parameters are sourced, assumed, or neither."""
    items = summary.get("assumptions", ())
    if not items:
        return ""
    sourced = sum(bool(item.get("source")) for item in items)
    assumed = sum(bool(item.get("assumed")) and not item.get("source") for item in items)
    words = f"Of {len(items)} parameters {sourced} come from a source and {assumed} are assumed with a reason"
    neither = len(items) - sourced - assumed
    ranged = sum(has_range(item) for item in items)
    words += f"; {neither} have neither" if neither else ""
    return f"{words}; {ranged} {'is' if ranged == 1 else 'are'} given as a range."


def validation_table(summary: Summary) -> Table | None:
    """Reported facts beside what the world makes of them."""
    columns = [
        Column("fact", words=True, short=True),
        Column("what", words=True),
        Column("reported"),
        Column("simulated"),
        Column("kind", words=True, short=True),
        Column("met", words=True, short=True),
        Column("note", words=True),
    ]
    currency = str(summary.get("currency", "yuan"))
    rows = []
    for item in summary.get("validation", ()):
        unit, name = str(item.get("unit") or "none"), str(item.get("name") or "")
        words = unit_name(unit) if currency in unit and currency not in name else ""
        simulated, note = _simulated(item, unit)
        fact, kind = text(str(item.get("fact") or "")), text(str(item.get("kind") or ""))
        shown = (fact, Cell(name, words), _reported(item, unit), simulated, kind, _met(item), text(note))
        rows.append(Row(shown))
    return table(columns, rows)


def _reported(item: Mapping[str, Any], unit: str) -> Cell:
    """Write a reported figure as it was printed, with what it is compared by."""
    given = item.get("reported")
    shown = cell(given, unit, bare=True)
    if isinstance(given, int | float) and not unit.startswith("share"):
        shown = text(size(given))
    compared = COMPARED.get(str(item.get("compare")), "")
    return replace(shown, value=f"{compared} {shown.value}") if compared and shown.value else shown


def _simulated(item: Mapping[str, Any], unit: str) -> tuple[Cell, str]:
    """Write what the world makes of a fact, and the note; a refusal's reason is not said twice."""
    simulated, note = item.get("simulated"), str(item.get("note") or "")
    if is_refused(simulated) and note in ("", simulated["refused"]):
        return text("not given"), simulated["refused"]
    shown = cell(simulated, unit, bare=True)
    return replace(shown, doubt=PREDICTION) if shown.span else shown, note


def _met(item: Mapping[str, Any]) -> Cell:
    within = item.get("within")
    if item.get("held") is False:
        return text(NOT_HELD)
    if is_refused(within):
        return cell(within, "none")
    return EMPTY if within is None else text("met" if within else "not met")


def matrix_table(summary: Summary) -> Table | None:
    """The revenue-risk matrix on day 0: a row a value, a column a risk, priorities with their shares."""
    items = (summary.get("matrix") or {}).get("rows", ())
    risks = list(dict.fromkeys(str(item["risk"]) for item in items))
    values = list(dict.fromkeys(str(item["value"]) for item in items))
    columns = [
        Column("value", words=True, short=True),
        *(Column(f"{risk} risk", words=True) for risk in risks),
    ]
    found = {(str(item["value"]), str(item["risk"])): item for item in items}
    rows = [Row((text(value), *(_priority(found.get((value, risk))) for risk in risks))) for value in values]
    return table(columns, rows)


def _priority(item: Mapping[str, Any] | None) -> Cell:
    """Write a field of the matrix: its priority, and the shares of customers and revenue in it."""
    if item is None:
        return EMPTY
    parts = [
        f"{cell(item.get(key), 'share').value} of {key}"
        for key in ("customers", "revenue")
        if item.get(key) is not None
    ]
    return Cell(str(item.get("priority") or "-"), ", ".join(parts))


def definitions(summary: Summary) -> list[tuple[str, str, str]]:
    """Return each metric's heading, wording and unit."""
    found = []
    for name, item in (summary.get("definitions") or {}).items():
        if isinstance(item, Mapping):
            unit = str(item.get("unit") or "")
            found.append((_heading(name), str(item.get("wording") or ""), "" if unit == "none" else unit))
        elif item:
            found.append((_heading(name), str(item), ""))
    return found


def policies(summary: Summary) -> list[tuple[str, str]]:
    """Return each policy's name and what it does."""
    items = summary.get("policies") or {}
    baseline = summary.get("baseline_policy")
    names = {name: f"{name} (baseline)" if name == baseline else str(name) for name in items}
    return [(names[name], policy_in_words(policy)) for name, policy in items.items()]


def provenance_items(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return where the run comes from, as terms and their words."""
    files = [provenance.get("scenario") or {}, provenance.get("data") or {}, *provenance.get("experiments", ())]
    items = [(str(item["file"]), f"sha256 {item['sha256']}") for item in files if item.get("sha256")]
    facts = ("seed", "replications", "customers", "resamples", "jobs", "started", "platform")
    items += [(key, str(provenance[key])) for key in facts if provenance.get(key) is not None]
    versions = {
        str(provenance.get("tool") or "version"): provenance.get("version"),
        **provenance.get("versions", {}),
    }
    items.append(("versions", ", ".join(f"{name} {version}" for name, version in versions.items() if version)))
    git = provenance.get("git")
    if git:
        items.append(("git", f"{git['revision']}{' with local changes' if git.get('changed') else ''}"))
    return [(term, words) for term, words in items if words]
