"""Two runs side by side: the settings that differ, the estimates with their difference, the decisions that changed.

Runs of one seed draw by the same keys, so replication r of the one and of the other share their luck as far as they
live the same: their difference is taken replication by replication. An interval of paired differences holds however
much is shared, since replications are independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence.paired import paired_difference, unpaired_difference
from sim.evidence.results import Interval, Refused
from sim.report.experiment_view import metrics_in_order
from sim.report.settings import Setting, cause, differing_code, differing_settings
from sim.report.stored import StoredRun, Values, read_run
from sim.report.values import is_interval, is_refused, point, refused
from sim.report.wording import listing
from sim.report.words import quoted, unit_of
from sim.scenario.problems import InputProblems, Problem, one_of

PAIRED, UNPAIRED, INTERVALS = "paired", "unpaired", "intervals"
NOTHING_SHARED = Refused("no replication has customers of whom this could be said in both runs")


@dataclass(frozen=True)
class Compared:
    """One estimate in both runs.

    Attributes
    ----------
    experiment, metric, arm, against
        What is estimated; ``against`` is empty for an arm's own level.
    unit
        The metric's unit; that of a difference of shares is points.
    one, other
        An interval, or a refusal, as in ``summary.json``.
    difference
        The other run less the one, with run doubt; limits are missing where only intervals are known.
    how
        ``paired``, ``unpaired`` or ``intervals``.
    replications
        How many pairs, or replications of both runs together, the difference rests on; 0 where none does.
    """

    experiment: str
    metric: str
    arm: str
    against: str
    unit: str
    one: Any
    other: Any
    difference: Any
    how: str
    replications: int

    @property
    def says(self) -> str:
        """What the difference's interval says: higher, lower, the same, or no more than run noise."""
        low, high = (self.difference.get(end) for end in ("low", "high"))
        if low is None or high is None:
            return ""
        if low == high == 0:
            return "same"
        return "higher" if low > 0 else "lower" if high < 0 else "noise"


@dataclass(frozen=True)
class Decided:
    """What an experiment decides in both runs: the arm, in how many worlds, and what the first trial concluded."""

    experiment: str
    arm: tuple[str, str]
    worlds: tuple[str, str]
    trial: tuple[str, str]

    @property
    def changed(self) -> bool:
        """Whether the decision is another."""
        return self.arm[0] != self.arm[1]


@dataclass(frozen=True)
class Comparison:
    """A run against another one; ``one`` is what the ``other`` is compared with."""

    one: StoredRun
    other: StoredRun
    settings: list[Setting]
    code: list[Setting]
    estimates: list[Compared]
    decisions: list[Decided]

    def sentence(self) -> str:
        """Say in one sentence which decisions changed, and what was changed."""
        changed = [
            f"the decision of {row.experiment} from {row.arm[0]} to {row.arm[1]}"
            for row in self.decisions
            if row.changed
        ]
        what = cause(self.settings, self.code)
        if not what:
            seen = f"yet {listing(changed)} changed" if changed else "and no decision does"
            return f"No setting differs, {seen}."
        words = f"{what} changes {listing(changed) or 'no decision'}."
        return words[0].upper() + words[1:]

    def pairing(self) -> str:
        """Say how differences are taken, and why so."""
        seeds = [run.summary["seed"] for run in (self.one, self.other)]
        if seeds[0] != seeds[1]:
            return f"Unpaired: the seeds differ ({seeds[0]} and {seeds[1]}), so the runs share no luck."
        sizes = [int(run.summary["replications"]) for run in (self.one, self.other)]
        count = f"the first {min(sizes):,} replications" if sizes[0] != sizes[1] else f"{sizes[0]:,} replications"
        return f"Paired over {count}: with the same seed each shares its luck in both runs."


def compare_runs(folders: Sequence[Path]) -> list[Comparison]:
    """Compare each run with the first one.

    Parameters
    ----------
    folders
        Two run folders or more.

    Raises
    ------
    InputProblems
        With a problem for every folder that is no run, is of another version of the contract, is damaged, is named
        twice, or has no experiment in common with the first.
    """
    runs = _read(folders)
    first = runs[0]
    values, of_others = first.values(), [run.values() for run in runs[1:]]
    return [
        Comparison(
            one=first,
            other=run,
            settings=differing_settings(first, run),
            code=differing_code(first, run),
            estimates=[*_estimates(first, run, values, of_run)],
            decisions=[_decided(*pair) for pair in _common(first, run)],
        )
        for run, of_run in zip(runs[1:], of_others, strict=True)
    ]


