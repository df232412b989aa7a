"""Records that are wrong on purpose, as tables: which check catches what, and what it does to the estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.display import Column, Row, Table, table, text
from sim.report.values import Summary, is_refused, point
from sim.report.wording import Cell, cell, difference_unit, listing, percent, size
from sim.report.words import as_words, metric_name, quoted, unit_name, unit_of

Experiment = Mapping[str, Any]

ESTIMATES = ("truth", "without", "with", "shift")


def rule_words(row: Mapping[str, Any]) -> str:
    """Say how much of a pathology was injected."""
    parts = [
        f"{as_words(key)} {percent(value) if key == 'share' else size(value)}" for key, value in row["rule"].items()
    ]
    return ", ".join(parts)


def first_trial_words(experiment: Experiment) -> list[str]:
    """Say for the first trial which checks fired under each pathology."""
    sentences = []
    for row in experiment.get("injected", ()):
        fired = [check for check in row["checks"] if check["first_trial"].get("fired")]
        what = f"{as_words(row['name'])} ({rule_words(row)})" if row["rule"] else "nothing wrong"
        said = [f"{quoted(check['name'])} ({check['first_trial']['says']})" for check in fired]
        sentences.append(f"With {what}, in the first trial {listing(said) + ' fired' if said else 'no check fired'}.")
    return sentences


def caught_table(experiment: Experiment) -> Table | None:
    """A pathology a row, a check a column: the share of trials in which it fires."""
    rows = experiment.get("injected", ())
    if not rows:
        return None
    names = [check["name"] for check in rows[0]["checks"]]
    columns = [Column("wrong with the records", words=True), *(Column(name) for name in names)]
    made = []
    for row in rows:
        shares = {check["name"]: check["share_of_trials"] for check in row["checks"]}
        cells = [_share(shares.get(name)) for name in names]
        made.append(Row((Cell(as_words(row["name"]), rule_words(row)), *cells)))
    return table(columns, made)


def _share(item: Any) -> Cell:
    if item is None or is_refused(item):
        return cell(item, "share")
    return text(percent(point(item) or 0.0))


def moved_table(experiment: Experiment, summary: Summary) -> Table | None:
    """What each pathology makes of each contrast: the first trial without and with, truth beside, mean shift."""
    columns = [Column("wrong with the records", words=True, short=True), Column("truth"), Column("first trial without")]
    columns += [Column("first trial with"), Column("mean shift of all trials")]
    columns += [Column("covers truth, without → with"), Column("false alarms, without → with")]
    made = []
    for metric, arm, against in _contrasts(experiment):
        unit = difference_unit(unit_of(metric, summary))
        named = ", ".join(part for part in (metric_name(metric), unit_name(unit)) if part)
        for row in experiment["injected"]:
            for found in row["contrasts"]:
                if (found["metric"], found["arm"], found["against"]) == (metric, arm, against):
                    cells = [cell(found[key], unit, sign=True, bare=True) for key in ESTIMATES]
                    cells += [_turned(found[f"{key}_without"], found[key]) for key in ("coverage", "level")]
                    group = f"{named}: {arm} against {against}"
                    made.append(Row((text(as_words(row["name"])), *cells), group=group))
    return table(columns, made)


def _turned(without: Any, found: Any) -> Cell:
    """Write a share of trials without and with."""
    shares = [_share(one) for one in (without, found)]
    return next((one for one in shares if one.refused), text(" → ".join(one.value for one in shares)))


def _contrasts(experiment: Experiment) -> list[tuple[str, str, str]]:
    rows = [found for row in experiment.get("injected", ()) for found in row["contrasts"]]
    return list(dict.fromkeys((found["metric"], found["arm"], found["against"]) for found in rows))
