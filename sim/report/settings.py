"""What differs between the settings of two runs, by path; nothing that is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from sim.report.stored import StoredRun
from sim.report.values import point
from sim.report.wording import listing, size
from sim.scenario.loaded import leaves
from sim.scenario.provenance import Provenance

LEFT_OUT = "left out"
LONGEST = 80
MOST_NAMED = 3
NAMES = ("name", "title", "experiments")
"""Keys of a scenario that name things and set nothing; which experiments were run is a setting of the run."""
CHANGES_NOTHING = ("experiments", "targets", "validation")
"""Which experiments were run, and what a scenario is held against: no answer of another experiment hangs on them."""
OF_EXPERIMENT = ("unit", "horizon_days", "reference", "alpha", "metrics", "design", "background", "rules")


@dataclass(frozen=True)
class Setting:
    """A setting that differs: its path, what it is in the one run and in the other, in words."""

    path: str
    one: str
    other: str

    @property
    def matters(self) -> bool:
        """Whether it can change what is lived or decided."""
        return self.path.partition(".")[0] not in CHANGES_NOTHING

    def change(self) -> str:
        """Say the change."""
        return f"{self.path} from {self.one} to {self.other}"


@dataclass(frozen=True)
class _Ranged:
    """A number with the ends of its range, which are worlds of doubt: both are settings."""

    number: Any
    range: str

    def __str__(self) -> str:
        return f"{_words(self.number)} ({self.range})"


def differing_settings(one: StoredRun, other: StoredRun) -> list[Setting]:
    """Return what differs in the resolved scenarios, in the experiments that both have, and in the run itself.

    Raises
    ------
    InputProblems
        If a run's resolved scenario is missing or damaged.
    """
    experiments, others = ({item["name"]: item for item in run.summary["experiments"]} for run in (one, other))
    found = [*_differing(_run(one), _run(other)), *_differing(_scenario(one), _scenario(other))]
    for name, item in experiments.items():
        if name in others:
            found += _differing(_experiment(item), _experiment(others[name]), f"{name}: ")
    return found


def differing_code(one: StoredRun, other: StoredRun) -> list[Setting]:
    """Return what differs in the program, its revision and its packages."""
    return [*_differing(_code(one.manifest), _code(other.manifest))]


def cause(settings: list[Setting], code: list[Setting]) -> str:
    """Name what was changed, as the beginning of a sentence: ``changing A from 1 to 2``; empty if nothing was."""
    changes = [setting.change() for setting in settings if setting.matters]
    if not changes:
        return f"another state of the code ({code[0].change()})" if code else ""
    also = " and the code" if code else ""
    if len(changes) <= MOST_NAMED:
        return f"changing {listing(changes)}{also}"
    return f"changing {len(changes)} settings ({'; '.join(changes[:MOST_NAMED])}; ...){also}"


def _run(run: StoredRun) -> dict[str, Any]:
    """Return what the command line sets, but for what the scenario holds."""
    names = sorted(item["name"] for item in run.summary["experiments"])
    return {"seed": run.summary["seed"], "replications": run.summary["replications"], "experiments": names}


def _scenario(run: StoredRun) -> dict[str, Any]:
    """Return the resolved scenario as a tree, numbers with their ranges."""
    loaded = run.scenario()
    tree = {key: value for key, value in loaded.tree().items() if key not in NAMES}
    paths = leaves(tree)
    for name, origin in loaded.provenance.items():
        if origin.ranged and name in paths:
            _put(tree, paths[name], origin)
    return tree


def _put(tree: Any, path: tuple[str | int, ...], origin: Provenance) -> None:
    for part in path[:-1]:
        tree = tree[part]
    ends = str(origin.distribution) if origin.distribution else f"{size(origin.low)} to {size(origin.high)}"
    tree[path[-1]] = _Ranged(tree[path[-1]], ends)


def _experiment(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an experiment's file sets, as far as a summary holds it."""
    tree: dict[str, Any] = {key: experiment.get(key) for key in OF_EXPERIMENT}
    tree["arms"] = {arm["name"]: arm.get("gets") or "nothing" for arm in experiment["arms"]}
    pairs = ((row["arm"], row["against"]) for row in experiment["contrasts"])
    tree["contrasts"] = [f"{arm} against {against}" for arm, against in dict.fromkeys(pairs)]
    tree["equivalence"] = {
        f"{row['metric']} {row['arm']} {row['against']}": {"margin": point(row.get("margin"))}
        for row in experiment["equivalence"]
    }
    tree["doubt"] = list(dict.fromkeys(row["path"] for row in experiment.get("doubt", ()) if row.get("path")))
    return tree


def _code(manifest: Mapping[str, Any]) -> dict[str, Any]:
    git = manifest.get("git") or {}
    revision = f"{git['revision'][:12]}{' with local changes' if git.get('changed') else ''}" if git else None
    return {"version": manifest.get("version"), "git": revision, "versions": manifest.get("versions") or {}}


def _differing(one: Any, other: Any, path: str = "") -> Iterator[Setting]:
    """Walk two trees side by side; where one has no block the whole of the other's is one setting."""
    if one == other:
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            yield from _differing(one.get(key), other.get(key), _below(path, key))
    elif _blocks(one) and _blocks(other) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, _below(path, place))
    else:
        words = [_words(one), _words(other)]
        # numbers that differ beyond the digits that are shown are written in full
        yield Setting(path, *(words if words[0] != words[1] else [str(one), str(other)]))


def _below(path: str, key: object) -> str:
    return f"{path}{key}" if not path or path.endswith(": ") else f"{path}.{key}"


def _blocks(item: object) -> bool:
    return isinstance(item, list) and any(isinstance(part, Mapping) for part in item)


def _words(item: object) -> str:
    if item is None or item in ({}, []):
        return LEFT_OUT
    if isinstance(item, list) and not _blocks(item):
        return shorten(", ".join(_words(part) for part in item), LONGEST, placeholder=" ...")
    if isinstance(item, Mapping | list):
        inner = ((name, _at(item, path)) for name, path in leaves(item).items())
        listed = ", ".join(f"{name} {_words(value)}" for name, value in inner if value is not None)
        return shorten(listed, LONGEST, placeholder=" ...")
    return str(item) if isinstance(item, _Ranged) else size(item)


def _at(tree: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        tree = tree[part]
    return tree
