"""A file that was found good: its model, and what each of its numbers rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from sim.scenario.document import Places
from sim.scenario.problems import InputProblems, KeyPath, Problem, dotted, near
from sim.scenario.provenance import Provenance
from sim.scenario.resolved import resolved_text

ModelT = TypeVar("ModelT", bound=BaseModel)
NEAREST = 3
"""Paths that are named where one does not exist."""
Scalar = float | int | str | bool | None
Setting = Scalar | tuple[Scalar, ...]
Settings = Mapping[str, "Setting | Settings"]
"""Values by path, or by key inside a block that a file leaves out."""


@dataclass(frozen=True)
class Loaded(Generic[ModelT]):
    """A scenario or an experiment, with the file behind it.

    Parameters
    ----------
    value : model
        Plain numbers; a range or distribution stands there as its centre.
    provenance : dict
        Dotted path of every number of the file to what it rests on.
    file : Path
        As the user named it.
    sha256 : str
        Of the file's bytes.
    source_text : str
        The file's text.
    places : Places
        Lines of keys and values, for messages about this file.
    revalidate : callable
        Checks a plain tree by the rules that the file was checked by.
    """

    value: ModelT
    provenance: dict[str, Provenance] = field(repr=False)
    file: Path
    sha256: str
    source_text: str = field(repr=False)
    places: Places = field(repr=False)
    revalidate: Callable[[dict[str, Any], Places], ModelT] = field(repr=False)

    def with_value(self, path: str, value: Setting, place: str | None = None) -> Loaded[ModelT]:
        """Give a copy with one value changed, checked by all rules again; see `with_values`."""
        return self.with_values({path: value}, place)

    def with_values(self, values: Settings, place: str | None = None) -> Loaded[ModelT]:
        """Give a copy with some values changed, checked by all rules again; provenance stays.

        Parameters
        ----------
        values : mapping of str to number, text, bool, or a tuple of them
            Dotted path (``base.tenure_mix.bands.0.share``) to the new value. A key that the file leaves
            to its default can be set too, and a list as a whole; a block that the file leaves out only as a
            whole too.
        place : str, optional
            Where the values come from (``--customers``), for messages; the file if not given.

        Raises
        ------
        InputProblems
            If a path does not exist (nearest names given) or the copy breaks a rule.
        """
        tree = self.tree()
        known = settable(tree)
        unknown = [path for path in values if path not in known]
        if unknown:
            raise InputProblems(self._unknown(path, known, place) for path in unknown)
        put(tree, values)
        places = self.places if place is None else _Elsewhere(place, self.places.lines)
        return replace(self, value=self.revalidate(tree, places))

    def tree(self) -> dict[str, Any]:
        """Give the model as plain blocks and lists with every default written out; dates are text."""
        return self.value.model_dump(mode="json", by_alias=True)

    def resolved_yaml(self) -> str:
        """Write the model as YAML with every default and origin; it loads to an equal model."""
        title = f"Every value of {self.file.name}, defaults included (sha256 of that file: {self.sha256})"
        return resolved_text(self.tree(), self.provenance, title)

    def _unknown(self, path: str, known: Iterable[str], place: str | None) -> Problem:
        candidates = list(known)
        is_block = any(name.startswith(path + ".") for name in candidates)
        close = [] if is_block else near(path, candidates, NEAREST)
        others = close[1:] or ([] if close else _around(path, candidates))
        rule = f"the path of a value in {self.file.name}"
        if others:
            rule += f", such as {', '.join(others)}"
        return Problem(place or str(self.file), None, path, "an unknown path", rule, close[0] if close else None)


class _Elsewhere(Places):
    """Places of values that come from an option of the command line: a problem names that option."""

    def problem(self, path: KeyPath, got: str, rule: str, hint: str | None = None, of_key: bool = False) -> Problem:
        return Problem(self.file, None, dotted(path), got, rule, hint)


def leaves(tree: Any, path: KeyPath = ()) -> dict[str, KeyPath]:
    """Give the path of every value of a tree that is no block or list, by its dotted name."""
    inner: Iterable[tuple[str | int, Any]]
    if isinstance(tree, dict):
        inner = tree.items()
    elif isinstance(tree, list):
        inner = enumerate(tree)
    else:
        return {dotted(path): path}
    found: dict[str, KeyPath] = {}
    for key, value in inner:
        found.update(leaves(value, (*path, key)))
    return found


def _around(path: str, known: list[str]) -> list[str]:
    """Give a few paths that begin as a path does, as far as it leads anywhere."""
    parts = path.split(".")
    for length in range(len(parts), -1, -1):
        start = ".".join(parts[:length])
        found = [name for name in known if length == 0 or name.startswith(start + ".")]
        if found:
            return found[:4]
    return []


def settable(node: Any, path: KeyPath = ()) -> dict[str, KeyPath]:
    """Give the path of everything that can be given another value: every leaf, and lists without blocks as a whole."""
    inner: Iterable[tuple[str | int, Any]]
    if isinstance(node, dict):
        inner, found = node.items(), {}
    elif isinstance(node, list):
        whole = not any(isinstance(item, dict | list) for item in node)
        inner, found = enumerate(node), {dotted(path): path} if whole else {}
    else:
        return {dotted(path): path}
    for key, value in inner:
        found |= settable(value, (*path, key))
    return found


def put(tree: dict[str, Any], values: Settings) -> None:
    """Write values into a tree, in place; every path must be among those of `settable`."""
    known = settable(tree)
    for name, value in values.items():
        *blocks, key = known[name]
        block: Any = tree
        for part in blocks:
            block = block[part]
        block[key] = list(value) if isinstance(value, tuple) else value