def _read(folders: Sequence[Path]) -> list[StoredRun]:
    """Read all runs; every folder that cannot be compared is a problem."""
    runs: list[StoredRun] = []
    problems: list[Problem] = []
    seen: dict[Path, Path] = {}
    for folder in folders:
        real = folder.resolve()
        if real in seen:
            problems.append(Problem(str(folder), None, "", f"the folder {seen[real]} again", "another run"))
            continue
        seen[real] = folder
        try:
            runs.append(read_run(folder))
        except InputProblems as error:
            problems += error.problems
    for run in runs[1:]:
        if not _common(runs[0], run):
            names = [str(item["name"]) for item in runs[0].summary["experiments"]]
            got = f"only {listing([str(item['name']) for item in run.summary['experiments']]) or 'no experiment'}"
            rule = f"a run with {one_of(names)}, as {runs[0].folder}"
            problems.append(Problem(str(run.folder), None, "experiments", got, rule))
    if problems:
        raise InputProblems(problems)
    return runs


def _common(one: StoredRun, other: StoredRun) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the experiments that both runs have, in the order of the one."""
    there = {item["name"]: item for item in other.summary["experiments"]}
    return [(item, there[item["name"]]) for item in one.summary["experiments"] if item["name"] in there]


def _decided(one: Mapping[str, Any], other: Mapping[str, Any]) -> Decided:
    return Decided(
        experiment=str(one["name"]),
        arm=(_arm(one["decision"]), _arm(other["decision"])),
        worlds=(_worlds(one["decision"]), _worlds(other["decision"])),
        trial=(_trial(one["trial_decision"]), _trial(other["trial_decision"])),
    )


def _arm(decision: Mapping[str, Any]) -> str:
    return f"none given ({decision['refused']})" if is_refused(decision) else quoted(str(decision["arm"]))


def _worlds(decision: Mapping[str, Any]) -> str:
    share, count = point(decision.get("share_of_worlds")), decision.get("worlds")
    return "" if share is None or not count else f"{round(share * count)} of {count}"


def _trial(decision: Mapping[str, Any]) -> str:
    arm = _arm(decision)
    return f"nothing, {arm} stays" if decision.get("inconclusive") else arm


def _estimates(one: StoredRun, other: StoredRun, values: Values, of_other: Values) -> Iterator[Compared]:
    """Compare the level of each arm and each contrast's truth, metric by metric, that both runs have."""
    for experiment, again in _common(one, other):
        name, found, there = str(experiment["name"]), _items(experiment), _items(again)
        order = metrics_in_order(experiment, (metric for metric, _, _ in found))
        for metric, arm, against in sorted(found, key=lambda item: order.index(item[0])):
            item, of_there = found[metric, arm, against], there.get((metric, arm, against))
            if of_there is None or (is_refused(item) and is_refused(of_there)):
                continue
            units = unit_of(metric, one.summary), unit_of(metric, other.summary)
            if units[0] != units[1]:
                how, count, difference = INTERVALS, 0, refused(f"{units[0]} in one run, {units[1]} in the other")
            else:
                parts = [_by_replication(of, name, metric, arm, against) for of in (values, of_other)]
                how, count, difference = _difference(parts, item, of_there, same_seed=_same_seed(one, other))
            yield Compared(name, metric, arm, against, units[0], item, of_there, difference, how, count)


def _items(experiment: Mapping[str, Any]) -> dict[tuple[str, str, str], Any]:
    """Return what an experiment estimates of the truth, by metric, arm and against."""
    found = {
        (metric, arm["name"], ""): item for arm in experiment["arms"] for metric, item in arm.get("metrics", {}).items()
    }
    for row in experiment["contrasts"]:
        found.setdefault((row["metric"], row["arm"], row["against"]), row["truth"])
    return found


def _same_seed(one: StoredRun, other: StoredRun) -> bool:
    return bool(one.summary["seed"] == other.summary["seed"])


def _by_replication(values: Values, experiment: str, metric: str, arm: str, against: str) -> NDArray[np.float64] | None:
    """Return an estimate's value in each replication; ``None`` where only an interval is known."""
    level = values.get((experiment, arm, metric))
    if level is None or not against:
        return level
    reference = values.get((experiment, against, metric))
    return None if reference is None else level - reference


def _difference(
    parts: Sequence[NDArray[np.float64] | None], one: Any, other: Any, *, same_seed: bool
) -> tuple[str, int, dict[str, Any]]:
    """Return how the other less the one is taken, over how many replications, and what it is."""
    first, second = parts
    if first is None or second is None:
        if not (is_interval(one) and is_interval(other)):
            return INTERVALS, 0, refused("one of the runs refuses it")
        return INTERVALS, 0, {"value": other["value"] - one["value"], "low": None, "high": None, "of": "run"}
    if same_seed:
        both = min(len(first), len(second))
        known = ~(np.isnan(first[:both]) | np.isnan(second[:both]))
        found = paired_difference(second[:both][known], first[:both][known]) if known.any() else NOTHING_SHARED
        return PAIRED, int(known.sum()), found.plain()
    first, second = first[~np.isnan(first)], second[~np.isnan(second)]
    known_in_both = len(first) > 0 and len(second) > 0
    apart: Interval | Refused = unpaired_difference(second, first) if known_in_both else NOTHING_SHARED
    return UNPAIRED, len(first) + len(second), apart.plain()
